#include "model/rules.h"

#include <errno.h>
#include <string.h>

/* libseccomp 2.5.4 writes a rule for one of these calls on X86 twice: for its
 * own number, if it has one, and for the call that multiplexes it, with the
 * member's code in place of the rule's condition on argument 0. Conditions on
 * others stay as they are, and so judge the multiplexer's own arguments, which are
 * a pointer to the member's. The order is the kernel's. */
struct mux {
	const char *call;
	const char *members; /* separated by blanks */
};
static const struct mux muxes[] = {
	{"socketcall", "socket bind connect listen accept getsockname getpeername socketpair send recv "
		       "sendto recvfrom shutdown "
		       "setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg"},
	{"ipc", "semop semget semctl semtimedop msgsnd msgrcv msgget msgctl shmat shmdt shmget shmctl"},
};

/* The least and the most restrictive that a set of answers holds. */
struct range {
	enum act_kind least, most;
	bool any;
};

static void widen(struct range *r, struct action act)
{
	if (!r->any || act.kind < r->least)
		r->least = act.kind;
	if (!r->any || act.kind > r->most)
		r->most = act.kind;
	r->any = true;
}

static struct range answers(const struct profile *p, int id)
{
	struct given g = given(p, id);
	struct range r = {0};

	widen(&r, p->other[id]);
	for (uint32_t i = 0; i < g.n; i++)
		widen(&r, g.rules[i].act);
	return r;
}

/* A rule for it without conditions, which beats those that are written for members
 * behind it: a section has such names first, but not what stays as it was written. */
static bool is_explicit(const struct profile *p, int call)
{
	return !has_rules(p, call) && !action_equal(p->other[call], p->def);
}

/* What the compiled program may answer to `call` with the member's code. */
static struct range answers_through(const struct profile *p, int call, int member)
{
	struct given m = given(p, member);
	struct range r = {0};

	if (is_explicit(p, call)) {
		widen(&r, p->other[call]);
		return r;
	}
	if (given(p, call).n) {
		r = answers(p, call);
		widen(&r, p->def);
	}
	for (uint32_t i = 0; i < m.n; i++) {
		widen(&r, m.rules[i].act);
		if (m.rules[i].when.used > 1)
			widen(&r, p->def);
	}
	if (!m.n || !action_equal(p->other[member], p->def))
		widen(&r, p->other[member]);
	return r;
}

typedef bool mux_test(const struct profile *p, const struct profile *side, int call, int member);

_Static_assert(ARRAY_LEN(muxes) == MULTIPLEXERS, "profile.h says how many there are");

/* The call's id and its members', then -1; found once, as every meet asks for them. */
static const int *mux_ids(const struct mux *m)
{
	enum { MEMBERS_MAX = 24 };
	static int found[MULTIPLEXERS][MEMBERS_MAX];
	static bool known[MULTIPLEXERS];
	int *ids = found[m - muxes], n = 0;

	if (known[m - muxes])
		return ids;
	ids[n++] = sys_lookup(m->call, strlen(m->call));
	for (const char *name = m->members; *name && n < MEMBERS_MAX - 1;) {
		size_t len = strcspn(name, " ");
		int member = sys_lookup(name, len);
		if (member >= 0)
			ids[n++] = member;
		name += len + strspn(name + len, " ");
	}
	ids[n] = -1;
	known[m - muxes] = true;
	return ids;
}

int multiplexer(unsigned i)
{
	return mux_ids(&muxes[i])[0];
}

bool multiplexer_carries(int id)
{
	for (unsigned i = 0; i < MULTIPLEXERS; i++)
		for (const int *member = mux_ids(&muxes[i]) + 1; *member >= 0; member++)
			if (*member == id)
				return true;
	return false;
}

static bool any_member(const struct mux *m, const struct profile *p, const struct profile *side,
		       mux_test *test)
{
	const int *ids = mux_ids(m);

	for (const int *member = ids + 1; ids[0] >= 0 && *member >= 0; member++)
		if (test(p, side, ids[0], *member))
			return true;
	return false;
}

