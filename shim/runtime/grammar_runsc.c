/* runsc of 2022-12 to 2026-09 [binary and source: runsc/config/flags.go]: Go's
 * flag package with google/subcommands: nothing is found behind the ID, `-b` is
 * unknown. The global flags differ by release (119 in 2026); these are the ones
 * whose kind never changed (gvisor-gro was a duration and became a switch).
 * Others are kept if they carry their value by "=". */
#include "runtime/grammar.h"

static const struct opt_spec globals[] = {
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT},
	{"root", 0, TAKES_VALUE, OPT_ROOT},
	{"log", 0, TAKES_VALUE, OPT_LOG},
	{"debug-log", 0, TAKES_VALUE, OPT_PLAIN},
	{"debug-command", 0, TAKES_VALUE, OPT_PLAIN},
	{"debug-log-format", 0, TAKES_VALUE, OPT_PLAIN},
	{"panic-log", 0, TAKES_VALUE, OPT_PLAIN},
	{"panic-signal", 0, TAKES_VALUE, OPT_PLAIN},
	{"coverage-report", 0, TAKES_VALUE, OPT_PLAIN},
	{"pcap-log", 0, TAKES_VALUE, OPT_PLAIN},
	{"traceback", 0, TAKES_VALUE, OPT_PLAIN},
	{"metric-server", 0, TAKES_VALUE, OPT_PLAIN},
	{"final-metrics-log", 0, TAKES_VALUE, OPT_PLAIN},
	{"profiling-metrics", 0, TAKES_VALUE, OPT_PLAIN},
	{"profiling-metrics-log", 0, TAKES_VALUE, OPT_PLAIN},
	{"profiling-metrics-rate-us", 0, TAKES_VALUE, OPT_PLAIN},
	{"strace-syscalls", 0, TAKES_VALUE, OPT_PLAIN},
	{"strace-log-size", 0, TAKES_VALUE, OPT_PLAIN},
	{"platform", 0, TAKES_VALUE, OPT_PLAIN},
	{"platform_device_path", 0, TAKES_VALUE, OPT_PLAIN},
	{"watchdog-action", 0, TAKES_VALUE, OPT_PLAIN},
	{"profile-block", 0, TAKES_VALUE, OPT_PLAIN},
	{"profile-cpu", 0, TAKES_VALUE, OPT_PLAIN},
	{"profile-gc-interval", 0, TAKES_VALUE, OPT_PLAIN},
	{"profile-heap", 0, TAKES_VALUE, OPT_PLAIN},
	{"profile-mutex", 0, TAKES_VALUE, OPT_PLAIN},
	{"trace", 0, TAKES_VALUE, OPT_PLAIN},
	{"ref-leak-mode", 0, TAKES_VALUE, OPT_PLAIN},
	{"pod-init-config", 0, TAKES_VALUE, OPT_PLAIN},
	{"file-access", 0, TAKES_VALUE, OPT_PLAIN},
	{"file-access-mounts", 0, TAKES_VALUE, OPT_PLAIN},
	{"overlay2", 0, TAKES_VALUE, OPT_PLAIN},
	{"host-uds", 0, TAKES_VALUE, OPT_PLAIN},
	{"host-fifo", 0, TAKES_VALUE, OPT_PLAIN},
	{"fdlimit", 0, TAKES_VALUE, OPT_PLAIN},
	{"dcache", 0, TAKES_VALUE, OPT_PLAIN},
	{"network", 0, TAKES_VALUE, OPT_PLAIN},
	{"qdisc", 0, TAKES_VALUE, OPT_PLAIN},
	{"num-network-channels", 0, TAKES_VALUE, OPT_PLAIN},
	{"network-processors-per-channel", 0, TAKES_VALUE, OPT_PLAIN},
	{"nvproxy-driver-version", 0, TAKES_VALUE, OPT_PLAIN},
	{"nvproxy-allowed-driver-capabilities", 0, TAKES_VALUE, OPT_PLAIN},
	{"TESTONLY-test-name-env", 0, TAKES_VALUE, OPT_PLAIN},
	{"log-fd", 0, TAKES_VALUE, OPT_PLAIN},
	{"debug-log-fd", 0, TAKES_VALUE, OPT_PLAIN},
	{"panic-log-fd", 0, TAKES_VALUE, OPT_PLAIN},
	{"coverage-fd", 0, TAKES_VALUE, OPT_PLAIN},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN},
	{"systemd-cgroup", 0, TAKES_NOTHING, OPT_PLAIN},
	{"alsologtostderr", 0, TAKES_NOTHING, OPT_PLAIN},
	{"allow-flag-override", 0, TAKES_NOTHING, OPT_PLAIN},
	{"oci-seccomp", 0, TAKES_NOTHING, OPT_PLAIN},
	{"log-packets", 0, TAKES_NOTHING, OPT_PLAIN},
	{"strace", 0, TAKES_NOTHING, OPT_PLAIN},
	{"strace-event", 0, TAKES_NOTHING, OPT_PLAIN},
	{"profile", 0, TAKES_NOTHING, OPT_PLAIN},
	{"rootless", 0, TAKES_NOTHING, OPT_PLAIN},
	{"cpu-num-from-quota", 0, TAKES_NOTHING, OPT_PLAIN},
	{"enable-core-tags", 0, TAKES_NOTHING, OPT_PLAIN},
	{"overlay", 0, TAKES_NOTHING, OPT_PLAIN},
	{"fsgofer-host-uds", 0, TAKES_NOTHING, OPT_PLAIN},
	{"fuse", 0, TAKES_NOTHING, OPT_PLAIN},
	{"lisafs", 0, TAKES_NOTHING, OPT_PLAIN},
	{"vfs2", 0, TAKES_NOTHING, OPT_PLAIN},
	{"ignore-cgroups", 0, TAKES_NOTHING, OPT_PLAIN},
	{"cgroupfs", 0, TAKES_NOTHING, OPT_PLAIN},
	{"buffer-pooling", 0, TAKES_NOTHING, OPT_PLAIN},
	{"net-raw", 0, TAKES_NOTHING, OPT_PLAIN},
	{"gso", 0, TAKES_NOTHING, OPT_PLAIN},
	{"software-gso", 0, TAKES_NOTHING, OPT_PLAIN},
	{"tx-checksum-offload", 0, TAKES_NOTHING, OPT_PLAIN},
	{"rx-checksum-offload", 0, TAKES_NOTHING, OPT_PLAIN},
	{"debug-to-user-log", 0, TAKES_NOTHING, OPT_PLAIN},
	{"directfs", 0, TAKES_NOTHING, OPT_PLAIN},
	{"iouring", 0, TAKES_NOTHING, OPT_PLAIN},
	{"nvproxy", 0, TAKES_NOTHING, OPT_PLAIN},
	{"nvproxy-docker", 0, TAKES_NOTHING, OPT_PLAIN},
	{"tpuproxy", 0, TAKES_NOTHING, OPT_PLAIN},
	{"reproduce-nat", 0, TAKES_NOTHING, OPT_PLAIN},
	{"reproduce-nftables", 0, TAKES_NOTHING, OPT_PLAIN},
	{"allow-packet-socket-write", 0, TAKES_NOTHING, OPT_PLAIN},
	{"systrap-disable-syscall-patching", 0, TAKES_NOTHING, OPT_PLAIN},
	{"TESTONLY-unsafe-nonroot", 0, TAKES_NOTHING, OPT_PLAIN},
	{"TESTONLY-allow-packet-endpoint-write", 0, TAKES_NOTHING, OPT_PLAIN},
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{"version", 0, TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 0, TAKES_VALUE, OPT_BUNDLE}, {"console-socket", 0, TAKES_VALUE, OPT_PLAIN},               \
		{"pid-file", 0, TAKES_VALUE, OPT_PLAIN}, {"user-log", 0, TAKES_VALUE, OPT_PLAIN},            \
	{                                                                                                    \
		"help", 'h', TAKES_NOTHING, OPT_INFO                                                         \
	}

