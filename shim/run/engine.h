/* The image of a bundle's container, asked of the engine that made the bundle. */
#ifndef RUNCLAMP_RUN_ENGINE_H
#define RUNCLAMP_RUN_ENGINE_H

#include "load/bundle.h"
#include "load/image.h"

/* *ret is NULL for a bundle that no engine made, and for a container without an image (`podman run
 * --rootfs`). An engine whose records can't be read is an error: the image could have declared something. */
int engine_image(const struct image **ret, struct arena *arena, const struct config *c,
		 const struct bundle *b, bool names, struct err *err) MUST_CHECK;

/* Parts of that (engine_containerd.c): a container of containerd's; and the names of images alone, for
 * Docker's containers in containerd's image store. */
int engine_ask_containerd(struct image *ret, bool *ret_found, struct arena *arena,
			  const struct engine_place *place, const struct engine_config *c, bool names,
			  struct err *err) MUST_CHECK;
int engine_ask_names(struct image *into, struct arena *arena, const struct engine_place *place,
		     const struct engine_config *c, struct err *err) MUST_CHECK;

#endif
