#include "image/catalogue.h"
#include "image/content.h"
#include "needs/needs.h"

#include <string.h>

_Static_assert((int)NEEDS_TEXT_MAX == (int)MANIFEST_TEXT_MAX, "a manifest is read as an entry and as needs");

static bool has_digest(const struct image *image, const struct catalogue_entry *e)
{
	if (e->digest_at < 0)
		return false;
	if (image->has_digest[e->digest_at])
		return true;
	for (uint32_t i = 0; i < image->ndigests; i++)
		if (!strcmp(e->digest, image->digest[i]))
			return true;
	/* A name of the image may have moved to another manifest of the same configuration. */
	return image->store && content_leads_to(image, e->digest);
}

static bool is_about(const struct catalogue_entry *e, const struct image *image)
{
	return (e->key_at >= 0 && image->has_key[e->key_at]) || has_digest(image, e);
}

static int add_entry(struct needs *into, struct arena *arena, const struct catalogue_entry *e,
		     const struct file_trust *trust, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	struct needs one;
	size_t len;

	if (file_read_trusted(e->path, trust, NEEDS_TEXT_MAX, &text, &len, err) < 0)
		return -1;
	/* The needs point into the text. */
	const char *kept = arena_strndup(arena, text, len);
	if (!kept)
		return err_set(err, ERR_LIMIT, "%s: out of memory", e->path);
	if (needs_from_manifest(&one, arena, kept, len, e->path, NULL, NULL, err) < 0)
		return -1;
	return needs_intersect(into, arena, &one, err);
}

int needs_from_catalogue(struct needs *ret, struct arena *arena, const struct catalogue *c,
			 const struct image *image, const struct file_trust *trust, struct err *err)
{
	struct needs found = {0};

	for (uint32_t i = 0; i < c->n; i++)
		if (is_about(&c->entry[i], image) && add_entry(&found, arena, &c->entry[i], trust, err) < 0)
			return -1;
	*ret = found;
	return 0;
}
