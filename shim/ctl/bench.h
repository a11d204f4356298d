/* A folder with a bundle in which a runtime starts containers, one after the
 * other, for `clampctl floor measure`. */
#ifndef RUNCLAMP_CTL_BENCH_H
#define RUNCLAMP_CTL_BENCH_H

#include "run/identity.h"
#include <stdbool.h>

struct bench {
	const struct identity *id;
	const char *payload;
	int output;	     /* what the runtime says */
	char dir[128];	     /* the folder; "" once it is gone */
	unsigned started;    /* containers so far: each has an ID of its own */
	char complaint[200]; /* the last words of the last start that failed */
};

/* Root only. For crun on a node with cgroup v1 this process moves into a mount
 * namespace of its own, with cgroup2 where crun wants it. Ends with bench_close,
 * also after a failure. */
int bench_open(struct bench *ret, struct arena *arena, const struct identity *id, struct err *err) MUST_CHECK;
/* The filter of the starts that follow: lowered as the shim would write it. */
int bench_filter(struct bench *b, const struct profile *p, bool no_new_privileges,
		 struct err *err) MUST_CHECK;
/* *ret_ok: the payload ran to its end. -1: interrupted, or the machine fails. */
int bench_start(struct bench *b, bool *ret_ok, struct err *err) MUST_CHECK;
void bench_close(struct bench *b);

#define CLEANUP_BENCH __attribute__((cleanup(bench_close)))

#endif
