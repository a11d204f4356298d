#include "model/cover.h"

#include <stdlib.h>
#include <string.h>

/* libseccomp 2.5.4 makes a tree of the rules for a call, a level for each argument, and
 * gets some sets wrong that are disjoint, in both directions. A test that goes on where
 * it fails (NE, LT, LE, and the upper half of GE, GT) has two hazards. Its ways on
 * share what follows, so that a second such test on the level adds to both: a0 > 5 &&
 * X with a0 > 10 && Y gives Y to 6 as well. And the test beside it does not load its
 * argument again: ALLOW(a0 < 3 && a1 == 2) with ALLOW(a0 > 3) admits (2, 5); a0 <= 2 with
 * a0 >= 0x8ea8… admits 0xfffffffe. And where both ways of one test go on, code that they
 * end with alike is there once, without the load that one of them needs. So an argument's values are said in
 * vectors (EQ and MASKED_EQ), except the two ends and all but one value, and these only where nothing else on
 * the level can be mistaken. Measured by tests/oracle. */

struct range {
	struct span *v; /* ascending, not adjacent */
	size_t n;
};

static const struct cond *spelled(const struct atoms *atoms, struct span s)
{
	for (size_t i = 0; i < atoms->nconds; i++) {
		struct shape shape = shape_of(&atoms->cond[i]);
		enum cond_op op = atoms->cond[i].op;
		if (op != COND_MASKED_EQ && shape.nspans == 1 && shape.span[0].lo == s.lo &&
		    shape.span[0].hi == s.hi)
			return &atoms->cond[i];
	}
	return NULL;
}

static bool holds_vector(const struct vector *v, uint64_t x)
{
	return (x & v->mask) == v->value;
}

/* Takes a vector as it is where all of its values are the group's and still there. */
static bool take_vector(struct atoms *atoms, const struct vector *v, size_t group)
{
	bool any = false;

	for (size_t i = 0; i < atoms->n; i++) {
		const struct atom *a = &atoms->v[i];
		if (!holds_vector(v, a->sample))
			continue;
		if (a->group != group || a->taken)
			return false;
		any = true;
	}
	for (size_t i = 0; i < atoms->n && any; i++)
		if (holds_vector(v, atoms->v[i].sample))
			atoms->v[i].taken = true;
	return any;
}

static void add_span(struct range *r, struct span s)
{
	if (r->n && r->v[r->n - 1].hi + 1 == s.lo && s.lo)
		r->v[r->n - 1].hi = s.hi;
	else
		r->v[r->n++] = s;
}

/* Takes spans of which all atoms are the group's and still there. */
static void take_spans(struct atoms *atoms, size_t group, struct range *ret)
{
	for (size_t i = 0, end; i < atoms->n; i = end) {
		bool whole = true;
		for (end = i; end < atoms->n && atoms->v[end].span.lo == atoms->v[i].span.lo; end++)
			whole = whole && atoms->v[end].group == group && !atoms->v[end].taken;
		for (size_t k = i; k < end && whole; k++)
			atoms->v[k].taken = true;
		if (whole)
			add_span(ret, atoms->v[i].span);
	}
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	return (x->lo > y->lo) - (x->lo < y->lo);
}

/* What is left of a group within one span: atoms v[0 … n - 1]. */
struct split {
	struct atoms *atoms;
	const struct atom *v;
	size_t n, group;
	struct pieces *pieces;
};

static bool reaches(const struct atom *a, struct vector in)
{
	bool is_out = false;

	for (size_t i = 0; i < a->nout && !is_out; i++)
		is_out = vector_within(in, a->out[i]);
	return vector_meets(a->in, in) && !is_out;
}

