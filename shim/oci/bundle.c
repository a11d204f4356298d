#include "oci/bundle.h"
#include "base/file.h"
#include "base/userns.h"
#include "oci/bundle_shape.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct jlimits bundle_limits = {.depth = BUNDLE_DEPTH, .tokens = BUNDLE_TOKENS};

/* One annotation into a and, for the search for repeats, into k. */
static int read_annotation(struct annotation *a, struct bundle_key *k, const struct jdoc *doc, uint32_t key,
			   struct arena *arena, struct err *err)
{
	if (doc->tok[key + 1].type != JTOK_STRING)
		return jdoc_fail(doc, key + 1, ERR_BUNDLE, err, "an annotation must be a string");
	a->key = jdoc_string(doc, key, arena, &a->key_len);
	a->value = jdoc_string(doc, key + 1, arena, &a->value_len);
	a->value_tok = key + 1;
	if (!a->key || !a->value)
		return err_set(err, ERR_LIMIT, "out of memory");
	*k = (struct bundle_key){.text = a->key, .len = a->key_len, .tok = key};
	return 0;
}

static int read_annotations(struct bundle *b, struct arena *arena, struct err *err)
{
	const struct jdoc *doc = &b->doc;
	uint32_t obj = b->annotations, n = obj ? doc->tok[obj].count : 0, i = 0;
	if (!n)
		return 0;
	if (n > BUNDLE_ANNOTATIONS_MAX)
		return jdoc_fail(doc, obj, ERR_LIMIT, err, "%u annotations, more than the %d allowed", n,
				 BUNDLE_ANNOTATIONS_MAX);
	struct annotation *annot = arena_array(arena, n, sizeof(*annot));
	struct bundle_key *keys = arena_array(arena, n, sizeof(*keys));
	if (!annot || !keys)
		return err_set(err, ERR_LIMIT, "out of memory");
	for (uint32_t key = obj + 1; key < doc->tok[obj].next; key = doc->tok[key + 1].next, i++)
		if (read_annotation(&annot[i], &keys[i], doc, key, arena, err) < 0)
			return -1;
	b->annot = annot;
	b->nannot = n;
	return bundle_no_repeats(doc, keys, n, "annotations.", err);
}

int bundle_parse(struct bundle *ret, struct arena *arena, const char *text, size_t len, struct err *err)
{
	struct bundle b = {.dirfd = -1, .fd = -1};
	if (jdoc_parse(&b.doc, arena, text, len, &bundle_limits, ERR_BUNDLE, err) < 0 ||
	    bundle_shape(&b, arena, err) < 0 || read_annotations(&b, arena, err) < 0)
		return -1;
	*ret = b;
	return 0;
}

static int check_owner(const struct stat *st, const char *what, struct err *err)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(err, ERR_BUNDLE, "%s belongs to uid %u, neither to root nor to the caller",
			       what, st->st_uid);
	return 0;
}

static bool is_open(const struct stat *st)
{
	return st->st_mode & (S_IWGRP | S_IWOTH);
}

static int refuse_open(const struct stat *st, struct err *err)
{
	return err_set(err, ERR_BUNDLE, "the bundle's folder can be written by others (mode %04o)",
		       st->st_mode & 07777);
}

/* Whoever else can write here can swap the file between our look and the
 * runtime's: nothing that we decide would hold. A sticky bit does not help, as
 * the rename has to win. A file that others can write to is replaced (splice.h). */
static int open_folder(const char *path, struct stat *ret_st, struct err *err)
{
	struct stat st;
	CLEANUP_FD int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "the bundle's folder");
	/* Podman gives the bundle of --userns=auto to the container's root. */
	if (st.st_uid != 0 && st.st_uid != geteuid() && file_is_containers_uid(st.st_uid))
		st.st_uid = 0;
	if (check_owner(&st, "the bundle's folder", err) < 0)
		return -1;
	/* Who is behind the mode of a rootless user's own, its place tells. */
	if (is_open(&st) && !userns_is_rootless())
		return refuse_open(&st, err);
	*ret_st = st;
	return TAKE_FD(fd);
}

/* A name without a slash and O_NOFOLLOW: nothing outside the folder is reached.
 * O_NONBLOCK: a FIFO must not hang us. */
static int open_config(int dirfd, struct stat *ret_st, struct err *err)
{
	struct stat st;
	CLEANUP_FD int fd =
		openat(dirfd, "config.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_BUNDLE, "it is a symbolic link; it must be the file itself");
	if (fd < 0 && errno == ENXIO) /* a socket, or a device without a driver */
		return err_set(err, ERR_BUNDLE, "it is not a regular file");
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "opening it");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_BUNDLE, "it is not a regular file");
	if (check_owner(&st, "the file", err) < 0)
		return -1;
	*ret_st = st;
	return TAKE_FD(fd);
}

/* Where it lies. What is there must be what was opened: everything else is looked at from there. */
static const char *check_place(const char *path, const struct stat *folder, struct arena *arena,
			       struct err *err)
{
	struct stat st;
	const char *place = file_check_folder(path, arena, &st, err);

	if (!place) {
		err->kind = err->sys ? err->kind : ERR_BUNDLE;
		return NULL;
	}
	if (st.st_dev != folder->st_dev || st.st_ino != folder->st_ino)
		(void)err_set(err, ERR_BUNDLE, "another folder was put there meanwhile");
	else if (is_open(&st) && !file_is_callers_alone(place, &st))
		(void)refuse_open(&st, err);
	else
		return place;
	return NULL;
}

int bundle_open(struct bundle *ret, struct arena *arena, const char *path, size_t max, struct err *err)
{
	struct bundle b;
	struct stat st, folder = {0};
	const char *text = NULL;
	size_t len = 0;
	const char *name = arena_strndup(arena, path, strlen(path));
	if (!name)
		return err_set(err, ERR_LIMIT, "out of memory");
	CLEANUP_FD int dirfd = open_folder(path, &folder, err);
	if (dirfd < 0)
		return err_wrap(err, "%s", path);
	const char *place = check_place(path, &folder, arena, err);
	if (!place)
		return err_wrap(err, "bundle %s", path);
	CLEANUP_FD int fd = open_config(dirfd, &st, err);
	if (fd < 0 || file_read_arena(fd, &st, max, arena, &text, &len, err) < 0 ||
	    bundle_parse(&b, arena, text, len, err) < 0)
		return err_wrap(err, "%s/config.json", path);
	b.path = name;
	b.place = place;
	b.dev = folder.st_dev;
	b.ino = folder.st_ino;
	b.st = st;
	b.st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
	b.exposed = b.st.st_mode != st.st_mode;
	b.dirfd = TAKE_FD(dirfd);
	b.fd = TAKE_FD(fd);
	*ret = b;
	return 0;
}

void bundle_close(struct bundle *b)
{
	if (!b->path)
		return;
	(void)close(b->dirfd);
	(void)close(b->fd);
	*b = (struct bundle){.dirfd = -1, .fd = -1};
}

const struct annotation *bundle_annotation(const struct bundle *b, const char *key)
{
	size_t len = strlen(key);
	for (size_t i = 0; i < b->nannot; i++)
		if (b->annot[i].key_len == len && !memcmp(b->annot[i].key, key, len))
			return &b->annot[i];
	return NULL;
}

bool bundle_no_new_privileges(const struct bundle *b)
{
	return b->process_nnp && b->doc.tok[b->process_nnp].type == JTOK_TRUE;
}
