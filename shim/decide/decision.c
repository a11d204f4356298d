#include "decide/decision.h"
#include "base/text.h"
#include "decide/decision_work.h"
#include "decide/doors.h"
#include "decide/sentence.h"
#include <errno.h>
#include <string.h>

const char *gate_name(enum gate g)
{
	static const char *const names[GATE_COUNT] = {
		[GATE_NONE] = "none",	    [GATE_BACKDOOR] = "backdoor", [GATE_NEEDS] = "needs",
		[GATE_CEILING] = "ceiling", [GATE_LIMIT] = "limit",	  [GATE_FLOOR] = "floor",
		[GATE_SIZE] = "size",	    [GATE_RUNTIME] = "runtime",
	};

	return names[g];
}

static bool pass_backdoor(struct work *w)
{
	struct backdoor_hit hit;

	if (!backdoor_find(w->bundle, w->id->kind, &w->cri, w->config, &hit))
		return true;
	char shown[128];
	text_show(shown, sizeof(shown), hit.key, strlen(hit.key));
	return !work_refuse(w, GATE_BACKDOOR, "the %s \"%s\" %s: runclamp refuses it under %s; remove it",
			    hit.kind, shown, hit.sentence, runtime_name(w->id->kind));
}

static bool pass_needs(struct work *w)
{
	if (w->d->needs.declared || w->handler->on_missing != ON_MISSING_DENY)
		return true;
	return !work_refuse(
		w, GATE_NEEDS,
		"the container declares no needs, and handler %s refuses that (on_missing = \"deny\"); "
		"declare its calls in the annotation or the image's label io.runclamp.syscalls",
		w->handler->name);
}

/* How many calls are declared, if that is more than the limit; else 0. */
static unsigned over_limit(const struct work *w)
{
	const struct decision *d = w->d;
	unsigned n = d->needs.declared && !d->is_sandbox ? sysset_count(&d->needs.named) : 0;

	return w->handler->limit_over == OVER_NONE || n <= w->handler->limit_syscalls ? 0 : n;
}

/* One sentence for both gates: whoever mends the first should not learn of the second only then. */
static bool refuse_outside(struct work *w)
{
	const struct decision *d = w->d;
	unsigned outside = sysset_count(&d->outside);
	unsigned over = w->handler->limit_over == OVER_DENY ? over_limit(w) : 0;
	char limit[96] = "", all[128] = "";

	if (over > 0)
		(void)snprintf(limit, sizeof(limit),
			       ", and it declares %u calls, where at most %u are allowed (limits.syscalls)",
			       over, w->handler->limit_syscalls);
	if (outside > SENTENCE_NAMES)
		(void)snprintf(all, sizeof(all), "; clampctl check --handler %s BUNDLE lists them all",
			       w->handler->name);
	return !work_refuse(
		w, GATE_CEILING,
		"the image needs %s, which the ceiling %s of handler %s does not allow%s; take %s out of "
		"its needs, or choose another ceiling%s for the handler%s",
		work_names(w, &d->outside), d->whitelist.name, w->handler->name, limit,
		outside == 1 ? "it" : "them", over > 0 ? " and a higher limit" : "", all);
}

/* Needs that the ceiling lacks. What programs try first and do without refuses nobody: every recording has
 * it. */
static void find_outside(struct work *w)
{
	struct decision *d = w->d;
	const struct profile *allow = &d->whitelist.allow;
	struct sysset left_out = {0};

	for (int id = sysset_next(&d->needs.named, 0); id >= 0; id = sysset_next(&d->needs.named, id + 1))
		if (!profile_allows_some(allow, id))
			sysset_add(enosys_optional(id, allow) ? &left_out : &d->outside, id);
	if (sysset_count(&left_out) > 0)
		work_warn(w,
			  "the ceiling %s lacks declared calls that programs do without, and they are left "
			  "out: %s",
			  d->whitelist.name, work_names(w, &left_out));
}

/* Gate 1, by name: conditions never refuse, they narrow in the meet. */
static bool pass_ceiling(struct work *w)
{
	struct decision *d = w->d;

	if (!d->needs.declared || d->is_sandbox)
		return true;
	find_outside(w);
	if (sysset_count(&d->outside) == 0)
		return true;
	if (w->handler->level == LEVEL_PERMISSIVE) {
		work_warn(w, "needs outside the ceiling %s are left out: %s", d->whitelist.name,
			  work_names(w, &d->outside));
		return true;
	}
	return refuse_outside(w);
}

static bool pass_limit(struct work *w)
{
	unsigned n = over_limit(w);

	if (n == 0)
		return true;
	if (w->handler->limit_over == OVER_WARN) {
		work_warn(w, "the image declares %u calls, more than the limit of %u", n,
			  w->handler->limit_syscalls);
		return true;
	}
	return !work_refuse(
		w, GATE_LIMIT,
		"the image declares %u calls, and handler %s allows at most %u (limits.syscalls); declare "
		"fewer, or raise the limit",
		n, w->handler->name, w->handler->limit_syscalls);
}

