#include "load/condition.h"
#include "load/emit_plan.h"
#include "load/secflag.h"

#include <errno.h>
#include <string.h>

static const char *written_name(const struct emit_style *style, struct action act)
{
	return style->kill_as_kill && act.kind == ACT_KILL_THREAD ? "SCMP_ACT_KILL" : act_name(act.kind);
}

static bool has_errno(struct action act)
{
	return act.kind == ACT_ERRNO || act.kind == ACT_TRACE;
}

/* errnoRet always stands where it means something: what a missing one means
 * has changed between releases. */
static void put_errno(const struct emit_style *style, struct action act, const char *key, struct buf *out)
{
	if (!style->errno_ret || !has_errno(act))
		return;
	buf_puts(out, key);
	buf_u64(out, act.errno_ret);
}

static void put_string(struct buf *out, const char *s)
{
	buf_putc(out, '"');
	buf_puts(out, s);
	buf_putc(out, '"');
}

static void put_strings(struct buf *out, const char *const *v, size_t n)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, ',');
		put_string(out, v[i]);
	}
	buf_putc(out, ']');
}

static void put_entry(const struct emit_plan *w, const char *const *names, size_t n, struct action act,
		      const struct conj *when, bool *first, struct buf *out)
{
	buf_puts(out, *first ? "{\"names\":" : ",{\"names\":");
	*first = false;
	put_strings(out, names, n);
	buf_puts(out, ",\"action\":");
	put_string(out, written_name(w->style, act));
	put_errno(w->style, act, ",\"errnoRet\":", out);
	if (when)
		conditions_write(when, out);
	buf_putc(out, '}');
}

/* FNV-1a over the bytes that say which call answers which errno. */
static uint32_t hash_bytes(uint32_t h, const void *data, size_t len)
{
	const unsigned char *s = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ s[i]) * 16777619u;
	return h;
}

static uint32_t hash_answer(uint32_t h, const char *name, struct action act)
{
	h = hash_bytes(h, name, strlen(name) + 1);
	return hash_bytes(h, &act.errno_ret, sizeof(act.errno_ret));
}

static bool answers_other_than_eperm(struct action act)
{
	return has_errno(act) && act.errno_ret != EPERM;
}

/* 0 where every errno is EPERM; else a number of 31 bits, so that no 32-bit
 * architecture cuts it. */
static uint32_t errno_hash(const struct emit_plan *w)
{
	uint32_t h = hash_answer(2166136261u, "", w->def);
	bool matters = answers_other_than_eperm(w->def);

	for (size_t g = 0; g < w->ngroups; g++) {
		const struct emit_group *group = &w->group[g];

		if (!has_errno(group->act))
			continue;
		matters |= answers_other_than_eperm(group->act);
		for (int id = sysset_next(&group->ids, 0); id >= 0; id = sysset_next(&group->ids, id + 1))
			h = hash_answer(h, emit_spelled(w->style, id), group->act);
	}
	for (size_t i = 0; i < w->nconds; i++) {
		const struct emit_rule *rule = &w->cond[i];

		if (!has_errno(rule->act))
			continue;
		matters |= answers_other_than_eperm(rule->act);
		h = hash_answer(h, emit_spelled(w->style, rule->id), rule->act);
	}
	h &= 0x7fffffff;
	return !matters ? 0 : h ? h : 1;
}

/* A name that is allowed anyway, so that libseccomp drops one more condition on
 * it; or, if there is none, the default action, which the runtime skips. */
static void put_cache_key(const struct emit_plan *w, bool *first, struct buf *out)
{
	uint32_t hash = w->style->cache_key ? errno_hash(w) : 0;
	struct conj when = {.used = 1, .arg = {{COND_EQ, hash, 0}}};
	struct action act = w->def;
	const char *name = "execve";

	if (!hash)
		return;
	for (size_t g = 0; g < w->ngroups && act.kind != ACT_ALLOW; g++) {
		if (w->group[g].act.kind != ACT_ALLOW)
			continue;
		name = emit_spelled(w->style, sysset_next(&w->group[g].ids, 0));
		act = w->group[g].act;
	}
	put_entry(w, &name, 1, act, &when, first, out);
}

/* Runtimes skip a rule that equals the default, but runc has counted its number. */
static void put_stub_names(const struct emit_plan *w, bool *first, struct buf *out)
{
	size_t n = 0;

	while (n < ARRAY_LEN(w->style->stub_names) && w->style->stub_names[n])
		n++;
	if (n)
		put_entry(w, w->style->stub_names, n, w->def, NULL, first, out);
}

static void put_syscalls(const struct emit_plan *w, struct buf *out)
{
	const char *names[SYS_MAX] UNFILLED;
	bool first = true;

	for (size_t g = 0; g < w->ngroups; g++) {
		const struct emit_group *group = &w->group[g];
		size_t n = 0;

		for (int id = sysset_next(&group->ids, 0); id >= 0; id = sysset_next(&group->ids, id + 1))
			names[n++] = emit_spelled(w->style, id);
		put_entry(w, names, n, group->act, NULL, &first, out);
	}
	for (size_t i = 0; i < w->nconds;) {
		const struct emit_rule *head = &w->cond[i];
		size_t n = 0;

		for (; i < w->nconds && !emit_rule_compare(head, &w->cond[i]) && n < SYS_MAX; i++)
			names[n++] = emit_spelled(w->style, w->cond[i].id);
		put_entry(w, names, n, head->act, head->when, &first, out);
	}
	put_cache_key(w, &first, out);
	put_stub_names(w, &first, out);
}

static void put_text(struct buf *out, const char *key, const char *s)
{
	if (!s)
		return;
	buf_puts(out, key);
	buf_jstr(out, s, strlen(s));
}

static void put_head(const struct emit_plan *w, struct buf *out)
{
	const char *names[ARCH_COUNT];
	size_t n = 0;

	buf_puts(out, "{\"defaultAction\":");
	put_string(out, written_name(w->style, w->def));
	put_errno(w->style, w->def, ",\"defaultErrnoRet\":", out);
	for (unsigned a = 0; a < ARCH_COUNT; a++)
		if (w->p->archs & w->style->archs & 1u << a)
			names[n++] = arch_oci_name((enum arch_id)a);
	if (n > 0) {
		buf_puts(out, ",\"architectures\":");
		put_strings(out, names, n);
	}
	if (w->p->has_flags) {
		n = secflag_names(w->p->flags, names);
		buf_puts(out, ",\"flags\":");
		put_strings(out, names, n);
	}
	put_text(out, ",\"listenerPath\":", w->p->listener_path);
	put_text(out, ",\"listenerMetadata\":", w->p->listener_metadata);
}

int profile_write(const struct profile *p, const struct emit_style *style, struct arena *arena,
		  struct buf *out, struct err *err)
{
	struct emit_plan plan;

	if (emit_plan_make(&plan, p, style, arena, err))
		return -1;
	put_head(&plan, out);
	buf_puts(out, ",\"syscalls\":[");
	put_syscalls(&plan, out);
	buf_puts(out, "]}");
	return 0;
}
