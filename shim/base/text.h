/* Small text helpers that several modules share. */
#ifndef RUNCLAMP_BASE_TEXT_H
#define RUNCLAMP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes (1 to 4) of the well-formed UTF-8 sequence at s, or 0: cut short,
 * overlong, a surrogate, above U+10FFFF (RFC 3629). */
size_t text_utf8_len(const char *s, size_t avail);

/* A character of n bytes that a terminal obeys or that shows a name as another: U+0080–009F (its control
 * characters), U+2028 and 2029 (a line's end to some readers), and the marks of writing direction: U+061C,
 * 200E, 200F, 202A–202E and 2066–2069. */
bool text_misleads(const char *s, size_t n);

/* Copies at most `cap - 1` bytes of hostile text for a message: control bytes,
 * DEL, quotes, backslash, what is no UTF-8, and the characters that turn a
 * terminal's writing direction are escaped as \xNN; text that is cut ends in
 * "…". Returns dst. */
char *text_show(char *dst, size_t cap, const char *s, size_t len);

/* The same for a whole sentence, whose quotes and backslashes are its own and stay. */
char *text_clean(char *dst, size_t cap, const char *s);

/* Damerau-Levenshtein (optimal string alignment) distance, at most `max`
 * (returns max + 1 when larger). For "did you mean". Inputs up to 64 bytes
 * (else max + 1). */
unsigned text_distance(const char *a, size_t alen, const char *b, size_t blen, unsigned max);

/* The element of names (NULL-terminated) nearest to s within a third of its
 * length (at least 1), or NULL. */
const char *text_nearest(const char *s, size_t len, const char *const names[]);

#endif
