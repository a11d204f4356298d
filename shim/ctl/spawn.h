/* One command line of a runtime, its output in a file: the container that a
 * `create` leaves behind would keep a pipe open. */
#ifndef RUNCLAMP_CTL_SPAWN_H
#define RUNCLAMP_CTL_SPAWN_H

#include "base/err.h"
#include <sys/types.h>

/* Runs argv[0] (absolute) with a clean environment, stdin from /dev/null, stdout
 * and stderr to `out`, in a process group of its own (a ^C is ours to handle). */
int spawn_to(int out, char *const argv[], pid_t *ret_pid, struct err *err) MUST_CHECK;

/* Waits for pid, at most until the deadline or until *stop. 0: *ret_status is
 * waitpid's. 1: it is still running. */
int spawn_wait(pid_t pid, unsigned deadline_ms, const volatile int *stop, int *ret_status,
	       struct err *err) MUST_CHECK;

#endif
