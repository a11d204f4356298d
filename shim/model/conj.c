#include "model/cond.h"

#include <string.h>

bool conj_holds(const struct conj *c, const uint64_t args[static COND_ARGS])
{
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (c->used & 1u << i && !cond_holds(&c->arg[i], args[i]))
			return false;
	return true;
}

bool conj_is_empty(const struct conj *c)
{
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (c->used & 1u << i && cond_is_empty(&c->arg[i]))
			return true;
	return false;
}

bool conj_disjoint(const struct conj *a, const struct conj *b)
{
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (a->used & b->used & 1u << i && cond_disjoint(&a->arg[i], &b->arg[i]))
			return true;
	return conj_is_empty(a) || conj_is_empty(b);
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static unsigned place(enum cond_op op)
{
	bool low = op == COND_LT || op == COND_LE;
	return low ? 1 : op == COND_GT || op == COND_GE ? 2 : 0;
}

int cond_compare(const struct cond *a, const struct cond *b)
{
	uint64_t x = a->op == COND_MASKED_EQ ? a->value_two : a->value;
	uint64_t y = b->op == COND_MASKED_EQ ? b->value_two : b->value;
	int diff = order(place(a->op), place(b->op));

	if (!diff)
		diff = order(y >> 32, x >> 32);
	if (!diff)
		diff = order(x, y);
	if (!diff)
		diff = order(a->op, b->op);
	return diff ? diff : order(a->value, b->value);
}

/* libseccomp 2.5.4 adds rule after rule to a tree, each level of which it sorts
 * downwards, and needs time exponential in a rule's length where much of what is there
 * already stands before it. So lower arguments come first, and smaller operands.
 * But where a level hangs on two tests (cover.c) and a node comes before its first,
 * libseccomp's list becomes a ring, and it does not come back. So upper halves, which
 * are tested first, come downwards, LT and LE behind all others, GT and GE last. */
int conj_compare(const struct conj *a, const struct conj *b)
{
	int diff = 0;

	for (unsigned i = 0; i < COND_ARGS && !diff; i++) {
		diff = order(b->used & 1u << i, a->used & 1u << i);
		if (!diff && a->used & 1u << i)
			diff = cond_compare(&a->arg[i], &b->arg[i]);
	}
	return diff;
}

bool conj_needs_64bit(const struct conj *c)
{
	for (unsigned i = 0; i < COND_ARGS; i++) {
		const struct cond *a = &c->arg[i];

		if (!(c->used & 1u << i))
			continue;
		/* Of a mask the lower half is enough, where the upper asks for zeros. */
		if (a->op == COND_MASKED_EQ ? a->value_two > UINT32_MAX || !(uint32_t)a->value
					    : a->value > UINT32_MAX)
			return true;
	}
	return false;
}

static int conj_push(struct arena *arena, struct conj_list *list, const struct conj *c, struct err *err)
{
	if (list->n >= CONJ_MAX)
		return err_set(err, ERR_LIMIT, "argument conditions: more than %d alternatives for one call",
			       CONJ_MAX);
	struct conj *v = arena_room(arena, list->v, list->n, &list->cap, 8, sizeof(*v));
	if (!v)
		return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
	list->v = v;
	list->v[list->n++] = *c;
	return 0;
}

/* Each conjunction from list->v[base] on gets each of n conditions on argument i. */
static int multiply(struct arena *arena, struct conj_list *list, size_t base, unsigned i,
		    const struct cond *conds, size_t n, struct err *err)
{
	size_t end = list->n;

	if (n == 0) {
		list->n = base;
		return 0;
	}
	for (size_t at = base; at < end; at++) {
		struct conj c = list->v[at];
		c.used |= (uint8_t)(1u << i);
		for (size_t k = 1; k < n; k++) {
			c.arg[i] = conds[k];
			if (conj_push(arena, list, &c, err))
				return -1;
		}
		c.arg[i] = conds[0];
		list->v[at] = c;
	}
	return 0;
}

/* The conditions on argument i of both; where neither has one, or all values
 * are meant: *ret_n is SIZE_MAX. */
static void meet_arg(const struct conj *a, const struct conj *b, unsigned i,
		     struct cond ret[static COND_PIECES], size_t *ret_n)
{
	bool in_a = a->used & 1u << i, in_b = b->used & 1u << i;

	*ret_n = SIZE_MAX;
	if (in_a && in_b) {
		*ret_n = cond_meet(&a->arg[i], &b->arg[i], ret);
	} else if (in_a || in_b) {
		ret[0] = in_a ? a->arg[i] : b->arg[i];
		*ret_n = cond_is_empty(&ret[0]) ? 0 : 1;
	}
	if (*ret_n == 1 && cond_is_all(&ret[0]))
		*ret_n = SIZE_MAX;
}

int conj_meet(struct arena *arena, const struct conj *a, const struct conj *b, struct conj_list *out,
	      struct err *err)
{
	const struct conj all = {0};
	size_t base = out->n, n;

	if (conj_disjoint(a, b))
		return 0;
	struct cond met[COND_PIECES] UNFILLED;
	if (conj_push(arena, out, &all, err))
		return -1;
	for (unsigned i = 0; i < COND_ARGS; i++) {
		meet_arg(a, b, i, met, &n);
		if (n != SIZE_MAX && multiply(arena, out, base, i, met, n, err))
			return -1;
	}
	return 0;
}

/* a \ b: for each argument of b, where all earlier ones hold and this one does not. */
int conj_subtract(struct arena *arena, const struct conj *a, const struct conj *b, struct conj_list *out,
		  struct err *err)
{
	static const struct cond always = {COND_GE, 0, 0};
	struct conj earlier = {0};

	if (conj_disjoint(a, b))
		return conj_meet(arena, a, a, out, err);
	struct cond rest[COND_PIECES] UNFILLED;
	for (unsigned i = 0; i < COND_ARGS; i++) {
		if (!(b->used & 1u << i))
			continue;
		const struct cond *mine = a->used & 1u << i ? &a->arg[i] : &always;
		size_t n = cond_subtract(mine, &b->arg[i], rest);
		if (n == SIZE_MAX)
			return err_set(err, ERR_LIMIT,
				       "argument conditions: more than %d alternatives for one value",
				       COND_PIECES);
		struct conj without = *a;
		without.used &= (uint8_t) ~(1u << i);
		size_t base = out->n;
		if (n > 0 && (conj_meet(arena, &without, &earlier, out, err) ||
			      multiply(arena, out, base, i, rest, n, err)))
			return -1;
		earlier.used |= (uint8_t)(1u << i);
		earlier.arg[i] = b->arg[i];
	}
	return 0;
}
