#include "model/rules.h"

#include <stdlib.h>
#include <string.h>

int cells_push(struct cells *c, const struct conj *when, struct action act, struct err *err)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 8;
		struct rule *v = c->n >= CONJ_MAX ? NULL : arena_array(c->arena, cap, sizeof(*v));
		if (!v)
			return err_set(err, ERR_LIMIT,
				       "argument conditions: more than %d alternatives for one call",
				       CONJ_MAX);
		if (c->n)
			memcpy(v, c->v, c->n * sizeof(*v));
		c->v = v;
		c->cap = cap;
	}
	c->v[c->n++] = (struct rule){*when, act};
	return 0;
}

static int spend(struct cells *c, size_t steps, struct err *err)
{
	if (*c->budget < steps)
		return err_set(err, ERR_LIMIT, "argument conditions: too many that overlap");
	*c->budget -= steps;
	return 0;
}

static int push_all(struct cells *c, const struct conj_list *list, struct action act, struct err *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (cells_push(c, &list->v[i], act, err))
			return -1;
	return 0;
}

/* Leaves the difference in *ret, one of the two work lists. */
static int subtract(struct cells *c, const struct conj *from, const struct rule *taken, size_t n,
		    const struct conj_list **ret, struct err *err)
{
	struct conj_list *now = &c->work[0], *next = &c->work[1];

	now->n = 0;
	if (spend(c, n, err) || conj_meet(c->arena, from, from, now, err))
		return -1;
	for (size_t i = 0; i < n && now->n; i++) {
		if (conj_disjoint(from, &taken[i].when))
			continue;
		next->n = 0;
		for (size_t k = 0; k < now->n; k++)
			if (conj_subtract(c->arena, &now->v[k], &taken[i].when, next, err))
				return -1;
		if (spend(c, now->n + next->n, err))
			return -1;
		struct conj_list *swap = now;
		now = next;
		next = swap;
	}
	*ret = now;
	return 0;
}

int cells_add(struct cells *c, const struct conj *from, const struct rule *taken, size_t n, struct action act,
	      struct err *err)
{
	const struct conj_list *left;

	if (subtract(c, from, taken, n, &left, err))
		return -1;
	return push_all(c, left, act, err);
}

int cells_meet(struct cells *c, const struct conj *a, const struct conj *b, struct action act,
	       struct err *err)
{
	c->work[0].n = 0;
	if (conj_meet(c->arena, a, b, &c->work[0], err) || spend(c, 1 + c->work[0].n, err))
		return -1;
	return push_all(c, &c->work[0], act, err);
}

static void remove_action(struct cells *c, struct action act)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (!action_equal(c->v[i].act, act))
			c->v[n++] = c->v[i];
	c->n = n;
}

bool cells_cover(struct cells *c, const struct rule *rules, size_t n)
{
	static const struct conj all;
	const struct conj_list *left;
	struct err ignored;
	double share = 0;

	for (size_t i = 0; i < n; i++)
		share += conj_share(&rules[i].when);
	return share > 0.999 && !subtract(c, &all, rules, n, &left, &ignored) && left->n == 0;
}

static bool same_answer(const struct cells *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (!action_equal(c->v[i].act, c->v[0].act))
			return false;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;
	return conj_compare(&x->when, &y->when);
}

int cells_finish(struct sysrules *ret, struct cells *c, struct action rest, struct action def,
		 struct err *err)
{
	static const struct conj all;

	remove_action(c, rest);
	if (c->n == 0) {
		*ret = (struct sysrules){.other = rest};
		return 0;
	}
	if (!action_equal(rest, def) && cells_add(c, &all, c->v, c->n, rest, err))
		return -1;
	remove_action(c, def);
	if (c->n == 0) {
		*ret = (struct sysrules){.other = def};
		return 0;
	}
	if (same_answer(c) && cells_cover(c, c->v, c->n)) {
		*ret = (struct sysrules){.other = c->v[0].act};
		return 0;
	}
	if (c->plain && cells_make_plain(c, err))
		return -1;
	qsort(c->v, c->n, sizeof(*c->v), compare);
	*ret = (struct sysrules){.other = def, .nrules = (uint32_t)c->n, .rules = c->v};
	return 0;
}
