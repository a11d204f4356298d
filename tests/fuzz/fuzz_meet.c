/* Two profiles from bytes: at and around every boundary their meet answers as the
 * more restrictive of both and their join as the less, the meet is disjoint,
 * writable and stable, and leaving architectures out leaves no wide condition
 * on a narrow one. */
#include "model/profile.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Few calls with few rules each: what costs most is the meet of many that overlap, and
 * it ends in a refusal, which says nothing. */
enum { CALLS = 2, RULES = 4, SIDES = 2, VECTORS = 200, NEIGHBOURS = 12, SHORT = 20, STABLE_MAX = 100 };

/* Every rule of both sides, for vectors that lie in one or just beside it. */
static struct conj seen[CALLS][SIDES * RULES];
static size_t nseen[CALLS];

struct input {
	const uint8_t *at, *end;
};

static unsigned take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* Small numbers, powers of two and their neighbours, or eight bytes. */
static uint64_t take_value(struct input *in)
{
	unsigned how = take(in);
	uint64_t v = 0;

	if (how < 64)
		return how;
	if (how < 192)
		return (UINT64_C(1) << how % 64) - how / 128;
	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | take(in);
	return v;
}

static struct action take_action(struct input *in)
{
	unsigned k = take(in);
	struct action a = {.kind = (enum act_kind)(ACT_ALLOW + k % (ACT_KILL_PROCESS - ACT_ALLOW + 1))};

	if (a.kind == ACT_ERRNO)
		a.errno_ret = k & 64 ? 38 : 1;
	return a;
}

static void take_rule(struct input *in, struct rule *r)
{
	memset(r, 0, sizeof(*r));
	r->act = take_action(in);
	for (unsigned n = take(in) % 3; n > 0; n--) {
		unsigned what = take(in), i = what % 3;
		struct cond c = {(enum cond_op)(what / 8 % COND_OP_COUNT), take_value(in), 0};
		if (c.op == COND_MASKED_EQ)
			c.value_two = take_value(in);
		r->when.used |= (uint8_t)(1u << i);
		r->when.arg[i] = c;
	}
}

static int take_profile(struct input *in, struct arena *arena, struct profile *p)
{
	unsigned flags = take(in);
	struct rule rules[RULES];
	struct err err;

	profile_init(p, take_action(in), 1u << ARCH_X86_64 | (flags & 6));
	for (int id = 0; id < CALLS; id++) {
		size_t n = take(in) % (RULES + 1);
		for (size_t i = 0; i < n; i++) {
			take_rule(in, &rules[i]);
			seen[id][nseen[id]++] = rules[i].when;
		}
		if (profile_set_rules(p, arena, id, rules, n,
				      flags & 1 ? RULES_FIRST_MATCH : RULES_LIBSECCOMP, &err))
			return -1;
	}
	return 0;
}

static void check(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_form(const struct profile *p, int id)
{
	const struct sysrules s = profile_call(p, id);

	for (uint32_t i = 0; i < s.nrules; i++) {
		check(action_equal(s.other, p->def) && !action_equal(s.rules[i].act, p->def));
		check(!conj_is_empty(&s.rules[i].when) && s.rules[i].when.used);
		/* Long lists by their neighbours here, and by make_vector's vectors. */
		for (uint32_t k = i > NEIGHBOURS ? i - NEIGHBOURS : 0; k < i; k++)
			check(conj_disjoint(&s.rules[i].when, &s.rules[k].when));
	}
}

static void check_same(const struct profile *p, const struct profile *q)
{
	for (int id = 0; id < CALLS; id++) {
		const struct sysrules s = profile_call(p, id), t = profile_call(q, id);
		check(s.nrules == t.nrules && action_equal(s.other, t.other));
		for (uint32_t i = 0; i < s.nrules; i++)
			check(!conj_compare(&s.rules[i].when, &t.rules[i].when) &&
			      action_equal(s.rules[i].act, t.rules[i].act));
	}
}

/* At most one rule holds. */
static void check_one(struct sysrules s, const uint64_t args[static COND_ARGS])
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s.nrules; i++)
		n += conj_holds(&s.rules[i].when, args);
	check(n < 2);
}

