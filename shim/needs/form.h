/* The forms in which needs are written. Each reads one text into *into, which
 * comes empty; `where` names the text in messages. */
#ifndef RUNCLAMP_NEEDS_FORM_H
#define RUNCLAMP_NEEDS_FORM_H

#include "format/jread.h"
#include "needs/needs.h"

struct needs_text {
	const char *s;
	size_t len;
	const char *where;
	const struct bundle
		*bundle; /* of the container that it is read for; NULL: a form that is the same for all */
	struct arena *arena;
	struct err *err;
};

typedef int needs_form(struct needs *into, const struct needs_text *t);

needs_form needs_form_syscalls;	    /* names by commas or white space, or a JSON array of names */
needs_form needs_form_capabilities; /* the same */
needs_form needs_form_manifest;
needs_form needs_form_signature; /* base64, canonical */
needs_form needs_form_profile;	 /* Podman's label */

/* An empty allow-list, declared. */
void needs_declare(struct needs *n);
/* After the allow-list was filled: what no kernel or not this architecture has is
 * noted and dropped, and the names are counted. */
int needs_settle(struct needs *n, struct arena *arena, struct err *err) MUST_CHECK;

/* Capabilities as a set by number. */
int capability_add(uint64_t *set, const char *name, size_t len, const char *where,
		   struct err *err) MUST_CHECK;
int capability_names(struct needs_extra *into, uint64_t set, struct arena *arena) MUST_CHECK;

/* The array of a manifest's `egress`, and the intersection of two. */
int egress_read(struct needs_extra *into, const struct jread *r, uint32_t array) MUST_CHECK;
int egress_intersect(struct needs_extra *into, const struct needs_extra *other,
		     struct arena *arena) MUST_CHECK;

#endif
