/* Files that are install's own, whole: drop-ins. */
#ifndef RUNCLAMP_CTL_INSTALL_DROPIN_H
#define RUNCLAMP_CTL_INSTALL_DROPIN_H

#include "ctl/install.h"

/* The first lines, by which such a file is known. */
void dropin_head(struct buf *out, const struct install *in);
/* A file that somebody else wrote stays as it is: an error. */
int dropin_check(const struct install *in, struct err *err) MUST_CHECK;
/* `"a", "b"` of the handlers. */
void dropin_list(struct buf *out, const struct names *handlers);
/* The node's path of a handler's program. */
const char *dropin_program(const struct install *in, const char *handler) MUST_CHECK;
/* take: without an entry, or without a handler left, the file goes. */
int dropin_take(struct buf *out, struct install *in, struct err *err) MUST_CHECK;

#endif
