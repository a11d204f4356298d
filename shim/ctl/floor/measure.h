/* The search for a floor by real starts. */
#ifndef RUNCLAMP_CTL_FLOOR_MEASURE_H
#define RUNCLAMP_CTL_FLOOR_MEASURE_H

#include "ctl/floor/bench.h"

struct measure_plan {
	unsigned starts;  /* for each call that is left out */
	unsigned confirm; /* for the result */
};

/* Finds what this runtime itself calls under one setting of noNewPrivileges, and what each call is for.
 * Candidates: the calls that it makes while it is traced, and those of the shipped floor of this version.
 * Each is denied while all other candidates, and nothing else, are allowed.
 * need: at least one of `starts` starts failed without it. exec: an exec failed. effect: a process came to be
 * something else, or did not start for a user. margin: the other calls of the shipped floor; those that it
 * counts as such (runc's Go runtime makes them now and then, so a number of starts proves little) are needed
 * only if no start at all succeeded without. Other calls that were made, and nothing came of their denial,
 * join the margin only if the result does not stand its confirmation else. Fall-backs: measure_ways.
 * A failure says what the runtime complained of last. */
int measure_floor(struct floor *ret, struct bench *b, struct arena *arena, const struct measure_plan *plan,
		  bool no_new_privileges, struct err *err) MUST_CHECK;

/* One setting's search. */
struct search {
	struct bench *bench;
	struct arena *arena;
	const struct measure_plan *plan;
	bool nnp;
	struct floor shipped;
	struct profile all, trial; /* all: what the candidates allow */
	struct sysset made, wide;  /* while it was traced, with nothing denied */
	struct sysset need, exec, effect, no_use;
	struct sysset enosys;
	struct life plain; /* with nothing denied */
	unsigned done, total;
	struct err *err;
};

/* How a life differs from the plain one. */
enum difference { DIFFERS_NOT, DIFFERS_START, DIFFERS_EXEC, DIFFERS_OTHER };
enum { DIFFERENCE_TEXT = 120 };
enum difference measure_compare(const struct life *plain, const struct life *l,
				char ret_what[static DIFFERENCE_TEXT]);
/* A life under s->trial; with one more try where a runtime did not end in time. */
int measure_live(struct search *s, struct life *ret) MUST_CHECK;
int measure_start(struct search *s, bool *ret_ok) MUST_CHECK;
/* The filter of what follows: p, as a closure whose image declares what the payload calls; and one call with
 * this answer, unless denied is -1. */
int measure_filter(struct search *s, const struct profile *p, int denied, uint16_t answer) MUST_CHECK;
void measure_progress(const struct search *s, const char *what, const char *outcome);

/* measure_ways.c: denies each call that is made with EPERM and with ENOSYS while everything else is allowed.
 * Where nothing is lost by it, what the runtime then calls that it does not call else is the fall-back; where
 * that does not do beside the floor, all that it then calls. */
int measure_ways(struct floor *ret, struct search *s) MUST_CHECK;

#endif
