/* Two texts as a unified diff, for --dry-run: one hunk, which patch(1) takes. */
#ifndef RUNCLAMP_CTL_FILES_DIFF_H
#define RUNCLAMP_CTL_FILES_DIFF_H

#include "base/buf.h"

/* Either may be NULL: the file is not there. Nothing is put where they are equal. */
void diff_put(struct buf *out, const char *path, const char *old, size_t old_len, const char *new,
	      size_t new_len);

#endif
