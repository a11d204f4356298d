/* What a runtime at a version is: its name, its version, and the calls it makes
 * under the filter itself. Data. Measured by integration/runtimes/floor.bats; which
 * versions were tested stands in docs/RUNTIMES.md. */
#ifndef RUNCLAMP_RUNTIME_RUNTIME_H
#define RUNCLAMP_RUNTIME_RUNTIME_H

#include "base/arena.h"
#include "base/err.h"
#include "model/profile.h"
#include <stdbool.h>
#include <stdint.h>

enum runtime_kind { RUNTIME_RUNC, RUNTIME_CRUN, RUNTIME_RUNSC, RUNTIME_YOUKI, RUNTIME_KIND_COUNT };

const char *runtime_name(enum runtime_kind kind); /* "runc" */
int runtime_from_name(const char *name, size_t len);

/* major << 20 | minor << 10 | patch; runsc: its release date, 20221219. */
typedef uint32_t runtime_version;
#define RUNTIME_VERSION(major, minor, patch) ((runtime_version)((major) << 20 | (minor) << 10 | (patch)))

/* Finds the version in what `RUNTIME --version` prints ("runc version
 * 1.1.5+ds1", "crun version 1.8.1", "runsc version 0.0~20221219.0", "runsc
 * version release-20260905.0", "youki version 0.7.0"). -1: not there. */
int runtime_version_parse(enum runtime_kind kind, const char *text, size_t len,
			  runtime_version *ret) MUST_CHECK;

/* What a runtime calls when one of its own calls is denied. */
struct floor_fallback {
	int denied;
	uint16_t answer; /* the errno that it falls back for; 0: whatever it is */
	struct sysset instead;
};
enum { FLOOR_FALLBACKS = 8 };

/* The parts of a floor, as bits. */
enum floor_part {
	FLOOR_NEED = 1,
	FLOOR_MARGIN = 2,
	FLOOR_EXEC = 4,
	FLOOR_EFFECT = 8,
	FLOOR_WAYS = 16,
	FLOOR_ALL = 31,
};

/* The calls a runtime makes after it has loaded the filter: at create, and for each exec, since one filter
 * serves both. */
struct floor {
	const char *source; /* "runc 1.1 to 1.1.14, shipped table", or the floors.d file */
	bool outside_table; /* the version is newer or older than any in the table */
	unsigned lacks;	    /* parts that the source does not have: enum floor_part */
	const char *filled; /* the row of the shipped table that those are of, or NULL */
	struct sysset sure; /* of the need: no start without it, whatever the configuration */
	struct sysset exec; /* of those: exec fails without */
	struct sysset
		effect; /* of those: the runtime goes on without, and the container gets something else */
	struct floor_fallback fallback[FLOOR_FALLBACKS];
	unsigned nfallbacks;
	struct profile need;   /* hard: ALLOW for these, EPERM else. Gate 4 */
	struct profile margin; /* all others, as far as the runtime makes them: never refuses */
};

/* The shipped table's floor. A version newer than the table has the newest
 * known one, an older one the oldest. */
void floor_lookup(struct floor *ret, enum runtime_kind kind, runtime_version v, bool no_new_privileges);

/* A floor that has no calls yet, and lacks every part. */
void floor_init(struct floor *ret);
/* The shipped margin, beside what f's has already. */
void floor_fill_margin(struct floor *f, enum runtime_kind kind);
/* The parts that f lacks, from the shipped table's row for this version or the nearest one. */
void floor_complete(struct floor *f, enum runtime_kind kind, runtime_version v, bool no_new_privileges);
/* "exec, effects and fall-backs" */
enum { FLOOR_PARTS_TEXT = 64 };
const char *floor_parts(unsigned parts, char dst[static FLOOR_PARTS_TEXT]);

/* p allows a call as far as a runtime makes it itself. */
void floor_allow(struct profile *p, int id);
/* Whether it makes the call so. */
bool floor_fits(int id, const uint64_t args[static COND_ARGS]);

/* An effect that this container does not ask for. */
void floor_leave_out(struct floor *f, const char *name);
/* The margin with what the declared calls bring along and a recording may not show. */
void floor_imply(struct floor *f, const struct sysset *declared);
/* The margin with the calls of one fall-back. */
void floor_fall_back(struct floor *f, const struct floor_fallback *way);

/* What the container loses where a call of `effect` is denied. */
const char *floor_effect(int id);

/* The calls that answer ENOSYS when they are denied and nobody else decided,
 * because libc or programs fall back on that. Everything else: EPERM. */
void enosys_set(struct sysset *ret);
/* Whether it is one that programs are known to try and to do without, where this is allowed. */
bool enosys_optional(int id, const struct profile *allow);

#endif
