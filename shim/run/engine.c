#include "run/engine.h"
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Where the bundle really lies: the engines' own names for it may go through links (/var/run). */
static int real_path(char ret[static PATH_MAX], const struct bundle *b, struct err *err)
{
	char link[32];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", b->dirfd);
	ssize_t n = readlink(link, ret, PATH_MAX);
	if (n < 0)
		return err_sys(err, "%s: where the bundle %s lies", link, b->path);
	if (n == PATH_MAX)
		return err_set(err, ERR_LIMIT, "the bundle %s: a path that is too long", b->path);
	ret[n] = '\0';
	return 0;
}

static const char *rootfs_of(const struct bundle *b, struct arena *arena, struct err *err)
{
	size_t len;
	const char *path = b->root_path ? jdoc_string(&b->doc, b->root_path, arena, &len) : "";

	if (!path)
		(void)err_set(err, ERR_LIMIT, "out of memory");
	return path;
}

static int from_place(struct image *image, bool *found, struct arena *arena, const struct engine_place *place,
		      const struct config *c, const struct bundle *b, struct err *err)
{
	const char *rootfs = rootfs_of(b, arena, err);

	*found = false;
	if (!rootfs)
		return -1;
	switch (place->kind) {
	case ENGINE_DOCKER:
		*found = true;
		return image_from_docker(image, arena, place, rootfs, &c->engines, err);
	case ENGINE_STORAGE:
		return image_from_storage(image, found, arena, place, rootfs, &c->engines, err);
	case ENGINE_CONTAINERD:
		if (engine_ask_containerd(image, found, arena, place, &c->engines, err) < 0)
			return -1;
		/* dockerd with a --containerd-namespace of its own: containerd knows no image of its
		 * containers. */
		if (*found || !image_docker_owns(arena, place, rootfs, &c->engines))
			return 0;
		*found = true;
		return image_from_docker(image, arena, place, rootfs, &c->engines, err);
	case ENGINE_NONE:
		break;
	}
	return 0;
}

int engine_image(const struct image **ret, struct arena *arena, const struct config *c,
		 const struct bundle *b, struct err *err)
{
	char path[PATH_MAX] UNFILLED;
	struct engine_place place;
	bool found;

	*ret = NULL;
	if (b->dirfd < 0)
		return 0;
	if (real_path(path, b, err) < 0 || engine_place(&place, arena, path, &c->engines, err) < 0)
		return -1;
	if (place.kind == ENGINE_NONE)
		return 0;
	struct image *image = arena_alloc(arena, sizeof(*image));
	if (!image)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (from_place(image, &found, arena, &place, c, b, err) < 0)
		return -1;
	*ret = found ? image : NULL;
	return 0;
}
