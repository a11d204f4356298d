/* crun 1.8.1 to 1.28, by --help, source (crun.c, run.c, create.c) and by what
 * the binary did. argp adds help, usage, program-name and HANG to each table;
 * they count when an abbreviation is resolved. */
#include "runtime/grammar.h"

#define ARGP_OPTIONS                                                                                         \
	{"help", '?', TAKES_NOTHING, OPT_INFO}, {"usage", 0, TAKES_NOTHING, OPT_INFO},                       \
		{"program-name", 0, TAKES_VALUE, OPT_DEBUGGING},                                             \
	{                                                                                                    \
		"HANG", 0, TAKES_OPTIONAL, OPT_DEBUGGING                                                     \
	}

static const struct opt_spec globals[] = {
	{"root", 0, TAKES_VALUE, OPT_ROOT},
	{"log", 0, TAKES_VALUE, OPT_LOG},
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT},
	{"log-level", 0, TAKES_VALUE, OPT_PLAIN},
	{"cgroup-manager", 0, TAKES_VALUE, OPT_PLAIN},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN},
	{"systemd-cgroup", 0, TAKES_NOTHING, OPT_PLAIN},
	/* Measured on 1.8.1: `--root R --rootless=true` looks for containers in the
	 * folder "true". Newer ones ignore it. */
	{"rootless", 0, TAKES_VALUE, OPT_MISREAD},
	{"version", 'v', TAKES_NOTHING, OPT_INFO},
	{"version", 'V', TAKES_NOTHING, OPT_INFO},
	ARGP_OPTIONS,
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE}, {"config", 'f', TAKES_VALUE, OPT_REPLACES_CONFIG},         \
		{"console-socket", 0, TAKES_VALUE, OPT_PLAIN}, {"pid-file", 0, TAKES_VALUE, OPT_PLAIN},      \
		{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN}, {"no-subreaper", 0, TAKES_NOTHING, OPT_PLAIN},  \
		{"no-new-keyring", 0, TAKES_NOTHING, OPT_PLAIN}, {"no-pivot", 0, TAKES_NOTHING, OPT_PLAIN},  \
		ARGP_OPTIONS

static const struct opt_spec create[] = {CREATE_OPTIONS, {.name = ""}};
static const struct opt_spec run[] = {
	CREATE_OPTIONS,
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN},
	{"keep", 0, TAKES_NOTHING, OPT_PLAIN}, /* newer than 1.8 */
	{.name = ""},
};
static const struct opt_spec restore[] = {
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN},
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN},
	{"lsm-profile", 0, TAKES_VALUE, OPT_PLAIN},
	{"lsm-mount-context", 0, TAKES_VALUE, OPT_PLAIN},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"parent-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec exec[] = {
	{"apparmor", 0, TAKES_VALUE, OPT_PLAIN},
	{"cgroup", 0, TAKES_VALUE, OPT_PLAIN},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN},
	{"cap", 'c', TAKES_VALUE, OPT_PLAIN},
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN},
	{"env", 'e', TAKES_VALUE, OPT_PLAIN},
	{"no-new-privs", 0, TAKES_NOTHING, OPT_PLAIN},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN},
	{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN},
	{"process-label", 0, TAKES_VALUE, OPT_PLAIN},
	{"process", 'p', TAKES_VALUE, OPT_PLAIN},
	{"tty", 't', TAKES_OPTIONAL, OPT_PLAIN},
	{"user", 'u', TAKES_VALUE, OPT_PLAIN},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec update[] = {
	{"resources", 'r', TAKES_VALUE, OPT_PLAIN},
	{"blkio-weight", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-period", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-quota", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-rt-period", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-rt-runtime", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-share", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpuset-cpus", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpuset-mems", 0, TAKES_VALUE, OPT_PLAIN},
	{"kernel-memory", 0, TAKES_VALUE, OPT_PLAIN},
	{"kernel-memory-tcp", 0, TAKES_VALUE, OPT_PLAIN},
	{"memory", 0, TAKES_VALUE, OPT_PLAIN},
	{"memory-reservation", 0, TAKES_VALUE, OPT_PLAIN},
	{"memory-swap", 0, TAKES_VALUE, OPT_PLAIN},
	{"pids-limit", 0, TAKES_VALUE, OPT_PLAIN},
	{"l3-cache-schema", 0, TAKES_VALUE, OPT_PLAIN},
	{"mem-bw-schema", 0, TAKES_VALUE, OPT_PLAIN},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec format[] = {{"format", 'f', TAKES_VALUE, OPT_PLAIN}, ARGP_OPTIONS, {.name = ""}};

static const struct sub_spec subs[] = {
	{"create", SUB_CREATE, true, false, true, create},
	{"run", SUB_RUN, true, false, true, run},
	{"restore", SUB_RESTORE, true, false, true, restore},
	{"exec", SUB_EXEC, true, false, true, exec},
	{"delete", SUB_DELETE, true, false, false, NULL},
	{"start", SUB_OTHER, true, false, false, NULL},
	{"state", SUB_OTHER, true, false, false, NULL},
	{"kill", SUB_OTHER, true, false, false, NULL},
	{"ps", SUB_OTHER, true, false, false, format},
	{"pause", SUB_OTHER, true, false, false, NULL},
	{"resume", SUB_OTHER, true, false, false, NULL},
	{"update", SUB_OTHER, true, false, false, update},
	{"checkpoint", SUB_OTHER, true, false, false, checkpoint},
	{"mounts", SUB_OTHER, false, false, false, NULL},
	{"list", SUB_OTHER, false, false, false, NULL},
	{"spec", SUB_OTHER, false, false, false, NULL},
	{"features", SUB_OTHER, false, false, false, NULL},
	{0},
};

/* argv[0] `krun` or `crun-X` would pick another handler. */
const struct grammar grammar_crun = {
	.style = STYLE_ARGP, .globals = globals, .subs = subs, .argv0 = "crun", .newest = "1.28"};
