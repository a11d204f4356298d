/* Rules collected by name, in document order, before they become a profile. */
#ifndef RUNCLAMP_OCI_RULEBAG_H
#define RUNCLAMP_OCI_RULEBAG_H

#include "model/profile.h"

struct rulebag_entry {
	const struct rule *rules; /* alternatives; shared by all names of an entry */
	uint32_t n;
};

/* Nearly every name stands in one entry. */
struct rulebag_more;
struct rulebag {
	const struct rulebag_entry *first[SYS_MAX];
	struct rulebag_more *more[SYS_MAX]; /* the entries after the first, the latest in front */
};

/* The entry and its rules lie in the caller's arena. -1: no memory. */
int rulebag_add(struct rulebag *b, struct arena *arena, int id, const struct rulebag_entry *entry) MUST_CHECK;

/* Sets every name that has rules; the others keep what they have. With
 * `keep`, what a name had already is one more alternative. */
int rulebag_apply(const struct rulebag *b, struct profile *p, struct arena *arena, enum rule_order order,
		  bool keep, struct err *err) MUST_CHECK;

#endif
