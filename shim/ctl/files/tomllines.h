/* TOML line by line, where its text is to be copied: what `containerd config
 * dump` printed has a header or a key in each line. Values are read by toml.h. */
#ifndef RUNCLAMP_CTL_FILES_TOMLLINES_H
#define RUNCLAMP_CTL_FILES_TOMLLINES_H

#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>

enum { TOMLLINE_PARTS = 8 };
struct tomlline {
	const char *at;
	size_t len; /* without its newline */
	bool header;
	/* The table that the line stands in (a header: that it opens), part by part. */
	const char *table[TOMLLINE_PARTS];
	unsigned depth;
};

/* The next line: before the first call, zero the line and set at to the text. */
bool tomlline_next(struct tomlline *l, struct arena *arena);
/* Whether the line's table is, or lies within, the one of these n parts. */
bool tomlline_within(const struct tomlline *l, const char *const parts[], unsigned n);
/* The value of a line `key = value`, without blanks around; NULL: another key. */
const char *tomlline_value(const struct tomlline *l, const char *key, size_t *ret_len);
/* Where a key in front of the first table has its value, as it is written, over
 * several lines too; NULL: it is not set there. */
const char *tomlline_top(const char *text, const char *key, size_t *ret_len);

#endif
