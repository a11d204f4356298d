#include "run/registry.h"
#include "base/file.h"
#include "base/statedir.h"
#include "run/regfile.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { GONE_NAME = REGFILE_NAME + 5, LOOKED_AT_MARKED = 128, LOOKED_AT_OTHERS = 16 };

static void gone_name(char dst[static GONE_NAME], const char *name)
{
	(void)snprintf(dst, GONE_NAME, "gone/%.*s", REGFILE_NAME - 1, name);
}

int registry_dir(const char **ret, struct arena *arena, bool create, struct err *err)
{
	char path[PATH_MAX] UNFILLED;
	CLEANUP_FD int fd = statedir_open(NULL, create, err);

	if ((fd < 0 && (create || err->sys != ENOENT)) || statedir_path(path, sizeof(path), err) < 0)
		return -1;
	const char *copy = arena_strndup(arena, path, strlen(path));
	if (!copy)
		return err_set(err, ERR_LIMIT, "out of memory");
	*ret = copy;
	return 0;
}

/* A record that is there and no use blocks its container: the sentence says
 * how to go on. */
static int damaged(const char *id, const char *name, struct err *err)
{
	const struct err cause = *err;
	char dir[PATH_MAX] UNFILLED;
	struct err ignored;

	if (statedir_path(dir, sizeof(dir), &ignored) < 0)
		return -1;
	return err_set(err, cause.kind,
		       "the record of container \"%.80s\" can't be used: %.200s; if the container is gone, "
		       "remove %.120s/%s",
		       id, cause.msg, dir, name);
}

/* A record as it was found: in use, else a marked one. */
struct found {
	char *text; /* NULL: none */
	size_t len;
	char name[GONE_NAME];
};

static void cleanup_found(struct found *f)
{
	free(f->text);
}
#define CLEANUP_FOUND __attribute__((cleanup(cleanup_found)))

static int read_record(struct found *f, int dirfd, const char *name, const char *id, struct err *err)
{
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	if (statedir_read(dirfd, f->name, &f->text, &f->len, err) < 0)
		return damaged(id, f->name, err);
	if (f->text)
		return 0;
	gone_name(f->name, name);
	return statedir_read(dirfd, f->name, &f->text, &f->len, err) < 0 ? damaged(id, f->name, err) : 0;
}

static int parse_record(struct regfile *ret, struct arena *arena, const char *id, const struct found *found,
			struct err *err)
{
	if (regfile_read(ret, arena, found->text, found->len, err) < 0)
		return damaged(id, found->name, err);
	if (strcmp(ret->id, id) != 0) {
		(void)err_set(err, ERR_RUNTIME, "it names \"%.80s\"", ret->id);
		return damaged(id, found->name, err);
	}
	return 0;
}

int registry_get(struct registration *ret, bool *ret_found, struct arena *arena,
		 const struct registry_key *key, struct err *err)
{
	CLEANUP_FD int dirfd = statedir_open(NULL, false, err);
	CLEANUP_FOUND struct found found = {0};
	char name[REGFILE_NAME];
	struct regfile f;

	if (dirfd < 0 && err->sys == ENOENT) {
		*ret_found = false;
		return 0;
	}
	if (dirfd < 0 || regfile_name(name, key, err) < 0)
		return err_wrap(err, "the record of container \"%.80s\"", key->id);
	if (read_record(&found, dirfd, name, key->id, err) < 0)
		return -1;
	if (found.text) {
		if (parse_record(&f, arena, key->id, &found, err) < 0)
			return -1;
		*ret = f.reg;
	}
	*ret_found = found.text != NULL;
	return 0;
}

static bool same_list(const char *const *a, const char *const *b)
{
	static const char *const none[] = {NULL};

	a = a ? a : none;
	b = b ? b : none;
	while (*a && *b && strcmp(*a, *b) == 0)
		a++, b++;
	return !*a && !*b;
}

/* An older record that must not be replaced: its container still runs under
 * another runtime, or where this one would not look. A record that can't be read
 * stands in nobody's way: its container could not be found by it either. */
static int check_older(struct arena *arena, const struct regfile *new, const struct found *older,
		       struct err *err)
{
	struct regfile old;
	struct err ignored;

	if (!older->text || parse_record(&old, arena, new->id, older, &ignored) < 0)
		return 0;
	if ((old.reg.runtime == new->reg.runtime &&strcmp(old.reg.path, new->reg.path) == 0 &&
	     same_list(old.reg.args, new->reg.args) && same_list(old.roots, new->roots)) ||
	    !regfile_alive(&old))
		return 0;
	return err_set(
		err, ERR_RUNTIME,
		"container \"%.80s\" still belongs to %s (%s) as it was configured then: delete it before "
		"it is created anew with %s",
		new->id, runtime_name(old.reg.runtime), old.reg.path, new->reg.path);
}

static int write_record(int dirfd, const char *name, bool marked, const struct buf *text, struct err *err)
{
	CLEANUP_FD int gone = marked ? statedir_open("gone", true, err) : -1;

	if (marked && gone < 0)
		return -1;
	return file_replace_at(marked ? gone : dirfd, name, text->data, text->len, NULL, -1, err);
}

static int put_one(int dirfd, struct arena *arena, const struct registry_key *key, const struct regfile *f,
		   struct err *err)
{
	CLEANUP_FOUND struct found older = {0};
	CLEANUP_BUF struct buf text = {0};
	char name[REGFILE_NAME], gone[GONE_NAME];

