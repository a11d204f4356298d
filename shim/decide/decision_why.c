/* Why a call is in the closure or not: what each side says of it, in one line. */
#include "decide/created.h"
#include "decide/decision.h"
#include "decide/describe.h"
#include <errno.h>
#include <string.h>

enum { CONDITIONS_TOLD = 6 };

/* A side's word on one call. */
enum say { SAY_DENY, SAY_PART, SAY_ALLOW };

static enum say side_says(const struct profile *p, int id)
{
	if (profile_allows_all(p, id))
		return SAY_ALLOW;
	return profile_allows_some(p, id) ? SAY_PART : SAY_DENY;
}

/* The sides are met unless a gate before the meet refused. */
static bool was_met(const struct decision *d)
{
	return d->sides && (d->audit || d->verdict == VERDICT_ALLOW || d->gate >= GATE_SIZE);
}

static void put_side(struct buf *out, const struct profile *p, int id, const char *who,
		     const char *const verb[3])
{
	enum say say = side_says(p, id);

	buf_printf(out, "; %s %s", who, verb[say]);
	if (say == SAY_PART) {
		buf_putc(out, ' ');
		describe_where(out, profile_call(p, id), CONDITIONS_TOLD);
	}
}

static void put_needs(const struct decision *d, int id, struct buf *out)
{
	static const char *const verb[] = {"do not declare it", "declare it", "declare it"};

	if (!d->needs.declared)
		buf_puts(out, "; no needs are declared, so none take it away");
	else
		put_side(out, &d->needs.allow, id,
			 d->is_sandbox ? "the pause container's needs" : "the needs", verb);
}

/* The runtime's own calls. */
static void put_floor(const struct decision *d, int id, struct buf *out)
{
	static const char *const need[] = {"", "needs it", "needs it"};
	static const char *const margin[] = {"", "may need it", "may need it"};
	bool hard = side_says(&d->floor.need, id) != SAY_DENY;
	const struct profile *p = hard ? &d->floor.need : &d->floor.margin;

	if (side_says(p, id) == SAY_DENY)
		return;
	put_side(out, p, id, "the runtime itself", hard ? need : margin);
	buf_printf(out, " (%s)", d->floor.source);
	if (sysset_has(&d->floor_wider, id))
		buf_puts(out, ", whatever condition the needs declare");
}

static void put_ceiling(const struct decision *d, int id, struct buf *out)
{
	static const char *const verb[] = {"lacks it", "allows it", "allows it"};
	char who[160];

	(void)snprintf(who, sizeof(who), "the ceiling %s", d->whitelist.name);
	if (side_says(&d->whitelist.allow, id) == SAY_DENY && side_says(&d->whitelist.floor, id) != SAY_DENY)
		buf_printf(out, "; %s has it for the runtime's own calls only", who);
	else
		put_side(out, &d->whitelist.allow, id, who, verb);
}

static void put_engine(const struct decision *d, int id, struct buf *out)
{
	static const char *const verb[] = {"denies it", "allows it", "allows it"};

	if (d->created && sysset_has(&d->created->part, id))
		buf_puts(out, "; the engine's profile allows it under conditions, which create did not keep");
	else if (!d->has_engine)
		buf_puts(out, "; the engine wrote no profile");
	else
		put_side(out, &d->sides->engine, id, "the engine's profile", verb);
}

/* " by the needs, the ceiling strict-137 and the engine's profile": who took it. */
static void put_takers(const struct decision *d, int id, struct buf *out)
{
	const struct decision_sides *s = d->sides;
	const char *taker[3];
	unsigned n = 0;

	if (d->needs.declared && !profile_allows_some(&s->needs, id))
		taker[n++] = "the needs";
	if (!profile_allows_some(s->ceiling, id))
		taker[n++] = "the ceiling";
	if (!created_engine_allows(d, id))
		taker[n++] = "the engine's profile";
	for (unsigned i = 0; i < n; i++)
		buf_printf(out, "%s%s", i == 0 ? ", by " : i + 1 == n ? " and " : ", ", taker[i]);
}

/* The answer under runsc, which knows EPERM only, and passes on what ENOSYS is
 * due for and the sentry does not implement (decide/lower.c). */
static void put_sentry_answer(const struct decision *d, int id, struct buf *out)
{
	const struct sysrules closure = profile_call(&d->sides->closure, id);
	struct sysset enosys = {0};

	enosys_set(&enosys);
	if (!sysset_has(&d->sentry->table, id))
		buf_puts(out,
			 "denied with EPERM: this sentry's table lacks it, so that no filter can name it");
	else if (closure.nrules > 0 || closure.other.kind != ACT_ERRNO)
		describe_rules(out, closure);
	else if (closure.other.errno_ret == ENOSYS && sysset_has(&enosys, id) &&
		 sysset_has(&d->sentry->unimplemented, id))
		buf_puts(out, "passed on to the sentry, which answers ENOSYS");
	else
		describe_action(out, (struct action){ACT_ERRNO, EPERM});
}

void decision_why(const struct decision *d, int sys_id, struct buf *out)
{
	buf_printf(out, "%s: ", sys_name(sys_id));
	if (!d->sides) {
		buf_printf(out, "not looked at: the gate \"%s\" refuses the container before",
			   gate_name(d->gate));
		return;
	}
	if (!was_met(d)) {
		buf_printf(out, "in no filter: the gate \"%s\" refuses the container%s", gate_name(d->gate),
			   sysset_has(&d->outside, sys_id) ? ", for this call too" : "");
	} else {
		if (d->sentry)
			put_sentry_answer(d, sys_id, out);
		else
			describe_rules(out, profile_call(&d->sides->closure, sys_id));
		if (!profile_allows_some(&d->sides->closure, sys_id))
			put_takers(d, sys_id, out);
		else if (sysset_has(&d->floor_only, sys_id))
			buf_puts(out, ", only through the floor");
		else if (sysset_has(&d->init_only, sys_id))
			buf_printf(out, ", only for %s, the engine's init", d->init);
	}
	put_needs(d, sys_id, out);
	put_floor(d, sys_id, out);
	put_ceiling(d, sys_id, out);
	put_engine(d, sys_id, out);
}
