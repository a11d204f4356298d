#include "oci/seccomp_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An action as the runtime will carry it out. */
static struct action lowered(const struct emit_style *style, struct action a)
{
	if (!style->errno_ret && (a.kind == ACT_ERRNO || a.kind == ACT_TRACE))
		a.errno_ret = EPERM;
	return a;
}

static int action_compare(struct action a, struct action b)
{
	if (a.kind != b.kind)
		return a.kind < b.kind ? -1 : 1;
	return a.errno_ret == b.errno_ret ? 0 : a.errno_ret < b.errno_ret ? -1 : 1;
}

/* Room for one more element of a vector in the arena. */
static void *grow(struct emit_plan *w, void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;

	size_t more = *cap ? 2 * *cap : 16;
	void *bigger = arena_array(w->arena, more, size);
	if (!bigger) {
		(void)err_set(w->err, ERR_LIMIT, "the profile is too large to write");
		return NULL;
	}
	if (n)
		memcpy(bigger, v, n * size);
	*cap = more;
	return bigger;
}

static int add_plain(struct emit_plan *w, int id, struct action act)
{
	size_t g = 0;

	while (g < w->ngroups && !action_equal(w->group[g].act, act))
		g++;
	if (g == w->ngroups) {
		struct emit_group *v = grow(w, w->group, g, &w->group_cap, sizeof(*v));
		if (!v)
			return -1;
		w->group = v;
		w->group[w->ngroups++] = (struct emit_group){.act = act};
	}
	sysset_add(&w->group[g].ids, id);
	return 0;
}

static int add_conditional(struct emit_plan *w, int id, struct action act, const struct conj *when)
{
	struct emit_rule *v = grow(w, w->cond, w->nconds, &w->cond_cap, sizeof(*v));

	if (!v)
		return -1;
	w->cond = v;
	w->cond[w->nconds++] = (struct emit_rule){act, when, id};
	return 0;
}

/* What is left of `left` without `when`, in its place. */
static int subtract(struct emit_plan *w, struct conj_list *left, const struct conj *when)
{
	struct conj_list rest = {0};

	for (size_t i = 0; i < left->n; i++) {
		if (conj_subtract(w->arena, &left->v[i], when, &rest, w->err))
			return -1;
		if (rest.n > PROFILE_MAX_CONDITIONS)
			return err_set(w->err, ERR_LIMIT,
				       "what the rules of a call leave over has more than %d parts",
				       PROFILE_MAX_CONDITIONS);
	}
	*left = rest;
	return 0;
}

/* A name whose rules are exceptions from an answer that is not the default:
 * that answer cannot stand there without conditions, because libseccomp would
 * drop the exceptions. It is written for what the exceptions leave over. */
static int add_complement(struct emit_plan *w, int id, struct action other)
{
	const struct sysrules s = profile_call(w->p, id);
	struct conj everything = {0};
	struct conj_list left = {&everything, 1, 1};

	for (uint32_t i = 0; i < s.nrules; i++)
		if (!action_equal(lowered(w->style, s.rules[i].act), other) &&
		    subtract(w, &left, &s.rules[i].when))
			return err_wrap(w->err, "system call %s", sys_name(id));
	for (size_t i = 0; i < left.n; i++)
		if (add_conditional(w, id, other, &left.v[i]))
			return -1;
	return 0;
}

/* Whether `sys` holds the same rules: then they are in an order that libseccomp is
 * quick with. */
static bool says_the_same(const struct sysrules *s, const struct written *as)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < as->n; i++)
		for (uint32_t k = 0; k < s->nrules; k++)
			found += action_equal(as->rules[i].act, s->rules[k].act) &&
				 conj_compare(&as->rules[i].when, &s->rules[k].when) == 0;
	return as->n == s->nrules && found == as->n;
}

static int add_as_written(struct emit_plan *w, const struct written *as)
{
	for (uint32_t i = 0; i < as->n; i++) {
		struct emit_rule *v = grow(w, w->last, w->nlast, &w->last_cap, sizeof(*v));

		if (!v)
			return -1;
		w->last = v;
		w->last[w->nlast++] = (struct emit_rule){as->rules[i].act, &as->rules[i].when, as->id};
	}
	return 0;
}

static int add_call(struct emit_plan *w, int id)
{
	const struct written *as = profile_written(w->p, id);

	const struct sysrules s = profile_call(w->p, id);
	struct action other = lowered(w->style, s.other);
	bool excepted = false;

	if (as && !says_the_same(&s, as))
		return add_as_written(w, as);
	for (uint32_t i = 0; i < s.nrules; i++) {
		struct action act = lowered(w->style, s.rules[i].act);

		if (action_equal(act, other))
			continue;
		excepted = true;
		if (!action_equal(act, w->def) && add_conditional(w, id, act, &s.rules[i].when))
			return -1;
	}
	if (action_equal(other, w->def))
		return 0;
	return excepted ? add_complement(w, id, other) : add_plain(w, id, other);
}

static int group_compare(const void *a, const void *b)
{
	return action_compare(((const struct emit_group *)a)->act, ((const struct emit_group *)b)->act);
}

/* By condition first: see conj_compare. */
int emit_rule_compare(const struct emit_rule *a, const struct emit_rule *b)
{
	int c = conj_compare(a->when, b->when);

	return c ? c : action_compare(a->act, b->act);
}

static int conditional_compare(const void *a, const void *b)
{
	const struct emit_rule *x = a, *y = b;
	int c = emit_rule_compare(x, y);

	return c ? c : x->id - y->id;
}

int emit_plan_make(struct emit_plan *ret, const struct profile *p, const struct emit_style *style,
		   struct arena *arena, struct err *err)
{
	struct emit_plan w = {
		.p = p, .style = style, .arena = arena, .err = err, .def = lowered(style, p->def)};
	int count = sys_count();

	for (int id = 0; id < count; id++)
		if ((!style->spelling || style->spelling[id]) && add_call(&w, id))
			return -1;
	if (w.ngroups > 1)
		qsort(w.group, w.ngroups, sizeof(*w.group), group_compare);
	if (w.nconds > 1)
		qsort(w.cond, w.nconds, sizeof(*w.cond), conditional_compare);
	*ret = w;
	return 0;
}
