#include "runtime/floor_table.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* runc's Go runtime makes these at a garbage collection or for a new thread at
 * the wrong moment: without them 1 to 8 of 20 starts fail, with them 0 of 100
 * on 1.3.6 and 1.5.2 and 0 of 120 on 1.1.5. clone3 is not among them: it answers
 * ENOSYS (runtime_enosys.c), and Go falls back on clone. */
static const char runc_margin[] =
	"rt_sigreturn nanosleep sched_yield epoll_pwait epoll_ctl mmap munmap madvise mprotect clone tgkill "
	"rt_sigprocmask sigaltstack gettid getpid rt_sigaction rseq set_robust_list exit restart_syscall";

/* Not the runtime's but the kernel's, Linux's and the sentry's alike. A handler of signals ends by
 * rt_sigreturn; a sleep that a pause (or a stop) interrupts goes on by restart_syscall, without the program's
 * doing; exit_group ends a program that a signal ends first. A recording by strace of what a program calls
 * may show none of them. */
static const char kernel_margin[] = "exit_group restart_syscall rt_sigreturn";

static const struct floor_narrow *find_narrow(int id)
{
	for (size_t i = 0; i < floor_nnarrows; i++)
		if (strcmp(floor_narrows[i].name, sys_name(id)) == 0)
			return &floor_narrows[i];
	return NULL;
}

void floor_allow(struct profile *p, int id)
{
	const struct floor_narrow *n = find_narrow(id);

	if (n)
		profile_put(p, id,
			    (struct sysrules){.other = p->def, .nrules = n->nrules, .rules = n->rules});
	else
		profile_set(p, id, (struct action){ACT_ALLOW, 0});
}

bool floor_fits(int id, const uint64_t args[static COND_ARGS])
{
	const struct floor_narrow *n = find_narrow(id);

	for (uint32_t i = 0; n && i < n->nrules; i++)
		if (conj_holds(&n->rules[i].when, args))
			return true;
	return !n;
}

static void add_names(struct sysset *set, const char *names)
{
	while (*names) {
		size_t len = strcspn(names, " ");
		int id = sys_lookup(names, len);

		if (id >= 0)
			sysset_add(set, id);
		names += len;
		names += strspn(names, " ");
	}
}

static void allow_all(struct profile *p, const struct sysset *set)
{
	for (int id = sysset_next(set, 0); id >= 0; id = sysset_next(set, id + 1))
		profile_set(p, id, (struct action){ACT_ALLOW, 0});
}

/* The row whose range holds v; else the nearest end of the kind's ranges. */
static const struct floor_row *find_row(enum runtime_kind kind, runtime_version v, bool *ret_outside)
{
	const struct floor_row *best = NULL;

	for (size_t i = 0; i < floor_nrows; i++) {
		const struct floor_row *row = &floor_rows[i];

		if (row->kind != kind)
			continue;
		if (!best || v >= row->first)
			best = row;
	}
	*ret_outside = v < best->first || v > best->last;
	return best;
}

/* What the margin has already stays as it is there. */
static void allow_more(struct floor *f, const struct sysset *set)
{
	for (int id = sysset_next(set, 0); id >= 0; id = sysset_next(set, id + 1))
		if (!profile_allows_some(&f->margin, id))
			floor_allow(&f->margin, id);
}

static bool makes(const struct floor *f, int id)
{
	return profile_allows_some(&f->need, id) || sysset_has(&f->exec, id) || sysset_has(&f->effect, id);
}

static void find_ways(struct floor *f, enum runtime_kind kind, runtime_version v)
{
	for (size_t i = 0; i < floor_nways; i++) {
		const struct floor_way *way = &floor_ways[i];
		struct floor_fallback *next = &f->fallback[f->nfallbacks];

		int denied = sys_lookup(way->denied, strlen(way->denied));

		if (way->kind != kind || v < way->first || v > way->last || !makes(f, denied) ||
		    f->nfallbacks == FLOOR_FALLBACKS)
			continue;
		*next = (struct floor_fallback){.denied = denied, .answer = way->answer};
		add_names(&next->instead, way->instead);
		f->nfallbacks++;
	}
}

void floor_fill_margin(struct floor *f, enum runtime_kind kind)
{
	struct sysset margin = {0};

	add_names(&margin, kernel_margin);
	if (kind == RUNTIME_RUNC)
		add_names(&margin, runc_margin);
	allow_more(f, &margin);
}

void floor_init(struct floor *ret)
{
	const struct action deny = {ACT_ERRNO, EPERM};

	memset(ret, 0, offsetof(struct floor, need));
	ret->lacks = FLOOR_ALL;
	profile_init(&ret->need, deny, ARCHSET_ALL);
	profile_init(&ret->margin, deny, ARCHSET_ALL);
}

static void add_need(struct floor *f, const struct floor_row *row, bool no_new_privileges)
{
	struct sysset need = {0};

	add_names(&need, row->need[no_new_privileges]);
	allow_all(&f->need, &need);
}

