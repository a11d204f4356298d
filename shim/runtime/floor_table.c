#include "runtime/floor_table.h"
#include <errno.h>

#define V RUNTIME_VERSION
#define RUNC_11_TRUE "close execve exit_group fstatfs futex getdents64 openat write"
#define RUNC_11_FALSE                                                                                        \
	RUNC_11_TRUE " capget capset chdir fstat getcwd getppid newfstatat prctl read setgid setgroups "     \
		     "setuid"
#define RUNC_12_TRUE RUNC_11_TRUE " fstat openat2 statx"
#define RUNC_12_FALSE RUNC_11_FALSE " openat2 statx"
#define RUNC_12_EFFECT "close_range fcntl"
#define YOUKI "accept4 close execve exit_group recvfrom sendmsg statx"
#define CRUN_FALSE                                                                                           \
	"execve exit_group capset prctl pselect6 read rt_sigaction rt_sigprocmask setresgid setresuid "      \
	"write"
/* `crun exec ID COMMAND` asks for no noNewPrivileges, whatever the container has: so the filter is loaded
 * before the user is set, and both columns have the calls of that. exec reads /proc/self/setgroups and gives
 * the process its groups; 1.28 looks at the file by fstat and statx, the older ones by statx alone. */
#define CRUN_EXEC_TRUE "capset close openat prctl read setgroups setresgid setresuid statx write"
#define CRUN_EXEC_FALSE "close openat setgroups statx"
/* Denied fchown: the standard streams stay root's, and a program of another user can't open /dev/stdout.
 * Denied umask: `podman run --umask 0077` and then exec makes files of 0644. Denied close and close_range:
 * the runtime's own descriptors stay open in the container. ioctl tells a terminal, which keeps its owner. */
#define CRUN_EFFECT "close fchown ioctl umask"

/* Sorted by kind, then version; ranges of a kind follow each other. Each need stood 100 starts without a
 * failure, and failed with any one name left out; exec and effect were found by denying one call after the
 * other and comparing what the process then is (integration/runtimes/floor.bats, floor-effects.bats). */
const struct floor_row floor_rows[] = {
	{RUNTIME_RUNC,
	 V(1, 1, 0),
	 V(1, 1, 14),
	 "runc 1.1.0 to 1.1.14, shipped table",
	 {RUNC_11_FALSE " faccessat2", RUNC_11_TRUE},
	 {"", ""},
	 {"fchown fcntl", "fcntl"}},
	/* Its Go asks by the mode's bits where faccessat2 is denied, and gets the user wrong if geteuid is
	 * denied too: a program that only its owner may run is then refused. */
	{RUNTIME_RUNC,
	 V(1, 1, 15),
	 V(1, 1, 1023),
	 "runc 1.1.15 and later 1.1, shipped table",
	 {RUNC_11_FALSE, RUNC_11_TRUE},
	 {"", ""},
	 {"faccessat2 fchown fcntl", "fcntl"}},
	/* From 1.2 on runc reopens /proc files with openat2 under its own filter; 1.2 and 1.3 set
	 * linux.personality under it, and 1.4 before. */
	{RUNTIME_RUNC,
	 V(1, 2, 0),
	 V(1, 3, 1023),
	 "runc 1.2 and 1.3, shipped table",
	 {RUNC_12_FALSE, RUNC_12_TRUE},
	 {"", ""},
	 {RUNC_12_EFFECT " faccessat2 fchown personality", RUNC_12_EFFECT " personality"}},
	{RUNTIME_RUNC,
	 V(1, 4, 0),
	 V(1, 5, 1023),
	 "runc 1.4 and 1.5, shipped table",
	 {RUNC_12_FALSE, RUNC_12_TRUE},
	 {"", ""},
	 {RUNC_12_EFFECT " faccessat2 fchown", RUNC_12_EFFECT}},
	{RUNTIME_CRUN,
	 V(1, 8, 0),
	 V(1, 8, 1023),
	 "crun 1.8, shipped table",
	 {CRUN_FALSE, "execve exit_group"},
	 {CRUN_EXEC_FALSE, CRUN_EXEC_TRUE},
	 {CRUN_EFFECT, CRUN_EFFECT}},
	{RUNTIME_CRUN,
	 V(1, 9, 0),
	 V(1, 28, 1023),
	 "crun 1.9 to 1.28, shipped table",
	 {CRUN_FALSE, "execve exit_group"},
	 {CRUN_EXEC_FALSE " fstat", CRUN_EXEC_TRUE " fstat"},
	 {CRUN_EFFECT " close_range", CRUN_EFFECT " close_range"}},
	/* The sentry loads the filter after the exec: nothing of its own. */
	{RUNTIME_RUNSC,
	 20191104,
	 20261231,
	 "runsc 2019 to 2026, shipped table",
	 {"", ""},
	 {"", ""},
	 {"", ""}},
	{RUNTIME_YOUKI,
	 V(0, 7, 0),
	 V(0, 7, 1023),
	 "youki 0.7, shipped table",
	 {YOUKI, YOUKI},
	 {"", ""},
	 {"", ""}},
};
const size_t floor_nrows = ARRAY_LEN(floor_rows);

