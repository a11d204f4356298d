/* Containers that a handler still has: they need runclamp to be stopped and
 * deleted, as only their records say which runtime created them. */
#include "base/file.h"
#include "ctl/install.h"
#include "run/regfile.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { SHOWN = 4, RECORD_MAX = 1 << 20 };

struct search {
	const struct nodefs *fs;
	struct arena *arena;
	const char *handler;
	struct buf *ids;
	unsigned n;
};

static void found(struct search *s, const char *id)
{
	if (s->n++ < SHOWN)
		buf_printf(s->ids, "%s%.64s", s->n > 1 ? ", " : "", id);
}

/* The runtime's folders, as they are reached from here. */
static bool alive(struct search *s, struct regfile *f)
{
	for (int i = 0; f->roots[i]; i++) {
		f->roots[i] = nodefs_here(s->fs, s->arena, f->roots[i]);
		if (!f->roots[i])
			return true;
	}
	return regfile_alive(f);
}

static void look_at(struct search *s, int dirfd, const char *name)
{
	CLEANUP_FD int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	CLEANUP_FREE char *text = NULL;
	struct err ignored;
	struct regfile f;
	struct stat st;
	size_t len;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	/* What can't be read may be a container's: it counts, by the file's name. */
	if (file_read_fd(fd, RECORD_MAX, &text, &len, &ignored) < 0 ||
	    regfile_read(&f, s->arena, text, len, &ignored) < 0)
		found(s, name);
	else if ((!s->handler || strcmp(f.reg.handler, s->handler) == 0) && alive(s, &f))
		found(s, f.id);
}

static int look_through(struct search *s, const char *path, struct err *err)
{
	CLEANUP_FD int fd = nodefs_fd(s->fs, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	const struct dirent *e;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s%s", s->fs->prefix, path);
	CLEANUP_DIR DIR *d = fdopendir(fd);
	if (!d)
		return err_sys(err, "%s%s", s->fs->prefix, path);
	int dirfd_ = TAKE_FD(fd);
	while ((e = readdir(d)))
		if (strlen(e->d_name) == REGFILE_NAME - 1 &&
		    strspn(e->d_name, "0123456789abcdef") == REGFILE_NAME - 1)
			look_at(s, dirfd_, e->d_name);
	return 0;
}

static int look_in(struct search *s, const char *state, struct err *err)
{
	const char *gone = install_join(s->arena, state, "gone");

	if (!gone)
		return err_set(err, ERR_LIMIT, "out of memory");
	return look_through(s, state, err) < 0 ? -1 : look_through(s, gone, err);
}

/* Rootless containers: each user's records lie in a folder of his own. What he
 * makes of it must not keep root from uninstalling: errors there are his. */
static void look_at_users(struct search *s)
{
	CLEANUP_FD int fd = nodefs_fd(s->fs, "/run/user", O_RDONLY | O_DIRECTORY);
	const struct dirent *e;
	char path[320];
	struct err ignored;

	CLEANUP_DIR DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d)
		return;
	(void)TAKE_FD(fd);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "/run/user/%s/runclamp", e->d_name);
		(void)!look_in(s, path, &ignored);
	}
}

int leftover_find(const struct nodefs *fs, struct arena *arena, const char *handler, struct buf *ret_ids,
		  unsigned *ret_n, struct err *err)
{
	struct search s = {.fs = fs, .arena = arena, .handler = handler, .ids = ret_ids};

	if (look_in(&s, "/run/runclamp", err) < 0)
		return -1;
	look_at_users(&s);
	if (s.n > SHOWN)
		buf_printf(ret_ids, " and %u more", s.n - SHOWN);
	*ret_n = s.n;
	return 0;
}
