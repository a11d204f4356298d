/* youki 0.7.0 [source: liboci-cli, main.rs]: clap, options behind the ID too. */
#include "run/grammar.h"

static const struct opt_spec globals[] = {
	{"root", 'r', TAKES_VALUE, OPT_ROOT, NULL},
	{"log", 'l', TAKES_VALUE, OPT_LOG, NULL},
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT, NULL},
	{"log-level", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"systemd-cgroup", 's', TAKES_NOTHING, OPT_PLAIN, NULL},
	{"systemd-log", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{"version", 'v', TAKES_NOTHING, OPT_INFO, NULL},
	{"version", 'V', TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE, NULL},                                                      \
		{"console-socket", 'c', TAKES_VALUE, OPT_PLAIN, NULL},                                       \
		{"pid-file", 'p', TAKES_VALUE, OPT_PLAIN, NULL},                                             \
		{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                           \
		{"no-pivot", 0, TAKES_NOTHING, OPT_PLAIN, NULL},                                             \
		{"no-new-keyring", 0, TAKES_NOTHING, OPT_PLAIN, NULL},                                       \
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
static const struct opt_spec exec[] = {
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"env", 'e', TAKES_VALUE, OPT_PLAIN, NULL},
	{"tty", 't', TAKES_NOTHING, OPT_PLAIN, NULL},
	{"user", 'u', TAKES_VALUE, OPT_PLAIN, NULL},
	{"additional-gids", 'g', TAKES_VALUE, OPT_PLAIN, NULL},
	{"process", 'p', TAKES_VALUE, OPT_PLAIN, NULL},
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN, NULL},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"process-label", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"apparmor", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"no-new-privs", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"cap", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"ignore-paused", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"cgroup", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};
static const struct opt_spec format[] = {{"format", 'f', TAKES_VALUE, OPT_PLAIN, NULL}, {.name = ""}};
static const struct opt_spec events[] = {{"interval", 0, TAKES_VALUE, OPT_PLAIN, NULL}, {.name = ""}};
static const struct opt_spec update[] = {
	{"resources", 'r', TAKES_VALUE, OPT_PLAIN, NULL},
	{"pids-limit", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{.name = ""},
};

static const struct sub_spec subs[] = {
	{"create", SUB_CREATE, true, true, true, create},
	{"run", SUB_RUN, true, true, true, run},
	{"restore", SUB_RESTORE, true, true, true, checkpoint},
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
	{"info", SUB_OTHER, false, true, false, NULL},
	{"completion", SUB_OTHER, false, true, false, NULL},
	{"help", SUB_OTHER, false, true, false, NULL},
	{0},
};

const struct grammar grammar_youki = {
	.style = STYLE_CLAP, .globals = globals, .subs = subs, .newest = "0.7.0"};
