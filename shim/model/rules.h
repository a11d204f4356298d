/* Inside the model: lists of rules while they are being made disjoint. */
#ifndef RUNCLAMP_MODEL_RULES_H
#define RUNCLAMP_MODEL_RULES_H

#include "model/profile.h"

/* Disjoint pieces of the space of arguments, each with its answer. */
struct cells {
	struct arena *arena;
	struct rule *v;
	size_t n, cap;
	struct conj_list work[2]; /* used again and again */
	bool plain;		  /* see plain.c */
	size_t *budget;		  /* steps that may still be done: what hostile input may cost */
};

/* Adds from \ (taken[0] ∪ … ∪ taken[n - 1]) with its answer. */
int cells_add(struct cells *c, const struct conj *from, const struct rule *taken, size_t n, struct action act,
	      struct err *err) MUST_CHECK;
int cells_push(struct cells *c, const struct conj *when, struct action act, struct err *err) MUST_CHECK;
/* Adds a ∩ b. */
int cells_meet(struct cells *c, const struct conj *a, const struct conj *b, struct action act,
	       struct err *err) MUST_CHECK;
/* Whether disjoint rules leave nothing over (false also where that is too much
 * work to tell). */
bool cells_cover(struct cells *c, const struct rule *rules, size_t n);
/* The cells, and `rest` everywhere else, in the form that can be written: no
 * rule that answers `def`, none at all where every argument has one answer. */
int cells_finish(struct sysrules *ret, struct cells *c, struct action rest, struct action def,
		 struct err *err) MUST_CHECK;

/* Rewrites disjoint rules, if need be, so that libseccomp compiles them right. */
int cells_make_plain(struct cells *c, struct err *err) MUST_CHECK;

/* Bounds the whole profile's rules. */
int profile_check_total(const struct profile *p, struct err *err) MUST_CHECK;

/* The architectures on which the compiled ret = a ∧ b may be wider than a or b. */
archset profile_meet_unfit(const struct profile *ret, const struct profile *a, const struct profile *b);

#endif
