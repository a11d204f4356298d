/* RFC 8259 and what is refused beyond it, as tables; the kinds of JSONTestSuite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/jsontok.h"
#include <stdio.h>
#include <string.h>

static const struct jlimits limits = {.depth = 16, .tokens = 64};

struct text {
	const char *s;
	size_t len;
};
/* Text with NUL bytes in it. */
#define T(literal)                                                                                           \
	{                                                                                                    \
		literal, sizeof(literal) - 1                                                                 \
	}

static const struct text accepted[] = {
	T("null"),
	T("true"),
	T("false"),
	T("0"),
	T("-0"),
	T("1"),
	T("-1"),
	T("10"),
	T("1234567890"),
	T("0.5"),
	T("-0.5"),
	T("1.25"),
	T("1e1"),
	T("1E1"),
	T("1e+1"),
	T("1e-1"),
	T("0e0"),
	T("0E+9"),
	T("1.5e300"),
	T("1e999999"),
	T("18446744073709551615"),
	T("18446744073709551616"),
	T("-9223372036854775809"),
	T("123456789012345678901234567890.5"),
	T("\"\""),
	T("\"a\""),
	T("\"a b\""),
	T("\"\x7f\""),
	T("\"/\""),
	T("\"\\/\""),
	T("\"\\\"\""),
	T("\"\\\\\""),
	T("\"\\b\\f\\n\\r\\t\""),
	T("\"\\u0041\""),
	T("\"\\u00e9\""),
	T("\"\\uABCD\\uabcd\""),
	T("\"\\ud834\\udd1e\""),
	T("\"\\uDBFF\\uDFFF\""),
	T("\"\\u0001\""),
	T("\"\\u2028\""),
	T("\"\\uFFFF\""),
	T("\"\\uFEFF\""),
	T("\"\xc2\x80\""),
	T("\"\xdf\xbf\""),
	T("\"\xe0\xa0\x80\""),
	T("\"\xed\x9f\xbf\""),
	T("\"\xee\x80\x80\""),
	T("\"\xef\xbf\xbf\""),
	T("\"\xe2\x82\xac\""),
	T("\"\xf0\x90\x80\x80\""),
	T("\"\xf4\x8f\xbf\xbf\""),
	T("\"1234567\xc3\xa9"
	  "12345678\""),
	T("\"a // comment that is none\""),
	T("[]"),
	T("[ ]"),
	T("{}"),
	T("{ }"),
	T("[1]"),
	T("[1,2]"),
	T("[1 , 2]"),
	T("[[]]"),
	T("[[],{}]"),
	T("[null,true,false,0,\"\",[],{}]"),
	T("{\"a\":1}"),
	T("{\"\":0}"),
	T("{ \"a\" : 1 , \"b\" : [ ] }"),
	T("{\"a\":1,\"a\":2}"),
	T("{\"a\":{\"a\":{\"a\":{}}}}"),
	T(" 1"),
	T("1 "),
	T("\t\n\r 1\t\n\r "),
	T("[\n1\n]"),
	T("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"),
};

