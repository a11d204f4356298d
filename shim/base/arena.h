/* An arena: everything that one decision allocates, freed at once.
 * Memory comes back zeroed, aligned to 16 bytes, and stays where it is.
 * Built with ASan, every allocation is a malloc of its own, so that an
 * overrun is seen. */
#ifndef RUNCLAMP_BASE_ARENA_H
#define RUNCLAMP_BASE_ARENA_H

#include "base/cleanup.h"
#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out, over all blocks */
	size_t max;  /* 0: ARENA_MAX_DEFAULT */
};

enum { ARENA_MAX_DEFAULT = 64 << 20 };

/* NULL when the arena's maximum or memory is exhausted. */
void *arena_alloc(struct arena *a, size_t size) MUST_CHECK;
/* n × size, checked for overflow. */
void *arena_array(struct arena *a, size_t n, size_t size) MUST_CHECK;
/* v with room for one more than its n: itself, or where *cap is n a copy in twice the room
 * (at first `first`). NULL, and *cap as it was: no memory. */
void *arena_room(struct arena *a, void *v, size_t n, size_t *cap, size_t first, size_t size) MUST_CHECK;
/* A NUL-terminated copy of len bytes. */
char *arena_strndup(struct arena *a, const char *s, size_t len) MUST_CHECK;
void arena_free(struct arena *a);

#define CLEANUP_ARENA __attribute__((cleanup(arena_free)))

#endif