/* Whether the ceiling has a call for the runtime. */
static bool ceiling_has(const struct decision *d, int id)
{
	return profile_allows_some(&d->whitelist.allow, id) || profile_allows_some(&d->whitelist.floor, id);
}

/* Calls that the ceiling takes from the runtime and that refuse nothing: their loss must not be silent. What
 * the engine takes, the container would lack without us too. */
static void warn_of_loss(struct work *w)
{
	struct decision *d = w->d;
	struct sysset exec = {0};

	for (int id = sysset_next(&d->floor.exec, 0); id >= 0; id = sysset_next(&d->floor.exec, id + 1))
		if (!ceiling_has(d, id) && !sysset_has(&w->survives, id))
			sysset_add(&exec, id);
	if (sysset_count(&exec) > 0)
		work_warn(w, "the ceiling %s lacks calls of %s exec, which will fail in this container: %s",
			  d->whitelist.name, runtime_name(w->id->kind), work_names(w, &exec));
	for (int id = sysset_next(&d->floor.effect, 0); id >= 0; id = sysset_next(&d->floor.effect, id + 1))
		if (!ceiling_has(d, id) && !sysset_has(&w->survives, id))
			work_warn(w, "the ceiling %s lacks %s, which %s calls: %s", d->whitelist.name,
				  sys_name(id), runtime_name(w->id->kind), floor_effect(id));
}

/* Whether a denial by the engine is one that was measured: another errno, a tracer or a listener may let it
 * pass. */
static bool denies_surely(const struct profile *engine, int id)
{
	struct action act = engine->other[id];

	if (profile_allows_some(engine, id) || profile_call(engine, id).nrules > 0)
		return false;
	return act.kind > ACT_ERRNO ||
	       (act.kind == ACT_ERRNO && (act.errno_ret == EPERM || act.errno_ret == ENOSYS));
}

/* What the engine's profile denies of the runtime's own calls. Mostly a warning: the runtime may survive it,
 * and would behave the same without us. Where it surely can't, its own words would be a riddle. */
static bool pass_engine(struct work *w)
{
	struct decision *d = w->d;
	struct sysset denied = {0}, surely = {0};

	for (int id = 0; id < sys_count(); id++) {
		if (!profile_allows_all(&d->floor.need, id) || sysset_has(&w->survives, id) ||
		    profile_allows_all(&d->sides->engine, id))
			continue;
		sysset_add(&denied, id);
		if (sysset_has(&d->floor.sure, id) && denies_surely(&d->sides->engine, id))
			sysset_add(&surely, id);
	}
	if (sysset_count(&denied) > 0)
		work_warn(w, "the engine's profile denies calls that %s itself makes: %s",
			  runtime_name(w->id->kind), work_names(w, &denied));
	if (sysset_count(&surely) == 0 || d->floor.outside_table)
		return true;
	return !work_refuse(
		w, GATE_FLOOR,
		"the engine's profile denies %s, which %s itself needs to start a container: it would "
		"fail, with or without runclamp; allow %s in that profile",
		work_names(w, &surely), runtime_name(w->id->kind),
		sysset_count(&surely) == 1 ? "it" : "them");
}

/* Gate 4: the runtime's own calls. */
static bool pass_floor(struct work *w)
{
	struct decision *d = w->d;
	struct sysset lacking = {0};

	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_all(&d->floor.need, id) && !sysset_has(&w->survives, id) &&
		    !profile_allows_all(&d->whitelist.allow, id) &&
		    !profile_allows_all(&d->whitelist.floor, id))
			sysset_add(&lacking, id);
	warn_of_loss(w);
	if (sysset_count(&lacking) == 0)
		return pass_engine(w);
	return !work_refuse(
		w, GATE_FLOOR,
		"%s itself needs %s to start a container, which the ceiling %s does not allow; add %s to the "
		"ceiling's floor",
		runtime_name(w->id->kind), work_names(w, &lacking), d->whitelist.name,
		sysset_count(&lacking) == 1 ? "it" : "them");
}

static int decide(struct work *w)
{
	if (sources_ask(w) < 0)
		return -1;
	if (!pass_backdoor(w))
		return 0;
	if (sides_read(w) < 0)
		return -1;
	if (!pass_needs(w) || !pass_ceiling(w) || !pass_limit(w) || !pass_floor(w))
		return 0;
	return closure_build(w);
}

int decision_make(struct decision *ret, struct arena *arena, const struct config *c, const struct handler *h,
		  const struct bundle *b, const struct identity *id, const char *container, const char *image,
		  struct err *err)
{
	struct work w = {
		.d = ret,
		.arena = arena,
		.config = c,
		.handler = h,
		.bundle = b,
		.id = id,
		.container = container,
		.image = image,
		.err = err,
	};

	ret->audit = h->mode == MODE_AUDIT;
	enosys_set(&w.enosys);
	return decide(&w);
}

void decision_free(struct decision *d)
{
	buf_free(&d->section);
}
