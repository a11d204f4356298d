/* Docker's own records (image.h). Their layout is Docker's since 1.10:
 * container/container.go (config.v2.json), image/fs.go, reference/store.go. */
#include "format/jsonpieces.h"
#include "image/content.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No reference is nearly as long as NAME_MAX_LEN. */
enum { DRIVER_MAX = 64, RECORD_ID_LEN = 64, NAME_MAX_LEN = 4096 };

struct docker {
	const struct engine_place *place;
	const struct engine_config *config;
	struct arena *arena;
	struct err *err;
	const char *data; /* data-root, with userns-remap's folder */
	const char *driver;
	const char *id;		/* the image's, a digest */
	const char *manifest;	/* the containerd image store: the digest of the manifest; or NULL */
	const char *asked_name; /* what the user typed: a name, or an ID */
};

static int data_root_of_daemon(struct docker *d)
{
	struct jread r;
	struct jdoc doc;

	d->data = "/var/lib/docker";
	if (image_open(&r, &doc, d->arena, d->config->docker_daemon_json, JTOK_OBJECT, d->err) < 0)
		return d->err->sys == ENOENT ? 0 : -1;
	uint32_t root = jdoc_get(&doc, 0, "data-root");
	if (!root)
		return 0;
	if (jread_line(&r, root, "data-root", PATH_MAX, &d->data) < 0)
		return -1;
	return *d->data == '/' ? 0 : jread_fail(&r, root, "data-root must be an absolute path");
}

/* A daemon of another data-root (a second one, by option, or a user's own below $XDG_DATA_HOME): the folder
 * above the root file system that has the container's record. Dockerd chose where that lies; what counts of a
 * record is whose it is: root never believes a user's, and a user's daemon runs where he is root
 * (image_open). */
static bool find_by_record(struct docker *d, const char *rootfs)
{
	char path[PATH_MAX];

	for (size_t len = *rootfs == '/' ? strlen(rootfs) : 0; len > 1;) {
		while (rootfs[--len] != '/')
			;
		int n = snprintf(path, sizeof(path), "%.*s/containers/%s/config.v2.json", (int)len, rootfs,
				 d->place->id);
		if (n < 0 || (size_t)n >= sizeof(path) || access(path, F_OK) < 0)
			continue;
		d->data = image_path(d->arena, d->err, "%.*s", (int)len, rootfs);
		return true;
	}
	return false;
}

/* The root file system that Docker gave the container lies in its store: another store's would be another
 * Docker's, with other images. */
static int find_data_root(struct docker *d, const char *rootfs)
{
	if (d->config->docker_data_root)
		d->data = d->config->docker_data_root;
	else if (data_root_of_daemon(d) < 0)
		return -1;
	/* dockerd itself goes by the folder that a link leads to (daemon.go, getRealPath). */
	CLEANUP_FREE char *real = realpath(d->data, NULL);
	d->data = image_path(d->arena, d->err, "%s", real ? real : d->data);
	if (!d->data)
		return -1;
	size_t len = strlen(d->data);
	while (len > 1 && d->data[len - 1] == '/')
		len--;
	if ((strncmp(rootfs, d->data, len) != 0 || rootfs[len] != '/') && find_by_record(d, rootfs))
		return d->data ? 0 : -1;
	if (strncmp(rootfs, d->data, len) != 0 || rootfs[len] != '/')
		return err_set(
			d->err, ERR_NEEDS,
			"the container's root file system %.200s does not lie below Docker's data-root "
			"%.*s; name the right one as engines.docker.data_root",
			rootfs, (int)len, d->data);
	size_t remap = engine_docker_remap(rootfs + len + 1);
	if (rootfs[len + 1 + remap] != '/')
		remap = 0;
	d->data = image_path(d->arena, d->err, "%.*s", (int)(remap ? len + 1 + remap : len),
			     remap ? rootfs : d->data);
	return d->data ? 0 : -1;
}

static bool is_plain(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return *s && s[strspn(s, chars)] == '\0';
}

/* The digest of the manifest that the container was made from: only the containerd image store has one. */
static int read_manifest_digest(struct docker *d, const struct jread *r)
{
	uint32_t manifest = jread_unless_null(r->doc, jdoc_get(r->doc, 0, "ImageManifest"));

	if (!manifest)
		return 0;
	const struct jread in = jread_in(r, manifest);
	return digest_read(&in, jdoc_get(r->doc, manifest, "digest"), "ImageManifest.digest", &d->manifest);
}

static int read_container(struct docker *d)
{
	const char *path =
		image_path(d->arena, d->err, "%s/containers/%s/config.v2.json", d->data, d->place->id);
	struct jread r;
	struct jdoc doc;
	uint32_t tok;

	if (!path || image_open(&r, &doc, d->arena, path, JTOK_OBJECT, d->err) < 0)
		return -1;
	if (digest_read(&r, jdoc_get(&doc, 0, "Image"), "Image", &d->id) < 0)
		return -1;
	tok = jdoc_get(&doc, 0, "Driver");
	if (jread_line(&r, tok, "Driver", DRIVER_MAX, &d->driver) < 0)
		return -1;
	if (!is_plain(d->driver))
		return jread_fail(&r, tok, "Driver must be a storage driver's name");
	tok = jdoc_get(&doc, jdoc_get(&doc, 0, "Config"), "Image");
	if (tok && jread_line(&r, tok, "Config.Image", PATH_MAX, &d->asked_name) < 0)
		return -1;
	return read_manifest_digest(d, &r);
}

