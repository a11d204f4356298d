/* Made-up stores of engines in a folder, as dockerd 20.10 and 28.5 and Podman 4.3 and 5.8 lay them out.
 * Digests and names are sha256sum's and base64's. */
#ifndef TESTS_IMAGE_FIXTURE_H
#define TESTS_IMAGE_FIXTURE_H

#include "base/buf.h"
#include "image/image.h"
#include "needs/needs.h"
#include "tmpdir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BLOB                                                                                                 \
	"{\"architecture\":\"amd64\",\"config\":{\"Labels\":{\"io.runclamp.syscalls\":\"read "               \
	"write\"}},\"os\":\"linux\"}"
#define HEX "6c62dc478dd1d4b8950af383c54a4cc4f21dfc019c66667eef8beea110084ffe"
#define NAME                                                                                                 \
	"=c2hhMjU2OjZjNjJkYzQ3OGRkMWQ0Yjg5NTBhZjM4M2M1NGE0Y2M0ZjIxZGZjMDE5YzY2NjY3ZWVmOGJlZWExMTAwODRmZmU="
#define ID "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000001"

static inline void make_folders(const char *path)
{
	char part[512];

	for (size_t i = strlen(tmpdir) + 1; path[i]; i++)
		if (path[i] == '/') {
			(void)snprintf(part, sizeof(part), "%.*s", (int)i, path);
			(void)mkdir(part, 0700);
		}
}

/* Every "%" in the text becomes the folder of the test. */
static inline void put(const char *name, const char *text)
{
	CLEANUP_BUF struct buf out = {0};
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", tmpdir, name);
	make_folders(path);
	for (; *text; text++)
		*text == '%' ? buf_puts(&out, tmpdir) : buf_putc(&out, *text);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(out.data ? out.data : "", 1, out.len, f), out.len);
	assert_int_equal(fclose(f), 0);
}

struct file {
	const char *name, *text;
};

/* What a case changes: a file of the same name takes the other's place; text NULL takes it away. */
static inline void put_all(const struct file *files, const struct file *changes)
{
	for (; files->name; files++) {
		const struct file *c = changes;

		while (c->name && strcmp(c->name, files->name) != 0)
			c++;
		if (!c->name)
			put(files->name, files->text);
	}
	for (; changes->name; changes++)
		if (changes->text)
			put(changes->name, changes->text);
}

enum { CHANGES = 4 };
struct image_case {
	const char *what;
	const char *rootfs;  /* NULL: the usual one */
	const char *message; /* part of the error; NULL: found */
	struct file changes[CHANGES];
};

static const struct file docker[] = {
	{"daemon.json", "{\"data-root\": \"%/d\"}"},
	{"d/containers/" ID "/config.v2.json",
	 "{\"Image\":\"sha256:" HEX "\",\"Driver\":\"overlay2\",\"Config\":{\"Image\":\"app:1\",\"Labels\":"
	 "{\"io.runclamp.syscalls\":\"mount\"}}}"},
	{"d/image/overlay2/imagedb/content/sha256/" HEX, BLOB},
	{"d/image/overlay2/repositories.json",
	 "{\"Repositories\":{\"app\":{\"app:1\":\"sha256:" HEX "\",\"app:2\":\"sha256:" OTHER
	 "\",\"app@sha256:" OTHER "\":\"sha256:" HEX "\"},\"x\":{\"x:9\":\"sha256:" HEX "\"}}}"},
	{0},
};
#define CONTAINER "d/containers/" ID "/config.v2.json"
#define CONTENT "d/image/overlay2/imagedb/content/sha256/" HEX

static const struct file storage[] = {
	{"s/overlay-containers/containers.json",
	 "[{\"id\":\"" OTHER "\",\"image\":\"\",\"layer\":\"l2\"},{\"id\":\"" ID "\",\"image\":\"" HEX
	 "\",\"layer\":\"layer1\",\"metadata\":\"{\\\"image-name\\\":\\\"localhost/app:1\\\"}\"}]"},
	{"s/overlay-images/" HEX "/" NAME, BLOB},
	{"s/overlay-images/images.json",
	 "[{\"id\":\"" HEX "\",\"digest\":\"sha256:" OTHER
	 "\",\"names\":[\"app:1\",\"x:9\"],\"big-data-digests\":{\"manifest\":\"sha256:" OTHER "\"}}]"},
	{0},
};
#define CONTAINERS "s/overlay-containers/containers.json"
#define IMAGES "s/overlay-images/images.json"
#define VOLATILE "s/overlay-containers/volatile-containers.json"
#define BIG_DATA "s/overlay-images/" HEX "/" NAME
#define ENTRY_WITH(image, more) "[{\"id\":\"" ID "\",\"image\":\"" image "\",\"layer\":\"layer1\"" more "}]"
#define ENTRY ENTRY_WITH(HEX, "")
#define RECORD "{\"id\":\"" ID "\",\"image\":\"" HEX "\",\"layer\":\"layer1\"}"
#define MANIFEST_HEX "866b908a4690e71c0ee6c1c8eba260750da9b37dba165cf2d206936c68f28b70"
#define EMPTY_HEX "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define MANIFEST "{\"config\":{\"digest\":\"sha256:" HEX "\"}}"

