/* What the files that read a section share. */
#ifndef RUNCLAMP_OCI_SECCOMP_READER_H
#define RUNCLAMP_OCI_SECCOMP_READER_H

#include "format/jread.h"
#include "oci/rulebag.h"
#include "oci/seccomp.h"

struct profile_reader {
	struct jread r;
	const struct bundle *label;  /* Podman's forms too, for the container of this bundle; or NULL */
	const char *const *spelling; /* by id: a sentry's own names, or NULL */
	struct action def;
	struct rulebag *bag;
	struct sysset named; /* whatever the action */
	struct unknown_names unknown;
	size_t unknown_cap;
};

/* An error 'unknown WHAT "word"'. */
int profile_reader_unknown(const struct jread *r, uint32_t tok, const char *what, const char *s, size_t len);
/* An action and, where it takes one, its errno; EPERM when none is given. */
int profile_reader_action(const struct jread *r, uint32_t tok, uint32_t errno_tok, const char *what,
			  struct action *ret) MUST_CHECK;
/* null counts as absent. */
void profile_reader_drop_nulls(const struct jread *r, uint32_t key[], size_t n);
/* Whether an entry with these filters of Docker's counts for the container. */
int profile_filter(const struct profile_reader *rd, uint32_t includes, uint32_t excludes,
		   bool *ret_counts) MUST_CHECK;
/* One element of `syscalls`. */
int profile_reader_entry(struct profile_reader *rd, uint32_t entry) MUST_CHECK;

#endif
