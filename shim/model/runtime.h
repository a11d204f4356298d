/* What a runtime at a version enforces, and which calls it makes under the
 * filter itself: data. Sources: docs/RUNTIMES.md and integration/floor.bats. */
#ifndef RUNCLAMP_MODEL_RUNTIME_H
#define RUNCLAMP_MODEL_RUNTIME_H

#include "base/arena.h"
#include "base/err.h"
#include "model/profile.h"
#include <stdbool.h>
#include <stdint.h>

enum runtime_kind { RUNTIME_RUNC, RUNTIME_CRUN, RUNTIME_RUNSC, RUNTIME_YOUKI, RUNTIME_KIND_COUNT };

const char *runtime_name(enum runtime_kind kind); /* "runc" */
int runtime_from_name(const char *name, size_t len);

/* major.minor.patch as major << 20 | minor << 10 | patch; runsc: its release
 * date, 20221219. 0: unknown. */
typedef uint32_t runtime_version;

/* Parses the output of `RUNTIME --version`. -1: not understood. */
int runtime_version_parse(enum runtime_kind kind, const char *text, size_t len,
			  runtime_version *ret) MUST_CHECK;
/* "1.1.5" or "20221219". */
void runtime_version_format(enum runtime_kind kind, runtime_version v, char *dst, size_t cap);

/* The calls a runtime makes under the filter. */
struct floor {
	const char *source;    /* "runc 1.1 (shipped table)", or the floors.d file */
	bool newer_than_table; /* the version is newer than any in the table */
	struct profile need;   /* hard: ALLOW for F, EPERM else: gate 4 */
	struct profile margin; /* runc's Go runtime: met like the rest, never refuses */
};
int floor_lookup(struct floor *ret, struct arena *arena, enum runtime_kind kind, runtime_version v,
		 bool no_new_privileges, struct err *err) MUST_CHECK;

/* The errno a denied call answers when nobody else decided: ENOSYS for the
 * calls that libc or programs fall back from (enosys.tbl, with sources), else
 * EPERM. */
int deny_errno(int sys_id);

#endif
