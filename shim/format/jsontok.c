/* The tokenizer. Looking things up in tokens: jsontok_get.c. */
#include "format/jsontok.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define NO_PARENT UINT32_MAX
struct parser {
	const char *text;
	size_t len, pos;
	struct jtok *tok;
	uint32_t ntok, max_tok;
	uint32_t parent; /* the innermost open container: its `next` holds the one around it */
	uint32_t depth, max_depth;
	const char *problem; /* what is wrong at pos */
};

/* What comes next in the text. */
enum step { STEP_VALUE, STEP_KEY, STEP_AFTER, STEP_DONE, STEP_FAIL };

static enum step fail(struct parser *p, const char *problem)
{
	p->problem = problem;
	return STEP_FAIL;
}

/* The byte at pos, or 0 at the end (a NUL in the text is refused anyway). */
static char peek(const struct parser *p)
{
	return p->pos < p->len ? p->text[p->pos] : '\0';
}

/* Engines write JSON without spaces. */
static inline void skip_space(struct parser *p)
{
	char c;
	while (p->pos < p->len && (c = p->text[p->pos]) <= ' ' && c && strchr(" \n\t\r", c))
		p->pos++;
}

/* Something that no JSON value or punctuation begins with: other parsers, and
 * some runtimes (json-c, yajl), take a few of these. */
static enum step fail_unexpected(struct parser *p, const char *expected)
{
	static const struct {
		const char *text, *problem;
	} foreign[] = {
		{"/", "a comment: JSON has none"},
		{"#", "a comment: JSON has none"},
		{"'", "a single quote: JSON strings stand in double quotes"},
		{"NaN", "NaN is no JSON value"},
		{"Infinity", "Infinity is no JSON value"},
		{"+", "a number may not begin with +"},
		{".", "a number may not begin with a dot"},
		{"\xef\xbb\xbf", "a byte-order mark"},
	};
	if (p->pos >= p->len)
		return fail(p, "the text ends too early");
	if (p->text[p->pos] == '\0')
		return fail(p, "a NUL byte");
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		size_t n = strlen(foreign[i].text);
		if (p->len - p->pos >= n && !memcmp(p->text + p->pos, foreign[i].text, n))
			return fail(p, foreign[i].problem);
	}
	return fail(p, expected);
}