static const struct {
	struct text text;
	const char *says;
} refused[] = {
	/* cut short */
	{T(""), "(byte 0): the text ends too early"},
	{T(" "), "(byte 1): the text ends too early"},
	{T("["), "(byte 1): the text ends too early"},
	{T("[1"), "the text ends too early"},
	{T("[1,"), "the text ends too early"},
	{T("{"), "the text ends too early"},
	{T("{\"a\""), "the text ends too early"},
	{T("{\"a\":"), "the text ends too early"},
	{T("{\"a\":1"), "the text ends too early"},
	{T("{\"a\":1,"), "the text ends too early"},
	{T("\""), "the text ends inside a string"},
	{T("\"abc"), "the text ends inside a string"},
	{T("\"abc\\\""), "the text ends inside a string"},
	{T("{\"a"), "the text ends inside a string"},
	{T("\"\\"), "no such escape"},
	{T("tru"), "neither true, false nor null"},
	/* structure */
	{T("]"), "a value is expected here"},
	{T("}"), "a value is expected here"},
	{T("[}"), "a value is expected here"},
	{T("{]"), "a member's name in double quotes is expected"},
	{T("[1}"), "a comma or ] is expected here"},
	{T("{\"a\":1]"), "a comma or } is expected here"},
	{T("[,]"), "a value is expected here"},
	{T("[,1]"), "a value is expected here"},
	{T("[1,,2]"), "a value is expected here"},
	{T("[1,]"), "a comma with nothing behind it"},
	{T("[1, ]"), "a comma with nothing behind it"},
	{T("{\"a\":1,}"), "a comma with nothing behind it"},
	{T("{,}"), "a member's name in double quotes is expected"},
	{T("{\"a\":1,,\"b\":2}"), "a member's name in double quotes is expected"},
	{T("[1 2]"), "a comma or ] is expected here"},
	{T("[1:2]"), "a comma or ] is expected here"},
	{T("[\"a\":1]"), "a comma or ] is expected here"},
	{T("{\"a\" 1}"), "a colon is expected here"},
	{T("{\"a\"}"), "a colon is expected here"},
	{T("{\"a\",1}"), "a colon is expected here"},
	{T("{\"a\"::1}"), "a value is expected here"},
	{T("{\"a\":}"), "a value is expected here"},
	{T("{\"a\":1 \"b\":2}"), "a comma or } is expected here"},
	{T("{1:1}"), "a member's name in double quotes is expected"},
	{T("{null:1}"), "a member's name in double quotes is expected"},
	{T("{a:1}"), "a member's name in double quotes is expected"},
	{T("{[]:1}"), "a member's name in double quotes is expected"},
	/* behind the document */
	{T("1 1"), "(byte 2): something stands behind the document"},
	{T("{}{}"), "something stands behind the document"},
	{T("{}]"), "something stands behind the document"},
	{T("[],"), "something stands behind the document"},
	{T("\"a\"x"), "something stands behind the document"},
	{T("{}\0"), "something stands behind the document"},
	{T("{} // x"), "something stands behind the document"},
	/* what other parsers take */
	{T("// x\n1"), "a comment"},
	{T("/* x */ 1"), "a comment"},
	{T("# x\n1"), "a comment"},
	{T("[1 /* x */]"), "a comment"},
	{T("{/**/}"), "a comment"},
	{T("'a'"), "a single quote"},
	{T("{'a':1}"), "a single quote"},
	{T("NaN"), "NaN is no JSON value"},
	{T("[NaN]"), "NaN is no JSON value"},
	{T("nan"), "neither true, false nor null"},
	{T("Infinity"), "Infinity is no JSON value"},
	{T("-Infinity"), "a number without digits"},
	{T("True"), "a value is expected here"},
	{T("TRUE"), "a value is expected here"},
	{T("undefined"), "a value is expected here"},
	{T("\xef\xbb\xbf{}"), "a byte-order mark"},
	{T("\xfe\xff\x00{"), "a value is expected here"},
	{T("\xa0"
	   "1"),
	 "a value is expected here"},
	{T("\f1"), "a value is expected here"},
	{T("\v1"), "a value is expected here"},
	{T("*"), "a value is expected here"},
	/* numbers */
	{T("+1"), "may not begin with +"},
	{T(".5"), "may not begin with a dot"},
	{T("-"), "a number without digits"},
	{T("--1"), "a number without digits"},
	{T("-a"), "a number without digits"},
	{T("-.5"), "a number without digits"},
	{T("1."), "a number without digits"},
	{T("1.e1"), "a number without digits"},
	{T("1e"), "a number without digits"},
	{T("1e+"), "a number without digits"},
	{T("1e-x"), "a number without digits"},
	{T("01"), "may not begin with 0"},
	{T("-01"), "may not begin with 0"},
	{T("00"), "may not begin with 0"},
	{T("0x10"), "something stands behind the document"},
	{T("1_000"), "something stands behind the document"},
	{T("1.2.3"), "something stands behind the document"},
	{T("[1a]"), "a comma or ] is expected here"},
	{T("\xef\xbc\x91"), "a value is expected here"}, /* a full-width 1 */
	/* strings */
	{T("\"\n\""), "a control character in a string"},
	{T("\"\t\""), "a control character in a string"},
	{T("\"\x1f\""), "a control character in a string"},
	{T("\"1234567\x01\""), "a control character in a string"},
	{T("\"\0\""), "a NUL byte"},
	{T("\"12345678901\0\""), "a NUL byte"},
	{T("\0"), "a NUL byte"},
	{T("[\0]"), "a NUL byte"},
	{T("{\"a\0\":1}"), "a NUL byte"},
	{T("\"\\a\""), "no such escape"},
	{T("\"\\x41\""), "no such escape"},
	{T("\"\\'\""), "no such escape"},
	{T("\"\\0\""), "no such escape"},
	{T("\"\\\0\""), "no such escape"},
	{T("\"\\U0041\""), "no such escape"},
	{T("\"\\\n\""), "no such escape"},
	{T("\"\\u\""), "without four hexadecimal digits"},
	{T("\"\\u004\""), "without four hexadecimal digits"},
	{T("\"\\u00g0\""), "without four hexadecimal digits"},
	{T("\"\\u 041\""), "without four hexadecimal digits"},
	{T("\"\\u-001\""), "without four hexadecimal digits"},
	{T("\"\\u0000\""), "an escaped NUL"},
	{T("{\"a\\u0000b\":1}"), "an escaped NUL"},
	{T("\"\\ud800\""), "half of a surrogate pair"},
	{T("\"\\ud800x\""), "half of a surrogate pair"},
	{T("\"\\ud800\\n\""), "half of a surrogate pair"},
	{T("\"\\ud800\\u0041\""), "half of a surrogate pair"},
	{T("\"\\ud800\\ud800\""), "half of a surrogate pair"},
	{T("\"\\udc00\""), "half of a surrogate pair"},
	{T("\"\\udc00\\ud800\""), "half of a surrogate pair"},
	{T("\"\\udc00\\udc00\""), "half of a surrogate pair"},
	{T("\"\\ud800\\udc0\""), "half of a surrogate pair"},
	/* UTF-8 */
	{T("\"\x80\""), "no UTF-8"},
	{T("\"\xbf\""), "no UTF-8"},
	{T("\"\xc0\x80\""), "no UTF-8"},
	{T("\"\xc1\xbf\""), "no UTF-8"},
	{T("\"\xc3\""), "no UTF-8"},
	{T("\"\xc3\x28\""), "no UTF-8"},
	{T("\"\xe0\x80\x80\""), "no UTF-8"},
	{T("\"\xe0\x9f\xbf\""), "no UTF-8"},
	{T("\"\xe2\x82\""), "no UTF-8"},
	{T("\"\xe2\x28\xa1\""), "no UTF-8"},
	{T("\"\xed\xa0\x80\""), "no UTF-8"},
	{T("\"\xed\xbf\xbf\""), "no UTF-8"},
	{T("\"\xf0\x80\x80\x80\""), "no UTF-8"},
	{T("\"\xf0\x8f\xbf\xbf\""), "no UTF-8"},
	{T("\"\xf0\x90\x80\""), "no UTF-8"},
	{T("\"\xf4\x90\x80\x80\""), "no UTF-8"},
	{T("\"\xf5\x80\x80\x80\""), "no UTF-8"},
	{T("\"\xf8\x88\x80\x80\x80\""), "no UTF-8"},
	{T("\"\xff\""), "no UTF-8"},
	{T("\"12345678\xe9\""), "no UTF-8"},
	{T("{\"\xe9\":1}"), "no UTF-8"},
	{T("\xe9"), "a value is expected here"},
	/* limits */
	{T("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), "too many levels"},
	{T("{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}"), "too many levels"},
	{T("[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
	   "0,0,0,"
	   "0,0,0,0,0,0,0,0,0,0,0,0,0]"),
	 "too many values"},
	/* places */
	{T("{\n  \"a\": 1,\n  \"b\": x\n}"), "line 3, column 8 (byte 19)"},
	{T("\n\n  x"), "line 3, column 3 (byte 4)"},
};

/* A copy without a NUL behind it, so that ASan sees a byte read too many. */
static int parse(struct jdoc *doc, struct arena *a, const struct text *t, char **ret_copy, struct err *err)
{
	*ret_copy = malloc(t->len ? t->len : 1);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, t->s, t->len);
	return jdoc_parse(doc, a, *ret_copy, t->len, &limits, ERR_CONFIG, err);
}

static void test_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_FREE char *copy = NULL;
		struct jdoc doc;
		struct err err = {0};
		if (parse(&doc, &a, &accepted[i], &copy, &err) < 0)
			fail_msg("%s: %s", accepted[i].s, err.msg);
		assert_int_equal(doc.tok[0].next, doc.ntok);
	}
}

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_FREE char *copy = NULL;
		struct jdoc doc = {.ntok = 4711};
		struct err err = {0};
		if (!parse(&doc, &a, &refused[i].text, &copy, &err))
			fail_msg("accepted: %s", refused[i].text.s);
		if (!strstr(err.msg, refused[i].says) || !strstr(err.msg, "line ") || err.kind != ERR_CONFIG)
			fail_msg("%s: \"%s\", expected \"%s\"", refused[i].text.s, err.msg, refused[i].says);
		assert_int_equal(doc.ntok, 4711);
	}
}

