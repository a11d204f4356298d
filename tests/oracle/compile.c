#include "oracle/compile.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* libseccomp 2.5.4 loses memory of its own where it merges rules. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

static const uint32_t tokens[ARCH_NUMBERED] = {
	[ARCH_X86_64] = SCMP_ARCH_X86_64,   [ARCH_X86] = SCMP_ARCH_X86, [ARCH_X32] = SCMP_ARCH_X32,
	[ARCH_AARCH64] = SCMP_ARCH_AARCH64, [ARCH_ARM] = SCMP_ARCH_ARM,
};

static uint32_t scmp_action(unsigned kind, uint16_t data)
{
	switch (kind) {
	case ACT_ALLOW:
		return SCMP_ACT_ALLOW;
	case ACT_LOG:
		return SCMP_ACT_LOG;
	case ACT_TRACE:
		return SCMP_ACT_TRACE(data);
	case ACT_NOTIFY:
		return SCMP_ACT_NOTIFY;
	case ACT_ERRNO:
		return SCMP_ACT_ERRNO(data);
	case ACT_TRAP:
		return SCMP_ACT_TRAP;
	case ACT_KILL_THREAD:
		return SCMP_ACT_KILL_THREAD;
	default:
		return SCMP_ACT_KILL_PROCESS;
	}
}

uint32_t compile_ret(unsigned kind, uint16_t data)
{
	return scmp_action(kind, data); /* libseccomp took the kernel's numbers */
}

static int resolve(int id)
{
	static int known[SYS_MAX], numbers[SYS_MAX];

	if (!known[id]) {
		numbers[id] = seccomp_syscall_resolve_name(sys_name(id));
		known[id] = 1;
	}
	return numbers[id];
}

bool compile_knows(int id)
{
	return resolve(id) != __NR_SCMP_ERROR;
}

static scmp_filter_ctx start(uint32_t def, uint32_t archs)
{
	static const uint32_t x86_family = 1u << ARCH_X86_64 | 1u << ARCH_X86 | 1u << ARCH_X32;
	scmp_filter_ctx ctx = seccomp_init(def);

	if (!ctx)
		abort();
	for (unsigned a = 0; a < ARCH_NUMBERED; a++)
		if (archs & 1u << a) {
			int rc = seccomp_arch_add(ctx, tokens[a]);
			if (rc && rc != -EEXIST)
				abort();
		}
	/* A runtime always has its own machine's; here another machine is played. */
	if (archs && !(archs & x86_family) && seccomp_arch_remove(ctx, SCMP_ARCH_X86_64))
		abort();
	return ctx;
}

static int finish(scmp_filter_ctx ctx, int rc, struct bpf_prog *ret)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("bpf", MFD_CLOEXEC);
	if (!rc) {
		if (fd < 0 || ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) != 0)
			abort();
		rc = seccomp_export_bpf(ctx, fd);
	}
	seccomp_release(ctx);
	if (rc)
		return rc;
	ssize_t n = pread(fd, ret->insn, sizeof(ret->insn), 0);
	if (n <= 0 || (size_t)n >= sizeof(ret->insn))
		return -E2BIG;
	ret->n = (size_t)n / sizeof(ret->insn[0]);
	return 0;
}

/* NE … MASKED_EQ have libseccomp's values 1 … 7 in the same order. */
static struct scmp_arg_cmp compare(unsigned index, unsigned op, uint64_t value, uint64_t value_two)
{
	return (struct scmp_arg_cmp){index, (enum scmp_compare)(op + 1), value, value_two};
}

static int add(scmp_filter_ctx ctx, uint32_t def, uint32_t act, int id, unsigned n,
	       const struct scmp_arg_cmp *args)
{
	int nr = resolve(id);

	/* Unknown names, and rules that say what the default says, are left out
	 * by runc (libcontainer/seccomp) and crun. */
	if (nr == __NR_SCMP_ERROR || act == def)
		return 0;
	return seccomp_rule_add_array(ctx, act, nr, n, args);
}

int compile_section(const struct gen_section *s, struct bpf_prog *ret)
{
	uint32_t def = scmp_action(s->def.kind, s->def.data);
	scmp_filter_ctx ctx = start(def, s->archs);
	int rc = 0;

	for (unsigned i = 0; i < s->n && !rc; i++) {
		const struct gen_entry *e = &s->entry[i];
		struct scmp_arg_cmp args[6];
		for (unsigned k = 0; k < e->n; k++)
			args[k] = compare(e->cond[k].index, e->cond[k].op, e->cond[k].value,
					  e->cond[k].value_two);
		rc = add(ctx, def, scmp_action(e->act.kind, e->act.data), e->id, e->n, args);
	}
	return finish(ctx, rc, ret);
}

static int add_rules(scmp_filter_ctx ctx, uint32_t def, int id, const struct rule *rules, uint32_t n)
{
	int rc = 0;

	for (uint32_t i = 0; i < n && !rc; i++) {
		const struct rule *r = &rules[i];
		struct scmp_arg_cmp args[6];
		unsigned nargs = 0;
		for (unsigned k = 0; k < COND_ARGS; k++)
			if (r->when.used & 1u << k)
				args[nargs++] = compare(k, r->when.arg[k].op, r->when.arg[k].value,
							r->when.arg[k].value_two);
		rc = add(ctx, def, scmp_action(r->act.kind, r->act.errno_ret), id, nargs, args);
	}
	return rc;
}

/* Names without conditions stand first in a section that is written. */
int compile_profile(const struct profile *p, struct bpf_prog *ret)
{
	uint32_t def = scmp_action(p->def.kind, p->def.errno_ret);
	scmp_filter_ctx ctx = start(def, p->archs);
	int rc = 0;

	for (int id = 0; id < sys_count() && !rc; id++)
		if (!profile_has_rules(p, id) && !profile_written(p, id))
			rc = add(ctx, def, scmp_action(p->other[id].kind, p->other[id].errno_ret), id, 0,
				 NULL);
	for (int id = 0; id < sys_count() && !rc; id++) {
		const struct written *w = profile_written(p, id);
		const struct sysrules s = profile_call(p, id);
		rc = w ? add_rules(ctx, def, id, w->rules, w->n) : add_rules(ctx, def, id, s.rules, s.nrules);
	}
	return finish(ctx, rc, ret);
}
