/* The catalogue: manifests DIR/NAME.json in a trusted folder, each of which names an image. */
#ifndef RUNCLAMP_IMAGE_CATALOGUE_H
#define RUNCLAMP_IMAGE_CATALOGUE_H

#include "base/arena.h"
#include "base/file.h"
#include "format/jread.h"
#include <stdint.h>

enum { CATALOGUE_FILES = 4096, MANIFEST_TEXT_MAX = 256 << 10 };

struct catalogue_entry {
	const char *path;	   /* the manifest's file */
	const char *reference;	   /* the image's name as it stands there; or NULL */
	const char *key;	   /* what that means (reference_key); or NULL */
	const char *digest;	   /* or NULL */
	int64_t key_at, digest_at; /* their places among all; or -1 */
};

/* Whose images it speaks of. Sorted by path, so that the record and the first error do not depend on the
 * folder. In the arena. */
struct catalogue {
	const struct catalogue_entry *entry;
	uint32_t n;
	/* The keys and the digests, sorted, each once. An engine may have any number of names and digests of
	 * an image, which anyone may add to who can pull: only these are looked for among them. */
	const char **key, **digest;
	uint32_t nkeys, ndigests;
};

/* No such folder: no entries. Refused: more than CATALOGUE_FILES entries, one of more than MANIFEST_TEXT_MAX
 * bytes, one that is no JSON object with an image (it might have been meant for this container's). */
int catalogue_read(struct catalogue *ret, struct arena *arena, const char *dir,
		   const struct file_trust *trust, struct err *err) MUST_CHECK;

/* The place of a key or digest; -1: it speaks of no such image. */
int64_t catalogue_key(const struct catalogue *c, const char *key);
int64_t catalogue_digest(const struct catalogue *c, const char *digest, size_t len);

/* A manifest's `image`: *ret_reference and *ret_digest are NULL where absent. */
int manifest_image(const struct jread *r, uint32_t image, const char **ret_reference,
		   const char **ret_digest) MUST_CHECK;

#endif
