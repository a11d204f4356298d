#include "decide/record.h"
#include "base/clock.h"
#include "base/file.h"
#include "image/image.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put_time(struct buf *out)
{
	struct timespec now;
	char text[CLOCK_TEXT];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	buf_printf(out, "\"%s\"", clock_format(&now, 1, text));
}

static void put_string(struct buf *out, const char *key, const char *value, size_t max)
{
	size_t len = value ? strlen(value) : 0;

	if (!value)
		return;
	buf_printf(out, ",\"%s\":", key);
	buf_jstr(out, value, len < max ? len : max);
}

/* "KEY":{"count":12,"names":["a","b"]}: at most max names. Nothing if empty. */
static void put_names(struct buf *out, const char *key, const struct sysset *set, unsigned max)
{
	unsigned n = sysset_count(set);
	unsigned i = 0;

	if (n == 0)
		return;
	buf_printf(out, ",\"%s\":{\"count\":%u,\"names\":[", key, n);
	for (int id = sysset_next(set, 0); id >= 0 && i < max; id = sysset_next(set, id + 1), i++) {
		if (i > 0)
			buf_putc(out, ',');
		buf_jstr(out, sys_name(id), strlen(sys_name(id)));
	}
	buf_puts(out, "]}");
}

static void put_list(struct buf *out, const char *key, const char *const *v, uint32_t n, size_t max)
{
	if (n == 0)
		return;
	buf_printf(out, ",\"%s\":[", key);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		buf_jstr(out, v[i], strnlen(v[i], max));
	}
	buf_putc(out, ']');
}

/* What was asked for and is not enforced by this version. */
static void put_not_enforced(struct buf *out, const struct needs_extra *x)
{
	const char *v[3];
	uint32_t n = 0;

	if (x->has_capabilities)
		v[n++] = "capabilities";
	if (x->has_egress)
		v[n++] = "network";
	if (x->has_signature)
		v[n++] = "signature";
	put_list(out, "not_enforced", v, n, 32);
}

/* How much of what has no bound of its own. */
struct cut {
	unsigned names, list;
	size_t text;
};

static uint32_t at_most(uint32_t n, uint32_t max)
{
	return n < max ? n : max;
}

static void put_decision(struct buf *out, const struct decision *d, const struct cut *cut)
{
	unsigned names = cut->names;
	size_t text = cut->text;

	put_string(out, "verdict", d->verdict == VERDICT_ALLOW ? "allow" : "refuse", 16);
	if (d->audit)
		put_string(out, "mode", "audit", 16);
	if (d->verdict == VERDICT_REFUSE) {
		put_string(out, "gate", gate_name(d->gate), 16);
		put_string(out, "sentence", d->sentence, text);
	}
	put_string(out, "ceiling", d->whitelist.name, text / 4);
	put_string(out, "floor", d->floor.source, text / 4);
	put_string(out, "init", d->init, 16);
	put_list(out, "sources", d->needs.source, at_most(d->needs.nsources, cut->list), text / 8);
	put_list(out, "absent", d->needs.absent, at_most(d->needs.nabsent, 16), 32);
	put_not_enforced(out, &d->needs.extra);
	buf_printf(out, ",\"counts\":{\"needs\":%u,\"closure\":%u,\"floor_only\":%u}",
		   sysset_count(&d->needs.named), sysset_count(&d->allowed), sysset_count(&d->floor_only));
	put_names(out, "outside_ceiling", &d->outside, names);
	put_names(out, "removed_by_needs", &d->removed_needs, names / 2);
	put_names(out, "removed_by_ceiling", &d->removed_ceiling, names / 2);
	put_names(out, "removed_by_engine", &d->removed_engine, names / 2);
	put_names(out, "floor_only", &d->floor_only, names);
	put_names(out, "init_only", &d->init_only, names);
	put_names(out, "floor_overrides", &d->floor_wider, names);
	put_list(out, "warnings", d->warning, at_most(d->nwarnings, cut->list), text / 2);
	if (d->sha256[0])
		put_string(out, "closure_sha256", d->sha256, 64);
}

static void format_within(const struct record_context *ctx, struct buf *out, const struct cut *cut)
{
	buf_puts(out, "{\"time\":");
	put_time(out);
	put_string(out, "id", ctx->id, 128);
	put_string(out, "subcommand", ctx->subcommand, 16);
	if (ctx->handler) {
		put_string(out, "handler", ctx->handler->name, 64);
		put_string(out, "runtime", runtime_name(ctx->handler->runtime), 16);
	}
	if (ctx->identity)
		put_string(out, "runtime_version", ctx->identity->version_text, 64);
	/* By the engine's own record: whoever sets annotations could name any image. */
	const struct image *known = ctx->decision ? ctx->decision->image : NULL;
	if (known && known->name) {
		put_string(out, "image", known->name, cut->text / 4);
		put_string(out, "image_from", known->engine, 32);
	}
	if (known && known->ndigests > 0)
		put_string(out, "image_digest", known->digest[0], DIGEST_SIZE);
	if (ctx->error) {
		put_string(out, "verdict", "error", 16);
		put_string(out, "sentence", ctx->error->msg, cut->text);
	} else if (ctx->decision) {
		put_decision(out, ctx->decision, cut);
	}
	buf_printf(out, ",\"microseconds\":%llu}\n", (unsigned long long)ctx->microseconds);
}

void record_format(const struct record_context *ctx, struct buf *out)
{
	/* The last one fits whatever the bytes: an escaped one takes six. */
	static const struct cut cuts[] = {{48, 16, 800}, {12, 16, 400}, {0, 8, 120}, {0, 4, 48}};

	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		out->len = 0;
		format_within(ctx, out, &cuts[i]);
		if (out->failed || out->len <= RECORD_MAX)
			return;
	}
}

int record_append(const char *path, const struct buf *line, bool required, struct err *err)
{
	CLEANUP_FD int fd = open(
		path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

	if (fd < 0 && !required && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return err_sys(err, "decision log %s: cannot open it", path);
	if (line->failed)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (file_append_line(fd, line->data, line->len, err) < 0)
		return err_wrap(err, "decision log %s", path);
	return 0;
}
