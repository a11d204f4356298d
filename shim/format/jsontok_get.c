/* Looking things up in a tokenized document (jsontok.h). */
#include "base/text.h"
#include "format/jsontok.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void jdoc_position(const struct jdoc *doc, uint32_t offset, uint32_t *ret_line, uint32_t *ret_col)
{
	uint32_t line = 1;
	uint32_t start = 0;
	for (uint32_t i = 0; i < offset; i++) {
		if (doc->text[i] != '\n')
			continue;
		line++;
		start = i + 1;
	}
	*ret_line = line;
	*ret_col = offset - start + 1;
}

int jdoc_fail(const struct jdoc *doc, uint32_t tok, enum err_kind kind, struct err *err, const char *fmt, ...)
{
	char what[sizeof(err->msg)];
	uint32_t line, col;
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	jdoc_position(doc, doc->tok[tok].start, &line, &col);
	return err_set(err, kind, "line %u, column %u: %s", line, col, what);
}

/* The bytes between a string token's quotes. */
static const char *inner(const struct jdoc *doc, uint32_t tok, size_t *ret_len)
{
	const struct jtok *t = &doc->tok[tok];
	*ret_len = t->end - t->start - 2;
	return doc->text + t->start + 1;
}

static unsigned hex4(const char *s)
{
	unsigned v = 0;
	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)s[i];
		v = v << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

static size_t utf8_encode(char out[static 4], unsigned c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	static const unsigned char lead[5] = {[2] = 0xc0, [3] = 0xe0, [4] = 0xf0};
	out[0] = (char)(lead[n] | c);
	return n;
}

/* The next character of a string that the tokenizer accepted, unescaped, as
 * UTF-8 in out. *s moves behind it. */
static size_t next_char(char out[static 4], const char **s)
{
	const char *p = *s;
	unsigned char c = (unsigned char)p[0];
	if (c != '\\') {
		size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		memcpy(out, p, n);
		*s = p + n;
		return n;
	}
	static const char brief[128] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
					['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
	if (p[1] != 'u') {
		out[0] = brief[p[1] & 0x7f];
		*s = p + 2;
		return 1;
	}
	unsigned unit = hex4(p + 2);
	*s = p + 6;
	if (unit >= 0xd800 && unit <= 0xdbff) {
		unit = 0x10000 + ((unit - 0xd800) << 10) + (hex4(p + 8) - 0xdc00);
		*s = p + 12;
	}
	return utf8_encode(out, unit);
}

const char *jdoc_string(const struct jdoc *doc, uint32_t tok, struct arena *arena, size_t *ret_len)
{
	size_t len, at = 0;
	const char *s = inner(doc, tok, &len), *end = s + len;
	if (!doc->tok[tok].escaped) {
		char *copy = arena_strndup(arena, s, len);
		if (copy)
			*ret_len = len;
		return copy;
	}
	/* No escape is shorter than the bytes that it stands for. */
	char *copy = arena_alloc(arena, len + 1);
	if (!copy)
		return NULL;
	while (s < end) {
		char c[4];
		size_t n = next_char(c, &s);
		memcpy(copy + at, c, n);
		at += n;
	}
	*ret_len = at;
	return copy;
}

bool jdoc_streq(const struct jdoc *doc, uint32_t tok, const char *name)
{
	size_t len;
	const char *s = inner(doc, tok, &len), *end = s + len;
	/* Most names that are asked for are others, and begin otherwise. */
	if (!doc->tok[tok].escaped)
		return (!len || *s == *name) && strlen(name) == len && !memcmp(s, name, len);
	while (s < end) {
		char c[4];
		size_t n = next_char(c, &s);
		if (strncmp(name, c, n) != 0)
			return false;
		name += n;
	}
	return !*name;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The ASCII letter that Go's encoding/json takes a character for (simple case
 * folding: unicode.SimpleFold), or 0. */
static char fold(const char *c, size_t n)
{
	if (n == 1)
		return lower(c[0]);
	if (n == 2 && !memcmp(c, "\xc5\xbf", 2)) /* U+017F */
		return 's';
	if (n == 3 && !memcmp(c, "\xe2\x84\xaa", 3)) /* U+212A */
		return 'k';
	return '\0';
}

bool jdoc_strfold(const struct jdoc *doc, uint32_t tok, const char *name)
{
	size_t len;
	const char *s = inner(doc, tok, &len), *end = s + len;
	while (s < end) {
		char c[4];
		size_t n = next_char(c, &s);
		if (!*name || fold(c, n) != lower(*name))
			return false;
		name++;
	}
	return !*name;
}

uint32_t jdoc_get(const struct jdoc *doc, uint32_t obj, const char *name)
{
	if (doc->tok[obj].type != JTOK_OBJECT)
		return 0;
	for (uint32_t key = obj + 1; key < doc->tok[obj].next; key = doc->tok[key + 1].next)
		if (jdoc_streq(doc, key, name))
			return key + 1;
	return 0;
}

bool jdoc_u64(const struct jdoc *doc, uint32_t tok, uint64_t *ret)
{
	const struct jtok *t = &doc->tok[tok];
	uint64_t v = 0;
	if (t->type != JTOK_NUMBER)
		return false;
	for (uint32_t i = t->start; i < t->end; i++) {
		char c = doc->text[i];
		if (c < '0' || c > '9' || __builtin_mul_overflow(v, UINT64_C(10), &v) ||
		    __builtin_add_overflow(v, (uint64_t)(c - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}

/* The index of a key's name in names, or -1. */
static int name_index(const struct jdoc *doc, uint32_t key, const char *const names[])
{
	for (int i = 0; names[i]; i++)
		if (jdoc_streq(doc, key, names[i]))
			return i;
	return -1;
}

static int fail_unknown(const struct jdoc *doc, uint32_t key, const char *where, const char *const names[],
			enum err_kind kind, struct err *err)
{
	char shown[80];
	uint32_t line, col;
	size_t len;
	const char *raw = inner(doc, key, &len), *near = text_nearest(raw, len, names);
	jdoc_position(doc, doc->tok[key].start, &line, &col);
	text_show(shown, sizeof(shown), raw, len);
	return err_set(err, kind, "%s: unknown key \"%s\" (line %u, column %u)%s%s%s", where, shown, line,
		       col, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int jdoc_members(const struct jdoc *doc, uint32_t obj, const char *where, const char *const names[],
		 uint32_t ret_vals[], enum err_kind kind, struct err *err)
{
	uint32_t vals[64] = {0};
	uint32_t line, col;
	if (doc->tok[obj].type != JTOK_OBJECT) {
		jdoc_position(doc, doc->tok[obj].start, &line, &col);
		return err_set(err, kind, "%s: must be an object (line %u, column %u)", where, line, col);
	}
	for (uint32_t key = obj + 1; key < doc->tok[obj].next; key = doc->tok[key + 1].next) {
		int i = name_index(doc, key, names);
		if (i < 0)
			return fail_unknown(doc, key, where, names, kind, err);
		if ((size_t)i >= ARRAY_LEN(vals))
			return err_set(err, ERR_INTERNAL, "%s: more than %zu names", where, ARRAY_LEN(vals));
		if (vals[i]) {
			jdoc_position(doc, doc->tok[key].start, &line, &col);
			return err_set(err, kind, "%s: key \"%s\" stands there twice (line %u, column %u)",
				       where, names[i], line, col);
		}
		vals[i] = key + 1;
	}
	for (size_t i = 0; ret_vals && names[i]; i++)
		ret_vals[i] = vals[i];
	return 0;
}
