#include "ctl/node/nodefs.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

bool names_have(const struct names *list, const char *name)
{
	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->v[i], name) == 0)
			return true;
	return false;
}

int names_add(struct names *list, const char *name)
{
	if (names_have(list, name))
		return 0;
	if (list->n == NAMES_LIST)
		return -1;
	list->v[list->n++] = name;
	return 0;
}

void names_drop(struct names *list, const char *name)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->v[i], name) != 0)
			list->v[kept++] = list->v[i];
	list->n = kept;
}

int nodefs_open(struct nodefs *ret, const char *root, struct err *err)
{
	struct nodefs fs;

	if (root && *root != '/')
		return err_set(err, ERR_USAGE, "--root must be an absolute path, not \"%.80s\"", root);
	fs.fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fs.fd < 0)
		return err_sys(err, "--root %s", root ? root : "/");
	if (file_path(fs.prefix, fs.fd, err) < 0) {
		nodefs_close(&fs);
		return -1;
	}
	if (strcmp(fs.prefix, "/") == 0)
		fs.prefix[0] = '\0';
	*ret = fs;
	return 0;
}

void nodefs_close(struct nodefs *fs)
{
	if (fs->fd >= 0)
		(void)close(fs->fd);
	fs->fd = -1;
}

int nodefs_fd(const struct nodefs *fs, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};
	long fd = syscall(SYS_openat2, fs->fd, path, &how, sizeof(how));

	/* Before Linux 5.6 there is no openat2, and in our own root no need for it. */
	if (fd < 0 && errno == ENOSYS && !*fs->prefix)
		fd = open(path, flags | O_CLOEXEC);
	return (int)fd;
}

const char *nodefs_here(const struct nodefs *fs, struct arena *arena, const char *path)
{
	char here[2 * PATH_MAX];

	(void)snprintf(here, sizeof(here), "%s%s", fs->prefix, path);
	return arena_strndup(arena, here, strlen(here));
}

static const char *below_prefix(const struct nodefs *fs, const char *here)
{
	size_t len = strlen(fs->prefix);

	return strncmp(here, fs->prefix, len) == 0 && here[len] ? here + len : "/";
}

/* The part of a path that exists, its links followed, and then the rest as it is. */
static int resolve(char dst[static PATH_MAX], const struct nodefs *fs, const char *path, struct err *err)
{
	char part[PATH_MAX], here[PATH_MAX];
	size_t cut = strlen(path);
	int fd = -1, n;

	if (cut >= sizeof(part))
		return err_set(err, ERR_LIMIT, "%.80s…: the path is too long", path);
	for (;;) {
		memcpy(part, path, cut);
		part[cut] = '\0';
		fd = nodefs_fd(fs, cut ? part : "/", O_PATH);
		if (fd >= 0 || errno != ENOENT || cut == 0)
			break;
		CLEANUP_FD int link = nodefs_fd(fs, part, O_PATH | O_NOFOLLOW);
		if (link >= 0)
			return err_set(err, ERR_SYSTEM, "%s%s is a symbolic link that leads nowhere",
				       fs->prefix, part);
		while (cut > 0 && part[--cut] != '/')
			;
	}
	if (fd < 0)
		return err_sys(err, "%s%s", fs->prefix, part);
	CLEANUP_FD int owned = fd;
	if (file_path(here, owned, err) < 0)
		return -1;
	const char *base = below_prefix(fs, here);
	n = snprintf(dst, PATH_MAX, "%s%s", strcmp(base, "/") == 0 && path[cut] ? "" : base, path + cut);
	return n < PATH_MAX ? 0 : err_set(err, ERR_LIMIT, "%.80s…: the path is too long", path);
}

int nodefs_read(struct nodefile *ret, const struct nodefs *fs, struct arena *arena, const char *path,
		struct err *err)
{
	struct nodefile f = {.path = path, .text = ""};
	CLEANUP_FREE char *text = NULL;
	char real[PATH_MAX];

	if (resolve(real, fs, path, err) < 0)
		return -1;
	f.real = arena_strndup(arena, real, strlen(real));
	if (!f.real)
		return err_set(err, ERR_LIMIT, "out of memory");
	CLEANUP_FD int fd = nodefs_fd(fs, real, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno != ENOENT)
		return err_sys(err, "%s%s", fs->prefix, path);
	if (fd >= 0) {
		if (fstat(fd, &f.st) < 0)
			return err_sys(err, "%s%s", fs->prefix, path);
		if (!S_ISREG(f.st.st_mode))
			return err_set(err, ERR_SYSTEM, "%s%s is not a regular file", fs->prefix, path);
		if (file_read_fd(fd, NODEFS_FILE_MAX, &text, &f.len, err) < 0)
			return err_wrap(err, "%s%s", fs->prefix, path);
		f.exists = true;
		f.text = arena_strndup(arena, text, f.len);
		if (!f.text)
			return err_set(err, ERR_LIMIT, "out of memory");
	}
	*ret = f;
	return 0;
}

