/* What a runtime calls in place of a call that is denied. */
#include "ctl/floor/measure.h"
#include <errno.h>
#include <string.h>

struct denial {
	bool survives;
	struct sysset made;
};

/* Everything but one call is allowed, and traced. */
static int deny_one(struct search *s, int id, uint16_t answer, struct denial *ret)
{
	struct trace *t = &s->bench->trace;
	char what[DIFFERENCE_TEXT];
	CLEANUP_LIFE struct life l = {0};
	bool ok = false;

	*ret = (struct denial){0};
	profile_init(&s->trial, (struct action){ACT_TRACE, EPERM}, 1u << ARCH_NATIVE);
	profile_set(&s->trial, id, (struct action){ACT_ERRNO, answer});
	t->made = (struct sysset){0};
	s->bench->traced = true;
	int r = bench_filter(s->bench, &s->trial, s->nnp, s->err);
	r = r < 0 ? r : measure_start(s, &ok);
	r = r < 0 || !ok ? r : measure_live(s, &l);
	s->bench->traced = false;
	if (r < 0)
		return -1;
	ret->survives = ok && measure_compare(&s->plain, &l, what) == DIFFERS_NOT;
	ret->made = t->made;
	sysset_remove(&ret->made, id);
	return 0;
}

/* Whether the floor with the way in place of the call makes the process that the call made. */
static int try_way(struct search *s, const struct floor *f, const struct floor_fallback *way, bool *ret_same)
{
	struct profile *joined = arena_alloc(s->arena, sizeof(*joined));
	char what[DIFFERENCE_TEXT];
	CLEANUP_LIFE struct life l = {0};
	bool ok = false;

	if (!joined)
		return err_set(s->err, ERR_SYSTEM, "out of memory");
	if (profile_join(joined, s->arena, &f->need, &f->margin, s->err) < 0)
		return -1;
	for (int id = sysset_next(&way->instead, 0); id >= 0; id = sysset_next(&way->instead, id + 1))
		if (!profile_allows_some(joined, id))
			floor_allow(joined, id);
	if (measure_filter(s, joined, way->denied, way->answer ? way->answer : EPERM) < 0 ||
	    measure_start(s, &ok) < 0 || (ok && measure_live(s, &l) < 0))
		return -1;
	*ret_same = ok && measure_compare(&s->plain, &l, what) == DIFFERS_NOT;
	return 0;
}

/* Of what was made while the call was denied: all that the floor has not. */
static struct sysset beyond(const struct floor *f, const struct sysset *made)
{
	struct sysset ret = *made;

	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_some(&f->margin, id) || profile_allows_some(&f->need, id))
			sysset_remove(&ret, id);
	return ret;
}

static int add_way(struct floor *f, struct search *s, int id, uint16_t answer, const struct denial *d)
{
	struct floor_fallback way = {.denied = id, .answer = answer, .instead = beyond(f, &d->made)};
	const struct sysset all = way.instead;
	bool same = false;

	if (!d->survives || f->nfallbacks == FLOOR_FALLBACKS)
		return 0;
	sysset_subtract(&way.instead, &s->made);
	if (try_way(s, f, &way, &same) < 0)
		return -1;
	if (!same)
		way.instead = all;
	if (sysset_count(&way.instead) > 0)
		f->fallback[f->nfallbacks++] = way;
	return 0;
}

/* One way whatever the answer, where both answers lead to the same calls. */
static int add_ways(struct floor *f, struct search *s, int id, const struct denial *eperm,
		    const struct denial *enosys)
{
	unsigned first = f->nfallbacks;
	struct floor_fallback *way = &f->fallback[first];

	if (add_way(f, s, id, EPERM, eperm) < 0 || add_way(f, s, id, ENOSYS, enosys) < 0)
		return -1;
	if (f->nfallbacks == first + 2 &&
	    memcmp(&way[0].instead, &way[1].instead, sizeof(way->instead)) == 0) {
		way->answer = 0;
		f->nfallbacks--;
	}
	return 0;
}

static bool is_asked(const struct floor *f, const struct search *s, int id)
{
	return sysset_has(&s->made, id) || profile_allows_some(&f->need, id);
}

int measure_ways(struct floor *ret, struct search *s)
{
	struct denial eperm, enosys;
	char outcome[64];

	s->done = s->total = 0;
	for (int id = 0; id < sys_count(); id++)
		s->total += is_asked(ret, s, id);
	for (int id = 0; id < sys_count(); id++) {
		unsigned before = ret->nfallbacks;

		if (!is_asked(ret, s, id))
			continue;
		measure_progress(s, sys_name(id), "");
		if (deny_one(s, id, EPERM, &eperm) < 0 || deny_one(s, id, ENOSYS, &enosys) < 0)
			return -1;
		if (add_ways(ret, s, id, &eperm, &enosys) < 0)
			return -1;
		s->done++;
		(void)snprintf(outcome, sizeof(outcome), "denied by the engine: %s",
			       ret->nfallbacks > before		   ? "falls back"
			       : eperm.survives && enosys.survives ? "goes on"
			       : eperm.survives			   ? "goes on with EPERM"
			       : enosys.survives		   ? "goes on with ENOSYS"
								   : "fails");
		measure_progress(s, sys_name(id), outcome);
	}
	return 0;
}
