#include "needs/needs.h"
#include "base/text.h"
#include "image/image.h"
#include "needs/form.h"

#include <string.h>

static const char prefix[] = "io.runclamp.";

/* What an annotation may be called. Each is a form of its own: several are
 * intersected. */
static const struct needs_key {
	const char *name;
	needs_form *form;
} keys[] = {
	{"io.runclamp.syscalls", needs_form_syscalls},
	{"io.runclamp.capabilities", needs_form_capabilities},
	{"io.runclamp.closure", needs_form_manifest},
	{"io.runclamp.signature", needs_form_signature},
	{"io.containers.seccomp.profile", needs_form_profile},
};
enum { KEYS = ARRAY_LEN(keys), ALL_KEYS = KEYS + NEEDS_ALIASES_MAX };
static const char *const key_names[] = {"io.runclamp.syscalls", "io.runclamp.capabilities",
					"io.runclamp.closure", "io.runclamp.signature", NULL};

struct finder {
	const char *word; /* "annotation" or "label" */
	const struct bundle *bundle;
	struct needs_key key[ALL_KEYS];
	size_t nkeys;
	const struct annotation *found[ALL_KEYS]; /* the one that counts for this container */
	bool own[ALL_KEYS];			  /* it names the container */
	const char *container;			  /* or NULL */
	const char *unnamed;			  /* a key for a named container where this has no name */
	struct err *err;
};

static int add_aliases(struct finder *f, const char *const *aliases)
{
	memcpy(f->key, keys, sizeof(keys));
	f->nkeys = KEYS;
	for (; aliases && *aliases; aliases++) {
		if (f->nkeys == ALL_KEYS)
			return err_set(f->err, ERR_CONFIG, "aliases: more than %d", NEEDS_ALIASES_MAX);
		f->key[f->nkeys++] = (struct needs_key){
			*aliases, strcmp(*aliases, "signature") ? needs_form_syscalls : needs_form_signature};
	}
	return 0;
}

static int unknown_key(const struct finder *f, const struct annotation *a, size_t base_len)
{
	const char *near = text_nearest(a->key, base_len, key_names);
	char shown[120];

	text_show(shown, sizeof(shown), a->key, a->key_len);
	if (near)
		return err_set(f->err, ERR_NEEDS, "unknown %s \"%s\"; did you mean \"%s\"?", f->word, shown,
			       near);
	return err_set(f->err, ERR_NEEDS,
		       "unknown %s \"%s\": runclamp knows io.runclamp.syscalls, capabilities, closure and "
		       "signature",
		       f->word, shown);
}

/* Names that Kubernetes and CRI-O give to containers, with room for others. */
static bool container_name_ok(const char *s, size_t len)
{
	if (!len || len > 253)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
		      (s[i] >= '0' && s[i] <= '9') || s[i] == '-' || s[i] == '_' || s[i] == '.'))
			return false;
	return true;
}

static int find_key(const struct finder *f, const char *s, size_t len)
{
	for (size_t i = 0; i < f->nkeys; i++)
		if (strlen(f->key[i].name) == len && !memcmp(f->key[i].name, s, len))
			return (int)i;
	return -1;
}

static int take(struct finder *f, const struct annotation *a)
{
	const char *slash = memchr(a->key, '/', a->key_len);
	size_t base_len = slash ? (size_t)(slash - a->key) : a->key_len;
	bool ours = a->key_len >= strlen(prefix) && !memcmp(a->key, prefix, strlen(prefix));
	int k = find_key(f, a->key, base_len);

	/* An alias may hold a slash itself. */
	if (k < 0 && slash) {
		k = find_key(f, a->key, a->key_len);
		slash = k < 0 ? slash : NULL;
	}
	if (k < 0)
		return ours ? unknown_key(f, a, base_len) : 0;
	if (!slash) {
		if (!f->own[k])
			f->found[k] = a;
		return 0;
	}

	size_t name_len = a->key_len - base_len - 1;
	if (!container_name_ok(slash + 1, name_len)) {
		char shown[120];

		return err_set(f->err, ERR_NEEDS, "%s \"%s\": what follows the slash is no container name",
			       f->word, text_show(shown, sizeof(shown), a->key, a->key_len));
	}
	if (!f->container)
		f->unnamed = a->key;
	if (!f->container || strlen(f->container) != name_len ||
	    memcmp(f->container, slash + 1, name_len) != 0)
		return 0;
	f->found[k] = a;
	f->own[k] = true;
	return 0;
}

