#include "image/catalogue.h"
#include "image/content.h"
#include "image/reference.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct reading {
	const char *dir;
	const struct file_trust *trust;
	struct arena *arena;
	struct err *err;
};

static int no_memory(const struct reading *rd)
{
	return err_set(rd->err, ERR_LIMIT, "catalogue %s: out of memory", rd->dir);
}

static const char *copy(const struct reading *rd, const char *s)
{
	const char *kept = arena_strndup(rd->arena, s, strlen(s));

	if (!kept)
		(void)no_memory(rd);
	return kept;
}

static bool is_entry(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && !strcmp(name + len - 5, ".json");
}

/* The paths of the entries. */
static int list(const char **path, uint32_t *ret_n, const struct reading *rd)
{
	CLEANUP_DIR DIR *d = opendir(rd->dir);
	const struct dirent *entry;
	uint32_t n = 0;

	*ret_n = 0;
	if (!d)
		return errno == ENOENT ? 0 : err_sys(rd->err, "catalogue %s", rd->dir);
	for (errno = 0; (entry = readdir(d)); errno = 0) {
		char whole[PATH_MAX];

		if (!is_entry(entry->d_name))
			continue;
		if (n == CATALOGUE_FILES)
			return err_set(rd->err, ERR_LIMIT, "catalogue %s: more than %d files", rd->dir,
				       CATALOGUE_FILES);
		int len = snprintf(whole, sizeof(whole), "%s/%s", rd->dir, entry->d_name);
		if (len < 0 || (size_t)len >= sizeof(whole))
			return err_set(rd->err, ERR_LIMIT, "catalogue %s: a path that is too long", rd->dir);
		path[n] = copy(rd, whole);
		if (!path[n++])
			return -1;
	}
	if (errno)
		return err_sys(rd->err, "catalogue %s", rd->dir);
	if (n)
		qsort(path, n, sizeof(*path), compare);
	*ret_n = n;
	return 0;
}

enum { REFERENCE_MAX = 512 };

int manifest_image(const struct jread *r, uint32_t image, const char **ret_reference, const char **ret_digest)
{
	static const char *const keys[] = {"reference", "digest", NULL};
	const char *reference = NULL, *digest = NULL;
	uint32_t key[ARRAY_LEN(keys)];
	struct jread in;

	if (jread_object(&in, r, image, "image", keys, key))
		return -1;
	if (!key[0] && !key[1])
		return jread_fail(r, image, "image names neither a reference nor a digest");
	if (key[0] && jread_line(r, key[0], "image.reference", REFERENCE_MAX, &reference))
		return -1;
	if (key[1] && jread_line(r, key[1], "image.digest", REFERENCE_MAX, &digest))
		return -1;
	if (reference && strchr(reference, ' '))
		return jread_fail(r, key[0], "image.reference must not hold blanks");
	if (digest && !digest_ok(digest, strlen(digest)))
		return jread_fail(r, key[1], "image.digest must be \"sha256:\" and 64 lower-case hex digits");
	*ret_reference = reference;
	*ret_digest = digest;
	return 0;
}

/* The image that the text's entry names; the strings lie in r's arena. */
static int image_of(struct jread *r, const char *text, size_t len, const char **ret_reference,
		    const char **ret_digest)
{
	struct jdoc doc;

	if (jread_open(r, &doc, text, len) < 0)
		return -1;
	uint32_t image = jdoc_get(&doc, 0, "image");
	if (!image)
		return jread_fail(r, 0, "an entry of the catalogue must name its image");
	return manifest_image(r, image, ret_reference, ret_digest);
}

static int read_entry(struct catalogue_entry *ret, const struct reading *rd, const char *path)
{
	CLEANUP_ARENA struct arena scratch = {0}; /* thousands of entries, few of them about one image */
	struct jread r = {.arena = &scratch, .where = path, .kind = ERR_NEEDS, .err = rd->err};
	struct catalogue_entry one = {.path = path};
	const char *reference = NULL, *digest = NULL;
	CLEANUP_FREE char *text = NULL;
	struct reference means;
	size_t len;

	if (file_read_trusted(path, rd->trust, MANIFEST_TEXT_MAX, &text, &len, rd->err) < 0 ||
	    image_of(&r, text, len, &reference, &digest) < 0)
		return -1;
	if (digest && !(one.digest = copy(rd, digest)))
		return -1;
	if (reference) {
		reference_read(&means, reference, strlen(reference));
		if (!*reference_key(&means))
			return err_set(rd->err, ERR_NEEDS,
				       "%s: image.reference \"%s\" is no name of an image", path, reference);
		one.reference = copy(rd, reference);
		one.key = copy(rd, reference_key(&means));
		if (!one.reference || !one.key)
			return -1;
	}
	*ret = one;
	return 0;
}

/* Sorted, each once. */
static uint32_t settle(const char **v, uint32_t n)
{
	uint32_t kept = 0;

	if (n)
		qsort(v, n, sizeof(*v), compare);
	for (uint32_t i = 0; i < n; i++)
		if (!kept || strcmp(v[kept - 1], v[i]) != 0)
			v[kept++] = v[i];
	return kept;
}

static int64_t find(const char *const *v, uint32_t n, const char *s)
{
	const char *const *at = n ? bsearch(&s, v, n, sizeof(*v), compare) : NULL;

	return at ? at - v : -1;
}

int catalogue_read(struct catalogue *ret, struct arena *arena, const char *dir,
		   const struct file_trust *trust, struct err *err)
{
	const struct reading rd = {dir, trust, arena, err};
	CLEANUP_FREE const char **path = calloc(CATALOGUE_FILES, sizeof(*path));
	struct catalogue c = {0};

	if (!path)
		return no_memory(&rd);
	if (list(path, &c.n, &rd) < 0)
		return -1;
	struct catalogue_entry *entry = arena_array(arena, c.n + (size_t)1, sizeof(*entry));
	c.key = arena_array(arena, c.n + (size_t)1, sizeof(*c.key));
	c.digest = arena_array(arena, c.n + (size_t)1, sizeof(*c.digest));
	if (!entry || !c.key || !c.digest)
		return no_memory(&rd);
	for (uint32_t i = 0; i < c.n; i++) {
		if (read_entry(&entry[i], &rd, path[i]) < 0)
			return -1;
		if (entry[i].key)
			c.key[c.nkeys++] = entry[i].key;
		if (entry[i].digest)
			c.digest[c.ndigests++] = entry[i].digest;
	}
	c.nkeys = settle(c.key, c.nkeys);
	c.ndigests = settle(c.digest, c.ndigests);
	for (uint32_t i = 0; i < c.n; i++) {
		entry[i].key_at = entry[i].key ? find(c.key, c.nkeys, entry[i].key) : -1;
		entry[i].digest_at = entry[i].digest ? find(c.digest, c.ndigests, entry[i].digest) : -1;
	}
	c.entry = entry;
	*ret = c;
	return 0;
}

int64_t catalogue_key(const struct catalogue *c, const char *key)
{
	return find(c->key, c->nkeys, key);
}

int64_t catalogue_digest(const struct catalogue *c, const char *digest, size_t len)
{
	char text[DIGEST_SIZE];

	if (!digest_ok(digest, len))
		return -1;
	(void)snprintf(text, sizeof(text), "%.*s", (int)len, digest);
	return find(c->digest, c->ndigests, text);
}
