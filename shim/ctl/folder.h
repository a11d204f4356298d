/* The names in a folder, for lists. */
#ifndef RUNCLAMP_CTL_FOLDER_H
#define RUNCLAMP_CTL_FOLDER_H

#include "base/arena.h"
#include "base/err.h"

enum { FOLDER_MAX = 256 };

/* Sorted, each once, over several folders; without the suffix; in the arena. */
struct folder {
	const char *v[FOLDER_MAX];
	size_t n;
};

/* Adds one name. */
int folder_add(struct folder *f, struct arena *arena, const char *name, size_t len,
	       struct err *err) MUST_CHECK;
/* Adds the files of dir that end in suffix and do not begin with a dot. A
 * folder that is not there has none. */
int folder_read(struct folder *into, struct arena *arena, const char *dir, const char *suffix,
		struct err *err) MUST_CHECK;

#endif
