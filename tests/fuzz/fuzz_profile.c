/* A seccomp section: what is written means what was read, under the same order
 * of rules, and writing it again gives the same bytes. The first byte picks
 * order and style. */
#include "oci/seccomp.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct jlimits limits = {.depth = 32, .tokens = 1 << 14};
static const struct emit_style styles[] = {
	{.errno_ret = true, .archs = ARCHSET_ALL},
	{.errno_ret = true, .archs = ARCHSET_ALL, .cache_key = true},
	{.errno_ret = true, .archs = ARCHSET_ALL, .stub_names = {"mseal"}},
	{.archs = ARCHSET_ALL, .kill_as_kill = true},
};

enum { RULES_SAMPLED = 8 };

/* As the style can say it. */
static struct action carried(const struct emit_style *style, struct action a)
{
	if (!style->errno_ret && (a.kind == ACT_ERRNO || a.kind == ACT_TRACE))
		a.errno_ret = 1;
	if (style->kill_as_kill && a.kind == ACT_KILL_PROCESS)
		a.kind = ACT_KILL_THREAD;
	return a;
}

static void same_answer(const struct profile *p, const struct profile *back, int id,
			const struct emit_style *style, const uint64_t args[static COND_ARGS])
{
	struct action want = carried(style, profile_eval(p, id, args));

	if (!action_equal(want, profile_eval(back, id, args)))
		__builtin_trap();
}

/* At and around every boundary of a rule, one argument at a time. */
static void sample_rule(const struct profile *p, const struct profile *back, int id,
			const struct emit_style *style, const struct conj *when)
{
	uint64_t args[COND_ARGS] = {0};

	for (unsigned i = 0; i < COND_ARGS; i++)
		if (when->used >> i & 1)
			args[i] = when->arg[i].op == COND_MASKED_EQ ? when->arg[i].value_two
								    : when->arg[i].value;
	same_answer(p, back, id, style, args);
	for (unsigned i = 0; i < COND_ARGS; i++) {
		const uint64_t near[] = {args[i] - 1, args[i] + 1, args[i] ^ when->arg[i].value, 0,
					 UINT64_MAX};
		uint64_t kept = args[i];

		for (size_t k = 0; k < ARRAY_LEN(near); k++) {
			args[i] = near[k];
			same_answer(p, back, id, style, args);
		}
		args[i] = kept;
	}
}

static void compare(const struct profile *p, const struct profile *back, const struct emit_style *style)
{
	static const uint64_t zero[COND_ARGS];

	if (p->archs != back->archs || p->flags != back->flags || p->has_flags != back->has_flags)
		__builtin_trap();
	for (int id = 0; id < sys_count(); id++) {
		same_answer(p, back, id, style, zero);
		for (uint32_t r = 0; r < profile_call(p, id).nrules && r < RULES_SAMPLED; r++)
			sample_rule(p, back, id, style, &profile_call(p, id).rules[r].when);
	}
}

static void check(struct arena *arena, const struct profile *p, enum rule_order order,
		  const struct emit_style *style)
{
	static struct profile back;
	CLEANUP_BUF struct buf out = {0};
	CLEANUP_BUF struct buf again = {0};
	struct jdoc doc;
	struct err err = {0};

	if (profile_write(p, style, arena, &out, &err)) {
		if (err.kind != ERR_LIMIT)
			__builtin_trap();
		return;
	}
	if (jdoc_parse(&doc, arena, out.data, out.len, &(struct jlimits){.depth = 32, .tokens = 1 << 20},
		       ERR_BUNDLE, &err))
		__builtin_trap();
	if (profile_read(&back, arena, &doc, 0, order, NULL, &err)) {
		if (err.kind != ERR_LIMIT)
			__builtin_trap();
		return;
	}
	compare(p, &back, style);
	if (profile_write(&back, style, arena, &again, &err) || again.len != out.len ||
	    memcmp(again.data, out.data, out.len) != 0)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {0};
	static struct profile p;
	struct jdoc doc;
	struct err err = {0};

	if (size < 2)
		return 0;
	/* Only crun keeps filters, and it loads them through libseccomp. */
	const struct emit_style *style = &styles[data[0] & 3];
	enum rule_order order = data[0] & 4 && !style->cache_key ? RULES_FIRST_MATCH : RULES_LIBSECCOMP;
	if (jdoc_parse(&doc, &arena, (const char *)data + 1, size - 1, &limits, ERR_BUNDLE, &err))
		return 0;
	if (profile_read(&p, &arena, &doc, 0, order, NULL, &err)) {
		if (!err.msg[0])
			__builtin_trap();
		(void)!profile_read_label(&p, &arena, &doc, "label", &(struct bundle){0}, &err);
		return 0;
	}
	check(&arena, &p, order, style);
	return 0;
}
