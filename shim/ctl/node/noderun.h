/* A program of the node, asked one question. */
#ifndef RUNCLAMP_CTL_NODE_NODERUN_H
#define RUNCLAMP_CTL_NODE_NODERUN_H

#include "ctl/node/nodefs.h"

/* Runs argv[0] (the node's absolute path) in the node's root, with a clean
 * environment and a deadline. Its output in the arena, NUL-terminated. Ending
 * otherwise than with 0 is an error that quotes its last line. */
int noderun(const struct nodefs *fs, struct arena *arena, char *const argv[], const char **ret_out,
	    struct err *err) MUST_CHECK;

#endif
