/* Inside the model: what rules answer together, as disjoint rules. */
#ifndef RUNCLAMP_MODEL_RULES_H
#define RUNCLAMP_MODEL_RULES_H

#include "model/profile.h"

/* Which of two answers stands. */
typedef struct action pick_fn(struct action a, struct action b);

/* What hostile input may cost in one meet: about a tenth of a second. */
enum { RULES_STEPS = 1 << 22 };

/* The first side's; the second is not asked. */
struct action rules_first(struct action a, struct action b);

/* What two sides answer together, in the form that can be written (profile.h), which
 * both have; only a's rules with rules_first may overlap, and the first that holds
 * counts. A side that is as narrow as both stays as it is.
 * Takes what it does from *budget, and refuses where that is not enough. */
int rules_combine(struct sysrules *ret, struct arena *arena, const struct sysrules *a,
		  const struct sysrules *b, struct action def, pick_fn *pick, size_t *budget,
		  struct err *err) MUST_CHECK;

/* Bounds the whole profile's rules. */
int profile_check_total(const struct profile *p, struct err *err) MUST_CHECK;

/* Puts a call's rules into p->written, in place of those that were there. */
int written_add(struct profile *p, struct arena *arena, const struct written *w, struct err *err) MUST_CHECK;

/* Those of 32 bits. */
archset narrow_archs(void);
/* The architectures on which the compiled ret = a ∧ b may be wider than a or b; what a
 * denial would cure is put into ret->deny_multiplexed. */
archset profile_meet_unfit(struct profile *ret, const struct profile *a, const struct profile *b);

#endif
