/* runc 1.1.5 to 1.5.2, by its --help and by what the binary did (urfave/cli on
 * Go's flag package). exec and ps stop at the first positional
 * (SkipArgReorder); the others find options behind the ID too. */
#include "runtime/grammar.h"

static const struct opt_spec globals[] = {
	{"root", 0, TAKES_VALUE, OPT_ROOT},
	{"log", 0, TAKES_VALUE, OPT_LOG},
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT},
	{"systemd-cgroup", 0, TAKES_NOTHING, OPT_PLAIN},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN},
	{"rootless", 0, TAKES_VALUE, OPT_PLAIN},
	{"criu", 0, TAKES_VALUE, OPT_PLAIN}, /* until 1.3 */
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{"version", 'v', TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE}, {"console-socket", 0, TAKES_VALUE, OPT_PLAIN},             \
		{"pidfd-socket", 0, TAKES_VALUE, OPT_PLAIN}, /* from 1.2 */                                  \
		{"pid-file", 0, TAKES_VALUE, OPT_PLAIN}, {"no-pivot", 0, TAKES_NOTHING, OPT_PLAIN},          \
		{"no-new-keyring", 0, TAKES_NOTHING, OPT_PLAIN},                                             \
		{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN},                                                 \
	{                                                                                                    \
		"help", 'h', TAKES_NOTHING, OPT_INFO                                                         \
	}

static const struct opt_spec create[] = {CREATE_OPTIONS, {.name = ""}};
static const struct opt_spec run[] = {
	CREATE_OPTIONS,
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN},
	{"keep", 0, TAKES_NOTHING, OPT_PLAIN},
	{"no-subreaper", 0, TAKES_NOTHING, OPT_PLAIN},
	{.name = ""},
};
static const struct opt_spec restore[] = {
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN},
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN},
	{"empty-ns", 0, TAKES_VALUE, OPT_PLAIN},
	{"lsm-profile", 0, TAKES_VALUE, OPT_PLAIN},
	{"lsm-mount-context", 0, TAKES_VALUE, OPT_PLAIN},
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN},  {"work-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"parent-path", 0, TAKES_VALUE, OPT_PLAIN}, {"status-fd", 0, TAKES_VALUE, OPT_PLAIN},
	{"page-server", 0, TAKES_VALUE, OPT_PLAIN}, {"manage-cgroups-mode", 0, TAKES_VALUE, OPT_PLAIN},
	{"empty-ns", 0, TAKES_VALUE, OPT_PLAIN},    {.name = ""},
};
static const struct opt_spec exec[] = {
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN},
	{"pidfd-socket", 0, TAKES_VALUE, OPT_PLAIN},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN},
	{"env", 'e', TAKES_VALUE, OPT_PLAIN},
	{"user", 'u', TAKES_VALUE, OPT_PLAIN},
	{"additional-gids", 'g', TAKES_VALUE, OPT_PLAIN},
	{"process", 'p', TAKES_VALUE, OPT_PLAIN},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN},
	{"process-label", 0, TAKES_VALUE, OPT_PLAIN},
	{"apparmor", 0, TAKES_VALUE, OPT_PLAIN},
	{"cap", 'c', TAKES_VALUE, OPT_PLAIN},
	{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN},
	{"cgroup", 0, TAKES_VALUE, OPT_PLAIN},
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};
static const struct opt_spec format[] = {{"format", 'f', TAKES_VALUE, OPT_PLAIN}, {.name = ""}};
static const struct opt_spec events[] = {{"interval", 0, TAKES_VALUE, OPT_PLAIN}, {.name = ""}};
static const struct opt_spec update[] = {
	{"resources", 'r', TAKES_VALUE, OPT_PLAIN},	   {"blkio-weight", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-period", 0, TAKES_VALUE, OPT_PLAIN},	   {"cpu-quota", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-burst", 0, TAKES_VALUE, OPT_PLAIN},	   {"cpu-share", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-rt-period", 0, TAKES_VALUE, OPT_PLAIN},	   {"cpu-rt-runtime", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpu-idle", 0, TAKES_VALUE, OPT_PLAIN},	   {"cpuset-cpus", 0, TAKES_VALUE, OPT_PLAIN},
	{"cpuset-mems", 0, TAKES_VALUE, OPT_PLAIN},	   {"kernel-memory", 0, TAKES_VALUE, OPT_PLAIN},
	{"kernel-memory-tcp", 0, TAKES_VALUE, OPT_PLAIN},  {"memory", 0, TAKES_VALUE, OPT_PLAIN},
	{"memory-reservation", 0, TAKES_VALUE, OPT_PLAIN}, {"memory-swap", 0, TAKES_VALUE, OPT_PLAIN},
	{"pids-limit", 0, TAKES_VALUE, OPT_PLAIN},	   {"l3-cache-schema", 0, TAKES_VALUE, OPT_PLAIN},
	{"mem-bw-schema", 0, TAKES_VALUE, OPT_PLAIN},	   {.name = ""},
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
