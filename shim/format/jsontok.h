/* JSON, read strictly, as tokens with byte offsets into the text (RFC 8259).
 *
 * One pass, no copy, the text stays unchanged: a splice needs the offsets, and
 * engines' number spellings must survive. Refused beyond the grammar: invalid
 * UTF-8 (overlong forms, surrogates, above U+10FFFF), an escaped lone
 * surrogate, NUL (raw or \u0000), anything behind the document, and more
 * levels or tokens than the limits say. No comments, no trailing commas, no
 * byte-order mark. The document may be any value. */
#ifndef RUNCLAMP_FORMAT_JSONTOK_H
#define RUNCLAMP_FORMAT_JSONTOK_H

#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum jtok_type { JTOK_NULL, JTOK_FALSE, JTOK_TRUE, JTOK_NUMBER, JTOK_STRING, JTOK_ARRAY, JTOK_OBJECT };

/* Tokens lie in document order. The children of an object alternate key
 * (JTOK_STRING), value. `next` is the index of the first token behind this
 * value's subtree: child i+1 of a container starts at child i's `next`. */
struct jtok {
	uint32_t start; /* offset of the first byte; a string's is its opening quote */
	uint32_t end;	/* offset behind the last byte (behind the closing quote) */
	uint32_t next;
	uint32_t count; /* array: elements; object: members; else 0 */
	enum jtok_type type : 8;
	bool escaped : 1; /* string: holds a backslash */
};

struct jdoc {
	const char *text; /* borrowed; must outlive the doc */
	size_t len;
	const struct jtok *tok; /* tok[0] is the document; owned by the arena */
	uint32_t ntok;
};

struct jlimits {
	uint32_t depth; /* nesting levels */
	uint32_t tokens;
	enum err_kind kind; /* of the error that it is to pass them; ERR_NONE: as of any other */
};

/* Text of up to 4 GiB - 1, with at least one token allowed. Errors (kind as
 * given): "line L, column C (byte N): what is wrong". */
int jdoc_parse(struct jdoc *ret_doc, struct arena *arena, const char *text, size_t len,
	       const struct jlimits *limits, enum err_kind kind, struct err *err) MUST_CHECK;

/* Line and column (from 1; columns in bytes) of an offset, for messages. */
void jdoc_position(const struct jdoc *doc, uint32_t offset, uint32_t *ret_line, uint32_t *ret_col);

/* An error at a token: "line L, column C: message". Returns -1. */
int jdoc_fail(const struct jdoc *doc, uint32_t tok, enum err_kind kind, struct err *err, const char *fmt, ...)
	PRINTF_LIKE(5, 6);

/* The string's bytes without quotes, unescaped (UTF-8, NUL-terminated), in the
 * arena. NULL only when memory is out. */
const char *jdoc_string(const struct jdoc *doc, uint32_t tok, struct arena *arena,
			size_t *ret_len) MUST_CHECK;
/* Whether a string token, unescaped, equals s exactly. No allocation. */
bool jdoc_streq(const struct jdoc *doc, uint32_t tok, const char *s);
/* Whether a string token, unescaped, is equal to s under the case folds that
 * Go's encoding/json makes for member names: ASCII letters, U+017F (long s) for
 * s, U+212A (Kelvin) for k. s is lower-case or camel-case ASCII. */
bool jdoc_strfold(const struct jdoc *doc, uint32_t tok, const char *s);

/* The value token of an object's member with exactly this name; 0 if none
 * (token 0 is the document and never a member's value). First of duplicates. */
uint32_t jdoc_get(const struct jdoc *doc, uint32_t obj, const char *name);

/* A number token that is an integer without fraction or exponent, in range.
 * Exact over the whole of uint64_t. False: it is none. */
bool jdoc_u64(const struct jdoc *doc, uint32_t tok, uint64_t *ret);

/* Strict objects: every member of `obj` must be in names (NULL-terminated), no
 * name twice. On violation an error of `kind`: "WHERE: unknown key \"x\" (line
 * L, column C); did you mean \"y\"?". ret_vals (may be NULL) gets each name's
 * value token or 0. */
int jdoc_members(const struct jdoc *doc, uint32_t obj, const char *where, const char *const names[],
		 uint32_t ret_vals[], enum err_kind kind, struct err *err) MUST_CHECK;

#endif
