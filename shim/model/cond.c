#include "model/cond.h"

#include <string.h>

static const char *const op_names[COND_OP_COUNT] = {
	[COND_NE] = "SCMP_CMP_NE",
	[COND_LT] = "SCMP_CMP_LT",
	[COND_LE] = "SCMP_CMP_LE",
	[COND_EQ] = "SCMP_CMP_EQ",
	[COND_GE] = "SCMP_CMP_GE",
	[COND_GT] = "SCMP_CMP_GT",
	[COND_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

const char *cond_op_name(enum cond_op op)
{
	return op_names[op];
}

int cond_op_from_name(const char *name, size_t len)
{
	for (int op = 0; op < COND_OP_COUNT; op++)
		if (strlen(op_names[op]) == len && memcmp(op_names[op], name, len) == 0)
			return op;
	return -1;
}

bool cond_holds(const struct cond *c, uint64_t x)
{
	switch (c->op) {
	case COND_NE:
		return x != c->value;
	case COND_LT:
		return x < c->value;
	case COND_LE:
		return x <= c->value;
	case COND_EQ:
		return x == c->value;
	case COND_GE:
		return x >= c->value;
	case COND_GT:
		return x > c->value;
	case COND_MASKED_EQ:
		return (x & c->value) == c->value_two;
	case COND_OP_COUNT:
		break;
	}
	return false;
}

bool cond_equal(const struct cond *a, const struct cond *b)
{
	return a->op == b->op && a->value == b->value && a->value_two == b->value_two;
}

/* Every condition is up to two intervals, or a ternary vector. */
struct span {
	uint64_t lo, hi; /* inclusive */
};
struct shape {
	unsigned nspans;
	struct span span[2]; /* ascending */
	bool vector;	     /* not an interval: mask and value count */
	uint64_t mask, value;
};

static void add_span(struct shape *s, uint64_t lo, uint64_t hi)
{
	s->span[s->nspans++] = (struct span){lo, hi};
}

static void add_vector(struct shape *s, uint64_t mask, uint64_t value)
{
	if (value & ~mask)
		return;
	/* A mask of leading ones is an aligned interval. */
	if ((~mask & (~mask + 1)) == 0) {
		add_span(s, value, value | ~mask);
		return;
	}
	s->vector = true;
	s->mask = mask;
	s->value = value;
}

static struct shape shape_of(const struct cond *c)
{
	struct shape s = {0};
	uint64_t v = c->value;

	switch (c->op) {
	case COND_MASKED_EQ:
		add_vector(&s, v, c->value_two);
		break;
	case COND_EQ:
		add_span(&s, v, v);
		break;
	case COND_NE:
		if (v > 0)
			add_span(&s, 0, v - 1);
		if (v < UINT64_MAX)
			add_span(&s, v + 1, UINT64_MAX);
		break;
	case COND_LT:
		if (v > 0)
			add_span(&s, 0, v - 1);
		break;
	case COND_LE:
		add_span(&s, 0, v);
		break;
	case COND_GE:
		add_span(&s, v, UINT64_MAX);
		break;
	case COND_GT:
		if (v < UINT64_MAX)
			add_span(&s, v + 1, UINT64_MAX);
		break;
	case COND_OP_COUNT:
		break;
	}
	return s;
}

bool cond_is_empty(const struct cond *c)
{
	struct shape s = shape_of(c);
	return !s.vector && s.nspans == 0;
}

bool cond_is_all(const struct cond *c)
{
	struct shape s = shape_of(c);
	return s.nspans == 1 && s.span[0].lo == 0 && s.span[0].hi == UINT64_MAX;
}

double cond_share(const struct cond *c)
{
	struct shape s = shape_of(c);
	double share = 0;

	if (s.vector)
		return 1 / (double)(UINT64_C(1) << __builtin_popcountll(s.mask));
	for (unsigned i = 0; i < s.nspans; i++)
		share += ((double)(s.span[i].hi - s.span[i].lo) + 1) * 0x1p-64;
	return share;
}

/* Whether every bit that varies within lo … hi is free in the mask. From the
 * highest bit that differs on down, all of them do. */
static bool span_in_vector(struct span s, uint64_t mask, uint64_t value)
{
	uint64_t differ = s.lo ^ s.hi;
	uint64_t varying = differ ? UINT64_MAX >> __builtin_clzll(differ) : 0;
	return (mask & varying) == 0 && (s.lo & mask) == value;
}

static bool span_in_shape(struct span s, const struct shape *b)
{
	if (b->vector)
		return span_in_vector(s, b->mask, b->value);
	for (unsigned i = 0; i < b->nspans; i++)
		if (b->span[i].lo <= s.lo && s.hi <= b->span[i].hi)
			return true;
	return false;
}

static bool shape_in_shape(const struct shape *a, const struct shape *b)
{
	if (a->vector && b->vector)
		return (b->mask & ~a->mask) == 0 && (a->value & b->mask) == b->value;
	if (a->vector && b->nspans == 2) /* NE: all but the one value between */
		return ((b->span[0].hi + 1) & a->mask) != a->value;
	if (a->vector)
		return span_in_shape((struct span){a->value, a->value | ~a->mask}, b);
	for (unsigned i = 0; i < a->nspans; i++)
		if (!span_in_shape(a->span[i], b))
			return false;
	return true;
}

bool cond_subset(const struct cond *a, const struct cond *b)
{
	if (a->op == COND_EQ)
		return cond_holds(b, a->value);
	struct shape sa = shape_of(a), sb = shape_of(b);
	return shape_in_shape(&sa, &sb);
}

struct pieces {
	struct cond *v;
	size_t n;
};

static void put(struct pieces *out, enum cond_op op, uint64_t value, uint64_t value_two)
{
	out->v[out->n++] = (struct cond){op, value, value_two};
}

static void put_vector(struct pieces *out, uint64_t mask, uint64_t value)
{
	if (mask == UINT64_MAX)
		put(out, COND_EQ, value, 0);
	else
		put(out, COND_MASKED_EQ, mask, value);
}

/* The aligned blocks of an interval. */
static void put_blocks(struct pieces *out, struct span s)
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

static void put_span(struct pieces *out, struct span s)
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
static void put_vector_in_span(struct pieces *out, uint64_t mask, uint64_t value, struct span s)
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

static void put_spans(struct pieces *out, const struct shape *a, const struct shape *b)
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
	struct pieces out = {ret, 0};

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

/* The smallest member of a vector that is at least lo; false: none. */
static bool vector_next(uint64_t mask, uint64_t value, uint64_t lo, uint64_t *ret)
{
	uint64_t x = (lo & ~mask) | value;
	uint64_t differ = x ^ lo;
	if (differ == 0) {
		*ret = x;
		return true;
	}
	uint64_t below =
		UINT64_MAX >> __builtin_clzll(differ); /* the highest bit that differs, and all below */
	if (x < lo) {
		/* A free bit above it has to go up. */
		uint64_t up = ~mask & ~lo & ~below;
		if (!up)
			return false;
		uint64_t bit = up & (~up + 1);
		x |= bit;
		below = bit - 1;
	}
	*ret = (x & ~below) | (x & below & mask);
	return true;
}

static bool shape_disjoint(const struct shape *a, const struct shape *b)
{
	if (a->vector && b->vector)
		return ((a->value ^ b->value) & a->mask & b->mask) != 0;
	if (a->vector) {
		uint64_t x;
		for (unsigned i = 0; i < b->nspans; i++)
			if (vector_next(a->mask, a->value, b->span[i].lo, &x) && x <= b->span[i].hi)
				return false;
		return true;
	}
	if (b->vector)
		return shape_disjoint(b, a);
	for (unsigned i = 0; i < a->nspans; i++)
		for (unsigned j = 0; j < b->nspans; j++)
			if (a->span[i].lo <= b->span[j].hi && b->span[j].lo <= a->span[i].hi)
				return false;
	return true;
}

bool cond_disjoint(const struct cond *a, const struct cond *b)
{
	if (a->op == COND_EQ)
		return !cond_holds(b, a->value);
	if (b->op == COND_EQ)
		return !cond_holds(a, b->value);
	struct shape sa = shape_of(a), sb = shape_of(b);
	return shape_disjoint(&sa, &sb);
}

/* What a condition leaves out, as disjoint conditions. */
static size_t complement(const struct cond *c, struct cond ret[static 64])
{
	static const enum cond_op inverse[COND_OP_COUNT] = {
		[COND_NE] = COND_EQ, [COND_EQ] = COND_NE, [COND_LT] = COND_GE,
		[COND_GE] = COND_LT, [COND_LE] = COND_GT, [COND_GT] = COND_LE,
	};
	struct pieces out = {ret, 0};
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
	struct cond rest[64], met[COND_PIECES];
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

size_t cond_vectors(const struct cond *c, struct cond ret[static COND_PIECES])
{
	struct pieces out = {ret, 0};
	struct shape s = shape_of(c);

	if (c->op == COND_EQ || c->op == COND_MASKED_EQ) {
		ret[out.n++] = *c;
		return out.n;
	}
	for (unsigned i = 0; i < s.nspans; i++)
		put_blocks(&out, s.span[i]);
	return out.n;
}