/* One name of the list: {"busybox:1": "sha256:ID"} or {"busybox@sha256:…": "sha256:ID"}. */
static int add_name(struct image *image, const struct docker *d, const struct jread *r)
{
	const char *name, *at;
	size_t len;

	if (r->doc->tok[0].type != JTOK_OBJECT || r->doc->tok[2].type != JTOK_STRING ||
	    !jdoc_streq(r->doc, 2, d->id))
		return 0;
	if (jread_string(r, 1, "a name", &name, &len) < 0)
		return -1;
	image_add_name(image, name, len);
	at = memchr(name, '@', len);
	if (at)
		image_add_manifest(image, at + 1, len - (size_t)(at + 1 - name));
	return 0;
}

/* Most are other images' and cost no reading. */
static int look_at_name(struct image *image, const struct docker *d, const char *path, const char *text,
			size_t len, struct err *err)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct jread r = {.arena = &arena, .where = path, .kind = ERR_NEEDS, .err = err};
	struct jdoc doc;

	if (!memmem(text, len, d->id, strlen(d->id)))
		return 0;
	return jread_open(&r, &doc, text, len) < 0 ? -1 : add_name(image, d, &r);
}

/* {"Repositories": {"busybox": {"busybox:1": "sha256:ID", …}, …}}: as many as anybody who tags makes. */
static int read_names(struct image *image, const struct docker *d, struct err *err)
{
	const char *path = image_path(d->arena, err, "%s/image/%s/repositories.json", d->data, d->driver),
		   *text;
	CLEANUP_JPIECES struct jpieces p = {.fd = -1};
	CLEANUP_FD int fd = path ? image_list(path, err) : -1;
	bool whole;
	size_t len;
	int more;

	if (fd < 0)
		return path && err->sys == ENOENT ? 0 : -1;
	jpieces_open(&p, fd, '{', 3, NAME_MAX_LEN);
	while ((more = jpieces_next(&p, &text, &len, &whole, err)) > 0)
		if (whole && p.depth == p.level && look_at_name(image, d, path, text, len, err) < 0)
			return -1;
	return more < 0 ? err_wrap(err, "%s", path) : 0;
}

/* The containerd image store (Docker 29's default): the blobs are in the content store of the containerd that
 * dockerd uses, the machine's or dockerd's own. What is named by its digest may be taken from either. */
static int read_content(struct image *image, const struct docker *d)
{
	const char *roots[] = {
		d->config->containerd_root ? d->config->containerd_root : "/var/lib/containerd",
		image_path(d->arena, d->err, "%s/containerd/daemon", d->data),
	};
	struct err first = {0};

	if (!roots[1])
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		const struct content_query q = {
			.store = image_path(d->arena, d->err, "%s/%s", roots[i], content_folder),
			.digest = d->manifest,
			.name = d->asked_name ? d->asked_name : d->id,
		};
		if (!q.store)
			return -1;
		if (content_find(image, d->arena, &q, d->err) == 0)
			return image_add_digest(image, d->arena, d->id, strlen(d->id), d->err);
		if (i == 0)
			first = *d->err;
	}
	*d->err = first;
	return -1;
}

static int read_image(struct image *image, const struct docker *d)
{
	if (d->manifest)
		return read_content(image, d);

	const char *path = image_path(d->arena, d->err, "%s/image/%s/imagedb/content/sha256/%s", d->data,
				      d->driver, strchr(d->id, ':') + 1);

	if (!path || image_add_digest(image, d->arena, d->id, strlen(d->id), d->err) < 0)
		return -1;
	image->where = path;
	if (image_blob(&image->config, &image->config_len, d->arena, path, d->id, d->err) == 0)
		return 0;
	return d->err->sys == ENOENT
		       ? err_set(d->err, ERR_NEEDS,
				 "%s is missing: the image was removed while the container still "
				 "exists (load or build it again, or make the container anew), or this "
				 "Docker keeps its images in containerd and is older than 28",
				 path)
		       : -1;
}

static bool is_record_id(const char *id)
{
	return strlen(id) == RECORD_ID_LEN && id[strspn(id, "0123456789abcdef")] == '\0';
}

bool image_docker_owns(struct arena *arena, const struct engine_place *place, const char *rootfs,
		       const struct engine_config *c)
{
	struct err ignored;
	struct docker d = {.place = place, .config = c, .arena = arena, .err = &ignored};

	if (!is_record_id(place->id) || find_data_root(&d, rootfs) < 0)
		return false;
	/* Managed plug-ins lie below the data-root, too, and are no containers: DATA/plugins. */
	const char *record = image_path(arena, &ignored, "%s/containers/%s", d.data, place->id);
	return record && access(record, F_OK) == 0;
}

int image_from_docker(struct image *into, struct arena *arena, const struct engine_place *place,
		      const char *rootfs, const struct engine_config *c, struct err *err)
{
	struct docker d = {.place = place, .config = c, .arena = arena, .err = err};
	struct err names_err = {0};

	into->engine = "Docker";
	if (!is_record_id(place->id))
		return err_set(err, ERR_NEEDS, "\"%.80s\" is no ID of a container of Docker's", place->id);
	if (find_data_root(&d, rootfs) < 0 || read_container(&d) < 0 || read_image(into, &d) < 0)
		return -1;
	/* The name as it was when the container was made. */
	into->name = d.asked_name;
	if (d.asked_name)
		image_add_name(into, d.asked_name, strlen(d.asked_name));
	if (!image_unlisted(into) && read_names(into, &d, &names_err) < 0)
		into->names_err = names_err;
	return 0;
}
