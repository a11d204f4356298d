/* Two profiles from bytes: at and around every boundary their meet answers as the
 * more restrictive of both and their join as the less, the meet is disjoint,
 * writable and stable, and leaving architectures out leaves no wide condition
 * on a narrow one. */
#include "model/profile.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CALLS = 4, RULES = 24, VECTORS = 400 };

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
	for (unsigned n = take(in) % 4; n > 0; n--) {
		unsigned what = take(in), i = what % COND_ARGS;
		struct cond c = {(enum cond_op)(what / 8 % COND_OP_COUNT), take_value(in), 0};
		if (c.op == COND_MASKED_EQ)
			c.value_two = take_value(in);
		r->when.used |= (uint8_t)(1u << i);
		r->when.arg[i] = c;
	}
}

static int take_profile(struct input *in, struct arena *arena, struct profile *p, uint64_t *values,
			size_t *nvalues)
{
	unsigned flags = take(in);
	struct rule rules[RULES];
	struct err err;

	profile_init(p, take_action(in), 1u << ARCH_X86_64 | (flags & 6));
	for (int id = 0; id < CALLS; id++) {
		size_t n = take(in) % (RULES / CALLS);
		for (size_t i = 0; i < n; i++) {
			take_rule(in, &rules[i]);
			for (unsigned k = 0; k < COND_ARGS; k++)
				if (rules[i].when.used & 1u << k) {
					values[(*nvalues)++] = rules[i].when.arg[k].value;
					values[(*nvalues)++] = rules[i].when.arg[k].value_two;
				}
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
	const struct sysrules *s = &p->sys[id];

	for (uint32_t i = 0; i < s->nrules; i++) {
		check(action_equal(s->other, p->def) && !action_equal(s->rules[i].act, p->def));
		check(!conj_is_empty(&s->rules[i].when) && s->rules[i].when.used);
		for (uint32_t k = 0; k < i; k++)
			check(conj_disjoint(&s->rules[i].when, &s->rules[k].when));
	}
}

static void check_same(const struct profile *p, const struct profile *q)
{
	for (int id = 0; id < CALLS; id++) {
		const struct sysrules *s = &p->sys[id], *t = &q->sys[id];
		check(s->nrules == t->nrules && action_equal(s->other, t->other));
		for (uint32_t i = 0; i < s->nrules; i++)
			check(!conj_compare(&s->rules[i].when, &t->rules[i].when) &&
			      action_equal(s->rules[i].act, t->rules[i].act));
	}
}

static void check_answers(const struct profile *a, const struct profile *b, const struct profile *met,
			  const struct profile *joined, const uint64_t *values, size_t n)
{
	uint64_t state = n * 2654435761u + 1;

	for (unsigned v = 0; v < VECTORS; v++) {
		uint64_t args[COND_ARGS];
		for (unsigned i = 0; i < COND_ARGS; i++) {
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
			unsigned how = (unsigned)(state >> 33);
			args[i] = n ? values[how % n] + how / 1024 % 3 - 1 : how;
			if (how >> 20 & 1)
				args[i] ^= UINT64_C(1) << (how >> 21) % 64;
		}
		for (int id = 0; id < CALLS; id++) {
			struct action x = profile_eval(a, id, args), y = profile_eval(b, id, args);
			check(action_equal(profile_eval(met, id, args), action_meet(x, y)));
			if (joined)
				check(profile_eval(joined, id, args).kind ==
				      (x.kind < y.kind ? x.kind : y.kind));
		}
	}
}

static void check_archs(struct profile *p)
{
	archset before = p->archs, dropped = profile_drop_narrow_archs(p, NULL);

	check((before & ~dropped) == p->archs && (dropped & ~before) == 0);
	check(profile_drop_narrow_archs(p, NULL) == 0);
	for (int id = 0; id < CALLS; id++)
		for (uint32_t i = 0; i < p->sys[id].nrules; i++)
			check(!conj_needs_64bit(&p->sys[id].rules[i].when) || profile_written(p, id) ||
			      p->archs == 1u << ARCH_X86_64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct profile a, b, met, again, joined;
	CLEANUP_ARENA struct arena arena = {0};
	struct input in = {data, data + size};
	uint64_t values[2 * CALLS * RULES * 6];
	size_t n = 0;
	struct err err;

	if (take_profile(&in, &arena, &a, values, &n) || take_profile(&in, &arena, &b, values, &n) ||
	    profile_meet(&met, &arena, &a, &b, &err))
		return 0;
	bool has_join = !profile_join(&joined, &arena, &a, &b, &err);
	for (int id = 0; id < CALLS; id++)
		check_form(&met, id);
	check_answers(&a, &b, &met, has_join ? &joined : NULL, values, n);
	struct profile_size sz = profile_measure(&met);
	if (sz.conditions <= PROFILE_MAX_CONDITIONS) {
		if (!profile_meet(&again, &arena, &met, &met, &err))
			check_same(&met, &again);
		if (!profile_meet(&again, &arena, &met, &b, &err))
			check_same(&met, &again);
	}
	check_archs(&met);
	return 0;
}
