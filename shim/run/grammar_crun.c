/* crun 1.8.1 to 1.28, by --help, source (crun.c, run.c, create.c) and by what
 * the binary did. argp adds help, usage, program-name and HANG to each table;
 * they count when an abbreviation is resolved. */
#include "run/grammar.h"

#define ARGP_OPTIONS                                                                                         \
	{"help", '?', TAKES_NOTHING, OPT_INFO, NULL}, {"usage", 0, TAKES_NOTHING, OPT_INFO, NULL},           \
		{"program-name", 0, TAKES_VALUE, OPT_REFUSED, "is glibc's own, for debugging"},              \
	{                                                                                                    \
		"HANG", 0, TAKES_OPTIONAL, OPT_REFUSED, "is glibc's own, for debugging"                      \
	}

static const struct opt_spec globals[] = {
	{"root", 0, TAKES_VALUE, OPT_ROOT, NULL},
	{"log", 0, TAKES_VALUE, OPT_LOG, NULL},
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT, NULL},
	{"log-level", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cgroup-manager", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"systemd-cgroup", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	/* Measured on 1.8.1: `--root R --rootless=true` looks for containers in the
	 * folder "true". Newer ones ignore it. */
	{"rootless", 0, TAKES_VALUE, OPT_REFUSED,
	 "is read as --root by some releases of crun (1.8.1) and ignored by others: leave it out"},
	{"version", 'v', TAKES_NOTHING, OPT_INFO, NULL},
	{"version", 'V', TAKES_NOTHING, OPT_INFO, NULL},
	ARGP_OPTIONS,
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE, NULL},                                                      \
		{"config", 'f', TAKES_VALUE, OPT_REFUSED,                                                    \
		 "replaces config.json by another file, which runclamp would not have judged"},              \
		{"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                         \
		{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                               \
		{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                           \
		{"no-subreaper", 0, TAKES_NOTHING, OPT_PLAIN, NULL},                                         \
		{"no-new-keyring", 0, TAKES_NOTHING, OPT_PLAIN, NULL},                                       \
		{"no-pivot", 0, TAKES_NOTHING, OPT_PLAIN, NULL}, ARGP_OPTIONS

static const struct opt_spec create[] = {CREATE_OPTIONS, {.name = ""}};
static const struct opt_spec run[] = {
	CREATE_OPTIONS,
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN, NULL},
	{"keep", 0, TAKES_NOTHING, OPT_PLAIN, NULL}, /* newer than 1.8 */
	{.name = ""},
};
static const struct opt_spec restore[] = {
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE, NULL},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"lsm-profile", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"lsm-mount-context", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"parent-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec exec[] = {
	{"apparmor", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cgroup", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cap", 'c', TAKES_VALUE, OPT_PLAIN, NULL},
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN, NULL},
	{"env", 'e', TAKES_VALUE, OPT_PLAIN, NULL},
	{"no-new-privs", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"process-label", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"process", 'p', TAKES_VALUE, OPT_PLAIN, NULL},
	{"tty", 't', TAKES_OPTIONAL, OPT_PLAIN, NULL},
	{"user", 'u', TAKES_VALUE, OPT_PLAIN, NULL},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec update[] = {
	{"resources", 'r', TAKES_VALUE, OPT_PLAIN, NULL},
	{"blkio-weight", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-period", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-quota", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-rt-period", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-rt-runtime", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-share", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpuset-cpus", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpuset-mems", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"kernel-memory", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"kernel-memory-tcp", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"memory", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"memory-reservation", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"memory-swap", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pids-limit", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"l3-cache-schema", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"mem-bw-schema", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	ARGP_OPTIONS,
	{.name = ""},
};
static const struct opt_spec format[] = {
	{"format", 'f', TAKES_VALUE, OPT_PLAIN, NULL}, ARGP_OPTIONS, {.name = ""}};

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
