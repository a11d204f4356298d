#include "ctl/measure.h"
#include <errno.h>
#include <string.h>

/* One setting's search. `all` is the union of the candidates. */
struct search {
	struct bench *bench;
	struct arena *arena;
	const struct measure_plan *plan;
	bool nnp;
	struct floor known;
	struct profile all, trial;
	struct sysset needed, not_needed;
	struct sysset enosys;
	unsigned done, total;
	struct err *err;
};

static void progress(const struct search *s, const char *what, const char *outcome)
{
	bool live = isatty(STDERR_FILENO);

	if (!live && !*outcome)
		return;
	(void)fprintf(stderr, "%s%s, noNewPrivileges %s: %u of %u: %s%s%s%s", live ? "\r" : "",
		      runtime_name(s->bench->id->kind), s->nnp ? "true" : "false", s->done, s->total, what,
		      *outcome ? ": " : "", outcome, live ? "\033[K" : "\n");
}

static void progress_end(void)
{
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
}

/* What is denied answers as it would in a closure: Go falls back from clone3 to
 * clone on ENOSYS only. */
static void deny(struct search *s, struct profile *p, int id)
{
	profile_set(p, id, (struct action){ACT_ERRNO, sysset_has(&s->enosys, id) ? ENOSYS : EPERM});
}

static void set_answers(struct search *s, struct profile *p)
{
	for (int id = 0; id < sys_count(); id++)
		if (!profile_allows_some(p, id))
			deny(s, p, id);
	p->archs = 1u << ARCH_NATIVE;
}

/* Starts until one has the outcome `stop_at`, at most n times. */
static int start_until(struct search *s, unsigned n, bool stop_at, bool *ret_met)
{
	*ret_met = false;
	for (unsigned i = 0; i < n && !*ret_met; i++) {
		bool ok;

		if (bench_start(s->bench, &ok, s->err) < 0)
			return -1;
		*ret_met = ok == stop_at;
	}
	return 0;
}

static int prepare(struct search *s)
{
	floor_candidates(&s->known, s->bench->id->kind);
	if (profile_join(&s->all, s->arena, &s->known.need, &s->known.margin, s->err) < 0)
		return -1;
	enosys_set(&s->enosys);
	set_answers(s, &s->all);
	for (int id = 0; id < sys_count(); id++)
		s->total += profile_allows_some(&s->all, id);
	return 0;
}

/* If it does not start with all of them, leaving some out shows nothing. */
static int try_all(struct search *s)
{
	bool failed;

	progress(s, "all candidates", "");
	if (bench_filter(s->bench, &s->all, s->nnp, s->err) < 0 ||
	    start_until(s, s->plan->starts, false, &failed) < 0)
		return -1;
	if (failed)
		return err_set(s->err, ERR_RUNTIME,
			       "%s does not start here even with every call that any known version needs; it "
			       "said: %s",
			       s->bench->id->path, s->bench->complaint);
	return 0;
}

static int try_without(struct search *s, int id)
{
	bool in_margin =
		profile_allows_some(&s->known.margin, id) && !profile_allows_some(&s->known.need, id);
	bool met, needed;

	progress(s, sys_name(id), "");
	s->trial = s->all;
	deny(s, &s->trial, id);
	if (bench_filter(s->bench, &s->trial, s->nnp, s->err) < 0 ||
	    start_until(s, s->plan->starts, in_margin, &met) < 0)
		return -1;
	needed = in_margin ? !met : met;
	if (needed)
		sysset_add(&s->needed, id);
	else if (!in_margin)
		sysset_add(&s->not_needed, id);
	s->done++;
	progress(s, sys_name(id), needed ? "needed" : in_margin ? "margin" : "not needed");
	return 0;
}

/* need and margin as the search left them: of the calls that were not found
 * needed, those in `doubt` join the margin. */
static void divide(const struct search *s, const struct profile *doubt, struct floor *ret)
{
	ret->need = s->known.need;
	ret->margin = s->known.margin;
	for (int id = 0; id < sys_count(); id++) {
		bool needed = sysset_has(&s->needed, id);
		bool more = !needed && profile_allows_some(doubt, id);

		/* With its condition: clone stays under its mask. */
		profile_set(&ret->need, id, ret->need.def);
		if (needed)
			profile_put(&ret->need, id, profile_call(&s->all, id));
		if (!needed && !sysset_has(&s->not_needed, id))
			continue;
		profile_set(&ret->margin, id, ret->margin.def);
		if (more)
			profile_put(&ret->margin, id, profile_call(&s->all, id));
	}
}

static int confirm(struct search *s, const struct floor *f, bool *ret_failed)
{
	if (profile_join(&s->trial, s->arena, &f->need, &f->margin, s->err) < 0)
		return -1;
	set_answers(s, &s->trial);
	progress(s, "confirming", "");
	if (bench_filter(s->bench, &s->trial, s->nnp, s->err) < 0)
		return -1;
	return start_until(s, s->plan->confirm, false, ret_failed);
}

static int search(struct search *s, struct floor *ret)
{
	struct floor *shipped = arena_alloc(s->arena, sizeof(*shipped));
	bool failed;

	if (!shipped)
		return err_set(s->err, ERR_SYSTEM, "out of memory");
	if (prepare(s) < 0 || try_all(s) < 0)
		return -1;
	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_some(&s->all, id) && try_without(s, id) < 0)
			return -1;
	/* What the table calls needed and these starts did without (runc: futex) is
	 * made now and then. */
	floor_lookup(shipped, s->bench->id->kind, s->bench->id->version, s->nnp);
	divide(s, &shipped->need, ret);
	if (confirm(s, ret, &failed) < 0)
		return -1;
	if (!failed)
		return 0;
	/* Calls that can stand in for each other, or one that is made so rarely
	 * that the starts without it missed it: none may refuse, all may be made. */
	divide(s, &s->all, ret);
	if (confirm(s, ret, &failed) < 0)
		return -1;
	if (failed)
		return err_set(s->err, ERR_RUNTIME, "the floor found does not hold: a start failed with: %s",
			       s->bench->complaint);
	return 0;
}

int measure_floor(struct floor *ret, struct bench *b, struct arena *arena, const struct measure_plan *plan,
		  bool no_new_privileges, struct err *err)
{
	struct search *s = arena_alloc(arena, sizeof(*s));
	int r;

	if (!s)
		return err_set(err, ERR_SYSTEM, "out of memory");
	*s = (struct search){.bench = b, .arena = arena, .plan = plan, .nnp = no_new_privileges, .err = err};
	r = search(s, ret);
	progress_end();
	return r;
}