/* The bit that tells most: short vectors count more. 0: all is the group's, or nothing. */
static uint64_t pick_bit(const struct split *s, struct vector in, bool *ret_mine)
{
	unsigned weight[64] = {0}, best = 64;
	bool mine = false, others = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct atom *a = &s->v[i];
		uint64_t bits = a->in.mask & ~in.mask;
		if (!reaches(a, in))
			continue;
		if (a->group == s->group && !a->taken)
			mine = true;
		else
			others = true;
		unsigned each = bits ? 4096 / ((unsigned)__builtin_popcountll(bits) *
					       (unsigned)__builtin_popcountll(bits))
				     : 0;
		for (; bits; bits &= bits - 1)
			weight[__builtin_ctzll(bits)] += each;
	}
	*ret_mine = mine;
	for (unsigned i = 64; i-- > 0 && mine && others;)
		if (weight[i] && (best == 64 || weight[i] > weight[best]))
			best = i;
	return best < 64 ? UINT64_C(1) << best : 0;
}

static int split(struct split *s, struct vector in, struct err *err)
{
	struct span span = s->v[0].span;
	uint64_t first;
	bool mine;

	if (!vector_next(in.mask, in.value, span.lo, &first) || first > span.hi)
		return 0;
	if (atoms_spend(s->atoms->budget, s->n, err))
		return -1;
	uint64_t bit = pick_bit(s, in, &mine);
	if (bit)
		return split(s, (struct vector){in.mask | bit, in.value}, err) ||
				       split(s, (struct vector){in.mask | bit, in.value | bit}, err)
			       ? -1
			       : 0;
	struct cond v[COND_PIECES] UNFILLED;
	size_t n = mine ? cond_pieces(in.mask, in.value, span, v) : 0;
	for (size_t i = 0; i < n; i++)
		if (pieces_push(s->pieces, &v[i], err))
			return -1;
	return 0;
}

/* What is left, in vectors and intervals; intervals join their neighbours. */
static int take_rest(struct atoms *atoms, size_t group, struct pieces *vectors, struct range *spans,
		     struct err *err)
{
	struct pieces rest = {.arena = atoms->arena};

	for (size_t i = 0, end; i < atoms->n; i = end) {
		bool any = false;
		for (end = i; end < atoms->n && atoms->v[end].span.lo == atoms->v[i].span.lo; end++)
			any = any || (atoms->v[end].group == group && !atoms->v[end].taken);
		struct split s = {atoms, &atoms->v[i], end - i, group, &rest};
		if (any && split(&s, (struct vector){0, 0}, err))
			return -1;
	}
	if (!rest.n)
		return 0;
	struct span *all = arena_array(atoms->arena, spans->n + rest.n, sizeof(*all));
	if (!all)
		return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
	size_t n = spans->n;
	memcpy(all, spans->v, n * sizeof(*all));
	for (size_t i = 0; i < rest.n; i++) {
		struct shape s = shape_of(&rest.v[i]);
		if (!s.vector)
			all[n++] = s.span[0];
		else if (pieces_push(vectors, &rest.v[i], err))
			return -1;
	}
	qsort(all, n, sizeof(*all), compare_spans);
	spans->v = all;
	spans->n = 0;
	for (size_t i = 0; i < n; i++)
		add_span(spans, all[i]);
	return 0;
}

static int collect(struct atoms *atoms, struct cover *c, size_t group, struct err *err)
{
	c->vectors = (struct pieces){.arena = atoms->arena};
	c->span = arena_array(atoms->arena, atoms->n, sizeof(*c->span));
	if (!c->span)
		return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
	for (size_t i = 0; i < atoms->nvectors; i++) {
		struct cond v = {COND_MASKED_EQ, atoms->vector[i].mask, atoms->vector[i].value};
		if (v.value != UINT64_MAX && take_vector(atoms, &atoms->vector[i], group) &&
		    pieces_push(&c->vectors, &v, err))
			return -1;
	}
	struct range spans = {c->span, 0};
	take_spans(atoms, group, &spans);
	if (take_rest(atoms, group, &c->vectors, &spans, err))
		return -1;
	c->span = spans.v;
	c->nspans = spans.n;
	return 0;
}