/* Whether libseccomp gets the same for a call of both. */
static bool is_as_in(const struct profile *p, const struct profile *side, int id)
{
	if (!action_equal(p->def, side->def))
		return false;
	if (profile_written(p, id) || profile_written(side, id))
		return profile_written(p, id) && profile_written(side, id);
	return !profile_has_rules(p, id) && !profile_has_rules(side, id) &&
	       action_equal(p->other[id], side->other[id]);
}

/* The same of what it writes for socketcall or ipc. Which of two actions stands where rules of the call's
 * own meet a member's hangs on their order, and a section may have had another one. */
static bool is_multiplexed_as_in(const struct profile *p, const struct profile *side, int call, int member)
{
	return is_as_in(p, side, member) && is_as_in(p, side, call) &&
	       !(profile_written(p, call) && given(p, member).n);
}

static bool wider_than_side(const struct profile *p, const struct profile *side, int call, int member)
{
	if (is_multiplexed_as_in(p, side, call, member))
		return false;
	return answers_through(p, call, member).least < answers_through(side, call, member).most;
}

/* Without their conditions they may be one rule with two actions: EEXIST. The
 * engine's own loads where everything that it meets there is the engine's, too; and
 * behind a rule without conditions for the call itself none is looked at. */
static bool may_conflict(const struct profile *p, const struct profile *engine, int call, int member)
{
	struct given m = given(p, member);
	bool differ = false;

	if (is_explicit(p, call))
		return false;
	for (uint32_t i = 1; i < m.n; i++)
		differ |= !action_equal(m.rules[i].act, m.rules[0].act);
	return differ &&
	       !(engine && engine->archs & 1u << ARCH_X86 && is_multiplexed_as_in(p, engine, call, member));
}

/* Wider than what the profile says of the member, or not loadable at all. What it
 * says of the call itself is no loss. */
static bool wider_than_member(const struct profile *p, const struct profile *engine, int call, int member)
{
	if (may_conflict(p, engine, call, member))
		return true;
	if (is_explicit(p, call) || profile_written(p, member))
		return false;
	return answers_through(p, call, member).least < answers(p, member).most;
}

/* A denial of the call by name, whatever its members do: it stands before their rules.
 * Not the default's answer, which runtimes leave out; socket(2) and shmget(2) have it. */
static const struct action multiplexer_denied = {ACT_ERRNO, EACCES};

static bool denies_more(const struct profile *p, const struct profile *side, int call, int member)
{
	(void)p;
	return answers_through(side, call, member).most > multiplexer_denied.kind;
}

/* Whether X86 cannot be held against a side; else which calls have to be denied there. */
static bool mux_unfit(const struct profile *ret, const struct profile *side, unsigned *ret_deny)
{
	for (size_t i = 0; i < ARRAY_LEN(muxes); i++) {
		if (!any_member(&muxes[i], ret, side, wider_than_side))
			continue;
		if (any_member(&muxes[i], ret, side, denies_more))
			return true;
		*ret_deny |= 1u << i;
	}
	return false;
}

/* Denies on X86 what its members' rules would open there; whether that does not help. */
static bool deny_multiplexers(struct profile *p, const struct profile *engine)
{
	unsigned deny = p->deny_multiplexed;

	p->deny_multiplexed = 0;
	for (unsigned i = 0; i < MULTIPLEXERS; i++) {
		if (!(deny & 1u << i) && !any_member(&muxes[i], p, engine, wider_than_member))
			continue;
		if (p->def.kind != ACT_ERRNO || action_equal(p->def, multiplexer_denied) ||
		    any_member(&muxes[i], p, p, denies_more))
			return true;
		profile_set(p, multiplexer(i), multiplexer_denied);
		p->deny_multiplexed |= 1u << i;
	}
	return false;
}

static bool allows_some(const struct profile *p, const struct profile *side, int call, int member)
{
	(void)side;
	(void)call;
	return profile_allows_some(p, member);
}

bool multiplexer_loses(const struct profile *written, const struct profile *closure, unsigned i)
{
	return written->deny_multiplexed & 1u << i && any_member(&muxes[i], closure, NULL, allows_some);
}

