/* A condition on one 64-bit argument, and conjunctions of them.
 *
 * Every condition is a set of uint64 values. The seven OCI operators each
 * lower to a finite union of ternary vectors {x : (x & mask) == value}; the
 * meet of two vectors is two bit operations and exact. */
#ifndef RUNCLAMP_MODEL_COND_H
#define RUNCLAMP_MODEL_COND_H

#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cond_op { COND_NE, COND_LT, COND_LE, COND_EQ, COND_GE, COND_GT, COND_MASKED_EQ, COND_OP_COUNT };

/* OCI: `value` is the operand; for MASKED_EQ it is the mask and `value_two` the
 * operand ((x & value) == value_two). value_two is 0 for other operators. */
struct cond {
	enum cond_op op;
	uint64_t value;
	uint64_t value_two;
};

enum { COND_ARGS = 6 };

/* A conjunction: at most one condition per argument index. No index: always true. */
struct conj {
	uint8_t used; /* bit i: arg[i] is set */
	struct cond arg[COND_ARGS];
};

const char *cond_op_name(enum cond_op op); /* "SCMP_CMP_EQ" */
int cond_op_from_name(const char *name, size_t len);

bool cond_holds(const struct cond *c, uint64_t x);
bool conj_holds(const struct conj *c, const uint64_t args[static COND_ARGS]);

/* The seven operators have spellings that always or never hold (LT 0, GE 0,
 * MASKED_EQ with a value outside its mask). */
bool cond_is_all(const struct cond *c);
bool cond_is_empty(const struct cond *c);
bool cond_disjoint(const struct cond *a, const struct cond *b);
bool cond_equal(const struct cond *a, const struct cond *b); /* same spelling */
/* Of values, as qsort asks. */
static inline int cond_order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

enum { COND_PIECES = 256 };
/* a ∩ b and a \ b as disjoint conditions; how many. One operator in, the same
 * operator out where one side contains the other. A meet has at most 128 pieces
 * (an interval has at most 126 aligned blocks); a difference that has more than
 * COND_PIECES returns SIZE_MAX. */
size_t cond_meet(const struct cond *a, const struct cond *b, struct cond ret[static COND_PIECES]);
size_t cond_subtract(const struct cond *a, const struct cond *b, struct cond ret[static COND_PIECES]);

/* A list of conjunctions in an arena. More than CONJ_MAX is ERR_LIMIT: the whole
 * section may have 2048 conditions in the end (profile.h), and hostile input must
 * not buy more work than this number squared. */
enum { CONJ_MAX = 2048 };
struct conj_list {
	struct conj *v;
	size_t n, cap;
};

/* Appends a ∩ b as disjoint conjunctions (none: empty), without conditions that always hold. */
int conj_meet(struct arena *arena, const struct conj *a, const struct conj *b, struct conj_list *out,
	      struct err *err) MUST_CHECK;
/* Appends a \ b as disjoint conjunctions. */
int conj_subtract(struct arena *arena, const struct conj *a, const struct conj *b, struct conj_list *out,
		  struct err *err) MUST_CHECK;
bool conj_disjoint(const struct conj *a, const struct conj *b);
bool conj_is_empty(const struct conj *c);
/* A total order, the one in which rules have to be written; 0 only when spelled alike. */
int conj_compare(const struct conj *a, const struct conj *b);
/* Whether any condition says something else of 32-bit arguments when it is cut to
 * 32 bits. */
bool conj_needs_64bit(const struct conj *c);

#endif
