/* A declaration of needs; the first byte picks the key. What was read is a set
 * that written down again is the same set, and meeting it with itself changes
 * nothing. A refusal has a sentence without control bytes. */
#include "base/buf.h"
#include "needs/needs.h"
#include "oci/seccomp.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const keys[] = {
	"io.runclamp.syscalls",	 "io.runclamp.capabilities",	  "io.runclamp.closure",
	"io.runclamp.signature", "io.containers.seccomp.profile", "io.runclamp.syscalls/web",
};

static void check_sentence(const struct err *err)
{
	if (!err->msg[0])
		__builtin_trap();
	for (const char *c = err->msg; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			__builtin_trap();
}

/* Of what only 32-bit programs call, nothing is counted. */
static bool is_counted(const struct needs *n, int id)
{
	return profile_allows_some(&n->allow, id) && sys_number(id, ARCH_NATIVE) >= 0;
}

static void same_needs(const struct needs *a, const struct needs *b)
{
	if (memcmp(&a->named, &b->named, sizeof(a->named)) != 0 || a->nabsent > b->nabsent)
		__builtin_trap();
	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_all(&a->allow, id) != profile_allows_all(&b->allow, id) ||
		    is_counted(a, id) != sysset_has(&a->named, id))
			__builtin_trap();
	if (a->extra.ncapabilities != b->extra.ncapabilities)
		__builtin_trap();
}

/* The calls as a manifest, read back. Not for a deny-list, which has no names. */
static void check_written(struct arena *arena, const struct needs *n)
{
	static struct needs back;
	CLEANUP_BUF struct buf out = {0};
	struct err err = {0};

	buf_puts(&out, "{\"version\":1,\"syscalls\":");
	allowlist_write(&n->allow, &out);
	buf_putc(&out, '}');
	if (needs_from_manifest(&back, arena, out.data, out.len, "back", NULL, NULL, &err)) {
		if (err.kind != ERR_LIMIT)
			__builtin_trap();
		return;
	}
	if (memcmp(&n->named, &back.named, sizeof(n->named)) != 0)
		__builtin_trap();
}

static void check(struct arena *arena, const struct needs *n)
{
	static struct needs both;
	struct err err = {0};

	both = *n;
	if (needs_intersect(&both, arena, n, &err)) {
		if (err.kind != ERR_LIMIT)
			__builtin_trap();
		return;
	}
	if (!n->declared)
		return;
	same_needs(n, &both);
	if (n->allow.def.kind != ACT_ALLOW)
		check_written(arena, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {0};
	static struct needs n;
	struct annotation annot[2] = {
		{.key = "io.kubernetes.cri.container-name", .key_len = 32, .value = "web", .value_len = 3}};
	struct bundle b = {.annot = annot, .nannot = 2};
	struct err err = {0};

	if (!size || memchr(data + 1, 0, size - 1))
		return 0;
	annot[1].key = keys[data[0] % ARRAY_LEN(keys)];
	annot[1].key_len = strlen(annot[1].key);
	annot[1].value = arena_strndup(&arena, (const char *)data + 1, size - 1);
	annot[1].value_len = size - 1;
	if (needs_from_annotations(&n, &arena, &b, NULL, NULL, &err))
		check_sentence(&err);
	else
		check(&arena, &n);
	return 0;
}
