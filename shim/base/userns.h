/* Which user namespace this process is in. */
#ifndef RUNCLAMP_BASE_USERNS_H
#define RUNCLAMP_BASE_USERNS_H

#include <stdbool.h>

/* Whether this process is root in the initial user namespace (uid_map is the
 * identity over all uids). Asked once, then remembered. */
bool userns_is_initial_root(void);

#endif