static int check_one(const struct nodefs *fs, const char *path, const struct stat *st, struct err *err)
{
	bool others = st->st_mode & (S_IWGRP | S_IWOTH) && !(S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX);

	if (st->st_uid == 0 && !others)
		return 0;
	return err_set(err, ERR_CONFIG,
		       "%s%s is not root's alone (uid %u, mode %04o), and what lies there decides what "
		       "root's engine starts; it was left as it is: chown root and chmod go-w it first",
		       fs->prefix, path, st->st_uid, st->st_mode & 07777);
}

int nodefs_check(const struct nodefs *fs, struct arena *arena, const struct nodefile *file, struct err *err)
{
	struct stat st;

	for (const char *slash = strchr(file->real + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *dir = arena_strndup(arena, file->real, (size_t)(slash - file->real));
		if (!dir)
			return err_set(err, ERR_LIMIT, "out of memory");
		CLEANUP_FD int fd = nodefs_fd(fs, dir, O_PATH | O_DIRECTORY);
		if (fd < 0 && errno == ENOENT)
			return 0; /* made by us */
		if (fd < 0 || fstat(fd, &st) < 0)
			return err_sys(err, "%s%s", fs->prefix, dir);
		if (check_one(fs, dir, &st, err) < 0)
			return -1;
	}
	return file->exists ? check_one(fs, file->real, &file->st, err) : 0;
}

/* Each folder above `path` that is missing. */
static int make_folders(const struct nodefs *fs, struct arena *arena, const char *path, struct names *made,
			struct err *err)
{
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *dir = arena_strndup(arena, path, (size_t)(slash - path));
		const char *here = dir ? nodefs_here(fs, arena, dir) : NULL;

		if (!here)
			return err_set(err, ERR_LIMIT, "out of memory");
		if (mkdir(here, 0755) < 0) {
			if (errno == EEXIST)
				continue;
			return err_sys(err, "cannot create %s", here);
		}
		if (made && names_add(made, dir) < 0)
			return err_set(err, ERR_LIMIT, "%s: too many folders", here);
	}
	return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Opens the folder that holds it and makes sure that nobody changed it since. */
static int open_parent(const struct nodefs *fs, struct arena *arena, const struct nodefile *old,
		       const char **ret_name, struct stat *ret_like, int *ret_file, struct err *err)
{
	const char *here = nodefs_here(fs, arena, old->real), *slash = here ? strrchr(here, '/') : NULL;
	const char *dir = slash ? arena_strndup(arena, here, (size_t)(slash - here) + 1) : NULL;
	struct stat now;

	if (!dir)
		return err_set(err, ERR_LIMIT, "out of memory");
	CLEANUP_FD int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "%s", dir);
	CLEANUP_FD int file =
		openat(fd, slash + 1, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool there = file >= 0 && fstat(file, &now) == 0;
	if (there != old->exists ||
	    (there && (now.st_ino != old->st.st_ino || now.st_dev != old->st.st_dev ||
		       now.st_size != old->st.st_size || !same_time(&now.st_mtim, &old->st.st_mtim))))
		return err_set(err, ERR_SYSTEM, "%s was changed by another program meanwhile: try again",
			       here);
	*ret_name = slash + 1;
	if (there)
		*ret_like = now;
	*ret_file = TAKE_FD(file);
	return TAKE_FD(fd);
}

int nodefs_write(const struct nodefs *fs, struct arena *arena, const struct nodefile *old, const char *text,
		 size_t len, mode_t mode, struct names *made, struct err *err)
{
	struct stat like = {.st_mode = mode};
	const char *name = NULL;
	int like_fd = -1;

	if (make_folders(fs, arena, old->real, made, err) < 0)
		return -1;
	CLEANUP_FD int dir = open_parent(fs, arena, old, &name, &like, &like_fd, err);
	CLEANUP_FD int owned = like_fd;
	if (dir < 0)
		return -1;
	if (file_replace_at(dir, name, text, len, &like, owned, err) < 0)
		return err_wrap(err, "%s%s", fs->prefix, old->path);
	/* Unlike a bundle, this outlives a power cut. */
	CLEANUP_FD int new = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (new < 0 || fsync(new) < 0 || fsync(dir) < 0)
		return err_sys(err, "%s%s", fs->prefix, old->path);
	return 0;
}

int nodefs_remove(const struct nodefs *fs, const struct nodefile *old, struct err *err)
{
	CLEANUP_ARENA struct arena arena = {0};
	const char *name = NULL;
	struct stat like;
	int file = -1;

	CLEANUP_FD int dir = open_parent(fs, &arena, old, &name, &like, &file, err);
	CLEANUP_FD int owned = file;
	if (dir < 0)
		return -1;
	(void)owned;
	return unlinkat(dir, name, 0) < 0 ? err_sys(err, "cannot remove %s%s", fs->prefix, old->path) : 0;
}
