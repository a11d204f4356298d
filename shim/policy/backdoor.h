/* What makes a runtime ignore or replace linux.seccomp is refused: a table of
 * annotations × runtimes (DESIGN, invariant 4). Sources stand beside each row. */
#ifndef RUNCLAMP_POLICY_BACKDOOR_H
#define RUNCLAMP_POLICY_BACKDOOR_H

#include "load/bundle.h"
#include "load/config.h"
#include "model/runtime.h"

struct backdoor_hit {
	const char *key;      /* the annotation, or "hooks.startContainer", or an environment variable */
	const char *sentence; /* what it would do; owned by the table */
};

/* *ret_hit false: none. */
bool backdoor_find(const struct bundle *b, enum runtime_kind kind, const struct config *c,
		   struct backdoor_hit *ret_hit);

/* Whether the table knows a key or prefix that the runtime's `features` lists
 * as unsafe (potentiallyUnsafeConfigAnnotations), for `clampctl check`. */
bool backdoor_knows(enum runtime_kind kind, const char *annotation);

#endif
