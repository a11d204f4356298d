/* gRPC's framing of one message in an HTTP/2 stream: a byte that says whether
 * it is compressed, its length in four bytes, the message
 * (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message). */
#ifndef RUNCLAMP_CONTAINERD_FRAME_H
#define RUNCLAMP_CONTAINERD_FRAME_H

#include "base/arena.h"
#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

enum { FRAME_HEAD = 5 };

struct frame {
	uint8_t head[FRAME_HEAD];
	size_t nhead; /* bytes of it that have come */
	uint8_t *body;
	size_t len, got;
	size_t max; /* set by the caller: a longer message is ERR_LIMIT */
};

/* Takes the stream's next bytes, cut anywhere. The body lies in the arena. */
int frame_feed(struct frame *f, struct arena *arena, const uint8_t *data, size_t n,
	       struct err *err) MUST_CHECK;
/* Once the stream has ended: 0 if exactly one message has come. */
int frame_end(const struct frame *f, struct err *err) MUST_CHECK;
/* The head of a request's message. */
void frame_head(uint8_t ret_head[static FRAME_HEAD], uint32_t len);

#endif
