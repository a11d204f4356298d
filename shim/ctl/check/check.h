/* The two ways to tell an answer of `clampctl check`. */
#ifndef RUNCLAMP_CTL_CHECK_CHECK_H
#define RUNCLAMP_CTL_CHECK_CHECK_H

#include "ctl/check/advice.h"

const char *check_level_name(enum level l);
const char *check_over_name(enum limit_over o);
/* "allow", "refuse", "error" */
const char *check_verdict_name(const struct ask *a);

/* `clampctl check --node` (node.c); root: NULL for this one. Returns the exit code. */
int node_check(const char *root, bool json);

/* error counts where a has no decision. */
void check_text(const struct ask *a, const struct advice *advice, const struct err *error, struct buf *out);
void check_json(const struct ask *a, const struct advice *advice, const struct err *error, struct buf *out);

/* The lists of names of a decision, in the order in which both tell them. */
struct check_set {
	const char *key;   /* in JSON */
	const char *label; /* for people */
	size_t offset;	   /* of the struct sysset in struct decision */
};
extern const struct check_set check_sets[];
extern const size_t check_nsets;

static inline const struct sysset *check_set_of(const struct decision *d, const struct check_set *s)
{
	return (const struct sysset *)(const void *)((const char *)d + s->offset);
}

#endif
