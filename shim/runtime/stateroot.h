/* The folder where a runtime keeps its containers' state, under one name
 * however it is spelled. */
#ifndef RUNCLAMP_RUNTIME_STATEROOT_H
#define RUNCLAMP_RUNTIME_STATEROOT_H

#include "base/err.h"
#include "runtime/runtime.h"
#include <limits.h>

/* `root` as that runtime reads it, or its default in this environment (NULL):
 * absolute, links followed as far as the path exists; so it is the same before
 * and after the runtime has created it. */
int stateroot_path(char dst[static PATH_MAX], enum runtime_kind kind, const char *root,
		   struct err *err) MUST_CHECK;

#endif
