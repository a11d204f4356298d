#include "ctl/files/jsonedit.h"
#include "format/edit.h"
#include <string.h>

/* The blanks in front of an object's first member; false: none, or in its line. */
static bool first_gap(const struct jdoc *doc, uint32_t obj, const char **ret_indent, size_t *ret_len)
{
	const char *from = doc->text + doc->tok[obj].start + 1, *to, *nl;

	if (doc->tok[obj].count == 0)
		return false;
	to = doc->text + doc->tok[obj + 1].start;
	nl = memrchr(from, '\n', (size_t)(to - from));
	if (!nl)
		return false;
	*ret_indent = nl + 1;
	*ret_len = (size_t)(to - nl - 1);
	return true;
}

void jsonedit_style(struct jsonstyle *ret, const struct jdoc *doc)
{
	struct jsonstyle s = {.newline = "\n", .colon = ": ", .unit = "  "};
	const char *nl = memchr(doc->text, '\n', doc->len), *indent;
	size_t len;

	if (nl && nl > doc->text && nl[-1] == '\r')
		s.newline = "\r\n";
	if (doc->tok[0].count) {
		uint32_t value = doc->tok[2].start, colon = doc->tok[1].end;

		s.flat = !first_gap(doc, 0, &indent, &len);
		while (doc->text[colon] != ':')
			colon++;
		s.colon = value > colon + 1 ? ": " : ":";
		if (!s.flat && len < sizeof(s.unit)) {
			memcpy(s.unit, indent, len);
			s.unit[len] = '\0';
		}
	}
	*ret = s;
}

static void put_break(struct buf *out, const struct jsonstyle *s, const char *base, size_t base_len,
		      unsigned steps)
{
	if (s->flat)
		return;
	buf_puts(out, s->newline);
	buf_put(out, base, base_len);
	while (steps--)
		buf_puts(out, s->unit);
}

/* base: the indentation of the first key. */
static void put_member(struct buf *out, const struct jsonstyle *s, const char *base, size_t base_len,
		       const char *const keys[], const char *string)
{
	unsigned n = 0;

	for (; keys[n]; n++) {
		if (n) {
			buf_putc(out, '{');
			put_break(out, s, base, base_len, n);
		}
		buf_jstr(out, keys[n], strlen(keys[n]));
		buf_puts(out, s->colon);
	}
	buf_jstr(out, string, strlen(string));
	while (--n) {
		put_break(out, s, base, base_len, n - 1);
		buf_putc(out, '}');
	}
}

/* The value of an object's last member. */
static uint32_t last_value(const struct jdoc *doc, uint32_t obj)
{
	uint32_t key = obj + 1;

	while (doc->tok[key + 1].next < doc->tok[obj].next)
		key = doc->tok[key + 1].next;
	return key + 1;
}

/* The document with `text` in place of what stands between the two. */
static void apply(struct buf *out, const struct jdoc *doc, uint32_t from, uint32_t to, const struct buf *text)
{
	const struct edit e = {from, to, text->data, text->len};

	edit_apply(out, doc->text, doc->len, &e, 1);
	out->failed = out->failed || text->failed;
}

void jsonedit_insert(struct buf *out, const struct jdoc *doc, const struct jsonstyle *style, uint32_t obj,
		     unsigned depth, const char *const keys[], const char *string)
{
	struct jsonstyle s = *style;
	const struct jtok *o = &doc->tok[obj];
	CLEANUP_BUF struct buf base = {0}, text = {0};
	const char *indent = "";
	size_t len = 0;

	if (o->count) {
		uint32_t at = doc->tok[last_value(doc, obj)].end;

		s.flat = !first_gap(doc, obj, &indent, &len);
		buf_puts(&text, s.flat && s.colon[1] ? ", " : ",");
		put_break(&text, &s, indent, len, 0);
		put_member(&text, &s, indent, len, keys, string);
		apply(out, doc, at, at, &text);
		return;
	}
	for (unsigned i = 0; i < depth; i++)
		buf_puts(&base, s.unit);
	buf_puts(&base, s.unit);
	put_break(&text, &s, base.data, base.len, 0);
	put_member(&text, &s, base.data, base.len, keys, string);
	put_break(&text, &s, base.data, base.len - strlen(s.unit), 0);
	text.failed = text.failed || base.failed;
	apply(out, doc, o->start + 1, o->end - 1, &text);
}

void jsonedit_replace(struct buf *out, const struct jdoc *doc, uint32_t tok, const char *string)
{
	CLEANUP_BUF struct buf text = {0};

	buf_jstr(&text, string, strlen(string));
	apply(out, doc, doc->tok[tok].start, doc->tok[tok].end, &text);
}

void jsonedit_remove(struct buf *out, const struct jdoc *doc, uint32_t obj, uint32_t tok)
{
	const struct buf nothing = {0};
	uint32_t from, to, key = tok - 1;

	if (doc->tok[obj].count == 1) {
		from = doc->tok[obj].start + 1;
		to = doc->tok[obj].end - 1;
	} else if (doc->tok[tok].next == doc->tok[obj].next) {
		uint32_t before = obj + 1;

		while (doc->tok[before + 1].next != key)
			before = doc->tok[before + 1].next;
		from = doc->tok[before + 1].end;
		to = doc->tok[tok].end;
	} else {
		from = doc->tok[key].start;
		to = doc->tok[doc->tok[tok].next].start;
	}
	apply(out, doc, from, to, &nothing);
}
