/* The init that an engine puts in front of the image's program (`docker run
 * --init`): its calls are the engine's, and no image can declare them. */
#ifndef RUNCLAMP_NEEDS_INIT_H
#define RUNCLAMP_NEEDS_INIT_H

#include "model/profile.h"
#include "oci/bundle.h"

struct init; /* a row of the table */

/* As an engine writes it: process.args[0] is where that engine has its init, and what is mounted there last
 * is a file of an init's name that only root can write, with each folder above it. Whoever may mount such a
 * file of the node there himself gets a few calls for it, within the ceiling and the engine's profile. A file
 * of the image's own is never one. NULL: there is none. */
const struct init *init_find(const struct bundle *b, struct arena *arena);
const char *init_name(const struct init *i); /* "tini" */

/* What it calls until its child has ended; and with that what other builds and kernels make of it. */
void init_calls(struct profile *ret_need, struct profile *ret_all, const struct init *i);

#endif
