/* The shipped floors as data; runtime/runtime_floor.c reads them. */
#ifndef RUNCLAMP_RUNTIME_FLOOR_TABLE_H
#define RUNCLAMP_RUNTIME_FLOOR_TABLE_H

#include "runtime/runtime.h"

/* One range of versions of one runtime. Index 1: noNewPrivileges true. */
struct floor_row {
	enum runtime_kind kind;
	runtime_version first, last;
	const char *source;
	const char *need[2];   /* create fails without any one of them */
	const char *exec[2];   /* exec does, and create does not */
	const char *effect[2]; /* nothing fails, and the container gets something else */
};
extern const struct floor_row floor_rows[];
extern const size_t floor_nrows;

/* What a runtime calls in place of one that is denied. */
struct floor_way {
	enum runtime_kind kind;
	runtime_version first, last;
	const char *denied;
	uint16_t answer; /* the errno that it takes this way for; 0: whatever it is */
	const char *instead;
};
extern const struct floor_way floor_ways[];
extern const size_t floor_nways;

/* What every start makes at every version, whatever the configuration: denied, none succeeds. Less than the
 * need, which was measured with some versions, and some of which only some configurations make. */
struct floor_sure {
	enum runtime_kind kind;
	const char *calls;
};
extern const struct floor_sure floor_sures[];
extern const size_t floor_nsures;

/* What runtimes pass to a call, where that is less than the whole of it. */
struct floor_narrow {
	const char *name;
	uint32_t nrules;
	const struct rule *rules; /* disjoint, in conj_compare's order */
};
extern const struct floor_narrow floor_narrows[];
extern const size_t floor_nnarrows;

#endif
