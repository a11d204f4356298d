#include "model/rules.h"

#include <string.h>

/* libseccomp leaves out the operand's bits outside the mask, as runsc does not
 * (it never matches then); and a mask of no bits is no condition at all. */
static void cut_operands(struct conj *c)
{
	for (unsigned i = 0; i < COND_ARGS; i++) {
		if (!(c->used & 1u << i) || c->arg[i].op != COND_MASKED_EQ)
			continue;
		c->arg[i].value_two &= c->arg[i].value;
		if (c->arg[i].value == 0)
			c->used &= (uint8_t) ~(1u << i);
	}
}

struct action rules_first(struct action a, struct action b)
{
	(void)b;
	return a;
}

/* The first rule that holds answers, else `rest`. */
static int place(struct profile *p, struct arena *arena, int id, const struct rule *rules, size_t n,
		 struct action rest, struct err *err)
{
	const struct sysrules all = {rest, (uint32_t)n, rules}, none = {.other = rest};
	struct sysrules got;
	size_t budget = 4 * (n + 1) * (n + CONJ_MAX);

	if (rules_combine(&got, arena, &all, &none, p->def, rules_first, &budget, err))
		return -1;
	profile_put(p, id, got);
	return profile_check_total(p, err);
}

/* The more restrictive first; equal ones stay in their order. */
static void sort_by_action(struct rule *rules, size_t n, struct rule *spare)
{
	size_t k = 0;

	for (int kind = ACT_KILL_PROCESS; kind >= ACT_ALLOW; kind--)
		for (size_t i = 0; i < n; i++)
			if ((int)rules[i].act.kind == kind)
				spare[k++] = rules[i];
	memcpy(rules, spare, n * sizeof(*rules));
}

static int check_conflicts(int id, const struct rule *rules, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			if (!action_equal(rules[i].act, rules[j].act) &&
			    conj_compare(&rules[i].when, &rules[j].when) == 0)
				return err_set(err, ERR_BUNDLE,
					       "%s: the same conditions with two actions, %s and %s: the "
					       "runtime would fail to load that",
					       sys_name(id), act_name(rules[i].act.kind),
					       act_name(rules[j].act.kind));
	return 0;
}

static const struct cond *only_cond(const struct conj *c, enum cond_op op)
{
	unsigned i = c->used ? (unsigned)__builtin_ctz(c->used) : 0;

	return c->used == 1u << i && c->arg[i].op == op ? &c->arg[i] : NULL;
}

/* One value denied beside all values but a smaller one, as Podman writes AF_VSOCK: on
 * one level libseccomp compares the greater value first, in words of 32 bits. Chains
 * that begin with different arguments it compares from the last argument on. */
static bool is_exception(const struct rule *a, const struct rule *b)
{
	const struct cond *eq = only_cond(&a->when, COND_EQ), *ne = only_cond(&b->when, COND_NE);

	return eq && ne && a->when.used == b->when.used && a->act.kind > b->act.kind &&
	       eq->value > ne->value && eq->value <= UINT32_MAX;
}

/* Which of two actions stands where both hold hangs on the rest of the program. */
static bool overlap_in_action(const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			if (rules[j].act.kind != rules[i].act.kind && !is_exception(&rules[i], &rules[j]) &&
			    !is_exception(&rules[j], &rules[i]) &&
			    !conj_disjoint(&rules[i].when, &rules[j].when))
				return true;
	return false;
}

static bool is_multiplexer(int id)
{
	for (unsigned i = 0; i < MULTIPLEXERS; i++)
		if (multiplexer(i) == id)
			return true;
	return false;
}

/* Keeps the rules as they were written, if one has a condition. On socketcall and ipc they mix with their
 * members' on X86, shortened or not: where they cannot be kept, nor can X86. */
static int keep_written(struct profile *p, struct arena *arena, int id, const struct rule *rules, size_t n,
			struct err *err)
{
	struct rule *copy = arena_array(arena, n, sizeof(*copy));
	bool conditions = false;

	for (size_t i = 0; i < n; i++)
		conditions |= rules[i].when.used != 0;
	if (!conditions)
		return 0;
	if (overlap_in_action(rules, n)) {
		p->unfit |= is_multiplexer(id) ? 1u << ARCH_X86 : 0;
		return 0;
	}
	if (!copy)
		return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
	memcpy(copy, rules, n * sizeof(*copy));
	return written_add(p, arena, &(struct written){id, (uint32_t)n, copy}, err);
}

/* A rule whose action is the default is left out before libseccomp sees it, by
 * runc and crun alike; errnoRet counts. */
static int set_libseccomp(struct profile *p, struct arena *arena, int id, struct rule *rules, size_t n,
			  struct rule *spare, struct err *err)
{
	archset cut = 0;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		struct rule *r = &rules[i];
		if (action_equal(r->act, p->def))
			continue;
		cut_operands(&r->when);
		rules[k++] = *r;
	}
	if (keep_written(p, arena, id, rules, k, err))
		return -1;
	for (size_t i = 0; i < k; i++) {
		if (rules[i].when.used == 0) {
			profile_put(p, id, (struct sysrules){.other = rules[i].act});
			p->unfit |= cut;
			return 0;
		}
		/* Cut to 32 bits it may be the first without a condition, and win there. */
		if (conj_needs_64bit(&rules[i].when))
			cut = narrow_archs();
	}
	if (check_conflicts(id, rules, k, err))
		return -1;
	sort_by_action(rules, k, spare);
	return place(p, arena, id, rules, k, p->def, err);
}

static int set_first_match(struct profile *p, struct arena *arena, int id, const struct rule *rules, size_t n,
			   struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (rules[i].when.used == 0)
			return place(p, arena, id, rules, i, rules[i].act, err);
	return place(p, arena, id, rules, n, p->def, err);
}

int profile_set_rules(struct profile *p, struct arena *arena, int id, const struct rule *rules, size_t n,
		      enum rule_order order, struct err *err)
{
	if (n > CONJ_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d rules", sys_name(id), CONJ_MAX);
	if (order == RULES_FIRST_MATCH)
		return set_first_match(p, arena, id, rules, n, err);
	struct rule *copy = arena_array(arena, 2 * n + 1, sizeof(*copy));
	if (!copy)
		return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
	if (n)
		memcpy(copy, rules, n * sizeof(*copy));
	return set_libseccomp(p, arena, id, copy, n, copy + n, err);
}
