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

static unsigned place(enum cond_op op)
{
	bool low = op == COND_LT || op == COND_LE;
	return low ? 1 : op == COND_GT || op == COND_GE ? 0 : 2;
}

/* A half of what is compared, with its mask, as libseccomp has it. */
struct half {
	uint32_t datum, mask;
};

static struct half half(const struct cond *c, bool high)
{
	bool masked = c->op == COND_MASKED_EQ;
	uint64_t mask = masked ? c->value : UINT64_MAX;
	uint64_t datum = masked ? c->value_two & mask : c->value;

	return (struct half){(uint32_t)(high ? datum >> 32 : datum), (uint32_t)(high ? mask >> 32 : mask)};
}

static int order_halves(const struct cond *a, const struct cond *b, bool high)
{
	struct half x = half(a, high), y = half(b, high);
	int diff = cond_order(x.datum, y.datum);

	if (place(a->op) == place(COND_LE))
		diff = -diff;
	if (!diff)
		diff = cond_order(y.mask, x.mask);
	return diff ? diff : cond_order(a->op == COND_MASKED_EQ, b->op == COND_MASKED_EQ);
}

/* libseccomp 2.5.4 keeps a level of its tree by operator and upper half, the last in this order first.
 * A node that comes behind all others is put in at once. For one that comes before k others it looks
 * for a prefix from the head of the level on, k times k times (db.c, _db_tree_prune): a call with 627
 * rules took it 20 s. But a level that hangs on both ways of an order becomes a ring where a node is
 * put in at its head (_db_tree_add), and then it never ends: there the order is turned. */
static int compare_conds(const struct cond *a, const struct cond *b, bool turned)
{
	int diff = cond_order(place(a->op), place(b->op));

	if (!diff)
		diff = order_halves(a, b, true);
	if (turned)
		diff = -diff;
	if (!diff)
		diff = order_halves(a, b, false);
	if (!diff)
		diff = cond_order(a->op, b->op);
	return diff ? diff : cond_order(a->value_two, b->value_two);
}

/* Whether more than one test of libseccomp's goes on where it holds. */
static bool has_two_ways(const struct cond *c)
{
	return c->op != COND_EQ && c->op != COND_MASKED_EQ;
}

int conj_compare(const struct conj *a, const struct conj *b)
{
	bool turned = false;
	int diff = 0;

	for (unsigned i = 0; i < COND_ARGS && !diff; i++) {
		bool used = a->used & 1u << i;
		diff = cond_order(b->used & 1u << i, a->used & 1u << i);
		if (turned)
			diff = -diff;
		if (!diff && used) {
			diff = compare_conds(&a->arg[i], &b->arg[i], turned);
			turned = has_two_ways(&a->arg[i]);
		}
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