static void test_tokens(void **state)
{
	(void)state;
	static const struct text t = T(" {\"a\": [1, {}], \"b\\n\": \"x\" }");
	static const struct jtok want[] = {
		{.start = 1, .end = 28, .next = 7, .count = 2, .type = JTOK_OBJECT},
		{.start = 2, .end = 5, .next = 2, .type = JTOK_STRING},
		{.start = 7, .end = 14, .next = 5, .count = 2, .type = JTOK_ARRAY},
		{.start = 8, .end = 9, .next = 4, .type = JTOK_NUMBER},
		{.start = 11, .end = 13, .next = 5, .type = JTOK_OBJECT},
		{.start = 16, .end = 21, .next = 6, .type = JTOK_STRING, .escaped = true},
		{.start = 23, .end = 26, .next = 7, .type = JTOK_STRING},
	};
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_FREE char *copy = NULL;
	struct jdoc doc;
	struct err err;
	assert_int_equal(parse(&doc, &a, &t, &copy, &err), 0);
	assert_int_equal(doc.ntok, ARRAY_LEN(want));
	for (uint32_t i = 0; i < doc.ntok; i++) {
		assert_int_equal(doc.tok[i].start, want[i].start);
		assert_int_equal(doc.tok[i].end, want[i].end);
		assert_int_equal(doc.tok[i].next, want[i].next);
		assert_int_equal(doc.tok[i].count, want[i].count);
		assert_int_equal(doc.tok[i].type, want[i].type);
		assert_int_equal(doc.tok[i].escaped, want[i].escaped);
	}
}

