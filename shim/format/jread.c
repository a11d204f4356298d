#include "format/jread.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>

/* Nothing that we read nests deeper than a manifest's conditions; the tokens
 * bound what a text of a few hundred kilobytes may cost. */
enum { DEPTH = 16, TOKENS = 1 << 17 };

static const char *const type_words[] = {
	[JTOK_NULL] = "null",	     [JTOK_FALSE] = "false",	 [JTOK_TRUE] = "true",
	[JTOK_NUMBER] = "a number",  [JTOK_STRING] = "a string", [JTOK_ARRAY] = "an array",
	[JTOK_OBJECT] = "an object",
};

int jread_fail(const struct jread *r, uint32_t tok, const char *fmt, ...)
{
	char what[sizeof(r->err->msg)];
	uint32_t line, col;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	jdoc_position(r->doc, r->doc->tok[tok].start, &line, &col);
	return err_set(r->err, r->kind, "%s: %s (line %" PRIu32 ", column %" PRIu32 ")", r->where, what, line,
		       col);
}

int jread_nomem(const struct jread *r)
{
	return err_set(r->err, ERR_LIMIT, "%s: out of memory", r->where);
}

int jread_open(struct jread *r, struct jdoc *ret_doc, const char *text, size_t len)
{
	const struct jlimits limits = {
		.depth = DEPTH,
		.tokens = r->tokens ? r->tokens : TOKENS,
		/* A bound is no accident (decide/decision_sources.c). */
		.kind = r->kind == ERR_NEEDS ? ERR_LIMIT : r->kind,
	};

	if (jdoc_parse(ret_doc, r->arena, text, len, &limits, r->kind, r->err))
		return err_wrap(r->err, "%s", r->where);
	r->doc = ret_doc;
	return 0;
}

int jread_type(const struct jread *r, uint32_t tok, enum jtok_type type, const char *what)
{
	/* Token 0 is the document itself: no member. */
	if (!tok)
		return jread_fail(r, r->object, "%s is missing", what);
	if (r->doc->tok[tok].type != type)
		return jread_fail(r, tok, "%s must be %s", what, type_words[type]);
	return 0;
}

int jread_u64(const struct jread *r, uint32_t tok, const char *what, uint64_t max, uint64_t *ret)
{
	uint64_t v;

	if (!tok && r->go) {
		*ret = 0;
		return 0;
	}
	if (!tok)
		return jread_fail(r, r->object, "%s is missing", what);
	if (!jdoc_u64(r->doc, tok, &v) || v > max)
		return jread_fail(r, tok, "%s must be a whole number from 0 to %" PRIu64, what, max);
	*ret = v;
	return 0;
}

int jread_string(const struct jread *r, uint32_t tok, const char *what, const char **ret, size_t *ret_len)
{
	const struct jtok *t = &r->doc->tok[tok];

	if (!tok)
		return jread_fail(r, r->object, "%s is missing", what);
	if (t->type != JTOK_STRING)
		return jread_fail(r, tok, "%s must be a string", what);
	if (!t->escaped) {
		*ret = r->doc->text + t->start + 1;
		*ret_len = t->end - t->start - 2;
		return 0;
	}
	*ret = jdoc_string(r->doc, tok, r->arena, ret_len);
	return *ret ? 0 : jread_nomem(r);
}

int jread_line(const struct jread *r, uint32_t tok, const char *what, size_t max, const char **ret)
{
	const char *s;
	size_t len;

	if (jread_string(r, tok, what, &s, &len))
		return -1;
	if (!len || len > max)
		return jread_fail(r, tok, "%s must have 1 to %zu bytes", what, max);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return jread_fail(r, tok, "%s must not hold control characters", what);
	s = arena_strndup(r->arena, s, len);
	if (!s)
		return jread_nomem(r);
	*ret = s;
	return 0;
}

/* A member that is none of names: -1 with the error, or 0 where it means nothing. */
static int pass_over(const struct jread *r, uint32_t key, const char *const names[])
{
	const struct jtok *t = &r->doc->tok[key];
	const char *name = r->doc->text + t->start + 1, *near;
	char shown[80];

	near = text_nearest(name, t->end - t->start - 2, names);
	for (int i = 0; names[i]; i++)
		if (jdoc_strfold(r->doc, key, names[i]))
			near = names[i];
	if (!near)
		return 0;
	text_show(shown, sizeof(shown), name, t->end - t->start - 2);
	return jread_fail(r, key, "unknown key \"%s\"; did you mean \"%s\"?", shown, near);
}

static int go_members(const struct jread *r, uint32_t obj, const char *const names[], uint32_t ret_vals[])
{
	for (int i = 0; names[i]; i++)
		ret_vals[i] = 0;
	JREAD_EACH_MEMBER(n, k, r->doc, obj)
	{
		int i = 0;

		while (names[i] && !jdoc_streq(r->doc, k, names[i]))
			i++;
		if (!names[i]) {
			if (pass_over(r, k, names))
				return -1;
			continue;
		}
		if (ret_vals[i])
			return jread_fail(r, k, "key \"%s\" stands there twice", names[i]);
		ret_vals[i] = k + 1;
	}
	for (int i = 0; names[i]; i++)
		ret_vals[i] = jread_unless_null(r->doc, ret_vals[i]);
	return 0;
}

int jread_object(struct jread *ret_in, const struct jread *r, uint32_t tok, const char *what,
		 const char *const names[], uint32_t ret_vals[])
{
	if (jread_type(r, tok, JTOK_OBJECT, what))
		return -1;
	*ret_in = jread_in(r, tok);
	if (r->go)
		return go_members(r, tok, names, ret_vals);
	return jdoc_members(r->doc, tok, r->where, names, ret_vals, r->kind, r->err);
}

int jread_root(const struct jread *r, const char *const names[], uint32_t ret_vals[])
{
	if (r->go && r->doc->tok[0].type == JTOK_OBJECT)
		return go_members(r, 0, names, ret_vals);
	return jdoc_members(r->doc, 0, r->where, names, ret_vals, r->kind, r->err);
}
