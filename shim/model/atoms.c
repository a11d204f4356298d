#include "model/atoms.h"

#include <stdlib.h>
#include <string.h>

int atoms_spend(size_t *budget, size_t steps, struct err *err)
{
	if (*budget < steps)
		return err_set(err, ERR_LIMIT, "argument conditions: too many that overlap");
	*budget -= steps;
	return 0;
}

int atoms_too_many(struct err *err)
{
	return err_set(err, ERR_LIMIT, "argument conditions: more than %d alternatives for one call",
		       ALTERNATIVES_MAX);
}

static int out_of_memory(struct err *err)
{
	return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
}

int pieces_push(struct pieces *p, const struct cond *c, struct err *err)
{
	if (p->n == ALTERNATIVES_MAX)
		return atoms_too_many(err);
	struct cond *v = arena_room(p->arena, p->v, p->n, &p->cap, 8, sizeof(*v));
	if (!v)
		return out_of_memory(err);
	p->v = v;
	p->v[p->n++] = *c;
	return 0;
}

bool vector_meets(struct vector a, struct vector b)
{
	return ((a.value ^ b.value) & a.mask & b.mask) == 0;
}

bool vector_within(struct vector a, struct vector b)
{
	return (b.mask & ~a.mask) == 0 && (a.value & b.mask) == b.value;
}

/* Looks for a value of a span and a vector that lies in none of some others. */
struct witness {
	const struct atoms *atoms;
	struct span span;
	const struct vector *out;
	size_t nout;
	uint64_t value;
	bool found;
};

static int look(struct witness *w, struct vector in, size_t at, struct err *err)
{
	if (!vector_next(in.mask, in.value, w->span.lo, &w->value) || w->value > w->span.hi)
		return 0;
	if (atoms_spend(w->atoms->budget, 1, err))
		return -1;
	while (at < w->nout && !vector_meets(in, w->out[at]))
		at++;
	if (at == w->nout) {
		w->found = true;
		return 0;
	}
	struct vector v = w->out[at];
	/* One part for each bit that it adds: those above as it has them, this one not. */
	for (uint64_t bits = v.mask & ~in.mask, bit; bits && !w->found; bits &= ~bit) {
		bit = UINT64_C(1) << (63 - __builtin_clzll(bits));
		struct vector part = {in.mask | bit, in.value | (~v.value & bit)};
		if (look(w, part, at + 1, err))
			return -1;
		in = (struct vector){in.mask | bit, in.value | (v.value & bit)};
	}
	return 0;
}

static int push(struct atoms *atoms, const struct atom *a, struct err *err)
{
	struct atom *v = arena_room(atoms->arena, atoms->v, atoms->n, &atoms->cap, 16, sizeof(*v));

	if (!v)
		return out_of_memory(err);
	atoms->v = v;
	atoms->v[atoms->n++] = *a;
	return 0;
}

/* The vectors that cut a span, and those of them that a part lies outside of. */
struct cut {
	struct atoms *atoms;
	struct span span;
	struct vector *by, *out;
	size_t nby;
};

static int cut_push(struct cut *c, struct vector in, size_t nout, uint64_t sample, struct err *err)
{
	struct atom a = {.span = c->span, .in = in, .sample = sample};
	struct vector *out = nout ? arena_array(c->atoms->arena, nout, sizeof(*out)) : NULL;

	if (nout && !out)
		return out_of_memory(err);
	for (size_t i = 0; i < nout; i++)
		if (vector_meets(in, c->out[i]))
			out[a.nout++] = c->out[i];
	a.out = out;
	return push(c->atoms, &a, err);
}

/* The parts of `in` without out[0 … nout - 1], along by[at …]. */
static int cut_part(struct cut *c, struct vector in, size_t at, size_t nout, uint64_t sample, struct err *err)
{
	if (atoms_spend(c->atoms->budget, 1 + nout, err))
		return -1;
	while (at < c->nby && (!vector_meets(in, c->by[at]) || vector_within(in, c->by[at])))
		at++;
	if (at == c->nby)
		return cut_push(c, in, nout, sample, err);

	struct vector by = c->by[at], both = {in.mask | by.mask, in.value | by.value};
	struct witness inside = {c->atoms, c->span, c->out, nout, 0, false};
	if (look(&inside, both, 0, err) ||
	    (inside.found && cut_part(c, both, at + 1, nout, inside.value, err)))
		return -1;
	c->out[nout] = by;
	struct witness outside = {c->atoms, c->span, c->out, nout + 1, 0, false};
	if (look(&outside, in, 0, err))
		return -1;
	return outside.found ? cut_part(c, in, at + 1, nout + 1, outside.value, err) : 0;
}

