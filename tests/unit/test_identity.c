/* Which binary it is: trusted, not runclamp itself, its version, its table. */
#include "ownrun.h"
#include "site/identity.h"
#include "tmpdir.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

static int make_both(void **state)
{
	return tmpdir_make(state) < 0 ? -1 : ownrun_make(state);
}

/* An executable script; it counts its calls in TMPDIR/calls. */
static const char *script(const char *name, const char *body)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "#!/bin/sh\necho x >>%s/calls\n%s\n", tmpdir, body);

	tmpdir_write(name, text, (size_t)n, 0700);
	return tmpdir_path(name);
}

static unsigned calls(void)
{
	struct stat st;

	return stat(tmpdir_path("calls"), &st) == 0 ? (unsigned)st.st_size / 2 : 0;
}

static int get(struct identity *ret, struct arena *arena, enum runtime_kind runtime, const char *path,
	       const char *inner, struct err *err)
{
	const struct handler h = {.name = "h", .runtime = runtime, .path = path, .inner = inner};

	*err = (struct err){0};
	return identity_get(ret, arena, &h, err);
}

static void installed_runtimes_are_known(void **state)
{
	static const struct {
		enum runtime_kind runtime;
		const char *path;
	} all[] = {{RUNTIME_RUNC, "/usr/sbin/runc"},
		   {RUNTIME_CRUN, "/usr/bin/crun"},
		   {RUNTIME_RUNSC, "/usr/bin/runsc"}};
	unsigned known = 0;
	(void)state;
	NEEDS_OWN_RUN();
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct identity id, again;
		struct err err;

		if (access(all[i].path, X_OK) < 0)
			continue;
		if (get(&id, &arena, all[i].runtime, all[i].path, NULL, &err) < 0)
			fail_msg("%s", err.msg);
		assert_true(id.version > 0);
		assert_true(strlen(id.version_text) > 2 && !strpbrk(id.version_text, " \n"));
		assert_string_equal(id.path, all[i].path);
		assert_true(strspn(id.key, "0123456789abcdef-.") == strlen(id.key));
		assert_int_equal(get(&again, &arena, all[i].runtime, all[i].path, NULL, &err), 0);
		assert_int_equal(again.version, id.version);
		assert_string_equal(again.version_text, id.version_text);
		assert_string_equal(again.key, id.key);
		known++;
	}
	if (!known)
		skip();
}

static void a_version_is_asked_once_per_binary(void **state)
{
	const char *path = script("runc", "echo 'runc version 1.2.3+x1'; echo 'commit: none'");
	CLEANUP_ARENA struct arena arena = {0};
	struct identity id, other;
	struct err err;
	unsigned before = calls();
	(void)state;
	NEEDS_OWN_RUN();
	for (int i = 0; i < 3; i++)
		assert_int_equal(get(&id, &arena, RUNTIME_RUNC, path, NULL, &err), 0);
	assert_int_equal(calls(), before + 1);
	assert_int_equal(id.version, 1 << 20 | 2 << 10 | 3);
	assert_string_equal(id.version_text, "1.2.3+x1");
	/* The same length and time, but another change time. */
	(void)script("runc", "echo 'runc version 1.2.4+x1'; echo 'commit: none'");
	assert_int_equal(get(&other, &arena, RUNTIME_RUNC, path, NULL, &err), 0);
	assert_int_equal(other.version, 1 << 20 | 2 << 10 | 4);
	assert_string_not_equal(other.key, id.key);
	assert_int_equal(calls(), before + 2);
}

/* Behind a wrapper it is the inner binary that counts. */
static void the_inner_binary_counts(void **state)
{
	const char *wrapper = script("wrapper", "echo 'runc version 9.9.9'");
	const char *inner = script("inner", "echo 'runc version 1.1.5'");
	CLEANUP_ARENA struct arena arena = {0};
	struct identity id;
	struct err err;
	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(get(&id, &arena, RUNTIME_RUNC, wrapper, inner, &err), 0);
	assert_string_equal(id.path, inner);
	assert_string_equal(id.version_text, "1.1.5");
}

