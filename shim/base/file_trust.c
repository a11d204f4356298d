/* Which paths may be trusted (file.h).
 *
 * The walk keeps a prefix free of symbolic links in which only root can move
 * anything: so lstat of the next component cannot be raced by anybody else, and
 * no descriptor per component is needed. */
#include "base/file.h"
#include "base/group.h"
#include "base/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

struct walk {
	char done[PATH_MAX]; /* checked, no links, no trailing slash; "" is the root */
	char rest[PATH_MAX]; /* not looked at yet */
	const struct file_trust *trust;
	int links;
	struct stat st; /* of done */
};

/* IDs that the host's root gave to the user of a rootless engine (subuid(5)). Whose files the overflow uid
 * stands for nobody can say. */
static bool is_users_own(uid_t uid)
{
	return uid && uid != userns_overflow_uid() && userns_has_uid(uid) && userns_is_users();
}

/* Lines are "name:first:count" (subuid(5)). */
static bool in_range(const char *line, uid_t uid)
{
	static const char user[] = "containers:";
	unsigned long first, count;

	return strncmp(line, user, strlen(user)) == 0 &&
	       sscanf(line + strlen(user), "%lu:%lu", &first, &count) == 2 && first > 0 && uid >= first &&
	       uid - first < count;
}

bool file_is_containers_uid(uid_t uid)
{
	static const struct file_trust trust = {.allow_overflow_uid = false};
	CLEANUP_FREE char *text = NULL;
	struct err ignored;
	size_t len;

	/* --userns=keep-id gives the bundle to the container's root, too. */
	if (is_users_own(uid))
		return true;
	if (file_read_trusted("/etc/subuid", &trust, 1 << 20, &text, &len, &ignored) < 0)
		return false;
	for (const char *line = text; line; line = strchr(line, '\n'), line += line != NULL)
		if (in_range(line, uid))
			return true;
	return false;
}

static bool owner_trusted(const struct walk *w)
{
	if (!w->st.st_uid)
		return true;
	if (w->trust && w->trust->allow_caller && w->st.st_uid == geteuid())
		return true;
	/* The bundle itself; nothing above it. */
	if (w->trust && w->trust->allow_containers_uid && !w->rest[strspn(w->rest, "/")] &&
	    S_ISDIR(w->st.st_mode) && file_is_containers_uid(w->st.st_uid))
		return true;
	return w->trust && w->trust->allow_overflow_uid && w->st.st_uid == userns_overflow_uid() &&
	       userns_lacks_root();
}

/* Whether the mode's bits for the group are the caller's alone. They bound what an access list gives to
 * others (acl(5)): where there is one, they are not. */
static bool is_callers_group(const char *place, const struct stat *st)
{
	bool has_list = lgetxattr(place, "system.posix_acl_access", NULL, 0) >= 0 ||
			(errno != ENODATA && errno != ENOTSUP);

	return !has_list && group_is_callers(st->st_gid);
}

/* Nobody but the caller gets below this folder by its name: no one else may pass it. */
static bool is_shut(const char *place, const struct stat *st)
{
	return S_ISDIR(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & S_IXOTH) &&
	       (!(st->st_mode & S_IXGRP) || is_callers_group(place, st));
}

/* Whether such a folder is above, on the same file system: what is mounted below it can be mounted for others
 * elsewhere. */
static bool is_below_shut(const char *place, dev_t dev)
{
	char above[PATH_MAX] UNFILLED;
	struct stat st;
	size_t len = strlen(place);

	if (len >= sizeof(above))
		return false;
	memcpy(above, place, len + 1);
	for (char *slash; (slash = strrchr(above, '/')) && slash > above;) {
		*slash = '\0';
		if (lstat(above, &st) < 0 || st.st_dev != dev)
			return false;
		if (is_shut(above, &st))
			return true;
	}
	return false;
}

bool file_is_callers_alone(const char *place, const struct stat *st)
{
	if (st->st_uid != geteuid() || !userns_is_rootless())
		return false;
	if (!(st->st_mode & S_IWOTH) && is_callers_group(place, st))
		return true;
	return is_below_shut(place, st->st_dev);
}