static struct span *end_of(struct cover *c, size_t n, bool high, struct cover **ret)
{
	for (size_t i = 0; i < n; i++) {
		struct span *s = c[i].nspans ? &c[i].span[high ? c[i].nspans - 1 : 0] : NULL;
		if (s && s->lo != s->hi && (high ? s->hi == UINT64_MAX : s->lo == 0)) {
			*ret = &c[i];
			return s;
		}
	}
	return NULL;
}

static struct cond order(const struct atoms *atoms, enum cond_op op, struct span s)
{
	const struct cond *as_written = spelled(atoms, s);

	return as_written ? *as_written : (struct cond){op, op == COND_LE ? s.hi : s.lo, 0};
}

/* All values but one. */
static bool say_ne(struct cover *c, struct err *err, int *ret)
{
	if (c->vectors.n || c->nspans != 2 || c->span[0].lo || c->span[1].hi != UINT64_MAX ||
	    c->span[1].lo - c->span[0].hi != 2)
		return false;
	struct cond ne = {COND_NE, c->span[0].hi + 1, 0};
	c->nspans = 0;
	*ret = pieces_push(&c->vectors, &ne, err);
	return true;
}

static int say_blocks(struct cover *c, struct err *err)
{
	struct cond v[COND_PIECES] UNFILLED;

	for (size_t i = 0; i < c->nspans; i++) {
		size_t n = c->span[i].lo <= c->span[i].hi ? cond_pieces(0, 0, c->span[i], v) : 0;
		for (size_t k = 0; k < n; k++)
			if (pieces_push(&c->vectors, &v[k], err))
				return -1;
	}
	return 0;
}

/* The span is said by one condition: not by blocks. */
static int say_order(struct cover *c, struct span *s, const struct cond *as, struct err *err)
{
	*s = (struct span){1, 0};
	return pieces_push(&c->vectors, as, err);
}

/* Both ends as the two ways of one test: with the value of the one that was written. */
static bool say_one_test(const struct atoms *atoms, struct span low, struct span high, struct cond *le,
			 struct cond *ge)
{
	if (low.hi + 1 != high.lo)
		return false;
	if (!spelled(atoms, high))
		*ge = (struct cond){le->op == COND_LE ? COND_GT : COND_GE, le->value, 0};
	else if (ge->op == COND_GT || ge->op == COND_GE)
		*le = (struct cond){ge->op == COND_GT ? COND_LE : COND_LT, ge->value, 0};
	return le->value == ge->value;
}

/* The ends of the values: the upper one always as an order, because it has a block for
 * each bit above; the lower one beside it only where both are parts of one test,
 * or where nothing follows and the upper halves are the same. */
static int say_ends(struct atoms *atoms, struct cover *c, size_t n, struct err *err)
{
	struct cover *at_low = NULL, *at_high = NULL;
	struct span *low = end_of(c, n, false, &at_low), *high = end_of(c, n, true, &at_high);
	struct cond le = {0}, ge = {0};

	if (low)
		le = order(atoms, COND_LE, *low);
	if (high)
		ge = order(atoms, COND_GE, *high);
	if (low && high) {
		bool one_test = say_one_test(atoms, *low, *high, &le, &ge);
		if (at_low->follows && (at_high->follows || !one_test))
			low = NULL;
		else if (!one_test && le.value >> 32 != ge.value >> 32)
			low = NULL;
	}
	if (low && say_order(at_low, low, &le, err))
		return -1;
	return high ? say_order(at_high, high, &ge, err) : 0;
}

int cover_groups(struct atoms *atoms, struct cover *c, size_t n, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (collect(atoms, &c[i], c[i].group, err))
			return -1;
	bool both_follow = n == 2 && c[0].follows && c[1].follows;
	for (size_t i = 0; i < n && !both_follow; i++)
		if (say_ne(&c[i], err, &rc))
			break;
	if (rc || say_ends(atoms, c, n, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (say_blocks(&c[i], err))
			return -1;
	return 0;
}
