/* Errors, arena, buffer, text and SHA-256. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "base/text.h"
#include <errno.h>
#include <sha2.h>
#include <string.h>
#include <strings.h>

static void test_err_set(void **state)
{
	(void)state;
	static const struct {
		const char *arg, *msg;
	} cases[] = {
		{"plain", "x plain y"},
		{"a\nb\x1b[31m\x7f", "x a\\x0ab\\x1b[31m\\x7f y"},
		{"caf\xc3\xa9 \"q\" \\", "x caf\xc3\xa9 \"q\" \\ y"},
		{"\xff\xc3", "x \\xff\\xc3 y"},
		{"a\xe2\x80\xae'b'", "x a\\xe2\\x80\\xae'b' y"}, /* right to left */
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		assert_int_equal(err_set(&err, ERR_BUNDLE, "x %s y", cases[i].arg), -1);
		assert_string_equal(err.msg, cases[i].msg);
		assert_int_equal(err.kind, ERR_BUNDLE);
		assert_int_equal(err.sys, 0);
	}
}

static void test_err_long(void **state)
{
	(void)state;
	char text[2000];
	struct err err;
	for (size_t step = 0; step < 4; step++) {
		/* Two-byte characters at every alignment: never cut in the middle. */
		memset(text, 'a', step);
		for (size_t i = step; i + 2 < sizeof(text); i += 2)
			memcpy(text + i, "\xc3\xa9", 3);
		(void)err_set(&err, ERR_BUNDLE, "%s", text);
		size_t len = strlen(err.msg);
		assert_true(len < sizeof(err.msg) && len > sizeof(err.msg) - 8);
		assert_string_equal(err.msg + len - 3, "…");
		for (size_t i = 0, n; i < len; i += n) {
			n = text_utf8_len(err.msg + i, len - i);
			assert_int_not_equal(n, 0);
		}
	}
	/* A long context gives way to the message, from its beginning. */
	(void)err_set(&err, ERR_BUNDLE, "the reason");
	memset(text, '/', sizeof(text) - 1);
	memcpy(text + sizeof(text) - 5, "/end", 5);
	assert_int_equal(err_wrap(&err, "%s", text), -1);
	assert_string_equal(err.msg + strlen(err.msg) - 16, "/end: the reason");
	assert_memory_equal(err.msg, "…", 3);
}

static void test_err_sys(void **state)
{
	(void)state;
	static const struct {
		int sys;
		const char *msg;
	} cases[] = {
		{EACCES, "open: access refused (EACCES)"},
		{EPERM, "open: not permitted (EPERM)"},
		{ENOENT, "open: does not exist (ENOENT)"},
		{ENOTDIR, "open: a part of the path is no folder (ENOTDIR)"},
		{ENOSPC, "open: No space left on device (ENOSPC)"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		errno = cases[i].sys;
		assert_int_equal(err_sys(&err, "open"), -1);
		assert_string_equal(err.msg, cases[i].msg);
		assert_int_equal(err.kind, ERR_SYSTEM);
		assert_int_equal(err.sys, cases[i].sys);
		assert_int_equal(err_wrap(&err, "f"), -1);
		assert_int_equal(err.sys, cases[i].sys);
	}
	/* Engines answer 126 or 127 to these, whoever said them. */
	for (int sys = 1; sys < 140; sys++) {
		static const char *const mapped[] = {"permission denied", "no such file", "not a directory",
						     "executable file not found"};
		struct err err;
		errno = sys;
		(void)err_sys(&err, "x");
		for (size_t i = 0; i < ARRAY_LEN(mapped); i++)
			assert_null(strcasestr(err.msg, mapped[i]));
	}
}

static void test_err_codes(void **state)
{
	(void)state;
	for (enum err_kind k = ERR_NONE + 1; k < ERR_KIND_COUNT; k++) {
		assert_in_range(err_exit_code(k), 1, 125);
		for (enum err_kind other = ERR_NONE + 1; other < k; other++)
			assert_int_not_equal(err_exit_code(k), err_exit_code(other));
	}
}

static void test_arena(void **state)
{
	(void)state;
	CLEANUP_ARENA struct arena a = {0};
	unsigned char *kept[200];
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		size_t size = i * i + 1;
		kept[i] = arena_alloc(&a, size);
		assert_non_null(kept[i]);
		assert_int_equal((uintptr_t)kept[i] % 16, 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(kept[i][k], 0);
		memset(kept[i], (int)i, size);
	}
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		for (size_t k = 0; k <= i * i; k++)
			assert_int_equal(kept[i][k], i & 0xff);
	assert_null(arena_array(&a, SIZE_MAX / 2, 4));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 8));
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(&a, "", 0), "");
}

