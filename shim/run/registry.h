/* Which runtime has which container: a root-only record per container, written
 * at create and used by every later subcommand. */
#ifndef RUNCLAMP_RUN_REGISTRY_H
#define RUNCLAMP_RUN_REGISTRY_H

#include "base/arena.h"
#include "base/err.h"
#include "runtime/runtime.h"
#include <stdbool.h>

/* A container is what a runtime finds under that root by that ID, whoever asks:
 * spellings of a root (links, "a/..", the default written out) are one key, and
 * the handler's name is no part of it. */
struct registry_key {
	const char *root; /* --root as given, or NULL: the default of `runtime` */
	const char *id;
	enum runtime_kind runtime; /* how the root is read */
};

struct created;
struct registration {
	const char *handler;
	enum runtime_kind runtime;
	const char *path;
	const char *const *args;       /* NULL-terminated */
	const struct created *created; /* what was written into the bundle, or NULL; only ever written here,
				    created_find reads it */
	bool of_run; /* `run`: the runtime deletes the container itself, so the record is marked from the
			start */
};

/* The state folder (base/statedir.h); created 0700 with `create`. Not used (an
 * error) if another user could write it. Returned path lies in the arena. */
int registry_dir(const char **ret, struct arena *arena, bool create, struct err *err) MUST_CHECK;

/* Replaces an older record. But where the older one names another runtime, path,
 * arguments or state folders, and its own state for the container is still there,
 * it is an error (ERR_RUNTIME): that container could never be stopped again.
 * Where the root comes from the handler's args, the record is found under it too. */
int registry_put(const struct registry_key *key, const struct registration *r, struct arena *arena,
		 struct err *err) MUST_CHECK;
/* *ret_found says whether there was one (also a marked one). A record that
 * can't be read or trusted is an error. */
int registry_get(struct registration *ret, bool *ret_found, struct arena *arena,
		 const struct registry_key *key, struct err *err) MUST_CHECK;
/* delete: the record stays usable, and a later create sweeps it once the
 * runtime's own state folder for the container is gone. */
void registry_mark(const struct registry_key *key);
/* Removes at most `max` marked records whose containers the runtime has no more. Marks first what was never
 * deleted through runclamp and is lost all the same (a create that failed in the runtime, a delete that went
 * round): records older than REGISTRY_IDLE seconds whose root is there, or was to be there in
 * this mount namespace, without the container. Each time some
 * of them are looked at. None is removed in its first REGISTRY_GRACE seconds: the runtime may not have begun.
 */
enum { REGISTRY_GRACE = 60, REGISTRY_IDLE = 600 };
void registry_sweep(unsigned max);

#endif
