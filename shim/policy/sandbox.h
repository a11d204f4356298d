/* The pause container of a pod, which no image's author declares needs for. */
#ifndef RUNCLAMP_POLICY_SANDBOX_H
#define RUNCLAMP_POLICY_SANDBOX_H

#include "load/bundle.h"
#include "model/profile.h"

/* containerd's and CRI-O's annotation says that this is a pod's sandbox. It only
 * picks the built-in needs below; ceiling, floor and engine profile stay. */
bool sandbox_is(const struct bundle *b);

/* What a pause program needs: to start, to wait for signals, to reap children.
 * ret_named gets the names. */
void sandbox_needs(struct profile *ret, struct sysset *ret_named);

#endif
