#include "format/toml.h"
#include <string.h>

enum { DEPTH_MAX = 16 };

struct reader {
	struct toml *into;
	struct arena *arena;
	const char *p;
	const char *where;
	struct err *err;
	uint32_t line, depth;
};

/* The path of what is being read. */
struct path {
	const char *part[TOML_PARTS];
	uint32_t n;
};

static int fail(const struct reader *r, const char *what)
{
	return err_set(r->err, ERR_CONFIG, "%s, line %u: %s", r->where, r->line, what);
}

static int nomem(const struct reader *r)
{
	return err_set(r->err, ERR_LIMIT, "%s: out of memory", r->where);
}

int toml_add(struct toml *into, struct arena *arena, const struct toml_entry *e)
{
	if (into->n == into->cap) {
		uint32_t cap = into->cap ? 2 * into->cap : 64;
		struct toml_entry *more = arena_array(arena, cap, sizeof(*more));

		if (!more)
			return -1;
		if (into->n)
			memcpy(more, into->entry, into->n * sizeof(*more));
		into->entry = more;
		into->cap = cap;
	}
	into->entry[into->n++] = *e;
	return 0;
}

static int add(const struct reader *r, const struct path *path, enum toml_kind kind, const char *text)
{
	struct toml_entry e = {.nparts = path->n, .kind = kind, .text = text, .line = r->line};

	memcpy(e.part, path->part, path->n * sizeof(path->part[0]));
	return toml_add(r->into, r->arena, &e) < 0 ? nomem(r) : 0;
}

static void skip_space(struct reader *r)
{
	r->p += strspn(r->p, " \t");
}

/* Over lines and comments, too: between the elements of an array. */
static void skip_lines(struct reader *r)
{
	for (;;) {
		skip_space(r);
		if (*r->p == '#')
			r->p += strcspn(r->p, "\n");
		if (*r->p == '\r' && r->p[1] == '\n')
			r->p++;
		if (*r->p != '\n')
			return;
		r->p++;
		r->line++;
	}
}

static int end_line(struct reader *r)
{
	uint32_t before = r->line;

	skip_lines(r);
	return *r->p == '\0' || r->line > before ? 0 : fail(r, "something stands behind the value");
}

static int unescape(struct reader *r, char *dst)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";

	for (; *r->p != '"'; dst++) {
		const char *at;

		if (*r->p == '\0' || *r->p == '\n')
			return fail(r, "a string does not end");
		*dst = *r->p++;
		if (*dst != '\\')
			continue;
		at = *r->p ? strchr(from, *r->p) : NULL;
		if (!at)
			return fail(r, "an escape that this reader does not know");
		*dst = to[at - from];
		r->p++;
	}
	*dst = '\0';
	r->p++;
	return 0;
}

/* As far as the closing quote, or the line's end. */
static size_t string_length(const char *p, char quote)
{
	size_t n = 0;

	while (p[n] && p[n] != quote && p[n] != '\n')
		n += quote == '"' && p[n] == '\\' && p[n + 1] ? 2 : 1;
	return n;
}

static int read_string(struct reader *r, const char **ret)
{
	char quote = *r->p;
	size_t len;
	char *dst;

	if (r->p[1] == quote && r->p[2] == quote)
		return fail(r, "a string of several lines, which this reader does not know");
	r->p++;
	len = string_length(r->p, quote);
	dst = arena_strndup(r->arena, r->p, len);
	if (!dst)
		return nomem(r);
	*ret = dst;
	if (quote == '"')
		return unescape(r, dst);
	r->p += len;
	return *r->p++ == '\'' ? 0 : fail(r, "a string does not end");
}

static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

static int read_key(struct reader *r, struct path *path)
{
	for (;;) {
		size_t len;

		skip_space(r);
		if (path->n == TOML_PARTS)
			return fail(r, "too many levels");
		if (*r->p == '"' || *r->p == '\'') {
			if (read_string(r, &path->part[path->n]) < 0)
				return -1;
		} else {
			len = strspn(r->p, bare);
			if (len == 0)
				return fail(r, "a key is expected here");
			path->part[path->n] = arena_strndup(r->arena, r->p, len);
			if (!path->part[path->n])
				return nomem(r);
			r->p += len;
		}
		path->n++;
		skip_space(r);
		if (*r->p != '.')
			return 0;
		r->p++;
	}
}

