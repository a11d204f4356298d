/* What `clampctl check` says beyond the decision: what this node's folders and
 * this runtime hold that the operator should know. */
#ifndef RUNCLAMP_CTL_CHECK_ADVICE_H
#define RUNCLAMP_CTL_CHECK_ADVICE_H

#include "ctl/check/ask.h"

enum { LINES_MAX = 64 };

/* Sentences, in an arena; more than LINES_MAX are left out, and `more` counts them. */
struct lines {
	const char *v[LINES_MAX];
	uint32_t n, more;
};

struct advice {
	struct lines warnings;	   /* the decision's own first */
	struct lines not_enforced; /* declared, but not enforced by this version */
	struct lines not_read;	   /* sources of needs that were not read, and why */
	struct lines not_yet;	   /* rules of the level that this version does not have */
};

/* Never fails: what can't be looked at is itself a warning. a needs a handler. */
void advice_collect(struct advice *ret, struct ask *a);

void lines_add(struct lines *lines, struct arena *arena, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* advice_node.c: whitelists, floors.d, the record's folder, the runtime's
 * features. */
void advice_node(struct lines *warnings, struct ask *a);

#endif
