#include "base/buf.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decision line or a small section fits. */
enum { BUF_FIRST = 2048 };

/* Room for len more bytes and a NUL. */
static bool buf_room(struct buf *b, size_t len)
{
	size_t need;
	if (b->failed)
		return false;
	if (__builtin_add_overflow(b->len, len, &need) || need > SIZE_MAX / 2) {
		b->failed = true;
		return false;
	}
	if (need < b->cap)
		return true;
	size_t cap = b->cap ? b->cap * 2 : BUF_FIRST;
	if (cap <= need)
		cap = need + 1;
	char *p = realloc(b->data, cap);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->data = p;
	b->cap = cap;
	return true;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
	if (!buf_room(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_quoted(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	if (!buf_room(b, len + 2))
		return;
	char *to = b->data + b->len;
	to[0] = '"';
	memcpy(to + 1, s, len);
	memcpy(to + 1 + len, "\"", 2);
	b->len += len + 2;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	size_t room = b->cap - b->len;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	/* Mostly it fits; else the second time. */
	n = vsnprintf(b->data ? b->data + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if (n < 0)
		b->failed = true;
	else if ((size_t)n < room)
		b->len += b->failed ? 0 : (size_t)n;
	else if (buf_room(b, (size_t)n)) {
		(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void buf_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t i = sizeof(digits);
	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_put(b, digits + i, sizeof(digits) - i);
}

static void put_escaped(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char brief[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	if (c == '"' || c == '\\' || (c < 0x20 && brief[c])) {
		char e[2] = {'\\', c < 0x20 ? brief[c] : (char)c};
		buf_put(b, e, sizeof(e));
	} else {
		char e[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
		buf_put(b, e, sizeof(e));
	}
}

/* A well-formed character of two or three bytes as \uXXXX. */
static void put_code_point(struct buf *b, const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	buf_printf(b, "\\u%04x",
		   n == 2 ? (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu)
			  : (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu));
}

void buf_jstr(struct buf *b, const char *s, size_t len)
{
	buf_putc(b, '"');
	size_t plain = 0; /* where the bytes that go out unchanged began */
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)s[i];
		size_t n = c < 0x80 ? 1 : text_utf8_len(s + i, len - i);
		bool misleads = n > 1 && text_misleads(s + i, n);
		if (n && !misleads && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
			i += n;
			continue;
		}
		buf_put(b, s + plain, i - plain);
		if (misleads)
			put_code_point(b, s + i, n);
		else if (n)
			put_escaped(b, c);
		else
			buf_puts(b, "\xef\xbf\xbd");
		plain = i += n ? n : 1;
	}
	buf_put(b, s + plain, len - plain);
	buf_putc(b, '"');
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}