static void a_forged_cache_is_not_used(void **state)
{
	const char *path = script("crun", "echo 'crun version 1.8.1'");
	CLEANUP_ARENA struct arena arena = {0};
	char file[256];
	struct identity id;
	struct err err;
	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(get(&id, &arena, RUNTIME_CRUN, path, NULL, &err), 0);
	(void)snprintf(file, sizeof(file), "/run/runclamp/cache/crun-%s.version", id.key);
	static const char *const forged[] = {"crun version 1.28\n", "nonsense", ""};
	for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
		CLEANUP_FILE FILE *f = fopen(file, "we");
		assert_non_null(f);
		assert_true(fputs(forged[i], f) >= 0);
		assert_int_equal(fflush(f), 0);
		/* The first is well-formed: only its owner gives it away. */
		assert_int_equal(chown(file, i ? 0 : 65534, 0), 0);
		assert_int_equal(get(&id, &arena, RUNTIME_CRUN, path, NULL, &err), 0);
		assert_string_equal(id.version_text, "1.8.1");
	}
	/* Nobody else may be able to put a file there. */
	assert_int_equal(chmod("/run/runclamp/cache", 0777), 0);
	unsigned before = calls();
	assert_int_equal(get(&id, &arena, RUNTIME_CRUN, path, NULL, &err), 0);
	assert_int_equal(calls(), before + 1);
	assert_int_equal(chmod("/run/runclamp/cache", 0700), 0);
}

static void binaries_are_refused(void **state)
{
	static const struct {
		const char *name, *body;
		mode_t mode;
		uid_t owner;
		const char *words[2];
	} rows[] = {
		{"mode", "echo 'runc version 1.1.5'", 0722, 0, {"handler h", "not trusted"}},
		{"group", "echo 'runc version 1.1.5'", 0770, 0, {"not trusted", "group"}},
		{"owner", "echo 'runc version 1.1.5'", 0755, 65534, {"not trusted", "65534"}},
		{"plain", "echo 'runc version 1.1.5'", 0644, 0, {"not executable"}},
		{"words", "echo hello", 0755, 0, {"says \"hello", "no version of runc"}},
		{"other", "echo 'crun version 1.8.1'", 0755, 0, {"no version of runc"}},
		{"silent", "true", 0755, 0, {"no version of runc"}},
		{"fails", "echo 'runc version 1.1.5'; exit 3", 0755, 0, {"failed (exit code 3)"}},
		{"dies", "kill -9 $$", 0755, 0, {"failed (signal 9)"}},
		{"talks",
		 "while echo 0123456789012345678901234567890123456789; do :; done",
		 0755,
		 0,
		 {"more than 4096 bytes"}},
	};
	CLEANUP_ARENA struct arena arena = {0};
	struct identity id = {.version = 4711};
	struct err err;
	(void)state;
	NEEDS_OWN_RUN();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = script(rows[i].name, rows[i].body);
		assert_int_equal(chown(path, rows[i].owner, 0), 0);
		assert_int_equal(chmod(path, rows[i].mode), 0);
		assert_int_equal(get(&id, &arena, RUNTIME_RUNC, path, NULL, &err), -1);
		assert_int_equal(err.kind, ERR_RUNTIME);
		assert_int_equal(id.version, 4711);
		for (size_t w = 0; w < ARRAY_LEN(rows[i].words) && rows[i].words[w]; w++)
			if (!strstr(err.msg, rows[i].words[w]))
				fail_msg("%s: \"%s\" is not in: %s", rows[i].name, rows[i].words[w], err.msg);
		/* Also as the binary behind a wrapper. */
		assert_int_equal(get(&id, &arena, RUNTIME_RUNC, "/bin/sh", path, &err), -1);
	}
	assert_int_equal(get(&id, &arena, RUNTIME_RUNC, NULL, NULL, &err), -1);
	assert_non_null(strstr(err.msg, "no runc in the usual places"));
	assert_int_equal(get(&id, &arena, RUNTIME_RUNC, tmpdir_path("absent"), NULL, &err), -1);
	assert_int_equal(err.kind, ERR_RUNTIME);
	assert_int_equal(get(&id, &arena, RUNTIME_RUNC, tmpdir, NULL, &err), -1);
	assert_non_null(strstr(err.msg, "not a regular file"));
}

