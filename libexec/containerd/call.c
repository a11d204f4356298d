#include "containerd/call.h"

#include "base/buf.h"
#include "base/clock.h"

#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum {
	/* All that a peer may send: two answers of the largest kind and their frames. */
	RECEIVED_MAX = 24 << 20,
	HEADERS_MAX = 64 << 10,
	CALL_HEADERS_MAX = 8 << 10, /* beyond that, for each call; grpc-message has the name asked for */
	WINDOW = RECEIVED_MAX,
};

struct connection {
	int fd;
	const char *space;
	int64_t deadline;
	struct arena *arena;
	nghttp2_session *session;
	size_t received, headers, calls;
	struct buf out; /* collected, and sent up to `sent` */
	size_t sent;
	struct err *err; /* of the call that is being made */
	bool failed;	 /* a callback has set err */
};

static ssize_t give_request(nghttp2_session *session, int32_t stream, uint8_t *buf, size_t len,
			    uint32_t *flags, nghttp2_data_source *source, void *data)
{
	struct call *call = source->ptr;
	size_t n = 0;

	(void)session;
	(void)stream;
	(void)data;
	for (; n < len && call->sent < FRAME_HEAD + call->len; call->sent++)
		buf[n++] = call->sent < FRAME_HEAD
				   ? call->head[call->sent]
				   : ((const uint8_t *)call->request)[call->sent - FRAME_HEAD];
	if (call->sent == FRAME_HEAD + call->len)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static bool is(const uint8_t *s, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(s, word, len);
}

/* A status is at most three digits; what is none counts as -1. */
static long number(const uint8_t *s, size_t len)
{
	long n = 0;

	if (!len || len > 3)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (s[i] - '0');
	}
	return n;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t nlen,
		     const uint8_t *value, size_t vlen, uint8_t flags, void *data)
{
	struct connection *c = data;
	struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	static const char grpc[] = "application/grpc";

	(void)flags;
	c->headers += nlen + vlen + 32;
	if (c->headers > HEADERS_MAX + c->calls * CALL_HEADERS_MAX) {
		(void)err_set(c->err, ERR_LIMIT, "its headers have more than %zu bytes",
			      HEADERS_MAX + c->calls * CALL_HEADERS_MAX);
		c->failed = true;
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	}
	if (!call)
		return 0;
	if (is(name, nlen, ":status"))
		call->http = number(value, vlen);
	else if (is(name, nlen, "grpc-status"))
		call->grpc = number(value, vlen);
	else if (is(name, nlen, "content-type"))
		call->foreign = vlen < strlen(grpc) || memcmp(value, grpc, strlen(grpc)) != 0;
	else if (is(name, nlen, "grpc-message"))
		(void)snprintf(call->says, sizeof(call->says), "%.*s", vlen > 1000 ? 1000 : (int)vlen, value);
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes, size_t len,
		   void *data)
{
	struct connection *c = data;
	struct call *call = nghttp2_session_get_stream_user_data(session, stream);

	(void)flags;
	/* The body of an answer that is no gRPC is an error page; its status says more. */
	if (!call || call->foreign || call->http != 200)
		return 0;
	if (!frame_feed(&call->answer, c->arena, bytes, len, c->err))
		return 0;
	c->failed = true;
	return NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t code, void *data)
{
	struct call *call = nghttp2_session_get_stream_user_data(session, stream);

	(void)data;
	if (call) {
		call->done = true;
		call->reset = code;
	}
	return 0;
}

static int start(struct connection *c)
{
	/* Windows as large as all that we take, so that no answer waits for a WINDOW_UPDATE. */
	static const nghttp2_settings_entry settings[] = {
		{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
		{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW},
		{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HEADERS_MAX},
	};
	nghttp2_session_callbacks *callbacks;

	if (nghttp2_session_callbacks_new(&callbacks))
		return -1;
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
	int wrong = nghttp2_session_client_new(&c->session, callbacks, c);
	nghttp2_session_callbacks_del(callbacks);
	return wrong ||
	       nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, settings, ARRAY_LEN(settings)) ||
	       nghttp2_session_set_local_window_size(c->session, NGHTTP2_FLAG_NONE, 0, WINDOW);
}

struct connection *connection_open(int fd, const char *space, int64_t deadline, struct arena *arena,
				   struct err *err)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c)
		*c = (struct connection){.fd = fd, .space = space, .deadline = deadline, .arena = arena};
	if (c && !start(c))
		return c;
	connection_close(c);
	(void)err_set(err, ERR_LIMIT, "out of memory");
	return NULL;
}

void connection_close(struct connection *c)
{
	if (c) {
		nghttp2_session_del(c->session);
		buf_free(&c->out);
	}
	free(c);
}