/* Trusted is the owner; who else may write? */
static int refuse_writers(const struct walk *w, const char *name, struct err *err)
{
	bool all = w->st.st_mode & S_IWOTH;
	bool callers = geteuid() ? w->trust && w->trust->allow_caller : userns_is_rootless();

	return err_set(err, ERR_SYSTEM,
		       "%s is not trusted: %s may write to it (mode %04o), not only %s; run chmod %s on it",
		       name, all ? "everybody" : "its group", w->st.st_mode & 07777,
		       callers ? "root and the caller" : "root", all ? "go-w" : "g-w");
}

/* done and st: root's, and nobody else may write. */
static int check_component(const struct walk *w, struct err *err)
{
	const char *name = *w->done ? w->done : "/";
	unsigned mode = w->st.st_mode & 07777;
	if (!owner_trusted(w))
		return err_set(err, ERR_SYSTEM, "%s is not trusted: it belongs to uid %u, not to root%s",
			       name, w->st.st_uid,
			       w->trust && w->trust->allow_caller ? " or the caller" : "");
	/* A link's own mode means nothing; in a sticky folder only root can swap root's files. */
	if (S_ISLNK(w->st.st_mode) || (S_ISDIR(w->st.st_mode) && mode & S_ISVTX) ||
	    !(mode & (S_IWGRP | S_IWOTH)) || file_is_callers_alone(name, &w->st))
		return 0;
	return refuse_writers(w, name, err);
}

/* Folders that were found to be root's, and no links: whoever has not been root cannot have changed that
 * since. A start walks the same few several times. */
enum { SEEN_MAX = 16, SEEN_LEN = 64 };
static struct {
	bool on;
	unsigned n;
	char path[SEEN_MAX][SEEN_LEN];
} seen;

void file_remember_folders(void)
{
	seen.on = true;
}

static bool was_seen(const char *path)
{
	for (unsigned i = 0; i < seen.n; i++)
		if (strcmp(seen.path[i], path) == 0)
			return true;
	return false;
}

static void note_seen(const struct walk *w)
{
	size_t len = strlen(w->done);

	if (seen.on && seen.n < SEEN_MAX && len < SEEN_LEN && w->st.st_uid == 0 && S_ISDIR(w->st.st_mode))
		memcpy(seen.path[seen.n++], w->done, len + 1);
}

static int too_long(struct err *err)
{
	errno = ENAMETOOLONG;
	return err_sys(err, "a path");
}

static void drop_last(struct walk *w)
{
	char *slash = strrchr(w->done, '/');
	if (slash)
		*slash = '\0';
}

/* done is a link that root made: its target takes its place before rest. */
static int follow_link(struct walk *w, struct err *err)
{
	char target[PATH_MAX], joined[2 * PATH_MAX];
	if (++w->links > LINKS_MAX)
		return err_set(err, ERR_SYSTEM, "%s: more than %d symbolic links", w->done, LINKS_MAX);
	ssize_t n = readlink(w->done, target, sizeof(target));
	if (n < 0)
		return err_sys(err, "%s", w->done);
	if ((size_t)n == sizeof(target))
		return too_long(err);
	target[n] = '\0';
	int len = snprintf(joined, sizeof(joined), "%s%s", target, w->rest);
	if (len < 0 || len >= PATH_MAX)
		return too_long(err);
	memcpy(w->rest, joined, (size_t)len + 1);
	drop_last(w);
	if (*target != '/')
		return 0;
	w->done[0] = '\0';
	/* Nothing may follow: then the link led to the root itself. */
	return lstat("/", &w->st) < 0 ? err_sys(err, "/") : 0;
}

/* Moves the first component of rest to the end of done. False: rest was empty. */
static bool take_component(struct walk *w, bool *ret_fits)
{
	char *from = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(from, "/"), at = strlen(w->done);
	*ret_fits = true;
	if (!n)
		return false;
	if (n == 2 && !memcmp(from, "..", 2)) {
		drop_last(w);
	} else if (n != 1 || *from != '.') {
		*ret_fits = at + 1 + n < sizeof(w->done);
		if (!*ret_fits)
			return true;
		w->done[at] = '/';
		memcpy(w->done + at + 1, from, n);
		w->done[at + 1 + n] = '\0';
	}
	memmove(w->rest, from + n, strlen(from + n) + 1);
	return true;
}

