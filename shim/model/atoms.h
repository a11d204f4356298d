/* Inside the model: the values of one argument, cut along conditions. */
#ifndef RUNCLAMP_MODEL_ATOMS_H
#define RUNCLAMP_MODEL_ATOMS_H

#include "base/arena.h"
#include "base/err.h"
#include "model/cond_shape.h"

/* {x : (x & mask) == value} */
struct vector {
	uint64_t mask, value;
};

/* Values that every condition holds for alike: those of a span and a vector that
 * lie in none of some other vectors. Never empty: `sample` is one of them. */
struct atom {
	struct span span;
	struct vector in; /* mask 0: the whole span */
	const struct vector *out;
	size_t nout;
	uint64_t sample;
	size_t group; /* the caller's */
	bool taken;   /* the caller's */
};

/* Disjoint, together all values, in the order of their spans. */
struct atoms {
	struct arena *arena;
	size_t *budget;
	struct atom *v;
	size_t n, cap;
	struct cond *cond; /* what they were cut along, sorted, each once */
	size_t nconds;
	struct vector *vector; /* those of them that are no intervals, the largest first;
				  and beside such the single values */
	size_t nvectors;
};

/* Cuts along ret->cond (unsorted, nconds; sorted here). */
int atoms_cut(struct atoms *ret, struct err *err) MUST_CHECK;
/* Takes steps from what may still be spent; refuses where that is not enough. */
int atoms_spend(size_t *budget, size_t steps, struct err *err) MUST_CHECK;

/* What a call may come to while it is made: the whole section may have
 * PROFILE_MAX_RULES in the end, and a place for each is memory. */
enum { ALTERNATIVES_MAX = 4096 };
int atoms_too_many(struct err *err) MUST_CHECK;

struct pieces {
	struct arena *arena;
	struct cond *v;
	size_t n, cap;
};
int pieces_push(struct pieces *p, const struct cond *c, struct err *err) MUST_CHECK;
bool vector_meets(struct vector a, struct vector b);
bool vector_within(struct vector a, struct vector b);

#endif
