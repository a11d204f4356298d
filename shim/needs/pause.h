/* The pause container of a pod, which no image's author declares needs for. */
#ifndef RUNCLAMP_NEEDS_PAUSE_H
#define RUNCLAMP_NEEDS_PAUSE_H

#include "model/profile.h"

/* What a pause program needs: to start, to wait for signals, to reap children.
 * ret_named gets the names. */
void sandbox_needs(struct profile *ret, struct sysset *ret_named);

#endif
