#include "model/rules.h"

/* libseccomp 2.5.4 merges the rules for a call into one tree, and gets it wrong
 * for some disjoint sets too, in both directions: ALLOW(a0 < 3 && a1 == 2) with
 * ALLOW(a0 > 3) admits (2, 5); a0 <= 2 with a0 >= 0x8ea8… admits 0xfffffffe; a0 == 5
 * && a1 != 5 with a1 == 5 refuses (5, 4). Each NE or order is a fork whose arms share
 * what follows, and some sets of them take it minutes or for ever. Measured by
 * tests/oracle: what follows here compiles as it reads, and quickly. */
static bool is_vector(const struct cond *c)
{
	return c->op == COND_EQ || c->op == COND_MASKED_EQ;
}

/* On one and the same argument, whose orders all compare the lower half. */
static bool is_simple(const struct cond *c)
{
	return is_vector(c) || c->op == COND_NE || c->value <= UINT32_MAX;
}

static bool is_plain(const struct rule *rules, size_t n)
{
	bool vectors = true, simple = true;

	for (size_t i = 0; i < n; i++) {
		const struct conj *c = &rules[i].when;
		simple = simple && c->used == rules[0].when.used && __builtin_popcount(c->used) == 1;
		for (unsigned k = 0; k < COND_ARGS; k++)
			if (c->used & 1u << k) {
				vectors = vectors && is_vector(&c->arg[k]);
				simple = simple && is_simple(&c->arg[k]);
			}
	}
	return n == 1 || vectors || simple;
}

int cells_make_plain(struct cells *c, struct err *err)
{
	struct cells plain = {.arena = c->arena};

	if (is_plain(c->v, c->n))
		return 0;
	for (size_t i = 0; i < c->n; i++) {
		c->work[0].n = 0;
		if (conj_vectors(c->arena, &c->v[i].when, &c->work[0], err))
			return -1;
		for (size_t k = 0; k < c->work[0].n; k++)
			if (cells_push(&plain, &c->work[0].v[k], c->v[i].act, err))
				return -1;
	}
	c->v = plain.v;
	c->n = plain.n;
	return 0;
}
