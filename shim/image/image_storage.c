/* The records of containers/storage, Podman's and CRI-O's store (image.h). */
#include "image/image.h"
#include "image/storage_roots.h"
#include <limits.h>
#include <string.h>

enum { HEX_LEN = 64 };

struct store {
	const struct engine_place *place;
	struct arena *arena;
	struct err *err;
	struct storage_roots *roots;
	const char *id;	  /* the image's, 64 hex digits; "": none */
	const char *name; /* by which it was asked for; or NULL */
	const char *layer;
	struct cri *cri;
	struct err distrusted; /* why the first store that was passed over was; ERR_NONE: none */
};

/* A store that a user could have written says nothing, and stops nobody whose image lies in another: why it
 * is not believed is told if no other has what is asked for. */
static bool passed_over(struct store *s, int found)
{
	if (found >= 0 || !image_distrusted(s->err))
		return false;
	if (!s->distrusted.kind)
		s->distrusted = *s->err;
	return true;
}

static bool is_hex_id(const char *s)
{
	return strlen(s) == HEX_LEN && s[strspn(s, "0123456789abcdef")] == '\0';
}

/* A member that is a string, and may be empty or absent. */
static int get_string(const struct jread *r, uint32_t obj, const char *name, const char **ret)
{
	uint32_t tok = jdoc_get(r->doc, obj, name);
	size_t len;

	*ret = "";
	if (!tok)
		return 0;
	if (jread_type(r, tok, JTOK_STRING, name) < 0)
		return -1;
	*ret = jdoc_string(r->doc, tok, r->arena, &len);
	return *ret ? 0 : jread_nomem(r);
}

/* CRI-O's is a container of a pod (internal/storage/runtime.go, RuntimeContainerMetadata); Podman's names no
 * pod, and nobody but the engine writes its members. */
static void read_pod(struct store *s, const struct jread *r)
{
	const char *pod, *name, *full;

	if (get_string(r, 0, "pod-id", &pod) < 0 || get_string(r, 0, "metadata-name", &name) < 0 ||
	    get_string(r, 0, "name", &full) < 0 || !*pod)
		return;
	*s->cri = (struct cri){
		.engine = CRI_CRIO,
		.sandbox = strcmp(pod, s->place->id) == 0,
		.sandbox_id = pod,
		.name = *name ? name : NULL,
		.full_name = *full ? full : NULL,
	};
}

/* What Podman and CRI-O keep with their container: {"image-name": "localhost/app:1", …}. The image's name can
 * only narrow, so a form that is not known says nothing. */
static void read_metadata(struct store *s, const char *metadata)
{
	struct err ignored;
	struct jread r = {.arena = s->arena, .where = "metadata", .kind = ERR_NEEDS, .err = &ignored};
	struct jdoc doc;
	const char *name;

	if (jread_open(&r, &doc, metadata, strlen(metadata)) < 0 || doc.tok[0].type != JTOK_OBJECT)
		return;
	if (get_string(&r, 0, "image-name", &name) == 0 && *name)
		s->name = name;
	read_pod(s, &r);
}

/* 1: the container is in this file, 0: it is not, or there is no such file. */
static int look_in(struct store *s, const char *path)
{
	const char *metadata;
	struct jread r;
	struct jdoc doc;
	int found = path ? image_entry(&r, &doc, s->arena, path, s->place->id, s->err) : -1;

	if (found <= 0)
		return found;
	if (get_string(&r, 0, "image", &s->id) < 0 || get_string(&r, 0, "layer", &s->layer) < 0 ||
	    get_string(&r, 0, "metadata", &metadata) < 0)
		return -1;
	read_metadata(s, metadata);
	if (*s->id && !is_hex_id(s->id))
		return jread_fail(&r, jdoc_get(&doc, 0, "image"),
				  "image must be an image's ID, 64 hex digits");
	return 1;
}

