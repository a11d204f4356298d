/* What runclamp-containerd prints, as the shim reads it: what is accepted has
 * digests where digests belong, and an absolute folder. */
#include "image/content.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_line(const char *s)
{
	require(s);
	for (; *s; s++)
		require((unsigned char)*s >= 0x20 && *s != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct content_answer a;
	struct err err = {0};
	/* Of its own size, so that a byte too far is found. */
	char *text = malloc(size ? size : 1);

	require(text);
	memcpy(text, data, size);
	if (content_answer_parse(&a, &arena, text, size, &err)) {
		require(err.msg[0]);
		check_line(err.msg);
	} else {
		check_line(a.image);
		check_line(a.content);
		require(a.content[0] == '/');
		require(!a.target || digest_ok(a.target, strlen(a.target)));
		require(!a.config || digest_ok(a.config, strlen(a.config)));
		require(!a.parent || digest_ok(a.parent, strlen(a.parent)));
	}
	free(text);
	return 0;
}
