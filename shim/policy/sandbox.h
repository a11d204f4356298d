/* The pause container of a pod, which no image's author declares needs for. */
#ifndef RUNCLAMP_POLICY_SANDBOX_H
#define RUNCLAMP_POLICY_SANDBOX_H

#include "load/bundle.h"
#include "model/profile.h"

/* containerd's and CRI-O's annotations say that this is a pod's sandbox: its type,
 * and a sandbox ID that is the container's own. Who can add annotations through
 * Podman or Docker cannot know that ID beforehand. `id` NULL: nobody creates a
 * container (clampctl), the bundle is believed. It only picks the built-in needs
 * below; ceiling, floor and engine profile stay. */
bool sandbox_is(const struct bundle *b, const char *id);

/* What a pause program needs: to start, to wait for signals, to reap children.
 * ret_named gets the names. */
void sandbox_needs(struct profile *ret, struct sysset *ret_named);

#endif
