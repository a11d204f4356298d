/* The configuration: defaults, levels, what overrides what, where it is found. */
#include "base/userns.h"
#include "site/config.h"
#include "tmpdir.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct config parse(struct arena *arena, const char *text)
{
	struct config c;
	struct err err = {0};

	if (config_parse(&c, arena, text, strlen(text), "FILE", &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return c;
}

/* level × runtime, and what a handler or the config overrides. */
static const struct {
	const char *text;
	const char *ceiling;
	enum level level;
	enum mode mode;
	enum on_missing on_missing;
	enum limit_over over;
	uint32_t syscalls;
	bool limit_set, on_missing_set;
} rows[] = {
#define H(top, own) "{" top "\"handlers\":{\"h\":{" own "}}}"
#define RUNC "\"path\":\"/x/runc\""
#define RUNSC "\"path\":\"/x/runsc\""
	{H("", RUNC), "node-default", LEVEL_STANDARD, MODE_ENFORCE, ON_MISSING_CEILING, OVER_WARN, 35, false,
	 false},
	{H("", RUNSC), "runtime", LEVEL_STANDARD, MODE_ENFORCE, ON_MISSING_CEILING, OVER_WARN, 35, false,
	 false},
	{H("\"level\":\"strict\",", RUNC), "strict-137", LEVEL_STRICT, MODE_ENFORCE, ON_MISSING_DENY,
	 OVER_DENY, 35, false, false},
	{H("\"level\":\"strict\",", RUNSC), "strict-137", LEVEL_STRICT, MODE_ENFORCE, ON_MISSING_DENY,
	 OVER_DENY, 35, false, false},
	{H("\"level\":\"permissive\",", RUNC), "node-default", LEVEL_PERMISSIVE, MODE_ENFORCE,
	 ON_MISSING_CEILING, OVER_NONE, 35, false, false},
	{H("\"level\":\"permissive\",", RUNSC), "runtime", LEVEL_PERMISSIVE, MODE_ENFORCE, ON_MISSING_CEILING,
	 OVER_NONE, 35, false, false},
	{H("", RUNC ",\"level\":\"strict\""), "strict-137", LEVEL_STRICT, MODE_ENFORCE, ON_MISSING_DENY,
	 OVER_DENY, 35, false, false},
	{H("\"level\":\"strict\",", RUNC ",\"level\":\"permissive\""), "node-default", LEVEL_PERMISSIVE,
	 MODE_ENFORCE, ON_MISSING_CEILING, OVER_NONE, 35, false, false},
	/* The config's value stands before the level's, also before a handler's own level. */
	{H("\"on_missing\":\"ceiling\",", RUNC ",\"level\":\"strict\""), "strict-137", LEVEL_STRICT,
	 MODE_ENFORCE, ON_MISSING_CEILING, OVER_DENY, 35, false, true},
	{H("\"on_missing\":\"ceiling\",", RUNC ",\"on_missing\":\"deny\""), "node-default", LEVEL_STANDARD,
	 MODE_ENFORCE, ON_MISSING_DENY, OVER_WARN, 35, false, true},
	{H("\"limits\":{\"syscalls\":50},", RUNC), "node-default", LEVEL_STANDARD, MODE_ENFORCE,
	 ON_MISSING_CEILING, OVER_WARN, 50, true, false},
	{H("\"limits\":{\"syscalls\":50},", RUNC ",\"limits\":{\"over\":\"deny\"}"), "node-default",
	 LEVEL_STANDARD, MODE_ENFORCE, ON_MISSING_CEILING, OVER_DENY, 50, true, false},
	{H("\"limits\":{\"syscalls\":50,\"over\":\"deny\"},", RUNC ",\"limits\":{\"syscalls\":0}"),
	 "node-default", LEVEL_STANDARD, MODE_ENFORCE, ON_MISSING_CEILING, OVER_DENY, 0, true, false},
	{H("\"limits\":{},", RUNC), "node-default", LEVEL_STANDARD, MODE_ENFORCE, ON_MISSING_CEILING,
	 OVER_WARN, 35, false, false},
	/* A number under permissive is meant to be heard of. */
	{H("\"level\":\"permissive\",\"limits\":{\"syscalls\":60},", RUNC), "node-default", LEVEL_PERMISSIVE,
	 MODE_ENFORCE, ON_MISSING_CEILING, OVER_WARN, 60, true, false},
	{H("\"mode\":\"audit\",", RUNC), "node-default", LEVEL_STANDARD, MODE_AUDIT, ON_MISSING_CEILING,
	 OVER_WARN, 35, false, false},
	{H("\"mode\":\"audit\",", RUNC ",\"mode\":\"enforce\""), "node-default", LEVEL_STANDARD, MODE_ENFORCE,
	 ON_MISSING_CEILING, OVER_WARN, 35, false, false},
	{H("\"ceiling\":\"mine\",", RUNSC), "mine", LEVEL_STANDARD, MODE_ENFORCE, ON_MISSING_CEILING,
	 OVER_WARN, 35, false, false},
	{H("\"ceiling\":\"mine\",", RUNSC ",\"ceiling\":\"runtime:full\""), "runtime:full", LEVEL_STANDARD,
	 MODE_ENFORCE, ON_MISSING_CEILING, OVER_WARN, 35, false, false},
	{H("", RUNC ",\"ceiling\":\"/etc/w.json\""), "/etc/w.json", LEVEL_STANDARD, MODE_ENFORCE,
	 ON_MISSING_CEILING, OVER_WARN, 35, false, false},
	{H("", RUNC ",\"ceiling\":\"gvisor-20221219.0:full\""), "gvisor-20221219.0:full", LEVEL_STANDARD,
	 MODE_ENFORCE, ON_MISSING_CEILING, OVER_WARN, 35, false, false},
};

static void values_are_resolved(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct config c = parse(&arena, rows[i].text);
		const struct handler *h = config_handler(&c, "h");

		assert_non_null(h);
		assert_string_equal(h->ceiling, rows[i].ceiling);
		assert_int_equal(h->level, rows[i].level);
		assert_int_equal(h->mode, rows[i].mode);
		assert_int_equal(h->on_missing, rows[i].on_missing);
		assert_int_equal(h->limit_over, rows[i].over);
		assert_int_equal(h->limit_syscalls, rows[i].syscalls);
		assert_int_equal(h->limit_set, rows[i].limit_set);
		assert_int_equal(h->on_missing_set, rows[i].on_missing_set);
	}
}

/* The first that is there, or NULL. */
static const char *usual(const char *name)
{
	static const char *const folders[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					      "/usr/bin",	 "/sbin",	   "/bin"};
	static char path[64];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static void check_defaults(const struct config *c)
{
	const struct handler *h = config_handler(c, "runclamp"), *s = config_handler(c, "runclamp-runsc");
	const char *path;

	assert_true(c->source_refuse);
	assert_int_equal(c->sources, SOURCE_ANNOTATION | SOURCE_LABEL | SOURCE_CATALOGUE);
	assert_null(c->aliases[0]);
	assert_string_equal(c->decision_log, "/var/log/runclamp/decisions.jsonl");
	assert_false(c->decision_log_required);
	assert_false(c->startcontainer_hooks);
	assert_null(c->seccomp_listeners);
	assert_int_equal(c->max_config_bytes, 4 << 20);
	assert_int_equal(c->nhandlers, 2);
	assert_non_null(h);
	assert_non_null(s);
	assert_int_equal(h->level, LEVEL_STANDARD);
	assert_int_equal(h->mode, MODE_ENFORCE);
	assert_int_equal(h->on_missing, ON_MISSING_CEILING);
	assert_int_equal(h->limit_syscalls, 35);
	assert_int_equal(h->limit_over, OVER_WARN);
	assert_string_equal(h->ceiling, "node-default");
	assert_null(h->args[0]);
	assert_null(h->inner);
	assert_int_equal(s->runtime, RUNTIME_RUNSC);
	assert_string_equal(s->ceiling, "runtime");
	path = usual("runsc");
	if (path)
		assert_string_equal(s->path, path);
	path = usual("runc");
	if (path) {
		assert_int_equal(h->runtime, RUNTIME_RUNC);
		assert_string_equal(h->path, path);
	}
}

static void nothing_written_is_the_defaults(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct config c = parse(&arena, " {\n} ");
	(void)state;
	check_defaults(&c);
	assert_string_equal(c.path, "FILE");
}

/* What is installed as the default config changes nothing. */
static void the_shipped_file_is_the_defaults(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_FILE FILE *f = fopen("config/config.json", "re");
	char text[4096];
	struct config c;
	(void)state;
	if (!f)
		skip(); /* not called from the top folder */
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	c = parse(&arena, text);
	/* Docker's own packages have runc elsewhere than Debian's: no path is written. */
	assert_int_equal(c.handlers[0].searched, SEARCHED_PATH);
	assert_int_equal(c.handlers[1].searched, SEARCHED_PATH);
	if (usual("runc"))
		check_defaults(&c);
	/* One word has to be enough: nothing else may stand in strict's way. */
	char *word = strstr(text, "standard");
	assert_non_null(word);
	memcpy(word, "strict\",", 8);
	memmove(word + 8, word + 10, strlen(word + 10) + 1);
	c = parse(&arena, text);
	for (unsigned i = 0; i < c.nhandlers; i++) {
		assert_int_equal(c.handlers[i].on_missing, ON_MISSING_DENY);
		assert_int_equal(c.handlers[i].limit_over, OVER_DENY);
		assert_string_equal(c.handlers[i].ceiling, "strict-137");
	}
}

static void engines_are_read(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct config c = parse(&arena, "{\"engines\":{\"docker\":{\"data_root\":\"/d\",\"namespace\":\"n\"},"
					"\"containerd\":{\"address\":\"/a.sock\",\"root\":\"/c\"},"
					"\"storage\":{\"root\":\"/s\"}}}");

	(void)state;
	assert_string_equal(c.engines.docker_data_root, "/d");
	assert_string_equal(c.engines.docker_namespace, "n");
	assert_string_equal(c.engines.containerd_address, "/a.sock");
	assert_string_equal(c.engines.containerd_root, "/c");
	assert_string_equal(c.engines.storage_roots[0], "/s");
	assert_null(c.engines.storage_roots[1]);
	c = parse(&arena, "{\"engines\":{\"storage\":{\"root\":[\"/s\",\"/t\"]}}}");
	assert_string_equal(c.engines.storage_roots[1], "/t");
	assert_null(c.engines.storage_roots[2]);
	c = parse(&arena, "{\"engines\":{\"docker\":{}}}");
	assert_null(c.engines.docker_data_root);
	assert_string_equal(c.engines.docker_namespace, "moby");
	assert_null(c.engines.storage_roots);
}

static void every_key_is_read(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct config c = parse(
		&arena,
		"{\"on_source_error\":\"skip\",\"sources\":[\"catalogue\"],\"aliases\":[\"signature\","
		"\"syscalls\"],\"decision_log\":\"/l\\u006fg\",\"decision_log_required\":true,"
		"\"startcontainer_hooks\":true,\"seccomp_listeners\":[\"/run/a\",\"/run/b/"
		"s\"],\"max_bundle_bytes\":8192,\"handlers\":{\"a.b-c_1\":{"
		"\"runtime\":\"crun\",\"path\":\"/opt/wrap\",\"inner\":\"/opt/crun\",\"args\":[\"--debug\","
		"\"\"]},\"y\":{\"path\":\"/opt/youki\"}}}");
	const struct handler *h = config_handler(&c, "a.b-c_1");
	(void)state;
	assert_false(c.source_refuse);
	assert_int_equal(c.sources, SOURCE_CATALOGUE);
	assert_string_equal(c.aliases[0], "syscalls");
	assert_string_equal(c.aliases[1], "signature");
	assert_null(c.aliases[2]);
	assert_string_equal(c.decision_log, "/log");
	assert_true(c.decision_log_required);
	assert_true(c.startcontainer_hooks);
	assert_string_equal(c.seccomp_listeners[0], "/run/a");
	assert_string_equal(c.seccomp_listeners[1], "/run/b/s");
	assert_null(c.seccomp_listeners[2]);
	assert_int_equal(c.max_config_bytes, 8192);
	assert_int_equal(c.nhandlers, 2);
	assert_int_equal(h->runtime, RUNTIME_CRUN);
	assert_string_equal(h->path, "/opt/wrap");
	assert_string_equal(h->inner, "/opt/crun");
	assert_int_equal(h->nargs, 2);
	assert_string_equal(h->args[0], "--debug");
	assert_string_equal(h->args[1], "");
	assert_null(h->args[2]);
	assert_int_equal(config_handler(&c, "y")->runtime, RUNTIME_YOUKI);
	assert_null(config_handler(&c, "runclamp"));
	c = parse(&arena, "{\"decision_log\":null,\"sources\":[]}");
	assert_null(c.decision_log);
	assert_int_equal(c.sources, 0);
}

static void a_runtime_alone_is_looked_for(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct config c = parse(&arena, "{\"handlers\":{\"a\":{\"runtime\":\"crun\"},\"b\":{},"
					"\"c\":{\"runtime\":\"youki\"}}}");
	(void)state;
	assert_int_equal(config_handler(&c, "a")->runtime, RUNTIME_CRUN);
	if (usual("crun"))
		assert_string_equal(config_handler(&c, "a")->path, usual("crun"));
	if (usual("runc"))
		assert_string_equal(config_handler(&c, "b")->path, usual("runc"));
	if (!usual("youki"))
		assert_null(config_handler(&c, "c")->path);
}

static int load(struct config *c, struct arena *arena, struct err *err)
{
	*err = (struct err){0};
	return config_load(c, arena, err);
}

static void the_environment_names_a_file(void **state)
{
	static const char text[] = "{\"level\":\"strict\"}";
	CLEANUP_ARENA struct arena arena = {0};
	struct config c;
	struct err err;
	(void)state;
	if (!userns_is_initial_root())
		skip();
	tmpdir_write("c.json", text, sizeof(text) - 1, 0600);
	assert_int_equal(setenv("RUNCLAMP_CONFIG", tmpdir_path("c.json"), 1), 0);
	assert_int_equal(load(&c, &arena, &err), 0);
	assert_string_equal(c.path, tmpdir_path("c.json"));
	assert_int_equal(c.handlers[0].level, LEVEL_STRICT);
	assert_int_equal(chmod(tmpdir_path("c.json"), 0622), 0);
	assert_int_equal(load(&c, &arena, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.msg, "not trusted"));
	/* A file that was asked for has to be there. */
	assert_int_equal(setenv("RUNCLAMP_CONFIG", tmpdir_path("none.json"), 1), 0);
	assert_int_equal(load(&c, &arena, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.msg, "none.json"));
	assert_int_equal(setenv("RUNCLAMP_CONFIG", "c.json", 1), 0);
	assert_int_equal(load(&c, &arena, &err), -1);
	assert_non_null(strstr(err.msg, "absolute"));
	assert_int_equal(unsetenv("RUNCLAMP_CONFIG"), 0);
}

/* In a child with an /etc of its own. */
static int in_own_etc(void)
{
	static const char text[] = "{\"mode\":\"audit\"}";
	CLEANUP_ARENA struct arena arena = {0};
	struct config c;
	struct err err;

	(void)unsetenv("RUNCLAMP_CONFIG");
	if (load(&c, &arena, &err) < 0 || c.path)
		return 1;
	if (mkdir("/etc/runclamp", 0755) < 0 || symlink("/none", config_default_path) < 0)
		return 2;
	/* A link that leads nowhere is not "no file". */
	if (load(&c, &arena, &err) == 0 || err.kind != ERR_CONFIG)
		return 3;
	if (unlink(config_default_path) < 0)
		return 4;
	CLEANUP_FILE FILE *f = fopen(config_default_path, "we");
	if (!f || fwrite(text, 1, sizeof(text) - 1, f) != sizeof(text) - 1 || fflush(f) != 0)
		return 5;
	if (load(&c, &arena, &err) < 0 || strcmp(c.path, config_default_path) != 0 ||
	    c.handlers[0].mode != MODE_AUDIT)
		return 6;
	/* A process of its own, so that nothing is known from before. */
	char *argv[] = {(char[]){"/proc/self/exe"}, (char[]){"in-user-namespace"}, NULL};
	(void)execv(argv[0], argv);
	return 99;
}

/* Rootless: the files of the host's root belong to the overflow uid there. */
static int in_user_namespace(void)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct config c;
	struct err err;

	/* setuid takes /proc/self away from us; this gives it back. */
	if (setuid(65534) < 0 || prctl(PR_SET_DUMPABLE, 1) < 0 || unshare(CLONE_NEWUSER) < 0)
		return 77;
	CLEANUP_FILE FILE *map = fopen("/proc/self/uid_map", "we");
	if (!map || fputs("0 65534 1", map) < 0 || fflush(map) != 0)
		return 77;
	if (geteuid() != 0 || userns_is_initial_root())
		return 11;
	if (load(&c, &arena, &err) < 0)
		return fprintf(stderr, "%s\n", err.msg), 12;
	if (c.handlers[0].mode != MODE_AUDIT)
		return 13;
	/* There the environment says nothing. */
	if (setenv("RUNCLAMP_CONFIG", "/none", 1) < 0 || load(&c, &arena, &err) < 0 || !c.path ||
	    strcmp(c.path, config_default_path) != 0)
		return 14;
	return 0;
}

static void the_default_path_is_read(void **state)
{
	int status;
	(void)state;
	if (strcmp(config_default_path, "/etc/runclamp/config.json") != 0)
		skip();
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("none", "/etc", "tmpfs", 0, "mode=0755") < 0)
			_exit(77);
		_exit(in_own_etc());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void the_environment_is_not_for_others(void **state)
{
	int status;
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(setenv("RUNCLAMP_CONFIG", "not/absolute", 1), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		CLEANUP_ARENA struct arena arena = {0};
		struct config c;
		struct err err;
		if (setuid(65534) < 0)
			_exit(77);
		/* A process of its own, so that nothing is known from before. */
		_exit(userns_is_initial_root() || strcmp(getenv("RUNCLAMP_CONFIG"), "not/absolute") != 0 ||
		      (load(&c, &arena, &err) < 0 && strstr(err.msg, "RUNCLAMP_CONFIG")));
	}
	assert_int_equal(unsetenv("RUNCLAMP_CONFIG"), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		/* First: userns_is_initial_root remembers. */
		cmocka_unit_test(the_environment_is_not_for_others),
		cmocka_unit_test(values_are_resolved),
		cmocka_unit_test(nothing_written_is_the_defaults),
		cmocka_unit_test(the_shipped_file_is_the_defaults),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(engines_are_read),
		cmocka_unit_test(a_runtime_alone_is_looked_for),
		cmocka_unit_test(the_environment_names_a_file),
		cmocka_unit_test(the_default_path_is_read),
	};
	(void)argv;
	if (argc > 1)
		return in_user_namespace();
	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
