/* clampctl's own command line: read by the table of subcommands. */
#ifndef RUNCLAMP_CTL_WORDS_H
#define RUNCLAMP_CTL_WORDS_H

#include "ctl/ctl.h"
#include <stdbool.h>

/* The subcommand that argv[1] (and argv[2]) name, and how many words that took.
 * NULL with the error set: none. subs ends with a row without a name. */
const struct ctl_sub *words_find(const struct ctl_sub *subs, int argc, char *const argv[], int *ret_used,
				 struct err *err);

/* The rest: options anywhere, as --name VALUE or --name=VALUE; "--" ends them.
 * *ret_help: --help or -h stood among them. */
int words_read(struct ctl_args *ret, bool *ret_help, const struct ctl_sub *sub, int argc, char *const argv[],
	       struct err *err) MUST_CHECK;

#endif
