#include "site/floorfile.h"
#include "format/jread.h"
#include "oci/seccomp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum file_key {
	KEY_VERSION,
	KEY_RUNTIME,
	KEY_RUNTIME_VERSION,
	KEY_BINARY,
	KEY_NNP_TRUE,
	KEY_NNP_FALSE,
	KEY_MEASURED,
	KEY_COUNT
};
static const char *const keys[] = {"version",  "runtime",   "runtime_version", "binary",
				   "nnp_true", "nnp_false", "measured",	       NULL};

enum { WORD_MAX = 128 };

int floorfile_name(char dst[static FLOORFILE_NAME], enum runtime_kind kind, const char *binary_key,
		   struct err *err)
{
	size_t len = strlen(binary_key);

	if (!len || len > WORD_MAX || strspn(binary_key, "0123456789abcdef.-") < len)
		return err_set(err, ERR_INTERNAL, "floors.d: \"%.128s\" is no key of a binary", binary_key);
	(void)snprintf(dst, FLOORFILE_NAME, "%s-%s.json", runtime_name(kind), binary_key);
	return 0;
}

/* A string that must be this one. */
static int expect(const struct jread *r, uint32_t tok, const char *what, const char *want)
{
	const char *s;

	if (jread_line(r, tok, what, WORD_MAX, &s))
		return -1;
	if (strcmp(s, want) != 0)
		return jread_fail(r, tok, "%s is \"%s\", but the file's name says \"%s\"", what, s, want);
	return 0;
}

/* RFC 3339's form; nothing depends on the moment itself. */
static bool is_time(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	s += i;
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	if (!strcmp(s, "Z"))
		return true;
	return strlen(s) == 6 && (*s == '+' || *s == '-') && s[3] == ':' && strspn(s + 1, "0123456789:") == 5;
}

static int read_list(struct profile *into, const struct jread *r, uint32_t tok, const char *what)
{
	if (jread_type(r, tok, JTOK_ARRAY, what))
		return -1;
	return allowlist_read(into, r->arena, r->doc, tok, r->where, r->kind, false, r->err);
}

/* Names without conditions. */
static int read_names(struct sysset *into, const struct jread *r, uint32_t list, const char *what)
{
	if (jread_type(r, list, JTOK_ARRAY, what))
		return -1;
	JREAD_EACH(i, t, r->doc, list)
	{
		const char *s;
		size_t len;

		if (jread_string(r, t, what, &s, &len))
			return -1;
		int id = sys_lookup(s, len);
		if (id < 0)
			return syscall_unknown(r->where, r->kind, s, len, r->err);
		sysset_add(into, id);
	}
	return 0;
}

static int read_fallback(struct floor_fallback *into, const struct jread *r, uint32_t object)
{
	static const char *const names[] = {"denied", "answer", "instead", NULL};
	uint32_t key[ARRAY_LEN(names)];
	struct jread in;
	const char *s;

	*into = (struct floor_fallback){0};
	if (jread_object(&in, r, object, "a fall-back", names, key) ||
	    jread_line(&in, key[0], "denied", WORD_MAX, &s))
		return -1;
	into->denied = sys_lookup(s, strlen(s));
	if (into->denied < 0)
		return syscall_unknown(r->where, r->kind, s, strlen(s), r->err);
	if (key[1]) {
		if (jread_line(&in, key[1], "answer", WORD_MAX, &s))
			return -1;
		into->answer = !strcmp(s, "EPERM") ? EPERM : !strcmp(s, "ENOSYS") ? ENOSYS : 0;
		if (!into->answer)
			return jread_fail(&in, key[1], "answer must be EPERM or ENOSYS");
	}
	return read_names(&into->instead, &in, key[2], "instead");
}

static int read_fallbacks(struct floor *into, const struct jread *r, uint32_t list)
{
	if (jread_type(r, list, JTOK_ARRAY, "fallbacks"))
		return -1;
	JREAD_EACH(i, t, r->doc, list)
	{
		if (into->nfallbacks == FLOOR_FALLBACKS)
			return jread_fail(r, t, "more than %d fall-backs", FLOOR_FALLBACKS);
		if (read_fallback(&into->fallback[into->nfallbacks++], r, t))
			return -1;
	}
	return 0;
}

/* exec and effect: calls of the margin that have a name of their own. How the margin has one already counts
 * as well: what it is for there is not what the class is measured for. */
static int read_class(struct floor *into, struct sysset *class, const struct jread *r, uint32_t list,
		      const char *what)
{
	struct profile *p = arena_alloc(r->arena, sizeof(*p));

	if (!p)
		return jread_nomem(r);
	profile_init(p, into->margin.def, ARCHSET_ALL);
	if (read_list(p, r, list, what))
		return -1;
	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_some(p, id))
			sysset_add(class, id);
	return read_list(&into->margin, r, list, what);
}

