/* The decision: from a bundle and a handler to a closure or a refusal. The shim
 * and clampctl run this same code. Nothing is written here. */
#ifndef RUNCLAMP_RUN_DECISION_H
#define RUNCLAMP_RUN_DECISION_H

#include "base/buf.h"
#include "load/bundle.h"
#include "load/ceiling.h"
#include "load/config.h"
#include "load/needs.h"
#include "model/runtime.h"
#include "run/identity.h"

enum verdict { VERDICT_ALLOW, VERDICT_REFUSE };
enum gate {
	GATE_NONE,
	GATE_BACKDOOR,
	GATE_NEEDS,   /* on_missing = deny */
	GATE_CEILING, /* 1: N ⊆ W */
	GATE_POLICY,  /* 2 */
	GATE_LIMIT,   /* 3 */
	GATE_FLOOR,   /* 4 */
	GATE_SIZE,    /* the section would be too large to load */
	GATE_COUNT,
};
const char *gate_name(enum gate g); /* "ceiling" */

enum { DECISION_WARNINGS = 16 };

struct decision {
	enum verdict verdict;
	enum gate gate;	     /* the one that refused */
	char sentence[1024]; /* the refusal, for the user */
	/* The sides and what came of them; in the arena. */
	struct profile *needs; /* NULL: none declared */
	struct profile *ceiling;
	struct profile *engine; /* NULL: the engine wrote no section */
	struct profile *floor;
	struct profile *closure; /* before lowering */
	struct needs declared;
	struct ceiling *whitelist;
	struct floor runtime_floor;
	struct sysset floor_only; /* allowed only through the floor */
	struct sysset removed_ceiling, removed_engine,
		removed_needs; /* what each gate took from the others */
	archset dropped_archs;
	struct buf section; /* the JSON that is injected; owned: decision_free */
	char sha256[65];    /* of section */
	uint32_t counts_needs, counts_ceiling, counts_closure, counts_floor;
	const char *warning[DECISION_WARNINGS];
	uint32_t nwarnings;
};

/* 0: decided (look at verdict); -1: could not decide (fail closed). */
int decision_make(struct decision *ret, struct arena *arena, const struct config *c, const struct handler *h,
		  const struct bundle *b, const struct identity *id, struct err *err) MUST_CHECK;
void decision_free(struct decision *d);

/* Why a call is in the closure or not: one line for a person. */
void decision_why(const struct decision *d, int sys_id, struct buf *out);

#endif
