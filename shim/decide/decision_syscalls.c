#include "base/sha256.h"
#include "decide/created.h"
#include "decide/decision_work.h"
#include "decide/lower.h"
#include <errno.h>
#include <string.h>

/* What a call answers that only this side denies: ENOSYS where programs fall
 * back on that, or where only a sentry's table lacks it; else EPERM. */
static void set_answers(struct profile *side, const struct sysset *enosys, const struct sysset *table)
{
	for (int id = 0; id < sys_count(); id++) {
		struct action *other = &side->other[id];

		if (other->kind != ACT_ERRNO)
			continue;
		other->errno_ret =
			sysset_has(enosys, id) || (table && !sysset_has(table, id)) ? ENOSYS : EPERM;
	}
}

/* W for this container: what the ceiling allows anyone, and of what it allows
 * for runtimes only this runtime's own floor. */
static int build_ceiling(struct work *w)
{
	struct ceiling *wl = &w->d->whitelist;
	struct profile *cut = &w->d->sides->closure; /* until that is made */

	if (!wl->has_floor) {
		w->d->sides->ceiling = &wl->allow;
	} else {
		w->d->sides->ceiling = work_alloc(w, sizeof(*cut));
		if (!w->d->sides->ceiling)
			return -1;
		if (profile_meet(cut, w->arena, &wl->floor, w->floor, w->err) < 0 ||
		    profile_join(w->d->sides->ceiling, w->arena, &wl->allow, cut, w->err) < 0)
			return -1;
		w->d->sides->ceiling->archs = wl->allow.archs;
	}
	/* Only the engine's own rules are left as they were written. */
	memset(&w->d->sides->ceiling->as_written, 0, sizeof(w->d->sides->ceiling->as_written));
	set_answers(w->d->sides->ceiling, &w->enosys, sysset_count(&wl->table) > 0 ? &wl->table : NULL);
	return 0;
}

static bool other_arguments(struct sysrules a, struct sysrules b)
{
	for (uint32_t i = 0; i < a.nrules; i++)
		for (uint32_t k = 0; k < b.nrules; k++)
			if (a.rules[i].when.used != b.rules[k].when.used)
				return true;
	return false;
}

/* Alternatives over different arguments come apart into hundreds of rules, each a 64-bit word's bits long.
 * What the runtime can do without must not have a container refused for its size. */
static void yield_to_needs(struct work *w)
{
	struct floor *f = &w->d->floor;
	struct sysset left_out = {0};

	for (int id = 0; id < sys_count(); id++) {
		if ((!sysset_has(&f->exec, id) && !sysset_has(&f->effect, id)) ||
		    !other_arguments(profile_call(&w->d->needs.allow, id), profile_call(w->floor, id)))
			continue;
		profile_set(w->floor, id, w->floor->def);
		sysset_add(&left_out, id);
	}
	if (sysset_count(&left_out) > 0)
		work_warn(
			w,
			"the needs have conditions on other arguments than %s, whose calls are left out: %s",
			runtime_name(w->id->kind), work_names(w, &left_out));
}

/* A declared call that no kernel has: the program hears what the kernel would say. */
static void enosys_declared(struct work *w)
{
	const struct needs *n = &w->d->needs;

	for (uint32_t i = 0; i < n->nabsent; i++) {
		int id = sys_lookup(n->absent[i], strlen(n->absent[i]));

		if (sys_number(id, ARCH_NATIVE) >= 0)
			sysset_add(&w->enosys, id);
	}
}

static int build_needs(struct work *w)
{
	struct profile *n = &w->d->sides->needs, *own = n;

	if (!w->d->needs.declared)
		return 0;
	yield_to_needs(w);
	if (w->init && !(own = work_alloc(w, sizeof(*own))))
		return -1;
	if (profile_join(own, w->arena, &w->d->needs.allow, w->floor, w->err) < 0 ||
	    (w->init && profile_join(n, w->arena, own, w->init, w->err) < 0))
		return -1;
	n->archs = w->d->needs.allow.archs;
	enosys_declared(w);
	set_answers(n, &w->enosys, NULL);
	return 0;
}

/* C = (N ∪ F) ∩ W ∩ E. Where several deny, the engine's own answer stands, then
 * what the needs' side says, then the ceiling's. */
static int meet_sides(struct work *w)
{
	struct decision_sides *s = w->d->sides;
	struct profile *inner;

	if (build_ceiling(w) < 0 || build_needs(w) < 0)
		return -1;
	inner = s->ceiling;
	if (w->d->needs.declared) {
		inner = work_alloc(w, sizeof(*inner));
		if (!inner)
			return -1;
		if (profile_meet(inner, w->arena, &s->needs, s->ceiling, w->err) < 0)
			return -1;
	}
	return profile_meet(&s->closure, w->arena, &s->engine, inner, w->err);
}

static bool is_overridden(const struct work *w, int id)
{
	return !profile_allows_all(&w->d->needs.allow, id) &&
	       (profile_allows_all(w->floor, id) || (w->init && profile_allows_all(w->init, id)));
}

