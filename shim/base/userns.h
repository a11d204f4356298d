/* Which user namespace this process is in. */
#ifndef RUNCLAMP_BASE_USERNS_H
#define RUNCLAMP_BASE_USERNS_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether this process is root in the initial user namespace (uid_map is the
 * identity over all uids). Asked once, then remembered. */
bool userns_is_initial_root(void);
/* Whether this user namespace has no name for the root of the one around it: only then are the files of the
 * host's root shown as the overflow uid. */
bool userns_lacks_root(void);
uid_t userns_overflow_uid(void);
bool userns_has_uid(uid_t uid);
/* A rootless engine's namespace: root there is one user, mapped alone, and all others are IDs that the host's
 * root gave him. Where root comes with a whole range (a machine in a container) they are users of their own.
 */
bool userns_is_users(void);
/* Whether the caller is one user: root of such a namespace, or not root at all. */
bool userns_is_rootless(void);
/* What the caller's user ID, and a group's, are called around this namespace; -1: they have no name there. */
uid_t userns_outer_user(void);
gid_t userns_outer_group(gid_t gid);

#endif
