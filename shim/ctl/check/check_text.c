#include "ctl/check/check.h"
#include "ctl/sheet.h"
#include "decide/sentence.h"
#include <stddef.h>
#include <string.h>

/* Keys as in the decision record. */
#define SET(key, label, member)                                                                              \
	{                                                                                                    \
		key, label, offsetof(struct decision, member)                                                \
	}
const struct check_set check_sets[] = {
	SET("outside_ceiling", "outside the ceiling", outside),
	SET("removed_by_needs", "taken by the needs", removed_needs),
	SET("removed_by_ceiling", "taken by the ceiling", removed_ceiling),
	SET("removed_by_engine", "taken by the engine", removed_engine),
	SET("floor_only", "only for the runtime", floor_only),
	SET("init_only", "only for the engine's init", init_only),
	SET("floor_overrides", "floor overrides", floor_wider),
};
const size_t check_nsets = ARRAY_LEN(check_sets);

static void tell_verdict(const struct ask *a, const struct err *error, struct buf *out)
{
	const struct decision *d = &a->decision;

	if (!a->has_decision) {
		sheet_line(out, "could not decide", "%s", error->msg);
		return;
	}
	if (d->verdict == VERDICT_ALLOW)
		sheet_line(out, "allowed", "%s", a->bundle_path);
	else
		sheet_line(out, "refused", "%s", d->sentence);
	if (d->verdict == VERDICT_REFUSE)
		sheet_line(out, "gate", "%s", gate_name(d->gate));
	if (d->audit)
		sheet_line(out, "audit mode", "%s",
			   d->verdict == VERDICT_REFUSE
				   ? "the refusal is recorded only, and the container starts"
				   : "what the closure would take away is logged, not denied");
}

static void tell_handler(const struct ask *a, struct buf *out)
{
	const struct handler *h = a->handler;

	sheet_line(out, "handler", "%s, level %s, from %s", h->name, check_level_name(h->level),
		   a->config.path ? a->config.path : "the defaults");
	if (a->has_identity)
		sheet_line(out, "runtime", "%s %s, %s", runtime_name(a->identity.kind),
			   a->identity.version_text, a->identity.path);
	sheet_line(out, "ceiling", "%s", h->ceiling);
	if (h->limit_over == OVER_NONE)
		sheet_line(out, "limit", "none");
	else
		sheet_line(out, "limit", "%u declared calls, else %s", h->limit_syscalls,
			   check_over_name(h->limit_over));
}

/* Where the image was asked for. Before a create the environment and conmon, which say which engine it is,
 * are not this program's. */
static void tell_asked(const struct ask *a, struct buf *out)
{
	const struct decision *d = &a->decision;
	bool by_record = d->created && d->created->asked;
	CLEANUP_BUF struct buf places = {0};

	for (size_t i = 0; d->asked && d->asked[i]; i++)
		buf_printf(&places, "%s%s", i ? ", " : "", d->asked[i]);
	if (places.len && !places.failed)
		sheet_line(out, "image asked of", "%s%s", places.data,
			   by_record ? ", as create recorded it" : "; no create has recorded another place");
}

static void tell_needs(const struct ask *a, struct buf *out)
{
	const struct needs *n = &a->decision.needs;
	CLEANUP_BUF struct buf sources = {0};

	for (uint32_t i = 0; i < n->nsources; i++)
		buf_printf(&sources, "%s%s", i ? ", " : "", n->source[i]);
	if (n->declared)
		sheet_line(out, "needs", "%u calls, from %s", sysset_count(&n->named),
			   sources.len ? sources.data : "?");
	else
		sheet_line(out, "needs", "none are declared: %s",
			   a->handler->on_missing == ON_MISSING_DENY ? "that is refused"
								     : "the ceiling counts alone");
}

/* After a gate has refused, what later steps would have found is not known. */
static void tell_sides(const struct ask *a, struct buf *out)
{
	const struct decision *d = &a->decision;

	if (!d->sides)
		return;
	tell_needs(a, out);
	sheet_line(out, "engine", "%s", d->has_engine ? "its profile is met" : "it wrote no profile");
	sheet_line(out, "floor", "%s", d->floor.source);
	if (d->inject)
		sheet_line(out, "closure", "%u calls, sha256 %s", sysset_count(&d->allowed), d->sha256);
	else if (d->verdict == VERDICT_ALLOW)
		sheet_line(out, "closure",
			   "none is injected: runsc has no audit mode, the engine's section stays");
	for (size_t i = 0; i < check_nsets; i++) {
		const struct sysset *set = check_set_of(d, &check_sets[i]);
		CLEANUP_BUF struct buf names = {0};

		sentence_names(&names, set, SYS_MAX);
		if (sysset_count(set) > 0 && !names.failed)
			sheet_line(out, check_sets[i].label, "%u: %s", sysset_count(set), names.data);
	}
}

static void tell_lines(struct buf *out, const char *label, const struct lines *lines)
{
	for (uint32_t i = 0; i < lines->n; i++)
		sheet_line(out, label, "%s", lines->v[i]);
	if (lines->more)
		sheet_line(out, label, "and %u more", lines->more);
}

void check_text(const struct ask *a, const struct advice *advice, const struct err *error, struct buf *out)
{
	tell_verdict(a, error, out);
	if (!a->handler)
		return;
	tell_handler(a, out);
	tell_asked(a, out);
	if (a->has_decision)
		tell_sides(a, out);
	tell_lines(out, "warning", &advice->warnings);
	tell_lines(out, "not enforced", &advice->not_enforced);
	tell_lines(out, "not read", &advice->not_read);
	tell_lines(out, "not refused yet", &advice->not_yet);
}
