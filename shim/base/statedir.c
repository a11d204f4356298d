#include "base/statedir.h"
#include "base/file.h"
#include "base/userns.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

static const char initial[] = "/run/runclamp";

int statedir_path(char *dst, size_t cap, struct err *err)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	int n;

	/* Asked in this order: the second question costs a look into /proc. */
	if (xdg && userns_is_initial_root())
		xdg = NULL;

	if (xdg && *xdg && *xdg != '/')
		return err_set(err, ERR_SYSTEM, "$XDG_RUNTIME_DIR must be an absolute path, not \"%.80s\"",
			       xdg);
	if (xdg && *xdg)
		n = snprintf(dst, cap, "%s/runclamp", xdg);
	else if (geteuid() == 0) /* also root of a container that lacks one */
		n = snprintf(dst, cap, "%s", initial);
	else {
		(void)err_set(err, ERR_SYSTEM,
			      "$XDG_RUNTIME_DIR is not set: runclamp has no place for its records");
		err->sys = ENOENT; /* so there are no records yet */
		return -1;
	}
	if (n < 0 || (size_t)n >= cap)
		return err_set(err, ERR_LIMIT, "$XDG_RUNTIME_DIR is too long");
	return 0;
}

static int check_folder(const struct stat *st, const char *shown, struct err *err)
{
	if (S_ISDIR(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & 022))
		return 0;
	return err_set(err, ERR_SYSTEM,
		       "%s is not trusted: it must belong to uid %u and be writable by nobody else, "
		       "not belong to uid %u with mode %04o",
		       shown, geteuid(), st->st_uid, st->st_mode & 07777);
}

static int open_folder(int dirfd, const char *name, const char *shown, bool create, struct err *err)
{
	CLEANUP_FD int fd = -1;
	struct stat st;

	if (create && mkdirat(dirfd, name, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "cannot create %s", shown);
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "cannot open %s", shown);
	if (check_folder(&st, shown, err) < 0)
		return -1;
	return TAKE_FD(fd);
}

/* One inside, where both are there: who alone can write to the outer one alone can swap the inner one. */
static int open_inner(const char *path, const char *sub, struct err *err)
{
	char inner[PATH_MAX] UNFILLED;
	struct stat st;
	int n = snprintf(inner, sizeof(inner), "%s/%s", path, sub);

	if (n < 0 || (size_t)n >= sizeof(inner))
		return err_set(err, ERR_LIMIT, "$XDG_RUNTIME_DIR is too long");
	if (lstat(path, &st) < 0)
		return err_sys(err, "cannot open %s", path);
	if (check_folder(&st, path, err) < 0)
		return -1;
	return open_folder(AT_FDCWD, inner, sub, false, err);
}

int statedir_open(const char *sub, bool create, struct err *err)
{
	char path[PATH_MAX] UNFILLED;

	if (statedir_path(path, sizeof(path), err) < 0)
		return -1;
	if (sub) {
		int there = open_inner(path, sub, err);
		if (there >= 0 || !create || err->sys != ENOENT)
			return there;
	}
	/* Asked first: mostly it is there, and mkdir costs more. */
	CLEANUP_FD int fd = open_folder(AT_FDCWD, path, path, false, err);
	if (fd < 0 && create && err->sys == ENOENT)
		fd = open_folder(AT_FDCWD, path, path, true, err);
	return fd >= 0 && sub ? open_folder(fd, sub, sub, true, err) : TAKE_FD(fd);
}

int statedir_read(int dirfd, const char *name, char **ret_data, size_t *ret_len, struct err *err)
{
	CLEANUP_FD int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && errno == ENOENT) {
		*ret_data = NULL;
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "%s", name);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(err, ERR_SYSTEM, "%s is not trusted: uid %u, mode %06o", name, st.st_uid,
			       st.st_mode);
	return file_read_known(fd, &st, STATEDIR_FILE_MAX, ret_data, ret_len, err);
}
