/* Who is told, and by what, when something of it is gone or full. */
#include "base/file.h"
#include "ownrun.h"
#include "run/refusal.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The write end of a pipe that nobody reads. */
static int dead_pipe(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(close(ends[0]), 0);
	return ends[1];
}

/* refusal_tell in a process of its own, with that stderr (-1: closed). */
static int tell_in_child(const char *log, int errors)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		if (errors >= 0)
			(void)dup2(errors, STDERR_FILENO);
		else
			(void)close(STDERR_FILENO);
		refusal_tell(log, "a sentence");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void expect_one_line(const char *path)
{
	CLEANUP_FREE char *text = NULL;
	struct err err;
	size_t len;
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_read_fd(fd, 4096, &text, &len, &err), 0);
	assert_ptr_equal(strstr(text, "{\"level\":\"error\",\"msg\":\"a sentence\","), text);
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
}

static void told_though_nobody_reads_stderr(void **state)
{
	CLEANUP_FD int errors = dead_pipe();

	(void)state;
	assert_int_equal(tell_in_child(tmpdir_path("log"), errors), 0);
	expect_one_line(tmpdir_path("log"));
}

/* A blocking pipe that nobody empties: who waits for the end of the shim has the log by then. */
static void told_though_stderr_is_full(void **state)
{
	int ends[2], status;
	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], "x", 1) == 1)
		;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);

	pid_t pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		(void)dup2(ends[1], STDERR_FILENO);
		refusal_tell(tmpdir_path("log2"), "a sentence");
		_exit(0);
	}
	for (int i = 0; i < 5000 && access(tmpdir_path("log2"), F_OK) < 0; i++)
		(void)usleep(1000);
	(void)usleep(20000);
	expect_one_line(tmpdir_path("log2"));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* Nothing else may come into a log that has taken the number of stderr. */
static void told_though_stderr_is_closed(void **state)
{
	(void)state;
	assert_int_equal(tell_in_child(tmpdir_path("log3"), -1), 0);
	expect_one_line(tmpdir_path("log3"));
}

static void said_though_the_log_is_gone(void **state)
{
	static const char *const logs[] = {"no-such-folder/log", "fifo", "folder", "full/log"};

	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(mkfifo(tmpdir_path("fifo"), 0600), 0);
	assert_int_equal(mkdir(tmpdir_path("folder"), 0700), 0);
	assert_int_equal(mkdir(tmpdir_path("full"), 0700), 0);
	assert_int_equal(mount("none", tmpdir_path("full"), "tmpfs", 0, "size=4k"), 0);
	tmpdir_write("full/log", (char[4080]){0}, 4080, 0600);
	for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
		char said[64] = "";
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(tell_in_child(tmpdir_path(logs[i]), ends[1]), 0);
		(void)close(ends[1]);
		assert_true(read(ends[0], said, sizeof(said) - 1) > 0);
		assert_string_equal(said, "runclamp: a sentence\n");
		(void)close(ends[0]);
	}
	/* Half of a line would be no JSON. */
	struct stat st;
	assert_int_equal(stat(tmpdir_path("full/log"), &st), 0);
	assert_int_equal(st.st_size, 4080);
	assert_int_equal(umount(tmpdir_path("full")), 0);
}

/* What is executed afterwards has the signal as it was. */
static void the_signal_is_as_it_was(void **state)
{
	void (*const handlers[])(int) = {SIG_DFL, SIG_IGN};
	CLEANUP_FD int fd = dead_pipe();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
		struct err err = {0};
		struct sigaction now;

		assert_true(signal(SIGPIPE, handlers[i]) != SIG_ERR);
		assert_int_equal(file_append_line(fd, "x\n", 2, &err), -1);
		assert_int_equal(err.sys, EPIPE);
		assert_int_equal(sigaction(SIGPIPE, NULL, &now), 0);
		assert_ptr_equal(now.sa_handler, handlers[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_though_nobody_reads_stderr),
		cmocka_unit_test(told_though_stderr_is_full),
		cmocka_unit_test(told_though_stderr_is_closed),
		cmocka_unit_test_setup(said_though_the_log_is_gone, ownrun_make),
		cmocka_unit_test(the_signal_is_as_it_was),
	};
	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
