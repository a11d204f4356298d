/* A runtime binary: can it be trusted, which version is it, what is its
 * syscall table. Answers that cost a process are cached beside the records,
 * keyed by device, inode, size, mtime and ctime of the binary. */
#ifndef RUNCLAMP_SITE_IDENTITY_H
#define RUNCLAMP_SITE_IDENTITY_H

#include "base/arena.h"
#include "base/err.h"
#include "runtime/runtime.h"
#include "site/ceiling.h"
#include "site/config.h"
#include <sys/stat.h>

struct identity {
	enum runtime_kind kind;
	runtime_version version;
	const char *version_text; /* "1.1.5+ds1" as the runtime printed it */
	const char *path;	  /* the binary that counts (inner, else path) */
	char key[96];		  /* "DEV-INO-SIZE-MTIME-CTIME", for caches and floors.d */
};

/* A binary that may be executed: trusted, executable, and not runclamp itself. */
int identity_check(const char *path, struct stat *ret_st, struct err *err) MUST_CHECK;

/* Checks path (and inner): absolute, root-owned, executable, not runclamp
 * itself (device and inode of /proc/self/exe). Asks --version once (a child
 * with a clean environment and a deadline of 10 s), cached. In a user namespace
 * without the host's root, files of the overflow uid count in the usual places
 * only. */
int identity_get(struct identity *ret, struct arena *arena, const struct handler *h,
		 struct err *err) MUST_CHECK;

/* The ceiling "runtime": the table of this very runsc (`runsc help syscalls`),
 * cached; safe against concurrent creates (temporary file, rename). */
int identity_ceiling(struct ceiling *ret, struct arena *arena, const struct identity *id, bool full_only,
		     struct err *err) MUST_CHECK;

/* Runs argv[0] (absolute path) and collects at most max bytes of stdout (more is
 * ERR_LIMIT); stderr too with with_stderr. A clean environment, stdin from
 * /dev/null, a process group of its own that is killed at the deadline (ms).
 * *ret_out is NUL-terminated (free); *ret_status is waitpid's. Also for clampctl. */
int identity_ask(char *const argv[], bool with_stderr, size_t max, unsigned deadline_ms, char **ret_out,
		 size_t *ret_len, int *ret_status, struct err *err) MUST_CHECK;

#endif
