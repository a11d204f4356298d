#include "base/sha256.h"
#include "oci/condition.h"
#include "oci/flags.h"
#include "oci/seccomp_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* No engine begins with this member: Go's write a structure's in its order (runtime-spec, config.go), and
 * who sorts them puts it last. So a section says at a glance whose it is, and a reader does not mind. */
static const char opening[] = "{\"syscalls\":[";

bool profile_wrote(const char *text, size_t len)
{
	return len >= strlen(opening) && !memcmp(text, opening, strlen(opening));
}

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

static void put_strings(struct buf *out, const char *const *v, size_t n)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, ',');
		buf_quoted(out, v[i]);
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
	buf_quoted(out, written_name(w->style, act));
	put_errno(w->style, act, ",\"errnoRet\":", out);
	if (when)
		conditions_write(when, out);
	buf_putc(out, '}');
}

/* crun links a compiled filter that it finds under the digest of the section's
 * strings and conditions, one behind the other without their lengths, and without
 * errnoRet (src/libcrun/seccomp.c, calculate_seccomp_checksum). So the first entry
 * is a digest of all that was written: two sections that differ anywhere differ
 * there, and nobody can choose one that does not. crun skips the entry, because it
 * says what the default says, before it looks at the name. */
static void put_cache_key(const struct emit_plan *w, const char *text, size_t len, struct buf *out)
{
	struct conj when = {.used = (1u << COND_ARGS) - 1};
	char hex[65], part[8] = {0}; /* 28 bits: no 32-bit architecture would cut it */
	const char *name = w->ngroups ? emit_spelled(w->style, sysset_next(&w->group[0].ids, 0)) : "execve";
	bool first = true;

	sha256_hex(text, len, hex);
	for (unsigned i = 0; i < COND_ARGS; i++) {
		memcpy(part, hex + i * (sizeof(part) - 1), sizeof(part) - 1);
		when.arg[i] = (struct cond){COND_EQ, strtoul(part, NULL, 16), 0};
	}
	put_entry(w, &name, 1, w->def, &when, &first, out);
}

/* In front of the entries, which begin at `at`. */
static void insert_cache_key(const struct emit_plan *w, size_t start, size_t at, struct buf *out)
{
	CLEANUP_BUF struct buf key = {0};
	size_t tail = out->len - at;

	if (out->failed)
		return;
	put_cache_key(w, out->data + start, out->len - start, &key);
	if (out->data[at] != ']')
		buf_putc(&key, ',');
	out->failed |= key.failed;
	buf_put(out, key.data, key.len);
	if (out->failed)
		return;
	memmove(out->data + at + key.len, out->data + at, tail);
	memcpy(out->data + at, key.data, key.len);
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
	for (size_t i = 0; i < w->nlast; i++) {
		names[0] = emit_spelled(w->style, w->last[i].id);
		put_entry(w, names, 1, w->last[i].act, w->last[i].when, &first, out);
	}
	put_stub_names(w, &first, out);
}

static void put_text(struct buf *out, const char *key, const char *s)
{
	if (!s)
		return;
	buf_puts(out, key);
	buf_jstr(out, s, strlen(s));
}

static void put_rest(const struct emit_plan *w, struct buf *out)
{
	const char *names[ARCH_COUNT];
	size_t n = 0;

	buf_puts(out, ",\"defaultAction\":");
	buf_quoted(out, written_name(w->style, w->def));
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
	size_t start, entries;

	if (emit_plan_make(&plan, p, style, arena, err))
		return -1;
	start = out->len;
	buf_puts(out, opening);
	entries = out->len;
	put_syscalls(&plan, out);
	buf_putc(out, ']');
	put_rest(&plan, out);
	buf_putc(out, '}');
	if (style->cache_key)
		insert_cache_key(&plan, start, entries, out);
	return 0;
}
