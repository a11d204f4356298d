/* Reading and replacing. Which paths are trusted: file_trust.c. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

/* tests/unit/test_crash.c has it killed at each step of a replacement; the
 * product holds none of this. */
#ifdef RUNCLAMP_TEST_CRASH
static void crash_point(int step)
{
	const char *at = getenv("RUNCLAMP_TEST_CRASH_AT");
	if (at && atoi(at) == step)
		(void)kill(getpid(), SIGKILL);
}
#define CRASH_POINT(step) crash_point(step)
enum { WRITE_MAX = 1000 };
#else
#define CRASH_POINT(step) ((void)0)
enum { WRITE_MAX = 1 << 30 };
#endif

enum { CRASH_CREATED = 1, CRASH_HALF, CRASH_WRITTEN, CRASH_OWNED, CRASH_LABELLED, CRASH_RENAMED };

static ssize_t read_once(int fd, char *to, size_t room)
{
	ssize_t n;

	do
		n = read(fd, to, room);
	while (n < 0 && errno == EINTR);
	return n;
}

/* A growing read of what has no size to ask for (procfs). */
static int read_growing(int fd, char **data, size_t *len, size_t max, struct err *err)
{
	size_t cap = 0;
	ssize_t n;

	do {
		if (*len + 1 >= cap) {
			size_t bigger = cap == 0 ? 4096 : cap * 2 < max + 2 ? cap * 2 : max + 2;
			char *p = realloc(*data, bigger);
			if (!p)
				return err_set(err, ERR_LIMIT, "out of memory");
			*data = p;
			cap = bigger;
		}
		n = read_once(fd, *data + *len, cap - 1 - *len);
		if (n < 0)
			return err_sys(err, "reading");
		*len += (size_t)n;
		if (*len > max)
			return err_set(err, ERR_LIMIT, "larger than %zu bytes", max);
	} while (n > 0);
	(*data)[*len] = '\0';
	return 0;
}

/* `to` has room for one byte more than the size, which is asked for: a read that brings the size has seen the
 * end. */
static int read_sized(int fd, char *to, size_t size, struct err *err)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read_once(fd, to + len, size + 1 - len);
		if (n < 0)
			return err_sys(err, "reading");
		len += (size_t)n;
	} while (n > 0 && len < size);
	if (len != size)
		return err_set(err, ERR_SYSTEM, "it changed while it was read (%zu bytes, then %zu)", size,
			       len);
	to[size] = '\0';
	return 0;
}

/* 0: it has none to go by. */
static int known_size(const struct stat *st, size_t max, size_t *ret, struct err *err)
{
	*ret = S_ISREG(st->st_mode) && st->st_size > 0 ? (size_t)st->st_size : 0;
	if (*ret > max)
		return err_set(err, ERR_LIMIT, "%zu bytes, more than the %zu allowed", *ret, max);
	return 0;
}

int file_path(char ret[static PATH_MAX], int fd, struct err *err)
{
	char link[64];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, ret, PATH_MAX);
	if (n < 0)
		return err_sys(err, "%s", link);
	if (n >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "a path that is too long");
	ret[n] = '\0';
	return 0;
}

int file_read_fd(int fd, size_t max, char **ret_data, size_t *ret_len, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat");
	return file_read_known(fd, &st, max, ret_data, ret_len, err);
}

int file_read_known(int fd, const struct stat *st, size_t max, char **ret_data, size_t *ret_len,
		    struct err *err)
{
	CLEANUP_FREE char *data = NULL;
	size_t len, size;

	if (max > SIZE_MAX / 4)
		max = SIZE_MAX / 4;
	if (known_size(st, max, &size, err) < 0)
		return -1;
	len = size;
	data = size ? malloc(size + 1) : NULL;
	if (size && !data)
		return err_set(err, ERR_LIMIT, "out of memory");
	if ((size ? read_sized(fd, data, size, err) : read_growing(fd, &data, &len, max, err)) < 0)
		return -1;
	*ret_data = TAKE_PTR(data);
	*ret_len = len;
	return 0;
}

int file_read_arena(int fd, const struct stat *st, size_t max, struct arena *arena, const char **ret_data,
		    size_t *ret_len, struct err *err)
{
	size_t size;
	char *data;

	if (known_size(st, max, &size, err) < 0)
		return -1;
	data = arena_array(arena, size + 1, 1);
	if (!data)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (read_sized(fd, data, size, err) < 0)
		return -1;
	*ret_data = data;
	*ret_len = size;
	return 0;
}

int file_write_all(int fd, const void *data, size_t len, struct err *err)
{
	const char *p = data;
	while (len) {
		ssize_t n = write(fd, p, len < WRITE_MAX ? len : WRITE_MAX);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "writing");
		CRASH_POINT(CRASH_HALF);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Takes back what met the end of the disk: the next line would be glued to it. Not if somebody else has
 * appended since. */
static void take_back(int fd, ssize_t n)
{
	off_t end = lseek(fd, 0, SEEK_CUR); /* O_APPEND leaves it behind what was written */
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == end && ftruncate(fd, end - n) < 0)
		return; /* append-only: the cut line stays */
}

/* A pipe that nobody reads any more is EPIPE, not the end of this process. What is executed later gets the
 * signal as the caller left it. */
