/* A /run of the test's own: a tmpfs in a private mount namespace, so that the
 * node's records are neither seen nor touched. */
#ifndef RUNCLAMP_TESTS_OWNRUN_H
#define RUNCLAMP_TESTS_OWNRUN_H

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static bool ownrun;

static inline int ownrun_make(void **state)
{
	(void)state;
	ownrun = unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		 mount("none", "/run", "tmpfs", 0, "mode=0755") == 0;
	return unsetenv("XDG_RUNTIME_DIR");
}

/* At the start of each test. */
#define NEEDS_OWN_RUN()                                                                                      \
	do {                                                                                                 \
		if (!ownrun)                                                                                 \
			skip();                                                                              \
	} while (0)

#endif
