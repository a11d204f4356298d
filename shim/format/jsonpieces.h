/* A long JSON list, one piece at a time: what many write into is not read whole
 * for the sake of one entry. Memory is bounded, time is linear. */
#ifndef RUNCLAMP_FORMAT_JSONPIECES_H
#define RUNCLAMP_FORMAT_JSONPIECES_H

#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>

enum { JPIECES_BLOCK = 32 << 10 };

struct jpieces {
	int fd;		/* borrowed */
	char opens;	/* what the document begins with: '[' or '{' */
	uint32_t level; /* how deep the pieces lie: 1 is the document's own elements or members; 31 at most */
	size_t max;	/* of a piece that is kept whole */
	/* Of the piece that jpieces_next gave. */
	uint32_t depth;	  /* where it lies: less than `level` for what is neither array nor object */
	uint32_t element; /* of the document's own elements or members, the one it is in; from 0 */
	/* The rest is the reader's. */
	struct buf piece, within;
	bool cut, string, escape, ended;
	uint32_t open, objects; /* how many are open; a bit for each that is an object */
	uint32_t commas;	/* between the document's own elements */
	size_t at, len;
	char in[JPIECES_BLOCK];
};

void jpieces_open(struct jpieces *p, int fd, char opens, uint32_t level, size_t max);
/* 1: the next piece, an array's element, or an object's member as an object of its own ({"name": value}); a
 * longer one than `max` is cut there, and *ret_whole is false. Arrays and objects above `level` are gone
 * into: their elements and members are the pieces. Only strings and brackets are looked at: the caller parses
 * the pieces that are his. 0: there are no more, and the document ended properly. */
int jpieces_next(struct jpieces *p, const char **ret_text, size_t *ret_len, bool *ret_whole,
		 struct err *err) MUST_CHECK;
/* Whether a piece at `level` lies in the member of this name: of letters that nobody escapes. */
bool jpieces_within(const struct jpieces *p, const char *name);
void jpieces_close(struct jpieces *p);
#define CLEANUP_JPIECES __attribute__((cleanup(jpieces_close)))

#endif