/* The init may fail where the image's program alone would not. */
static void warn_of_init(struct work *w)
{
	struct sysset lacking = {0};

	for (int id = 0; w->init && id < sys_count(); id++)
		if (profile_allows_some(w->init_need, id) && sys_number(id, ARCH_NATIVE) >= 0 &&
		    !profile_allows_some(&w->d->sides->closure, id))
			sysset_add(&lacking, id);
	if (sysset_count(&lacking) > 0)
		work_warn(w,
			  "the ceiling %s or the engine's profile denies calls of %s, which the engine puts "
			  "in front of the image's program: %s",
			  w->d->whitelist.name, w->d->init, work_names(w, &lacking));
}

/* Which gate took what, name by name. */
static void account(struct work *w)
{
	struct decision *d = w->d;
	struct decision_sides *s = d->sides;

	for (int id = 0; id < sys_count(); id++) {
		bool in_ceiling = profile_allows_some(s->ceiling, id);
		bool in_engine = created_engine_allows(d, id);
		bool in_needs = !d->needs.declared || profile_allows_some(&s->needs, id);
		bool declared = d->needs.declared && sysset_has(&d->needs.named, id);

		if (sys_number(id, ARCH_NATIVE) < 0)
			continue;
		if (in_ceiling && in_engine && !in_needs)
			sysset_add(&d->removed_needs, id);
		if (in_needs && in_engine && !in_ceiling)
			sysset_add(&d->removed_ceiling, id);
		if (in_needs && in_ceiling && !in_engine && (declared || d->has_engine))
			sysset_add(&d->removed_engine, id);
		if (!profile_allows_some(&s->closure, id))
			continue;
		sysset_add(&d->allowed, id);
		if (d->needs.declared && !declared)
			sysset_add(profile_allows_some(w->floor, id) ? &d->floor_only : &d->init_only, id);
		if (declared && is_overridden(w, id))
			sysset_add(&d->floor_wider, id);
	}
}

bool closure_fits(const struct profile *p, struct profile_size *ret_size)
{
	*ret_size = profile_measure(p);
	return ret_size->instructions <= PROFILE_MAX_INSTRUCTIONS &&
	       ret_size->conditions <= PROFILE_MAX_CONDITIONS;
}

int closure_lower(struct work *w, struct lowering *ret, const struct profile *p, struct err *err)
{
	return lower_profile(ret, w->arena, p, w->d->has_engine ? &w->d->sides->engine : NULL, w->id->kind,
			     w->id->version, work_fails_unknown(w), w->sentry, err);
}

static const char *are(const struct work *w)
{
	return w->d->audit ? "would be" : "are";
}

static void warn_of_archs(struct work *w)
{
	CLEANUP_BUF struct buf names = {0};

	for (unsigned a = 0; a < ARCH_COUNT; a++)
		if (w->d->dropped_archs & 1u << a)
			buf_printf(&names, " %s", arch_oci_name((enum arch_id)a));
	if (names.len)
		work_warn(w, "32-bit architectures %s left out, as the closure could not be held there:%s",
			  are(w), names.data);
}

static void warn_of_multiplexers(struct work *w, const struct profile *written)
{
	for (unsigned i = 0; i < MULTIPLEXERS; i++)
		if (multiplexer_loses(written, &w->d->sides->closure, i))
			work_warn(w,
				  "32-bit programs %s denied %s: libseccomp could not hold the conditions "
				  "on its calls there; declare %s to allow it as a whole",
				  are(w), sys_name(multiplexer(i)), sys_name(multiplexer(i)));
}

/* Whether this runtime enforces the closure, and kernel and libseccomp can load it. */
static bool pass_lowering(struct work *w, struct lowering *low)
{
	struct err lower_err = {0};
	struct profile_size size;

	if (closure_lower(w, low, &w->d->sides->closure, &lower_err) < 0) {
		(void)work_refuse(w, GATE_RUNTIME, "%s", lower_err.msg);
		return false;
	}
	w->d->dropped_archs = low->dropped;
	warn_of_archs(w);
	warn_of_multiplexers(w, &low->profile);
	if (closure_fits(&low->profile, &size))
		return true;
	(void)work_refuse(
		w, GATE_SIZE,
		"the filter would need about %u instructions and %u conditions, more than the %d and %d that "
		"can be loaded safely; declare fewer argument conditions",
		size.instructions, size.conditions, PROFILE_MAX_INSTRUCTIONS, PROFILE_MAX_CONDITIONS);
	return false;
}

static int write_section(struct work *w)
{
	struct decision *d = w->d;
	struct lowering *low = work_alloc(w, sizeof(*low));
	int loads;

	if (!low)
		return -1;
	loads = pass_lowering(w, low);
	if (d->audit)
		loads = audit_lowering(w, low);
	if (loads <= 0)
		return loads;
	if (profile_write(&low->profile, &low->style, w->arena, &d->section, w->err) < 0)
		return -1;
	if (d->section.failed)
		return err_set(w->err, ERR_SYSTEM, "out of memory");
	sha256_hex(d->section.data, d->section.len, d->sha256);
	d->inject = true;
	return 0;
}

int closure_build(struct work *w)
{
	if (meet_sides(w) < 0)
		return -1;
	account(w);
	warn_of_init(w);
	return write_section(w);
}
