/* Names of images, as a person writes them. */
#ifndef RUNCLAMP_IMAGE_REFERENCE_H
#define RUNCLAMP_IMAGE_REFERENCE_H

#include <stddef.h>

/* What engines take is shorter: 255 bytes of host and path, a tag of 128, a digest (distribution/reference).
 */
enum { REFERENCE_SIZE = 768 };

/* What a name means, as engines complete it (distribution/reference, normalize.go): "busybox" is
 * docker.io/library/busybox:latest. A name with a digest is HOST/PATH@DIGEST; with a tag in front of it,
 * NAME:TAG@DIGEST, it is both. "": it has no such form, or is no name that an engine takes. */
struct reference {
	char tagged[REFERENCE_SIZE], digested[REFERENCE_SIZE];
};

void reference_read(struct reference *ret, const char *s, size_t len);

/* The form that decides what a name is asked for: the digest, else the tag. */
const char *reference_key(const struct reference *r);

#endif
