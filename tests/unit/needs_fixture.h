/* Needs from a bundle that has the given annotations. */
#ifndef TESTS_NEEDS_FIXTURE_H
#define TESTS_NEEDS_FIXTURE_H

#include "base/buf.h"
#include "image/cri.h"
#include "needs/needs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { FIXTURE_PAIRS = 6 };

/* Pairs of key and value, NULL-terminated. */
static inline int needs_of(struct needs *ret, struct arena *arena, const char *const *pairs,
			   const char *const *aliases, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};
	struct bundle b;

	buf_puts(&text, "{\"ociVersion\":\"1.0.2\",\"process\":{\"args\":[\"x\"]},\"root\":{\"path\":\"r\"},"
			"\"linux\":{},\"annotations\":{");
	for (size_t i = 0; pairs[i]; i += 2) {
		buf_puts(&text, i ? "," : "");
		buf_jstr(&text, pairs[i], strlen(pairs[i]));
		buf_putc(&text, ':');
		buf_jstr(&text, pairs[i + 1], strlen(pairs[i + 1]));
	}
	buf_puts(&text, "}}");
	assert_false(text.failed);
	const char *kept = arena_strndup(arena, text.data, text.len);
	assert_non_null(kept);
	if (bundle_parse(&b, arena, kept, text.len, err))
		fail_msg("%s", err->msg);
	struct cri cri;
	cri_from_annotations(&cri, &b);
	return needs_from_annotations(ret, arena, &b, cri.name, aliases, err);
}

#endif