static ssize_t write_once(int fd, const void *data, size_t len)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction was;
	ssize_t n;

	(void)sigaction(SIGPIPE, &ignore, &was);
	do
		n = write(fd, data, len);
	while (n < 0 && errno == EINTR);
	int sys = errno;
	(void)sigaction(SIGPIPE, &was, NULL);
	errno = sys;
	return n;
}

int file_append_line(int fd, const void *data, size_t len, struct err *err)
{
	ssize_t n = write_once(fd, data, len);

	if (n < 0)
		return err_sys(err, "cannot write");
	if ((size_t)n == len)
		return 0;
	take_back(fd, n);
	return err_set(err, ERR_SYSTEM, "the disk is full");
}

/* security.* and the access ACL go along. Not IMA's and EVM's: they are hashes
 * of the old bytes and owner, which the kernel makes anew. */
static bool attribute_moves(const char *name)
{
	if (!strcmp(name, "security.ima") || !strcmp(name, "security.evm"))
		return false;
	return !strncmp(name, "security.", 9) || !strcmp(name, "system.posix_acl_access");
}

static int copy_attribute(int from, int to, const char *name, struct err *err)
{
	char value[4096] UNFILLED, now[sizeof(value)] UNFILLED;
	ssize_t n = fgetxattr(from, name, value, sizeof(value));
	if (n < 0)
		return err_sys(err, "reading the attribute %s", name);
	/* SELinux gives a new file its label; setting even the same one is a right of its own. */
	if (fgetxattr(to, name, now, sizeof(now)) == n && !memcmp(value, now, (size_t)n))
		return 0;
	if (fsetxattr(to, name, value, (size_t)n, 0) < 0)
		return err_sys(err, "setting the attribute %s", name);
	return 0;
}

static int copy_attributes(int from, int to, bool *ret_any, struct err *err)
{
	char names[4096] UNFILLED;

	*ret_any = false;
	ssize_t n = flistxattr(from, names, sizeof(names));
	if (n < 0 && errno == EOPNOTSUPP)
		return 0;
	if (n < 0)
		return err_sys(err, "listing its attributes");
	for (const char *name = names; name < names + n; name += strlen(name) + 1) {
		if (!attribute_moves(name))
			continue;
		if (copy_attribute(from, to, name, err) < 0)
			return -1;
		*ret_any = true;
	}
	return 0;
}

static int copy_owner(int fd, const struct stat *like, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat");
	/* In a user namespace a group may be one that it cannot name. */
	if ((st.st_uid != like->st_uid || st.st_gid != like->st_gid) &&
	    fchown(fd, like->st_uid, like->st_gid) < 0)
		return err_sys(err, "giving it to %u:%u", like->st_uid, like->st_gid);
	if (fchmod(fd, like->st_mode & 07777) < 0)
		return err_sys(err, "setting its mode to %04o", like->st_mode & 07777);
	return 0;
}

static int write_like(int fd, const void *data, size_t len, const struct stat *like, int like_fd,
		      struct err *err)
{
	if (file_write_all(fd, data, len, err) < 0)
		return -1;
	CRASH_POINT(CRASH_WRITTEN);
	if (like && copy_owner(fd, like, err) < 0)
		return -1;
	CRASH_POINT(CRASH_OWNED);
	bool any = false;
	if (like_fd >= 0 && copy_attributes(like_fd, fd, &any, err) < 0)
		return -1;
	/* An access list came with a mask of its own, which is the mode's middle. */
	if (like && any && fchmod(fd, like->st_mode & 07777) < 0)
		return err_sys(err, "setting its mode to %04o", like->st_mode & 07777);
	CRASH_POINT(CRASH_LABELLED);
	return 0;
}

/* Another container's create may write in the same folder: never a fixed name. */
static int create_beside(int dirfd, const char *name, char tmp[static NAME_MAX + 1], struct err *err)
{
	for (int tries = 0; tries < 16; tries++) {
		uint64_t r;
		if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
			return err_sys(err, "getrandom");
		int n = snprintf(tmp, NAME_MAX + 1, ".%s.runclamp-%016llx", name, (unsigned long long)r);
		if (n < 0 || n > NAME_MAX)
			return err_set(err, ERR_LIMIT, "a name that is too long");
		int fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : err_sys(err, "creating a file beside it");
	}
	return err_set(err, ERR_SYSTEM, "no free name for a file beside it");
}

int file_replace_at(int dirfd, const char *name, const void *data, size_t len, const struct stat *like,
		    int like_fd, struct err *err)
{
	char tmp[NAME_MAX + 1];
	CLEANUP_FD int fd = create_beside(dirfd, name, tmp, err);
	if (fd < 0)
		return err_wrap(err, "replacing %s", name);
	CRASH_POINT(CRASH_CREATED);
	int r = write_like(fd, data, len, like, like_fd, err);
	if (!r && renameat(dirfd, tmp, dirfd, name) < 0)
		r = err_sys(err, "renaming %s", tmp);
	if (r < 0) {
		(void)unlinkat(dirfd, tmp, 0);
		return err_wrap(err, "replacing %s", name);
	}
	CRASH_POINT(CRASH_RENAMED);
	return 0;
}
