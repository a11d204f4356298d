/* The decision: from a bundle and a handler to a closure or a refusal. The shim
 * and clampctl run this same code. Nothing is written here. */
#ifndef RUNCLAMP_DECIDE_DECISION_H
#define RUNCLAMP_DECIDE_DECISION_H

#include "base/buf.h"
#include "image/image.h"
#include "needs/needs.h"
#include "oci/bundle.h"
#include "runtime/runtime.h"
#include "site/ceiling.h"
#include "site/config.h"
#include "site/identity.h"

enum verdict { VERDICT_ALLOW, VERDICT_REFUSE };

/* In the order in which they are passed. */
enum gate {
	GATE_NONE,
	GATE_BACKDOOR, /* nothing may make the runtime ignore the filter */
	GATE_NEEDS,    /* on_missing = "deny": something must be declared */
	GATE_CEILING,  /* the needs lie within the ceiling, by name */
	GATE_LIMIT,    /* not more needs than the limit */
	GATE_FLOOR,    /* the runtime's own calls lie within the ceiling */
	GATE_SIZE,     /* the filter can be loaded */
	GATE_RUNTIME,  /* this runtime enforces all of it */
	GATE_COUNT,
};
const char *gate_name(enum gate g); /* "ceiling" */

enum { DECISION_WARNINGS = 16 };

/* A syscall set that one gate took from the container, for the record. */
struct decision_sides {
	struct profile engine;	 /* ALLOW for everything where the engine wrote no section */
	struct profile needs;	 /* with the floor: N ∪ F; valid if needs.declared */
	struct profile *ceiling; /* W, its floor part cut down to F */
	struct profile closure;	 /* before lowering */
};

struct created;
struct decision {
	enum verdict verdict;
	enum gate gate;		       /* the one that refused (or would have, in audit mode) */
	char sentence[1024];	       /* the refusal, for the user */
	bool audit;		       /* mode = "audit": the verdict is recorded, not enforced */
	const struct created *created; /* given by the caller: what create did to this bundle; NULL: nothing
					  known, so that the section there is the engine's */
	bool has_engine;
	bool is_sandbox; /* a pod's pause container */
	bool inject;	 /* whether `section` belongs into config.json */

	const char *const *asked;  /* where the engine's records were read (struct image), also in vain; or
				      NULL */
	const struct image *image; /* what the engine says the container was made from; NULL: nothing */
	struct needs needs;
	struct ceiling whitelist;
	const struct ceiling *sentry; /* runsc: the table of that very binary; else NULL */
	struct floor floor;
	struct decision_sides *sides; /* in the arena; NULL if a gate refused before they were met */
	struct sysset outside;	      /* needs that the ceiling lacks */
	struct sysset removed_needs;  /* allowed by engine and ceiling, not declared */
	struct sysset removed_ceiling;
	struct sysset removed_engine; /* within needs and ceiling, denied by the engine's profile */
	struct sysset floor_only;     /* in the closure only through the floor */
	const char *init;	      /* the init that the engine put in front: "tini"; NULL: none */
	struct sysset init_only;      /* in the closure only through it */
	struct sysset floor_wider;    /* declared with conditions that the floor (or the init) overrides */
	struct sysset allowed;	      /* the closure's names */
	archset dropped_archs;

	struct buf section; /* the JSON that is injected; owned: decision_free */
	char sha256[65];    /* of section; empty if there is none */
	const char *warning[DECISION_WARNINGS];
	uint32_t nwarnings;
};

/* `container`: the ID it is created under, or NULL: nothing is created. `image`: a reference or digest for
 * the catalogue's look-up, or NULL: what the engine says, if an engine made the bundle. `ret` is zeroed
 * memory but for `created`. 0: decided (look at verdict); -1: could not decide (fail closed). `ret` may be
 * passed to decision_free after both. */
int decision_make(struct decision *ret, struct arena *arena, const struct config *c, const struct handler *h,
		  const struct bundle *b, const struct identity *id, const char *container, const char *image,
		  struct err *err) MUST_CHECK;
void decision_free(struct decision *d);

/* Why a call is in the closure or not: one line for a person. */
void decision_why(const struct decision *d, int sys_id, struct buf *out);

#endif
