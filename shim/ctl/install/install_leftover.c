/* Containers that a handler still has: they need runclamp to be stopped and
 * deleted, as only their records say which runtime created them. */
#include "base/file.h"
#include "ctl/install/install.h"
#include "run/regfile.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { SHOWN = 4, RECORD_MAX = 1 << 20 };

struct search {
	const struct nodefs *fs;
	struct arena *arena;
	const char *handler;
	bool rootless; /* the records are a user's, of this uid */
	uid_t uid;
	struct leftovers *ret;
};

static void found(struct search *s, const char *id)
{
	struct buf *ids = &s->ret->ids;

	if (s->ret->n++ >= SHOWN)
		return;
	buf_printf(ids, "%s%.64s", s->ret->n > 1 ? ", " : "", id);
	if (s->rootless)
		buf_printf(ids, " (of uid %u)", s->uid);
}

static bool is_his_folder(const struct search *s, const char *path)
{
	CLEANUP_FD int fd = nodefs_fd(s->fs, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == s->uid;
}

/* A user could name any folder in his record: only those that are his count. */
static void keep_his_own(const struct search *s, struct regfile *f)
{
	int kept = 0;

	for (int i = 0; f->roots[i]; i++) {
		const char *state = f->reg.runtime == RUNTIME_RUNSC
					    ? f->roots[i]
					    : install_join(s->arena, f->roots[i], f->id);

		if (state && is_his_folder(s, state))
			f->roots[kept++] = f->roots[i];
	}
	f->roots[kept] = NULL;
}

/* The runtime's folders, as they are reached from here. */
static bool alive(struct search *s, struct regfile *f)
{
	if (s->rootless)
		keep_his_own(s, f);
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

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (s->rootless && st.st_uid != s->uid))
		return;
	/* What can't be read may be a container's: of root's it counts, by the file's name. */
	if (file_read_fd(fd, RECORD_MAX, &text, &len, &ignored) < 0 ||
	    regfile_read(&f, s->arena, text, len, &ignored) < 0) {
		if (!s->rootless)
			found(s, name);
	} else if ((!s->handler || strcmp(f.reg.handler, s->handler) == 0) && alive(s, &f)) {
		found(s, f.id);
	}
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
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		s->uid = (uid_t)strtoul(e->d_name, NULL, 10);
		(void)snprintf(path, sizeof(path), "/run/user/%s/runclamp", e->d_name);
		(void)!look_in(s, path, &ignored);
	}
}

static void say_more(struct leftovers *l)
{
	if (l->n > SHOWN)
		buf_printf(&l->ids, " and %u more", l->n - SHOWN);
}

int leftover_find(const struct nodefs *fs, struct arena *arena, const char *handler,
		  struct leftovers *ret_roots, struct leftovers *ret_users, struct err *err)
{
	struct search s = {.fs = fs, .arena = arena, .handler = handler, .ret = ret_roots};

	if (look_in(&s, "/run/runclamp", err) < 0)
		return -1;
	s.rootless = true;
	s.ret = ret_users;
	look_at_users(&s);
	say_more(ret_roots);
	say_more(ret_users);
	return 0;
}
