/* One option or word after the other, as a runtime's own parser would see it. */
#ifndef RUNCLAMP_RUNTIME_SCAN_H
#define RUNCLAMP_RUNTIME_SCAN_H

#include "runtime/grammar.h"
#include <stddef.h>

enum item_kind {
	ITEM_OPTION,
	ITEM_WORD,    /* a positional */
	ITEM_UNKNOWN, /* begins with a dash; `bare`: without "=VALUE", the next word may be its value */
	ITEM_WRONG,   /* the runtime would refuse it: `why` */
};

struct item {
	enum item_kind kind;
	const char *word; /* as written */
	int index;	  /* of word in argv */
	const struct opt_spec *opt;
	const char *value; /* NULL: none; a Go switch may have one */
	const char *why;
	bool bare;
	bool dashed_value; /* the value is a word of its own that begins with a dash */
};

struct scan {
	enum arg_style style;
	const struct opt_spec *opts; /* NULL: no options known */
	int argc;
	char *const *argv;
	int at;		     /* next word */
	const char *cluster; /* rest of a cluster of letters, or NULL */
	int end_mark;	     /* index of the "--" that ended the options, or 0 */
};

/* False at the end. Does not stop at positionals: the caller knows what ends a
 * parser's options. */
bool scan_next(struct scan *s, struct item *ret);

#endif
