/* A folder with bundles in which a runtime starts containers, one after the
 * other, for `clampctl floor measure`. */
#ifndef RUNCLAMP_CTL_FLOOR_BENCH_H
#define RUNCLAMP_CTL_FLOOR_BENCH_H

#include "base/buf.h"
#include "ctl/floor/trace.h"
#include "site/identity.h"
#include <stdbool.h>

/* How a process of a container is made: at create, and by each kind of exec. */
enum bench_way {
	WAY_CREATE, /* a user with more groups, umask and the like */
	WAY_EXEC,   /* the same, by a process' own configuration, as engines do it */
	WAY_HAND,   /* root, by words, as a person does it: without noNewPrivileges under crun */
	WAY_TTY,    /* a user with a terminal */
	WAY_COUNT
};

struct bench {
	const struct identity *id;
	const char *payload;
	int output;	     /* what the runtime says, and its containers' stdout and stderr */
	char dir[128];	     /* the folder, a file system of its own; "" once it is gone */
	unsigned started;    /* containers so far: each has an ID of its own */
	unsigned patience;   /* ms that a runtime may take */
	unsigned slowest;    /* ms that one took and succeeded */
	bool late;	     /* in the last start a runtime did not end in time */
	bool traced;	     /* the calls are noted */
	struct trace trace;  /* `made` and `wide` grow while traced */
	char complaint[200]; /* the last words of the last start that failed */
};

/* What became of one container. */
struct life {
	bool started;
	bool late;		   /* a runtime did not end in time */
	struct buf way[WAY_COUNT]; /* what the process is; empty where there was none */
};
void life_free(struct life *l);

/* Root only. This process moves into a mount namespace of its own, for crun on a node with cgroup v1 with
 * cgroup2 where it wants that. Ends with bench_close, also after a failure. */
int bench_open(struct bench *ret, struct arena *arena, const struct identity *id, struct err *err) MUST_CHECK;
/* The filter of the starts that follow: lowered as the shim would write it. What the payload calls itself
 * must be allowed: ppoll. */
int bench_filter(struct bench *b, const struct profile *p, bool no_new_privileges,
		 struct err *err) MUST_CHECK;
void bench_close(struct bench *b);

/* Set by a signal that asks us to end. */
extern volatile int bench_interrupted;
/* Until pid has ended, in time. 1: it has not, or *stop is set. */
int bench_await(struct bench *b, pid_t pid, const volatile int *stop, int *ret_status) MUST_CHECK;
/* Runs the runtime with these words. *ret_ok: it ended with status 0 in time. */
int bench_call(struct bench *b, const char *const words[], bool *ret_ok, struct err *err) MUST_CHECK;

/* bench_life.c. ret_ok: root's payload ran to its end. -1: interrupted, or the machine fails. */
int bench_start(struct bench *b, bool *ret_ok, struct err *err) MUST_CHECK;
/* A container of a user whose program stays, with one exec of each kind. */
int bench_live(struct bench *b, struct life *ret, struct err *err) MUST_CHECK;

/* bench_bundle.c: folders and files for both containers and their execs, below b->dir. */
int bench_write(const struct bench *b, const struct buf *section, bool no_new_privileges,
		struct err *err) MUST_CHECK;
int bench_prepare(const struct bench *b, struct err *err) MUST_CHECK;

/* bench_sight.c: what a process is, as far as its runtime decides that, a line each. */
void sight_describe(struct buf *out, pid_t pid);
/* Whether it is the payload by now; whether that waits. */
bool sight_is_payload(pid_t pid);
bool sight_waits(pid_t pid);

#define CLEANUP_BENCH __attribute__((cleanup(bench_close)))
#define CLEANUP_LIFE __attribute__((cleanup(life_free)))

#endif
