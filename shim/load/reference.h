/* Names of images, as a person writes them. */
#ifndef RUNCLAMP_LOAD_REFERENCE_H
#define RUNCLAMP_LOAD_REFERENCE_H

#include <stdbool.h>

/* Whether two names mean the same: as engines complete them, "busybox" is
 * docker.io/library/busybox:latest (distribution/reference, normalize.go). A
 * tag in front of a digest says nothing: name:tag@sha256:… is name@sha256:…. */
bool reference_same(const char *a, const char *b);

#endif
