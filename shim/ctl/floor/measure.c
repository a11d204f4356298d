#include "ctl/floor/measure.h"
#include <errno.h>
#include <string.h>

/* A life is long: exec fails always or never. */
enum { LIVES = 2, TRACED = 3 };
/* Of what the slowest call took, before anything was denied. A busy node is given a second chance. */
enum { PATIENCE_TIMES = 10, PATIENCE_LEAST = 1500, PATIENCE_MOST = 10000 };

void measure_progress(const struct search *s, const char *what, const char *outcome)
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

/* The first line that differs, as it is now. */
static void first_line(char ret[static DIFFERENCE_TEXT], const char *was, const char *is)
{
	while (*was && *is) {
		size_t len = strcspn(is, "\n");

		if (strcspn(was, "\n") != len || strncmp(was, is, len) != 0)
			break;
		was += len + (was[len] == '\n');
		is += len + (is[len] == '\n');
	}
	(void)snprintf(ret, DIFFERENCE_TEXT, "%.*s", (int)strcspn(is, "\n"), is);
	for (char *c = ret; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
}

enum difference measure_compare(const struct life *plain, const struct life *l,
				char ret_what[static DIFFERENCE_TEXT])
{
	enum difference d = DIFFERS_NOT;

	ret_what[0] = '\0';
	if (!l->started)
		return DIFFERS_START;
	for (unsigned i = WAY_CREATE; i < WAY_COUNT; i++) {
		if (!plain->way[i].len)
			continue;
		if (!l->way[i].len)
			return DIFFERS_EXEC;
		if (d == DIFFERS_NOT && strcmp(plain->way[i].data, l->way[i].data) != 0) {
			first_line(ret_what, plain->way[i].data, l->way[i].data);
			d = DIFFERS_OTHER;
		}
	}
	return d;
}

int measure_live(struct search *s, struct life *ret)
{
	*ret = (struct life){0};
	for (unsigned i = 0; i < 2; i++) {
		life_free(ret);
		if (bench_live(s->bench, ret, s->err) < 0)
			return -1;
		if (!ret->late)
			break;
	}
	return 0;
}

int measure_start(struct search *s, bool *ret_ok)
{
	for (unsigned i = 0; i < 2; i++) {
		if (bench_start(s->bench, ret_ok, s->err) < 0)
			return -1;
		if (*ret_ok || !s->bench->late)
			break;
	}
	return 0;
}

/* What is denied answers as it would in a closure: Go falls back from clone3 to
 * clone on ENOSYS only. */
static void deny(struct search *s, struct profile *p, int id)
{
	profile_set(p, id, (struct action){ACT_ERRNO, sysset_has(&s->enosys, id) ? ENOSYS : EPERM});
}

int measure_filter(struct search *s, const struct profile *p, int denied, uint16_t answer)
{
	profile_copy(&s->trial, p);
	profile_allow_names(&s->trial, "ppoll");
	for (int id = 0; id < sys_count(); id++)
		if (!profile_allows_some(&s->trial, id))
			deny(s, &s->trial, id);
	if (denied >= 0)
		profile_set(&s->trial, denied, (struct action){ACT_ERRNO, answer});
	s->trial.archs = 1u << ARCH_NATIVE;
	return bench_filter(s->bench, &s->trial, s->nnp, s->err);
}

/* Starts until one has the outcome `stop_at`, at most n times. */
static int start_until(struct search *s, unsigned n, bool stop_at, bool *ret_met)
{
	*ret_met = false;
	for (unsigned i = 0; i < n && !*ret_met; i++) {
		bool ok;

		if (measure_start(s, &ok) < 0)
			return -1;
		*ret_met = ok == stop_at;
	}
	return 0;
}

/* Lives until one differs. */
static int live_until(struct search *s, unsigned n, enum difference *ret,
		      char ret_what[static DIFFERENCE_TEXT])
{
	*ret = DIFFERS_NOT;
	ret_what[0] = '\0';
	for (unsigned i = 0; i < n && *ret == DIFFERS_NOT; i++) {
		CLEANUP_LIFE struct life l = {0};

		if (measure_live(s, &l) < 0)
			return -1;
		*ret = measure_compare(&s->plain, &l, ret_what);
	}
	return 0;
}

static int fail_start(struct search *s, const char *when)
{
	return err_set(s->err, ERR_RUNTIME, "%s does not start here even with %s; it said: %s",
		       s->bench->id->path, when, s->bench->complaint);
}

/* How it is where nothing is denied, twice alike; and how long that takes. */
static int look_at_plain(struct search *s)
{
	struct profile *open = arena_alloc(s->arena, sizeof(*open));
	char what[DIFFERENCE_TEXT];
	enum difference d;
	bool failed;

	if (!open)
		return err_set(s->err, ERR_SYSTEM, "out of memory");
	measure_progress(s, "nothing denied", "");
	profile_init(open, (struct action){ACT_ALLOW, 0}, 1u << ARCH_NATIVE);
	/* A filter that has no rule need not be loaded. */
	profile_set(open, sys_lookup("afs_syscall", 11), (struct action){ACT_ERRNO, EPERM});
	if (bench_filter(s->bench, open, s->nnp, s->err) < 0 || start_until(s, 1, false, &failed) < 0)
		return -1;
	if (failed || measure_live(s, &s->plain) < 0)
		return failed ? fail_start(s, "every call allowed") : -1;
	if (!s->plain.started)
		return fail_start(s, "every call allowed");
	if (live_until(s, LIVES - 1, &d, what) < 0)
		return -1;
	if (d != DIFFERS_NOT)
		return err_set(s->err, ERR_RUNTIME, "%s does not make the same process twice: %s",
			       s->bench->id->path, what);
	unsigned patience = s->bench->slowest * PATIENCE_TIMES;
	s->bench->patience = patience < PATIENCE_LEAST	? PATIENCE_LEAST
			     : patience > PATIENCE_MOST ? PATIENCE_MOST
							: patience;
	return 0;
}

/* Which calls it makes. */
static int look_at_calls(struct search *s)
{
	struct profile *traced = arena_alloc(s->arena, sizeof(*traced));
	enum difference d = DIFFERS_NOT;
	char what[DIFFERENCE_TEXT];
	bool failed = false;

	if (!traced)
		return err_set(s->err, ERR_SYSTEM, "out of memory");
	measure_progress(s, "tracing", "");
	profile_init(traced, (struct action){ACT_TRACE, EPERM}, 1u << ARCH_NATIVE);
	s->bench->trace.made = s->bench->trace.wide = (struct sysset){0};
	s->bench->traced = true;
	int r = bench_filter(s->bench, traced, s->nnp, s->err);
	for (unsigned i = 0; i < TRACED && r == 0 && !failed && d == DIFFERS_NOT; i++) {
		r = start_until(s, 1, false, &failed);
		r = r < 0 || failed ? r : live_until(s, 1, &d, what);
	}
	s->bench->traced = false;
	s->made = s->bench->trace.made;
	s->wide = s->bench->trace.wide;
	if (r == 0 && (failed || d != DIFFERS_NOT))
		return fail_start(s, "every call allowed, while it is traced");
	return r;
}

/* Whatever its arguments where the need has it, or where it was made as no shipped floor knows it; else as
 * narrow as there. Never clone: unmasked, it would hand out namespaces. */
static void allow_candidate(const struct search *s, struct profile *p, int id, bool whole)
{
	if ((whole || sysset_has(&s->wide, id)) && strcmp(sys_name(id), "clone") != 0)
		profile_set(p, id, (struct action){ACT_ALLOW, 0});
	else
		floor_allow(p, id);
}

static int prepare(struct search *s)
{
	enosys_set(&s->enosys);
	floor_lookup(&s->shipped, s->bench->id->kind, s->bench->id->version, s->nnp);
	if (look_at_plain(s) < 0 || look_at_calls(s) < 0)
		return -1;
	profile_init(&s->all, (struct action){ACT_ERRNO, EPERM}, ARCHSET_ALL);
	for (int id = 0; id < sys_count(); id++) {
		bool made = sysset_has(&s->made, id) || profile_allows_some(&s->shipped.need, id);

		if (!made && !profile_allows_some(&s->shipped.margin, id))
			continue;
		allow_candidate(s, &s->all, id, made);
		s->total++;
	}
	return 0;
}

/* If it does not start with all of them, leaving some out shows nothing. */
static int try_all(struct search *s)
{
	char what[DIFFERENCE_TEXT];
	enum difference d = DIFFERS_NOT;
	bool failed;

	measure_progress(s, "all candidates", "");
	if (measure_filter(s, &s->all, -1, 0) < 0 || start_until(s, s->plan->starts, false, &failed) < 0 ||
	    (!failed && live_until(s, LIVES, &d, what) < 0))
		return -1;
	if (failed || d == DIFFERS_START)
		return fail_start(s, "every call that it was seen to make");
	if (d != DIFFERS_NOT)
		return err_set(s->err, ERR_RUNTIME,
			       "%s does not do the same with every call that it was seen to make: %s",
			       s->bench->id->path, *what ? what : s->bench->complaint);
	return 0;
}

static bool is_shipped(const struct search *s, int id)
{
	return profile_allows_some(&s->shipped.margin, id) || profile_allows_some(&s->shipped.need, id);
}

/* Of the shipped margin alone: starts that succeed are what counts. */
static int try_rare(struct search *s, int id, const char **ret_class)
{
	bool met;

	if (start_until(s, s->plan->starts, true, &met) < 0)
		return -1;
	if (!met)
		sysset_add(&s->need, id);
	*ret_class = met ? "margin" : "need";
	return 0;
}

static int try_usual(struct search *s, int id, const char **ret_class, char ret_what[static DIFFERENCE_TEXT])
{
	enum difference d = DIFFERS_NOT;
	bool failed;

	if (start_until(s, s->plan->starts, false, &failed) < 0 ||
	    (!failed && live_until(s, LIVES, &d, ret_what) < 0))
		return -1;
	if (failed)
		sysset_add(&s->need, id);
	else if (d == DIFFERS_EXEC)
		sysset_add(&s->exec, id);
	else if (d != DIFFERS_NOT)
		sysset_add(&s->effect, id);
	else if (!is_shipped(s, id))
		sysset_add(&s->no_use, id);
	*ret_class = failed		 ? "need"
		     : d == DIFFERS_EXEC ? "exec"
		     : d != DIFFERS_NOT	 ? "effect"
					 : "not needed";
	if (d == DIFFERS_START)
		(void)snprintf(ret_what, DIFFERENCE_TEXT, "a user's program does not start");
	return 0;
}

static int try_without(struct search *s, int id)
{
	bool rare = profile_allows_some(&s->shipped.margin, id) &&
		    !profile_allows_some(&s->shipped.need, id) && !sysset_has(&s->shipped.exec, id) &&
		    !sysset_has(&s->shipped.effect, id);
	struct profile *without = arena_alloc(s->arena, sizeof(*without));
	char what[DIFFERENCE_TEXT] = "", outcome[DIFFERENCE_TEXT + 16];
	const char *class;

	if (!without)
		return err_set(s->err, ERR_SYSTEM, "out of memory");
	measure_progress(s, sys_name(id), "");
	profile_copy(without, &s->all);
	deny(s, without, id);
	if (measure_filter(s, without, -1, 0) < 0 ||
	    (rare ? try_rare(s, id, &class) : try_usual(s, id, &class, what)) < 0)
		return -1;
	s->done++;
	(void)snprintf(outcome, sizeof(outcome), "%s%s%s", class, *what ? ": " : "", what);
	measure_progress(s, sys_name(id), outcome);
	return 0;
}

/* The floor as the search left it: of what is not needed, what does something, and what the shipped floor
 * has: other containers may do more than these, and what is made now and then (runc: futex) they may have
 * missed. What was denied and nothing came of it is no part of it: new runcs try fsopen, and do without. With
 * `doubtful` it is: calls may stand in for each other. */
static void divide(const struct search *s, bool doubtful, struct floor *ret)
{
	floor_init(ret);
	ret->lacks = 0;
	ret->exec = s->exec;
	ret->effect = s->effect;
	for (int id = 0; id < sys_count(); id++) {
		if (!profile_allows_some(&s->all, id))
			continue;
		if (sysset_has(&s->need, id))
			profile_put(&ret->need, id, profile_call(&s->all, id));
		else if (doubtful || !sysset_has(&s->no_use, id))
			allow_candidate(s, &ret->margin, id, false);
	}
}

/* One life for ten starts. */
static int confirm(struct search *s, const struct floor *f, bool *ret_failed)
{
	struct profile *joined = arena_alloc(s->arena, sizeof(*joined));
	char what[DIFFERENCE_TEXT];
	enum difference d = DIFFERS_NOT;

	if (!joined)
		return err_set(s->err, ERR_SYSTEM, "out of memory");
	measure_progress(s, "confirming", "");
	if (profile_join(joined, s->arena, &f->need, &f->margin, s->err) < 0 ||
	    measure_filter(s, joined, -1, 0) < 0 || start_until(s, s->plan->confirm, false, ret_failed) < 0)
		return -1;
	if (!*ret_failed && live_until(s, s->plan->confirm / 10 + 1, &d, what) < 0)
		return -1;
	*ret_failed |= d != DIFFERS_NOT;
	return 0;
}

static int search(struct search *s, struct floor *ret)
{
	bool failed;

	if (prepare(s) < 0 || try_all(s) < 0)
		return -1;
	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_some(&s->all, id) && try_without(s, id) < 0)
			return -1;
	divide(s, false, ret);
	if (confirm(s, ret, &failed) < 0)
		return -1;
	if (failed) {
		divide(s, true, ret);
		if (confirm(s, ret, &failed) < 0)
			return -1;
	}
	if (failed)
		return err_set(s->err, ERR_RUNTIME, "the floor found does not hold: a start failed with: %s",
			       s->bench->complaint);
	return measure_ways(ret, s);
}

int measure_floor(struct floor *ret, struct bench *b, struct arena *arena, const struct measure_plan *plan,
		  bool no_new_privileges, struct err *err)
{
	struct search *s = arena_alloc(arena, sizeof(*s));

	if (!s)
		return err_set(err, ERR_SYSTEM, "out of memory");
	*s = (struct search){.bench = b, .arena = arena, .plan = plan, .nnp = no_new_privileges, .err = err};
	int r = search(s, ret);
	life_free(&s->plain);
	progress_end();
	return r;
}
