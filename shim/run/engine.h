/* The image of a bundle's container, asked of the engine that made the bundle. */
#ifndef RUNCLAMP_RUN_ENGINE_H
#define RUNCLAMP_RUN_ENGINE_H

#include "load/bundle.h"
#include "load/image.h"

/* *ret is NULL for a bundle that no engine made, and for a container without an image (`podman run
 * --rootfs`). An engine whose records can't be read is an error: the image could have declared something. */
int engine_image(const struct image **ret, struct arena *arena, const struct config *c,
		 const struct bundle *b, struct err *err) MUST_CHECK;

#endif
