#include "ctl/sheet.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SHEET_INDENT = 22, SHEET_WIDTH = 100, ESCAPED_MAX = 4 /* bytes for one: "\\x1b" */ };

/* Breaks at spaces; a word that is longer than a line has one to itself. */
static void put_wrapped(struct buf *out, const char *text)
{
	size_t col = SHEET_INDENT;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (col > SHEET_INDENT && col + 1 + len > SHEET_WIDTH) {
			buf_printf(out, "\n%*s", SHEET_INDENT, "");
			col = SHEET_INDENT;
		} else if (col > SHEET_INDENT) {
			buf_putc(out, ' ');
			col++;
		}
		buf_put(out, text, len);
		col += len;
		text += len;
		text += strspn(text, " ");
	}
	buf_putc(out, '\n');
}

void sheet_line(struct buf *out, const char *label, const char *fmt, ...)
{
	CLEANUP_FREE char *text = NULL, *shown = NULL;
	size_t room;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		text = NULL;
	room = text ? ESCAPED_MAX * (size_t)n + 1 : 0;
	shown = text ? malloc(room) : NULL;
	if (!shown) {
		out->failed = true;
		return;
	}
	buf_printf(out, "%-*s", SHEET_INDENT, label);
	put_wrapped(out, text_clean(shown, room, text));
}
