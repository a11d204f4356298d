/* What the steps of one decision share: decision*.c alone include it. */
#ifndef RUNCLAMP_DECIDE_DECISION_WORK_H
#define RUNCLAMP_DECIDE_DECISION_WORK_H

#include "decide/decision.h"
#include "image/cri.h"

struct work {
	struct decision *d;
	struct arena *arena;
	const struct config *config;
	const struct handler *handler;
	const struct bundle *bundle;
	const struct identity *id;
	const char *container; /* its ID, or NULL */
	const char *image;
	struct err *err;
	struct catalogue catalogue;
	struct cri cri; /* its pod, by who made it; CRI_NONE: nobody who is believed says so */
	struct sysset enosys;
	struct ceiling *sentry; /* runsc: the table of that very binary */
	struct profile *floor;	/* need and margin together */
	struct sysset survives; /* of the floor: denied, and the runtime falls back on others */
	const struct profile *init, *init_need; /* what the engine's init calls; NULL: there is none */
};

/* Notes a refusal; the first gate that refuses is the one that is told. In
 * audit mode the later gates are still passed. Returns whether to stop. */
bool work_refuse(struct work *w, enum gate gate, const char *fmt, ...) PRINTF_LIKE(3, 4);
void work_warn(struct work *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Whether crun was told to fail on a name that it does not know. */
bool work_fails_unknown(const struct work *w);
/* "a, b and 3 more" in the arena. */
const char *work_names(struct work *w, const struct sysset *set);
/* Zeroed memory of the arena, or NULL with the error set. */
void *work_alloc(struct work *w, size_t size) MUST_CHECK;

/* decision_sides.c: reads engine profile, needs, ceiling and floor into the decision. */
int sides_read(struct work *w) MUST_CHECK;

/* decision_sources.c: asks the engine that made the bundle, for the image and for the pod. */
int sources_ask(struct work *w) MUST_CHECK;
/* The needs, part of sides_read; after sources_ask. */
int sources_read(struct work *w) MUST_CHECK;

/* decision_syscalls.c: meets the sides, accounts for what each gate took, and writes the
 * section for the runtime. */
int closure_build(struct work *w) MUST_CHECK;
struct lowering;
struct profile_size;
/* What of p this runtime enforces. */
int closure_lower(struct work *w, struct lowering *ret, const struct profile *p, struct err *err) MUST_CHECK;
/* Whether kernel and libseccomp can load it. */
bool closure_fits(const struct profile *p, struct profile_size *ret_size);

/* decision_audit.c. 1: low is what audit mode writes; 0: the engine's section stays as it is; -1. */
int audit_lowering(struct work *w, struct lowering *low) MUST_CHECK;

#endif
