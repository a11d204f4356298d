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

bool conj_subset(const struct conj *a, const struct conj *b)
{
	for (unsigned i = 0; i < COND_ARGS; i++) {
		if (!(b->used & 1u << i))
			continue;
		if (a->used & 1u << i ? !cond_subset(&a->arg[i], &b->arg[i]) : !cond_is_all(&b->arg[i]))
			return conj_is_empty(a);
	}
	return true;
}

bool conj_disjoint(const struct conj *a, const struct conj *b)
{
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (a->used & b->used & 1u << i && cond_disjoint(&a->arg[i], &b->arg[i]))
			return true;
	return conj_is_empty(a) || conj_is_empty(b);
}

double conj_share(const struct conj *c)
{
	double share = 1;
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (c->used & 1u << i)
			share *= cond_share(&c->arg[i]);
	return share;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int order_conds(const struct cond *a, const struct cond *b)
{
	bool a_masked = a->op == COND_MASKED_EQ, b_masked = b->op == COND_MASKED_EQ;
	int diff = order(a_masked ? a->value_two : a->value, b_masked ? b->value_two : b->value);

	if (!diff)
		diff = order(a->op, b->op);
	return diff ? diff : order(a->value, b->value);
}

/* libseccomp 2.5.4 adds rule after rule to a tree, and needs time exponential in a
 * rule's length where what is there already stands behind it: conditions on lower
 * arguments first, then by operand. */
int conj_compare(const struct conj *a, const struct conj *b)
{
	int diff = 0;

	for (unsigned i = 0; i < COND_ARGS && !diff; i++)
		diff = order(b->used & 1u << i, a->used & 1u << i);
	for (unsigned i = 0; i < COND_ARGS && !diff; i++)
		if (a->used & 1u << i)
			diff = order_conds(&a->arg[i], &b->arg[i]);
	return diff;
}

bool conj_needs_64bit(const struct conj *c)
{
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (c->used & 1u << i && (c->arg[i].value | c->arg[i].value_two) > UINT32_MAX)
			return true;
	return false;
}

static int conj_push(struct arena *arena, struct conj_list *list, const struct conj *c, struct err *err)
{
	if (list->n >= CONJ_MAX)
		return err_set(err, ERR_LIMIT, "argument conditions: more than %d alternatives for one call",
			       CONJ_MAX);
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 8;
		struct conj *v = arena_array(arena, cap, sizeof(*v));
		if (!v)
			return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
		if (list->n)
			memcpy(v, list->v, list->n * sizeof(*v));
		list->v = v;
		list->cap = cap;
	}
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

int conj_vectors(struct arena *arena, const struct conj *c, struct conj_list *out, struct err *err)
{
	const struct conj all = {0};
	struct cond vectors[COND_PIECES] UNFILLED;
	size_t base = out->n;

	if (conj_push(arena, out, &all, err))
		return -1;
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (c->used & 1u << i &&
		    multiply(arena, out, base, i, vectors, cond_vectors(&c->arg[i], vectors), err))
			return -1;
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