/* nghttp2 copies name and value, and changes neither. */
static nghttp2_nv pair(const char *name, const char *value)
{
	return (nghttp2_nv){(uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name),
			    strlen(value), NGHTTP2_NV_FLAG_NONE};
}

int connection_ask(struct connection *c, struct call *call, struct err *err)
{
	const nghttp2_nv headers[] = {
		pair(":method", "POST"),
		pair(":scheme", "http"),
		pair(":path", call->path),
		pair(":authority", "localhost"),
		pair("content-type", "application/grpc"),
		pair("te", "trailers"),
		pair("user-agent", "runclamp/" RUNCLAMP_VERSION),
		pair("containerd-namespace", c->space),
	};
	const nghttp2_data_provider body = {.source.ptr = call, .read_callback = give_request};

	if (call->len > CALL_REQUEST_MAX)
		return err_set(err, ERR_LIMIT, "a request of %zu bytes", call->len);
	frame_head(call->head, (uint32_t)call->len);
	call->answer.max = call->max;
	call->grpc = -1;
	call->stream = nghttp2_submit_request(c->session, NULL, headers, ARRAY_LEN(headers), &body, call);
	c->calls++;
	return call->stream < 0 ? err_set(err, ERR_LIMIT, "out of memory") : 0;
}

static int http_error(struct connection *c, long code)
{
	return c->failed ? -1
			 : err_set(c->err, ERR_SYSTEM, "it does not speak HTTP/2 as gRPC does: %s",
				   nghttp2_strerror((int)code));
}

/* All that the session has to say, in one piece: each write wakes the peer up. */
static int collect(struct connection *c)
{
	const uint8_t *chunk;
	ssize_t n;

	while ((n = nghttp2_session_mem_send(c->session, &chunk)) > 0)
		buf_put(&c->out, chunk, (size_t)n);
	if (c->out.failed)
		return err_set(c->err, ERR_LIMIT, "out of memory");
	return n < 0 ? http_error(c, n) : 0;
}

/* As far as the socket takes it. */
static int send_some(struct connection *c)
{
	if (collect(c))
		return -1;
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(c->err, "sending");
		if (n > 0)
			c->sent += (size_t)n;
	}
	c->out.len = c->sent = 0;
	return 0;
}

static int wait_for_peer(struct connection *c)
{
	for (;;) {
		int64_t left = c->deadline - clock_now_ms();
		struct pollfd p = {.fd = c->fd, .events = (short)(c->out.len ? POLLIN | POLLOUT : POLLIN)};
		if (left <= 0)
			return err_set(c->err, ERR_SYSTEM, "no answer came in time");
		int n = poll(&p, 1, (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(c->err, "poll");
	}
}

static int receive_some(struct connection *c)
{
	uint8_t buf[32 << 10] UNFILLED;
	ssize_t n = recv(c->fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return err_sys(c->err, "receiving");
	if (!n)
		return err_set(c->err, ERR_SYSTEM, "it closed the connection before it had answered");
	c->received += (size_t)n;
	if (c->received > RECEIVED_MAX)
		return err_set(c->err, ERR_LIMIT, "it sends more than %d bytes", RECEIVED_MAX);
	ssize_t read = nghttp2_session_mem_recv(c->session, buf, (size_t)n);
	return read < 0 ? http_error(c, read) : 0;
}

/* What HTTP says about an answer that has ended. */
static int judge(const struct call *call, struct err *err)
{
	if (call->reset)
		return err_set(err, ERR_SYSTEM, "it broke the request off: %s",
			       nghttp2_http2_strerror(call->reset));
	if (call->http != 200 || call->foreign)
		return err_set(err, ERR_SYSTEM, "it answers as no gRPC service does (HTTP status %ld)",
			       call->http);
	if (call->grpc < 0)
		return err_set(err, ERR_SYSTEM, "its answer has no gRPC status");
	return call->grpc ? 0 : frame_end(&call->answer, err);
}

int connection_wait(struct connection *c, const struct call *call, struct err *err)
{
	c->err = err;
	while (!call->done) {
		if (send_some(c))
			return -1;
		/* A stream that the session itself resets, for what HTTP forbids, closes as the reset is
		 * sent. */
		if (call->done)
			break;
		/* After a GOAWAY, or a protocol error that the session has answered. */
		if (!nghttp2_session_want_read(c->session) && !nghttp2_session_want_write(c->session))
			return err_set(err, ERR_SYSTEM, "it ended the session before it had answered");
		if (wait_for_peer(c) || receive_some(c))
			return -1;
	}
	return judge(call, err);
}
