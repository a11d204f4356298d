/* Rules collected by name, in document order, before they become a profile. */
#ifndef RUNCLAMP_LOAD_RULEBAG_H
#define RUNCLAMP_LOAD_RULEBAG_H

#include "model/profile.h"

struct rulebag_node {
	const struct rule *rules; /* alternatives; shared by all names of an entry */
	uint32_t n;
	struct rulebag_node *next;
};

struct rulebag {
	struct rulebag_node *first[SYS_MAX];
	struct rulebag_node *last[SYS_MAX];
};

/* The node and the rules lie in the caller's arena. */
static inline void rulebag_add(struct rulebag *b, int id, struct rulebag_node *node)
{
	if (b->last[id])
		b->last[id]->next = node;
	else
		b->first[id] = node;
	b->last[id] = node;
}

/* Sets every name that has rules; the others keep what they have. With
 * `keep`, what a name had already is one more alternative. */
int rulebag_apply(const struct rulebag *b, struct profile *p, struct arena *arena, enum rule_order order,
		  bool keep, struct err *err) MUST_CHECK;

#endif