static const struct {
	struct text text;
	const char *value;
} strings[] = {
	{T("\"\""), ""},
	{T("\"plain\""), "plain"},
	{T("\"\\u0041\\u00e9\\u20ac\""), "A\xc3\xa9\xe2\x82\xac"},
	{T("\"\\ud834\\udd1e!\""), "\xf0\x9d\x84\x9e!"},
	{T("\"\\uDBFF\\uDFFF\""), "\xf4\x8f\xbf\xbf"},
	{T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\/\b\f\n\r\t"},
	{T("\"\xc3\xa9\\n\xe2\x82\xac\xf0\x9d\x84\x9e\""), "\xc3\xa9\n\xe2\x82\xac\xf0\x9d\x84\x9e"},
};

static void test_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_FREE char *copy = NULL;
		struct jdoc doc;
		struct err err;
		size_t len = 0;
		char longer[64];
		assert_int_equal(parse(&doc, &a, &strings[i].text, &copy, &err), 0);
		const char *s = jdoc_string(&doc, 0, &a, &len);
		assert_non_null(s);
		assert_string_equal(s, strings[i].value);
		assert_int_equal(len, strlen(strings[i].value));
		assert_true(jdoc_streq(&doc, 0, strings[i].value));
		(void)snprintf(longer, sizeof(longer), "%sx", strings[i].value);
		assert_false(jdoc_streq(&doc, 0, longer));
		longer[len ? len - 1 : 1] = '\0';
		assert_false(jdoc_streq(&doc, 0, longer));
	}
}

static const struct {
	struct text text;
	const char *name;
	bool folds;
} folds[] = {
	{T("\"seccomp\""), "seccomp", true},
	{T("\"Seccomp\""), "seccomp", true},
	{T("\"SECCOMP\""), "seccomp", true},
	{T("\"\\u0053eccomp\""), "seccomp", true},
	{T("\"\xc5\xbf"
	   "eccomp\""),
	 "seccomp", true},
	{T("\"\\u017feccomp\""), "seccomp", true},
	{T("\"\\u017Feccomp\""), "seccomp", true},
	{T("\"hoo\xe2\x84\xaas\""), "hooks", true},
	{T("\"hoo\\u212a\xc5\xbf\""), "hooks", true},
	{T("\"DEFAULTACTION\""), "defaultAction", true},
	{T("\"defaultaction\""), "defaultAction", true},
	{T("\"seccom\""), "seccomp", false},
	{T("\"seccompp\""), "seccomp", false},
	{T("\"\""), "seccomp", false},
	{T("\"s\\u0435ccomp\""), "seccomp", false}, /* a Cyrillic e: Go does not fold it */
	{T("\"l\xc4\xb1nux\""), "linux", false},    /* a dotless i: nor that */
	{T("\"L\xc4\xb0NUX\""), "linux", false},    /* a dotted I */
	{T("\"[ath\""), "{ath", false},		    /* 0x5b and 0x7b differ by the case bit only */
	{T("\"@\""), "`", false},
};