	/* With --root it is the one root of this container, and was followed already. */
	bool followed = key->root && key->runtime == f->reg.runtime;
	int r = followed ? regfile_name_below(name, f->roots[0], key->id, err) : regfile_name(name, key, err);

	if (r < 0)
		return err_wrap(err, "the record of container \"%.80s\"", key->id);
	if (read_record(&older, dirfd, name, key->id, err) < 0 || check_older(arena, f, &older, err) < 0)
		return -1;
	regfile_write(f, &text);
	if (text.failed)
		return err_set(err, ERR_LIMIT, "the record of container \"%.80s\": out of memory", key->id);
	if (write_record(dirfd, name, f->reg.of_run, &text, err) < 0)
		return err_wrap(err, "the record of container \"%.80s\"", key->id);
	/* The older one goes behind the new one, so that there is one at any time. */
	gone_name(gone, name);
	if (older.text)
		(void)unlinkat(dirfd, f->reg.of_run ? name : gone, 0);
	return 0;
}

int registry_put(const struct registry_key *key, const struct registration *r, struct arena *arena,
		 struct err *err)
{
	CLEANUP_FD int dirfd = statedir_open(NULL, true, err);
	struct regfile f;

	if (dirfd < 0 || regfile_fill(&f, arena, key, r, err) < 0)
		return err_wrap(err, "the record of container \"%.80s\"", key->id);
	const char *root = key->root ? NULL : regfile_root_of_args(arena, r);
	if (root) {
		/* For whoever spells that root out. A delete without it would not
		 * mark this one, so it is swept like one of `run`. */
		const struct registry_key also = {root, key->id, key->runtime};
		struct regfile second = f;
		second.reg.of_run = true;
		if (put_one(dirfd, arena, &also, &second, err) < 0)
			return -1;
	}
	return put_one(dirfd, arena, key, &f, err);
}

static bool mark_one(int dirfd, const char *name)
{
	char gone[GONE_NAME];

	gone_name(gone, name);
	if (renameat(dirfd, name, dirfd, gone) == 0)
		return true;
	if (faccessat(dirfd, "gone", F_OK, 0) == 0)
		return false;
	(void)mkdirat(dirfd, "gone", 0700);
	return renameat(dirfd, name, dirfd, gone) == 0;
}

void registry_mark(const struct registry_key *key)
{
	struct err ignored;
	CLEANUP_FD int dirfd = statedir_open(NULL, false, &ignored);
	char name[REGFILE_NAME];

	if (dirfd >= 0 && regfile_name(name, key, &ignored) == 0)
		(void)mark_one(dirfd, name);
}

/* A create may be under way whose runtime has not begun yet: also where its record was marked, as an older
 * one of the same name. */
static bool younger_than(int dirfd, const char *name, time_t seconds)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || time(NULL) - st.st_mtime < seconds;
}

/* No folder at all says nothing in another mount namespace than that of the create: it may be there. */
static bool sees_root(const struct regfile *f)
{
	if (f->mount_ns && f->mount_ns == regfile_mount_ns())
		return true;
	for (int i = 0; f->roots[i]; i++)
		if (access(f->roots[i], F_OK) == 0)
			return true;
	return false;
}

/* Whether the runtime has lost the container of that record. */
static bool is_lost(int dirfd, const char *name, bool marked)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_FREE char *text = NULL;
	struct err ignored;
	struct regfile f;
	size_t len = 0;

	if (statedir_read(dirfd, name, &text, &len, &ignored) < 0 || !text ||
	    regfile_read(&f, &arena, text, len, &ignored) < 0)
		return false;
	return (marked || sees_root(&f)) && !regfile_alive(&f);
}

static bool sweep_marked(int dirfd, const char *name)
{
	return !younger_than(dirfd, name, REGISTRY_GRACE) && is_lost(dirfd, name, true) &&
	       unlinkat(dirfd, name, 0) == 0;
}

/* Only marked, not removed: a create of the same name may put a new record there at this moment, and a young
 * one stays, and is found, among the marked ones too. */
static bool mark_lost(int dirfd, const char *name)
{
	return !younger_than(dirfd, name, REGISTRY_IDLE) && is_lost(dirfd, name, false) &&
	       mark_one(dirfd, name);
}

/* Of more entries than are looked at some others each time: the first ones may live long. */
static void skip_some(DIR *dir, unsigned looked_at)
{
	unsigned n = 0, skip;

	while (readdir(dir))
		n++;
	rewinddir(dir);
	skip = n > looked_at ? (unsigned)getpid() % (n - looked_at + 1) : 0;
	while (skip-- && readdir(dir))
		;
}

static void sweep_folder(const char *sub, unsigned max, unsigned looked_at,
			 bool (*sweep_one)(int dirfd, const char *name))
{
	struct err ignored;
	CLEANUP_FD int fd = statedir_open(sub, false, &ignored);
	unsigned swept = 0;
	struct dirent *entry;

	CLEANUP_DIR DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir)
		return;
	int folder = TAKE_FD(fd);
	skip_some(dir, looked_at);
	for (unsigned i = 0; i < looked_at && swept < max && (entry = readdir(dir)); i++)
		swept += entry->d_name[0] != '.' && sweep_one(folder, entry->d_name);
}

void registry_sweep(unsigned max)
{
	sweep_folder(NULL, max, LOOKED_AT_OTHERS, mark_lost);
	sweep_folder("gone", max, LOOKED_AT_MARKED, sweep_marked);
}
