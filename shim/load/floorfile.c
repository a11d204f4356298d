#include "load/floorfile.h"
#include "load/jread.h"
#include "load/profile_json.h"

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

static int read_floor(struct floor *into, const struct jread *r, uint32_t object, const char *what)
{
	static const char *const parts[] = {"need", "margin", NULL};
	uint32_t key[ARRAY_LEN(parts)];
	struct jread in;

	if (jread_object(&in, r, object, what, parts, key) || jread_type(&in, key[0], JTOK_ARRAY, "need") ||
	    jread_type(&in, key[1], JTOK_ARRAY, "margin"))
		return -1;
	profile_init(&into->need, (struct action){ACT_ERRNO, EPERM}, ARCHSET_ALL);
	profile_init(&into->margin, (struct action){ACT_ERRNO, EPERM}, ARCHSET_ALL);
	if (allowlist_read(&into->need, r->arena, r->doc, key[0], r->where, r->kind, false, r->err))
		return -1;
	return allowlist_read(&into->margin, r->arena, r->doc, key[1], r->where, r->kind, false, r->err);
}

static int read_file(struct floor *into, const struct jread *r, enum runtime_kind kind,
		     const char *binary_key, bool no_new_privileges)
{
	struct floor other;
	uint32_t key[KEY_COUNT];
	const char *s;
	uint64_t version;

	if (jread_root(r, keys, key) || jread_u64(r, key[KEY_VERSION], "version", UINT64_MAX, &version))
		return -1;
	if (version != 1)
		return jread_fail(r, key[KEY_VERSION], "version must be 1");
	if (expect(r, key[KEY_RUNTIME], "runtime", runtime_name(kind)) ||
	    expect(r, key[KEY_BINARY], "binary", binary_key) ||
	    jread_line(r, key[KEY_RUNTIME_VERSION], "runtime_version", WORD_MAX, &s) ||
	    jread_line(r, key[KEY_MEASURED], "measured", WORD_MAX, &s))
		return -1;
	if (!is_time(s))
		return jread_fail(r, key[KEY_MEASURED], "measured must be a time like 2026-01-02T03:04:05Z");
	if (read_floor(no_new_privileges ? into : &other, r, key[KEY_NNP_TRUE], "nnp_true") ||
	    read_floor(no_new_privileges ? &other : into, r, key[KEY_NNP_FALSE], "nnp_false"))
		return -1;
	return 0;
}

int floorfile_parse(struct floor *ret, struct arena *arena, const char *text, size_t len, const char *where,
		    enum runtime_kind kind, const char *binary_key, bool no_new_privileges, struct err *err)
{
	struct jread r = {.arena = arena, .where = where, .kind = ERR_CONFIG, .err = err};
	struct floor found = {.source = where};
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

static void put_floor(const char *key, const struct floorfile *f, unsigned i, struct buf *out)
{
	buf_printf(out, ",\n \"%s\": {\n  \"need\": ", key);
	allowlist_write(f->need[i], out);
	buf_puts(out, ",\n  \"margin\": ");
	allowlist_write(f->margin[i], out);
	buf_puts(out, "\n }");
}

void floorfile_write(const struct floorfile *f, struct buf *out)
{
	const struct {
		const char *key, *value;
	} words[] = {
		{"runtime", runtime_name(f->kind)},
		{"runtime_version", f->runtime_version},
		{"binary", f->binary_key},
		{"measured", f->measured},
	};

	buf_puts(out, "{\n \"version\": 1");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		buf_printf(out, ",\n \"%s\": ", words[i].key);
		buf_jstr(out, words[i].value, strlen(words[i].value));
	}
	put_floor("nnp_true", f, 1, out);
	put_floor("nnp_false", f, 0, out);
	buf_puts(out, "\n}\n");
}
