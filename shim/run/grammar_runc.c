/* runc 1.1.5 to 1.5.2, by its --help and by what the binary did (urfave/cli on
 * Go's flag package). exec and ps stop at the first positional
 * (SkipArgReorder); the others find options behind the ID too. */
#include "run/grammar.h"

static const struct opt_spec globals[] = {
	{"root", 0, TAKES_VALUE, OPT_ROOT, NULL},
	{"log", 0, TAKES_VALUE, OPT_LOG, NULL},
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT, NULL},
	{"systemd-cgroup", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"rootless", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"criu", 0, TAKES_VALUE, OPT_PLAIN, NULL}, /* until 1.3 */
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{"version", 'v', TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE, NULL}, {"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL}, \
		{"pidfd-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL}, /* from 1.2 */                            \
		{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                               \
		{"no-pivot", 0, TAKES_NOTHING, OPT_PLAIN, NULL},                                             \
		{"no-new-keyring", 0, TAKES_NOTHING, OPT_PLAIN, NULL},                                       \
		{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                           \
	{                                                                                                    \
		"help", 'h', TAKES_NOTHING, OPT_INFO, NULL                                                   \
	}

static const struct opt_spec create[] = {CREATE_OPTIONS, {.name = ""}};
static const struct opt_spec run[] = {
	CREATE_OPTIONS,
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN, NULL},
	{"keep", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"no-subreaper", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{.name = ""},
};
static const struct opt_spec restore[] = {
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE, NULL},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"empty-ns", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"lsm-profile", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"lsm-mount-context", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"parent-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"status-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"page-server", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"empty-ns", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{.name = ""},
};
static const struct opt_spec exec[] = {
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pidfd-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"env", 'e', TAKES_VALUE, OPT_PLAIN, NULL},
	{"user", 'u', TAKES_VALUE, OPT_PLAIN, NULL},
	{"additional-gids", 'g', TAKES_VALUE, OPT_PLAIN, NULL},
	{"process", 'p', TAKES_VALUE, OPT_PLAIN, NULL},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"process-label", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"apparmor", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cap", 'c', TAKES_VALUE, OPT_PLAIN, NULL},
	{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cgroup", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};
static const struct opt_spec format[] = {{"format", 'f', TAKES_VALUE, OPT_PLAIN, NULL}, {.name = ""}};
static const struct opt_spec events[] = {{"interval", 0, TAKES_VALUE, OPT_PLAIN, NULL}, {.name = ""}};
static const struct opt_spec update[] = {
	{"resources", 'r', TAKES_VALUE, OPT_PLAIN, NULL},
	{"blkio-weight", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-period", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-quota", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-burst", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-share", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-rt-period", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-rt-runtime", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cpu-idle", 0, TAKES_VALUE, OPT_PLAIN, NULL},
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
	{.name = ""},
};

static const struct sub_spec subs[] = {
	{"create", SUB_CREATE, true, true, true, create},
	{"run", SUB_RUN, true, true, true, run},
	{"restore", SUB_RESTORE, true, true, true, restore},
	{"exec", SUB_EXEC, true, false, true, exec},
	{"delete", SUB_DELETE, true, true, false, NULL},
	{"start", SUB_OTHER, true, true, false, NULL},
	{"state", SUB_OTHER, true, true, false, NULL},
	{"kill", SUB_OTHER, true, true, false, NULL},
	{"ps", SUB_OTHER, true, false, false, format},
	{"events", SUB_OTHER, true, true, false, events},
	{"pause", SUB_OTHER, true, true, false, NULL},
	{"resume", SUB_OTHER, true, true, false, NULL},
	{"update", SUB_OTHER, true, true, false, update},
	{"checkpoint", SUB_OTHER, true, true, false, checkpoint},
	{"list", SUB_OTHER, false, true, false, NULL},
	{"spec", SUB_OTHER, false, true, false, NULL},
	{"features", SUB_OTHER, false, true, false, NULL},
	{"help", SUB_OTHER, false, true, false, NULL},
	{"h", SUB_OTHER, false, true, false, NULL},
	{0},
};

const struct grammar grammar_runc = {.style = STYLE_GO, .globals = globals, .subs = subs, .newest = "1.5.2"};