static unsigned dice(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(*state >> 33);
}

/* On the corner of a condition, or one value or bit beside it. */
static uint64_t corner(const struct cond *c, uint64_t *state)
{
	unsigned how = dice(state);
	uint64_t v = c->op == COND_MASKED_EQ ? c->value_two : c->value;

	if (c->op == COND_MASKED_EQ && how & 1)
		v |= ((uint64_t)dice(state) << 33 ^ dice(state)) & ~c->value;
	switch (how / 2 % 8) {
	case 0:
		return v - 1;
	case 1:
		return v + 1;
	case 2:
		return v ^ UINT64_C(1) << how / 16 % 64;
	default:
		return v;
	}
}

/* Two rules' corners, the second's over the first's, and now and then any value. */
static void make_vector(int id, uint64_t args[static COND_ARGS], uint64_t *state)
{
	for (unsigned i = 0; i < COND_ARGS; i++)
		args[i] = dice(state) % 4;
	for (unsigned times = nseen[id] ? 1 + dice(state) % 2 : 0; times > 0; times--) {
		const struct conj *c = &seen[id][dice(state) % nseen[id]];
		for (unsigned i = 0; i < COND_ARGS; i++)
			if (c->used & 1u << i)
				args[i] = corner(&c->arg[i], state);
	}
}

static void check_answers(const struct profile *a, const struct profile *b, const struct profile *met,
			  const struct profile *joined)
{
	uint64_t state = 1;

	for (int id = 0; id < CALLS; id++)
		for (unsigned v = 0; v < VECTORS; v++) {
			uint64_t args[COND_ARGS];
			make_vector(id, args, &state);
			struct action x = profile_eval(a, id, args), y = profile_eval(b, id, args);
			check(action_equal(profile_eval(met, id, args), action_meet(x, y)));
			if (v < SHORT || profile_call(met, id).nrules < SHORT)
				check_one(profile_call(met, id), args);
			if (joined)
				check(profile_eval(joined, id, args).kind ==
				      (x.kind < y.kind ? x.kind : y.kind));
		}
}

static void check_archs(struct profile *p)
{
	archset before = p->archs, dropped = profile_drop_narrow_archs(p, NULL);

	check((before & ~dropped) == p->archs && (dropped & ~before) == 0);
	check(profile_drop_narrow_archs(p, NULL) == 0);
	for (int id = 0; id < CALLS; id++)
		for (uint32_t i = 0; i < profile_call(p, id).nrules; i++)
			check(!conj_needs_64bit(&profile_call(p, id).rules[i].when) ||
			      profile_written(p, id) || p->archs == 1u << ARCH_X86_64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct profile a, b, met, again, joined;
	CLEANUP_ARENA struct arena arena = {0};
	struct input in = {data, data + size};
	struct err err;

	memset(nseen, 0, sizeof(nseen));
	if (take_profile(&in, &arena, &a) || take_profile(&in, &arena, &b) ||
	    profile_meet(&met, &arena, &a, &b, &err))
		return 0;
	bool has_join = !profile_join(&joined, &arena, &a, &b, &err);
	for (int id = 0; id < CALLS; id++)
		check_form(&met, id);
	check_answers(&a, &b, &met, has_join ? &joined : NULL);
	struct profile_size sz = profile_measure(&met);
	if (sz.conditions <= STABLE_MAX) {
		if (!profile_meet(&again, &arena, &met, &met, &err))
			check_same(&met, &again);
		if (!profile_meet(&again, &arena, &met, &b, &err))
			check_same(&met, &again);
	}
	check_archs(&met);
	return 0;
}
