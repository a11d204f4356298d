#include "model/rules.h"

/* libseccomp 2.5.4 makes one block of equal comparisons, whichever calls they are of. A comparison behind
 * another one on the same argument does not load that argument again. But where a condition on a later
 * argument fails, the next alternative of the call has to load it: and may be given the block of another call
 * that does not. It then compares the later argument. (ioctl with a0 == 2, a0 == 5 && a1 == 0x80000000 and a0
 * == 11, beside clone with a0 == 2, a0 == 5 and a0 == 7 && a1 == 0x80000000: ioctl(5, 2) is allowed.) Of
 * 8,000 generated filters of four calls 24 are wrong so, each of this shape. tests/unit/test_shared.c has
 * them from the compiled program. */

static bool on(const struct rule *r, unsigned arg)
{
	return r->when.used & 1u << arg;
}

/* On the arguments below `to` and not below `from`. */
static bool alike(const struct rule *a, const struct rule *b, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		if (on(a, i) != on(b, i) || (on(a, i) && !cond_equal(&a->when.arg[i], &b->when.arg[i])))
			return false;
	return true;
}

/* What the lower half of an argument is compared with: the upper halves are mostly zero, and equal. */
struct comparison {
	enum cond_op op;
	uint32_t mask, value;
};

static struct comparison comparison(const struct cond *c)
{
	if (c->op == COND_MASKED_EQ)
		return (struct comparison){COND_EQ, (uint32_t)c->value, (uint32_t)c->value_two};
	return (struct comparison){c->op, UINT32_MAX, (uint32_t)c->value};
}

static bool same_block(const struct rule *a, const struct rule *b, unsigned arg)
{
	struct comparison x = comparison(&a->when.arg[arg]), y = comparison(&b->when.arg[arg]);

	return x.op == y.op && x.mask == y.mask && x.value == y.value && action_equal(a->act, b->act) &&
	       alike(a, b, arg + 1, COND_ARGS);
}

/* Whether the rule's comparison of arg may follow a condition on a later one that failed. libseccomp compares
 * in the reverse of the order in which closures are written (conj_compare); an engine's own rules have any
 * order. */
static bool follows_late(const struct given *s, bool written, const struct rule *r, unsigned arg)
{
	for (const struct rule *other = written ? s->rules : r + 1; other < s->rules + s->n; other++)
		if (other->when.used >> (arg + 1) && alike(other, r, 0, arg) &&
		    !alike(other, r, arg, arg + 1))
			return true;
	return false;
}

/* Whether it may follow another comparison of the same argument. */
static bool follows_same(const struct given *s, const struct rule *r, unsigned arg)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (on(&s->rules[i], arg) && alike(&s->rules[i], r, 0, arg) &&
		    !alike(&s->rules[i], r, arg, arg + 1))
			return true;
	return false;
}

static bool share(const struct given *late, bool written, const struct given *other)
{
	for (uint32_t i = 0; i < late->n; i++)
		for (unsigned arg = 0; arg < COND_ARGS; arg++) {
			const struct rule *r = &late->rules[i];

			if (!on(r, arg) || !follows_late(late, written, r, arg))
				continue;
			for (uint32_t k = 0; k < other->n; k++)
				if (on(&other->rules[k], arg) && same_block(r, &other->rules[k], arg) &&
				    follows_same(other, &other->rules[k], arg))
					return true;
		}
	return false;
}

static bool has_late(const struct given *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->n > 1 && s->rules[i].when.used & (s->rules[i].when.used - 1))
			return true;
	return false;
}

bool profile_shares_blocks(const struct profile *p, int *ret_call, int *ret_other)
{
	for (int id = 0; id < sys_count(); id++) {
		struct given late = has_rules(p, id) ? given(p, id) : (struct given){0};

		if (!has_late(&late))
			continue;
		for (int with = 0; with < sys_count(); with++) {
			struct given other = has_rules(p, with) ? given(p, with) : (struct given){0};

			if (with == id || other.n < 2 ||
			    (profile_written(p, id) && profile_written(p, with)) ||
			    !share(&late, profile_written(p, id) != NULL, &other))
				continue;
			*ret_call = id;
			*ret_other = with;
			return true;
		}
	}
	return false;
}

/* On X86 the members of a multiplexer are alternatives of one call, told apart by their codes. */
bool multiplexer_shares_blocks(const struct profile *p)
{
	for (unsigned i = 0; i < MULTIPLEXERS; i++) {
		struct rule rules[MULTIPLEXER_RULES];
		size_t n = multiplexer_rules(p, i, rules);
		struct given mux = {rules, (uint32_t)n};

		for (int id = 0; n > 1 && id < sys_count(); id++) {
			struct given g = has_rules(p, id) ? given(p, id) : (struct given){0};

			if (g.n > 1 && (n == SIZE_MAX || share(&g, profile_written(p, id) != NULL, &mux) ||
					share(&mux, false, &g)))
				return true;
		}
	}
	return false;
}
