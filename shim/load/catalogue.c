#include "load/image_content.h"
#include "load/needs_form.h"
#include "load/reference.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct names {
	char **v;
	size_t n;
};

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_entry(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && !strcmp(name + len - 5, ".json");
}

static int add_name(struct names *names, const char *name, const char *dir, struct err *err)
{
	if (!names->v)
		names->v = calloc(CATALOGUE_FILES, sizeof(*names->v));
	if (names->n == CATALOGUE_FILES)
		return err_set(err, ERR_LIMIT, "catalogue %s: more than %d files", dir, CATALOGUE_FILES);
	if (names->v)
		names->v[names->n] = strdup(name);
	if (!names->v || !names->v[names->n])
		return err_set(err, ERR_LIMIT, "catalogue %s: out of memory", dir);
	names->n++;
	return 0;
}

/* Sorted, so that the record and the first error do not depend on the folder. */
static int list(struct names *names, const char *dir, struct err *err)
{
	CLEANUP_DIR DIR *d = opendir(dir);
	const struct dirent *entry;

	if (!d && errno == ENOENT)
		return 0;
	if (!d)
		return err_sys(err, "catalogue %s", dir);
	for (errno = 0; (entry = readdir(d)); errno = 0)
		if (is_entry(entry->d_name) && add_name(names, entry->d_name, dir, err))
			return -1;
	if (errno)
		return err_sys(err, "catalogue %s", dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), name_compare);
	return 0;
}

bool catalogue_any(const char *dir)
{
	CLEANUP_DIR DIR *d = opendir(dir);
	const struct dirent *entry;
	bool any = false;

	while (d && !any && (entry = readdir(d)))
		any = is_entry(entry->d_name);
	/* A folder that can't be read is found out by whoever reads it. */
	return any;
}

struct search {
	const char *dir;
	const struct image *image;
	const struct file_trust *trust;
	struct arena *arena;
	struct needs *into;
	struct err *err;
};

static bool has_name(const struct image *image, const char *reference)
{
	for (uint32_t i = 0; i < image->nreferences; i++)
		if (reference_same(reference, image->reference[i]))
			return true;
	/* Which of several names the engine wrote down is chance. */
	for (uint32_t i = 0; image->store && i < image->nnamed; i++)
		if (reference_same(reference, image->named[i].name) &&
		    content_leads_to(image, image->named[i].target))
			return true;
	return false;
}

static bool has_digest(const struct image *image, const char *digest)
{
	for (uint32_t i = 0; i < image->ndigests; i++)
		if (!strcmp(digest, image->digest[i]))
			return true;
	/* A name of the image may have moved to another manifest of the same configuration. */
	return image->store && content_leads_to(image, digest);
}

/* Whose image the entry is: entries for others are not read further. */
static int is_about(const struct search *s, const char *text, size_t len, const char *path, bool *ret)
{
	CLEANUP_ARENA struct arena scratch = {0}; /* thousands of entries, few of them about us */
	struct jread r = {.arena = &scratch, .where = path, .kind = ERR_NEEDS, .err = s->err};
	const char *reference = NULL, *digest = NULL;
	struct jdoc doc;

	if (jread_open(&r, &doc, text, len))
		return -1;
	uint32_t image = jdoc_get(&doc, 0, "image");
	if (!image)
		return jread_fail(&r, 0, "an entry of the catalogue must name its image");
	if (manifest_image(&r, image, &reference, &digest))
		return -1;
	*ret = (reference && has_name(s->image, reference)) || (digest && has_digest(s->image, digest));
	return 0;
}

static int read_entry(const struct search *s, const char *name)
{
	CLEANUP_FREE char *path = NULL;
	CLEANUP_FREE char *text = NULL;
	struct needs one;
	bool about = false;
	size_t len;

	if (asprintf(&path, "%s/%s", s->dir, name) < 0) {
		path = NULL;
		return err_set(s->err, ERR_LIMIT, "catalogue %s: out of memory", s->dir);
	}
	if (file_read_trusted(path, s->trust, NEEDS_TEXT_MAX, &text, &len, s->err) ||
	    is_about(s, text, len, path, &about))
		return -1;
	if (!about)
		return 0;

	/* The needs point into the text and its name. */
	const char *where = arena_strndup(s->arena, path, strlen(path));
	const char *kept = arena_strndup(s->arena, text, len);
	if (!where || !kept)
		return err_set(s->err, ERR_LIMIT, "%s: out of memory", path);
	if (needs_from_manifest(&one, s->arena, kept, len, where, NULL, NULL, s->err))
		return -1;
	return needs_intersect(s->into, s->arena, &one, s->err);
}

int needs_from_catalogue(struct needs *ret, struct arena *arena, const char *dir, const struct image *image,
			 const struct file_trust *trust, struct err *err)
{
	__attribute__((cleanup(names_free))) struct names names = {0};
	struct needs found = {0};
	const struct search s = {dir, image, trust, arena, &found, err};

	if (list(&names, dir, err))
		return -1;
	for (size_t i = 0; i < names.n; i++)
		if (read_entry(&s, names.v[i]))
			return -1;
	*ret = found;
	return 0;
}
