/* Sections as text, read. */
#ifndef TESTS_PROFILE_FIXTURE_H
#define TESTS_PROFILE_FIXTURE_H

#include "oci/seccomp.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
#define NAMES(n) "{\"names\":[\"" n "\"],\"action\":\"SCMP_ACT_ALLOW\""
#define ARG(i, v, op) "{\"index\":" #i ",\"value\":" #v ",\"op\":\"SCMP_CMP_" op "\"}"
#define MASK(i, m, v) "{\"index\":" #i ",\"value\":" #m ",\"valueTwo\":" #v ",\"op\":\"SCMP_CMP_MASKED_EQ\"}"

static const struct jlimits limits = {.depth = 32, .tokens = 1 << 16};

static inline int id_of(const char *name)
{
	int id = sys_lookup(name, strlen(name));

	assert_true(id >= 0);
	return id;
}

static inline int read_text(struct profile *ret, struct arena *arena, const char *text, enum rule_order order,
			    struct unknown_names *unknown, struct err *err)
{
	struct jdoc *doc = arena_alloc(arena, sizeof(*doc));

	if (jdoc_parse(doc, arena, text, strlen(text), &limits, ERR_BUNDLE, err))
		fail_msg("%s: %s", text, err->msg);
	return profile_read(ret, arena, doc, 0, order, unknown, err);
}

#endif
