#include "image/image.h"
#include "base/sha256.h"
#include "base/text.h"
#include "image/reference.h"
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A rootless engine's store is its user's own, below folders of the host's root. */
static const struct file_trust trust = {.allow_overflow_uid = true};
static const char sha256[] = "sha256:";

bool digest_ok(const char *s, size_t len)
{
	if (len != DIGEST_SIZE - 1 || memcmp(s, sha256, strlen(sha256)) != 0)
		return false;
	for (size_t i = strlen(sha256); i < len; i++)
		if (!(s[i] >= '0' && s[i] <= '9') && !(s[i] >= 'a' && s[i] <= 'f'))
			return false;
	return true;
}

int digest_read(const struct jread *r, uint32_t tok, const char *what, const char **ret)
{
	if (jread_line(r, tok, what, 256, ret) < 0)
		return -1;
	return digest_ok(*ret, strlen(*ret)) ? 0 : jread_fail(r, tok, "%s must be a sha256 digest", what);
}

/* Grows by doubling: full whenever n is a power of two, from 8 on. */
static int grow(const char ***list, uint32_t n, struct arena *arena, struct err *err)
{
	bool full = n == 0 || (n >= 8 && (n & (n - 1)) == 0);
	const char **more;

	if (!full)
		return 0;
	more = arena_array(arena, n ? 2 * (size_t)n : 8, sizeof(*more));
	if (!more)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (n)
		memcpy(more, *list, n * sizeof(*more));
	*list = more;
	return 0;
}

static int add(const char ***list, uint32_t *n, struct arena *arena, const char *s, size_t len,
	       struct err *err)
{
	for (uint32_t i = 0; i < *n; i++)
		if (strlen((*list)[i]) == len && !memcmp((*list)[i], s, len))
			return 0;
	if (grow(list, *n, arena, err) < 0)
		return -1;
	(*list)[*n] = arena_strndup(arena, s, len);
	if (!(*list)[*n])
		return err_set(err, ERR_LIMIT, "out of memory");
	++*n;
	return 0;
}

int image_add_digest(struct image *i, struct arena *arena, const char *s, size_t len, struct err *err)
{
	char shown[100];

	if (!digest_ok(s, len))
		return err_set(err, ERR_NEEDS, "\"%s\" is no digest (\"sha256:\" and 64 hex digits)",
			       text_show(shown, sizeof(shown), s, len));
	return add(&i->digest, &i->ndigests, arena, s, len, err);
}

int image_begin(struct image *ret, struct arena *arena, const struct catalogue *catalogue, struct err *err)
{
	size_t keys = catalogue->nkeys + (size_t)1, digests = catalogue->ndigests + (size_t)1;

	*ret = (struct image){.catalogue = catalogue};
	ret->has_key = arena_array(arena, keys, sizeof(*ret->has_key));
	ret->has_digest = arena_array(arena, digests, sizeof(*ret->has_digest));
	if (!ret->has_key || !ret->has_digest)
		return err_set(err, ERR_LIMIT, "out of memory");
	memset(ret->has_key, 0, keys * sizeof(*ret->has_key));
	memset(ret->has_digest, 0, digests * sizeof(*ret->has_digest));
	return 0;
}

static void note(bool *has, int64_t at)
{
	if (at >= 0)
		has[at] = true;
}

void image_add_name(struct image *i, const char *s, size_t len)
{
	struct reference means;

	if (!i->catalogue->nkeys)
		return;
	reference_read(&means, s, len);
	note(i->has_key, catalogue_key(i->catalogue, means.tagged));
	note(i->has_key, catalogue_key(i->catalogue, means.digested));
}

void image_add_manifest(struct image *i, const char *s, size_t len)
{
	note(i->has_digest, catalogue_digest(i->catalogue, s, len));
}

bool image_unlisted(const struct image *i)
{
	return !i->catalogue->nkeys && !i->catalogue->ndigests;
}

static int read_file(const char **ret_text, size_t *ret_len, struct arena *arena, const char *path,
		     size_t max, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;

	if (file_read_trusted(path, &trust, max, &text, &len, err) < 0)
		return -1;
	*ret_text = arena_strndup(arena, text, len);
	if (!*ret_text)
		return err_set(err, ERR_LIMIT, "%s: out of memory", path);
	*ret_len = len;
	return 0;
}

int image_blob(const char **ret_text, size_t *ret_len, struct arena *arena, const char *path,
	       const char *digest, struct err *err)
{
	const char *text;
	char hex[65];
	size_t len;

	if (read_file(&text, &len, arena, path, IMAGE_BLOB_MAX, err) < 0)
		return -1;
	sha256_hex(text, len, hex);
	if (strcmp(hex, digest + strlen(sha256)) != 0)
		return err_set(
			err, ERR_NEEDS,
			"%s: its content has the digest sha256:%.12s…, not the one it is named by: the "
			"store is damaged, or was tampered with; remove the image and pull it again",
			path, hex);
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int image_open(struct jread *ret, struct jdoc *ret_doc, struct arena *arena, const char *path,
	       enum jtok_type type, struct err *err)
{
	const char *text;
	size_t len;

	if (read_file(&text, &len, arena, path, IMAGE_RECORD_MAX, err) < 0)
		return -1;
	*ret = (struct jread){
		.arena = arena, .where = path, .tokens = IMAGE_RECORD_TOKENS, .kind = ERR_NEEDS, .err = err};
	if (jread_open(ret, ret_doc, text, len) < 0)
		return -1;
	if (ret_doc->tok[0].type == type)
		return 0;
	return jread_fail(ret, 0, "must be %s", type == JTOK_ARRAY ? "an array" : "an object");
}

const char *image_path(struct arena *arena, struct err *err, const char *fmt, ...)
{
	char path[PATH_MAX] UNFILLED;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		(void)err_set(err, ERR_LIMIT, "an engine's store: a path that is too long");
		return NULL;
	}
	char *copy = arena_strndup(arena, path, (size_t)n);
	if (!copy)
		(void)err_set(err, ERR_LIMIT, "out of memory");
	return copy;
}
