#include "model/cond_shape.h"

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

struct shape shape_of(const struct cond *c)
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

bool shape_in_shape(const struct shape *a, const struct shape *b)
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

bool vector_next(uint64_t mask, uint64_t value, uint64_t lo, uint64_t *ret)
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

bool shape_disjoint(const struct shape *a, const struct shape *b)
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
