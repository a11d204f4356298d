/* kill -9 at each step of the write: config.json is the old or the new one,
 * whole. Built with the stops of base/file.c, which the product has not. */
#define RUNCLAMP_TEST_CRASH
#include "base/file.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "oci/splice.h"
#include "tmpdir.h"
#include <sys/wait.h>

static char old_text[20000], new_text[20000];

static int setup(void **state)
{
	if (tmpdir_make(state) || mkdir(tmpdir_path("b"), 0700))
		return -1;
	(void)snprintf(old_text, sizeof(old_text), "{\"old\":\"%0*d\"}", 15000, 1);
	(void)snprintf(new_text, sizeof(new_text), "{\"new\":\"%0*d\"}", 16000, 2);
	return 0;
}

static void write_old(void)
{
	tmpdir_write("b/config.json", old_text, strlen(old_text), 0640);
	assert_int_equal(chown(tmpdir_path("b/config.json"), 0, 12), 0);
}

/* In a child: reads the bundle and writes `text`. */
static int commit(const char *text)
{
	CLEANUP_ARENA struct arena a = {0};
	struct bundle b;
	struct err err;
	if (bundle_open(&b, &a, tmpdir_path("b"), BUNDLE_MAX_DEFAULT, &err) < 0)
		return 1;
	int r = splice_commit(&b, text, strlen(text), &err);
	bundle_close(&b);
	return r ? 2 : 0;
}

/* 0: the old text, 1: the new one. Anything else fails. */
static int which_text(void)
{
	CLEANUP_FREE char *data = NULL;
	size_t len;
	struct err err;
	struct stat st;
	CLEANUP_FD int fd = open(tmpdir_path("b/config.json"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read_fd(fd, 1 << 20, &data, &len, &err), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_gid, 12);
	bool is_new = !strcmp(data, new_text);
	assert_true(is_new || !strcmp(data, old_text));
	return is_new;
}

static int wait_for(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static const struct {
	int step;
	bool killed, is_new;
	unsigned files; /* in the bundle afterwards */
} steps[] = {
	{CRASH_CREATED, true, false, 2},     {CRASH_HALF, true, false, 2},
	{CRASH_WRITTEN, true, false, 2},     {CRASH_OWNED, true, false, 2},
	{CRASH_LABELLED, true, false, 2},    {CRASH_RENAMED, true, true, 1},
	{CRASH_RENAMED + 1, false, true, 1},
};

static void test_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		char at[16];
		(void)snprintf(at, sizeof(at), "%d", steps[i].step);
		write_old();
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			_exit(setenv("RUNCLAMP_TEST_CRASH_AT", at, 1) || commit(new_text));
		int status = wait_for(pid);
		assert_int_equal(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, steps[i].killed);
		assert_int_equal(steps[i].killed || WEXITSTATUS(status) == 0, true);
		assert_int_equal(which_text(), steps[i].is_new);
		assert_int_equal(tmpdir_count("b"), steps[i].files);
		/* What a killed run left is in nobody's way. */
		assert_int_equal(commit(new_text), 0);
		assert_int_equal(which_text(), 1);
		assert_int_equal(nftw(tmpdir_path("b"), tmpdir_drop, 16, FTW_DEPTH | FTW_PHYS), 0);
		assert_int_equal(mkdir(tmpdir_path("b"), 0700), 0);
	}
}

/* And anywhere between the steps. */
static void test_any_time(void **state)
{
	(void)state;
	write_old();
	for (unsigned i = 0; i < 60; i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (!pid) {
			while (!commit(new_text) && !commit(old_text))
				;
			_exit(1);
		}
		(void)usleep(200 + i * 97 % 2000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		int status = wait_for(pid);
		assert_true(WIFSIGNALED(status));
		(void)which_text();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps), cmocka_unit_test(test_any_time)};
	return cmocka_run_group_tests(tests, setup, tmpdir_remove);
}
