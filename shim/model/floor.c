#include "model/runtime.h"
#include <errno.h>
#include <string.h>

/* What Docker's default profile lets through: clone without a new namespace.
 * Unmasked, runc's margin would hand a user namespace to images that declared
 * neither clone nor unshare. */
#define CLONE_NAMESPACES UINT64_C(0x7E020000)

/* One range of versions of one runtime. The names are what that runtime calls
 * between loading the filter and the container's first instruction; each set
 * stood 100 starts without a failure, and failed with any one name left out
 * (integration/floor.bats). */
struct floor_row {
	enum runtime_kind kind;
	runtime_version first, last;
	const char *source;
	const char *nnp_true;
	const char *nnp_false;
};

#define V RUNTIME_VERSION
#define RUNC_11_TRUE "close execve exit_group fstatfs futex getdents64 openat write"
#define RUNC_11_FALSE                                                                                        \
	RUNC_11_TRUE " capget capset chdir fstat getcwd getppid newfstatat prctl read setgid setgroups "     \
		     "setuid"
#define YOUKI "accept4 close execve exit_group recvfrom sendmsg statx"

/* Sorted by kind, then version; ranges of a kind follow each other. */
static const struct floor_row floors[] = {
	{RUNTIME_RUNC, V(1, 1, 0), V(1, 1, 14), "runc 1.1.0 to 1.1.14, shipped table", RUNC_11_TRUE,
	 RUNC_11_FALSE " faccessat2"},
	{RUNTIME_RUNC, V(1, 1, 15), V(1, 1, 1023), "runc 1.1.15 and later 1.1, shipped table", RUNC_11_TRUE,
	 RUNC_11_FALSE},
	/* From 1.2 on runc reopens /proc files with openat2 under its own
	 * filter: neither EPERM nor ENOSYS will do. */
	{RUNTIME_RUNC, V(1, 2, 0), V(1, 5, 1023), "runc 1.2 to 1.5, shipped table",
	 RUNC_11_TRUE " fstat openat2 statx", RUNC_11_FALSE " openat2 statx"},
	{RUNTIME_CRUN, V(1, 8, 0), V(1, 28, 1023), "crun 1.8 to 1.28, shipped table", "execve exit_group",
	 "execve exit_group capset prctl pselect6 read rt_sigaction rt_sigprocmask setresgid setresuid "
	 "write"},
	/* The sentry loads the filter after the exec: nothing of its own. */
	{RUNTIME_RUNSC, 20191104, 20261231, "runsc 2019 to 2026, shipped table", "", ""},
	{RUNTIME_YOUKI, V(0, 7, 0), V(0, 7, 1023), "youki 0.7, shipped table", YOUKI, YOUKI},
};

/* runc's Go runtime makes these at a garbage collection or for a new thread at
 * the wrong moment: without them 1 to 8 of 20 starts fail, with them 0 of 100
 * on 1.3.6 and 1.5.2 and 0 of 120 on 1.1.5. clone3 is not among them: it answers
 * ENOSYS (enosys.c), and Go falls back on clone. */
static const char runc_margin[] =
	"rt_sigreturn nanosleep sched_yield epoll_pwait epoll_ctl mmap munmap madvise mprotect clone tgkill "
	"rt_sigprocmask sigaltstack gettid getpid rt_sigaction rseq set_robust_list exit restart_syscall";

/* crun gives a process its additional groups under the filter: at create, and for each exec of Podman's. A
 * container without such groups starts without it (integration/podman.bats: exec). */
static const char crun_margin[] = "setgroups";

/* Not the runtime's but the kernel's, Linux's and the sentry's alike: a sleep that a pause (or a stop)
 * interrupts goes on by it, without the program's doing. A recording of what a program calls never shows it.
 */
static const char kernel_margin[] = "restart_syscall";

static void allow_names(struct profile *p, const char *names)
{
	while (*names) {
		size_t len = strcspn(names, " ");
		int id = sys_lookup(names, len);

		if (id >= 0)
			profile_set(p, id, (struct action){ACT_ALLOW, 0});
		names += len;
		names += strspn(names, " ");
	}
}

static int mask_clone(struct profile *p, struct arena *arena, struct err *err)
{
	const struct rule masked = {
		.when = {.used = 1, .arg = {{COND_MASKED_EQ, CLONE_NAMESPACES, 0}}},
		.act = {ACT_ALLOW, 0},
	};
	int id = sys_lookup("clone", strlen("clone"));

	profile_set(p, id, p->def);
	return profile_set_rules(p, arena, id, &masked, 1, RULES_LIBSECCOMP, err);
}

/* The row whose range holds v; else the nearest end of the kind's ranges. */
static const struct floor_row *find_row(enum runtime_kind kind, runtime_version v, bool *ret_outside)
{
	const struct floor_row *best = NULL;

	for (size_t i = 0; i < ARRAY_LEN(floors); i++) {
		const struct floor_row *row = &floors[i];

		if (row->kind != kind)
			continue;
		if (!best || v >= row->first)
			best = row;
	}
	*ret_outside = v < best->first || v > best->last;
	return best;
}

static int allow_margin(struct profile *p, struct arena *arena, enum runtime_kind kind,
			bool no_new_privileges, struct err *err)
{
	allow_names(p, kernel_margin);
	if (kind == RUNTIME_CRUN && !no_new_privileges)
		allow_names(p, crun_margin);
	if (kind != RUNTIME_RUNC)
		return 0;
	allow_names(p, runc_margin);
	return mask_clone(p, arena, err);
}

int floor_lookup(struct floor *ret, struct arena *arena, enum runtime_kind kind, runtime_version v,
		 bool no_new_privileges, struct err *err)
{
	const struct action deny = {ACT_ERRNO, EPERM};
	const struct floor_row *row = find_row(kind, v, &ret->outside_table);

	ret->source = row->source;
	profile_init(&ret->need, deny, ARCHSET_ALL);
	profile_init(&ret->margin, deny, ARCHSET_ALL);
	allow_names(&ret->need, no_new_privileges ? row->nnp_true : row->nnp_false);
	return allow_margin(&ret->margin, arena, kind, no_new_privileges, err);
}

int floor_candidates(struct floor *ret, struct arena *arena, enum runtime_kind kind, bool no_new_privileges,
		     struct err *err)
{
	const struct action deny = {ACT_ERRNO, EPERM};

	ret->source = "all shipped floors";
	ret->outside_table = false;
	profile_init(&ret->need, deny, ARCHSET_ALL);
	profile_init(&ret->margin, deny, ARCHSET_ALL);
	for (size_t i = 0; i < ARRAY_LEN(floors); i++) {
		if (floors[i].kind != kind)
			continue;
		allow_names(&ret->need, floors[i].nnp_true);
		allow_names(&ret->need, floors[i].nnp_false);
	}
	return allow_margin(&ret->margin, arena, kind, no_new_privileges, err);
}
