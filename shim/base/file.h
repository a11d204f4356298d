/* Files: bounded reads, trust of paths, atomic replacement. */
#ifndef RUNCLAMP_BASE_FILE_H
#define RUNCLAMP_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Reads a whole file of at most `max` bytes from an open descriptor. *ret_data
 * is owned by the caller (free) and NUL-terminated behind *ret_len bytes. A
 * larger file is ERR_LIMIT; a file that grows or shrinks meanwhile is an error. */
int file_read_fd(int fd, size_t max, char **ret_data, size_t *ret_len, struct err *err) MUST_CHECK;

/* The same for one whose status is known. */
int file_read_known(int fd, const struct stat *st, size_t max, char **ret_data, size_t *ret_len,
		    struct err *err) MUST_CHECK;

/* A regular file, into the arena: what is large is not copied. */
int file_read_arena(int fd, const struct stat *st, size_t max, struct arena *arena, const char **ret_data,
		    size_t *ret_len, struct err *err) MUST_CHECK;

/* Who may own a file that we trust, and what it is used for in messages. */
struct file_trust {
	bool allow_overflow_uid;   /* inside a user namespace that lacks the host's root:
				      accept the overflow uid (compiled-in paths only) */
	bool allow_caller;	   /* accept the effective uid too */
	bool allow_containers_uid; /* accept file_is_containers_uid for the last component, if it is a folder
				    */
};

/* From now on a folder that was found to be root's is not asked again. For a process that makes one start:
 * root itself changes nothing in it. */
void file_remember_folders(void);

/* Whether a uid is one that root set aside for containers alone: in a range of the user "containers" in
 * /etc/subuid, from which Podman's --userns=auto takes (containers-storage.conf(5), auto-userns-user). No
 * process of the host has it. In a rootless engine's namespace: one of the user's own subordinate IDs. */
bool file_is_containers_uid(uid_t uid);

/* Whether nobody else can write to a file or folder of the caller's, though its mode says more. Only for a
 * rootless caller: he can harm nobody but himself. His own group, in which nobody else is, may write; and so
 * may anybody, below a folder of his that is closed to all others. `place`: its path, links followed. */
bool file_is_callers_alone(const char *place, const struct stat *st);

/* The same check for a folder that may belong to root or to the caller, or to a uid of containers, as a
 * bundle does: whoever can move a component of its path can put another bundle
 * there between our look and the runtime's. A relative path is looked at from
 * the working directory. Returns where it lies, links followed, in the arena, or NULL; ret_st may be NULL. */
const char *file_check_folder(const char *path, struct arena *arena, struct stat *ret_st,
			      struct err *err) MUST_CHECK;

/* Where an open file lies, as this process sees it; links followed. */
int file_path(char ret[static PATH_MAX], int fd, struct err *err) MUST_CHECK;

/* Opens an absolute path for reading (O_CLOEXEC, O_NOCTTY, O_NONBLOCK; a
 * regular file) if it, and each folder on the way to it with symbolic links
 * followed, belongs to root and nobody else may write there (a sticky folder
 * counts as safe, and so does what is a rootless caller's alone). Messages name the component that is not
 * trusted. ret_st may be NULL. Returns the descriptor, or -1. */
int file_open_trusted(const char *path, const struct file_trust *trust, struct stat *ret_st,
		      struct err *err) MUST_CHECK;
/* The same check for an executable, which need not be readable: a regular file
 * with an x bit. Nothing is opened; returns 0 or -1. */
int file_check_executable(const char *path, const struct file_trust *trust, struct stat *ret_st,
			  struct err *err) MUST_CHECK;
/* file_open_trusted + file_read_fd. A path that does not exist: ERR_SYSTEM with
 * err->sys == ENOENT. */
int file_read_trusted(const char *path, const struct file_trust *trust, size_t max, char **ret_data,
		      size_t *ret_len, struct err *err) MUST_CHECK;

/* Writes a new file NAME in the folder dirfd, whole or not at all: a temporary
 * file in the same folder, then rename. `like` (may be NULL: the caller's, 0600)
 * gives owner and mode, like_fd (when >= 0) the security attributes (security.*
 * and system.posix_acl_access). No fsync. On failure nothing is left behind. A
 * run that was killed leaves at most a file .NAME.runclamp-*, which nobody reads. */
int file_replace_at(int dirfd, const char *name, const void *data, size_t len, const struct stat *like,
		    int like_fd, struct err *err) MUST_CHECK;

/* Appends a line to what is open for that (O_APPEND), in one write: POSIX appends it whole, beside those of
 * others. A regular file that takes only a part of it loses that part again; a pipe that nobody reads is an
 * error and no signal. */
int file_append_line(int fd, const void *data, size_t len, struct err *err) MUST_CHECK;

/* Writes all bytes, through EINTR and short writes. */
int file_write_all(int fd, const void *data, size_t len, struct err *err) MUST_CHECK;

#endif
