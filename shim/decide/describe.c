#include "decide/describe.h"
#include <string.h>

enum { CONJS_TOLD = 6 };

/* Small numbers are counted by people, large ones are flags. */
static void put_number(struct buf *out, uint64_t v)
{
	if (v < 1024)
		buf_u64(out, v);
	else
		buf_printf(out, "0x%llx", (unsigned long long)v);
}

static void put_cond(struct buf *out, unsigned index, const struct cond *c)
{
	static const char *const sign[COND_OP_COUNT] = {
		[COND_NE] = "!=", [COND_LT] = "<", [COND_LE] = "<=",	   [COND_EQ] = "==",
		[COND_GE] = ">=", [COND_GT] = ">", [COND_MASKED_EQ] = "&",
	};

	buf_printf(out, "arg%u %s ", index, sign[c->op]);
	if (c->op == COND_MASKED_EQ)
		buf_printf(out, "0x%llx == ", (unsigned long long)c->value);
	put_number(out, c->op == COND_MASKED_EQ ? c->value_two : c->value);
}

/* "arg0 & 0x7e020000 == 0 and arg1 < 3"; "any arguments" without conditions. */
static void describe_conj(struct buf *out, const struct conj *when)
{
	bool first = true;

	for (unsigned i = 0; i < COND_ARGS; i++) {
		if (!(when->used & 1u << i))
			continue;
		if (!first)
			buf_puts(out, " and ");
		put_cond(out, i, &when->arg[i]);
		first = false;
	}
	if (first)
		buf_puts(out, "any arguments");
}

void describe_action(struct buf *out, struct action act)
{
	static const char *const words[] = {
		[ACT_ALLOW] = "allowed",
		[ACT_LOG] = "allowed and logged",
		[ACT_TRACE] = "handed to a tracer",
		[ACT_NOTIFY] = "handed to the engine's listener",
		[ACT_ERRNO] = "denied with ",
		[ACT_TRAP] = "answered with SIGSYS",
		[ACT_KILL_THREAD] = "killed (the thread)",
		[ACT_KILL_PROCESS] = "killed (the process)",
	};
	const char *name;

	buf_puts(out, words[act.kind]);
	if (act.kind != ACT_ERRNO)
		return;
	name = strerrorname_np(act.errno_ret);
	if (name)
		buf_puts(out, name);
	else
		buf_printf(out, "errno %u", (unsigned)act.errno_ret);
}

/* The conditions of all rules for which `in` says so: the rules are disjoint,
 * so their order does not matter. */
static void put_where(struct buf *out, struct sysrules rules, unsigned max,
		      bool (*in)(struct action a, struct action b), struct action act)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < rules.nrules; i++) {
		if (!in(rules.rules[i].act, act))
			continue;
		if (n < max) {
			buf_puts(out, n ? " or " : "where ");
			describe_conj(out, &rules.rules[i].when);
		}
		n++;
	}
	if (n > max)
		buf_printf(out, " or %u more", n - max);
}

static bool allows_alike(struct action a, struct action b)
{
	return (a.kind <= ACT_LOG) == (b.kind <= ACT_LOG);
}

void describe_where(struct buf *out, struct sysrules rules, unsigned max)
{
	bool open = rules.other.kind <= ACT_LOG;

	if (open)
		buf_puts(out, "except ");
	put_where(out, rules, max, allows_alike, (struct action){open ? ACT_ERRNO : ACT_ALLOW, 0});
}

static bool told_before(struct sysrules rules, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (action_equal(rules.rules[i].act, rules.rules[at].act))
			return true;
	return false;
}

/* Whether some rule holds whatever the arguments; false also where that is too much to find out. */
static bool leaves_nothing(struct sysrules rules)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct conj any = {0};
	struct conj_list rest = {.v = &any, .n = 1};

	for (uint32_t i = 0; i < rules.nrules; i++) {
		struct conj_list less = {0};
		struct err ignored;

		for (size_t k = 0; k < rest.n; k++)
			if (conj_subtract(&arena, &rest.v[k], &rules.rules[i].when, &less, &ignored) < 0)
				return false;
		rest = less;
	}
	return rest.n == 0;
}

/* Where the rules hold for all arguments, the rest is what the mildest of them answers: `other` never is. */
void describe_rules(struct buf *out, struct sysrules rules)
{
	struct action rest = rules.other;
	bool none = rules.nrules && leaves_nothing(rules);
	const char *last = "";

	for (uint32_t i = 0; none && i < rules.nrules; i++)
		if (i == 0 || rules.rules[i].act.kind < rest.kind)
			rest = rules.rules[i].act;
	for (uint32_t i = 0; i < rules.nrules; i++) {
		if (told_before(rules, i) || (none && action_equal(rules.rules[i].act, rest)))
			continue;
		describe_action(out, rules.rules[i].act);
		buf_putc(out, ' ');
		put_where(out, rules, CONJS_TOLD, action_equal, rules.rules[i].act);
		buf_puts(out, ", ");
		last = "else ";
	}
	buf_puts(out, last);
	describe_action(out, rest);
}
