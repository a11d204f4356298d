/* gRPC calls over one HTTP/2 connection (RFC 9113; gRPC's PROTOCOL-HTTP2.md):
 * several at a time, within one deadline. */
#ifndef RUNCLAMP_CONTAINERD_CALL_H
#define RUNCLAMP_CONTAINERD_CALL_H

#include "containerd/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALL_REQUEST_MAX = 16 << 10, CALL_STATUS_NOT_FOUND = 5 };

struct call {
	/* the caller's */
	const char *path; /* "/containerd.services.images.v1.Images/Get" */
	const void *request;
	size_t len;
	size_t max; /* of the answer */
	/* what came */
	struct frame answer;
	long http;	/* :status */
	long grpc;	/* grpc-status; 0 is OK, CALL_STATUS_NOT_FOUND may be expected; -1: none came */
	char says[256]; /* grpc-message, percent-encoded as it came */
	bool foreign;	/* content-type is not gRPC's */
	bool done;
	/* its own */
	size_t sent;
	uint8_t head[FRAME_HEAD];
	uint32_t reset; /* the stream's error code */
	int32_t stream;
};

struct connection;

/* Over a connected, non-blocking socket. `space`: the value of
 * containerd-namespace. deadline: CLOCK_MONOTONIC in milliseconds. What is
 * allocated for answers lies in the arena. */
struct connection *connection_open(int fd, const char *space, int64_t deadline, struct arena *arena,
				   struct err *err) MUST_CHECK;
void connection_close(struct connection *c);

/* Announces a call; nothing is sent before connection_wait. */
int connection_ask(struct connection *c, struct call *call, struct err *err) MUST_CHECK;
/* Until this call is done. Other calls go on meanwhile. An error is one of the
 * connection or of what HTTP says; gRPC's status is in the call. */
int connection_wait(struct connection *c, const struct call *call, struct err *err) MUST_CHECK;

#endif
