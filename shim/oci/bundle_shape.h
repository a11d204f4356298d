/* Which members of config.json the runtimes read: bundle.c's own. */
#ifndef RUNCLAMP_OCI_BUNDLE_SHAPE_H
#define RUNCLAMP_OCI_BUNDLE_SHAPE_H

#include "oci/bundle.h"

/* Checks the document's objects against the specification's tables and sets
 * b's value tokens. */
int bundle_shape(struct bundle *b, struct arena *arena, struct err *err) MUST_CHECK;

/* Refuses a string that stands twice among keys (compared unescaped). */
struct bundle_key {
	const char *text;
	size_t len;
	uint32_t tok;
};
int bundle_no_repeats(const struct jdoc *doc, struct bundle_key *keys, size_t n, const char *where,
		      struct err *err) MUST_CHECK;

#endif
