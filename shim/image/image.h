/* The image a container was made from, as its engine's own records say: never
 * what the bundle says, which a user can shape. */
#ifndef RUNCLAMP_IMAGE_IMAGE_H
#define RUNCLAMP_IMAGE_IMAGE_H

#include "base/arena.h"
#include "base/file.h"
#include "format/jread.h"
#include "image/catalogue.h"
#include "image/cri.h"
#include "site/config.h"

/* Of a record or blob; the records of a thousand labels and Docker's largest
 * image configurations stay well below. */
enum { IMAGE_BLOB_MAX = 4 << 20, IMAGE_RECORD_MAX = 16 << 20, IMAGE_RECORD_TOKENS = 1 << 21 };
/* "sha256:" and 64 lower-case hex digits, the one spelling; with its NUL. */
enum { DIGEST_SIZE = 7 + 64 + 1 };
enum { IMAGE_ASKED_MAX = 16 };

struct image {
	const char *engine; /* "Docker", "containerd", "containers/storage" */
	const char *where;  /* the file of the configuration, for messages */
	const char *config; /* the image's configuration (OCI image-spec, config.md), digest checked; in the
			       arena */
	size_t config_len;
	const char *name; /* as the container's record or its pod has it, for the record of the decision; or
			     NULL */
	/* The first digest is the configuration's own, which Docker calls the image ID; those of manifests
	 * follow. */
	const char **digest;
	uint32_t ndigests;
	/* Of the names that the engine has for this image now (names move), and of the digests of its
	 * manifests, those that the catalogue speaks of: by their places there. */
	const struct catalogue *catalogue;
	bool *has_key, *has_digest;
	/* Why they could not be read: that is the catalogue's affair, never the labels'. ERR_NONE: they were.
	 */
	struct err names_err;
	/* Whose the container is in its pod, by the same record; known before anything that can fail. */
	struct cri cri;
	/* Where the engine's records were read: containerd's address, or stores of containers/storage. NULL
	 * behind them. */
	const char *asked[IMAGE_ASKED_MAX + 1];
	/* containerd's content store: there a manifest is found by its digest. NULL elsewhere. */
	const char *store;
};

bool digest_ok(const char *s, size_t len);
/* A string that is one, in the arena: else "WHAT must be a sha256 digest". */
int digest_read(const struct jread *r, uint32_t tok, const char *what, const char **ret) MUST_CHECK;

/* An image of which nothing is known yet. */
int image_begin(struct image *ret, struct arena *arena, const struct catalogue *catalogue,
		struct err *err) MUST_CHECK;
/* A no-op for what is there already. `s` need not end in NUL. */
int image_add_digest(struct image *i, struct arena *arena, const char *s, size_t len,
		     struct err *err) MUST_CHECK;
/* One of the image's names, or of its manifests' digests, of which there may be any number: noted if the
 * catalogue speaks of it. */
void image_add_name(struct image *i, const char *s, size_t len);
void image_add_manifest(struct image *i, const char *s, size_t len);
/* Whether an engine's lists of names and digests need not be read at all. */
bool image_unlisted(const struct image *i);

/* Reads a file that is named by its content: at most IMAGE_BLOB_MAX bytes, and its SHA-256 must be the
 * digest's. *ret_text is in the arena. A file that does not exist: err->sys == ENOENT. */
int image_blob(const char **ret_text, size_t *ret_len, struct arena *arena, const char *path,
	       const char *digest, struct err *err) MUST_CHECK;
/* An engine's own record, of at most IMAGE_RECORD_MAX bytes, from a path that only root (rootless: the user
 * himself) can write to: one array or object. A file that does not exist: err->sys == ENOENT. */
int image_open(struct jread *ret, struct jdoc *ret_doc, struct arena *arena, const char *path,
	       enum jtok_type type, struct err *err) MUST_CHECK;
/* A list that the engine's other containers are in, too, of whatever size: the one object in the array at
 * `path` whose "id" it is. 1: found; ret_doc is that object. 0: it is not there, or there is no such
 * file. Refused: two of them, or one of more than IMAGE_RECORD_MAX bytes. What is wrong with another's object
 * is no reason to refuse this one. */
