/* Command lines and what they mean: by the runtimes' documentation, and for
 * those installed here by what the runtime itself did. */
#include "runtime/argv.h"
#include "runtime/grammar.h"
#include "site/identity.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { WORDS_MAX = 40 };

/* Splits at blanks; '' is an empty word. */
static int split(char *line, char *argv[static WORDS_MAX])
{
	static char program[] = "runclamp", empty[] = "";
	int argc = 1;

	argv[0] = program;
	while (*line) {
		assert_true(argc < WORDS_MAX - 1);
		argv[argc++] = line;
		line += strcspn(line, " ");
		if (*line)
			*line++ = '\0';
		if (strcmp(argv[argc - 1], "''") == 0)
			argv[argc - 1] = empty;
	}
	argv[argc] = NULL;
	return argc;
}

static void join(char *dst, size_t cap, char *const argv[])
{
	size_t at = 0;

	*dst = '\0';
	for (int i = 0; argv[i]; i++) {
		int n = snprintf(dst + at, cap - at, "%s%s", i ? " " : "", argv[i]);
		assert_true(n >= 0 && at + (size_t)n < cap);
		at += (size_t)n;
	}
}

/* create and run: either canonical, or the sentence that refuses holds `refused`. */
struct creator {
	enum runtime_kind runtime;
	const char *line;
	const char *bundle, *id, *canonical;
	const char *refused;
	bool only_ours; /* the bare runtime refuses this way of writing, the canonical one is plain */
};

#define R RUNTIME_RUNC
#define C RUNTIME_CRUN
#define S RUNTIME_RUNSC
#define Y RUNTIME_YOUKI
#define ROOT "/tmp/runclamp-none"

