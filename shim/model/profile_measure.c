#include "model/profile.h"

/* libseccomp's code for one comparison: a load and a jump for each half of the
 * argument, a mask before the jump, one more jump for an order. Measured against
 * seccomp_export_bpf by tests/oracle. */
static uint32_t half_cost(const struct cond *c)
{
	return c->op == COND_MASKED_EQ ? 3 : 2;
}

static bool same_high(const struct cond *a, const struct cond *b)
{
	return a->op == b->op && a->value >> 32 == b->value >> 32 && a->value_two >> 32 == b->value_two >> 32;
}

static uint32_t cond_cost(const struct cond *c, const struct cond *before, bool narrow)
{
	bool is_order = c->op != COND_MASKED_EQ && c->op != COND_EQ && c->op != COND_NE;

	if (narrow || (before && same_high(before, c)))
		return half_cost(c);
	return 2 * half_cost(c) + (is_order ? 1 : 0);
}

/* Rules are sorted: what two neighbours begin with alike stands in the program
 * once. */
static uint32_t rule_cost(const struct conj *c, const struct conj *before, bool narrow)
{
	uint32_t n = 0;
	bool alike = before != NULL;

	for (unsigned k = 0; k < COND_ARGS; k++) {
		bool used = c->used & 1u << k, had = alike && before->used & 1u << k;
		if (used && !(had && cond_equal(&before->arg[k], &c->arg[k]))) {
			n += cond_cost(&c->arg[k], had ? &before->arg[k] : NULL, narrow);
			alike = false;
		}
		alike = alike && used == had;
	}
	return n;
}

/* The conditions that do not stand in the program already. */
static uint32_t new_conds(const struct conj *c, const struct conj *before)
{
	unsigned k = 0;

	while (before && k < COND_ARGS && !((c->used ^ before->used) & 1u << k) &&
	       (!(c->used & 1u << k) || cond_equal(&before->arg[k], &c->arg[k])))
		k++;
	return (uint32_t)__builtin_popcount((unsigned)c->used >> k);
}

/* Rules as they were written are not sorted: each counts whole. */
static uint32_t sys_cost(const struct profile *p, int id, bool narrow)
{
	const struct written *w = profile_written(p, id);
	const struct sysrules s = profile_call(p, id);
	const struct rule *rules = w ? w->rules : s.rules;
	uint32_t nrules = w ? w->n : s.nrules, n = nrules ? 3 : 1;

	for (uint32_t i = 0; i < nrules; i++)
		n += rule_cost(&rules[i].when, i && !w ? &rules[i - 1].when : NULL, narrow) + (w != NULL);
	/* A jump reaches 255 instructions; farther, it needs another one. */
	return nrules ? n + n / 8 : n;
}

/* On X86 socketcall and ipc repeat the rules of their members (profile_narrow.c): at most
 * one comparison for each of the 32, and any rules with conditions once more. */
enum { MUX_COST = 40 };

struct profile_size profile_measure(const struct profile *p)
{
	const archset numbered = (1u << ARCH_NUMBERED) - 1;
	struct profile_size size = {.instructions = 16 + 5 * (uint32_t)__builtin_popcount(p->archs) +
						    (p->archs & 1u << ARCH_X86 ? MUX_COST : 0)};

	for (int id = 0, count = sys_count(); id < count; id++) {
		const struct written *w = profile_written(p, id);
		const struct sysrules s = profile_call(p, id);
		const struct rule *rules = w ? w->rules : s.rules;
		archset archs;

		if (!w && !s.nrules && action_equal(s.other, p->def))
			continue;
		archs = p->archs & (sys_archs(id) | ~numbered);
		if (!w && !s.nrules) {
			size.instructions += (uint32_t)__builtin_popcount(archs);
			continue;
		}
		for (; archs; archs &= archs - 1)
			size.instructions +=
				sys_cost(p, id, arch_is_32bit((enum arch_id)__builtin_ctz(archs)));
		if (p->archs & 1u << ARCH_X86)
			size.instructions += sys_cost(p, id, true);
		for (uint32_t i = 0; i < (w ? w->n : s.nrules); i++)
			size.conditions += new_conds(&rules[i].when, i && !w ? &rules[i - 1].when : NULL);
	}
	return size;
}
