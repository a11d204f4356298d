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

/* The rules of a call as libseccomp gets them. */
struct given {
	const struct rule *rules;
	uint32_t n;
};

/* Few calls have any, and each is asked for several times. */
static inline bool has_rules(const struct profile *p, int id)
{
	return profile_has_rules(p, id) || sysset_has(&p->as_written, id);
}

static inline struct given given(const struct profile *p, int id)
{
	const struct written *w = profile_written(p, id);
	const struct sysrules s = profile_call(p, id);

	return w ? (struct given){w->rules, w->n} : (struct given){s.rules, s.nrules};
}

static inline bool is_named(const struct profile *p, int id)
{
	return has_rules(p, id) || !action_equal(p->other[id], p->def);
}

/* Whether libseccomp loses the load of the call's number at the head of arch's part, which is made with that
 * of `with`. */
bool loses_number(const struct profile *p, enum arch_id arch, enum arch_id with);
/* Those of p's architectures that can be left out, and on which libseccomp 2.5.4 does not write what the
 * rules say; `ret` is what came of p, whose rules may be there unchanged. */
archset archs_miscompiled(const struct profile *p, const struct profile *ret);

/* What libseccomp writes on X86 for the i-th multiplexer in the place of its members' rules; SIZE_MAX: more.
 */
enum { MULTIPLEXER_RULES = 64 };
size_t multiplexer_rules(const struct profile *p, unsigned i, struct rule ret[static MULTIPLEXER_RULES]);
/* profile_shares_blocks for those. */
bool multiplexer_shares_blocks(const struct profile *p);

#endif
