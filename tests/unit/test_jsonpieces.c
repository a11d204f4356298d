/* A long list cut into its pieces, wherever its blocks end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/jsonpieces.h"
#include "tmpdir.h"

enum { MAX = 24 };
/* The pieces, each with a bar behind it, a cut one with "…" as well; or the error. Before one that does not
 * lie at `level` its depth, before one that lies in a member b or c that name, before the first of the
 * document's later elements its number, where `level` is 3. */
static const struct {
	const char *text;
	uint32_t level;
	const char *want;
} cases[] = {
	{"[]", 1, ""},
	{" [ ] \n", 1, ""},
	{"{}", 1, ""},
	{"[1]", 1, "1|"},
	{"[1,\"a\",{\"b\":[1,2]},[]]", 1, "1|\"a\"|{\"b\":[1,2]}|[]|"},
	{"[ 1 , 2 ]", 1, "1 |2 |"},
	{"[\",]\",\"\\\"],[\"]", 1, "\",]\"|\"\\\"],[\"|"},
	{"[\"\\\\\",\"\\u005d\"]", 1, "\"\\\\\"|\"\\u005d\"|"},
	{"{\"a\":1,\"b\":{\"c\":2}}", 1, "{\"a\":1}|{\"b\":{\"c\":2}}|"},
	{"{\"a\":{\"b\":1,\"c\":[2,3]},\"d\":{}, \"e\":{ \"f\" : 4 }}", 2,
	 "{\"b\":1}|{\"c\":[2,3]}|{\"f\" : 4 }|"},
	{"{\"a\":[{\"b\":1},{\"b\":2}],\"c\":7}", 3, "{\"b\":1}|{\"b\":2}|1:{\"c\":7}|"},
	{"[[1,2],[3]]", 2, "1|2|3|"},
	{"[[1,2],[3]]", 3, "2:1|2:2|#1 2:3|"},
	{"[{\"a\":1,\"b\":[2,3],\"c\":{\"d\":[4]}, \"e\" : 5}]", 3,
	 "2:{\"a\":1}|(b)2|(b)3|(c){\"d\":[4]}|2:{\"e\" : 5}|"},
	{"[7,{\"b\" : [\"x\"]},{},[8]]", 3, "1:7|#1(b)\"x\"|#3 2:8|"},
	{"[{\"0123456789012345678901234567890\":[\"b\"],\"b\":[1]}]", 3, "\"b\"|(b)1|"},
	{"[\"0123456789012345678901234567890\",1]", 1, "…|1|"},
	{"{\"0123456789012345678901234567890\":1,\"a\":1}", 1, "…|{\"a\":1}|"},
	{"", 1, "the text ends too early"},
	{"[", 1, "the text ends too early"},
	{"[1,\"a", 1, "1|the text ends too early"},
	{"[\"a\\", 1, "the text ends too early"},
	{"[{}", 1, "the text ends too early"},
	{"[1] x", 1, "1|something stands behind the document"},
	{"[1][2]", 1, "1|something stands behind the document"},
	{"7", 1, "must be an array"},
	{"]", 1, "must be an array"},
};

static void describe(struct buf *out, const struct jpieces *p, uint32_t *element)
{
	if (p->level == 3 && p->opens == '[' && p->element != *element)
		buf_printf(out, "#%u%s", p->element, p->depth == p->level ? "" : " ");
	*element = p->element;
	if (p->depth != p->level)
		buf_printf(out, "%u:", p->depth);
	else if (p->level == 3 && (jpieces_within(p, "b") || jpieces_within(p, "c")))
		buf_puts(out, jpieces_within(p, "b") ? "(b)" : "(c)");
}

/* The text again behind so much blank that a block ends at each of its bytes. */
static void test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t pad = 0; pad < 2 + strlen(cases[i].text); pad++) {
			CLEANUP_BUF struct buf text = {0}, got = {0};
			CLEANUP_JPIECES struct jpieces p = {.fd = -1};
			const char *piece;
			uint32_t element = 0;
			struct err err;
			size_t len;
			bool whole;
			int r;

			for (size_t k = pad ? JPIECES_BLOCK - pad + 1 : 0; k > 0; k--)
				buf_putc(&text, ' ');
			buf_puts(&text, cases[i].text);
			tmpdir_write("f", text.data ? text.data : "", text.len, 0600);
			CLEANUP_FD int fd = open(tmpdir_path("f"), O_RDONLY | O_CLOEXEC);
			jpieces_open(&p, fd, cases[i].text[strspn(cases[i].text, " ")] == '{' ? '{' : '[',
				     cases[i].level, MAX);
			while ((r = jpieces_next(&p, &piece, &len, &whole, &err)) > 0) {
				describe(&got, &p, &element);
				if (whole)
					buf_put(&got, piece, len);
				buf_puts(&got, whole ? "|" : "…|");
				assert_true(len <= MAX + 2);
			}
			if (r < 0)
				buf_puts(&got, err.msg);
			buf_putc(&got, '\0');
			assert_string_equal(got.data, cases[i].want);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pieces)};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
