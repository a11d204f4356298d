/* Which runtime has which container: a root-only record per container, written
 * at create and used by every later subcommand (DESIGN, invariant 2). */
#ifndef RUNCLAMP_RUN_REGISTRY_H
#define RUNCLAMP_RUN_REGISTRY_H

#include "base/arena.h"
#include "base/err.h"
#include "model/runtime.h"
#include <stdbool.h>

struct registration {
	const char *handler;
	enum runtime_kind runtime;
	const char *path;
	const char *const *args; /* NULL-terminated */
};

/* The state folder: /run/runclamp for root in the initial user namespace, else
 * $XDG_RUNTIME_DIR/runclamp; created 0700. Not used (an error) if another user
 * could write it. Returned path lies in the arena. */
int registry_dir(const char **ret, struct arena *arena, bool create, struct err *err) MUST_CHECK;

/* Keyed by root (NULL: the runtime's default) and id. Replaces an older record. */
int registry_put(const char *root, const char *id, const struct registration *r, struct err *err) MUST_CHECK;
/* *ret_found says whether there was one (also a marked one). A record that
 * can't be read or trusted is an error. */
int registry_get(struct registration *ret, bool *ret_found, struct arena *arena, const char *root,
		 const char *id, struct err *err) MUST_CHECK;
/* delete: the record stays usable, and a later create sweeps it once the
 * runtime's own state folder for the container is gone. */
void registry_mark(const char *root, const char *id);
/* Removes at most `max` marked records whose containers are gone. */
void registry_sweep(unsigned max);

#endif
