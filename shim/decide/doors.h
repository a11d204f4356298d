/* What makes a runtime ignore or replace linux.seccomp is refused: a table of
 * annotations × runtimes. The reason stands beside each row. */
#ifndef RUNCLAMP_DECIDE_DOORS_H
#define RUNCLAMP_DECIDE_DOORS_H

#include "image/cri.h"
#include "oci/bundle.h"
#include "runtime/runtime.h"
#include "site/config.h"

struct backdoor_hit {
	const char *kind;     /* "annotation", "config.json member", "environment variable" */
	const char *key;      /* its name; borrowed from the bundle: hostile bytes */
	const char *sentence; /* what it would do; owned by the table */
};

/* The first door that the bundle or the environment opens, or false. `cri`: what is believed of the
 * container's pod; annotations that say otherwise are doors of runsc, which joins sandboxes by them. The
 * configuration allows some. */
bool backdoor_find(const struct bundle *b, enum runtime_kind kind, const struct cri *cri,
		   const struct config *c, struct backdoor_hit *ret_hit);

/* Whether the table knows a key or prefix that the runtime's `features` lists
 * as unsafe (potentiallyUnsafeConfigAnnotations), for `clampctl check`. */
bool backdoor_knows(enum runtime_kind kind, const char *annotation);

#endif
