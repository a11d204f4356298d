/* The image of a bundle's container, asked of the engine that made the bundle. */
#ifndef RUNCLAMP_IMAGE_ORIGIN_H
#define RUNCLAMP_IMAGE_ORIGIN_H

#include "image/image.h"
#include "oci/bundle.h"

/* Which engine made the bundle; ENGINE_NONE: none. */
int engine_find(struct engine_place *ret, struct arena *arena, const struct config *c, const struct bundle *b,
		struct err *err) MUST_CHECK;

/* ret_cri: what the engine's record says of the container's pod, even where the image can't be read; and so
 * ret_asked: where it was asked (struct image), or NULL.
 * *ret is NULL for a container without an image (`podman run --rootfs`). An engine whose records can't be
 * read is an error: the image could have declared something. Of the image's names and digests those are
 * looked for that the catalogue speaks of. */
int engine_image(const struct image **ret, struct cri *ret_cri, const char *const **ret_asked,
		 struct arena *arena, const struct config *c, const struct bundle *b,
		 const struct engine_place *place, const struct catalogue *catalogue,
		 struct err *err) MUST_CHECK;

/* Parts of that (origin_containerd.c): a container of containerd's; and the catalogue's names alone, for
 * Docker's containers in containerd's image store. */
int engine_ask_containerd(struct image *into, bool *ret_found, struct arena *arena,
			  const struct engine_place *place, const struct engine_config *c,
			  struct err *err) MUST_CHECK;
int engine_ask_names(struct image *into, struct arena *arena, const struct engine_place *place,
		     const struct engine_config *c, struct err *err) MUST_CHECK;

#endif
