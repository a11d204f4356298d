/* The decision record: one JSON line for each decision, appended with one
 * write, so that concurrent creates do not tear each other's. */
#ifndef RUNCLAMP_DECIDE_RECORD_H
#define RUNCLAMP_DECIDE_RECORD_H

#include "decide/decision.h"

/* A line of at most this many bytes, newline included: lists of names are cut, with their counts kept. */
enum { RECORD_MAX = 4096 };

struct record_context {
	const char *id;			 /* the container's */
	const char *subcommand;		 /* "create", "run" */
	const struct handler *handler;	 /* NULL: the config could not be read */
	const struct identity *identity; /* NULL: the runtime could not be asked */
	const struct decision *decision; /* NULL: an error came before it */
	const struct err *error;	 /* NULL: decided */
	uint64_t microseconds;
};

/* Formats the line, with its newline. */
void record_format(const struct record_context *ctx, struct buf *out);

/* Appends it to the log (O_APPEND | O_NOFOLLOW, 0600 when it is made). A log in
 * a folder that does not exist is no error unless `required`. */
int record_append(const char *path, const struct buf *line, bool required, struct err *err) MUST_CHECK;

#endif
