/* Where containers/storage may keep a container's record and its image, in the order in which they are looked
 * for: where the bundle lies, then those of the configuration's engines.storage.root; without that the usual
 * place, then what storage.conf names (containers-storage.conf(5)), which is read only when nothing was found
 * before. */
#ifndef RUNCLAMP_LOAD_STORAGE_ROOTS_H
#define RUNCLAMP_LOAD_STORAGE_ROOTS_H

#include "base/arena.h"
#include "load/config.h"

enum { STORAGE_ROOTS_MAX = 16 };

struct storage_roots {
	struct arena *arena;
	const struct engine_config *config;
	const char *root[STORAGE_ROOTS_MAX];
	size_t n;
	bool read; /* storage.conf */
};

void storage_begin(struct storage_roots *s, const char *bundles_root);
/* NULL: there are no more. */
const char *storage_root(struct storage_roots *s, size_t i);
/* Whether a path lies in one of those that were asked for. */
bool storage_is_below(const struct storage_roots *s, const char *path);

#endif
