/* What is left of a condition, in as few conditions as can say it. */
#include "model/cond_shape.h"

#include <string.h>

struct parts {
	struct cond *v;
	size_t n;
};

static void put(struct parts *out, enum cond_op op, uint64_t value, uint64_t value_two)
{
	out->v[out->n++] = (struct cond){op, value, value_two};
}

static void put_vector(struct parts *out, uint64_t mask, uint64_t value)
{
	if (mask == UINT64_MAX)
		put(out, COND_EQ, value, 0);
	else
		put(out, COND_MASKED_EQ, mask, value);
}

/* The aligned blocks of an interval. */
static void put_blocks(struct parts *out, struct span s)
{
	for (;;) {
		uint64_t low = s.lo ? (s.lo & (~s.lo + 1)) - 1 : UINT64_MAX; /* size - 1 */
		while (low > s.hi - s.lo)
			low >>= 1;
		put_vector(out, ~low, s.lo);
		if (s.hi - s.lo == low)
			return;
		s.lo += low + 1;
	}
}

static void put_span(struct parts *out, struct span s)
{
	if (s.lo == s.hi)
		put(out, COND_EQ, s.lo, 0);
	else if (s.lo == 0)
		put(out, COND_LE, s.hi, 0);
	else if (s.hi == UINT64_MAX)
		put(out, COND_GE, s.lo, 0);
	else
		put_blocks(out, s);
}

/* The part of a vector within an interval: halve the space of values until a
 * block of the vector lies inside or outside. */
static void put_vector_in_span(struct parts *out, uint64_t mask, uint64_t value, struct span s)
{
	uint64_t prefix = 0; /* the leading bits that are fixed by now */
	uint64_t at = 0;     /* their value */
	struct {
		uint64_t prefix, at;
	} todo[65];
	unsigned n = 0;

	for (;;) {
		uint64_t m = mask | prefix, v = value | at;
		if (v >= s.lo && (v | ~m) <= s.hi) {
			put_vector(out, m, v);
		} else if (v <= s.hi && (v | ~m) >= s.lo && prefix != UINT64_MAX) {
			uint64_t bit = (UINT64_MAX - prefix) / 2 + 1;
			prefix |= bit;
			if (mask & bit) {
				at |= value & bit;
			} else {
				todo[n].prefix = prefix;
				todo[n++].at = at | bit;
			}
			continue;
		}
		if (n == 0)
			return;
		prefix = todo[--n].prefix;
		at = todo[n].at;
	}
}

static void put_spans(struct parts *out, const struct shape *a, const struct shape *b)
{
	for (unsigned i = 0; i < a->nspans; i++)
		for (unsigned j = 0; j < b->nspans; j++) {
			struct span s = {
				a->span[i].lo > b->span[j].lo ? a->span[i].lo : b->span[j].lo,
				a->span[i].hi < b->span[j].hi ? a->span[i].hi : b->span[j].hi,
			};
			if (s.lo <= s.hi)
				put_span(out, s);
		}
}

size_t cond_meet(const struct cond *a, const struct cond *b, struct cond ret[static COND_PIECES])
{
	struct parts out = {ret, 0};

	if (a->op == COND_EQ || cond_equal(a, b)) {
		if (cond_holds(b, a->value) || (a->op != COND_EQ && !cond_is_empty(a)))
			ret[out.n++] = *a;
		return out.n;
	}
	struct shape sa = shape_of(a), sb = shape_of(b);
	if (shape_in_shape(&sa, &sb)) {
		if (sa.vector || sa.nspans)
			ret[out.n++] = *a;
	} else if (shape_in_shape(&sb, &sa)) {
		if (sb.vector || sb.nspans)
			ret[out.n++] = *b;
	} else if (sa.vector && sb.vector) {
		if (((sa.value ^ sb.value) & sa.mask & sb.mask) == 0)
			put_vector(&out, sa.mask | sb.mask, sa.value | sb.value);
	} else if (sa.vector || sb.vector) {
		const struct shape *vec = sa.vector ? &sa : &sb, *iv = sa.vector ? &sb : &sa;
		for (unsigned i = 0; i < iv->nspans; i++)
			put_vector_in_span(&out, vec->mask, vec->value, iv->span[i]);
	} else {
		put_spans(&out, &sa, &sb);
	}
	return out.n;
}

/* What a condition leaves out, as disjoint conditions. */
static size_t complement(const struct cond *c, struct cond ret[static 64])
{
	static const enum cond_op inverse[COND_OP_COUNT] = {
		[COND_NE] = COND_EQ, [COND_EQ] = COND_NE, [COND_LT] = COND_GE,
		[COND_GE] = COND_LT, [COND_LE] = COND_GT, [COND_GT] = COND_LE,
	};
	struct parts out = {ret, 0};
	struct shape s = shape_of(c);

	if (!s.vector && s.nspans == 0) {
		put(&out, COND_GE, 0, 0);
	} else if (c->op != COND_MASKED_EQ) {
		put(&out, inverse[c->op], c->value, 0);
	} else if (s.vector) {
		/* One vector for each bit of the mask: the bits above as they are, this one not. */
		for (uint64_t done = 0, bit; done != s.mask; done |= bit) {
			bit = UINT64_C(1) << (63 - __builtin_clzll(s.mask & ~done));
			put(&out, COND_MASKED_EQ, done | bit, (s.value & done) | (~s.value & bit));
		}
	} else {
		if (s.span[0].lo > 0)
			put(&out, COND_LT, s.span[0].lo, 0);
		if (s.span[0].hi < UINT64_MAX)
			put(&out, COND_GT, s.span[0].hi, 0);
	}
	return out.n;
}

size_t cond_subtract(const struct cond *a, const struct cond *b, struct cond ret[static COND_PIECES])
{
	struct cond rest[64] UNFILLED, met[COND_PIECES] UNFILLED;
	size_t nrest = complement(b, rest), n = 0;

	for (size_t i = 0; i < nrest; i++) {
		size_t k = cond_meet(a, &rest[i], met);
		if (k > COND_PIECES - n)
			return SIZE_MAX;
		memcpy(&ret[n], met, k * sizeof(*met));
		n += k;
	}
	return n;
}

size_t cond_pieces(uint64_t mask, uint64_t value, struct span s, struct cond ret[static COND_PIECES])
{
	struct parts out = {ret, 0};

	if (mask)
		put_vector_in_span(&out, mask, value, s);
	else
		put_blocks(&out, s);
	return out.n;
}