static int read_key(struct needs *into, struct arena *arena, const struct finder *f, size_t k)
{
	char where[400];
	struct needs *one = arena_alloc(arena, sizeof(*one));
	const struct annotation *a = f->found[k];
	struct needs_text text = {
		.s = a->value, .len = a->value_len, .bundle = f->bundle, .arena = arena, .err = f->err};

	(void)snprintf(where, sizeof(where), "%s %s", f->word, a->key);
	text.where = arena_strndup(arena, where, strlen(where));
	if (!text.where || !one)
		return err_set(f->err, ERR_LIMIT, "%s: out of memory", where);
	if (a->value_len > NEEDS_TEXT_MAX)
		return err_set(f->err, ERR_LIMIT, "%s: larger than %d bytes", where, NEEDS_TEXT_MAX);
	if (f->key[k].form(one, &text))
		return -1;
	one->source[0] = text.where;
	one->nsources = 1;
	return needs_intersect(into, arena, one, f->err);
}

/* All keys that were found, intersected. */
static int read_keys(struct needs *ret, struct arena *arena, const struct finder *f)
{
	struct needs *all = arena_alloc(arena, sizeof(*all));

	if (!all)
		return err_set(f->err, ERR_LIMIT, "needs: out of memory");
	for (size_t k = 0; k < f->nkeys; k++)
		if (f->found[k] && read_key(all, arena, f, k))
			return -1;
	needs_move(ret, all);
	ret->unnamed_key = f->unnamed;
	return 0;
}

int needs_from_annotations(struct needs *ret, struct arena *arena, const struct bundle *b,
			   const char *container, const char *const *aliases, struct err *err)
{
	struct finder f = {.word = "annotation", .container = container, .bundle = b, .err = err};

	if (add_aliases(&f, aliases))
		return -1;
	for (size_t i = 0; i < b->nannot; i++)
		if (take(&f, &b->annot[i]))
			return -1;
	return read_keys(ret, arena, &f);
}

/* Go, which every builder and engine reads this with, takes the last of several members whose names differ
 * only in case: with two of them it would depend on the reader what the image declares. */
static int only_member(const struct jread *r, uint32_t obj, const char *name, uint32_t *ret)
{
	*ret = 0;
	if (r->doc->tok[obj].type != JTOK_OBJECT)
		return jread_fail(r, obj, "must be an object");
	JREAD_EACH_MEMBER(i, k, r->doc, obj)
	{
		if (!jdoc_strfold(r->doc, k, name))
			continue;
		if (*ret || !jdoc_streq(r->doc, k, name))
			return jread_fail(r, k, "\"%s\" must stand there once, spelled so", name);
		*ret = jread_unless_null(r->doc, k + 1);
	}
	return 0;
}

static int take_label(struct finder *f, const struct jread *r, uint32_t key)
{
	struct annotation a = {.value_tok = key + 1};
	bool known;

	if (jread_type(r, key + 1, JTOK_STRING, "a label"))
		return -1;
	a.key = jdoc_string(r->doc, key, r->arena, &a.key_len);
	a.value = jdoc_string(r->doc, key + 1, r->arena, &a.value_len);
	struct annotation *kept = arena_alloc(r->arena, sizeof(*kept));
	if (!a.key || !a.value || !kept)
		return jread_nomem(r);
	*kept = a;
	int k = find_key(f, a.key, a.key_len);
	known = k >= 0 && f->found[k];
	if (known)
		return jread_fail(r, key, "the label %s stands there twice", f->key[k].name);
	if (k < 0 && a.key_len > strlen(prefix) && !memcmp(a.key, prefix, strlen(prefix)) &&
	    memchr(a.key, '/', a.key_len))
		return jread_fail(r, key,
				  "a label must not end in \"/NAME\": an image is of no container's name");
	return take(f, kept);
}

int needs_from_labels(struct needs *ret, struct arena *arena, const struct image *image,
		      const struct bundle *b, const char *const *aliases, struct err *err)
{
	struct finder f = {.word = "label", .bundle = b, .err = err};
	struct jread r = {.arena = arena, .where = image->where, .kind = ERR_NEEDS, .err = err};
	struct jdoc doc;
	uint32_t config, labels = 0;

	if (add_aliases(&f, aliases) || jread_open(&r, &doc, image->config, image->config_len) ||
	    only_member(&r, 0, "config", &config) || (config && only_member(&r, config, "Labels", &labels)))
		return -1;
	if (labels && jread_type(&r, labels, JTOK_OBJECT, "config.Labels"))
		return -1;
	for (uint32_t i = 0, k = labels + 1; labels && i < doc.tok[labels].count;
	     i++, k = doc.tok[k + 1].next)
		if (take_label(&f, &r, k))
			return -1;
	f.unnamed = NULL;
	return read_keys(ret, arena, &f);
}