/* Podman 5 keeps containers of --rm in a file of their own. */
static int find_container(struct store *s)
{
	static const char *const files[] = {"containers.json", "volatile-containers.json"};
	int found = 0;

	const char *root;

	for (size_t i = 0; found == 0 && (root = storage_root(s->roots, i)); i++) {
		for (size_t f = 0; f < ARRAY_LEN(files) && found == 0; f++)
			found = look_in(s, image_path(s->arena, s->err, "%s/%s-containers/%s", root,
						      s->place->driver, files[f]));
		if (passed_over(s, found))
			found = 0;
		s->roots->used[i] = found > 0;
	}
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (s->distrusted.kind) {
		*s->err = s->distrusted;
		return -1;
	}
	return err_set(s->err, ERR_NEEDS,
		       "neither %s nor another store that is known has a record of the container; name the "
		       "store's root as engines.storage.root",
		       s->place->root);
}

/* The layer's folder is a component of the root file system's path: it is the record's container that
 * starts here, and no other. Elsewhere than in the store it says nothing: Podman 5 mounts what --userns=auto
 * starts on at a place between. */
static int check_layer(const struct store *s, const char *rootfs)
{
	size_t len = strlen(s->layer);

	if (!storage_is_below(s->roots, rootfs))
		return 0;
	for (const char *at = rootfs; len > 0 && (at = strstr(at, s->layer)); at += len)
		if (at > rootfs && at[-1] == '/' && (at[len] == '/' || at[len] == '\0'))
			return 0;
	return err_set(
		s->err, ERR_NEEDS,
		"the container's root file system %.200s is not the layer %.12s… that its record names",
		rootfs, s->layer);
}

/* Big data whose name holds more than letters and digits lies under "=" and the name in base64
 * (containers/storage, makeBigDataBaseName). */
static void base64_name(char *dst, const char *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i += 3) {
		unsigned v = (unsigned)(unsigned char)s[i] << 16;

		if (i + 1 < len)
			v |= (unsigned)(unsigned char)s[i + 1] << 8;
		if (i + 2 < len)
			v |= (unsigned char)s[i + 2];
		*dst++ = digits[v >> 18];
		*dst++ = digits[v >> 12 & 63];
		*dst++ = i + 1 < len ? digits[v >> 6 & 63] : '=';
		*dst++ = i + 2 < len ? digits[v & 63] : '=';
	}
	*dst = '\0';
}

static int read_index(struct image *image, const char **ret_manifest, const struct store *s, const char *root,
		      struct err *err)
{
	const char *path = image_path(s->arena, err, "%s/%s-images/images.json", root, s->place->driver);

	return path ? image_index(image, ret_manifest, s->arena, path, s->id, err) : -1;
}

/* 1: the configuration of this digest is the image's in this root. 0: it is not there. */
static int read_blob(struct image *image, const struct store *s, const char *root, const char *digest)
{
	char name[2 * DIGEST_SIZE];

	base64_name(name, digest);
	image->where =
		image_path(s->arena, s->err, "%s/%s-images/%s/=%s", root, s->place->driver, s->id, name);
	if (!image->where)
		return -1;
	if (image_blob(&image->config, &image->config_len, s->arena, image->where, digest, s->err) == 0)
		return 1;
	return image_absent(s->err) ? 0 : -1;
}

/* The configuration that the image's manifest names; NULL: the store lacks the manifest. */
static int read_manifest(const char **ret_config, const struct store *s, const char *root, const char *digest)
{
	const char *path =
		image_path(s->arena, s->err, "%s/%s-images/%s/manifest", root, s->place->driver, s->id);
	struct jread r = {.arena = s->arena, .where = path, .kind = ERR_NEEDS, .err = s->err};
	const char *text;
	struct jdoc doc;
	size_t len;

	*ret_config = NULL;
	if (!path)
		return -1;
	if (image_blob(&text, &len, s->arena, path, digest, s->err) < 0)
		return image_absent(s->err) ? 0 : -1;
	if (jread_open(&r, &doc, text, len) < 0)
		return -1;
	if (doc.tok[0].type != JTOK_OBJECT)
		return jread_fail(&r, 0, "must be an object");
	uint32_t config = jdoc_get(&doc, 0, "config");
	if (jread_type(&r, config, JTOK_OBJECT, "config") < 0)
		return -1;
	const struct jread in = jread_in(&r, config);
	return digest_read(&in, jdoc_get(&doc, config, "digest"), "config.digest", ret_config);
}

