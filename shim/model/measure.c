#include "model/profile.h"

/* libseccomp's code for one comparison: a load and a jump for each half of the
 * argument, one more of either for an order or a mask. Measured against
 * seccomp_export_bpf by tests/oracle. */
static uint32_t cond_cost(const struct cond *c, bool narrow)
{
	switch (c->op) {
	case COND_EQ:
	case COND_NE:
		return narrow ? 2 : 4;
	case COND_LT:
	case COND_LE:
	case COND_GE:
	case COND_GT:
		return narrow ? 2 : 5;
	case COND_MASKED_EQ:
		return narrow ? 3 : 6;
	case COND_OP_COUNT:
		break;
	}
	return 0;
}

static uint32_t sys_cost(const struct sysrules *s, bool narrow)
{
	uint32_t n = 1; /* is it this number? */

	for (uint32_t i = 0; i < s->nrules; i++) {
		const struct conj *c = &s->rules[i].when;
		for (unsigned k = 0; k < COND_ARGS; k++)
			if (c->used & 1u << k)
				n += cond_cost(&c->arg[k], narrow);
		n++; /* the answer */
	}
	return s->nrules ? n + 2 : n;
}

static uint32_t arch_cost(const struct profile *p, enum arch_id arch)
{
	uint32_t n = 5;

	for (int id = 0; id < sys_count(); id++) {
		const struct sysrules *s = &p->sys[id];
		bool named = s->nrules || !action_equal(s->other, p->def);
		if (named && (arch >= ARCH_NUMBERED || sys_number(id, arch) >= 0))
			n += sys_cost(s, arch_is_32bit(arch));
	}
	return n;
}

struct profile_size profile_measure(const struct profile *p)
{
	struct profile_size size = {.instructions = 8};

	for (unsigned a = 0; a < ARCH_COUNT; a++)
		if (p->archs & 1u << a)
			size.instructions += arch_cost(p, (enum arch_id)a);
	for (int id = 0; id < sys_count(); id++)
		for (uint32_t i = 0; i < p->sys[id].nrules; i++)
			size.conditions += (uint32_t)__builtin_popcount(p->sys[id].rules[i].when.used);
	return size;
}
