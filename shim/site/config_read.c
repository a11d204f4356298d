#include "site/config_read.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

int cfg_wrong(const struct cfg_parser *p, uint32_t tok, const char *key, const char *must)
{
	uint32_t line, col;
	const struct jtok *t = &p->doc.tok[tok];
	size_t len = t->end - t->start;
	bool cut = t->type == JTOK_ARRAY || t->type == JTOK_OBJECT || len > 60;

	jdoc_position(&p->doc, t->start, &line, &col);
	return err_set(p->err, ERR_CONFIG, "%s: %s must be %s, not %.*s%s (line %u, column %u)", p->where,
		       key, must, (int)(cut ? (len < 20 ? len : 20) : len), p->doc.text + t->start,
		       cut && len > 20 ? "…" : "", line, col);
}

/* "a", "b" or "c" */
static void list_words(char *dst, size_t cap, const char *const words[])
{
	size_t at = 0;

	*dst = '\0';
	for (int i = 0; words[i] && at < cap; i++) {
		const char *between = i == 0 ? "" : words[i + 1] ? ", " : " or ";
		int n = snprintf(dst + at, cap - at, "%s\"%s\"", between, words[i]);
		at += n > 0 ? (size_t)n : 0;
	}
}

int cfg_read_word(const struct cfg_parser *p, uint32_t tok, const char *key, const char *const words[],
		  int *ret)
{
	char must[160];

	for (int i = 0; words[i] && p->doc.tok[tok].type == JTOK_STRING; i++)
		if (jdoc_streq(&p->doc, tok, words[i])) {
			*ret = i;
			return 0;
		}
	list_words(must, sizeof(must), words);
	return cfg_wrong(p, tok, key, must);
}

int cfg_read_bool(const struct cfg_parser *p, uint32_t tok, const char *key, bool *ret)
{
	enum jtok_type type = p->doc.tok[tok].type;

	if (type != JTOK_TRUE && type != JTOK_FALSE)
		return cfg_wrong(p, tok, key, "true or false");
	*ret = type == JTOK_TRUE;
	return 0;
}

int cfg_read_number(const struct cfg_parser *p, uint32_t tok, const char *key, uint64_t min, uint64_t max,
		    uint64_t *ret)
{
	char must[80];
	uint64_t v;

	if (jdoc_u64(&p->doc, tok, &v) && v >= min && v <= max) {
		*ret = v;
		return 0;
	}
	(void)snprintf(must, sizeof(must), "a whole number from %llu to %llu", (unsigned long long)min,
		       (unsigned long long)max);
	return cfg_wrong(p, tok, key, must);
}

int cfg_read_string(const struct cfg_parser *p, uint32_t tok, const char *key, const char *must,
		    const char **ret)
{
	size_t len;

	if (p->doc.tok[tok].type != JTOK_STRING)
		return cfg_wrong(p, tok, key, must);
	*ret = jdoc_string(&p->doc, tok, p->arena, &len);
	if (!*ret)
		return err_set(p->err, ERR_LIMIT, "%s: out of memory", p->where);
	return 0;
}

int cfg_read_path(const struct cfg_parser *p, uint32_t tok, const char *key, const char **ret)
{
	static const char must[] = "an absolute path without a slash at its end";
	const char *path;

	if (cfg_read_string(p, tok, key, must, &path) < 0)
		return -1;
	if (path[0] != '/' || path[1] == '\0' || path[strlen(path) - 1] == '/' || strlen(path) >= PATH_MAX)
		return cfg_wrong(p, tok, key, must);
	*ret = path;
	return 0;
}

int cfg_read_paths(const struct cfg_parser *p, uint32_t tok, const char *key, const char *const **ret)
{
	const struct jtok *t = &p->doc.tok[tok];
	const char **paths;
	char each[80];
	uint32_t n = 0;

	if (t->type != JTOK_ARRAY)
		return cfg_wrong(p, tok, key, "a list of absolute paths");
	paths = arena_array(p->arena, (size_t)t->count + 1, sizeof(*paths));
	if (!paths)
		return err_set(p->err, ERR_LIMIT, "%s: out of memory", p->where);
	(void)snprintf(each, sizeof(each), "each of %s", key);
	for (uint32_t i = tok + 1; i < t->next; i = p->doc.tok[i].next)
		if (cfg_read_path(p, i, each, &paths[n++]) < 0)
			return -1;
	paths[n] = NULL;
	*ret = paths;
	return 0;
}

/* A list of words, each at most once; *ret gets a bit per word. */
int cfg_read_words(const struct cfg_parser *p, uint32_t tok, const char *key, const char *const words[],
		   unsigned *ret)
{
	const struct jtok *t = &p->doc.tok[tok];
	unsigned set = 0;

	if (t->type != JTOK_ARRAY)
		return cfg_wrong(p, tok, key, "a list");
	for (uint32_t i = tok + 1; i < t->next; i = p->doc.tok[i].next) {
		int word;
		char each[80];
		(void)snprintf(each, sizeof(each), "each of %s", key);
		if (cfg_read_word(p, i, each, words, &word) < 0)
			return -1;
		if (set >> word & 1)
			return cfg_wrong(p, i, each, "named once");
		set |= 1u << word;
	}
	*ret = set;
	return 0;
}

int cfg_members(const struct cfg_parser *p, uint32_t tok, const char *key, const char *const names[],
		uint32_t vals[])
{
	char where[PATH_MAX + 128];

	if (p->doc.tok[tok].type != JTOK_OBJECT)
		return cfg_wrong(p, tok, key, "an object");
	(void)snprintf(where, sizeof(where), "%s%s%s", p->where, *key ? ": " : "", key);
	return jdoc_members(&p->doc, tok, where, names, vals, ERR_CONFIG, p->err);
}