static int cut_span(struct atoms *atoms, struct span span, struct vector *work, struct err *err)
{
	struct cut c = {atoms, span, work, work + atoms->nvectors, 0};
	struct shape s = {.nspans = 1, .span = {span}};

	if (atoms_spend(atoms->budget, 1 + atoms->nvectors, err))
		return -1;
	for (size_t i = 0; i < atoms->nvectors; i++) {
		struct shape v = {
			.vector = true, .mask = atoms->vector[i].mask, .value = atoms->vector[i].value};
		if (!shape_disjoint(&s, &v) && !shape_in_shape(&s, &v))
			c.by[c.nby++] = atoms->vector[i];
	}
	return cut_part(&c, (struct vector){0, 0}, 0, 0, span.lo, err);
}

/* Single values and masks first: where an interval is said as both, the mask stays. */
static int compare_conds(const void *left, const void *right)
{
	static const int place[COND_OP_COUNT] = {[COND_LT] = 1, [COND_LE] = 1, [COND_GT] = 2, [COND_GE] = 2};
	const struct cond *a = left, *b = right;
	uint64_t x = a->op == COND_MASKED_EQ ? a->value_two : a->value;
	uint64_t y = b->op == COND_MASKED_EQ ? b->value_two : b->value;
	int diff = cond_order((uint64_t)place[a->op], (uint64_t)place[b->op]);

	if (!diff)
		diff = cond_order(y >> 32, x >> 32);
	if (!diff)
		diff = cond_order(x, y);
	if (!diff)
		diff = cond_order(a->op, b->op);
	return diff ? diff : cond_order(a->value, b->value);
}

static int compare_values(const void *a, const void *b)
{
	return cond_order(*(const uint64_t *)a, *(const uint64_t *)b);
}

static int compare_vectors(const void *a, const void *b)
{
	const struct vector *x = a, *y = b;
	int diff = __builtin_popcountll(x->mask) - __builtin_popcountll(y->mask);

	if (!diff)
		diff = compare_values(&x->mask, &y->mask);
	return diff ? diff : compare_values(&x->value, &y->value);
}

static void add_shape(struct atoms *atoms, const struct shape *s, uint64_t *begins, size_t *n)
{
	if (s->vector)
		atoms->vector[atoms->nvectors++] = (struct vector){s->mask, s->value};
	for (unsigned k = 0; k < s->nspans; k++) {
		begins[(*n)++] = s->span[k].lo;
		if (s->span[k].hi < UINT64_MAX)
			begins[(*n)++] = s->span[k].hi + 1;
	}
}

/* Where a span begins: 0, and wherever a condition begins or has ended. Beside vectors
 * one value is a vector, too. */
static size_t collect(struct atoms *atoms, uint64_t *begins)
{
	size_t n = 0;
	bool vectors = false;

	begins[n++] = 0;
	for (size_t i = 0; i < atoms->nconds; i++)
		vectors = vectors || shape_of(&atoms->cond[i]).vector;
	for (size_t i = 0; i < atoms->nconds; i++) {
		const struct cond *c = &atoms->cond[i];
		struct shape s = shape_of(c);
		if (vectors && (c->op == COND_EQ || c->op == COND_NE))
			s = (struct shape){.vector = true, .mask = UINT64_MAX, .value = c->value};
		add_shape(atoms, &s, begins, &n);
	}
	qsort(begins, n, sizeof(*begins), compare_values);
	qsort(atoms->vector, atoms->nvectors, sizeof(*atoms->vector), compare_vectors);
	return n;
}

static void sort_conds(struct atoms *atoms)
{
	size_t n = 0;

	qsort(atoms->cond, atoms->nconds, sizeof(*atoms->cond), compare_conds);
	for (size_t i = 0; i < atoms->nconds; i++)
		if (n == 0 || !cond_equal(&atoms->cond[i], &atoms->cond[n - 1]))
			atoms->cond[n++] = atoms->cond[i];
	atoms->nconds = n;
}

int atoms_cut(struct atoms *ret, struct err *err)
{
	sort_conds(ret);
	uint64_t *begins = arena_array(ret->arena, 4 * ret->nconds + 1, sizeof(*begins));
	struct vector *work = arena_array(ret->arena, 2 * ret->nconds + 1, sizeof(*work));
	ret->vector = arena_array(ret->arena, ret->nconds + 1, sizeof(*ret->vector));
	if (!begins || !work || !ret->vector)
		return out_of_memory(err);
	size_t n = collect(ret, begins);
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && begins[i + 1] == begins[i])
			continue;
		struct span span = {begins[i], i + 1 < n ? begins[i + 1] - 1 : UINT64_MAX};
		if (cut_span(ret, span, work, err))
			return -1;
	}
	return 0;
}