static void test_folds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folds); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_FREE char *copy = NULL;
		struct jdoc doc;
		struct err err;
		assert_int_equal(parse(&doc, &a, &folds[i].text, &copy, &err), 0);
		if (jdoc_strfold(&doc, 0, folds[i].name) != folds[i].folds)
			fail_msg("%s and %s", folds[i].text.s, folds[i].name);
	}
}

static const struct {
	struct text text;
	bool good;
	uint64_t value;
} numbers[] = {
	{T("0"), true, 0},
	{T("7"), true, 7},
	{T("4294967296"), true, UINT64_C(4294967296)},
	{T("9007199254740993"), true, UINT64_C(9007199254740993)}, /* no double holds it */
	{T("18446744073709551615"), true, UINT64_MAX},
	{T("18446744073709551616"), false, 0},
	{T("184467440737095516150"), false, 0},
	{T("-1"), false, 0},
	{T("-0"), false, 0},
	{T("1.0"), false, 0},
	{T("1e3"), false, 0},
	{T("\"1\""), false, 0},
	{T("true"), false, 0},
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_FREE char *copy = NULL;
		struct jdoc doc;
		struct err err;
		uint64_t v = 4711;
		assert_int_equal(parse(&doc, &a, &numbers[i].text, &copy, &err), 0);
		assert_int_equal(jdoc_u64(&doc, 0, &v), numbers[i].good);
		assert_true(v == (numbers[i].good ? numbers[i].value : 4711));
	}
}

static void test_get(void **state)
{
	(void)state;
	static const struct text t = T("{\"a\":{\"b\":1},\"b\":[2],\"\\u0063\":3,\"b\":4}");
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_FREE char *copy = NULL;
	struct jdoc doc;
	struct err err;
	assert_int_equal(parse(&doc, &a, &t, &copy, &err), 0);
	assert_int_equal(jdoc_get(&doc, 0, "a"), 2);
	assert_int_equal(jdoc_get(&doc, 0, "b"), 6);
	assert_int_equal(jdoc_get(&doc, 0, "c"), 9);
	assert_int_equal(jdoc_get(&doc, 0, "d"), 0);
	assert_int_equal(jdoc_get(&doc, 2, "b"), 4);
	assert_int_equal(jdoc_get(&doc, 6, "b"), 0);
	assert_int_equal(jdoc_fail(&doc, 6, ERR_NEEDS, &err, "no %s", "luck"), -1);
	assert_string_equal(err.msg, "line 1, column 18: no luck");
}

static const char *const member_names[] = {"syscalls", "version", NULL};
static const struct {
	struct text text;
	const char *says; /* NULL: accepted */
} members[] = {
	{T("{}"), NULL},
	{T("{\"version\":1}"), NULL},
	{T("{\"syscalls\":[],\"version\":1}"), NULL},
	{T("[]"), "where: must be an object (line 1, column 1)"},
	{T("{\n\"sycalls\":[]}"),
	 "where: unknown key \"sycalls\" (line 2, column 1); did you mean \"syscalls\"?"},
	{T("{\"Version\":1}"), "did you mean \"version\"?"},
	{T("{\"x\\u001b\":1}"), "unknown key \"x\\x5cu001b\" (line 1, column 2)"},
	{T("{\"version\":1,\"version\":1}"), "key \"version\" stands there twice (line 1, column 14)"},
	{T("{\"version\":1,\"v\\u0065rsion\":1}"), "key \"version\" stands there twice (line 1, column 14)"},
};