/* Whether, on an architecture of 32 bits, a side may deny what ret allows there: a
 * condition that needs more is cut by libseccomp, also where it made no difference
 * and is not there any more. */
static bool loses_bits(const struct profile *ret, const struct profile *side, int id)
{
	struct given g = given(side, id);
	bool wide = false;

	for (uint32_t i = 0; i < g.n; i++)
		wide |= conj_needs_64bit(&g.rules[i].when);
	if (!wide || profile_written(ret, id))
		return false;
	enum act_kind most = answers(side, id).most;
	if (profile_written(side, id) && side->def.kind > most)
		most = side->def.kind;
	return profile_has_rules(ret, id) || ret->other[id].kind < most;
}

archset profile_meet_unfit(struct profile *ret, const struct profile *a, const struct profile *b)
{
	archset unfit = a->unfit | b->unfit, narrow = narrow_archs();

	/* There a side is what its default says, and nothing else. */
	unfit |= archs_miscompiled(a, ret) | archs_miscompiled(b, ret);
	if (!(ret->archs & narrow & ~unfit))
		return unfit;
	for (int id = 0; id < sys_count(); id++)
		if ((has_rules(a, id) && loses_bits(ret, a, id)) ||
		    (has_rules(b, id) && loses_bits(ret, b, id)))
			return unfit | narrow;
	if (ret->archs & 1u << ARCH_X86 &&
	    (mux_unfit(ret, a, &ret->deny_multiplexed) || mux_unfit(ret, b, &ret->deny_multiplexed)))
		unfit |= 1u << ARCH_X86;
	return unfit;
}

/* socketcall counts its members, ipc has four of each kind from 1, 11 and 21 on. */
static uint64_t mux_code(size_t mux, size_t member)
{
	return mux == 0 ? member + 1 : member / 4 * 10 + member % 4 + 1;
}

size_t multiplexer_rules(const struct profile *p, unsigned i, struct rule ret[static MULTIPLEXER_RULES])
{
	const int *ids = mux_ids(&muxes[i]);
	size_t n = 0;

	if (is_explicit(p, ids[0]))
		return 0;
	for (size_t m = 0; ids[m + 1] >= 0; m++) {
		struct given g = given(p, ids[m + 1]);
		struct rule whole = {.act = p->other[ids[m + 1]]};

		if (!is_named(p, ids[m + 1]))
			continue;
		for (uint32_t k = 0; k < g.n || (k == 0 && !g.n); k++) {
			if (n == MULTIPLEXER_RULES)
				return SIZE_MAX;
			ret[n] = g.n ? g.rules[k] : whole;
			ret[n].when.used |= 1;
			ret[n++].when.arg[0] = (struct cond){.op = COND_EQ, .value = mux_code(i, m)};
		}
	}
	return n;
}

/* AARCH64 cannot be left out: the names can, and with them ARM. */
static archset clear_absent_names(struct profile *p)
{
	if (!(p->archs & 1u << ARCH_AARCH64) || !loses_number(p, ARCH_AARCH64, ARCH_AARCH64))
		return 0;
	for (int id = 0; id < sys_count(); id++)
		if (sys_number(id, ARCH_AARCH64) < 0)
			profile_set(p, id, p->def);
	return 1u << ARCH_ARM;
}

archset profile_drop_narrow_archs(struct profile *p, const struct profile *engine)
{
	archset drop = p->unfit | clear_absent_names(p);

	for (int id = 0; id < sys_count(); id++)
		if (profile_loses_bits(p, id))
			drop |= narrow_archs();
	if (p->archs & ~drop & 1u << ARCH_X86 && deny_multiplexers(p, engine))
		drop |= 1u << ARCH_X86;
	if (p->archs & ~drop & 1u << ARCH_X86 && multiplexer_shares_blocks(p))
		drop |= 1u << ARCH_X86;
	drop |= archs_miscompiled(p, p); /* a multiplexer has no number elsewhere */
	drop &= p->archs;
	p->archs &= ~drop;
	/* 64 bits say what was read: there libseccomp may get other rules right. */
	if (!(p->archs & narrow_archs()))
		memset(&p->as_written, 0, sizeof(p->as_written));
	return drop;
}
