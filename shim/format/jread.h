/* Strict reading of JSON values: every message names the document, what is
 * wrong, and line and column. */
#ifndef RUNCLAMP_FORMAT_JREAD_H
#define RUNCLAMP_FORMAT_JREAD_H

#include "format/jsontok.h"

#include <stdbool.h>

struct jread {
	const struct jdoc *doc;
	struct arena *arena;
	const char *where; /* "annotation io.runclamp.closure" */
	enum err_kind kind;
	struct err *err;
	uint32_t tokens; /* at most; 0: as many as what a person writes may have */
	bool go;	 /* written for Go's encoding/json, and read as that does: jread_object */
	uint32_t object; /* whose members are read: the place of one that is missing */
};

/* Walks an array's elements: t is the token of element number i. */
#define JREAD_EACH(i, t, doc, array)                                                                         \
	for (uint32_t i = 0, t = (array) + 1; i < (doc)->tok[array].count; i++, t = (doc)->tok[t].next)
/* Walks an object's members: k is the token of the key, k + 1 that of the value. */
#define JREAD_EACH_MEMBER(i, k, doc, object)                                                                 \
	for (uint32_t i = 0, k = (object) + 1; i < (doc)->tok[object].count; i++, k = (doc)->tok[k + 1].next)

/* "WHERE: … (line L, column C)". Returns -1. */
int jread_fail(const struct jread *r, uint32_t tok, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The whole text as one document, into *ret_doc, which r->doc then is. */
int jread_open(struct jread *r, struct jdoc *ret_doc, const char *text, size_t len) MUST_CHECK;

/* r for reading the members of an object. */
static inline struct jread jread_in(const struct jread *r, uint32_t object)
{
	struct jread in = *r;

	in.object = object;
	return in;
}

/* Each fails with "WHAT is missing" for token 0, where r->object stands, and with "WHAT must be …" for
 * another type. */
int jread_type(const struct jread *r, uint32_t tok, enum jtok_type type, const char *what) MUST_CHECK;
int jread_u64(const struct jread *r, uint32_t tok, const char *what, uint64_t max, uint64_t *ret) MUST_CHECK;
/* Unescaped, not NUL-terminated, borrowed from the text where it can be. */
int jread_string(const struct jread *r, uint32_t tok, const char *what, const char **ret,
		 size_t *ret_len) MUST_CHECK;
/* A copy in the arena: 1 to max bytes, no control bytes. */
int jread_line(const struct jread *r, uint32_t tok, const char *what, size_t max,
	       const char **ret) MUST_CHECK;
/* An object with these members and no others; ret_vals get their tokens or 0. ret_in: r for reading them.
 * With r->go: a member that is null counts as absent, and one of another name is passed over. Refused are a
 * name that Go takes for one of these although its case differs, and one that is nearly one of these: whoever
 * wrote it meant something by it. */
int jread_object(struct jread *ret_in, const struct jread *r, uint32_t tok, const char *what,
		 const char *const names[], uint32_t ret_vals[]) MUST_CHECK;
/* The same for the document itself. */
int jread_root(const struct jread *r, const char *const names[], uint32_t ret_vals[]) MUST_CHECK;

/* A member that is null counts as absent: Go writes nil slices so. */
static inline uint32_t jread_unless_null(const struct jdoc *doc, uint32_t tok)
{
	return doc->tok[tok].type == JTOK_NULL ? 0 : tok;
}

int jread_nomem(const struct jread *r);

#endif
