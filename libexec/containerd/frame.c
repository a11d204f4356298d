#include "containerd/frame.h"

#include <string.h>

static int begin(struct frame *f, struct arena *arena, struct err *err)
{
	/* No grpc-accept-encoding was sent, so nothing may come compressed. */
	if (f->head[0])
		return err_set(err, ERR_SYSTEM, "the answer is compressed (flag %u), which was not asked for",
			       f->head[0]);
	f->len = (size_t)f->head[1] << 24 | (size_t)f->head[2] << 16 | (size_t)f->head[3] << 8 | f->head[4];
	if (f->len > f->max)
		return err_set(err, ERR_LIMIT, "the answer has %zu bytes, more than the %zu allowed", f->len,
			       f->max);
	f->body = arena_alloc(arena, f->len + 1);
	return f->body ? 0 : err_set(err, ERR_LIMIT, "out of memory");
}

int frame_feed(struct frame *f, struct arena *arena, const uint8_t *data, size_t n, struct err *err)
{
	while (n && f->nhead < FRAME_HEAD) {
		f->head[f->nhead++] = *data++;
		n--;
		if (f->nhead == FRAME_HEAD && begin(f, arena, err))
			return -1;
	}
	if (!n)
		return 0;
	if (n > f->len - f->got)
		return err_set(err, ERR_SYSTEM, "the answer is longer than the %zu bytes that it announced",
			       f->len);
	memcpy(f->body + f->got, data, n);
	f->got += n;
	return 0;
}

int frame_end(const struct frame *f, struct err *err)
{
	if (f->nhead < FRAME_HEAD || f->got < f->len)
		return err_set(err, ERR_SYSTEM, "the answer ends after %zu bytes", f->nhead + f->got);
	return 0;
}

void frame_head(uint8_t ret_head[static FRAME_HEAD], uint32_t len)
{
	ret_head[0] = 0;
	for (int i = 0; i < 4; i++)
		ret_head[1 + i] = (uint8_t)(len >> (24 - 8 * i));
}