static int read_value(struct reader *r, const struct path *path);

static int read_array(struct reader *r, const struct path *path)
{
	uint32_t before = r->into->n;

	for (r->p++;;) {
		skip_lines(r);
		if (*r->p == ']')
			break;
		if (read_value(r, path) < 0)
			return -1;
		skip_lines(r);
		if (*r->p == ',')
			r->p++;
		else if (*r->p != ']')
			return fail(r, "an array does not end");
	}
	r->p++;
	return r->into->n > before ? 0 : add(r, path, TOML_TABLE, "");
}

static int read_pair(struct reader *r, const struct path *table)
{
	struct path path = *table;

	if (read_key(r, &path) < 0)
		return -1;
	if (*r->p != '=')
		return fail(r, "an equals sign is expected here");
	r->p++;
	skip_space(r);
	return read_value(r, &path);
}

static int read_inline(struct reader *r, const struct path *path)
{
	if (add(r, path, TOML_TABLE, "") < 0)
		return -1;
	for (r->p++;;) {
		skip_space(r);
		if (*r->p == '}')
			break;
		if (read_pair(r, path) < 0)
			return -1;
		skip_space(r);
		if (*r->p == ',')
			r->p++;
		else if (*r->p != '}')
			return fail(r, "an inline table does not end");
	}
	r->p++;
	return 0;
}

static int read_plain(struct reader *r, const struct path *path)
{
	size_t len = strcspn(r->p, " \t\r\n,]}#");
	const char *text;

	if (len == 0 ||
	    strspn(r->p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-.") < len)
		return fail(r, "a value that this reader does not know");
	text = arena_strndup(r->arena, r->p, len);
	r->p += len;
	return text ? add(r, path, TOML_PLAIN, text) : nomem(r);
}

static int read_value(struct reader *r, const struct path *path)
{
	const char *text;
	int ret;

	if (++r->depth > DEPTH_MAX)
		return fail(r, "too many levels");
	if (*r->p == '"' || *r->p == '\'')
		ret = read_string(r, &text) < 0 ? -1 : add(r, path, TOML_STRING, text);
	else if (*r->p == '[')
		ret = read_array(r, path);
	else if (*r->p == '{')
		ret = read_inline(r, path);
	else
		ret = read_plain(r, path);
	r->depth--;
	return ret;
}

static int read_header(struct reader *r, struct path *table)
{
	size_t brackets = r->p[1] == '[' ? 2 : 1;

	r->p += brackets;
	*table = (struct path){0};
	if (read_key(r, table) < 0)
		return -1;
	if (strncmp(r->p, "]]", brackets) != 0)
		return fail(r, "a table's name does not end");
	r->p += brackets;
	return add(r, table, TOML_TABLE, "");
}

int toml_read(struct toml *into, struct arena *arena, const char *text, const char *where, struct err *err)
{
	struct reader r = {.into = into, .arena = arena, .p = text, .where = where, .err = err, .line = 1};
	struct path table = {0};

	for (skip_lines(&r); *r.p;) {
		if ((*r.p == '[' ? read_header(&r, &table) : read_pair(&r, &table)) < 0 || end_line(&r) < 0)
			return -1;
	}
	return 0;
}

bool toml_is(const struct toml_entry *e, const char *pattern)
{
	for (uint32_t i = 0; i < e->nparts; i++) {
		size_t len = strcspn(pattern, "/");

		if (len == 0 || ((len != 1 || *pattern != '?') &&
				 (strncmp(e->part[i], pattern, len) != 0 || e->part[i][len] != '\0')))
			return false;
		pattern += len + (pattern[len] == '/');
	}
	return *pattern == '\0';
}

const char *toml_value(const struct toml *t, const char *pattern)
{
	for (uint32_t i = t->n; i > 0; i--)
		if (t->entry[i - 1].kind != TOML_TABLE && toml_is(&t->entry[i - 1], pattern))
			return t->entry[i - 1].text;
	return NULL;
}
