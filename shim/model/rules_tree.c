#include "model/atoms.h"
#include "model/cover.h"
#include "model/rules.h"

#include <stdlib.h>
#include <string.h>

/* Argument by argument, in their order: the values are cut along the conditions on this
 * one, each part goes on with the rules that are left there, and parts that come to the
 * same are one again. What comes out depends on what the rules answer, hardly on how
 * they say it; it is disjoint, because parts are. */

struct tree {
	struct arena *arena;
	pick_fn *pick;
	const struct rule *b_first; /* rules from here on are the second side's */
	struct action a_other, b_other, def;
	size_t *budget;	 /* steps that may still be done: what hostile input may cost */
	bool is_a, is_b; /* so far one side answers everywhere as both do together */
};

struct rules {
	struct rule *v;
	size_t n, cap;
};

/* The rules that are left, each side's in the order in which they count. */
struct left {
	const struct rule **v;
	size_t n;
	struct rules answers;
	size_t group;
};

static int out_of_memory(struct err *err)
{
	return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
}

static int push(struct tree *t, struct rules *to, const struct rule *r, struct err *err)
{
	if (to->n == ALTERNATIVES_MAX)
		return atoms_too_many(err);
	struct rule *v = arena_room(t->arena, to->v, to->n, &to->cap, 4, sizeof(*v));
	if (!v)
		return out_of_memory(err);
	to->v = v;
	to->v[to->n++] = *r;
	return 0;
}

/* No condition on any argument is left. */
static int answer(struct tree *t, const struct left *left, struct rules *ret, struct err *err)
{
	struct action a = t->a_other, b = t->b_other;

	for (size_t i = left->n; i-- > 0;)
		if (left->v[i] < t->b_first)
			a = left->v[i]->act;
		else
			b = left->v[i]->act;
	struct rule r = {.act = t->pick(a, b)};
	t->is_a = t->is_a && action_equal(r.act, a);
	t->is_b = t->is_b && action_equal(r.act, b);
	return action_equal(r.act, t->def) ? 0 : push(t, ret, &r, err);
}

/* The rules that hold for a value of an argument. One that has no further
 * condition decides for its side. */
static size_t filter(const struct tree *t, const struct left *from, unsigned arg, uint64_t x,
		     const struct rule **ret)
{
	const unsigned later = 0x3eu << arg;
	size_t n = 0;

	for (size_t i = 0; i < from->n; i++) {
		const struct rule *r = from->v[i];
		if (r->when.used & 1u << arg && !cond_holds(&r->when.arg[arg], x))
			continue;
		ret[n++] = r;
		if (r->when.used & later)
			continue;
		while (r < t->b_first && i + 1 < from->n && from->v[i + 1] < t->b_first)
			i++;
		if (r >= t->b_first)
			break;
	}
	return n;
}

static bool same_answers(const struct rules *a, const struct rules *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!action_equal(a->v[i].act, b->v[i].act) || conj_compare(&a->v[i].when, &b->v[i].when))
			return false;
	return true;
}

struct branch {
	struct tree *t;
	unsigned arg;
	struct atoms atoms;
	struct left *way; /* distinct sets of rules */
	size_t nways, ngroups;
	struct cover *cover;
};

static int grow(struct tree *t, const struct left *left, unsigned arg, struct rules *ret, struct err *err);

/* The group of the atoms for which these rules are left. */
static int find_group(struct branch *b, const struct left *now, size_t *ret, struct err *err)
{
	for (size_t i = 0; i < b->nways; i++)
		if (b->way[i].n == now->n &&
		    (!now->n || memcmp(b->way[i].v, now->v, now->n * sizeof(*now->v)) == 0)) {
			*ret = b->way[i].group;
			return 0;
		}
	struct left *way = &b->way[b->nways];
	*way = *now;
	way->v = arena_array(b->t->arena, now->n + 1, sizeof(*way->v));
	if (!way->v)
		return out_of_memory(err);
	if (now->n)
		memcpy(way->v, now->v, now->n * sizeof(*now->v));
	if (grow(b->t, way, b->arg + 1, &way->answers, err))
		return -1;
	way->group = b->ngroups;
	for (size_t i = 0; i < b->nways; i++)
		if (same_answers(&b->way[i].answers, &way->answers))
			way->group = b->way[i].group;
	if (way->group == b->ngroups)
		b->ngroups++;
	b->nways++;
	*ret = way->group;
	return 0;
}

static int sort_atoms(struct branch *b, const struct left *left, struct err *err)
{
	struct left now = {.v = arena_array(b->t->arena, left->n + 1, sizeof(*now.v))};

	b->way = arena_array(b->t->arena, b->atoms.n, sizeof(*b->way));
	if (!now.v || !b->way)
		return out_of_memory(err);
	for (size_t i = 0; i < b->atoms.n; i++) {
		if (atoms_spend(b->t->budget, 1 + left->n + b->nways, err))
			return -1;
		now.n = filter(b->t, left, b->arg, b->atoms.v[i].sample, now.v);
		if (find_group(b, &now, &b->atoms.v[i].group, err))
			return -1;
	}
	return 0;
}

