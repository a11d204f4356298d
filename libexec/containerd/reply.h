/* What containerd answered: bytes to fields, with no I/O, so that it can be
 * tested with any bytes. Every text is checked (UTF-8, no control characters)
 * and copied into the arena, NUL-terminated; an absent one is "". */
#ifndef RUNCLAMP_CONTAINERD_REPLY_H
#define RUNCLAMP_CONTAINERD_REPLY_H

#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* containerd's own bounds are 4,096 bytes for a label and 16 MiB for a message */
	REPLY_TEXT_MAX = 4096,
	REPLY_CONTAINER_MAX = 8 << 20, /* its specification and, say, 1,000 labels */
	REPLY_OTHER_MAX = 4 << 20,
	REPLY_ARENA_MAX = 40 << 20,
};

struct reply_container {
	const char *image, *snapshotter, *snapshot_key;
	const char *config; /* the digest that CRI wrote into its container's record, or NULL */
	/* By CRI's record: "sandbox" or "container", the sandbox's ID, and its name in the pod, or NULL.
	 * NULL: CRI has not made it. */
	const char *cri_type, *cri_sandbox, *cri_name;
};

int reply_container(struct reply_container *ret, struct arena *arena, const uint8_t *data, size_t len,
		    struct err *err) MUST_CHECK;
/* The folder of the content store. */
int reply_content(const char **ret_root, struct arena *arena, const uint8_t *data, size_t len,
		  struct err *err) MUST_CHECK;
int reply_parent(const char **ret_parent, struct arena *arena, const uint8_t *data, size_t len,
		 struct err *err) MUST_CHECK;
/* Of whatever algorithm. */
int reply_target(const char **ret_digest, struct arena *arena, const uint8_t *data, size_t len,
		 struct err *err) MUST_CHECK;

/* "sha256:" and 64 lower-case hex digits. */
bool reply_is_digest(const char *s);

#endif