static const struct creator creators[] = {
	/* What Docker, containerd and Podman write. */
	{R, "--root " ROOT " --log l.json --log-format json create --bundle /none/b --pid-file /none/p c1",
	 "/none/b", "c1",
	 "--root=" ROOT " --log=l.json --log-format=json create --bundle=/none/b --pid-file=/none/p c1", NULL,
	 false},
	{R, "create --bundle /none/b --pid-file p c1", "/none/b", "c1",
	 "create --bundle=/none/b --pid-file=p c1", NULL, false},
	{R, "--systemd-cgroup --root " ROOT " create --bundle /none/b --console-socket s c1", "/none/b", "c1",
	 "--systemd-cgroup --root=" ROOT " create --bundle=/none/b --console-socket=s c1", NULL, false},
	{C, "--log=l --log-format=json create --bundle /none/b --pid-file p c1", "/none/b", "c1",
	 "--log=l --log-format=json create --bundle=/none/b --pid-file=p c1", NULL, false},
	{S, "--root " ROOT " --log l --log-format json create --bundle /none/b --pid-file p c1", "/none/b",
	 "c1", "--root=" ROOT " --log=l --log-format=json create --bundle=/none/b --pid-file=p c1", NULL,
	 false},
	{Y, "--root " ROOT " --log l create --bundle /none/b --pid-file p c1", "/none/b", "c1",
	 "--root=" ROOT " --log=l create --bundle=/none/b --pid-file=p c1", NULL, false},
	/* The working directory. */
	{R, "create c1", NULL, "c1", "create c1", NULL, false},
	{C, "create c1", NULL, "c1", "create c1", NULL, false},
	{S, "create c1", NULL, "c1", "create c1", NULL, false},
	{Y, "create c1", NULL, "c1", "create c1", NULL, false},
	{R, "run c1", NULL, "c1", "run c1", NULL, false},
	/* Ways to write an option. */
	{R, "-root=" ROOT " create -bundle=/none/b c1", "/none/b", "c1",
	 "--root=" ROOT " create --bundle=/none/b c1", NULL, false},
	{R, "-root " ROOT " create -b /none/b c1", "/none/b", "c1",
	 "--root=" ROOT " create --bundle=/none/b c1", NULL, false},
	{R, "create -b=/none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{R, "create --b /none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{R, "create -b/none/b c1", NULL, NULL, NULL, "\"-b/none/b\" is no option of runc", false},
	{R, "create --bundle=/none/b=c c1", "/none/b=c", "c1", "create --bundle=/none/b=c c1", NULL, false},
	{C, "create -b /none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{C, "create -b/none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{C, "create -b=/none/b c1", "=/none/b", "c1", "create --bundle==/none/b c1", NULL, false},
	{C, "create --bun /none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{C, "create --b=/none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{C, "run -db/none/b c1", "/none/b", "c1", "run --detach --bundle=/none/b c1", NULL, false},
	{C, "run -db /none/b c1", "/none/b", "c1", "run --detach --bundle=/none/b c1", NULL, false},
	{C, "create --bundle -x c1", "-x", "c1", "create --bundle=-x c1", NULL, false},
	{C, "create -b -- c1", "--", "c1", "create --bundle=-- c1", NULL, false},
	{C, "-root=" ROOT " create c1", NULL, NULL, NULL, "\"-root=" ROOT "\" is no option of crun", false},
	{C, "create -bundle=/none/b c1", "undle=/none/b", "c1", "create --bundle=undle=/none/b c1", NULL,
	 false},
	{C, "create --pi p c1", NULL, "c1", "create --pid-file=p c1", NULL, false},
	{S, "-root " ROOT " create -bundle /none/b c1", "/none/b", "c1",
	 "--root=" ROOT " create --bundle=/none/b c1", NULL, false},
	{S, "create -b /none/b c1", NULL, NULL, NULL, "\"-b\" is no option of runsc", false},
	{Y, "create -b/none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{Y, "create -b=/none/b -p=x c1", "/none/b", "c1", "create --bundle=/none/b --pid-file=x c1", NULL,
	 false},
	{Y, "create -c /s c1", NULL, "c1", "create --console-socket=/s c1", NULL, false},
	{Y, "-r " ROOT " -s run -db /none/b c1", "/none/b", "c1",
	 "--root=" ROOT " --systemd-cgroup run --detach --bundle=/none/b c1", NULL, false},
	/* Options behind the ID. */
	{R, "create c1 --bundle /none/b", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{R, "run --bundle /none/b c1 -d", "/none/b", "c1", "run --bundle=/none/b --detach c1", NULL, false},
	{R, "run -d c1 --bundle /none/b", "/none/b", "c1", "run --detach --bundle=/none/b c1", NULL, true},
	{Y, "create c1 -b /none/b", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{C, "create c1 --bundle /none/b", NULL, NULL, NULL, "its options stand before the ID", false},
	{S, "create c1 --bundle /none/b", NULL, NULL, NULL, "its options stand before the ID", false},
	/* The end of options. */
	{R, "-- create --bundle /none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{R, "create --bundle /none/b -- c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{R, "create -- c1 --bundle /none/b", NULL, NULL, NULL, "\"--bundle\" follows \"c1\"", false},
	{C, "-- create -b /none/b c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{C, "create -b /none/b -- c1", "/none/b", "c1", "create --bundle=/none/b c1", NULL, false},
	{S, "--root " ROOT " -- create -bundle /none/b -- c1", "/none/b", "c1",
	 "--root=" ROOT " create --bundle=/none/b c1", NULL, false},
	{R, "create -- -c1", NULL, NULL, NULL, "no name for a container", false},
	{C, "create -- --config=x", NULL, NULL, NULL, "letters, digits", false},
	/* Switches. */
	{R, "--systemd-cgroup=false create --no-pivot c1", NULL, "c1",
	 "--systemd-cgroup=false create --no-pivot c1", NULL, false},
	{R, "--debug=T create --no-pivot=0 c1", NULL, "c1", "--debug=T create --no-pivot=0 c1", NULL, false},
	{R, "create --no-pivot=maybe c1", NULL, NULL, NULL, "must be true or false", false},
	{R, "--systemd-cgroup false create c1", NULL, NULL, NULL, NULL,
	 false}, /* "false" is the subcommand */
	{C, "--systemd-cgroup=false create c1", NULL, NULL, NULL, "takes no value", false},
	{C, "create --no-pivot=true c1", NULL, NULL, NULL, "takes no value", false},
	{C, "create --no-p c1", NULL, "c1", "create --no-pivot c1", NULL, false},
	{S, "--debug=true --strace create c1", NULL, "c1", "--debug=true --strace create c1", NULL, false},
	{S, "--rootless false create c1", NULL, NULL, NULL, NULL, false},
	{Y, "--debug=true create c1", NULL, NULL, NULL, "takes no value", false},
	/* Repeats. */
	{R, "--root /a --root " ROOT " create c1", NULL, "c1", "--root=/a --root=" ROOT " create c1", NULL,
	 false},
	{R, "create --bundle /none/a --bundle=/none/b c1", NULL, NULL, NULL, "--bundle is given twice",
	 false},
	{R, "create -b /none/b --bundle=/none/b c1", "/none/b", "c1",
	 "create --bundle=/none/b --bundle=/none/b c1", NULL, true}, /* "two forms of the same flag" */
	{R, "create --bundle /none/b --bundle=/none/b c1", "/none/b", "c1",
	 "create --bundle=/none/b --bundle=/none/b c1", NULL, false},
	{C, "create -b/none/a -b/none/b c1", NULL, NULL, NULL, "--bundle is given twice", false},
	{S, "create -bundle=/none/a -bundle=/none/b c1", NULL, NULL, NULL, "--bundle is given twice", false},
	{Y, "create -b /none/a -b /none/b c1", NULL, NULL, NULL, "--bundle is given twice", false},
	/* Values that are missing, empty, or look like options. */
	{R, "create --bundle", NULL, NULL, NULL, "its value is missing", false},
	{R, "create --bundle c1", NULL, NULL, NULL, "needs a container ID", false},
	{R, "create --bundle= c1", NULL, NULL, NULL, "--bundle is empty", false},
	{R, "create --bundle -x c1", NULL, NULL, NULL, "begins with a dash", false},
	{R, "create --pid-file --bundle=/none/b c1", NULL, NULL, NULL, "begins with a dash", false},
	{R, "--root '' create c1", NULL, NULL, NULL, "--root is empty", false},
	{C, "create -b", NULL, NULL, NULL, "its value is missing", false},
	{C, "create --bundle= c1", NULL, NULL, NULL, "--bundle is empty", false},
	{Y, "create --bundle -x c1", NULL, NULL, NULL, "its value is missing", false},
	{R, "create ---bundle /none/b c1", NULL, NULL, NULL, "no way to write an option", false},
	{R, "create --=/none/b c1", NULL, NULL, NULL, "no way to write an option", false},
	/* IDs. */
	{R, "create", NULL, NULL, NULL, "needs a container ID", false},
	{R, "create c1 c2", NULL, NULL, NULL, "\"c2\" follows \"c1\"", false},
	{C, "create c1 c2", NULL, NULL, NULL, "\"c2\" follows \"c1\"", false},
	{S, "create c1 c2", NULL, NULL, NULL, "\"c2\" follows \"c1\"", false},
	{R, "create ''", NULL, NULL, NULL, "ID is empty", false},
	{C, "create -b /none/b ''", NULL, NULL, NULL, "ID is empty", false},
	{R, "create a/b", NULL, NULL, NULL, "letters, digits", false},
	{R, "create ..", NULL, NULL, NULL, "no name for a container", false},
	{R, "create .", NULL, NULL, NULL, "no name for a container", false},
	{C, "create -b /none/b -", NULL, NULL, NULL, "no name for a container", false},
	{R, "create a\tb", NULL, NULL, NULL, "a\\x09b", false},
	{R, "create A_1+2-3.4,5", NULL, "A_1+2-3.4,5", "create A_1+2-3.4,5", NULL, false},
	/* What no release of the runtime, or none that we know, has. */
	{R, "--roo " ROOT " create c1", NULL, NULL, NULL, "\"--roo\" is no option of runc", false},
	{R, "--new-flag=1 create c1", NULL, NULL, NULL, "up to 1.5.2", false},
	{R, "--new-flag value create c1", NULL, NULL, NULL, "\"--new-flag\" is no option of runc", false},
	{R, "create --new-flag c1", NULL, NULL, NULL, "newer release", false},
	{R, "create --config=x c1", NULL, NULL, NULL, "\"--config=x\" is no option of runc", false},
	{C, "create -d c1", NULL, NULL, NULL, "\"-d\" is no option of crun", false},
	{S, "--new-flag=1 create c1", NULL, "c1", "--new-flag=1 create c1", NULL, true},
	{S, "--new-flag create c1", NULL, NULL, NULL, "write it as --name=value", false},
	{S, "--gvisor-gro 1ms create c1", NULL, NULL, NULL, "write it as --name=value", false},
	{S, "create --new-flag=1 c1", NULL, NULL, NULL, "newer release", false},
	{Y, "create --bun /none/b c1", NULL, NULL, NULL, "\"--bun\" is no option of youki", false},
	/* crun's doors. */
	{C, "create --config=/x c1", NULL, NULL, NULL, "replaces config.json", false},
	{C, "create --config /x c1", NULL, NULL, NULL, "replaces config.json", false},
	{C, "create --conf /x c1", NULL, NULL, NULL, "replaces config.json", false},
	{C, "create -f /x c1", NULL, NULL, NULL, "replaces config.json", false},
	{C, "run -f/x c1", NULL, NULL, NULL, "replaces config.json", false},
	{C, "run -df/x c1", NULL, NULL, NULL, "replaces config.json", false},
	{C, "create --co /x c1", NULL, NULL, NULL, "could mean several options", false},
	{C, "create --p /x c1", NULL, NULL, NULL, "could mean several options", false},
	{C, "create --program-name=x c1", NULL, NULL, NULL, "glibc's own", false},
	{C, "--HANG=1 create c1", NULL, NULL, NULL, "glibc's own", false},
	{C, "--rootless=true create c1", NULL, NULL, NULL, "read as --root by some releases", false},
	{C, "--ro " ROOT " create c1", NULL, NULL, NULL, "could mean several options", false},
	{C, "--cgroup-manager disabled create c1", NULL, "c1", "--cgroup-manager=disabled create c1", NULL,
	 false},
	/* Questions that are taken back, or that stand where they may be a value. */
	{R, "--version=false create c1", NULL, NULL, NULL, "makes a container", false},
	{R, "--version --version=false create c1", NULL, NULL, NULL, "makes a container", false},
	{R, "--help --version=false create c1", NULL, NULL, NULL, "makes a container", false},
	{R, "create --help --help=false c1", NULL, NULL, NULL, "makes a container", false},
	{R, "create c1 -h -h=F", NULL, NULL, NULL, "makes a container", false},
	{R, "--new-flag --version create c1", NULL, NULL, NULL, "is no option of runc", false},
	{R, "--root --version create c1", NULL, NULL, NULL, "begins with a dash", false},
	{R, "create --pid-file -h c1", NULL, NULL, NULL, "begins with a dash", false},
	{R, "create --new-flag -h c1", NULL, NULL, NULL, "is no option of runc", false},
	{S, "create --new-flag -h c1", NULL, NULL, NULL, "newer release", false},
	{R, "create c1 -- -h", NULL, NULL, NULL, "\"-h\" follows \"c1\"", false},
	{C, "create c1 --help", NULL, NULL, NULL, "its options stand before the ID", false},
	{C, "create --pid-file --help c1", NULL, "c1", "create --pid-file=--help c1", NULL, false},
	{C, "--rootless --version create c1", NULL, NULL, NULL, "read as --root by some releases", false},
	{S, "create --fs-restore-image-path=/x c1", NULL, NULL, NULL, "is no option of runsc", false},
	{C, "create -h c1", NULL, NULL, NULL, "\"-h\" is no option of crun", false},
	{S, "-v create c1", NULL, NULL, NULL, "\"-v\" is no option of runsc", false},
	{S, "--log=-h create c1 -h", NULL, NULL, NULL, "its options stand before the ID", false},
};

static void creators_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(creators); i++) {
		const struct creator *t = &creators[i];
		CLEANUP_ARENA struct arena arena = {0};
		char line[512], canonical[1024], *argv[WORDS_MAX];
		struct err err = {0};
		struct cmdline cmd;

		(void)snprintf(line, sizeof(line), "%s", t->line);
		int argc = split(line, argv);
		int r = argv_parse(&cmd, &arena, t->runtime, argc, argv, &err);
		if (t->refused) {
			if (r == 0 || err.kind != ERR_USAGE || !strstr(err.msg, t->refused))
				fail_msg("%s: expected refusal \"%s\", got \"%s\"", t->line, t->refused,
					 err.msg);
			continue;
		}
		if (r < 0)
			fail_msg("%s: %s", t->line, err.msg);
		if (!t->canonical) {
			assert_true(cmd.sub == SUB_OTHER || cmd.sub == SUB_UNKNOWN);
			assert_null(cmd.canonical);
			continue;
		}
		assert_true(cmd.sub == SUB_CREATE || cmd.sub == SUB_RUN);
		join(canonical, sizeof(canonical), cmd.canonical);
		assert_string_equal(canonical, t->canonical);
		assert_string_equal(cmd.id, t->id);
		assert_string_equal(cmd.canonical[cmd.sub_in_canonical], cmd.sub_name);
		if (t->bundle)
			assert_string_equal(cmd.bundle, t->bundle);
		else
			assert_null(cmd.bundle);
	}
}

static const char *const installed[RUNTIME_KIND_COUNT] = {[RUNTIME_RUNC] = "/usr/sbin/runc",
							  [RUNTIME_CRUN] = "/usr/bin/crun",
							  [RUNTIME_RUNSC] = "/usr/bin/runsc"};

/* What the bare runtime says to these words. None of the bundles is there, so
 * its complaint names the one that it read. */
static char *told(char *const argv[])
{
	struct err err;
	char *out;
	size_t len;
	int status;

	if (identity_ask(argv, true, 65536, 20000, &out, &len, &status, &err) < 0)
		fail_msg("%s", err.msg);
	return out;
}

/* How each runtime complains about a bundle that is not there. */
static bool tells_bundle(enum runtime_kind runtime, const char *text, const char *bundle)
{
	char chdir_text[256], realpath_text[256];
	static const char *const formats[RUNTIME_KIND_COUNT][2] = {
		[RUNTIME_RUNC] = {"chdir %s: ", "chdir %s: "},
		[RUNTIME_CRUN] = {"chdir `%s` failed", "realpath `%s` failed"},
		[RUNTIME_RUNSC] = {"open %s/config.json: ", "open %s/config.json: "},
	};
	if (!bundle) /* the working directory, which is empty */
		return strstr(text, "config.json") && !strstr(text, "/none") && !strstr(text, "Usage");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(chdir_text, sizeof(chdir_text), formats[runtime][0], bundle);
	(void)snprintf(realpath_text, sizeof(realpath_text), formats[runtime][1], bundle);
#pragma GCC diagnostic pop
	return strstr(text, chdir_text) || strstr(text, realpath_text);
}

/* The runtime reads the canonical line as we read the caller's; and the
 * caller's own line too, unless it refuses it altogether. */
static void runtimes_read_the_same(void **state)
{
	unsigned compared = 0;
	(void)state;
	assert_int_equal(chdir(tmpdir), 0);
	for (size_t i = 0; i < ARRAY_LEN(creators); i++) {
		const struct creator *t = &creators[i];
		CLEANUP_ARENA struct arena arena = {0};
		char line[512], *argv[WORDS_MAX], **exec;
		struct err err = {0};
		struct cmdline cmd;
		const char *path = installed[t->runtime];

		if (!t->canonical || !path || access(path, X_OK) < 0)
			continue;
		(void)snprintf(line, sizeof(line), "%s", t->line);
		int argc = split(line, argv);
		assert_int_equal(argv_parse(&cmd, &arena, t->runtime, argc, argv, &err), 0);
		assert_int_equal(argv_build(&exec, &arena, t->runtime, path, NULL, argc, argv, &cmd, &err),
				 0);
		argv[0] = exec[0];
		CLEANUP_FREE char *ours = told(exec);
		CLEANUP_FREE char *theirs = told(argv);
		if (!(t->only_ours && t->runtime == RUNTIME_RUNSC) &&
		    !tells_bundle(t->runtime, ours, t->bundle))
			fail_msg("%s: the canonical line was read otherwise: %.300s", t->line, ours);
		if (tells_bundle(t->runtime, theirs, t->bundle) == t->only_ours)
			fail_msg("%s: the bare runtime said: %.300s", t->line, theirs);
		compared++;
	}
	if (!compared)
		skip();
}

/* Everything else: where the subcommand stands, and whose container it is. */
static const struct {
	enum runtime_kind runtime;
	const char *line;
	enum subcommand_kind sub;
	const char *sub_name, *root, *id;
	const char *refused;
} others[] = {
	{R, "", SUB_NONE, NULL, NULL, NULL, NULL},
	{R, "--version", SUB_NONE, NULL, NULL, NULL, NULL},
	{R, "-v", SUB_NONE, NULL, NULL, NULL, NULL},
	{C, "--version", SUB_NONE, NULL, NULL, NULL, NULL},
	{S, "--version", SUB_NONE, NULL, NULL, NULL, NULL},
	{R, "features", SUB_OTHER, "features", NULL, NULL, NULL},
	{R, "exec --env -h c1 sh", SUB_EXEC, "exec", NULL, "c1", NULL},
	{R, "exec c1 sh -h", SUB_EXEC, "exec", NULL, "c1", NULL},
	{R, "exec --new-flag -h c1", SUB_EXEC, "exec", NULL, "c1", NULL},
	{R, "restore --image-path i -h=false c1", SUB_RESTORE, "restore", NULL, "c1", NULL},
	{S, "restore c1 -h", SUB_RESTORE, "restore", NULL, "c1", NULL},
	{S, "do sh -h", SUB_DO, "do", NULL, NULL, NULL},
	{S, "do --new-flag -h", SUB_DO, "do", NULL, NULL, NULL},
	{R, "--root /r state c1", SUB_OTHER, "state", "/r", "c1", NULL},
	{R, "--root=/a --root /r state -- c1", SUB_OTHER, "state", "/r", "c1", NULL},
	{C, "--ro=/r state c1", SUB_OTHER, "state", NULL, "c1", NULL},
	{C, "--root=/r state c1", SUB_OTHER, "state", "/r", "c1", NULL},
	{S, "--root /r --debug --log=l state c1", SUB_OTHER, "state", "/r", "c1", NULL},
	{Y, "-r/r state c1", SUB_OTHER, "state", "/r", "c1", NULL},
	{R, "kill --all c1 9", SUB_OTHER, "kill", NULL, "c1", NULL},
	{R, "kill c1 KILL --all", SUB_OTHER, "kill", NULL, "c1", NULL},
	{C, "kill -a c1 -9", SUB_OTHER, "kill", NULL, "c1", NULL},
	{S, "kill -pid 3 c1", SUB_OTHER, "kill", NULL, "c1", NULL},
	{R, "delete --force c1", SUB_DELETE, "delete", NULL, "c1", NULL},
	{R, "delete c1 --force", SUB_DELETE, "delete", NULL, "c1", NULL},
	{S, "delete -force c1 c2", SUB_DELETE, "delete", NULL, "c1", NULL},
	{R, "ps --format json c1 -ef", SUB_OTHER, "ps", NULL, "c1", NULL},
	{R, "ps -f json c1", SUB_OTHER, "ps", NULL, "c1", NULL},
	{C, "ps -fjson c1", SUB_OTHER, "ps", NULL, "c1", NULL},
	{R, "events --interval 5s --stats c1", SUB_OTHER, "events", NULL, "c1", NULL},
	{R, "update --resources - c1", SUB_OTHER, "update", NULL, "c1", NULL},
	{C, "update -r - c1", SUB_OTHER, "update", NULL, "c1", NULL},
	{R, "list", SUB_OTHER, "list", NULL, NULL, NULL},
	{R, "start c1", SUB_OTHER, "start", NULL, "c1", NULL},
	{R, "exec -p /p --detach --pid-file x c1", SUB_EXEC, "exec", NULL, "c1", NULL},
	{R, "exec -t c1 create", SUB_EXEC, "exec", NULL, "c1", NULL},
	{R, "exec --env A=b c1 ps --bundle x", SUB_EXEC, "exec", NULL, "c1", NULL},
	{C, "exec -tfoo c1 ps", SUB_EXEC, "exec", NULL, "c1", NULL},
	{C, "exec --tty c1 ps", SUB_EXEC, "exec", NULL, "c1", NULL},
	/* -t may have a value, so "e" is it. */
	{C, "exec -te c1 ps", SUB_EXEC, "exec", NULL, "c1", NULL},
	{C, "exec -de A=b c1 ps", SUB_EXEC, "exec", NULL, "c1", NULL},
	{S, "exec -user 0 c1 ps", SUB_EXEC, "exec", NULL, "c1", NULL},
	{Y, "exec -p /p c1", SUB_EXEC, "exec", NULL, "c1", NULL},
	{R, "restore --image-path i -b /b c1", SUB_RESTORE, "restore", NULL, "c1", NULL},
	{S, "restore -image-path i c1", SUB_RESTORE, "restore", NULL, "c1", NULL},
	{S, "do echo", SUB_DO, "do", NULL, NULL, NULL},
	{S, "--root /r boot --bundle=/b c1", SUB_DO, "boot", "/r", NULL, NULL},
	{S, "gofer", SUB_DO, "gofer", NULL, NULL, NULL},
	{S, "bwrap --ro-bind / / sh", SUB_DO, "bwrap", NULL, NULL, NULL},
	{S, "sandboxexec sh", SUB_DO, "sandboxexec", NULL, NULL, NULL},
	{S, "--root /r --new-flag bwrap list", SUB_NONE, NULL, NULL, NULL, "write it as --name=value"},
	{S, "update --memory 5 c1", SUB_OTHER, "update", NULL, "c1", NULL},
	{S, "tar rootfs-upper c1", SUB_OTHER, "tar", NULL, NULL, NULL},
	/* What a newer release may start something with. */
	{R, "do echo", SUB_UNKNOWN, "do", NULL, NULL, NULL},
	{R, "crea c1", SUB_UNKNOWN, "crea", NULL, NULL, NULL},
	{S, "--root /r newcmd c1", SUB_UNKNOWN, "newcmd", "/r", NULL, NULL},
	{C, "exe c1 sh", SUB_UNKNOWN, "exe", NULL, NULL, NULL},
	{Y, "newcmd", SUB_UNKNOWN, "newcmd", NULL, NULL, NULL},
	{R, "init", SUB_UNKNOWN, "init", NULL, NULL, NULL},
	/* Unknown words block nothing that only looks after containers... */
	{R, "--new-flag=1 --root /r kill c1", SUB_OTHER, "kill", "/r", "c1", NULL},
	{R, "--new-flag --root /r kill c1", SUB_OTHER, "kill", "/r", "c1", NULL},
	{R, "--new-flag value --root /r kill c1", SUB_OTHER, "kill", "/r", "c1", NULL},
	{R, "--new-flag value delete c1", SUB_DELETE, "delete", NULL, "c1", NULL},
	{R, "kill --new-flag c1", SUB_OTHER, "kill", NULL, "c1", NULL},
	{S, "--gvisor-gro=1ms state c1", SUB_OTHER, "state", NULL, "c1", NULL},
	{C, "--systemd-cgroup=false state c1", SUB_OTHER, "state", NULL, "c1", NULL},
	/* ...but what could start a process. */
	{R, "--new-flag exec c1 sh", SUB_NONE, NULL, NULL, NULL, "\"--new-flag\" is no option of runc"},
	{R, "--new-flag=1 exec c1 sh", SUB_NONE, NULL, NULL, NULL, "\"--new-flag=1\" is no option of runc"},
	{R, "--new-flag value run c1", SUB_NONE, NULL, NULL, NULL, "\"--new-flag\" is no option of runc"},
	{R, "--new-flag a b create c1", SUB_NONE, NULL, NULL, NULL, "\"--new-flag\" is no option of runc"},
	{S, "--new-flag start c1", SUB_NONE, NULL, NULL, NULL, "write it as --name=value"},
	{R, "--new-flag start c1", SUB_OTHER, "start", NULL, "c1", NULL},
};

static void others_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		char line[512], *argv[WORDS_MAX];
		struct err err = {0};
		struct cmdline cmd;

		(void)snprintf(line, sizeof(line), "%s", others[i].line);
		int argc = split(line, argv);
		int r = argv_parse(&cmd, &arena, others[i].runtime, argc, argv, &err);
		if (others[i].refused) {
			if (r == 0 || !strstr(err.msg, others[i].refused))
				fail_msg("%s: not refused, or by \"%s\"", others[i].line, err.msg);
			continue;
		}
		if (r < 0)
			fail_msg("%s: %s", others[i].line, err.msg);
		if (cmd.sub != others[i].sub)
			fail_msg("%s: subcommand kind %d", others[i].line, cmd.sub);
		const char *got[] = {cmd.sub_name, cmd.root, cmd.id};
		const char *want[] = {others[i].sub_name, others[i].root, others[i].id};
		for (size_t k = 0; k < ARRAY_LEN(got); k++)
			if (!got[k] != !want[k] || (got[k] && strcmp(got[k], want[k]) != 0))
				fail_msg("%s: value %zu is %s", others[i].line, k,
					 got[k] ? got[k] : "absent");
		assert_null(cmd.canonical);
	}
}

/* Words that start nothing, whatever they speak of: they are passed on as they stand, and the answer is the
 * runtime's own. */
static const char *const questions[RUNTIME_KIND_COUNT] = {
	[R] = "create --help\ncreate -h c1\ncreate c1 -h\ncreate --bundle /none/b --help\nrun -h\n"
	      "restore -h\nrestore --help c1\nrestore c1 -h\nexec --help\nexec -h c1 sh\n"
	      "--help restore\n-h run c1\n--version create c1\n-v restore\n"
	      "--root /none --debug --version create --new-flag c1\nhelp restore\nhelp create\n"
	      "h run\n",
	[C] = "create -?\ncreate --help c1\ncreate --usage\nrun -?d\nrun --he\nexec --help\n"
	      "restore --help\nrestore -? c1\n--help restore\n--usage create c1\n"
	      "--version create c1\n-v run c1\n-V create c1\n",
	[S] = "create --help\ncreate -h c1\nrun -help\nrestore -h\nrestore --help c1\n"
	      "exec -h c1 sh\ndo --help\nboot -h\ngofer --help\n--help do sh\n-h create c1\n"
	      "--version create c1\nhelp restore\nhelp do\n",
	[Y] = "create --help\nrestore -h\nexec -h c1\n-V create c1\n--help run c1\nhelp run\n",
};

/* crun without CRIU has no restore. */
static bool is_answer(const char *text)
{
	static const char *const words[] = {"USAGE:",	"Usage:",	   "[flags]",
					    "version ", "unknown command", "[command options]"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

static void is_question(enum runtime_kind runtime, char *line)
{
	const char *path = installed[runtime];
	CLEANUP_ARENA struct arena arena = {0};
	char *argv[WORDS_MAX], **exec, shown[128];
	struct err err = {0};
	struct cmdline cmd;

	(void)snprintf(shown, sizeof(shown), "%s %s", runtime_name(runtime), line);
	int argc = split(line, argv);
	if (argv_parse(&cmd, &arena, runtime, argc, argv, &err) < 0)
		fail_msg("%s: %s", shown, err.msg);
	if (cmd.sub != SUB_NONE && strcmp(cmd.sub_name, "help") != 0 && strcmp(cmd.sub_name, "h") != 0)
		fail_msg("%s: subcommand kind %d", shown, cmd.sub);
	assert_null(cmd.id);
	if (!path || access(path, X_OK) < 0)
		return;
	assert_int_equal(argv_build(&exec, &arena, runtime, path, NULL, argc, argv, &cmd, &err), 0);
	argv[0] = exec[0];
	CLEANUP_FREE char *ours = told(exec);
	CLEANUP_FREE char *theirs = told(argv);
	assert_string_equal(ours, theirs);
	if (!is_answer(theirs))
		fail_msg("%s: the runtime went on: %s", shown, theirs);
}

static void questions_start_nothing(void **state)
{
	(void)state;
	assert_int_equal(chdir(tmpdir), 0);
	for (int r = 0; r < RUNTIME_KIND_COUNT; r++) {
		char text[1024], *rest = text, *line;

		(void)snprintf(text, sizeof(text), "%s", questions[r]);
		while ((line = strsep(&rest, "\n")) && *line)
			is_question((enum runtime_kind)r, line);
	}
}

/* What is executed. */
static const struct {
	enum runtime_kind runtime;
	const char *path, *args, *line, *executed;
} builds[] = {
	{R, "/usr/sbin/runc", "", "kill c1 9", "/usr/sbin/runc kill c1 9"},
	{R, "/usr/sbin/runc", "--debug", "--root=/r kill c1", "/usr/sbin/runc --debug --root=/r kill c1"},
	{R, "/usr/sbin/runc", "--debug", "-root /r create -b /b c1",
	 "/usr/sbin/runc --debug --root=/r create --bundle=/b c1"},
	{C, "/usr/bin/crun", "", "exec -te A=b c1 sh", "/usr/bin/crun exec -te A=b c1 sh"},
	{C, "/opt/crun-1.21", "", "state c1", "/opt/crun state c1"},
	{C, "/usr/bin/krun", "", "state c1", "/usr/bin/crun state c1"},
	{S, "/usr/bin/runsc", "--platform=ptrace", "--root /r start c1",
	 "/usr/bin/runsc --platform=ptrace --root /r --oci-seccomp=true --allow-flag-override=false start "
	 "c1"},
	{S, "/usr/bin/runsc", "--network=none", "--oci-seccomp=false create -bundle=/b c1",
	 "/usr/bin/runsc --network=none --oci-seccomp=false --oci-seccomp=true --allow-flag-override=false "
	 "create --bundle=/b c1"},
	{S, "/usr/bin/runsc", "", "--root /r -- start c1",
	 "/usr/bin/runsc --root /r --oci-seccomp=true --allow-flag-override=false -- start c1"},
	{S, "/usr/bin/runsc", "", "--root -- kill c1",
	 "/usr/bin/runsc --root -- --oci-seccomp=true --allow-flag-override=false kill c1"},
	{S, "/usr/bin/runsc", "", "exec -user 0 c1 --oci-seccomp=false",
	 "/usr/bin/runsc --oci-seccomp=true --allow-flag-override=false exec -user 0 c1 --oci-seccomp=false"},
	{S, "/usr/bin/runsc", "--debug", "--version", "/usr/bin/runsc --debug --version"},
};

static void lines_are_built(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builds); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		char line[512], extra[256], all[1024], *argv[WORDS_MAX], *args[WORDS_MAX], **exec;
		struct err err = {0};
		struct cmdline cmd;

		(void)snprintf(line, sizeof(line), "%s", builds[i].line);
		(void)snprintf(extra, sizeof(extra), "%s", builds[i].args);
		int argc = split(line, argv);
		(void)split(extra, args);
		assert_int_equal(argv_parse(&cmd, &arena, builds[i].runtime, argc, argv, &err), 0);
		assert_int_equal(argv_build(&exec, &arena, builds[i].runtime, builds[i].path,
					    (const char *const *)args + 1, argc, argv, &cmd, &err),
				 0);
		join(all, sizeof(all), exec);
		assert_string_equal(all, builds[i].executed);
	}
}

static void long_ids_are_refused(void **state)
{
	static char id[ARGV_ID_MAX + 2], program[] = "runclamp", create[] = "create";
	char *argv[] = {program, create, id, NULL};
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	struct cmdline cmd;

	(void)state;
	memset(id, 'a', ARGV_ID_MAX);
	assert_int_equal(argv_parse(&cmd, &arena, R, 3, argv, &err), 0);
	id[ARGV_ID_MAX] = 'a';
	assert_int_equal(argv_parse(&cmd, &arena, R, 3, argv, &err), -1);
	assert_non_null(strstr(err.msg, "1024 are allowed"));
}

/* A letter or name means one thing within a table; and C says nothing where a name has no room for its NUL.
 */
static void tables_are_sound(void **state)
{
	(void)state;
	for (int r = 0; r < RUNTIME_KIND_COUNT; r++) {
		const struct grammar *g = grammar_of((enum runtime_kind)r);
		for (const struct opt_spec *o = g->globals; o->name[0]; o++)
			assert_int_equal(o->name[OPT_NAME_MAX - 1], '\0');
		for (const struct sub_spec *s = g->subs; s->name; s++) {
			assert_ptr_equal(grammar_sub(g, s->name), s);
			if (s->kind == SUB_CREATE || s->kind == SUB_RUN)
				assert_true(s->starts && s->has_id && s->opts);
			for (const struct opt_spec *o = s->opts; o && o->name[0]; o++) {
				assert_int_equal(o->name[OPT_NAME_MAX - 1], '\0');
				for (const struct opt_spec *q = o + 1; q->name[0]; q++)
					assert_true(strcmp(o->name, q->name) != 0 &&
						    (!o->letter || o->letter != q->letter));
			}
		}
	}
}

/* Every flag of the installed runsc in the table is of the kind the table says. */
static void runsc_flags_are_of_that_kind(void **state)
{
	char *argv[] = {(char[]){"/usr/bin/runsc"}, (char[]){"flags"}, NULL};
	unsigned known = 0;
	(void)state;
	if (access(argv[0], X_OK) < 0)
		skip();
	CLEANUP_FREE char *text = told(argv);
	for (const struct opt_spec *o = grammar_runsc.globals; o->name[0]; o++) {
		char value[96], alone[96];
		(void)snprintf(alone, sizeof(alone), "\n  -%s\n", o->name);
		(void)snprintf(value, sizeof(value), "\n  -%s ", o->name);
		const char *switched = strstr(text, alone), *valued = strstr(text, value);
		/* Backquotes in its help make "net-raw" look as if it took a value. */
		if (strcmp(o->name, "net-raw") == 0 || (!switched && !valued))
			continue;
		known++;
		if ((switched != NULL) != (o->takes == TAKES_NOTHING))
			fail_msg("--%s is of another kind", o->name);
	}
	assert_true(known > 55);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creators_are_read), cmocka_unit_test(runtimes_read_the_same),
		cmocka_unit_test(others_are_found),  cmocka_unit_test(questions_start_nothing),
		cmocka_unit_test(lines_are_built),   cmocka_unit_test(long_ids_are_refused),
		cmocka_unit_test(tables_are_sound),  cmocka_unit_test(runsc_flags_are_of_that_kind),
	};
	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
