#include "oci/splice.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>

/* What goes in between the bytes up to `from` and those from `to` on. */
struct edit {
	uint32_t from, to;
	const char *before, *after; /* around the section */
};

static struct edit replace_value(const struct jdoc *doc, uint32_t tok)
{
	return (struct edit){.from = doc->tok[tok].start, .to = doc->tok[tok].end, .before = "", .after = ""};
}

static struct edit find_edit(const struct bundle *b)
{
	const struct jdoc *doc = &b->doc;
	uint32_t linux_tok = jdoc_get(doc, 0, "linux");
	if (!linux_tok) {
		/* Last, so that the first bytes, which people look at, stay the engine's. */
		uint32_t brace = doc->tok[0].end - 1;
		return (struct edit){
			.from = brace,
			.to = brace,
			.before = doc->tok[0].count ? ",\"linux\":{\"seccomp\":" : "\"linux\":{\"seccomp\":",
			.after = "}",
		};
	}
	if (doc->tok[linux_tok].type != JTOK_OBJECT) {
		struct edit e = replace_value(doc, linux_tok);
		e.before = "{\"seccomp\":";
		e.after = "}";
		return e;
	}
	uint32_t seccomp = jdoc_get(doc, linux_tok, "seccomp");
	if (seccomp)
		return replace_value(doc, seccomp);
	uint32_t inside = doc->tok[linux_tok].start + 1;
	return (struct edit){
		.from = inside,
		.to = inside,
		.before = "\"seccomp\":",
		.after = doc->tok[linux_tok].count ? "," : "",
	};
}

int splice_apply(const struct bundle *b, const char *section, size_t section_len, struct buf *out,
		 struct err *err)
{
	struct edit e = find_edit(b);
	buf_put(out, b->doc.text, e.from);
	buf_puts(out, e.before);
	buf_put(out, section, section_len);
	buf_puts(out, e.after);
	buf_put(out, b->doc.text + e.to, b->doc.len - e.to);
	if (out->failed)
		return err_set(err, ERR_LIMIT, "out of memory for the new config.json");
	return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

int splice_commit(const struct bundle *b, const char *text, size_t len, struct err *err)
{
	struct stat now;
	if (fstatat(b->dirfd, "config.json", &now, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "%s/config.json", b->path);
	if (!same_file(&now, &b->st))
		return err_set(err, ERR_BUNDLE, "%s/config.json was changed by another program meanwhile",
			       b->path);
	if (!b->exposed && len == b->doc.len && !memcmp(text, b->doc.text, len))
		return 0;
	if (file_replace_at(b->dirfd, "config.json", text, len, &b->st, b->fd, err) < 0)
		return err_wrap(err, "%s", b->path);
	return 0;
}