/* Found by denying each call with EPERM and with ENOSYS under a profile that allows all else. */
const struct floor_way floor_ways[] = {
	/* golang.org/x/sys, Faccessat: the mode's bits against the user, or faccessat where both users are
	   one. */
	{RUNTIME_RUNC, V(1, 1, 0), V(1, 5, 1023), "faccessat2", 0,
	 "faccessat getegid geteuid getgid getgroups getuid"},
	{RUNTIME_RUNC, V(1, 2, 0), V(1, 5, 1023), "openat2", 0, "readlinkat"},
	/* glibc's statx and gnulib's way of reading a folder. */
	{RUNTIME_CRUN, V(1, 8, 0), V(1, 28, 1023), "statx", ENOSYS, "fstat newfstatat"},
	{RUNTIME_CRUN, V(1, 9, 0), V(1, 28, 1023), "close_range", 0, "fcntl fstat fstatfs getdents64 openat"},
};
const size_t floor_nways = ARRAY_LEN(floor_ways);

/* runc opens its fifo, writes to it and executes the program. Without them it says "cannot start an already
 * running container", or nothing; of the others the runtime's own line names the call. */
const struct floor_sure floor_sures[] = {
	{RUNTIME_RUNC, "execve openat write"},
	{RUNTIME_CRUN, "execve"},
};
const size_t floor_nsures = ARRAY_LEN(floor_sures);

#define WHEN(i, ...)                                                                                         \
	{                                                                                                    \
		.when = {.used = 1u << (i), .arg = {[i] = {__VA_ARGS__}}}, .act = { ACT_ALLOW, 0 }           \
	}

/* What Docker's default profile lets through: clone without a new namespace.
 * Unmasked, runc's margin would hand a user namespace to images that declared
 * neither clone nor unshare. */
static const struct rule clone_rules[] = {WHEN(0, COND_MASKED_EQ, 0x7E020000, 0)};
/* The standard streams. */
static const struct rule fchown_rules[] = {WHEN(0, COND_LE, 2, 0)};
/* F_DUPFD, F_GETFD, F_SETFD, F_GETFL; F_DUPFD_CLOEXEC, where runc does without openat2. */
static const struct rule fcntl_rules[] = {WHEN(1, COND_LE, 3, 0), WHEN(1, COND_EQ, 1030, 0)};
/* TCGETS and TCGETS2. */
static const struct rule ioctl_rules[] = {WHEN(1, COND_EQ, 0x5401, 0), WHEN(1, COND_EQ, 0x802C542A, 0)};
/* Neither O_WRONLY, O_RDWR, O_CREAT nor O_TRUNC; on every architecture here. */
static const struct rule openat_rules[] = {WHEN(2, COND_MASKED_EQ, 0x243, 0)};
/* PER_LINUX32 and PER_LINUX: linux.personality knows no others. */
static const struct rule personality_rules[] = {WHEN(0, COND_EQ, 0, 0), WHEN(0, COND_EQ, 8, 0)};
/* PR_SET_KEEPCAPS, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_CAP_AMBIENT. */
static const struct rule prctl_rules[] = {WHEN(0, COND_EQ, 8, 0), WHEN(0, COND_EQ, 23, 0),
					  WHEN(0, COND_EQ, 24, 0), WHEN(0, COND_EQ, 47, 0)};

#define NARROW(name)                                                                                         \
	{                                                                                                    \
#name, ARRAY_LEN(name##_rules), name##_rules                                                 \
	}
const struct floor_narrow floor_narrows[] = {
	NARROW(clone),	NARROW(fchown),	     NARROW(fcntl), NARROW(ioctl),
	NARROW(openat), NARROW(personality), NARROW(prctl),
};
const size_t floor_nnarrows = ARRAY_LEN(floor_narrows);
