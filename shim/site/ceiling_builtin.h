/* The shipped whitelists, compiled in from the files in config/whitelists: reading one
 * as JSON was a third of a create's own time. */
#ifndef RUNCLAMP_SITE_CEILING_BUILTIN_H
#define RUNCLAMP_SITE_CEILING_BUILTIN_H

#include "site/ceiling.h"

/* A call that is allowed under conditions: rules first … first + n - 1. */
struct builtin_condition {
	int16_t id;
	uint16_t first, n;
	bool floor; /* of the ceiling's floor */
};
struct builtin_spelling {
	int16_t id;
	char own[32];
};

/* Arrays instead of pointers: nothing to relocate when a shim starts. */
struct builtin_ceiling {
	char name[32];
	char source[320];
	archset archs;
	bool has_floor;
	struct sysset allow;   /* whatever the arguments */
	struct sysset partial; /* the same, only where partial support counts */
	struct sysset floor;
	struct sysset unimplemented;
	struct sysset table;
	uint16_t condition_first, conditions;
	uint16_t spelling_first, spellings;
};

/* False: no shipped whitelist has that name. ret is
 * zeroed memory; its name is not set. */
bool ceiling_builtin(struct ceiling *ret, const char *name, bool full_only);
/* The names, sorted, one after the other; NULL behind the last. */
const char *ceiling_builtin_name(size_t i);

#endif