static const struct opt_spec create[] = {CREATE_OPTIONS, {.name = ""}};
static const struct opt_spec run[] = {
	CREATE_OPTIONS,
	{"detach", 0, TAKES_NOTHING, OPT_PLAIN},
	{"exec-fd", 0, TAKES_VALUE, OPT_PLAIN}, /* newer than 2022 */
	{"pass-fd", 0, TAKES_VALUE, OPT_PLAIN}, /* newer than 2022 */
	{.name = ""},
};
static const struct opt_spec restore[] = {
	CREATE_OPTIONS,
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN},
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN},
	{"compression", 0, TAKES_VALUE, OPT_PLAIN},
	{.name = ""},
};
static const struct opt_spec exec[] = {
	{"additional-gids", 0, TAKES_VALUE, OPT_PLAIN},
	{"cap", 0, TAKES_VALUE, OPT_PLAIN},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN},
	{"env", 0, TAKES_VALUE, OPT_PLAIN},
	{"exec-fd", 0, TAKES_VALUE, OPT_PLAIN},
	{"internal-pid-file", 0, TAKES_VALUE, OPT_PLAIN},
	{"pass-fd", 0, TAKES_VALUE, OPT_PLAIN},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN},
	{"process", 0, TAKES_VALUE, OPT_PLAIN},
	{"user", 0, TAKES_VALUE, OPT_PLAIN},
	{"help", 'h', TAKES_NOTHING, OPT_INFO},
	{.name = ""},
};
static const struct opt_spec format[] = {{"format", 0, TAKES_VALUE, OPT_PLAIN}, {.name = ""}};
static const struct opt_spec pid[] = {{"pid", 0, TAKES_VALUE, OPT_PLAIN}, {.name = ""}};
static const struct opt_spec wait[] = {
	{"pid", 0, TAKES_VALUE, OPT_PLAIN},
	{"rootpid", 0, TAKES_VALUE, OPT_PLAIN},
	{.name = ""},
};
#define LIMIT(name)                                                                                          \
	{                                                                                                    \
		name, 0, TAKES_VALUE, OPT_PLAIN                                                              \
	}
