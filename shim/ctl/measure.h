/* The search for a floor by real starts. */
#ifndef RUNCLAMP_CTL_MEASURE_H
#define RUNCLAMP_CTL_MEASURE_H

#include "ctl/bench.h"

struct measure_plan {
	unsigned starts;  /* for each call that is left out */
	unsigned confirm; /* for the result */
};

/* Finds what this runtime itself needs under one setting of noNewPrivileges.
 * need: without the call at least one of `starts` starts failed. margin: calls
 * that the shipped floors count as such (runc's Go runtime makes them now and
 * then, so a number of starts proves little), unless no start at all succeeded
 * without them; what the shipped floor of this version needs and these starts did
 * without; and, where the result does not stand its confirmation, all candidates. A failure says what the
 * runtime complained of last. */
int measure_floor(struct floor *ret, struct bench *b, struct arena *arena, const struct measure_plan *plan,
		  bool no_new_privileges, struct err *err) MUST_CHECK;

#endif
