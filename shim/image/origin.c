#include "image/origin.h"
#include <string.h>

static const char *rootfs_of(const struct bundle *b, struct arena *arena, struct err *err)
{
	size_t len;
	const char *path = b->root_path ? jdoc_string(&b->doc, b->root_path, arena, &len) : "";

	if (!path)
		(void)err_set(err, ERR_LIMIT, "out of memory");
	return path;
}

/* By which name the pod asked for it; containerd's record has one of the image's names, not always that one.
 * CRI wrote it, and in any case a name can only narrow. */
static void add_asked_name(struct image *image, const struct bundle *b)
{
	const struct annotation *a = bundle_annotation(b, "io.kubernetes.cri.image-name");

	if (a && image->cri.engine == CRI_CONTAINERD)
		image_add_name(image, a->value, a->value_len);
}

struct request {
	const struct engine_place *place;
	const struct config *config;
	const struct bundle *bundle;
	const char *rootfs;
};

static int from_docker(struct image *image, struct arena *arena, const struct request *q, struct err *err)
{
	const struct engine_config *c = &q->config->engines;
	struct err names_err = {0};

	if (image_from_docker(image, arena, q->place, q->rootfs, c, err) < 0)
		return -1;
	if (image->store && image->catalogue->nkeys &&
	    engine_ask_names(image, arena, q->place, c, &names_err) < 0)
		image->names_err = names_err;
	return 0;
}

static int from_containerd(struct image *image, bool *found, struct arena *arena, const struct request *q,
			   struct err *err)
{
	const struct engine_config *c = &q->config->engines;

	if (engine_ask_containerd(image, found, arena, q->place, c, err) < 0)
		return -1;
	if (*found) {
		add_asked_name(image, q->bundle);
		return 0;
	}
	/* dockerd with a --containerd-namespace of its own: containerd knows no image of its containers. */
	*found = image_docker_owns(arena, q->place, q->rootfs, c);
	return *found ? from_docker(image, arena, q, err) : 0;
}

static int from_place(struct image *image, bool *found, struct arena *arena, const struct request *q,
		      struct err *err)
{
	switch (q->place->kind) {
	case ENGINE_DOCKER:
		*found = true;
		return from_docker(image, arena, q, err);
	case ENGINE_STORAGE:
		return image_from_storage(image, found, arena, q->place, q->rootfs, &q->config->engines, err);
	case ENGINE_CONTAINERD:
		return from_containerd(image, found, arena, q, err);
	case ENGINE_NONE:
		break;
	}
	*found = false;
	return 0;
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

int engine_find(struct engine_place *ret, struct arena *arena, const struct config *c, const struct bundle *b,
		struct err *err)
{
	*ret = (struct engine_place){0};
	if (!b->place)
		return 0;
	/* Where the bundle really lies: the engines' own names for it may go through links (/var/run). */
	if (engine_place(ret, arena, b->place, &c->engines, err) < 0)
		return -1;
	ret->cri = ret->kind == ENGINE_NONE && c->engines.cri_bundles &&
		   is_below(b->place, c->engines.cri_bundles);
	return 0;
}

int engine_image(const struct image **ret, struct cri *ret_cri, const char *const **ret_asked,
		 struct arena *arena, const struct config *c, const struct bundle *b,
		 const struct engine_place *place, const struct catalogue *catalogue, struct err *err)
{
	struct image *image = arena_alloc(arena, sizeof(*image));
	bool found = false;

	if (!image)
		return err_set(err, ERR_LIMIT, "out of memory");
	const struct request q = {
		.place = place, .config = c, .bundle = b, .rootfs = rootfs_of(b, arena, err)};
	if (!q.rootfs || image_begin(image, arena, catalogue, err) < 0)
		return -1;
	int r = from_place(image, &found, arena, &q, err);
	*ret_asked = image->asked[0] ? image->asked : NULL;
	/* containerd's CRI has this one namespace; in another somebody else wrote such a record. */
	if (place->kind != ENGINE_CONTAINERD || strcmp(place->space, "k8s.io") == 0)
		*ret_cri = image->cri;
	if (r == 0)
		*ret = found ? image : NULL;
	return r;
}
