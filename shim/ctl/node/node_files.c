#include "base/file.h"
#include "ctl/node/node.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

enum { TEXT_MAX = 8 << 20 };

const char *const node_path[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin",
				 "/sbin",	    "/bin",	      NULL};

/* A link in another root must not lead to a file of this one. */
int node_open(const struct node *n, const char *path, int flags)
{
	struct open_how how = {.flags = (unsigned long long)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};
	long fd;

	if (!(flags & O_PATH))
		how.flags |= O_NONBLOCK | O_NOCTTY;
	fd = syscall(SYS_openat2, n->rootfd, path, &how, sizeof(how));
	/* Before Linux 5.6 only the node's own root can be looked at. */
	if (fd < 0 && errno == ENOSYS && strcmp(n->root, "/") == 0)
		return open(path, (int)how.flags);
	return (int)fd;
}

bool node_stat(const struct node *n, const char *path, struct stat *ret)
{
	CLEANUP_FD int fd = node_open(n, path, O_PATH);

	return fd >= 0 && fstat(fd, ret) == 0;
}

static bool path_of(int fd, char dst[static PATH_MAX])
{
	char link[64];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, dst, PATH_MAX - 1);
	dst[len > 0 ? len : 0] = '\0';
	return dst[0] == '/';
}

const char *node_real(struct node *n, const char *path)
{
	CLEANUP_FD int fd = node_open(n, path, O_PATH);
	UNFILLED char here[PATH_MAX], root[PATH_MAX];
	const char *rest, *real = NULL;

	if (fd >= 0 && path_of(fd, here) && path_of(n->rootfd, root) && is_below(here, root, &rest))
		real = arena_strndup(&n->arena, rest, strlen(rest));
	return real ? real : path;
}

/* To the end of the file: those of /proc have no size. */
static int read_all(struct node *n, int fd, const char *path, char **ret, size_t *ret_len, struct err *err)
{
	CLEANUP_BUF struct buf b = {0};
	UNFILLED char block[16384];
	ssize_t got;

	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got < 0 && errno != EINTR)
			return err_sys(err, "reading %s", path);
		if (got > 0)
			buf_put(&b, block, (size_t)got);
		if (b.len > TEXT_MAX)
			return err_set(err, ERR_LIMIT, "%s: larger than %d bytes", path, TEXT_MAX);
	}
	*ret = b.failed ? NULL : arena_strndup(&n->arena, b.len ? b.data : "", b.len);
	*ret_len = b.len;
	return *ret ? 0 : err_set(err, ERR_LIMIT, "%s: out of memory", path);
}

int node_read(struct node *n, const char *path, char **ret_text, size_t *ret_len, struct err *err)
{
	CLEANUP_FD int fd = node_open(n, path, O_RDONLY);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if (fd < 0)
		return err_sys(err, "cannot open %s", path);
	return read_all(n, fd, path, ret_text, ret_len, err);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), want = strlen(suffix);

	return len >= want && strcmp(name + len - want, suffix) == 0;
}

static size_t count_names(DIR *d)
{
	size_t count = 0;

	while (readdir(d))
		count++;
	rewinddir(d);
	return count;
}

const char *const *node_list(struct node *n, const char *dir, const char *suffix)
{
	static const char *const none[] = {NULL};
	CLEANUP_FD int fd = node_open(n, dir, O_RDONLY | O_DIRECTORY);
	CLEANUP_DIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	const char **names;
	size_t count = 0, most;

	if (!d)
		return none;
	(void)TAKE_FD(fd);
	/* A process may be born meanwhile. */
	most = count_names(d) + 64;
	names = arena_array(&n->arena, most + 1, sizeof(*names));
	if (!names)
		return none;
	while (count < most && (e = readdir(d))) {
		if (e->d_name[0] == '.' || !ends_in(e->d_name, suffix))
			continue;
		names[count] = arena_strndup(&n->arena, e->d_name, strlen(e->d_name));
		count += names[count] != NULL;
	}
	qsort(names, count, sizeof(*names), compare);
	names[count] = NULL;
	return names;
}

const char *node_find(struct node *n, const char *name)
{
	char path[512];
	struct stat st;

	for (const char *const *dir = node_path; *dir; dir++) {
		(void)snprintf(path, sizeof(path), "%s/%s", *dir, name);
		if (node_stat(n, path, &st) && S_ISREG(st.st_mode) && (st.st_mode & 0111))
			return arena_strndup(&n->arena, path, strlen(path));
	}
	return NULL;
}
