/* Lists that an engine keeps for all its containers (image.h). How long they are is up to whoever may make
 * one. */
#include "base/userns.h"
#include "format/jsonpieces.h"
#include "image/image.h"
#include <errno.h>
#include <string.h>

static const struct file_trust trust = {.allow_overflow_uid = true};

int image_list(const char *path, struct err *err)
{
	return file_open_trusted(path, &trust, NULL, err);
}

bool image_absent(const struct err *err)
{
	return err->sys == ENOENT || (err->sys == EACCES && !userns_is_initial_root());
}

bool image_distrusted(const struct err *err)
{
	return err->kind == ERR_SYSTEM && !err->sys;
}

struct search {
	struct jread r; /* of the entry, once it is there */
	struct jdoc doc;
	const char *id;
	bool found;
	struct err doubt; /* why a piece that could have been the one is not */
};

/* Go writes an ID as it is, never in escapes. Who has it in his own labels costs us the reading of these. */
static bool may_be(const struct search *s, const char *text, size_t len)
{
	return memmem(text, len, s->id, strlen(s->id)) != NULL;
}

static bool has_id(const struct jdoc *doc, const char *id)
{
	uint32_t tok = doc->tok[0].type == JTOK_OBJECT ? jdoc_get(doc, 0, "id") : 0;

	return tok && doc->tok[tok].type == JTOK_STRING && jdoc_streq(doc, tok, id);
}

static int look_at(struct search *s, const char *text, size_t len, bool whole, struct err *err)
{
	CLEANUP_ARENA struct arena scratch = {0};
	struct jread r = s->r;
	struct jdoc doc;

	if (!may_be(s, text, len))
		return 0;
	if (!whole) {
		(void)err_set(&s->doubt, ERR_LIMIT, "%s: an entry of more than %d bytes", r.where,
			      IMAGE_RECORD_MAX);
		return 0;
	}
	/* Anybody's entry may have the ID in it: only the one whose ID it is stays in the invocation's
	 * memory. */
	r.arena = &scratch;
	r.err = &s->doubt;
	if (jread_open(&r, &doc, text, len) < 0 || !has_id(&doc, s->id))
		return 0;
	if (s->found)
		return err_set(err, ERR_NEEDS, "%s: two entries have the ID %.12s…", r.where, s->id);
	s->found = true;
	r = s->r;
	text = arena_strndup(r.arena, text, len);
	if (!text)
		return err_set(err, ERR_LIMIT, "%s: out of memory", r.where);
	return jread_open(&r, &s->doc, text, len);
}

int image_entry(struct jread *ret, struct jdoc *ret_doc, struct arena *arena, const char *path,
		const char *id, struct err *err)
{
	struct search s = {
		.r = {.arena = arena,
		      .where = path,
		      .tokens = IMAGE_RECORD_TOKENS,
		      .kind = ERR_NEEDS,
		      .err = err},
		.id = id,
	};
	CLEANUP_JPIECES struct jpieces p = {.fd = -1};
	CLEANUP_FD int fd = image_list(path, err);
	const char *text;
	size_t len;
	bool whole;
	int more;

	if (fd < 0)
		return image_absent(err) ? 0 : -1;
	jpieces_open(&p, fd, '[', 1, IMAGE_RECORD_MAX);
	while ((more = jpieces_next(&p, &text, &len, &whole, err)) > 0)
		if (look_at(&s, text, len, whole, err) < 0)
			return -1;
	if (more < 0)
		return err_wrap(err, "%s", path);
	if (!s.found && s.doubt.kind != ERR_NONE) {
		*err = s.doubt;
		return -1;
	}
	*ret_doc = s.doc;
	*ret = s.r;
	ret->doc = ret_doc;
	return s.found;
}
