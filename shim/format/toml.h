/* TOML, as the configurations of containerd, CRI-O and Podman are written. What
 * this reader does not know (strings of several lines, \u, dates) is an error:
 * whoever asks would rather say "unknown" than guess. */
#ifndef RUNCLAMP_FORMAT_TOML_H
#define RUNCLAMP_FORMAT_TOML_H

#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

enum { TOML_PARTS = 16 };

enum toml_kind { TOML_TABLE, TOML_STRING, TOML_PLAIN };

/* One value with its whole path. A table is there itself, too, as it may be
 * empty; an array is one entry for each element, or a table if it has none. */
struct toml_entry {
	const char *part[TOML_PARTS];
	uint32_t nparts;
	enum toml_kind kind;
	const char *text; /* a string unescaped; true, 12 as they stand */
	uint32_t line;
};

struct toml {
	struct toml_entry *entry; /* in the order of the text */
	uint32_t n, cap;
};

/* Adds the text's entries behind those that are there. Errors: "WHERE, line N: …". */
int toml_read(struct toml *into, struct arena *arena, const char *text, const char *where,
	      struct err *err) MUST_CHECK;

/* Adds a copy of one entry. -1: out of memory. */
int toml_add(struct toml *into, struct arena *arena, const struct toml_entry *e) MUST_CHECK;

/* Whether the entry's path is pattern, "plugins/?/containerd": a question mark is
 * any one part. */
bool toml_is(const struct toml_entry *e, const char *pattern);
/* The last string or plain value of this path, as later files win, or NULL. */
const char *toml_value(const struct toml *t, const char *pattern);

#endif