static void test_arena_room(void **state)
{
	CLEANUP_ARENA struct arena a = {.max = 4096};
	size_t cap = 0, n = 0;
	unsigned *v = NULL;
	(void)state;

	for (void *more; (more = arena_room(&a, v, n, &cap, 3, sizeof(*v))); n++) {
		v = more;
		v[n] = (unsigned)n;
	}
	assert_int_equal(n, cap);
	assert_in_range(cap, 96, 768); /* doubled from 3, all copies in 4096 bytes */
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v[i], i);
	assert_null(arena_room(&a, v, n, &cap, 3, SIZE_MAX / 2));
	assert_int_equal(n, cap);
}

static void test_arena_max(void **state)
{
	(void)state;
	CLEANUP_ARENA struct arena a = {.max = 1 << 20};
	CLEANUP_ARENA struct arena shipped = {0};
	assert_null(arena_alloc(&a, (1 << 20) + 1));
	size_t n = 0;
	while (n < 100 && arena_alloc(&a, 64 << 10))
		n++;
	assert_int_equal(n, 16);
	assert_null(arena_alloc(&shipped, ARENA_MAX_DEFAULT + 1));
}

static void test_buf(void **state)
{
	(void)state;
	CLEANUP_BUF struct buf b = {0};
	buf_puts(&b, "a");
	buf_putc(&b, ',');
	buf_u64(&b, 0);
	buf_putc(&b, ',');
	buf_u64(&b, UINT64_MAX);
	buf_printf(&b, ",%d:%s", -5, "x");
	assert_string_equal(b.data, "a,0,18446744073709551615,-5:x");
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "%d ", i);
	assert_int_equal(b.len, strlen(b.data));
	assert_false(b.failed);
	buf_put(&b, "", SIZE_MAX - 10);
	assert_true(b.failed);
	size_t len = b.len;
	buf_puts(&b, "more");
	assert_int_equal(b.len, len);
}