static const struct rules *answers_of(const struct branch *b, size_t group)
{
	size_t i = 0;

	while (b->way[i].group != group)
		i++;
	return &b->way[i].answers;
}

static int multiply(struct branch *b, const struct cover *c, struct rules *ret, struct err *err)
{
	const struct rules *answers = answers_of(b, c->group);

	for (size_t i = 0; i < c->vectors.n; i++)
		for (size_t k = 0; k < answers->n; k++) {
			struct rule r = answers->v[k];
			r.when.used |= (uint8_t)(1u << b->arg);
			r.when.arg[b->arg] = c->vectors.v[i];
			if (push(b->t, ret, &r, err))
				return -1;
		}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;
	return conj_compare(&x->when, &y->when);
}

static int join_groups(struct branch *b, struct rules *ret, struct err *err)
{
	struct cover *c = arena_array(b->t->arena, b->ngroups, sizeof(*c));
	size_t n = 0;

	if (b->ngroups == 1) {
		*ret = b->way[0].answers;
		return 0;
	}
	if (!c)
		return out_of_memory(err);
	for (size_t g = 0; g < b->ngroups; g++) {
		const struct rules *answers = answers_of(b, g);
		if (answers->n)
			c[n++] = (struct cover){.group = g,
						.follows = answers->n > 1 || answers->v[0].when.used};
	}
	if (cover_groups(&b->atoms, c, n, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (multiply(b, &c[i], ret, err))
			return -1;
	qsort(ret->v, ret->n, sizeof(*ret->v), compare);
	return 0;
}

/* Appends to ret what the rules answer, in conditions on `arg` and those after it. */
static int grow(struct tree *t, const struct left *left, unsigned arg, struct rules *ret, struct err *err)
{
	unsigned used = 0;

	for (size_t i = 0; i < left->n; i++)
		used |= left->v[i]->when.used;
	used = used >> arg << arg;
	if (!used)
		return answer(t, left, ret, err);
	struct branch b = {.t = t, .arg = (unsigned)__builtin_ctz(used)};
	b.atoms = (struct atoms){.arena = t->arena, .budget = t->budget};
	b.atoms.cond = arena_array(t->arena, left->n, sizeof(*b.atoms.cond));
	if (!b.atoms.cond)
		return out_of_memory(err);
	for (size_t i = 0; i < left->n; i++)
		if (left->v[i]->when.used & 1u << b.arg)
			b.atoms.cond[b.atoms.nconds++] = left->v[i]->when.arg[b.arg];
	if (atoms_cut(&b.atoms, err) || sort_atoms(&b, left, err))
		return -1;
	return join_groups(&b, ret, err);
}

/* Whether a side can stay as it is. */
static bool can_stay(const struct sysrules *s, struct action def)
{
	for (uint32_t i = 0; i < s->nrules; i++)
		if (action_equal(s->rules[i].act, def))
			return false;
	return s->nrules && action_equal(s->other, def);
}

static void copy_rules(const struct sysrules *from, struct rule *to, const struct rule **left)
{
	for (uint32_t i = 0; i < from->nrules; i++) {
		to[i] = from->rules[i];
		left[i] = &to[i];
	}
}

int rules_combine(struct sysrules *ret, struct arena *arena, const struct sysrules *a,
		  const struct sysrules *b, struct action def, pick_fn *pick, size_t *budget, struct err *err)
{
	size_t n = (size_t)a->nrules + b->nrules;
	struct rule *all = arena_array(arena, n + 1, sizeof(*all));
	struct left left = {.v = arena_array(arena, n + 1, sizeof(*left.v)), .n = n};
	struct rules got = {0};

	if (!all || !left.v)
		return out_of_memory(err);
	copy_rules(a, all, left.v);
	copy_rules(b, all + a->nrules, left.v + a->nrules);
	struct tree t = {arena, pick, all + a->nrules, a->other, b->other, def, budget, true, true};
	if (grow(&t, &left, 0, &got, err))
		return -1;
	if (got.n == 0)
		*ret = (struct sysrules){.other = def};
	else if (got.n == 1 && !got.v[0].when.used)
		*ret = (struct sysrules){.other = got.v[0].act};
	else if (pick != rules_first && t.is_a && can_stay(a, def))
		*ret = *a;
	else if (pick != rules_first && t.is_b && can_stay(b, def))
		*ret = *b;
	else
		*ret = (struct sysrules){.other = def, .nrules = (uint32_t)got.n, .rules = got.v};
	return 0;
}
