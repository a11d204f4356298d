/* containers/storage's list of images (image.h). The members' names, and that the ID comes first, are its
 * images.go's. */
#include "format/jsonpieces.h"
#include "image/image.h"
#include <string.h>

/* The catalogue speaks of no name that is longer than this. */
enum { PIECE_MAX = 4096 };
/* [{"id": …, "names": […], "big-data-digests": {…}}, …] */
enum { MEMBERS = 2, LISTED };

struct index {
	struct image *into;
	const char **manifest;
	struct arena *arena;
	const char *path, *id;
	uint32_t element;
	bool ours, late; /* of this element: it is the image's; its ID has not come first */
	bool found;
};

static int digest_member(const struct index *x, const struct jread *r)
{
	const char *digest;
	size_t len;

	if (!x->into || !jdoc_streq(r->doc, 1, "digest"))
		return 0;
	if (jread_string(r, 2, "digest", &digest, &len) < 0)
		return -1;
	image_add_manifest(x->into, digest, len);
	return 0;
}

static int add_name(const struct index *x, const struct jread *r)
{
	const char *name;
	size_t len;

	if (!x->into)
		return 0;
	if (r->doc->tok[0].type != JTOK_STRING)
		return jread_fail(r, 0, "a name must be a string");
	name = jdoc_string(r->doc, 0, r->arena, &len);
	if (!name)
		return jread_nomem(r);
	image_add_name(x->into, name, len);
	return 0;
}

/* "big-data-digests": {"manifest": "sha256:…", "manifest-sha256:…": "sha256:…", …}. */
static int big_data(const struct index *x, const struct jread *r)
{
	static const char prefix[] = "manifest-";
	const char *name;
	size_t len;

	if (r->doc->tok[0].type != JTOK_OBJECT)
		return jread_fail(r, 0, "big-data-digests must be an object");
	if (jread_string(r, 1, "a name", &name, &len) < 0)
		return -1;
	if (x->into && len > strlen(prefix) && !memcmp(name, prefix, strlen(prefix)))
		image_add_manifest(x->into, name + strlen(prefix), len - strlen(prefix));
	if (!jdoc_streq(r->doc, 1, "manifest"))
		return 0;
	struct jread keep = *r;
	keep.arena = x->arena;
	return digest_read(&keep, 2, "manifest", x->manifest);
}

static int take(const struct index *x, const struct jpieces *p, const struct jread *r)
{
	if (p->depth == MEMBERS)
		return digest_member(x, r);
	if (p->depth == LISTED && jpieces_within(p, "names"))
		return add_name(x, r);
	if (p->depth == LISTED && jpieces_within(p, "big-data-digests"))
		return big_data(x, r);
	return 0;
}

/* Go writes an ID as it is, never in escapes. */
static int look_for_id(struct index *x, const struct jpieces *p, const struct jread *r)
{
	const struct jtok *tok = r->doc->tok;

	if (p->depth != MEMBERS || tok[0].type != JTOK_OBJECT || !jdoc_streq(r->doc, 1, "id") ||
	    tok[2].type != JTOK_STRING || !jdoc_streq(r->doc, 2, x->id))
		return 0;
	if (x->found)
		return err_set(r->err, ERR_NEEDS, "%s: two entries have the ID %.12s…", x->path, x->id);
	if (x->late)
		return err_set(r->err, ERR_NEEDS, "%s: the ID %.12s… does not come first in its entry",
			       x->path, x->id);
	x->found = x->ours = true;
	return 0;
}

static int look_at(struct index *x, const struct jpieces *p, const char *text, size_t len, struct err *err)
{
	CLEANUP_ARENA struct arena scratch = {0};
	struct jread r = {.arena = &scratch, .where = x->path, .kind = ERR_NEEDS, .err = err};
	struct jdoc doc;

	if (x->ours)
		return jread_open(&r, &doc, text, len) < 0 ? -1 : take(x, p, &r);
	/* What is wrong with another's entry is no reason to refuse this image. */
	struct err ignored;
	r.err = &ignored;
	if (!memmem(text, len, x->id, strlen(x->id)) || jread_open(&r, &doc, text, len) < 0)
		return 0;
	r.err = err;
	return look_for_id(x, p, &r);
}

int image_index(struct image *into, const char **ret_manifest, struct arena *arena, const char *path,
		const char *id, struct err *err)
{
	struct index x = {.into = into, .manifest = ret_manifest, .arena = arena, .path = path, .id = id};
	CLEANUP_JPIECES struct jpieces p = {.fd = -1};
	CLEANUP_FD int fd = image_list(path, err);
	const char *text;
	bool whole;
	size_t len;
	int more;

	*ret_manifest = NULL;
	if (fd < 0)
		return image_absent(err) ? 0 : -1;
	jpieces_open(&p, fd, '[', LISTED, PIECE_MAX);
	while ((more = jpieces_next(&p, &text, &len, &whole, err)) > 0) {
		if (p.element != x.element)
			x.ours = x.late = false;
		x.element = p.element;
		if (whole && look_at(&x, &p, text, len, err) < 0)
			return -1;
		x.late = true;
	}
	return more < 0 ? err_wrap(err, "%s", path) : x.found;
}
