/* A runtime that is named by its path, or by a handler. */
#ifndef RUNCLAMP_CTL_RUNTIME_H
#define RUNCLAMP_CTL_RUNTIME_H

#include "site/identity.h"

/* Which runtime is this file, by what its --version prints? Fills h's name,
 * runtime, path and args, and the identity. */
int runtime_at(struct handler *h, struct identity *ret, struct arena *arena, const char *path,
	       struct err *err) MUST_CHECK;

/* $(libexecdir)/NAME, or beside this very program (the build tree). */
int runtime_helper(const char **ret, struct arena *arena, const char *name, struct err *err) MUST_CHECK;

#endif
