/* What is left to the process once it is connected: this one socket, standard
 * output and error, memory of its own. Installed before a byte of the answers
 * is read. */
#ifndef RUNCLAMP_CONTAINERD_JAIL_H
#define RUNCLAMP_CONTAINERD_JAIL_H

#include "base/err.h"

enum { JAIL_SOCKET = 3 };

/* Moves the socket to descriptor JAIL_SOCKET and closes every other above 2. */
int jail_enter(int socket, struct err *err) MUST_CHECK;

#endif