/* An image whose ID is another than its configuration's digest. */
static const struct file toc[] = {
	{"s/overlay-containers/containers.json", ENTRY_WITH(OTHER, "")},
	{"s/overlay-images/" OTHER "/" NAME, BLOB},
	{"s/overlay-images/" OTHER "/manifest", MANIFEST},
	{"s/overlay-images/images.json",
	 "[{\"id\":\"" OTHER "\",\"big-data-digests\":{\"manifest\":\"sha256:" MANIFEST_HEX "\"}}]"},
	{0},
};
#define INDEX(manifest) "[{\"id\":\"" OTHER "\",\"big-data-digests\":{\"manifest\":\"" manifest "\"}}]"

static inline void check_found(const struct image *image, const char *what)
{
	struct needs n = {0};
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};

	/* Podman's images may have another ID before it. */
	if (strcmp(image->digest[0], "sha256:" HEX) != 0 &&
	    (image->ndigests < 2 || strcmp(image->digest[1], "sha256:" HEX) != 0))
		fail_msg("%s: digest %s", what, image->digest[0]);
	if (needs_from_labels(&n, &arena, image, &(struct bundle){0}, NULL, &err))
		fail_msg("%s: %s", what, err.msg);
	assert_true(n.declared);
	/* The image's own label, not the record's. */
	assert_int_equal(sysset_count(&n.named), 2);
	assert_true(sysset_has(&n.named, sys_lookup("read", 4)));
}

static inline void check_case(const struct image_case *c, int r, const struct err *err,
			      const struct image *image)
{
	if (c->message && (!r || !strstr(err->msg, c->message)))
		fail_msg("%s: %s instead of %s", c->what, r ? err->msg : "found", c->message);
	if (!c->message && r)
		fail_msg("%s: %s", c->what, err->msg);
	if (!c->message)
		check_found(image, c->what);
}

/* It speaks of some of the stores' names and digests, and of others. */
static const char *keys[] = {"docker.io/library/app:1", "docker.io/library/nosuch:1"},
		  *digests[] = {"sha256:" OTHER};
static const struct catalogue catalogue = {.key = keys, .nkeys = 2, .digest = digests, .ndigests = 1};

static inline void check_docker(void **state, const struct file *files, const struct image_case *c,
				void (*more)(const struct image *image))
{
	CLEANUP_ARENA struct arena arena = {0};
	char daemon[128], rootfs[256];
	const struct engine_config config = {.docker_daemon_json = daemon};
	const struct engine_place place = {.kind = ENGINE_DOCKER, .id = ID, .space = "moby"};
	struct image image;
	struct err err = {0};

	assert_int_equal(tmpdir_make(state), 0);
	put_all(files, c->changes);
	assert_int_equal(symlink("d", tmpdir_path("link")), 0);
	(void)snprintf(daemon, sizeof(daemon), "%s/daemon.json", tmpdir);
	(void)snprintf(rootfs, sizeof(rootfs), "%s/%s", tmpdir,
		       c->rootfs ? c->rootfs : "d/overlay2/X/merged");
	assert_int_equal(image_begin(&image, &arena, &catalogue, &err), 0);
	check_case(c, image_from_docker(&image, &arena, &place, rootfs, &config, &err), &err, &image);
	if (more)
		more(&image);
	assert_int_equal(tmpdir_remove(state), 0);
}

static inline void check_one_key(const struct image *image)
{
	assert_int_equal(image->names_err.kind, ERR_NONE);
	assert_true(image->has_key[0] && !image->has_key[1]);
}

static inline int find_in_storage(struct image *ret, bool *ret_found, struct arena *arena,
				  const struct image_case *c, const char *id, struct err *err)
{
	char root[128], other[128], conf[128], rootfs[256];
	const char *const list[] = {"/nowhere", other, NULL};
	bool by_conf = strstr(c->what, "storage.conf");
	const struct engine_config config = {.storage_roots = by_conf ? NULL : list,
					     .storage_conf = {"/nowhere", conf}};
	const struct engine_place place = {
		.kind = ENGINE_STORAGE, .id = id, .driver = "overlay", .root = root};

	/* The transient store: bundles and records lie in another folder than the images. */
	(void)snprintf(root, sizeof(root), "%s/%s", tmpdir, strstr(c->what, "transient") ? "r" : "s");
	(void)snprintf(other, sizeof(other), "%s/s", tmpdir);
	(void)snprintf(conf, sizeof(conf), "%s/storage.conf", tmpdir);
	(void)snprintf(rootfs, sizeof(rootfs), "%s/%s", tmpdir,
		       c->rootfs ? c->rootfs : "s/overlay/layer1/merged");
	assert_int_equal(image_begin(ret, arena, &catalogue, err), 0);
	return image_from_storage(ret, ret_found, arena, &place, rootfs, &config, err);
}

static inline void check_storage(void **state, const struct file *files, const struct image_case *c,
				 void (*more)(const struct image *image))
{
	CLEANUP_ARENA struct arena arena = {0};
	struct image image;
	struct err err = {0};
	bool found = false;

	assert_int_equal(tmpdir_make(state), 0);
	put_all(files, c->changes);
	check_case(c, find_in_storage(&image, &found, &arena, c, ID, &err), &err, &image);
	assert_int_equal(found, !c->message);
	if (more)
		more(&image);
	/* `podman run --rootfs`, and Podman 5's pods: no image, and no error. */
	if (more) {
		assert_int_equal(find_in_storage(&image, &found, &arena, c, OTHER, &err), 0);
		assert_false(found);
	}
	assert_int_equal(tmpdir_remove(state), 0);
}

static inline void check_names(const struct image *image)
{
	assert_string_equal(image->name, "localhost/app:1");
	check_one_key(image);
	assert_int_equal(image->ndigests, 1);
	assert_true(image->has_digest[0]);
}

#endif