static void test_members(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_FREE char *copy = NULL;
		struct jdoc doc;
		struct err err = {0};
		uint32_t vals[2] = {4711, 4711};
		assert_int_equal(parse(&doc, &a, &members[i].text, &copy, &err), 0);
		int r = jdoc_members(&doc, 0, "where", member_names, vals, ERR_NEEDS, &err);
		assert_int_equal(r, members[i].says ? -1 : 0);
		if (members[i].says && !strstr(err.msg, members[i].says))
			fail_msg("\"%s\", expected \"%s\"", err.msg, members[i].says);
		assert_int_equal(vals[0], members[i].says ? 4711 : jdoc_get(&doc, 0, "syscalls"));
		assert_int_equal(vals[1], members[i].says ? 4711 : jdoc_get(&doc, 0, "version"));
	}
}

/* Hostile nesting costs no stack; 4 MiB of openers and of values stay within the arena. */
static void test_hostile_size(void **state)
{
	(void)state;
	static const struct jlimits deep = {.depth = 64, .tokens = 1 << 20};
	enum { SIZE = 4 << 20 };
	CLEANUP_FREE char *text = malloc(SIZE);
	struct jdoc doc;
	struct err err;
	assert_non_null(text);
	static const char fills[] = "[{\",0";
	for (size_t i = 0; i < sizeof(fills) - 1; i++) {
		CLEANUP_ARENA struct arena a = {0};
		memset(text, fills[i], SIZE);
		text[0] = '[';
		assert_int_equal(jdoc_parse(&doc, &a, text, SIZE, &deep, ERR_BUNDLE, &err), -1);
		assert_true(a.used < 24 << 20);
	}
}

/* As many values as a text of its size can hold: the room is counted right. */
static void test_dense(void **state)
{
	(void)state;
	static const struct jlimits wide = {.depth = 64, .tokens = 1 << 20};
	static char text[40001];
	CLEANUP_ARENA struct arena a = {0};
	struct jdoc doc;
	struct err err;
	for (size_t i = 0; i < sizeof(text) - 1; i += 2)
		memcpy(text + i, i ? ",0" : "[0", 2);
	text[sizeof(text) - 1] = ']';
	assert_int_equal(jdoc_parse(&doc, &a, text, sizeof(text), &wide, ERR_BUNDLE, &err), 0);
	assert_int_equal(doc.ntok, 20001);
	assert_int_equal(doc.tok[0].count, 20000);
}

/* Strings are read eight bytes at a time: what is special has to be seen at each place among them. */
static const struct {
	const char *special;
	const char *says; /* NULL: accepted */
} specials[] = {
	{"\\\"", NULL},
	{"\xc3\xa9", NULL},
	{"\x7f", NULL},
	{"!", NULL},
	{"\x1f", "a control character in a string"},
	{"\x80", "bytes that are no UTF-8"},
	{"\xff", "bytes that are no UTF-8"},
	{"\\x", "no such escape"},
};

static void test_each_place(void **state)
{
	static const struct jlimits wide = {.depth = 4, .tokens = 8};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(specials); i++)
		for (int before = 0; before <= 20; before++)
			for (int after = 0; after <= 9; after++) {
				CLEANUP_ARENA struct arena a = {0};
				char text[64], where[80];
				struct jdoc doc;
				struct err err;
				int len = snprintf(text, sizeof(text), "[\"%.*s%s%.*s\",\"b\",\"\",1]",
						   before, "[ab,cd:ef{gh}ij kl]mn", specials[i].special,
						   after, "opqrstuvw");
				int r = jdoc_parse(&doc, &a, text, (size_t)len, &wide, ERR_BUNDLE, &err);
				assert_int_equal(r, specials[i].says ? -1 : 0);
				if (r < 0) {
					(void)snprintf(where, sizeof(where), "(byte %d): %s", before + 2,
						       specials[i].says);
					assert_non_null(strstr(err.msg, where));
					continue;
				}
				assert_int_equal(doc.ntok, 5);
				assert_int_equal(doc.tok[0].count, 4);
				assert_int_equal(doc.tok[1].end, len - 10);
				assert_int_equal(doc.tok[2].start, len - 9);
				assert_int_equal(doc.tok[4].type, JTOK_NUMBER);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),     cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tokens),	     cmocka_unit_test(test_strings),
		cmocka_unit_test(test_folds),	     cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_get),	     cmocka_unit_test(test_members),
		cmocka_unit_test(test_hostile_size), cmocka_unit_test(test_dense),
		cmocka_unit_test(test_each_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
