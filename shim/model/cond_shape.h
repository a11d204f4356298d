/* Inside the model: a condition as the set of values that it holds for. */
#ifndef RUNCLAMP_MODEL_COND_SHAPE_H
#define RUNCLAMP_MODEL_COND_SHAPE_H

#include "model/cond.h"

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

struct shape shape_of(const struct cond *c);
bool shape_in_shape(const struct shape *a, const struct shape *b);
bool shape_disjoint(const struct shape *a, const struct shape *b);
/* The smallest member of a vector that is at least lo; false: none. */
bool vector_next(uint64_t mask, uint64_t value, uint64_t lo, uint64_t *ret);
/* The part of a vector within a span as EQ and MASKED_EQ; how many. */
size_t cond_pieces(uint64_t mask, uint64_t value, struct span s, struct cond ret[static COND_PIECES]);

#endif
