/* A child process: a runtime or the node's own program, run to be asked something. */
#ifndef RUNCLAMP_BASE_SPAWN_H
#define RUNCLAMP_BASE_SPAWN_H

#include "base/err.h"
#include <sys/types.h>

/* Set in the environment of each child: a wrapper that leads back to runclamp
 * would ask without end. */
#define SPAWN_MARK "RUNCLAMP_ASKING"

/* Runs argv[0] (absolute) with a clean environment, stdin from /dev/null, stdout
 * to `out` and stderr to `errors` (-1: to /dev/null), nothing else open, in a
 * process group of its own (a ^C is ours to handle). */
int spawn(int out, int errors, char *const argv[], pid_t *ret_pid, struct err *err) MUST_CHECK;

/* Waits for pid, at most deadline_ms from now or until *stop (which may be NULL).
 * 0: *ret_status is waitpid's. 1: it is still running. */
int spawn_wait(pid_t pid, unsigned deadline_ms, const volatile int *stop, int *ret_status,
	       struct err *err) MUST_CHECK;

#endif
