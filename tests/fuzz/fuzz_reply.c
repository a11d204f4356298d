/* containerd's answers: a gRPC message cut anywhere, then each decoder. The
 * first byte is the size of the cuts, the rest the stream's bytes. What is
 * accepted is what the helper may print; a refusal has a sentence. */
#include "containerd/frame.h"
#include "containerd/reply.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_text(const char *s)
{
	require(s && strlen(s) <= REPLY_TEXT_MAX);
	for (; *s; s++)
		require((unsigned char)*s >= 0x20 && *s != 0x7f);
}

static void check_sentence(const struct err *err)
{
	require(err->msg[0]);
	for (const char *c = err->msg; *c; c++)
		require((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void decode(struct arena *arena, const uint8_t *body, size_t len)
{
	struct reply_container c;
	const char *s;
	struct err err[4] = {0};

	if (reply_container(&c, arena, body, len, &err[0])) {
		check_sentence(&err[0]);
	} else {
		check_text(c.image);
		check_text(c.snapshotter);
		check_text(c.snapshot_key);
		require(!c.config || reply_is_digest(c.config));
	}
	if (reply_content(&s, arena, body, len, &err[1]))
		check_sentence(&err[1]);
	else
		require(*s == '/');
	if (reply_parent(&s, arena, body, len, &err[2]))
		check_sentence(&err[2]);
	else
		check_text(s);
	/* Which algorithm the digest is of, main.c asks. */
	if (reply_target(&s, arena, body, len, &err[3]))
		check_sentence(&err[3]);
	else
		check_text(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {.max = REPLY_ARENA_MAX};
	struct frame f = {.max = 64 << 10};
	struct err err = {0};

	if (!size)
		return 0;
	size_t cut = data[0] ? data[0] : size;
	for (size_t at = 1; at < size; at += cut) {
		size_t n = size - at < cut ? size - at : cut;
		if (frame_feed(&f, &arena, data + at, n, &err)) {
			check_sentence(&err);
			return 0;
		}
		require(f.got <= f.len && f.len <= f.max);
	}
	if (frame_end(&f, &err)) {
		check_sentence(&err);
		return 0;
	}
	require(f.got == f.len);
	decode(&arena, f.body, f.len);
	return 0;
}