static void runclamp_does_not_call_itself(void **state)
{
	const char *good = script("good", "echo 'runc version 1.1.5'");
	CLEANUP_ARENA struct arena arena = {0};
	char self[256], linked[256], symbolic[256];
	struct identity id;
	struct err err;
	(void)state;
	NEEDS_OWN_RUN();
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(n > 0);
	self[n] = '\0';
	(void)snprintf(linked, sizeof(linked), "%s", tmpdir_path("linked"));
	(void)snprintf(symbolic, sizeof(symbolic), "%s", tmpdir_path("symbolic"));
	const char *all[] = {self, symbolic, linked};
	assert_int_equal(symlink(self, symbolic), 0);
	/* Not across file systems. */
	size_t count = link(self, linked) == 0 ? 3 : 2;
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(get(&id, &arena, RUNTIME_RUNC, all[i], NULL, &err), -1);
		if (!strstr(err.msg, "runclamp itself") && !strstr(err.msg, "not trusted"))
			fail_msg("%s: %s", all[i], err.msg);
		assert_int_equal(get(&id, &arena, RUNTIME_RUNC, good, all[i], &err), -1);
	}
	assert_int_equal(get(&id, &arena, RUNTIME_RUNC, good, NULL, &err), 0);
}

/* identity_ask */
static char *ask_shell(const char *command, bool with_stderr, unsigned ms, int *status, struct err *err)
{
	char *argv[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, (char *)(uintptr_t)command, NULL};
	char *out = NULL;
	size_t len;

	*err = (struct err){0};
	if (identity_ask(argv, with_stderr, 1000, ms, &out, &len, status, err) < 0)
		return NULL;
	assert_int_equal(strlen(out), len);
	return out;
}

static void a_child_is_clean(void **state)
{
	static const struct {
		const char *command, *out;
		bool with_stderr;
	} rows[] = {
		{"echo out; echo err >&2", "out\n", false},
		{"echo out; echo err >&2", "out\nerr\n", true},
		{"cat", "", false}, /* /dev/null */
		{"echo $FOREIGN$LD_PRELOAD", "\n", false},
		{"echo $LC_ALL", "C\n", false},
		{"ls /proc/self/fd | wc -l", "4\n", false}, /* 0, 1, 2 and ls's own */
		{"kill -s TERM $$; echo alive", "", false}, /* not blocked, not ignored */
	};
	struct err err;
	sigset_t set, old;
	int status;
	(void)state;
	assert_int_equal(setenv("FOREIGN", "leaked", 1), 0);
	CLEANUP_FD int leaked = open("/dev/null", O_RDONLY); /* as an engine hands down */
	assert_true(leaked >= 0);
	assert_int_equal(sigemptyset(&set), 0);
	assert_int_equal(sigaddset(&set, SIGTERM), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &old), 0);
	assert_ptr_not_equal(signal(SIGTERM, SIG_IGN), SIG_ERR);
	assert_ptr_not_equal(signal(SIGCHLD, SIG_IGN), SIG_ERR);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_FREE char *out = ask_shell(rows[i].command, rows[i].with_stderr, 5000, &status, &err);
		if (!out)
			fail_msg("%s: %s", rows[i].command, err.msg);
		assert_string_equal(out, rows[i].out);
	}
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	/* We leave no trace ourselves. */
	assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
	assert_ptr_equal(signal(SIGTERM, SIG_DFL), SIG_IGN);
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	assert_int_equal(unsetenv("FOREIGN"), 0);
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void a_child_has_a_deadline(void **state)
{
	static const char *const rows[] = {
		"trap '' TERM; sleep 30",
		"echo half; sleep 30",
		"sleep 30 & exit 0",		 /* a grandchild holds the pipe */
		"exec >&-; exec 2>&-; sleep 30", /* closed its output, does not end */
		"while :; do echo; sleep 0.01; done",
	};
	struct err err;
	int status;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double began = seconds();
		char *out = ask_shell(rows[i], false, 150, &status, &err);
		assert_null(out);
		assert_int_equal(err.kind, ERR_RUNTIME);
		assert_non_null(strstr(err.msg, "in time"));
		assert_true(seconds() - began < 3);
		assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
	}
}

static void what_cannot_run_is_an_error(void **state)
{
	char *argv[] = {(char[]){"/none/runc"}, NULL};
	struct err err;
	char *out;
	size_t len;
	int status;
	(void)state;
	assert_int_equal(identity_ask(argv, false, 10, 1000, &out, &len, &status, &err), -1);
	assert_non_null(strstr(err.msg, "cannot run /none/runc"));
}