static void add_sure(struct floor *f, enum runtime_kind kind)
{
	for (size_t i = 0; i < floor_nsures; i++)
		if (floor_sures[i].kind == kind)
			add_names(&f->sure, floor_sures[i].calls);
}

void floor_complete(struct floor *f, enum runtime_kind kind, runtime_version v, bool no_new_privileges)
{
	bool outside;
	const struct floor_row *row = find_row(kind, v, &outside);

	add_sure(f, kind);
	if (f->lacks == 0)
		return;
	f->filled = row->source;
	if (f->lacks & FLOOR_NEED) {
		f->outside_table = outside;
		add_need(f, row, no_new_privileges);
	}
	if (f->lacks & FLOOR_MARGIN)
		floor_fill_margin(f, kind);
	if (f->lacks & FLOOR_EXEC)
		add_names(&f->exec, row->exec[no_new_privileges]);
	if (f->lacks & FLOOR_EFFECT)
		add_names(&f->effect, row->effect[no_new_privileges]);
	allow_more(f, &f->exec);
	allow_more(f, &f->effect);
	if (f->lacks & FLOOR_WAYS)
		find_ways(f, kind, v < row->first ? row->first : v > row->last ? row->last : v);
}

void floor_lookup(struct floor *ret, enum runtime_kind kind, runtime_version v, bool no_new_privileges)
{
	floor_init(ret);
	floor_complete(ret, kind, v, no_new_privileges);
	ret->source = ret->filled;
	ret->filled = NULL;
	ret->lacks = 0;
}

const char *floor_parts(unsigned parts, char dst[static FLOOR_PARTS_TEXT])
{
	static const char *const names[] = {"need", "margin", "exec", "effects", "fall-backs"};
	unsigned left = parts & FLOOR_ALL;
	size_t at = 0;

	dst[0] = '\0';
	for (unsigned i = 0; left; i++) {
		if (!(left & 1u << i))
			continue;
		left &= ~(1u << i);
		at += (size_t)snprintf(dst + at, FLOOR_PARTS_TEXT - at, "%s%s",
				       at == 0 ? ""
				       : left  ? ", "
					       : " and ",
				       names[i]);
	}
	return dst;
}

void floor_leave_out(struct floor *f, const char *name)
{
	int id = sys_lookup(name, strlen(name));

	if (!sysset_has(&f->effect, id))
		return;
	sysset_remove(&f->effect, id);
	profile_set(&f->margin, id, f->margin.def);
}

/* A recording under a kernel that has clone3 does not show the clone that libc goes on with where it is
 * denied (ceilings lack it), nor, without strace's -f, what a new thread begins with (glibc 2.35,
 * pthread_create.c). Go waits for a child by its pidfd, and by wait4 where an engine denies it those (from
 * 1.23 on, os/pidfd_linux.go): profiles of before 2021, CRI-O's among them. */
static const struct {
	const char *declared, *implied;
} implications[] = {
	{"clone3", "clone rseq set_robust_list"},
	{"clone", "rseq set_robust_list"},
	{"pidfd_open", "wait4"},
};

void floor_imply(struct floor *f, const struct sysset *declared)
{
	for (size_t i = 0; i < ARRAY_LEN(implications); i++) {
		struct sysset implied = {0};

		if (!sysset_has(declared,
				sys_lookup(implications[i].declared, strlen(implications[i].declared))))
			continue;
		add_names(&implied, implications[i].implied);
		for (int id = sysset_next(&implied, 0); id >= 0; id = sysset_next(&implied, id + 1))
			if (!sysset_has(declared, id) && !profile_allows_some(&f->margin, id))
				floor_allow(&f->margin, id);
	}
}

void floor_fall_back(struct floor *f, const struct floor_fallback *way)
{
	for (int id = sysset_next(&way->instead, 0); id >= 0; id = sysset_next(&way->instead, id + 1))
		if (!profile_allows_some(&f->margin, id))
			floor_allow(&f->margin, id);
}

const char *floor_effect(int id)
{
	static const struct {
		const char *name, *loses;
	} effects[] = {
		{"close", "descriptors of the runtime stay open"},
		{"close_range", "descriptors of the runtime may stay open"},
		{"faccessat2", "a program that only its owner may run can be refused"},
		{"fchown", "stdin, stdout and stderr keep their owner"},
		{"fcntl", "descriptors of the runtime may stay open"},
		{"ioctl", "a terminal is not known as one"},
		{"personality", "linux.personality is not set, or the start fails"},
		{"umask", "exec keeps the umask of its caller"},
	};

	for (size_t i = 0; i < ARRAY_LEN(effects); i++)
		if (strcmp(effects[i].name, sys_name(id)) == 0)
			return effects[i].loses;
	return "the container may get something else than the runtime gives it";
}
