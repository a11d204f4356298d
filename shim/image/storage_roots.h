/* Where containers/storage may keep a container's record and its image, in the order in which they are looked
 * for: where the bundle lies, then the stores that Podman itself names to conmon. These are the engine's own,
 * and what they say counts before any other's. Only when nothing was found there: those of the
 * configuration's engines.storage.root, without that the usual place, then those of storage.conf
 * (containers-storage.conf(5)). */
#ifndef RUNCLAMP_IMAGE_STORAGE_ROOTS_H
#define RUNCLAMP_IMAGE_STORAGE_ROOTS_H

#include "base/arena.h"
#include "site/config.h"

enum { STORAGE_ROOTS_MAX = 16 };

struct storage_roots {
	struct arena *arena;
	const struct engine_config *config;
	const char *root[STORAGE_ROOTS_MAX];
	size_t n;
	const char *const *asked; /* after a create: where it found what it read, instead of all but the
				     bundle's; or NULL */
	bool used[STORAGE_ROOTS_MAX];
	size_t own;    /* how many of the first are the engine's own, once they were read */
	unsigned read; /* how many of the steps after storage_begin were taken */
};

void storage_begin(struct storage_roots *s, const char *bundles_root);
/* NULL: there are no more. */
const char *storage_root(struct storage_roots *s, size_t i);
/* How many of the first are the engine's own. */
size_t storage_own(struct storage_roots *s);
/* Those in conmon's command line, words that each end in NUL, and a NUL behind them; it is changed, and has
 * to last as long as the roots. conmon starts the runtime, and Podman tells it by which store the container
 * is to be cleaned up (libpod, CreateExitCommandArgs): what came by an option, by the environment or by
 * another storage.conf stands nowhere else. */
void storage_add_asked(struct storage_roots *s, char *command, size_t len);
/* Whether a path lies in one of those that were asked for, or in the usual ones. */
bool storage_is_below(const struct storage_roots *s, const char *path);

#endif
