/* Children of `clampctl floor measure`: waited for, and, where that is wanted, traced. Which calls a runtime
 * makes under its filter is asked of the kernel: a filter that answers SCMP_ACT_TRACE stops the process at
 * each of them, and at nothing before the filter. */
#ifndef RUNCLAMP_CTL_FLOOR_TRACE_H
#define RUNCLAMP_CTL_FLOOR_TRACE_H

#include "base/err.h"
#include "model/syscalls.h"
#include <sys/types.h>

enum { TRACE_GONE = 64, TRACE_PAYLOADS = 16 };

struct trace {
	struct sysset made; /* under the filter, by all but the payload */
	struct sysset wide; /* of those: with arguments that no shipped floor knows */
	pid_t payload[TRACE_PAYLOADS];
	unsigned npayloads;
	struct {
		pid_t pid;
		int status;
	} gone[TRACE_GONE]; /* a ring: who ended while another was waited for */
	unsigned ngone;
};

/* The first stop of a child that asked to be traced: with all that it will start. */
int trace_begin(pid_t pid, struct err *err) MUST_CHECK;
/* Takes note of whatever happened, and lets it go on. */
void trace_step(struct trace *t);
bool trace_ended(const struct trace *t, pid_t pid, int *ret_status);
/* Ends every child that is left. */
void trace_kill_all(struct trace *t);

#endif