static const struct opt_spec update[] = {
	LIMIT("resources"),	LIMIT("blkio-weight"), LIMIT("cpu-burst"),	    LIMIT("cpu-idle"),
	LIMIT("cpu-period"),	LIMIT("cpu-quota"),    LIMIT("cpu-rt-period"),	    LIMIT("cpu-rt-runtime"),
	LIMIT("cpu-share"),	LIMIT("cpuset-cpus"),  LIMIT("cpuset-mems"),	    LIMIT("l3-cache-schema"),
	LIMIT("mem-bw-schema"), LIMIT("memory"),       LIMIT("memory-reservation"), LIMIT("memory-swap"),
	LIMIT("pids-limit"),	{.name = ""},
};
static const struct opt_spec events[] = {{"interval", 0, TAKES_VALUE, OPT_PLAIN}, {.name = ""}};

/* start counts among those that start processes: in a pod its flags decide
 * whether the filter of a further container is loaded. boot and gofer are
 * runsc's own children: it starts them through /proc/self/exe, nobody else has
 * a reason to. */
#define NEEDS_ID(name)                                                                                       \
	{                                                                                                    \
		name, SUB_OTHER, true, false, false, NULL                                                    \
	}
#define NEEDS_NONE(name)                                                                                     \
	{                                                                                                    \
		name, SUB_OTHER, false, false, false, NULL                                                   \
	}
static const struct sub_spec subs[] = {
	{"create", SUB_CREATE, true, false, true, create},
	{"run", SUB_RUN, true, false, true, run},
	{"restore", SUB_RESTORE, true, false, true, restore},
	{"exec", SUB_EXEC, true, false, true, exec},
	{"do", SUB_DO, false, false, true, NULL},
	{"bwrap", SUB_DO, false, false, true, NULL},	   /* 2026 */
	{"sandboxexec", SUB_DO, false, false, true, NULL}, /* 2026 */
	{"boot", SUB_DO, false, false, true, NULL},
	{"gofer", SUB_DO, false, false, true, NULL},
	{"delete", SUB_DELETE, true, false, false, NULL},
	{"start", SUB_OTHER, true, false, true, NULL},
	{"state", SUB_OTHER, true, false, false, NULL},
	{"kill", SUB_OTHER, true, false, false, pid},
	{"ps", SUB_OTHER, true, false, false, format},
	{"events", SUB_OTHER, true, false, false, events},
	{"pause", SUB_OTHER, true, false, false, NULL},
	{"resume", SUB_OTHER, true, false, false, NULL},
	{"checkpoint", SUB_OTHER, true, false, false, checkpoint},
	{"wait", SUB_OTHER, true, false, false, wait},
	/* They look at a container or change its limits; none of them starts anything in one. */
	{"update", SUB_OTHER, true, false, false, update},
	NEEDS_ID("debug"),
	NEEDS_ID("usage"),
	NEEDS_ID("read"),
	NEEDS_ID("read-control"),
	NEEDS_ID("write-control"),
	NEEDS_ID("port-forward"),
	NEEDS_ID("export-metrics"),
	NEEDS_ID("fscheckpoint"),
	/* Subcommands of their own behind them, or no container at all. */
	NEEDS_NONE("profile"),
	NEEDS_NONE("tar"),
	NEEDS_NONE("trace"),
	NEEDS_NONE("statefile"),
	NEEDS_NONE("symbolize"),
	NEEDS_NONE("cpu-features"),
	NEEDS_NONE("features"),
	NEEDS_NONE("nvproxy"),
	NEEDS_NONE("mitigate"),
	NEEDS_NONE("install"),
	NEEDS_NONE("uninstall"),
	NEEDS_NONE("metric-metadata"),
	NEEDS_NONE("metric-server"),
	NEEDS_NONE("umount"),
	NEEDS_NONE("list"),
	NEEDS_NONE("spec"),
	NEEDS_NONE("flags"),
	NEEDS_NONE("help"),
	{0},
};

/* Without --oci-seccomp the section is silently ignored; the last duplicate of
 * a flag wins, so these stand immediately before the subcommand. */
static const char *const forced[] = {"--oci-seccomp=true", "--allow-flag-override=false", NULL};

const struct grammar grammar_runsc = {.style = STYLE_GO,
				      .globals = globals,
				      .subs = subs,
				      .open_globals = true,
				      .forced = forced,
				      .newest = "release-20260905"};
