/* Members of a JSON document put in, replaced and taken out; every other byte
 * stays, and what is put in is written as what stands around it. */
#ifndef RUNCLAMP_CTL_FILES_JSONEDIT_H
#define RUNCLAMP_CTL_FILES_JSONEDIT_H

#include "base/buf.h"
#include "format/jsontok.h"

/* How this document is written. */
struct jsonstyle {
	const char *newline; /* "\n" or "\r\n" */
	const char *colon;   /* ": " or ":" */
	char unit[16];	     /* one step of indentation */
	bool flat;	     /* all of it in one line */
};
void jsonedit_style(struct jsonstyle *ret, const struct jdoc *doc);

/* The text, with a new last member of object obj that lies `depth` objects deep
 * (the document: 0). The value: keys, one object inside the other, and in the
 * innermost the string. {"a", "b", NULL}, "s": "a": {"b": "s"}. */
void jsonedit_insert(struct buf *out, const struct jdoc *doc, const struct jsonstyle *style, uint32_t obj,
		     unsigned depth, const char *const keys[], const char *string);
void jsonedit_replace(struct buf *out, const struct jdoc *doc, uint32_t tok, const char *string);
/* Takes the member out whose value is tok. What jsonedit_insert put in leaves
 * the bytes of before, where the object had a member. */
void jsonedit_remove(struct buf *out, const struct jdoc *doc, uint32_t obj, uint32_t tok);

#endif
