/* The socket of containerd's API. */
#ifndef RUNCLAMP_CONTAINERD_DIAL_H
#define RUNCLAMP_CONTAINERD_DIAL_H

#include "base/err.h"

/* A connected socket that no longer blocks; connecting may take patience_ms. Refused: who listens there is
 * neither root nor the caller. */
int dial(const char *address, int patience_ms, struct err *err) MUST_CHECK;

#endif
