/* The node's files, also where its root is seen below a folder (a DaemonSet's
 * host mount): links are followed as the node itself would follow them. */
#ifndef RUNCLAMP_CTL_NODE_NODEFS_H
#define RUNCLAMP_CTL_NODE_NODEFS_H

#include "base/arena.h"
#include "base/err.h"
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct nodefs {
	int fd;		       /* the node's root */
	char prefix[PATH_MAX]; /* what stands in front of a node's path here; "" for our own root */
};
/* root NULL: our own. */
int nodefs_open(struct nodefs *ret, const char *root, struct err *err) MUST_CHECK;
void nodefs_close(struct nodefs *fs);
#define CLEANUP_NODEFS __attribute__((cleanup(nodefs_close)))

/* A short list of names or paths. */
enum { NAMES_LIST = 32 };
struct names {
	const char *v[NAMES_LIST];
	unsigned n;
};
bool names_have(const struct names *list, const char *name);
/* Once each. -1: the list is full. */
int names_add(struct names *list, const char *name) MUST_CHECK;
void names_drop(struct names *list, const char *name);

enum { NODEFS_FILE_MAX = 4 << 20 };
struct nodefile {
	const char *path; /* as asked for: the node's */
	const char *real; /* where it lies, or would: the node's, links followed */
	bool exists;
	struct stat st;
	const char *text; /* NUL-terminated; "" if it does not exist */
	size_t len;
};

/* A descriptor (O_CLOEXEC) of what the node finds there, or -1 with errno. */
int nodefs_fd(const struct nodefs *fs, const char *path, int flags);
/* A whole regular file, or that there is none. In the arena. */
int nodefs_read(struct nodefile *ret, const struct nodefs *fs, struct arena *arena, const char *path,
		struct err *err) MUST_CHECK;
/* Whether the file and each folder above it, links followed, are root's and nobody else may write there (a
 * sticky folder counts as safe): what an engine of root's reads, and what a link could lead us to write. */
int nodefs_check(const struct nodefs *fs, struct arena *arena, const struct nodefile *file,
		 struct err *err) MUST_CHECK;
/* Replaces it (or creates it, 0644, with the folders above it, whose paths are
 * added to made, outermost first). It must still be the file that was read. */
int nodefs_write(const struct nodefs *fs, struct arena *arena, const struct nodefile *old, const char *text,
		 size_t len, mode_t mode, struct names *made, struct err *err) MUST_CHECK;
int nodefs_remove(const struct nodefs *fs, const struct nodefile *old, struct err *err) MUST_CHECK;
/* `path` as we reach it, in the arena. */
const char *nodefs_here(const struct nodefs *fs, struct arena *arena, const char *path) MUST_CHECK;

#endif
