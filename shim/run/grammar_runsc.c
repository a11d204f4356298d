/* runsc of 2022-12 to 2026-09 [binary and source: runsc/config/flags.go]: Go's
 * flag package with google/subcommands: nothing is found behind the ID, `-b` is
 * unknown. The global flags differ by release (119 in 2026); these are the ones
 * whose kind never changed (gvisor-gro was a duration and became a switch).
 * Others are kept if they carry their value by "=". */
#include "run/grammar.h"

static const struct opt_spec globals[] = {
	{"log-format", 0, TAKES_VALUE, OPT_LOG_FORMAT, NULL},
	{"root", 0, TAKES_VALUE, OPT_ROOT, NULL},
	{"log", 0, TAKES_VALUE, OPT_LOG, NULL},
	{"debug-log", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"debug-command", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"debug-log-format", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"panic-log", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"panic-signal", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"coverage-report", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pcap-log", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"traceback", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"metric-server", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"final-metrics-log", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profiling-metrics", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profiling-metrics-log", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profiling-metrics-rate-us", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"strace-syscalls", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"strace-log-size", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"platform", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"platform_device_path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"watchdog-action", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profile-block", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profile-cpu", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profile-gc-interval", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profile-heap", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"profile-mutex", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"trace", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"ref-leak-mode", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pod-init-config", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"file-access", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"file-access-mounts", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"overlay2", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"host-uds", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"host-fifo", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"fdlimit", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"dcache", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"network", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"qdisc", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"num-network-channels", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"network-processors-per-channel", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"nvproxy-driver-version", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"nvproxy-allowed-driver-capabilities", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"TESTONLY-test-name-env", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"log-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"debug-log-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"panic-log-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"coverage-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"debug", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"systemd-cgroup", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"alsologtostderr", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"allow-flag-override", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"oci-seccomp", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"log-packets", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"strace", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"strace-event", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"profile", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"rootless", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"cpu-num-from-quota", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"enable-core-tags", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"overlay", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"fsgofer-host-uds", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"fuse", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"lisafs", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"vfs2", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"ignore-cgroups", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"cgroupfs", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"buffer-pooling", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"net-raw", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"gso", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"software-gso", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"tx-checksum-offload", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"rx-checksum-offload", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"debug-to-user-log", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"directfs", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"iouring", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"nvproxy", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"nvproxy-docker", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"tpuproxy", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"reproduce-nat", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"reproduce-nftables", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"allow-packet-socket-write", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"systrap-disable-syscall-patching", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"TESTONLY-unsafe-nonroot", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"TESTONLY-allow-packet-endpoint-write", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{"version", 0, TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};

#define CREATE_OPTIONS                                                                                       \
	{"bundle", 0, TAKES_VALUE, OPT_BUNDLE, NULL}, {"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},   \
		{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                               \
		{"user-log", 0, TAKES_VALUE, OPT_PLAIN, NULL},                                               \
	{                                                                                                    \
		"help", 'h', TAKES_NOTHING, OPT_INFO, NULL                                                   \
	}

static const struct opt_spec create[] = {CREATE_OPTIONS, {.name = ""}};
static const struct opt_spec run[] = {
	CREATE_OPTIONS,
	{"detach", 0, TAKES_NOTHING, OPT_PLAIN, NULL},
	{"exec-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL}, /* newer than 2022 */
	{"pass-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL}, /* newer than 2022 */
	{.name = ""},
};
static const struct opt_spec restore[] = {
	CREATE_OPTIONS,
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{.name = ""},
};
static const struct opt_spec checkpoint[] = {
	{"image-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"work-path", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"compression", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{.name = ""},
};
static const struct opt_spec exec[] = {
	{"additional-gids", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cap", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"console-socket", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"cwd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"env", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"exec-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"internal-pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pass-fd", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"pid-file", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"process", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"user", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"help", 'h', TAKES_NOTHING, OPT_INFO, NULL},
	{.name = ""},
};
static const struct opt_spec format[] = {{"format", 0, TAKES_VALUE, OPT_PLAIN, NULL}, {.name = ""}};
static const struct opt_spec pid[] = {{"pid", 0, TAKES_VALUE, OPT_PLAIN, NULL}, {.name = ""}};
static const struct opt_spec wait[] = {
	{"pid", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{"rootpid", 0, TAKES_VALUE, OPT_PLAIN, NULL},
	{.name = ""},
};
#define LIMIT(name)                                                                                          \
	{                                                                                                    \
		name, 0, TAKES_VALUE, OPT_PLAIN, NULL                                                        \
	}
static const struct opt_spec update[] = {
	LIMIT("resources"),	LIMIT("blkio-weight"), LIMIT("cpu-burst"),	    LIMIT("cpu-idle"),
	LIMIT("cpu-period"),	LIMIT("cpu-quota"),    LIMIT("cpu-rt-period"),	    LIMIT("cpu-rt-runtime"),
	LIMIT("cpu-share"),	LIMIT("cpuset-cpus"),  LIMIT("cpuset-mems"),	    LIMIT("l3-cache-schema"),
	LIMIT("mem-bw-schema"), LIMIT("memory"),       LIMIT("memory-reservation"), LIMIT("memory-swap"),
	LIMIT("pids-limit"),	{.name = ""},
};
static const struct opt_spec events[] = {{"interval", 0, TAKES_VALUE, OPT_PLAIN, NULL}, {.name = ""}};

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
