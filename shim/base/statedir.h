/* The state folder: /run/runclamp for root in the initial user namespace, else
 * $XDG_RUNTIME_DIR/runclamp. Records lie in it, marked ones in gone/, caches in
 * cache/. Nobody but us may write there. */
#ifndef RUNCLAMP_BASE_STATEDIR_H
#define RUNCLAMP_BASE_STATEDIR_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { STATEDIR_FILE_MAX = 4 << 20 };

/* Its path, without looking whether it is there. */
int statedir_path(char *dst, size_t cap, struct err *err) MUST_CHECK;

/* A descriptor of the folder (sub NULL) or of one in it ("gone", "cache");
 * created 0700 with `create`. Not ours, writable by others, or a link: an error. Not there:
 * -1 with err->sys == ENOENT. */
int statedir_open(const char *sub, bool create, struct err *err) MUST_CHECK;

/* A file of ours in such a folder, at most STATEDIR_FILE_MAX bytes (free).
 * *ret_data NULL: there is none. A file that another user owns or can write is
 * an error. */
int statedir_read(int dirfd, const char *name, char **ret_data, size_t *ret_len, struct err *err) MUST_CHECK;

#endif
