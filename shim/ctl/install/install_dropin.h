/* Files that are install's own, whole: drop-ins. */
#ifndef RUNCLAMP_CTL_INSTALL_INSTALL_DROPIN_H
#define RUNCLAMP_CTL_INSTALL_INSTALL_DROPIN_H

#include "ctl/install/install.h"

/* The first lines, by which such a file is known. */
void dropin_head(struct buf *out, const struct install *in);
/* A file that somebody else wrote stays as it is: an error. */
int dropin_check(const struct install *in, struct err *err) MUST_CHECK;
/* The node's path of a handler's program. */
const char *dropin_program(const struct install *in, const char *handler) MUST_CHECK;
/* The last file behind ours, in its folder and ending in suffix, that sets something
 * at or below pattern ("engine/runtime"): engines let the later file win. */
struct dropin_later {
	const char *file;  /* the node's path; NULL: none does */
	const char *value; /* the last one there; NULL: a table */
};
int dropin_later(struct dropin_later *ret, struct install *in, const char *suffix, const char *pattern,
		 struct err *err) MUST_CHECK;
/* verify: whether no later file says otherwise of the handler's own entry, RUNTIMES/HANDLER and program
 * behind it, and of the default. Returns the exit code, with a note. */
int dropin_verify(struct install *in, const char *suffix, const char *runtimes, const char *program,
		  const char *preferred) MUST_CHECK;
/* take: without an entry, or without a handler left, the file goes. */
int dropin_take(struct buf *out, struct install *in, struct err *err) MUST_CHECK;

#endif
