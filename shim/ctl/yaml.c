#include "ctl/yaml.h"
#include "base/jsontok.h"
#include <string.h>

enum { ENTRIES = 4096, JSON_TOKENS = 1 << 16 };

/* A key, or an item of a list, and what is below it by its indentation. */
struct level {
	const char *key;
	size_t indent;
	bool item;
	bool open; /* nothing stands behind it in its line: what follows may be below it */
};

struct reader {
	struct toml *into;
	struct arena *arena;
	const char *where;
	struct err *err;
	uint32_t first; /* of this text's entries */
	uint32_t line;
	struct level level[TOML_PARTS];
	uint32_t depth;
	bool begun; /* the document's own beginning, "---", or its first line */
};

static int fail(const struct reader *r, const char *what)
{
	return err_set(r->err, ERR_CONFIG, "%s, line %u: %s", r->where, r->line, what);
}

static bool is_twice(const struct reader *r, const struct toml_entry *e)
{
	for (uint32_t i = r->first; i < r->into->n; i++) {
		const struct toml_entry *o = &r->into->entry[i];
		uint32_t same = 0;

		while (o->nparts == e->nparts && same < e->nparts &&
		       strcmp(o->part[same], e->part[same]) == 0)
			same++;
		if (same == e->nparts)
			return true;
	}
	return false;
}

/* What the innermost level has for a value. */
static int add(const struct reader *r, enum toml_kind kind, const char *text, size_t len)
{
	struct toml_entry e = {.nparts = r->depth,
			       .kind = kind,
			       .line = r->line,
			       .text = arena_strndup(r->arena, text, len)};
	bool in_list = false;

	for (uint32_t i = 0; i < r->depth; i++) {
		e.part[i] = r->level[i].key;
		in_list = in_list || r->level[i].item;
	}
	if (!in_list && is_twice(r, &e))
		return fail(r, "a key that is there twice");
	if (!e.text || r->into->n - r->first == ENTRIES || toml_add(r->into, r->arena, &e) < 0)
		return err_set(r->err, ERR_LIMIT, "%s: more than %d keys", r->where, ENTRIES);
	return 0;
}

/* Goes to where a key or an item at this indentation belongs. */
static int enter(struct reader *r, size_t indent, const char *key, size_t len, bool item)
{
	struct level *top;
	bool left = false;

	for (; r->depth > 0 && r->level[r->depth - 1].indent > indent; r->depth--)
		left = true;
	top = r->depth > 0 ? &r->level[r->depth - 1] : NULL;
	/* A list may stand at the indentation of its own key. */
	if (top && top->indent == indent && top->item && !item && r->depth > 1) {
		r->depth--;
		top--;
		left = true;
	}
	if (top && top->indent == indent && top->item == item)
		r->depth--;
	else if (left || (top && !top->open) || (top && top->indent == indent && !item) ||
		 r->depth == TOML_PARTS)
		return fail(r, "an indentation that is not read here");
	r->level[r->depth++] =
		(struct level){.key = arena_strndup(r->arena, key, len), .indent = indent, .item = item};
	return r->level[r->depth - 1].key ? 0 : err_set(r->err, ERR_LIMIT, "%s: out of memory", r->where);
}

/* Whether nothing but a comment stands here, behind a blank. */
static bool is_end(const char *p)
{
	return !*p || (*p == ' ' && strchr("#", p[strspn(p, " ")]));
}

/* Behind the closing quote; NULL: there is none, or an escape. */
static const char *skip_quoted(const char *p)
{
	const char *end = strchr(p + 1, *p);

	if (!end || end[1] == *p || (*p == '"' && memchr(p, '\\', (size_t)(end - p))))
		return NULL;
	return end + 1;
}

/* Behind the closing bracket, in the same line. */
static const char *skip_flow(const char *p)
{
	uint32_t depth = 0;

	while (p && *p) {
		if (*p == '"' || *p == '\'') {
			p = skip_quoted(p);
			continue;
		}
		if (*p == '#')
			return NULL;
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		p++;
		if (depth == 0)
			return p;
	}
	return NULL;
}

static int read_plain(const struct reader *r, const char *p)
{
	static const char *const nulls[] = {"~", "null", "Null", "NULL"};
	const char *end = strstr(p, " #");
	size_t len = end ? (size_t)(end - p) : strlen(p);

	while (len > 0 && p[len - 1] == ' ')
		len--;
	if (strchr("|>&*!%@`?:,]}#", *p) || (*p == '-' && (len == 1 || p[1] == ' ')) ||
	    memmem(p, len, ": ", 2) || p[len - 1] == ':')
		return fail(r, "a form that is not read here");
	for (size_t i = 0; i < ARRAY_LEN(nulls); i++)
		if (strlen(nulls[i]) == len && memcmp(p, nulls[i], len) == 0)
			len = 0;
	return add(r, TOML_PLAIN, p, len);
}

/* What stands behind a key's colon or an item's dash, without blanks in front. */
static int read_value(struct reader *r, const char *p)
{
	const char *end;

	r->level[r->depth - 1].open = !*p || *p == '#';
	if (r->level[r->depth - 1].open)
		return add(r, TOML_TABLE, "", 0);
	if (!strchr("\"'{[", *p))
		return read_plain(r, p);
	end = *p == '{' || *p == '[' ? skip_flow(p) : skip_quoted(p);
	if (!end || !is_end(end))
		return fail(r, "a form that is not read here");
	if (*p == '{' || *p == '[')
		return add(r, TOML_PLAIN, p, (size_t)(end - p));
	return add(r, TOML_STRING, p + 1, (size_t)(end - p) - 2);
}

