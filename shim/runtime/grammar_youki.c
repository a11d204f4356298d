/* youki 0.7.0 [source: liboci-cli, main.rs]: clap, options behind the ID too. */
#include "runtime/grammar.h"

static const struct opt_spec globals[] = {
	{"root", 'r', TAKES_VALUE, OPT_ROOT},
	{"log", 'l', TAKES_VALUE, OPT_LOG},
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT},
	{"log-level", 0, TAKES_VALUE, OPT_PLAIN},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN},
	{"systemd-cgroup", 's', TAKES_NOTHING, OPT_PLAIN},
	{"systemd-log", 0, TAKES_NOTHING, OPT_PLAIN},
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{"version", 'v', TAKES_NOTHING, OPT_INFO},
	{"version", 'V', TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 'b', TAKES_VALUE, OPT_BUNDLE}, {"console-socket", 'c', TAKES_VALUE, OPT_PLAIN},           \
		{"pid-file", 'p', TAKES_VALUE, OPT_PLAIN}, {"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN},      \
		{"no-pivot", 0, TAKES_NOTHING, OPT_PLAIN}, {"no-new-keyring", 0, TAKES_NOTHING, OPT_PLAIN},  \
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
static const struct opt_spec exec[] = {
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN},
	{"env", 'e', TAKES_VALUE, OPT_PLAIN},
	{"tty", 't', TAKES_NOTHING, OPT_PLAIN},
	{"user", 'u', TAKES_VALUE, OPT_PLAIN},
	{"additional-gids", 'g', TAKES_VALUE, OPT_PLAIN},
	{"process", 'p', TAKES_VALUE, OPT_PLAIN},
	{"detach", 'd', TAKES_NOTHING, OPT_PLAIN},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN},
	{"process-label", 0, TAKES_VALUE, OPT_PLAIN},
	{"apparmor", 0, TAKES_VALUE, OPT_PLAIN},
	{"no-new-privs", 0, TAKES_NOTHING, OPT_PLAIN},
	{"cap", 0, TAKES_VALUE, OPT_PLAIN},
	{"preserve-fds", 0, TAKES_VALUE, OPT_PLAIN},
	{"ignore-paused", 0, TAKES_NOTHING, OPT_PLAIN},
	{"cgroup", 0, TAKES_VALUE, OPT_PLAIN},
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};
static const struct opt_spec format[] = {{"format", 'f', TAKES_VALUE, OPT_PLAIN}, {.name = ""}};
static const struct opt_spec events[] = {{"interval", 0, TAKES_VALUE, OPT_PLAIN}, {.name = ""}};
static const struct opt_spec update[] = {
	{"resources", 'r', TAKES_VALUE, OPT_PLAIN},
	{"pids-limit", 0, TAKES_VALUE, OPT_PLAIN},
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