static void test_jstr(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{"", 0, "\"\""},
		{"plain", 5, "\"plain\""},
		{"\"\\/", 3, "\"\\\"\\\\/\""},
		{"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
		{"\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\\u007f\""},
		{"\xc3\xa9\xf0\x9d\x84\x9e", 6, "\"\xc3\xa9\xf0\x9d\x84\x9e\""},
		{"a\xff"
		 "b\xc3",
		 4,
		 "\"a\xef\xbf\xbd"
		 "b\xef\xbf\xbd\""},
		{"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_BUF struct buf b = {0};
		buf_jstr(&b, cases[i].in, cases[i].len);
		assert_string_equal(b.data, cases[i].out);
	}
}

static void test_show(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t cap;
		const char *out;
	} cases[] = {
		{"plain", 64, "plain"},
		{"a\nb", 64, "a\\x0ab"},
		{"\x1b[31m\x7f", 64, "\\x1b[31m\\x7f"},
		{"\"'\\", 64, "\\x22\\x27\\x5c"},
		{"\xc3\xa9\xff", 64, "\xc3\xa9\\xff"},
		{"a\xe2\x80\xae"
		 "b",
		 64,
		 "a\\xe2\\x80\\xae"
		 "b"}, /* right-to-left override */
		{"a\xe2\x81\xa6"
		 "b",
		 64,
		 "a\\xe2\\x81\\xa6"
		 "b"},
		{"\xc2\x9b"
		 "31m",
		 64,
		 "\\xc2\\x9b"
		 "31m"}, /* a terminal's CSI in one character */
		/* Of no width: U+200B, U+200D, U+2060, U+2064, U+FEFF, U+00AD. */
		{"\xe2\x80\x8b\xe2\x80\x8d", 64, "\\xe2\\x80\\x8b\\xe2\\x80\\x8d"},
		{"\xe2\x81\xa0\xe2\x81\xa4", 64, "\\xe2\\x81\\xa0\\xe2\\x81\\xa4"},
		{"\xef\xbb\xbf\xc2\xad", 64, "\\xef\\xbb\\xbf\\xc2\\xad"},
		{"\xc2\xae\xef\xbb\xbe\xe2\x80\x8a", 64, "\xc2\xae\xef\xbb\xbe\xe2\x80\x8a"},
		{"\xd8\x9c \xe2\x80\xa8", 64,
		 "\\xd8\\x9c \\xe2\\x80\\xa8"}, /* Arabic letter mark, line end */
		{"abcdef", 7, "abcdef"},
		{"abcdefg", 7, "abc…"},
		{"ab\xc3\xa9\xc3\xa9\xc3\xa9", 8, "ab\xc3\xa9…"},
		{"abc\n", 8, "abc\\x0a"},
		{"abcd\n", 8, "abcd…"},
		{"abc", 3, "ab"},
		{"abc", 1, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char dst[64];
		assert_ptr_equal(text_show(dst, cases[i].cap, cases[i].in, strlen(cases[i].in)), dst);
		assert_string_equal(dst, cases[i].out);
		assert_true(strlen(dst) < cases[i].cap);
	}
}

static void test_distance(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		unsigned max, distance;
	} cases[] = {
		{"", "", 3, 0},
		{"read", "read", 3, 0},
		{"read", "raed", 3, 1},
		{"read", "reads", 3, 1},
		{"read", "rea", 3, 1},
		{"read", "head", 3, 1},
		{"ca", "abc", 5, 3},
		{"kitten", "sitting", 5, 3},
		{"kitten", "sitting", 2, 3},
		{"openat", "openta2", 3, 2},
		{"", "abc", 3, 3},
		{"a", "abcdef", 3, 4},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *a = cases[i].a, *b = cases[i].b;
		assert_int_equal(text_distance(a, strlen(a), b, strlen(b), cases[i].max), cases[i].distance);
		assert_int_equal(text_distance(b, strlen(b), a, strlen(a), cases[i].max), cases[i].distance);
	}
	char longest[65];
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(text_distance(longest, 64, longest, 64, 3), 0);
	assert_int_equal(text_distance(longest, 65, longest, 65, 3), 4);
}

static void test_nearest(void **state)
{
	(void)state;
	static const char *const names[] = {"read", "readv", "openat", "openat2", "setuid", NULL};
	static const struct {
		const char *s, *nearest;
	} cases[] = {
		{"raed", "read"},	{"reads", "read"}, {"opennat", "openat"}, {"openat3", "openat"},
		{"setuid32", "setuid"}, {"mount", NULL},   {"xx", NULL},	  {"", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = text_nearest(cases[i].s, strlen(cases[i].s), names);
		assert_string_equal(got ? got : "-", cases[i].nearest ? cases[i].nearest : "-");
	}
}

/* FIPS 180-4's examples. */
static void test_sha256(void **state)
{
	(void)state;
	static const struct {
		const char *in, *hex;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char hex[65];
		sha256_hex(cases[i].in, strlen(cases[i].in), hex);
		assert_string_equal(hex, cases[i].hex);
	}
}

/* Each length of the last blocks, at each alignment, by the processor's instructions and by libmd. */
static void test_sha256_x86(void **state)
{
	static uint8_t text[300];
	uint8_t by_processor[SHA256_SIZE], by_libmd[SHA256_SIZE];

	(void)state;
	if (!sha256_x86_there())
		skip();
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 167 + i / 7);
	for (size_t from = 0; from < 4; from++) {
		for (size_t len = 0; len + from <= sizeof(text); len++) {
			SHA2_CTX ctx;
			SHA256Init(&ctx);
			SHA256Update(&ctx, text + from, len);
			SHA256Final(by_libmd, &ctx);
			sha256_x86(text + from, len, by_processor);
			assert_memory_equal(by_processor, by_libmd, SHA256_SIZE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err_set),	   cmocka_unit_test(test_err_long),
		cmocka_unit_test(test_err_sys),	   cmocka_unit_test(test_err_codes),
		cmocka_unit_test(test_arena),	   cmocka_unit_test(test_arena_max),
		cmocka_unit_test(test_arena_room), cmocka_unit_test(test_buf),
		cmocka_unit_test(test_jstr),	   cmocka_unit_test(test_show),
		cmocka_unit_test(test_distance),   cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_sha256),	   cmocka_unit_test(test_sha256_x86),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