/* The key at p, without its quotes: *ret_value is what stands behind its colon. */
static bool find_key(const char **p, size_t *ret_len, const char **ret_value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-";
	bool quoted = **p == '"' || **p == '\'';
	const char *end = quoted ? skip_quoted(*p) : *p + strspn(*p, plain);

	if (!end || end == *p)
		return false;
	*ret_len = (size_t)(end - *p) - (quoted ? 2 : 0);
	*p += quoted;
	end += strspn(end, " ");
	if (*end != ':' || (end[1] && end[1] != ' '))
		return false;
	*ret_value = end + 1 + strspn(end + 1, " ");
	return true;
}

/* One line, behind its indentation. */
static int read_node(struct reader *r, size_t indent, const char *p)
{
	const char *start = p, *value;
	bool item = false;
	size_t len;

	while (*p == '-' && (p[1] == ' ' || !p[1])) {
		if (enter(r, indent + (size_t)(p - start), "-", 1, true) < 0)
			return -1;
		item = r->level[r->depth - 1].open = true;
		p += 1 + strspn(p + 1, " ");
	}
	indent += (size_t)(p - start);
	value = p;
	if (*p && *p != '#' && find_key(&p, &len, &value))
		return enter(r, indent, p, len, false) < 0 ? -1 : read_value(r, value);
	return item ? read_value(r, value) : fail(r, "neither a key nor an item of a list");
}

static int read_line(struct reader *r, char *line)
{
	size_t len = strlen(line), indent = strspn(line, " ");
	bool begin;

	if (len > 0 && line[len - 1] == '\r')
		line[--len] = '\0';
	while (len > indent && line[len - 1] == ' ')
		line[--len] = '\0';
	if (!line[indent] || line[indent] == '#')
		return 0;
	if (strchr(line, '\t'))
		return fail(r, "a tab");
	begin = strncmp(line, "---", 3) == 0 && is_end(line + 3);
	if ((begin && r->begun) || *line == '%' || strncmp(line, "...", 3) == 0 ||
	    (!begin && strncmp(line, "---", 3) == 0))
		return fail(r, "more than one document, or a directive");
	r->begun = true;
	return begin ? 0 : read_node(r, indent, line + indent);
}

static int read_json(struct reader *r, const struct jdoc *doc, uint32_t tok);

static int read_members(struct reader *r, const struct jdoc *doc, uint32_t obj)
{
	if (r->depth == TOML_PARTS)
		return fail(r, "too many levels");
	for (uint32_t i = 0, k = obj + 1; i < doc->tok[obj].count; i++, k = doc->tok[k + 1].next) {
		size_t len;
		struct level *l = &r->level[r->depth++];

		*l = (struct level){.key = jdoc_string(doc, k, r->arena, &len)};
		if (!l->key || read_json(r, doc, k + 1) < 0)
			return l->key ? -1 : err_set(r->err, ERR_LIMIT, "%s: out of memory", r->where);
		r->depth--;
	}
	return 0;
}

static int read_json(struct reader *r, const struct jdoc *doc, uint32_t tok)
{
	const struct jtok *t = &doc->tok[tok];
	const char *text = doc->text + t->start;
	size_t len = t->end - t->start;

	switch (t->type) {
	case JTOK_OBJECT:
		if (r->depth > 0 && add(r, TOML_TABLE, "", 0) < 0)
			return -1;
		return read_members(r, doc, tok);
	case JTOK_STRING:
		text = jdoc_string(doc, tok, r->arena, &len);
		return text ? add(r, TOML_STRING, text, len)
			    : err_set(r->err, ERR_LIMIT, "%s: out of memory", r->where);
	case JTOK_NULL:
		return add(r, TOML_PLAIN, "", 0);
	case JTOK_FALSE:
	case JTOK_TRUE:
	case JTOK_NUMBER:
	case JTOK_ARRAY:
		break;
	}
	return add(r, TOML_PLAIN, text, len);
}

/* What ends a line for YAML, but not here: CR, NEL, LS, PS. The end of the text. */
static bool has_other_ends(const char *text, size_t len)
{
	for (const char *p = text; (p = strchr(p, '\r')); p++)
		if (p[1] != '\n')
			return true;
	return strlen(text) != len || strstr(text, "\xc2\x85") || strstr(text, "\xe2\x80\xa8") ||
	       strstr(text, "\xe2\x80\xa9");
}

int yaml_read(struct toml *into, struct arena *arena, const char *text, size_t len, const char *where,
	      struct err *err)
{
	static const struct jlimits limits = {.depth = TOML_PARTS, .tokens = JSON_TOKENS};
	struct reader r = {
		.into = into, .arena = arena, .where = where, .err = err, .first = into->n, .line = 1};
	struct jdoc doc;

	if (text[strspn(text, " \t\r\n")] == '{') {
		if (jdoc_parse(&doc, arena, text, len, &limits, ERR_CONFIG, err) < 0)
			return err_wrap(err, "%s", where);
		return read_json(&r, &doc, 0);
	}
	if (has_other_ends(text, len))
		return fail(&r, "a character that may end a line");
	for (; *text; r.line++) {
		size_t width = strcspn(text, "\n");
		char *line = arena_strndup(arena, text, width);

		if (!line)
			return err_set(err, ERR_LIMIT, "%s: out of memory", where);
		if (read_line(&r, line) < 0)
			return -1;
		text += width + (text[width] == '\n');
	}
	return 0;
}
