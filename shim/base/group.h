/* Who is in a group. */
#ifndef RUNCLAMP_BASE_GROUP_H
#define RUNCLAMP_BASE_GROUP_H

#include "base/err.h"
#include <stdbool.h>
#include <sys/types.h>

/* Whether it is the caller's own group and nobody else is in it, but root. So are the groups that useradd
 * makes for each user, under which a login's umask is 002 (pam_umask, usergroups). As /etc/passwd and
 * /etc/group say; a group that is not there counts by its number, which is then the user's, too. */
bool group_is_callers(gid_t gid);

/* The same by their text: passwd(5) and group(5). */
bool group_is_of(const char *passwd, const char *group, uid_t user, gid_t gid);

#endif
