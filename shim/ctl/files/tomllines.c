#include "ctl/files/tomllines.h"
#include <string.h>

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* One part of a header or key: bare, "basic" (the dumps escape nothing in them)
 * or 'literal'. Returns what stands behind it, or NULL. */
static const char *read_part(const char *p, const char *end, const char **ret, size_t *ret_len)
{
	const char *from = p;

	if (p < end && (*p == '"' || *p == '\'')) {
		const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));

		if (!close)
			return NULL;
		*ret = p + 1;
		*ret_len = (size_t)(close - p - 1);
		return close + 1;
	}
	while (p < end && !strchr(".]= \t", *p))
		p++;
	*ret = from;
	*ret_len = (size_t)(p - from);
	return p > from ? p : NULL;
}

static void read_header(struct tomlline *l, struct arena *arena, const char *p, const char *end)
{
	l->depth = 0;
	while (l->depth < TOMLLINE_PARTS && p && p < end) {
		const char *part;
		size_t len;

		p = read_part(skip_blanks(p, end), end, &part, &len);
		if (!p)
			break;
		l->table[l->depth] = arena_strndup(arena, part, len);
		if (!l->table[l->depth])
			break;
		l->depth++;
		p = skip_blanks(p, end);
		if (p >= end || *p != '.')
			break;
		p++;
	}
}

bool tomlline_next(struct tomlline *l, struct arena *arena)
{
	const char *from = l->at + l->len, *end, *p;

	if (*from == '\n')
		from++;
	if (!*from)
		return false;
	end = strchrnul(from, '\n');
	l->at = from;
	l->len = (size_t)(end - from);
	p = skip_blanks(from, end);
	l->header = p < end && *p == '[';
	if (l->header)
		read_header(l, arena, p + 1, end);
	return true;
}

bool tomlline_within(const struct tomlline *l, const char *const parts[], unsigned n)
{
	if (l->depth < n)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (strcmp(l->table[i], parts[i]) != 0)
			return false;
	return true;
}

const char *tomlline_value(const struct tomlline *l, const char *key, size_t *ret_len)
{
	const char *end = l->at + l->len, *p = skip_blanks(l->at, end), *part;
	size_t len;

	if (l->header)
		return NULL;
	p = read_part(p, end, &part, &len);
	if (!p || len != strlen(key) || memcmp(part, key, len) != 0)
		return NULL;
	p = skip_blanks(p, end);
	if (p >= end || *p != '=')
		return NULL;
	p = skip_blanks(p + 1, end);
	while (end > p && strchr(" \t\r", end[-1]))
		end--;
	*ret_len = (size_t)(end - p);
	return p;
}

/* Behind the array that begins at p: brackets in strings and comments are none. */
static const char *skip_array(const char *p)
{
	unsigned depth = 0;

	for (; *p; p++) {
		if (*p == '"' || *p == '\'') {
			char quote = *p;

			while (*++p && *p != quote)
				if (*p == '\\' && quote == '"' && p[1])
					p++;
			if (!*p)
				return NULL;
		} else if (*p == '#') {
			p = strchrnul(p, '\n');
			if (!*p)
				return NULL;
		} else if (*p == '[') {
			depth++;
		} else if (*p == ']' && --depth == 0) {
			return p + 1;
		}
	}
	return NULL;
}

const char *tomlline_top(const char *text, const char *key, size_t *ret_len)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct tomlline l = {.at = text};
	const char *value, *end;
	size_t len;

	while (tomlline_next(&l, &arena) && !l.header) {
		value = tomlline_value(&l, key, &len);
		if (!value)
			continue;
		end = *value == '[' ? skip_array(value) : value + len;
		if (!end)
			return NULL;
		*ret_len = (size_t)(end - value);
		return value;
	}
	return NULL;
}