/* The table of the installed runsc, through a wrapper that counts. */
static void a_table_is_asked_once(void **state)
{
	const char *path = script("runsc", "exec /usr/bin/runsc \"$@\"");
	CLEANUP_ARENA struct arena arena = {0};
	struct identity id;
	struct ceiling c, again, full;
	struct err err = {0};
	char file[256];
	(void)state;
	NEEDS_OWN_RUN();
	if (access("/usr/bin/runsc", X_OK) < 0)
		skip();
	assert_int_equal(get(&id, &arena, RUNTIME_RUNSC, path, NULL, &err), 0);
	unsigned before = calls();
	if (identity_ceiling(&c, &arena, &id, false, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(identity_ceiling(&again, &arena, &id, false, &err), 0);
	assert_int_equal(calls(), before + 1);
	int read_id = sys_lookup("read", 4), ptrace_id = sys_lookup("ptrace", 6);
	int create_module = sys_lookup("create_module", 13);
	assert_true(profile_allows_all(&c.allow, read_id) && profile_allows_all(&again.allow, read_id));
	assert_false(profile_allows_some(&c.allow, create_module));
	/* ptrace is implemented in part. */
	assert_int_equal(identity_ceiling(&full, &arena, &id, true, &err), 0);
	assert_true(profile_allows_all(&c.allow, ptrace_id));
	assert_false(profile_allows_some(&full.allow, ptrace_id));
	assert_int_equal(calls(), before + 1);
	/* A cache that was damaged is made anew. */
	(void)snprintf(file, sizeof(file), "/run/runclamp/cache/runsc-%s.%s.ceiling", id.key,
		       RUNCLAMP_VERSION);
	assert_int_equal(truncate(file, 100), 0);
	assert_int_equal(identity_ceiling(&again, &arena, &id, false, &err), 0);
	assert_int_equal(calls(), before + 2);
	id.kind = RUNTIME_RUNC;
	assert_int_equal(identity_ceiling(&again, &arena, &id, false, &err), -1);
	assert_non_null(strstr(err.msg, "no table of its own"));
}

static void a_table_that_cannot_be_had_is_an_error(void **state)
{
	static const char *const bodies[] = {"echo '{}'", "exit 1", "echo '{\"linux\":{\"amd64\":[]}}'",
					     "true"};
	CLEANUP_ARENA struct arena arena = {0};
	struct ceiling c;
	(void)state;
	NEEDS_OWN_RUN();
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		char body[256];
		struct identity id;
		struct err err;

		(void)snprintf(body, sizeof(body),
			       "[ $1 = --version ] && { echo 'runsc version release-20260905.0'; exit; }\n%s",
			       bodies[i]);
		const char *path = script("broken", body);
		assert_int_equal(get(&id, &arena, RUNTIME_RUNSC, path, NULL, &err), 0);
		assert_int_equal(id.version, 20260905);
		if (identity_ceiling(&c, &arena, &id, false, &err) == 0)
			fail_msg("accepted: %s", bodies[i]);
		assert_int_equal(err.kind, ERR_RUNTIME);
		assert_non_null(strstr(err.msg, "can't be had"));
	}
}

static void many_may_ask_at_once(void **state)
{
	const char *path = script("runsc", "exec /usr/bin/runsc \"$@\" # many");
	CLEANUP_ARENA struct arena arena = {0};
	struct identity id;
	struct ceiling c;
	struct err err;
	pid_t pid[4];
	(void)state;
	NEEDS_OWN_RUN();
	if (access("/usr/bin/runsc", X_OK) < 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(pid); i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(get(&id, &arena, RUNTIME_RUNSC, path, NULL, &err) < 0 ||
			      identity_ceiling(&c, &arena, &id, false, &err) < 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(pid); i++) {
		int status;
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	CLEANUP_DIR DIR *dir = opendir("/run/runclamp/cache");
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] == '.' && strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			fail_msg("left behind: %s", e->d_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(installed_runtimes_are_known),
		cmocka_unit_test(a_version_is_asked_once_per_binary),
		cmocka_unit_test(the_inner_binary_counts),
		cmocka_unit_test(a_forged_cache_is_not_used),
		cmocka_unit_test(binaries_are_refused),
		cmocka_unit_test(runclamp_does_not_call_itself),
		cmocka_unit_test(a_child_is_clean),
		cmocka_unit_test(a_child_has_a_deadline),
		cmocka_unit_test(what_cannot_run_is_an_error),
		cmocka_unit_test(a_table_is_asked_once),
		cmocka_unit_test(a_table_that_cannot_be_had_is_an_error),
		cmocka_unit_test(many_may_ask_at_once),
	};
	return cmocka_run_group_tests(tests, make_both, tmpdir_remove);
}