/* Walks to the end. Afterwards done is the file itself, st its status. */
static int walk_path(struct walk *w, const char *path, struct err *err)
{
	size_t len = strlen(path);
	bool fits = true;
	if (*path != '/')
		return err_set(err, ERR_SYSTEM, "%s is not an absolute path", path);
	if (len >= sizeof(w->rest))
		return too_long(err);
	memcpy(w->rest, path, len + 1);
	w->done[0] = '\0';
	w->links = 0;
	do {
		bool is_last = !w->rest[strspn(w->rest, "/")];

		if (!fits)
			return too_long(err);
		if (!is_last && was_seen(w->done))
			continue;
		if (lstat(*w->done ? w->done : "/", &w->st) < 0)
			return err_sys(err, "%s", w->done);
		if (check_component(w, err) < 0)
			return -1;
		note_seen(w);
		if (S_ISLNK(w->st.st_mode) && follow_link(w, err) < 0)
			return -1;
		if (!S_ISDIR(w->st.st_mode) && !S_ISLNK(w->st.st_mode) && w->rest[0]) {
			errno = ENOTDIR;
			return err_sys(err, "%s", w->done);
		}
	} while (take_component(w, &fits));
	return 0;
}

static int walk_file(struct walk *w, const char *path, struct err *err)
{
	if (walk_path(w, path, err) < 0)
		return -1;
	if (!S_ISREG(w->st.st_mode))
		return err_set(err, ERR_SYSTEM, "%s is not a regular file", *w->done ? w->done : "/");
	return 0;
}

/* In the arena, or NULL. */
static const char *make_absolute(const char *path, struct arena *arena, struct err *err)
{
	char cwd[PATH_MAX] UNFILLED;

	if (!getcwd(cwd, sizeof(cwd))) {
		(void)err_sys(err, "the working directory");
		return NULL;
	}
	size_t len = strlen(cwd), more = strlen(path);
	char *joined = arena_alloc(arena, len + more + 2);
	if (!joined) {
		(void)err_set(err, ERR_LIMIT, "out of memory");
		return NULL;
	}
	memcpy(joined, cwd, len);
	joined[len] = '/';
	memcpy(joined + len + 1, path, more);
	return joined;
}

const char *file_check_folder(const char *path, struct arena *arena, struct stat *ret_st, struct err *err)
{
	static const struct file_trust trust = {
		.allow_overflow_uid = true, .allow_caller = true, .allow_containers_uid = true};
	struct walk w UNFILLED;
	const char *place;

	w.trust = &trust;
	if (*path != '/')
		path = make_absolute(path, arena, err);
	if (!path || walk_path(&w, path, err) < 0)
		return NULL;
	place = arena_strndup(arena, *w.done ? w.done : "/", *w.done ? strlen(w.done) : 1);
	if (!place)
		(void)err_set(err, ERR_LIMIT, "out of memory");
	if (ret_st)
		*ret_st = w.st;
	return place;
}

int file_open_trusted(const char *path, const struct file_trust *trust, struct stat *ret_st, struct err *err)
{
	struct walk w UNFILLED;
	w.trust = trust;
	if (walk_file(&w, path, err) < 0)
		return -1;
	CLEANUP_FD int fd = open(w.done, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return err_sys(err, "%s", w.done);
	if (ret_st)
		*ret_st = w.st;
	return TAKE_FD(fd);
}

int file_check_executable(const char *path, const struct file_trust *trust, struct stat *ret_st,
			  struct err *err)
{
	struct walk w UNFILLED;
	w.trust = trust;
	if (walk_file(&w, path, err) < 0)
		return -1;
	if (!(w.st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return err_set(err, ERR_SYSTEM, "%s is not executable (mode %04o)", w.done,
			       w.st.st_mode & 07777);
	if (ret_st)
		*ret_st = w.st;
	return 0;
}

int file_read_trusted(const char *path, const struct file_trust *trust, size_t max, char **ret_data,
		      size_t *ret_len, struct err *err)
{
	struct stat st;
	CLEANUP_FD int fd = file_open_trusted(path, trust, &st, err);
	if (fd < 0)
		return -1;
	if (file_read_known(fd, &st, max, ret_data, ret_len, err) < 0)
		return err_wrap(err, "%s", path);
	return 0;
}
