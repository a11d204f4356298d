#include "decide/decision_work.h"
#include "decide/lower.h"

/* What programs of this machine can run on, also where nobody filters. */
#if defined(__x86_64__)
#define ARCHSET_MACHINE (1u << ARCH_X86_64 | 1u << ARCH_X86 | 1u << ARCH_X32)
#else
#define ARCHSET_MACHINE (1u << ARCH_AARCH64 | 1u << ARCH_ARM)
#endif

/* On X86 a rule for one of these would take the place of those that the engine
 * has for its members: they are not logged. */
static void spare_multiplexed(struct profile *p)
{
	for (unsigned i = 0; i < MULTIPLEXERS; i++)
		if (multiplexer(i) >= 0)
			profile_set(p, multiplexer(i), (struct action){ACT_ALLOW, 0});
}

/* Audit mode: what the closure would remove is logged, not denied. `whole`: a
 * call that the closure allows under conditions is logged whatever its arguments. */
static int soften(struct work *w, struct profile *p, bool whole)
{
	const struct action log = {ACT_LOG, 0};

	for (int id = 0; id < sys_count(); id++) {
		struct sysrules s = profile_call(p, id);
		struct rule *rules;

		/* Nothing of it would be removed. */
		if (profile_written(p, id)) {
			profile_set(p, id, (struct action){ACT_ALLOW, 0});
			continue;
		}
		if (s.other.kind > ACT_LOG || (whole && s.nrules))
			s.other = log;
		if (whole)
			s.nrules = 0;
		rules = s.nrules ? work_alloc(w, s.nrules * sizeof(*rules)) : NULL;
		if (s.nrules && !rules)
			return -1;
		for (uint32_t i = 0; i < s.nrules; i++) {
			rules[i] = s.rules[i];
			if (rules[i].act.kind > ACT_LOG)
				rules[i].act = log;
		}
		s.rules = rules;
		profile_put(p, id, s);
	}
	/* Only where the engine wrote no profile is the default LOG. */
	p->def = w->d->has_engine ? (struct action){ACT_ALLOW, 0} : log;
	p->archs = w->d->has_engine ? ARCHSET_ALL : ARCHSET_MACHINE;
	if (w->d->has_engine)
		spare_multiplexed(p);
	return 0;
}

/* The engine denies a call for some arguments and allows the rest by default: a rule to log the rest stands
 * beside the engine's own. On X86 libseccomp makes one rule of both for socketcall and ipc (EEXIST), and one
 * that needs more than 32 bits loses its condition there. Such calls are left to the engine. */
static bool spare_exceptions(const struct work *w, const struct profile *p, struct profile *soft)
{
	const struct profile *engine = &w->d->sides->engine;
	bool any = false;

	for (int id = 0; w->d->has_engine && engine->def.kind <= ACT_LOG && id < sys_count(); id++) {
		if (!profile_has_rules(engine, id) || profile_written(p, id) ||
		    !(profile_loses_bits(p, id) || (p->archs & 1u << ARCH_X86 && multiplexer_carries(id))))
			continue;
		profile_set(soft, id, (struct action){ACT_ALLOW, 0});
		any = true;
	}
	return any;
}

/* What the engine denies stays denied: its profile is met with the softened one. */
static struct profile *audit_profile(struct work *w, bool whole)
{
	const struct profile *engine = &w->d->sides->engine;
	struct profile *soft = work_alloc(w, sizeof(*soft));
	struct profile *ret = work_alloc(w, sizeof(*ret));

	if (!soft || !ret)
		return NULL;
	profile_copy(soft, &w->d->sides->closure);
	if (soften(w, soft, whole) < 0 || profile_meet(ret, w->arena, engine, soft, w->err) < 0)
		return NULL;
	if (whole && spare_exceptions(w, ret, soft) && profile_meet(ret, w->arena, engine, soft, w->err) < 0)
		return NULL;
	ret->unfit = 0; /* where it logs less than it might, nothing is lost */
	ret->deny_multiplexed = 0;
	return ret;
}

/* What a denial took for the sake of its members. */
static void restore_multiplexers(struct profile *written, const struct profile *p)
{
	for (unsigned i = 0; i < MULTIPLEXERS; i++)
		if (written->deny_multiplexed & 1u << i)
			profile_put(written, multiplexer(i), profile_call(p, multiplexer(i)));
}

/* An audit must not take an architecture away: where the conditions would cost
 * one, calls are logged whole, and its filter is then the engine's own but for
 * ALLOW that became LOG. */
int audit_lowering(struct work *w, struct lowering *low)
{
	struct profile_size size;
	struct err ignored;

	if (w->id->kind == RUNTIME_RUNSC)
		return 0; /* it knows no LOG */
	for (int whole = 0; whole < 2; whole++) {
		const struct profile *p = audit_profile(w, whole);

		if (!p)
			return -1;
		if (closure_lower(w, low, p, &ignored) < 0)
			return 0;
		if (!low->dropped && !low->profile.deny_multiplexed)
			break;
		low->profile.archs |= low->dropped;
		restore_multiplexers(&low->profile, p);
	}
	return closure_fits(&low->profile, &size);
}
