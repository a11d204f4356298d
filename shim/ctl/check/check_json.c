#include "ctl/check/check.h"
#include <string.h>

/* Every key is always there: null where nothing is known. */
static void put_key(struct buf *out, const char *key)
{
	if (out->len && out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	buf_printf(out, "\"%s\":", key);
}

static void put_string(struct buf *out, const char *key, const char *value)
{
	put_key(out, key);
	if (value)
		buf_jstr(out, value, strlen(value));
	else
		buf_puts(out, "null");
}

static void put_bool(struct buf *out, const char *key, bool value)
{
	put_key(out, key);
	buf_puts(out, value ? "true" : "false");
}

static void put_strings(struct buf *out, const char *key, const char *const *v, uint32_t n)
{
	put_key(out, key);
	buf_putc(out, '[');
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, ',');
		buf_jstr(out, v[i], strlen(v[i]));
	}
	buf_putc(out, ']');
}

static uint32_t length(const char *const *list)
{
	uint32_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static void put_set(struct buf *out, const char *key, const struct sysset *set)
{
	bool first = true;

	put_key(out, key);
	buf_putc(out, '[');
	for (int id = sysset_next(set, 0); id >= 0; id = sysset_next(set, id + 1)) {
		buf_printf(out, "%s\"%s\"", first ? "" : ",", sys_name(id));
		first = false;
	}
	buf_putc(out, ']');
}

static void put_handler(struct buf *out, const struct ask *a)
{
	const struct handler *h = a->handler;

	put_string(out, "handler", a->handler_name);
	put_string(out, "config", a->config.path);
	put_string(out, "level", h ? check_level_name(h->level) : NULL);
	put_string(out, "mode", !h ? NULL : h->mode == MODE_AUDIT ? "audit" : "enforce");
	put_string(out, "on_missing", !h ? NULL : h->on_missing == ON_MISSING_DENY ? "deny" : "ceiling");
	put_string(out, "over", h ? check_over_name(h->limit_over) : NULL);
	put_key(out, "limit");
	if (h && h->limit_over != OVER_NONE)
		buf_u64(out, h->limit_syscalls);
	else
		buf_puts(out, "null");
}

static void put_runtime(struct buf *out, const struct ask *a)
{
	const struct identity *id = a->has_identity ? &a->identity : NULL;

	put_string(out, "runtime", a->handler ? runtime_name(a->handler->runtime) : NULL);
	put_string(out, "runtime_version", id ? id->version_text : NULL);
	put_string(out, "runtime_path", id ? id->path : NULL);
	put_string(out, "runtime_key", id ? id->key : NULL);
}

/* null: the needs say nothing of it; []: they say that they want none. */
static void put_optional(struct buf *out, const char *key, bool said, const char *const *v, uint32_t n)
{
	if (said)
		put_strings(out, key, v, n);
	else
		put_string(out, key, NULL);
}

static void put_not_enforced(struct buf *out, const struct needs_extra *x)
{
	put_key(out, "not_enforced");
	buf_putc(out, '{');
	put_optional(out, "capabilities", x->has_capabilities, x->capabilities, x->ncapabilities);
	put_optional(out, "network", x->has_egress, x->egress, x->negress);
	put_bool(out, "signature", x->has_signature);
	buf_putc(out, '}');
}

static void put_count(struct buf *out, const char *key, const struct sysset *set)
{
	put_key(out, key);
	buf_u64(out, sysset_count(set));
}

static void put_counts(struct buf *out, const struct decision *d)
{
	put_key(out, "counts");
	buf_putc(out, '{');
	put_count(out, "needs", &d->needs.named);
	put_count(out, "closure", &d->allowed);
	for (size_t i = 0; i < check_nsets; i++)
		put_count(out, check_sets[i].key, check_set_of(d, &check_sets[i]));
	buf_putc(out, '}');
}

static void put_archs(struct buf *out, const char *key, archset archs)
{
	const char *names[ARCH_COUNT];
	uint32_t n = 0;

	for (unsigned i = 0; i < ARCH_COUNT; i++)
		if (archs & 1u << i)
			names[n++] = arch_oci_name((enum arch_id)i);
	put_strings(out, key, names, n);
}

/* A zeroed decision gives empty lists. */
static void put_decision(struct buf *out, const struct ask *a)
{
	const struct decision *d = &a->decision;

	put_bool(out, "declared", d->needs.declared);
	put_bool(out, "engine_profile", d->has_engine);
	put_bool(out, "pause_container", d->is_sandbox);
	put_bool(out, "inject", a->has_decision && d->inject);
	put_string(out, "ceiling", a->handler ? a->handler->ceiling : NULL);
	put_string(out, "ceiling_source", d->whitelist.source);
	put_string(out, "floor", d->floor.source);
	put_string(out, "init", d->init);
	put_string(out, "closure_sha256", d->sha256[0] ? d->sha256 : NULL);
	put_strings(out, "sources", d->needs.source, d->needs.nsources);
	put_counts(out, d);
	put_set(out, "needs", &d->needs.named);
	put_set(out, "closure", &d->allowed);
	for (size_t i = 0; i < check_nsets; i++)
		put_set(out, check_sets[i].key, check_set_of(d, &check_sets[i]));
	put_strings(out, "absent", d->needs.absent, d->needs.nabsent);
	put_archs(out, "dropped_architectures", d->dropped_archs);
	put_not_enforced(out, &d->needs.extra);
}

void check_json(const struct ask *a, const struct advice *advice, const struct err *error, struct buf *out)
{
	const struct decision *d = a->has_decision ? &a->decision : NULL;
	bool refused = d && d->verdict == VERDICT_REFUSE;

	buf_putc(out, '{');
	put_string(out, "verdict", check_verdict_name(a));
	put_string(out, "gate", refused ? gate_name(d->gate) : NULL);
	put_string(out, "sentence", !d ? error->msg : refused ? d->sentence : NULL);
	put_string(out, "bundle", a->bundle_path);
	put_string(out, "image", a->image);
	put_string(out, "created_as", a->decision.created ? a->created.id : NULL);
	put_strings(out, "asked", a->decision.asked, length(a->decision.asked));
	put_handler(out, a);
	put_runtime(out, a);
	put_decision(out, a);
	put_strings(out, "warnings", advice->warnings.v, advice->warnings.n);
	put_strings(out, "sources_not_read", advice->not_read.v, advice->not_read.n);
	put_strings(out, "not_refused_yet", advice->not_yet.v, advice->not_yet.n);
	buf_puts(out, "}\n");
}
