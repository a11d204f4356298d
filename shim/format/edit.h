/* Edits of a text: what is not edited stays, byte for byte. */
#ifndef RUNCLAMP_FORMAT_EDIT_H
#define RUNCLAMP_FORMAT_EDIT_H

#include "base/buf.h"
#include <stdint.h>

/* The bytes from `from` up to `to` become `text`; equal ones: it goes in between. */
struct edit {
	uint32_t from, to;
	const char *text;
	size_t len;
};

/* Appends the text with n edits in it to out. They come in the order of their places and do not overlap;
 * several may go in at one place, and then follow each other. What comes otherwise, or reaches beyond the
 * text, makes out `failed`: nothing is written from a plan that is wrong. */
void edit_apply(struct buf *out, const char *text, size_t len, const struct edit *v, size_t n);

#endif