int image_entry(struct jread *ret, struct jdoc *ret_doc, struct arena *arena, const char *path,
		const char *id, struct err *err) MUST_CHECK;
/* An image's entry in containers/storage's list of images at `path`, of whatever size: whoever may tag an
 * image makes that longer. Its names and its manifests' digests go to `into`, unless that is NULL;
 * *ret_manifest is the digest of its manifest, in the arena, or NULL. 1: found; 0: it is not there, or there
 * is no such file. */
int image_index(struct image *into, const char **ret_manifest, struct arena *arena, const char *path,
		const char *id, struct err *err) MUST_CHECK;
/* Whether a store of containers/storage lacks the file that could not be read. One that a user may not look
 * into, such as the node's own that the configuration names, holds nothing of his. */
bool image_absent(const struct err *err);
/* Whether the file could have been read, but is not believed (file_open_trusted). */
bool image_distrusted(const struct err *err);
/* Opens such a file: the descriptor, or -1; one that does not exist: err->sys == ENOENT. */
int image_list(const char *path, struct err *err) MUST_CHECK;
/* A path in the arena; NULL with the error set. */
const char *image_path(struct arena *arena, struct err *err, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Where a bundle lies says which engine made it, as nobody but root can put one there (bundle_open):
 *   …/io.containerd.runtime.v2.task/NAMESPACE/ID  containerd; Docker's in Docker's namespace
 *   ROOT/DRIVER-containers/ID/userdata            Podman, CRI-O (containers/storage)
 * Strings are in the arena. */
enum engine_kind { ENGINE_NONE, ENGINE_DOCKER, ENGINE_CONTAINERD, ENGINE_STORAGE };
struct engine_place {
	enum engine_kind kind;
	const char *id;
	const char *space;  /* containerd's namespace */
	bool cri;	    /* no engine's, but below one of engines.cri.bundles */
	const char *root;   /* containers/storage: the folder before DRIVER-containers */
	const char *driver; /* "overlay", "vfs" */
	/* Where a create asked (struct image), by its registration: there and nowhere else. NULL: nobody has
	 * said it yet. */
	const char *const *asked;
};
/* The length of "UID.GID" at the start of `s`, which Docker's userns-remap puts behind its data-root and,
 * newer ones, behind its namespace ("moby-100000.100000"); or 0. */
size_t engine_docker_remap(const char *s);
/* `path`: absolute, without links. */
int engine_place(struct engine_place *ret, struct arena *arena, const char *path,
		 const struct engine_config *c, struct err *err) MUST_CHECK;

/* Docker: DATA/containers/ID/config.v2.json names the image ID and the driver, DATA/image/DRIVER/imagedb has
 * the configuration under its digest, repositories.json the names. The record's labels are the image's and
 * `docker run --label`'s mixed: they are not read. DATA is config's data_root, else daemon.json's, else
 * /var/lib/docker; `rootfs`, the bundle's root.path, must lie below it, or below another folder that has the
 * container's record. With the containerd image store
 * (Docker 29's default) the blobs are in containerd's content store. */
int image_from_docker(struct image *into, struct arena *arena, const struct engine_place *place,
		      const char *rootfs, const struct engine_config *c, struct err *err) MUST_CHECK;

/* Whether a container's root file system and ID are of Docker's making, whatever containerd's namespace is
 * called. */
bool image_docker_owns(struct arena *arena, const struct engine_place *place, const char *rootfs,
		       const struct engine_config *c);

/* Podman, CRI-O: ROOT/DRIVER-containers/containers.json (or volatile-containers.json) has the image ID and
 * the layer of the container, which `rootfs` must show; the configuration is a file of ROOT/DRIVER-images/ID.
 * *ret_found is false for a container without an image. Where the bundle is not in the store itself (CRI-O,
 * Podman's transient store), ROOT is one that Podman names, else config's root, else
 * /var/lib/containers/storage (image/storage_roots.h). Layout: containers/storage, containers.go and
 * images.go. */
int image_from_storage(struct image *into, bool *ret_found, struct arena *arena,
		       const struct engine_place *place, const char *rootfs, const struct engine_config *c,
		       struct err *err) MUST_CHECK;

#endif
