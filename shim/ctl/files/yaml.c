#include "ctl/files/yaml.h"
#include <string.h>
#include <yaml.h>

enum { ENTRIES = 4096 };

struct reader {
	struct toml *into;
	struct arena *arena;
	const char *where;
	struct err *err;
	uint32_t first; /* of this text's entries */
	yaml_parser_t parser;
	const char *part[TOML_PARTS];
	uint32_t depth;
};

static int fail(const struct reader *r, size_t line, const char *what)
{
	return err_set(r->err, ERR_CONFIG, "%s, line %zu: %s", r->where, line + 1, what);
}

static int next(struct reader *r, yaml_event_t *ret)
{
	const yaml_parser_t *p = &r->parser;

	if (yaml_parser_parse(&r->parser, ret))
		return 0;
	/* Errors of decoding have no mark. */
	return fail(r, p->problem_mark.line ? p->problem_mark.line : p->mark.line,
		    p->problem ? p->problem : "out of memory");
}

static bool is_word(const char *s, const char *const words[])
{
	for (; *words; words++)
		if (!strcmp(s, *words))
			return true;
	return false;
}

/* What go-yaml makes of a word without quotes (resolve.go). */
static const char *resolve(const char *s)
{
	static const char *const nulls[] = {"~", "null", "Null", "NULL", NULL};
	static const char *const yes[] = {"y",	  "Y",	  "yes", "Yes", "YES", "true",
					  "True", "TRUE", "on",	 "On",	"ON",  NULL};
	static const char *const no[] = {"n",	  "N",	   "no",  "No",	 "NO",	"false",
					 "False", "FALSE", "off", "Off", "OFF", NULL};

	if (is_word(s, nulls))
		return "";
	return is_word(s, yes) ? "true" : is_word(s, no) ? "false" : s;
}

static bool is_twice(const struct reader *r, const struct toml_entry *e)
{
	for (uint32_t i = r->first; i < r->into->n; i++) {
		const struct toml_entry *o = &r->into->entry[i];
		uint32_t same = 0;

		while (o->nparts == e->nparts && same < e->nparts && !strcmp(o->part[same], e->part[same]))
			same++;
		if (same == e->nparts)
			return true;
	}
	return false;
}

static int add(const struct reader *r, enum toml_kind kind, const char *text, size_t line)
{
	struct toml_entry e = {.nparts = r->depth, .kind = kind, .line = (uint32_t)line + 1};
	bool in_list = false;

	e.text = arena_strndup(r->arena, text, strlen(text));
	for (uint32_t i = 0; i < r->depth; i++) {
		e.part[i] = r->part[i];
		in_list = in_list || !strcmp(r->part[i], "-");
	}
	if (!in_list && is_twice(r, &e))
		return fail(r, line, "a key that is there twice");
	if (!e.text || r->into->n - r->first == ENTRIES || toml_add(r->into, r->arena, &e) < 0)
		return err_set(r->err, ERR_LIMIT, "%s: more than %d keys", r->where, ENTRIES);
	return 0;
}

static int read_scalar(const struct reader *r, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (e->data.scalar.tag)
		return fail(r, e->start_mark.line, "a tag");
	if (strlen(text) != e->data.scalar.length)
		return fail(r, e->start_mark.line, "a NUL in a text");
	return add(r, plain ? TOML_PLAIN : TOML_STRING, plain ? resolve(text) : text, e->start_mark.line);
}

static int read_node(struct reader *r, const yaml_event_t *e);

/* The value below one part of the path. */
static int read_below(struct reader *r, const char *part, const yaml_event_t *e)
{
	int wrong;

	if (r->depth == TOML_PARTS)
		return fail(r, e->start_mark.line, "too many levels");
	r->part[r->depth] = arena_strndup(r->arena, part, strlen(part));
	if (!r->part[r->depth])
		return err_set(r->err, ERR_LIMIT, "%s: out of memory", r->where);
	r->depth++;
	wrong = read_node(r, e);
	r->depth--;
	return wrong;
}

static int read_member(struct reader *r, const yaml_event_t *key)
{
	yaml_event_t value;

	if (key->type != YAML_SCALAR_EVENT || key->data.scalar.tag ||
	    strlen((const char *)key->data.scalar.value) != key->data.scalar.length)
		return fail(r, key->start_mark.line, "a key that is no plain text");
	if (!strcmp((const char *)key->data.scalar.value, "<<"))
		return fail(r, key->start_mark.line, "a merge");
	if (next(r, &value) < 0)
		return -1;
	int wrong = read_below(r, (const char *)key->data.scalar.value, &value);
	yaml_event_delete(&value);
	return wrong;
}

/* The members or items until `end`. */
static int read_all(struct reader *r, yaml_event_type_t end)
{
	for (;;) {
		yaml_event_t e;

		if (next(r, &e) < 0)
			return -1;
		bool done = e.type == end;
		int wrong = done			    ? 0
			    : end == YAML_MAPPING_END_EVENT ? read_member(r, &e)
							    : read_below(r, "-", &e);
		yaml_event_delete(&e);
		if (done || wrong < 0)
			return wrong;
	}
}

static int read_node(struct reader *r, const yaml_event_t *e)
{
	bool mapping = e->type == YAML_MAPPING_START_EVENT;

	if (e->type == YAML_SCALAR_EVENT)
		return read_scalar(r, e);
	if (!mapping && e->type != YAML_SEQUENCE_START_EVENT)
		return fail(r, e->start_mark.line, "an alias");
	if (mapping ? e->data.mapping_start.tag : e->data.sequence_start.tag)
		return fail(r, e->start_mark.line, "a tag");
	if (r->depth > 0 && add(r, TOML_TABLE, "", e->start_mark.line) < 0)
		return -1;
	return read_all(r, mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT);
}

static int read_stream(struct reader *r)
{
	uint32_t documents = 0;

	for (;;) {
		yaml_event_t e;
		int wrong = 0;

		if (next(r, &e) < 0)
			return -1;
		bool done = e.type == YAML_STREAM_END_EVENT;
		if (e.type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
			wrong = fail(r, e.start_mark.line, "more than one document");
		else if (e.type == YAML_SCALAR_EVENT && !e.data.scalar.length)
			; /* nothing but "---" */
		else if (e.type == YAML_MAPPING_START_EVENT)
			wrong = read_node(r, &e);
		else if (e.type != YAML_STREAM_START_EVENT && e.type != YAML_DOCUMENT_START_EVENT &&
			 e.type != YAML_DOCUMENT_END_EVENT && !done)
			wrong = fail(r, e.start_mark.line, "the document must be a mapping");
		yaml_event_delete(&e);
		if (done || wrong < 0)
			return wrong;
	}
}

int yaml_read(struct toml *into, struct arena *arena, const char *text, size_t len, const char *where,
	      struct err *err)
{
	struct reader r = {.into = into, .arena = arena, .where = where, .err = err, .first = into->n};

	if (!yaml_parser_initialize(&r.parser))
		return err_set(err, ERR_LIMIT, "%s: out of memory", where);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	int wrong = read_stream(&r);
	yaml_parser_delete(&r.parser);
	return wrong;
}