enum { PART_NEED, PART_MARGIN, PART_EXEC, PART_EFFECT, PART_WAYS, PART_COUNT };

/* The margin is read before what joins it. */
static int read_part(struct floor *into, const struct jread *r, unsigned part, uint32_t tok)
{
	switch (part) {
	case PART_NEED:
		return read_list(&into->need, r, tok, "need");
	case PART_MARGIN:
		return read_list(&into->margin, r, tok, "margin");
	case PART_EXEC:
		return read_class(into, &into->exec, r, tok, "exec");
	case PART_EFFECT:
		return read_class(into, &into->effect, r, tok, "effect");
	default:
		return read_fallbacks(into, r, tok);
	}
}

static int read_floor(struct floor *into, const struct jread *r, enum runtime_kind kind, uint32_t object,
		      const char *what)
{
	static const char *const parts[] = {"need", "margin", "exec", "effect", "fallbacks", NULL};
	uint32_t key[ARRAY_LEN(parts)];
	struct jread in;

	floor_init(into);
	into->source = r->where;
	if (!object)
		return 0;
	if (jread_object(&in, r, object, what, parts, key))
		return -1;
	if (!key[PART_MARGIN])
		floor_fill_margin(into, kind);
	for (unsigned i = 0; i < PART_COUNT; i++) {
		if (!key[i])
			continue;
		if (read_part(into, &in, i, key[i]))
			return -1;
		into->lacks &= ~(1u << i);
	}
	return 0;
}

/* For people to read: nothing depends on them. */
static int check_remarks(const struct jread *r, const uint32_t key[static KEY_COUNT])
{
	const char *s;

	if (key[KEY_RUNTIME_VERSION] &&
	    jread_line(r, key[KEY_RUNTIME_VERSION], "runtime_version", WORD_MAX, &s))
		return -1;
	if (!key[KEY_MEASURED])
		return 0;
	if (jread_line(r, key[KEY_MEASURED], "measured", WORD_MAX, &s))
		return -1;
	if (!is_time(s))
		return jread_fail(r, key[KEY_MEASURED], "measured must be a time like 2026-01-02T03:04:05Z");
	return 0;
}

static int read_file(struct floor *into, const struct jread *r, enum runtime_kind kind,
		     const char *binary_key, bool no_new_privileges)
{
	uint32_t key[KEY_COUNT];
	struct floor *other = arena_alloc(r->arena, sizeof(*other));
	uint64_t version;

	if (!other)
		return jread_nomem(r);
	if (jread_root(r, keys, key) || jread_u64(r, key[KEY_VERSION], "version", UINT64_MAX, &version))
		return -1;
	if (version != 1)
		return jread_fail(r, key[KEY_VERSION], "version must be 1");
	if (expect(r, key[KEY_RUNTIME], "runtime", runtime_name(kind)) ||
	    expect(r, key[KEY_BINARY], "binary", binary_key) || check_remarks(r, key))
		return -1;
	if (read_floor(no_new_privileges ? into : other, r, kind, key[KEY_NNP_TRUE], "nnp_true") ||
	    read_floor(no_new_privileges ? other : into, r, kind, key[KEY_NNP_FALSE], "nnp_false"))
		return -1;
	return 0;
}

int floorfile_parse(struct floor *ret, struct arena *arena, const char *text, size_t len, const char *where,
		    enum runtime_kind kind, const char *binary_key, bool no_new_privileges, struct err *err)
{
	struct jread r = {.arena = arena, .where = where, .kind = ERR_CONFIG, .err = err};
	struct floor found;
	struct jdoc doc;

	if (jread_open(&r, &doc, text, len) || read_file(&found, &r, kind, binary_key, no_new_privileges))
		return -1;
	*ret = found;
	return 0;
}

int floorfile_load(struct floor *ret, bool *ret_found, struct arena *arena, const char *dir,
		   enum runtime_kind kind, const char *binary_key, bool no_new_privileges,
		   const struct file_trust *trust, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	char name[FLOORFILE_NAME], path[4096] UNFILLED;
	size_t len;

	if (floorfile_name(name, kind, binary_key, err))
		return -1;
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, ERR_CONFIG, "%s: the path is too long", dir);
	if (file_read_trusted(path, trust, FLOORFILE_MAX, &text, &len, err)) {
		if (err->kind != ERR_SYSTEM || err->sys != ENOENT)
			return -1;
		*ret_found = false;
		return 0;
	}
	/* `source` outlives this function. */
	const char *where = arena_strndup(arena, path, (size_t)n);
	if (!where)
		return err_set(err, ERR_LIMIT, "%s: out of memory", path);
	if (floorfile_parse(ret, arena, text, len, where, kind, binary_key, no_new_privileges, err))
		return -1;
	*ret_found = true;
	return 0;
}
