/* An image in a containerd's content store: blobs named by their SHA-256. No
 * gRPC here: what containerd says comes from libexec/containerd as text. */
#ifndef RUNCLAMP_IMAGE_CONTENT_H
#define RUNCLAMP_IMAGE_CONTENT_H

#include "image/image.h"

/* The content store's folder below containerd's root. */
extern const char content_folder[];

/* A name of whatever image, and the digest that containerd has for it now. */
struct image_name {
	const char *name, *target;
};

/* What runclamp-containerd prints. */
struct content_answer {
	const char *image;   /* the name in the container's record; "": it was made from no image */
	const char *target;  /* the digest that this name has now; NULL: it has none any more */
	const char *config;  /* CRI: the digest of the configuration, bound by the record itself; or NULL */
	const char *parent;  /* the chain ID of the layers under the container's root file system; or NULL */
	const char *content; /* the store's folder, an absolute path */
	struct cri cri;	     /* by CRI's own record of the container */
	const struct image_name *names; /* those of the names asked for that there are */
	uint32_t nnames;
};

/* Strictly these members. The strings are in the arena. */
int content_answer_parse(struct content_answer *ret, struct arena *arena, const char *text, size_t len,
			 struct err *err) MUST_CHECK;

/* The image of a container of containerd's. It has to be bound to the container by the layers or by CRI's
 * record: a name may have moved to another image since. A container that was made from no image: into->config
 * is NULL. */
int image_from_content(struct image *into, struct arena *arena, const struct content_answer *answer,
		       struct err *err) MUST_CHECK;
/* Those of these names that lead to this image are its own. */
void content_add_names(struct image *into, const struct image_name *names, uint32_t n);

/* The walk alone: index, manifest, configuration, from a digest that the engine's record gives. */
struct content_query {
	const char *store;  /* the folder with blobs/sha256 */
	const char *digest; /* of an index or a manifest */
	const char *config; /* the configuration that it has to lead to; NULL: any */
	const char *parent; /* the chain ID that its layers must have; NULL: any */
	const char *name;   /* the image's, for messages */
};

/* Sets config and config_len, adds the digests: the configuration's, then those of the index and the
 * manifest that led to it. Refused: a blob that is missing, not trusted, larger than IMAGE_BLOB_MAX or of
 * another digest; none, or two, that fit. */
int content_find(struct image *into, struct arena *arena, const struct content_query *q,
		 struct err *err) MUST_CHECK;

/* Whether a digest leads to this image's configuration in the store that it came from: a manifest or an index
 * that is there, of whatever name. What can't be read does not: it may be anybody's. */
bool content_leads_to(const struct image *image, const char *digest);

#endif
