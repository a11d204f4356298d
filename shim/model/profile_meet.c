#include "model/rules.h"

#include <string.h>

static inline struct action less_restrictive(struct action a, struct action b)
{
	return b.kind < a.kind ? b : a;
}

/* Whether b changes none of a's answers, and a's rules can stay as they are. */
static bool is_unchanged(const struct sysrules *a, const struct sysrules *b, bool a_first, struct action def,
			 pick_fn *pick)
{
	if (b->nrules || !a->nrules || !action_equal(a->other, def))
		return false;
	struct action got = a_first ? pick(a->other, b->other) : pick(b->other, a->other);
	if (!action_equal(got, a->other))
		return false;
	for (uint32_t i = 0; i < a->nrules; i++) {
		struct action act = a->rules[i].act;
		got = a_first ? pick(act, b->other) : pick(b->other, act);
		if (!action_equal(got, act))
			return false;
	}
	return true;
}

static int combine_call(struct sysrules *ret, struct arena *arena, const struct sysrules *x,
			const struct sysrules *y, struct action def, pick_fn *pick, size_t *budget,
			struct err *err)
{
	if (is_unchanged(x, y, true, def, pick))
		*ret = *x;
	else if (is_unchanged(y, x, false, def, pick))
		*ret = *y;
	else
		return rules_combine(ret, arena, x, y, def, pick, budget, err);
	return 0;
}

/* Inlined for both picks: they are asked of every call. */
static inline __attribute__((always_inline)) int combine_rules(struct profile *ret, struct arena *arena,
							       const struct profile *a,
							       const struct profile *b, pick_fn *pick,
							       struct err *err)
{
	size_t budget = RULES_STEPS;

	ret->def = pick(a->def, b->def);
	ret->nlists = 0;
	memset(ret->place, 0, sizeof(ret->place));
	for (int id = 0; id < SYS_MAX; id++) {
		if (!profile_has_rules(a, id) && !profile_has_rules(b, id)) {
			ret->other[id] = pick(a->other[id], b->other[id]);
			continue;
		}
		const struct sysrules x = profile_call(a, id), y = profile_call(b, id);
		struct sysrules got;
		if (combine_call(&got, arena, &x, &y, ret->def, pick, &budget, err))
			return err_wrap(err, "%s", sys_name(id));
		profile_put(ret, id, got);
	}
	return profile_check_total(ret, err);
}

static void set_header(struct profile *ret, const struct profile *a, const struct profile *b)
{
	ret->archs = a->archs & b->archs;
	ret->has_flags = a->has_flags || b->has_flags;
	ret->flags = a->has_flags && b->has_flags ? a->flags & b->flags : a->has_flags ? a->flags : b->flags;
	ret->deny_multiplexed = a->deny_multiplexed | b->deny_multiplexed;
	ret->named_archs = 0;
	ret->listener_path = ret->listener_metadata = NULL;
	memset(&ret->named, 0, sizeof(ret->named));
	memset(&ret->as_written, 0, sizeof(ret->as_written));
	ret->written = NULL;
	ret->nwritten = 0;
}

/* A call that the other allows whatever its arguments stays as it was. */
static int keep_written(struct profile *ret, struct arena *arena, const struct profile *from,
			const struct profile *other, struct err *err)
{
	if (!action_equal(ret->def, from->def))
		return 0;
	for (uint32_t i = 0; i < from->nwritten; i++) {
		const struct written *w = &from->written[i];
		const struct sysrules o = profile_call(other, w->id);

		if (sysset_has(&from->as_written, w->id) && !o.nrules && o.other.kind == ACT_ALLOW &&
		    written_add(ret, arena, w, err))
			return -1;
	}
	return 0;
}

int profile_meet(struct profile *ret, struct arena *arena, const struct profile *a, const struct profile *b,
		 struct err *err)
{
	if (combine_rules(ret, arena, a, b, action_meet, err))
		return -1;
	set_header(ret, a, b);
	if (keep_written(ret, arena, a, b, err) || keep_written(ret, arena, b, a, err))
		return -1;
	ret->unfit = profile_meet_unfit(ret, a, b);
	return 0;
}

int profile_join(struct profile *ret, struct arena *arena, const struct profile *a, const struct profile *b,
		 struct err *err)
{
	if (combine_rules(ret, arena, a, b, less_restrictive, err))
		return -1;
	set_header(ret, a, b);
	ret->unfit = a->unfit | b->unfit;
	return 0;
}