static struct jtok *push(struct parser *p, enum jtok_type type)
{
	if (p->ntok == p->max_tok) {
		p->problem = "too many values";
		return NULL;
	}
	struct jtok *t = &p->tok[p->ntok++];
	*t = (struct jtok){.start = (uint32_t)p->pos, .next = p->ntok, .type = type};
	return t;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	int lower = c | 0x20;
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The code unit of \uXXXX at pos, or -1. */
static int32_t unicode_escape(const struct parser *p)
{
	int32_t unit = 0;
	if (p->len - p->pos < 6 || p->text[p->pos] != '\\' || p->text[p->pos + 1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		int d = hex_digit(p->text[p->pos + i]);
		if (d < 0)
			return -1;
		unit = unit << 4 | d;
	}
	return unit;
}

/* At a backslash. */
static bool scan_escape(struct parser *p)
{
	char c = p->len - p->pos > 1 ? p->text[p->pos + 1] : '\0';
	if (c && strchr("\"\\/bfnrt", c)) {
		p->pos += 2;
		return true;
	}
	int32_t unit = unicode_escape(p), low;
	if (unit < 0) {
		p->problem = c == 'u' ? "\\u without four hexadecimal digits" : "no such escape";
		return false;
	}
	if (!unit) {
		p->problem = "an escaped NUL (\\u0000)";
		return false;
	}
	if (unit >= 0xd800 && unit <= 0xdfff) {
		p->pos += 6;
		low = unit <= 0xdbff ? unicode_escape(p) : -1;
		if (low < 0xdc00 || low > 0xdfff) {
			p->pos -= 6;
			p->problem = "half of a surrogate pair";
			return false;
		}
	}
	p->pos += 6;
	return true;
}

/* Of eight bytes, how many stand before a quote, a backslash, or what is below 0x20 or not ASCII. A borrow
 * can only make a false yes, behind a true one; both machines are little-endian. */
static size_t count_plain(const char *s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t v, quote, slash, special;
	memcpy(&v, s, sizeof(v));
	quote = v ^ (ones * '"');
	slash = v ^ (ones * '\\');
	special = (v | (v - ones * 0x20) | (quote - ones) | (slash - ones)) & high;
	return special ? (size_t)__builtin_ctzll(special) / 8 : 8;
}

static void skip_plain(struct parser *p)
{
	const char *s = p->text + p->pos, *end = p->text + p->len;
	char last[8] = {0};
	size_t n = sizeof(last);
	while (n == sizeof(last) && end - s >= (ptrdiff_t)sizeof(last))
		s += n = count_plain(s);
	if (n == sizeof(last))
		s += count_plain(memcpy(last, s, (size_t)(end - s)));
	p->pos = (size_t)(s - p->text);
}

static bool scan_string(struct parser *p)
{
	struct jtok *t = push(p, JTOK_STRING);
	if (!t)
		return false;
	p->pos++;
	for (;;) {
		skip_plain(p);
		if (p->pos >= p->len) {
			p->problem = "the text ends inside a string";
			return false;
		}
		unsigned char c = (unsigned char)p->text[p->pos];
		if (c == '"')
			break;
		if (c == '\\') {
			t->escaped = true;
			if (!scan_escape(p))
				return false;
			continue;
		}
		size_t n = c < 0x20 ? 0 : text_utf8_len(p->text + p->pos, p->len - p->pos);
		if (!n) {
			p->problem = !c		? "a NUL byte"
				     : c < 0x20 ? "a control character in a string"
						: "bytes that are no UTF-8";
			return false;
		}
		p->pos += n;
	}
	t->end = (uint32_t)++p->pos;
	return true;
}

static size_t skip_digits(struct parser *p)
{
	size_t from = p->pos;
	while (p->pos < p->len && p->text[p->pos] >= '0' && p->text[p->pos] <= '9')
		p->pos++;
	return p->pos - from;
}

static bool scan_number(struct parser *p)
{
	struct jtok *t = push(p, JTOK_NUMBER);
	if (!t)
		return false;
	p->problem = "a number without digits";
	if (peek(p) == '-')
		p->pos++;
	bool zero = peek(p) == '0';
	size_t n = skip_digits(p);
	if (!n)
		return false;
	if (zero && n > 1) {
		p->pos -= n;
		p->problem = "a number may not begin with 0";
		return false;
	}
	if (peek(p) == '.') {
		p->pos++;
		if (!skip_digits(p))
			return false;
	}
	if (peek(p) == 'e' || peek(p) == 'E') {
		p->pos++;
		if (peek(p) == '+' || peek(p) == '-')
			p->pos++;
		if (!skip_digits(p))
			return false;
	}
	p->problem = NULL;
	t->end = (uint32_t)p->pos;
	return true;
}

static bool scan_literal(struct parser *p, enum jtok_type type, const char *word)
{
	size_t n = strlen(word);
	if (p->len - p->pos < n || memcmp(p->text + p->pos, word, n)) {
		p->problem = "neither true, false nor null";
		return false;
	}
	struct jtok *t = push(p, type);
	if (!t)
		return false;
	t->end = (uint32_t)(p->pos += n);
	return true;
}

/* At the closing bracket of the innermost container. */
static enum step close_container(struct parser *p)
{
	struct jtok *t = &p->tok[p->parent];
	t->end = (uint32_t)++p->pos;
	p->parent = t->next;
	t->next = p->ntok;
	p->depth--;
	return STEP_AFTER;
}

static enum step open_container(struct parser *p, enum jtok_type type)
{
	if (p->depth == p->max_depth)
		return fail(p, "too many levels");
	struct jtok *t = push(p, type);
	if (!t)
		return STEP_FAIL;
	t->next = p->parent;
	p->parent = p->ntok - 1;
	p->depth++;
	p->pos++;
	skip_space(p);
	if (peek(p) == (type == JTOK_ARRAY ? ']' : '}'))
		return close_container(p);
	return type == JTOK_ARRAY ? STEP_VALUE : STEP_KEY;
}

/* Long lists of names, written without spaces. */
static bool scan_more_strings(struct parser *p)
{
	while (p->len - p->pos >= 2 && p->text[p->pos] == ',' && p->text[p->pos + 1] == '"') {
		p->pos++;
		p->tok[p->parent].count++;
		if (!scan_string(p))
			return false;
	}
	return true;
}

static enum step step_value(struct parser *p)
{
	skip_space(p);
	bool in_array = p->parent != NO_PARENT && p->tok[p->parent].type == JTOK_ARRAY;
	if (in_array)
		p->tok[p->parent].count++;
	char c = peek(p);
	bool good;
	if (c == '"')
		good = scan_string(p) && (!in_array || scan_more_strings(p));
	else if (c == '{' || c == '[')
		return open_container(p, c == '{' ? JTOK_OBJECT : JTOK_ARRAY);
	else if (c == '-' || (c >= '0' && c <= '9'))
		good = scan_number(p);
	else if (c == 't')
		good = scan_literal(p, JTOK_TRUE, "true");
	else if (c == 'f')
		good = scan_literal(p, JTOK_FALSE, "false");
	else if (c == 'n')
		good = scan_literal(p, JTOK_NULL, "null");
	else
		return fail_unexpected(p, "a value is expected here");
	return good ? STEP_AFTER : STEP_FAIL;
}

static enum step step_key(struct parser *p)
{
	skip_space(p);
	if (peek(p) != '"')
		return fail_unexpected(p, "a member's name in double quotes is expected here");
	p->tok[p->parent].count++;
	if (!scan_string(p))
		return STEP_FAIL;
	skip_space(p);
	if (peek(p) != ':')
		return fail_unexpected(p, "a colon is expected here");
	p->pos++;
	return STEP_VALUE;
}

static enum step step_after(struct parser *p)
{
	skip_space(p);
	if (p->parent == NO_PARENT)
		return p->pos == p->len ? STEP_DONE : fail(p, "something stands behind the document");
	bool array = p->tok[p->parent].type == JTOK_ARRAY;
	char c = peek(p);
	if (c == (array ? ']' : '}'))
		return close_container(p);
	if (c != ',')
		return fail_unexpected(p, array ? "a comma or ] is expected here"
						: "a comma or } is expected here");
	size_t comma = p->pos++;
	skip_space(p);
	c = peek(p);
	if (c == '}' || c == ']') {
		p->pos = comma;
		return fail(p, "a comma with nothing behind it");
	}
	return array ? STEP_VALUE : STEP_KEY;
}

/* Every value but the first, and every key, stands behind one of these four:
 * one cheap pass gives room enough, in one piece. */
static size_t count_upper(const char *text, size_t len)
{
	typedef unsigned char lane __attribute__((vector_size(16)));
	size_t n = 1, i = 0;
	while (len - i >= sizeof(lane)) {
		lane sum = {0}, v;
		/* A lane counts to 255. */
		for (int k = 0; k < 255 && len - i >= sizeof(v); k++, i += sizeof(v)) {
			memcpy(&v, text + i, sizeof(v));
			sum -= (lane)((v == ',') | (v == ':') | (v == '[') | (v == '{'));
		}
		for (size_t k = 0; k < sizeof(sum); k++)
			n += sum[k];
	}
	for (; i < len; i++)
		n += text[i] == ',' || text[i] == ':' || text[i] == '[' || text[i] == '{';
	return n;
}

int jdoc_parse(struct jdoc *ret_doc, struct arena *arena, const char *text, size_t len,
	       const struct jlimits *limits, enum err_kind kind, struct err *err)
{
	enum err_kind over = limits->kind ? limits->kind : kind;
	if (len >= UINT32_MAX)
		return err_set(err, over, "%zu bytes are too many", len);
	size_t upper = count_upper(text, len);
	struct parser p = {
		.text = text,
		.len = len,
		.max_tok = upper < limits->tokens ? (uint32_t)upper : limits->tokens,
		.parent = NO_PARENT,
		.max_depth = limits->depth,
	};
	p.tok = arena_array(arena, p.max_tok, sizeof(*p.tok));
	if (!p.tok)
		return err_set(err, ERR_LIMIT, "out of memory for %zu JSON values", upper);
	enum step step = STEP_VALUE;
	while (step == STEP_VALUE || step == STEP_KEY || step == STEP_AFTER)
		step = step == STEP_VALUE ? step_value(&p) : step == STEP_KEY ? step_key(&p) : step_after(&p);
	if (step == STEP_FAIL) {
		uint32_t line, col;
		jdoc_position(&(struct jdoc){.text = text, .len = len}, (uint32_t)p.pos, &line, &col);
		return err_set(err, p.ntok == limits->tokens || p.depth == p.max_depth ? over : kind,
			       "line %u, column %u (byte %zu): %s", line, col, p.pos, p.problem);
	}
	*ret_doc = (struct jdoc){.text = text, .len = len, .tok = p.tok, .ntok = p.ntok};
	return 0;
}
