/* TOML's strings: what they hold, and that many in one line cost no more than they are long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "format/toml.h"
#include <string.h>

static void strings(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: an error */
	} rows[] = {
		{"a = \"b\"\n", "b"},
		{"a = 'b\\'\n", "b\\"},
		{"a = \"b\\\"c\"\n", "b\"c"},
		{"a = \"b\\\\\"\n", "b\\"},
		{"a = \"b # c\" # d\n", "b # c"},
		{"a = \"\"\n", ""},
		{"a = \"b\n", NULL},
		{"a = 'b\n", NULL},
		{"a = \"b\\\"\n", NULL},
		{"a = \"b\\", NULL},
		{"a = \"b\\\nc\"\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct toml t = {0};
		struct err err = {0};
		int r = toml_read(&t, &arena, rows[i].text, "x", &err);
		assert_int_equal(r, rows[i].value ? 0 : -1);
		if (rows[i].value)
			assert_string_equal(toml_value(&t, "a"), rows[i].value);
	}
}

static void many_in_one_line(void **state)
{
	enum { N = 20000 };
	CLEANUP_ARENA struct arena arena = {.max = 16 << 20};
	CLEANUP_BUF struct buf text = {0};
	struct toml t = {0};
	struct err err = {0};

	(void)state;
	buf_puts(&text, "a = [\"s\"");
	for (unsigned i = 1; i < N; i++)
		buf_puts(&text, ",\"s\"");
	buf_puts(&text, "]\n");
	assert_int_equal(toml_read(&t, &arena, text.data, "x", &err), 0);
	assert_int_equal(t.n, N);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings),
		cmocka_unit_test(many_in_one_line),
	};
	return cmocka_run_group_tests_name("toml", tests, NULL, NULL);
}