/* The image's ID is its configuration's digest, but for some: those whose layers were found by their table of
 * contents (containers/image, storage_dest.go) have another. Then the manifest, whose digest the index has,
 * names the configuration. 0: it is not there. */
static int read_by_manifest(struct image *image, const struct store *s, const char *root)
{
	const char *digest, *config;
	int found = read_index(NULL, &digest, s, root, s->err);

	if (found <= 0 || !digest)
		return found < 0 ? -1 : 0;
	if (read_manifest(&config, s, root, digest) < 0)
		return -1;
	if (!config)
		return 0;
	if (image_add_digest(image, s->arena, config, strlen(config), s->err) < 0)
		return -1;
	return read_blob(image, s, root, config);
}

/* 1: found in this root. 0: it is not there. */
static int look_for_config(struct image *image, const struct store *s, const char *root, const char *digest)
{
	int r = read_blob(image, s, root, digest);

	return r == 0 ? read_by_manifest(image, s, root) : r;
}

static void add_names(struct image *image, const struct store *s, size_t i, bool must)
{
	struct err err = {0};
	const char *manifest;
	int found = read_index(image, &manifest, s, storage_root(s->roots, i), &err);

	s->roots->used[i] |= found > 0;
	if (found < 0 && (must || !image_distrusted(&err)))
		image->names_err = err;
}

/* Podman may have an image in several of its stores, and each has names and manifests of its own for it:
 * by which of them it was asked for is not known. What a store says that Podman does not use counts for
 * nothing. */
static void read_names(struct image *image, const struct store *s, size_t found_at)
{
	s->roots->used[found_at] = true;
	if (image_unlisted(image))
		return;
	add_names(image, s, found_at, true);
	if (found_at >= storage_own(s->roots))
		return;
	for (size_t i = 0; i < storage_own(s->roots); i++)
		if (i != found_at)
			add_names(image, s, i, false);
}

static int read_config(struct image *image, struct store *s)
{
	char digest[DIGEST_SIZE];
	const char *root;

	(void)snprintf(digest, sizeof(digest), "sha256:%s", s->id);
	if (image_add_digest(image, s->arena, digest, strlen(digest), s->err) < 0)
		return -1;
	for (size_t i = 0; (root = storage_root(s->roots, i)); i++) {
		int r = look_for_config(image, s, root, digest);
		if (r == 0 || passed_over(s, r))
			continue;
		if (r > 0)
			read_names(image, s, i);
		return r < 0 ? -1 : 0;
	}
	if (s->distrusted.kind) {
		*s->err = s->distrusted;
		return -1;
	}
	return err_set(
		s->err, ERR_NEEDS,
		"%s is missing: the image was removed while the container still exists, or lies in another "
		"store; load or build it again, or name the store's root as engines.storage.root",
		image->where);
}

/* In the arena of the roots. */
static void note_asked(struct image *image, const struct storage_roots *roots)
{
	size_t n = 0;

	for (size_t i = 0; i < roots->n && n < IMAGE_ASKED_MAX; i++)
		if (roots->used[i])
			image->asked[n++] = roots->root[i];
}

int image_from_storage(struct image *into, bool *ret_found, struct arena *arena,
		       const struct engine_place *place, const char *rootfs, const struct engine_config *c,
		       struct err *err)
{
	struct storage_roots roots = {.arena = arena, .config = c, .asked = place->asked};
	struct store s = {
		.place = place,
		.arena = arena,
		.err = err,
		.cri = &into->cri,
		.roots = &roots,
	};

	into->engine = "containers/storage";
	*ret_found = false;
	storage_begin(&roots, place->root);
	if (find_container(&s) < 0)
		return -1;
	note_asked(into, &roots);
	if (!*s.id)
		return 0;
	into->name = s.name;
	if (s.name)
		image_add_name(into, s.name, strlen(s.name));
	if (check_layer(&s, rootfs) < 0 || read_config(into, &s) < 0)
		return -1;
	note_asked(into, &roots);
	*ret_found = true;
	return 0;
}
