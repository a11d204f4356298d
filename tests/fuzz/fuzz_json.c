/* The tokenizer against jansson: the same texts are JSON, with the same values.
 * Known differences: jansson keeps integers to 64 bits and reals to a double
 * (left out by its error code), and takes a NUL behind a number for the end. */
#include "format/jsontok.h"
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void same_string(const struct jdoc *doc, uint32_t tok, const char *s, size_t want, struct arena *a)
{
	size_t len = 0;
	const char *got = jdoc_string(doc, tok, a, &len);
	check(got && len == want && !memcmp(got, s, len) && jdoc_streq(doc, tok, s));
}

static void same(const struct jdoc *doc, uint32_t tok, const json_t *j, struct arena *a)
{
	static const enum jtok_type types[] = {
		[JSON_OBJECT] = JTOK_OBJECT,  [JSON_ARRAY] = JTOK_ARRAY, [JSON_STRING] = JTOK_STRING,
		[JSON_INTEGER] = JTOK_NUMBER, [JSON_REAL] = JTOK_NUMBER, [JSON_TRUE] = JTOK_TRUE,
		[JSON_FALSE] = JTOK_FALSE,    [JSON_NULL] = JTOK_NULL,
	};
	const struct jtok *t = &doc->tok[tok];
	uint64_t v;
	check(t->type == types[json_typeof(j)] && t->start < t->end && t->end <= doc->len && t->next > tok);
	if (json_is_string(j))
		same_string(doc, tok, json_string_value(j), json_string_length(j), a);
	if (json_is_integer(j) && jdoc_u64(doc, tok, &v))
		check((json_int_t)v == json_integer_value(j));
	uint32_t at = tok + 1;
	for (size_t i = 0; i < json_array_size(j); i++, at = doc->tok[at].next)
		same(doc, at, json_array_get(j, i), a);
	if (json_is_array(j))
		check(at == t->next && t->count == json_array_size(j));
	/* A repeated name is one member to jansson, the last; ours is checked as far as names are unique. */
	if (!json_is_object(j) || json_object_size(j) != t->count)
		return;
	for (; at < t->next; at = doc->tok[at + 1].next) {
		size_t len = 0;
		const char *key = jdoc_string(doc, at, a, &len);
		check(key && jdoc_get(doc, tok, key) == at + 1);
		same(doc, at + 1, json_object_get(j, key), a);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct jlimits limits = {.depth = 1000, .tokens = 100000};
	struct arena a = {0};
	struct jdoc doc;
	struct err err = {0};
	json_error_t e;
	json_object_seed(1);
	int r = jdoc_parse(&doc, &a, (const char *)data, size, &limits, ERR_CONFIG, &err);
	bool nul = memchr(data, 0, size) != NULL;
	json_t *j = nul ? NULL : json_loadb((const char *)data, size, JSON_DECODE_ANY, &e);
	if (j && !r)
		same(&doc, 0, j, &a);
	else if (j)
		check(strstr(err.msg, "too many") != NULL);
	else if (!r)
		check(!nul && json_error_code(&e) == json_error_numeric_overflow);
	else
		check(strstr(err.msg, "line ") && strstr(err.msg, "(byte "));
	json_decref(j);
	arena_free(&a);
	return 0;
}
