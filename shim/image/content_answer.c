#include "format/jread.h"
#include "image/content.h"

#include <limits.h>
#include <string.h>

enum {
	ANSWER_IMAGE,
	ANSWER_TARGET,
	ANSWER_CONFIG,
	ANSWER_PARENT,
	ANSWER_CRI,
	ANSWER_CONTENT,
	ANSWER_NAMES,
	ANSWER_KEYS
};
static const char *const answer_keys[] = {"image", "target",  "config", "parent",
					  "cri",   "content", "names",	NULL};
enum { REFERENCE_MAX = 4096 };

static int read_digest_or_null(const struct jread *r, uint32_t tok, const char *what, const char **ret)
{
	if (!tok)
		return jread_fail(r, r->object, "%s is missing", what);
	if (!jread_unless_null(r->doc, tok))
		return 0;
	return digest_read(r, tok, what, ret);
}

static int read_name(const struct jread *r, uint32_t tok, const char **ret)
{
	if (tok && jdoc_streq(r->doc, tok, "")) {
		*ret = "";
		return 0;
	}
	return jread_line(r, tok, "image", REFERENCE_MAX, ret);
}

/* [["NAME", "sha256:…"], …] */
static int read_names(struct content_answer *into, const struct jread *r, uint32_t tok)
{
	struct image_name *names;

	if (jread_type(r, tok, JTOK_ARRAY, "names") < 0)
		return -1;
	names = arena_array(r->arena, r->doc->tok[tok].count + (size_t)1, sizeof(*names));
	if (!names)
		return jread_nomem(r);
	JREAD_EACH(i, t, r->doc, tok)
	{
		if (jread_type(r, t, JTOK_ARRAY, "an element of names") < 0)
			return -1;
		if (r->doc->tok[t].count != 2)
			return jread_fail(r, t, "an element of names must be a name and a digest");
		uint32_t target = r->doc->tok[t + 1].next;
		if (read_name(r, t + 1, &names[i].name) < 0 ||
		    digest_read(r, target, "a name's digest", &names[i].target) < 0)
			return -1;
	}
	into->names = names;
	into->nnames = r->doc->tok[tok].count;
	return 0;
}

enum { CRI_TYPE, CRI_SANDBOX, CRI_NAME, CRI_MEMBERS };

/* null, or {"type": "container", "sandbox": "ID", "name": "web"} */
static int read_cri(struct cri *ret, const struct jread *r, uint32_t tok)
{
	static const char *const keys[] = {"type", "sandbox", "name", NULL};
	uint32_t key[CRI_MEMBERS];
	const char *type;
	struct jread in;

	if (!tok)
		return jread_fail(r, 0, "cri is missing");
	if (!jread_unless_null(r->doc, tok))
		return 0;
	if (jread_object(&in, r, tok, "cri", keys, key) < 0 ||
	    jread_line(&in, key[CRI_TYPE], "cri.type", REFERENCE_MAX, &type) < 0 ||
	    jread_line(&in, key[CRI_SANDBOX], "cri.sandbox", REFERENCE_MAX, &ret->sandbox_id) < 0 ||
	    (key[CRI_NAME] && jread_line(&in, key[CRI_NAME], "cri.name", REFERENCE_MAX, &ret->name) < 0))
		return -1;
	ret->engine = CRI_CONTAINERD;
	ret->sandbox = strcmp(type, "sandbox") == 0;
	return 0;
}

int content_answer_parse(struct content_answer *ret, struct arena *arena, const char *text, size_t len,
			 struct err *err)
{
	struct jread r = {
		.arena = arena, .where = "runclamp-containerd's answer", .kind = ERR_NEEDS, .err = err};
	struct content_answer one = {0};
	uint32_t key[ANSWER_KEYS];
	struct jdoc doc;

	if (jread_open(&r, &doc, text, len) < 0 || jread_root(&r, answer_keys, key) < 0)
		return -1;
	if (read_name(&r, key[ANSWER_IMAGE], &one.image) < 0 ||
	    read_digest_or_null(&r, key[ANSWER_TARGET], "target", &one.target) < 0 ||
	    read_digest_or_null(&r, key[ANSWER_CONFIG], "config", &one.config) < 0 ||
	    read_digest_or_null(&r, key[ANSWER_PARENT], "parent", &one.parent) < 0 ||
	    jread_line(&r, key[ANSWER_CONTENT], "content", PATH_MAX, &one.content) < 0)
		return -1;
	if (read_cri(&one.cri, &r, key[ANSWER_CRI]) < 0 || read_names(&one, &r, key[ANSWER_NAMES]) < 0)
		return -1;
	if (*one.content != '/')
		return jread_fail(&r, key[ANSWER_CONTENT], "content must be an absolute path");
	*ret = one;
	return 0;
}
