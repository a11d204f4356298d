#include "base/text.h"
#include "decide/created.h"
#include "decide/decision_work.h"
#include "needs/init.h"
#include "oci/seccomp.h"
#include "site/floorfile.h"
#include <errno.h>
#include <string.h>

/* Compiled-in folders: the host's root may be seen as the overflow uid. */
static const struct file_trust trust = {.allow_overflow_uid = true};

static int read_engine(struct work *w)
{
	struct unknown_names unknown = {0};
	struct profile *engine = &w->d->sides->engine;
	char shown[80];

	profile_init(engine, (struct action){ACT_ALLOW, 0}, ARCHSET_ALL);
	if (!w->bundle->seccomp)
		return 0;
	w->d->has_engine = true;
	if ((w->sentry ? profile_read_sentry(engine, w->arena, &w->bundle->doc, w->bundle->seccomp,
					     w->sentry->spelling, &unknown, w->err)
		       : profile_read(engine, w->arena, &w->bundle->doc, w->bundle->seccomp, RULES_LIBSECCOMP,
				      &unknown, w->err)) < 0)
		return err_wrap(w->err, "%s/config.json: linux.seccomp", w->bundle->path);
	if (w->d->created) {
		created_restore(engine, w->d->created);
		w->d->has_engine = w->d->created->has_engine;
	}
	/* Names that are taken out are not there any more for crun to fail on. */
	if (unknown.acting && work_fails_unknown(w))
		return err_set(
			w->err, ERR_BUNDLE,
			"%s/config.json: linux.seccomp names \"%s\", which this version does not know, "
			"and the annotation run.oci.seccomp_fail_unknown_syscall asks to fail on that",
			w->bundle->path,
			text_show(shown, sizeof(shown), unknown.acting, strlen(unknown.acting)));
	if (unknown.n > 0)
		work_warn(w,
			  "the engine's profile names %zu calls that this version does not know: they are "
			  "denied",
			  unknown.n);
	return 0;
}

static int read_ceiling(struct work *w)
{
	const char *name = w->handler->ceiling;
	bool full = strcmp(name, "runtime:full") == 0;

	if (w->id->kind == RUNTIME_RUNSC) {
		w->sentry = work_alloc(w, sizeof(*w->sentry));
		if (!w->sentry)
			return -1;
		if (identity_ceiling(w->sentry, w->arena, w->id, full, w->err) < 0)
			return -1;
		w->d->sentry = w->sentry;
	}
	if (!full && strcmp(name, "runtime") != 0)
		return ceiling_load(&w->d->whitelist, w->arena, name, config_whitelist_dirs,
				    *name == '/' ? NULL : &trust, w->err);
	if (!w->sentry)
		return err_set(w->err, ERR_CONFIG,
			       "handler %s: the ceiling \"runtime\" is the table of a runsc, and %s has "
			       "none; name a "
			       "whitelist",
			       w->handler->name, runtime_name(w->id->kind));
	w->d->whitelist = *w->sentry;
	w->d->whitelist.name = name; /* "runtime": the binary's own release is in the record */
	return 0;
}

/* What a call of the runtime's own answers in this container where somebody denies it; 0: nobody does. The
 * runtime meets the engine's answer before ours. */
static int denied_with(const struct work *w, int id)
{
	const struct sysrules engine = profile_call(&w->d->sides->engine, id);
	const struct ceiling *c = &w->d->whitelist;

	if (!profile_allows_all(&w->d->sides->engine, id))
		return engine.other.kind == ACT_ERRNO ? engine.other.errno_ret : 0;
	if (profile_allows_all(&c->allow, id) || profile_allows_all(&c->floor, id))
		return 0;
	return sysset_has(&w->enosys, id) ? ENOSYS : EPERM;
}

/* Whether engine and ceiling leave all that a fall-back needs. */
static bool is_open(const struct work *w, const struct sysset *calls)
{
	const struct ceiling *c = &w->d->whitelist;

	for (int id = sysset_next(calls, 0); id >= 0; id = sysset_next(calls, id + 1))
		if (!profile_allows_some(&w->d->sides->engine, id) ||
		    !(profile_allows_some(&c->allow, id) || profile_allows_some(&c->floor, id)))
			return false;
	return true;
}

/* A runtime that survives a denied call without us has to survive it with us: the closure keeps what it calls
 * instead. */
static void fall_back(struct work *w)
{
	struct floor *f = &w->d->floor;

	for (unsigned i = 0; i < f->nfallbacks; i++) {
		const struct floor_fallback *way = &f->fallback[i];
		int answer = denied_with(w, way->denied);

		if (!answer || (way->answer && way->answer != answer))
			continue;
		floor_fall_back(f, way);
		if (is_open(w, &way->instead))
			sysset_add(&w->survives, way->denied);
	}
}

static void warn_of_floor(struct work *w, bool measured)
{
	const struct floor *f = &w->d->floor;
	char parts[FLOOR_PARTS_TEXT];

	if (!measured && f->outside_table)
		work_warn(w,
			  "%s %s is not in the table of floors: taken as %s; `clampctl floor measure` finds "
			  "its own",
			  runtime_name(w->id->kind), w->id->version_text, f->source);
	if (f->lacks)
		work_warn(w, "%s has no %s: taken from %s; `clampctl floor measure` finds them", f->source,
			  floor_parts(f->lacks, parts), f->filled);
}

static int read_floor(struct work *w)
{
	struct floor *f = &w->d->floor;
	bool nnp = bundle_no_new_privileges(w->bundle);
	bool measured = false;

	if (floorfile_load(f, &measured, w->arena, config_floors_dir, w->id->kind, w->id->key, nnp, &trust,
			   w->err) < 0)
		return -1;
	if (measured)
		floor_complete(f, w->id->kind, w->id->version, nnp);
	else
		floor_lookup(f, w->id->kind, w->id->version, nnp);
	warn_of_floor(w, measured);
	if (!jdoc_get(&w->bundle->doc, w->bundle->linux_obj, "personality"))
		floor_leave_out(f, "personality");
	fall_back(w);
	if (w->d->needs.declared)
		floor_imply(f, &w->d->needs.named);
	w->floor = work_alloc(w, sizeof(*w->floor));
	return w->floor ? profile_join(w->floor, w->arena, &f->need, &f->margin, w->err) : -1;
}

/* Where nothing is declared nothing is taken from it. */
static int read_init(struct work *w)
{
	const struct init *init = w->d->needs.declared ? init_find(w->bundle, w->arena) : NULL;
	struct profile *calls = init ? work_alloc(w, 2 * sizeof(*calls)) : NULL;

	if (!calls)
		return init ? -1 : 0;
	init_calls(&calls[0], &calls[1], init);
	w->init_need = &calls[0];
	w->init = &calls[1];
	w->d->init = init_name(init);
	return 0;
}

int sides_read(struct work *w)
{
	w->d->sides = work_alloc(w, sizeof(*w->d->sides));
	if (!w->d->sides)
		return -1;
	if (read_ceiling(w) < 0 || read_engine(w) < 0 || sources_read(w) < 0 || read_floor(w) < 0 ||
	    read_init(w) < 0)
		return -1;
	return 0;
}
