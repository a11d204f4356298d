#include "model/rules.h"

#include <string.h>

/* Which of two answers stands: the meet and the join differ in nothing else. */
typedef struct action pick_fn(struct action a, struct action b);

static struct action less_restrictive(struct action a, struct action b)
{
	return b.kind < a.kind ? b : a;
}

/* About a tenth of a second. */
enum { MEET_STEPS = 1 << 20 };

struct combine {
	struct cells cells;
	pick_fn *pick;
	const struct sysrules *a, *b;
	struct action rest; /* where no rule of either holds */
	struct rule *whole; /* rules that keep their answer wherever they hold: a's, then b's */
	size_t nwhole, nwhole_a;
	struct rule *cut_a, *cut_b; /* the others */
	size_t ncut_a, ncut_b;
};

static bool keeps_answer(const struct combine *c, const struct rule *r, const struct sysrules *other,
			 bool r_is_a)
{
	struct action got = r_is_a ? c->pick(r->act, other->other) : c->pick(other->other, r->act);

	if (!action_equal(got, r->act))
		return false;
	for (uint32_t i = 0; i < other->nrules; i++) {
		const struct rule *o = &other->rules[i];
		got = r_is_a ? c->pick(r->act, o->act) : c->pick(o->act, r->act);
		if (!action_equal(got, r->act) && !conj_disjoint(&r->when, &o->when))
			return false;
	}
	return true;
}

/* A rule that keeps its answer everywhere is kept as it was written: so that a
 * profile met once more with one of its sides stays the same. */
static int sort_out(struct combine *c, struct err *err)
{
	size_t na = c->a->nrules, nb = c->b->nrules;
	struct rule *all = arena_array(c->cells.arena, 2 * (na + nb) + 1, sizeof(*all));

	if (!all)
		return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
	c->whole = all;
	c->cut_a = all + na + nb;
	c->cut_b = c->cut_a + na;
	for (size_t i = 0; i < na; i++)
		if (keeps_answer(c, &c->a->rules[i], c->b, true))
			c->whole[c->nwhole++] = c->a->rules[i];
		else
			c->cut_a[c->ncut_a++] = c->a->rules[i];
	c->nwhole_a = c->nwhole;
	for (size_t i = 0; i < nb; i++)
		if (keeps_answer(c, &c->b->rules[i], c->a, false))
			c->whole[c->nwhole++] = c->b->rules[i];
		else
			c->cut_b[c->ncut_b++] = c->b->rules[i];
	return 0;
}

static int add_whole(struct combine *c, struct err *err)
{
	for (size_t i = 0; i < c->nwhole; i++) {
		const struct rule *r = &c->whole[i];
		size_t taken = i < c->nwhole_a ? 0 : c->nwhole_a;
		if (!action_equal(r->act, c->rest) &&
		    cells_add(&c->cells, &r->when, c->whole, taken, r->act, err))
			return -1;
	}
	return 0;
}

static int add_pairs(struct combine *c, struct err *err)
{
	for (size_t i = 0; i < c->ncut_a; i++)
		for (size_t j = 0; j < c->ncut_b; j++) {
			const struct rule *x = &c->cut_a[i], *y = &c->cut_b[j];
			struct action act = c->pick(x->act, y->act);
			if (!action_equal(act, c->rest) &&
			    cells_meet(&c->cells, &x->when, &y->when, act, err))
				return -1;
		}
	return 0;
}

/* The parts of one side's rules that no rule of the other touches. */
static int add_alone(struct combine *c, struct err *err)
{
	for (size_t i = 0; i < c->ncut_a; i++) {
		struct action act = c->pick(c->cut_a[i].act, c->b->other);
		if (!action_equal(act, c->rest) &&
		    cells_add(&c->cells, &c->cut_a[i].when, c->b->rules, c->b->nrules, act, err))
			return -1;
	}
	for (size_t i = 0; i < c->ncut_b; i++) {
		struct action act = c->pick(c->a->other, c->cut_b[i].act);
		if (!action_equal(act, c->rest) &&
		    cells_add(&c->cells, &c->cut_b[i].when, c->a->rules, c->a->nrules, act, err))
			return -1;
	}
	return 0;
}

static int combine_sys(struct sysrules *ret, struct arena *arena, const struct sysrules *a,
		       const struct sysrules *b, struct action def, pick_fn *pick, size_t *budget,
		       struct err *err)
{
	struct combine c = {.cells = {.arena = arena, .plain = pick == action_meet, .budget = budget},
			    .pick = pick,
			    .a = a,
			    .b = b,
			    .rest = pick(a->other, b->other)};

	/* A default that no argument reaches must not shape the result. */
	if (cells_cover(&c.cells, a->rules, a->nrules) || cells_cover(&c.cells, b->rules, b->nrules))
		c.rest = def;
	if (sort_out(&c, err) || add_whole(&c, err) || add_pairs(&c, err) || add_alone(&c, err))
		return -1;
	return cells_finish(ret, &c.cells, c.rest, def, err);
}

static int combine_rules(struct profile *ret, struct arena *arena, const struct profile *a,
			 const struct profile *b, pick_fn *pick, struct err *err)
{
	size_t budget = MEET_STEPS;

	ret->def = pick(a->def, b->def);
	for (int id = 0; id < SYS_MAX; id++) {
		const struct sysrules *x = &a->sys[id], *y = &b->sys[id];
		if (x->nrules || y->nrules) {
			if (combine_sys(&ret->sys[id], arena, x, y, ret->def, pick, &budget, err))
				return err_wrap(err, "%s", sys_name(id));
		} else {
			ret->sys[id] = (struct sysrules){.other = pick(x->other, y->other)};
		}
	}
	return profile_check_total(ret, err);
}

static void set_header(struct profile *ret, const struct profile *a, const struct profile *b)
{
	ret->archs = a->archs & b->archs;
	ret->has_flags = a->has_flags || b->has_flags;
	ret->flags = a->has_flags && b->has_flags ? a->flags & b->flags : a->has_flags ? a->flags : b->flags;
	ret->named_archs = 0;
	ret->listener_path = ret->listener_metadata = NULL;
	memset(&ret->named, 0, sizeof(ret->named));
}

int profile_meet(struct profile *ret, struct arena *arena, const struct profile *a, const struct profile *b,
		 struct err *err)
{
	if (combine_rules(ret, arena, a, b, action_meet, err))
		return -1;
	set_header(ret, a, b);
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
