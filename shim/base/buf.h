/* A growing byte buffer, for what is written: JSON lines, sections, messages.
 * A failed allocation makes the buffer `failed`; later calls do nothing, and
 * the one who takes the bytes checks it once. */
#ifndef RUNCLAMP_BASE_BUF_H
#define RUNCLAMP_BASE_BUF_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* owned; always NUL-terminated once something was put */
	size_t len;
	size_t cap;
	bool failed;
};

void buf_put(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
/* With quotes around it. For what needs no escapes: names of calls, of actions. */
void buf_quoted(struct buf *b, const char *s);
/* In the header because sections are written with it byte by byte. */
static inline void buf_putc(struct buf *b, char c)
{
	if (b->len + 1 >= b->cap) {
		buf_put(b, &c, 1);
		return;
	}
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_u64(struct buf *b, uint64_t v);
/* A JSON string with its quotes: escapes ", \, control bytes and what misleads a terminal (text_misleads);
 * bytes that are no valid UTF-8 become U+FFFD. */
void buf_jstr(struct buf *b, const char *s, size_t len);
void buf_free(struct buf *b);

#define CLEANUP_BUF __attribute__((cleanup(buf_free)))

#endif
