/* Linux capabilities by name. A table of our own: linking libcap costs every
 * start six prctl calls (its constructor); a test compares the two. */
#ifndef RUNCLAMP_MODEL_CAPABILITY_H
#define RUNCLAMP_MODEL_CAPABILITY_H

#include <stddef.h>

/* "NET_RAW" or "CAP_NET_RAW", upper case, to its number; -1: unknown. */
int capability_from_name(const char *name, size_t len);
/* "CAP_NET_RAW", or NULL above the last known one. */
const char *capability_name(int number);
/* The nearest name for "did you mean" ("NET_RAW" also for "net_raw"), or NULL. */
const char *capability_nearest(const char *name, size_t len);

#endif
