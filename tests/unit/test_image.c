/* The engines' records of images: made-up stores in a folder, as dockerd 20.10 and 28.5 and Podman 4.3 and
 * 5.8 lay them out. Digests and names are sha256sum's and base64's. */
#include "base/buf.h"
#include "load/image.h"
#include "load/needs.h"
#include "load/reference.h"
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

static void make_folders(const char *path)
{
	char part[512];

	for (size_t i = strlen(tmpdir) + 1; path[i]; i++)
		if (path[i] == '/') {
			(void)snprintf(part, sizeof(part), "%.*s", (int)i, path);
			(void)mkdir(part, 0700);
		}
}

/* Every "%" in the text becomes the folder of the test. */
static void put(const char *name, const char *text)
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
static void put_all(const struct file *files, const struct file *changes)
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

static const struct image_case docker_cases[] = {
	{"as it is", NULL, NULL, {{0}}},
	{"userns-remap",
	 "d/1000.1001/overlay2/X/merged",
	 NULL,
	 {{"d/1000.1001/containers/" ID "/config.v2.json",
	   "{\"Image\":\"sha256:" HEX "\",\"Driver\":\"vfs\",\"Config\":{}}"},
	  {"d/1000.1001/image/vfs/imagedb/content/sha256/" HEX, BLOB},
	  {CONTAINER, NULL}}},
	{"another Docker's root", "e/overlay2/X/merged", "does not lie below Docker's data-root", {{0}}},
	{"a root beside it", "dd/overlay2/X/merged", "does not lie below Docker's data-root", {{0}}},
	{"a data-root that is a link", NULL, NULL, {{"daemon.json", "{\"data-root\": \"%/link/\"}"}}},
	{"no record", NULL, "d/containers: does not exist", {{CONTAINER, NULL}}},
	{"a record that is no JSON", NULL, "config.v2.json: line 1", {{CONTAINER, "{\"Image\":"}}},
	{"a list", NULL, "must be an object", {{CONTAINER, "[]"}}},
	{"no image", NULL, "Image is missing", {{CONTAINER, "{\"Driver\":\"overlay2\"}"}}},
	{"an image by name", NULL, "Image must be a sha256 digest", {{CONTAINER, "{\"Image\":\"app:1\"}"}}},
	{"a digest in capitals",
	 NULL,
	 "Image must be a sha256 digest",
	 {{CONTAINER,
	   "{\"Image\":\"sha256:ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD\"}"}}},
	{"a driver that leads elsewhere",
	 NULL,
	 "Driver must be a storage driver's name",
	 {{CONTAINER, "{\"Image\":\"sha256:" HEX "\",\"Driver\":\"../../e\"}"}}},
	{"the image was removed", NULL, "the image was removed", {{CONTENT, NULL}}},
	{"another content", NULL, "not the one it is named by", {{CONTENT, BLOB " "}}},
	{"an empty content", NULL, "not the one it is named by", {{CONTENT, ""}}},
	{"daemon.json is broken", NULL, "daemon.json: line 1", {{"daemon.json", "{"}}},
	{"data-root is no path",
	 NULL,
	 "data-root must be an absolute path",
	 {{"daemon.json", "{\"data-root\":\"d\"}"}}},
};

static const struct file storage[] = {
	{"s/overlay-containers/containers.json",
	 "[{\"id\":\"" OTHER "\",\"image\":\"\",\"layer\":\"l2\"},{\"id\":\"" ID "\",\"image\":\"" HEX
	 "\",\"layer\":\"layer1\"}]"},
	{"s/overlay-images/" HEX "/" NAME, BLOB},
	{"s/overlay-images/images.json",
	 "[{\"id\":\"" HEX "\",\"digest\":\"sha256:" OTHER
	 "\",\"names\":[\"app:1\",\"x:9\"],\"big-data-digests\":{\"manifest\":\"sha256:" OTHER "\"}}]"},
	{0},
};
#define CONTAINERS "s/overlay-containers/containers.json"
#define VOLATILE "s/overlay-containers/volatile-containers.json"
#define BIG_DATA "s/overlay-images/" HEX "/" NAME
#define ENTRY "[{\"id\":\"" ID "\",\"image\":\"" HEX "\",\"layer\":\"layer1\"}]"

static const struct image_case storage_cases[] = {
	{"as it is", NULL, NULL, {{0}}},
	{"--rm under Podman 5", NULL, NULL, {{CONTAINERS, "[]"}, {VOLATILE, ENTRY}}},
	{"vfs' folders", "s/vfs/dir/layer1", NULL, {{0}}},
	{"the transient store",
	 NULL,
	 NULL,
	 {{CONTAINERS, NULL}, {"r/overlay-containers/containers.json", ENTRY}}},
	{"another layer", "s/overlay/layer2/merged", "is not the layer", {{0}}},
	{"a mount outside the store (Podman 5's --userns=auto)", "intermediate-mountpoint-0.0", NULL, {{0}}},
	{"the layer in a longer name", "s/overlay/layer11/merged", "is not the layer", {{0}}},
	{"no record", NULL, "has a record of the container", {{CONTAINERS, "[]"}}},
	{"no file", NULL, "has a record of the container", {{CONTAINERS, NULL}}},
	{"an object", NULL, "must be an array", {{CONTAINERS, "{}"}}},
	{"an ID that leads elsewhere",
	 NULL,
	 "64 hex digits",
	 {{CONTAINERS, "[{\"id\":\"" ID "\",\"image\":\"../x\",\"layer\":\"layer1\"}]"}}},
	{"the image was removed", NULL, "the image was removed", {{BIG_DATA, NULL}}},
	{"another content", NULL, "not the one it is named by", {{BIG_DATA, "{}"}}},
};

static void check_found(const struct image *image, const char *what)
{
	struct needs n = {0};
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};

	if (strcmp(image->digest[0], "sha256:" HEX) != 0)
		fail_msg("%s: digest %s", what, image->digest[0]);
	if (needs_from_labels(&n, &arena, image, NULL, &err))
		fail_msg("%s: %s", what, err.msg);
	assert_true(n.declared);
	/* The image's own label, not the record's. */
	assert_int_equal(sysset_count(&n.named), 2);
	assert_true(sysset_has(&n.named, sys_lookup("read", 4)));
}

static void check_case(const struct image_case *c, int r, const struct err *err, const struct image *image)
{
	if (c->message && (!r || !strstr(err->msg, c->message)))
		fail_msg("%s: %s instead of %s", c->what, r ? err->msg : "found", c->message);
	if (!c->message && r)
		fail_msg("%s: %s", c->what, err->msg);
	if (!c->message)
		check_found(image, c->what);
}

static void test_docker(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(docker_cases); i++) {
		const struct image_case *c = &docker_cases[i];
		CLEANUP_ARENA struct arena arena = {0};
		char daemon[128], rootfs[256];
		const struct engine_config config = {.docker_daemon_json = daemon};
		const struct engine_place place = {.kind = ENGINE_DOCKER, .id = ID, .space = "moby"};
		struct image image;
		struct err err = {0};

		assert_int_equal(tmpdir_make(state), 0);
		put_all(docker, c->changes);
		assert_int_equal(symlink("d", tmpdir_path("link")), 0);
		(void)snprintf(daemon, sizeof(daemon), "%s/daemon.json", tmpdir);
		(void)snprintf(rootfs, sizeof(rootfs), "%s/%s", tmpdir,
			       c->rootfs ? c->rootfs : "d/overlay2/X/merged");
		check_case(c, image_from_docker(&image, &arena, &place, rootfs, &config, &err), &err, &image);
		if (i == 0) {
			assert_int_equal(image.nreferences, 3); /* app:1, app@…, x:9 */
			assert_int_equal(image.ndigests, 2);
			assert_string_equal(image.digest[1], "sha256:" OTHER);
		}
		assert_int_equal(tmpdir_remove(state), 0);
	}
}

static void test_storage(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(storage_cases); i++) {
		const struct image_case *c = &storage_cases[i];
		CLEANUP_ARENA struct arena arena = {0};
		char root[128], other[128], rootfs[256];
		const struct engine_config config = {.storage_root = other};
		struct engine_place place = {
			.kind = ENGINE_STORAGE, .id = ID, .driver = "overlay", .root = root};
		struct image image;
		struct err err = {0};
		bool found = false;

		assert_int_equal(tmpdir_make(state), 0);
		put_all(storage, c->changes);
		/* The transient store: bundles and records lie in another folder than the images. */
		(void)snprintf(root, sizeof(root), "%s/%s", tmpdir, strstr(c->what, "transient") ? "r" : "s");
		(void)snprintf(other, sizeof(other), "%s/s", tmpdir);
		(void)snprintf(rootfs, sizeof(rootfs), "%s/%s", tmpdir,
			       c->rootfs ? c->rootfs : "s/overlay/layer1/merged");
		check_case(c, image_from_storage(&image, &found, &arena, &place, rootfs, &config, &err), &err,
			   &image);
		assert_int_equal(found, !c->message);
		if (i == 0) {
			assert_int_equal(image.nreferences, 2);
			assert_int_equal(image.ndigests, 2);
			/* `podman run --rootfs`, and Podman 5's pods: no image, and no error. */
			place.id = OTHER;
			assert_int_equal(
				image_from_storage(&image, &found, &arena, &place, "/x", &config, &err), 0);
			assert_false(found);
		}
		assert_int_equal(tmpdir_remove(state), 0);
	}
}

/* A store that others can write to says nothing that could be believed. */
static void test_trust(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	const char *text;
	struct err err = {0};
	char path[256];
	size_t len;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/b/" HEX, tmpdir);
	put("b/" HEX, BLOB);
	assert_int_equal(image_blob(&text, &len, &arena, path, "sha256:" HEX, &err), 0);
	assert_int_equal(chmod(tmpdir_path("b"), 0777), 0);
	assert_int_equal(image_blob(&text, &len, &arena, path, "sha256:" HEX, &err), -1);
	assert_non_null(strstr(err.msg, "not trusted"));
	assert_int_equal(chmod(tmpdir_path("b"), 0700), 0);
	assert_int_equal(chown(tmpdir_path("b/" HEX), 1, 1), 0);
	assert_int_equal(image_blob(&text, &len, &arena, path, "sha256:" HEX, &err), -1);
	assert_non_null(strstr(err.msg, "not trusted"));
}

static void test_labels(void **state)
{
	static const struct {
		const char *config, *message; /* NULL: nothing declared */
	} cases[] = {
		{"{}", NULL},
		{"{\"config\":null}", NULL},
		{"{\"config\":{\"Labels\":null}}", NULL},
		{"{\"config\":{\"Labels\":{}}}", NULL},
		{"{\"config\":{\"Labels\":{\"a\":\"b\",\"a\":\"c\"}}}", NULL},
		{"{\"config\":{\"Labels\":{\"syscalls\":\"read\"}}}", NULL},
		{"{\"config\":[]}", "must be an object"},
		{"{\"config\":{\"Labels\":[]}}", "config.Labels must be an object"},
		{"{\"config\":{\"Labels\":{\"a\":1}}}", "a label must be a string"},
		{"{\"config\":{},\"config\":{}}", "\"config\" must stand there once"},
		{"{\"Config\":{}}", "\"config\" must stand there once"},
		{"{\"config\":{\"Labels\":{},\"labels\":{}}}", "\"Labels\" must stand there once"},
		{"{\"config\":{\"Labels\":{\"io.runclamp.syscalls\":\"read\",\"io.runclamp.syscalls\":\"\"}}"
		 "}",
		 "stands there twice"},
		{"{\"config\":{\"Labels\":{\"io.runclamp.syscalls/c\":\"read\"}}}",
		 "must not end in \"/NAME\""},
		{"{\"config\":{\"Labels\":{\"io.runclamp.syscall\":\"read\"}}}",
		 "unknown label \"io.runclamp.syscall\"; did you mean \"io.runclamp.syscalls\"?"},
		{"{\"config\":{\"Labels\":{\"io.runclamp.syscalls\":\"raed\"}}}",
		 "label io.runclamp.syscalls"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		const struct image image = {
			.where = "blob", .config = cases[i].config, .config_len = strlen(cases[i].config)};
		struct needs n = {0};
		struct err err = {0};
		int r = needs_from_labels(&n, &arena, &image, NULL, &err);

		if (cases[i].message && (!r || !strstr(err.msg, cases[i].message)))
			fail_msg("%s: %s", cases[i].config, r ? err.msg : "accepted");
		if (!cases[i].message && (r || n.declared))
			fail_msg("%s: %s", cases[i].config, r ? err.msg : "declared");
	}
}

static void test_place(void **state)
{
	static const struct {
		const char *path;
		enum engine_kind kind;
		const char *id, *space, *root, *driver;
	} cases[] = {
		{"/run/containerd/io.containerd.runtime.v2.task/moby/abc", ENGINE_DOCKER, "abc", "moby", NULL,
		 NULL},
		{"/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/abc", ENGINE_DOCKER, "abc",
		 "moby", NULL, NULL},
		/* Docker 28 with userns-remap. */
		{"/run/containerd/io.containerd.runtime.v2.task/moby-100000.100000/abc", ENGINE_DOCKER, "abc",
		 "moby-100000.100000", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby-100000/abc", ENGINE_CONTAINERD, "abc",
		 "moby-100000", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby-1.1x/abc", ENGINE_CONTAINERD, "abc",
		 "moby-1.1x", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby1.1/abc", ENGINE_CONTAINERD, "abc",
		 "moby1.1", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v1.linux/moby/abc", ENGINE_DOCKER, "abc", "moby",
		 NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc", ENGINE_CONTAINERD, "abc",
		 "k8s.io", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/plugins.moby/abc", ENGINE_CONTAINERD, "abc",
		 "plugins.moby", NULL, NULL},
		{"/x/io.containerd.runtime.v2.task/y/io.containerd.runtime.v2.task/default/c",
		 ENGINE_CONTAINERD, "c", "default", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby/abc/x", ENGINE_NONE, NULL, NULL, NULL,
		 NULL},
		{"/run/containerd/io.containerd.runtime.v2.task//abc", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/var/lib/containers/storage/overlay-containers/abc/userdata", ENGINE_STORAGE, "abc", NULL,
		 "/var/lib/containers/storage", "overlay"},
		{"/home/u/.local/share/containers/storage/vfs-containers/abc/userdata", ENGINE_STORAGE, "abc",
		 NULL, "/home/u/.local/share/containers/storage", "vfs"},
		{"/overlay-containers/abc/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/s/-containers/abc/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/s/overlay-containers/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/s/overlay-containers/abc/userdata/x", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/var/tmp/buildah123", ENGINE_NONE, NULL, NULL, NULL, NULL},
	};
	static const struct engine_config config = {.docker_namespace = "moby"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct engine_place p;
		struct err err = {0};

		assert_int_equal(engine_place(&p, &arena, cases[i].path, &config, &err), 0);
		if (p.kind != cases[i].kind)
			fail_msg("%s: kind %d", cases[i].path, (int)p.kind);
		if (cases[i].id)
			assert_string_equal(p.id, cases[i].id);
		if (cases[i].space)
			assert_string_equal(p.space, cases[i].space);
		if (cases[i].root)
			assert_string_equal(p.root, cases[i].root);
		if (cases[i].driver)
			assert_string_equal(p.driver, cases[i].driver);
	}
}

/* From distribution/reference's own documentation of familiar names. */
static void test_reference(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"busybox", "docker.io/library/busybox:latest", true},
		{"busybox:1", "docker.io/library/busybox:1", true},
		{"busybox:1", "library/busybox:1", true},
		{"busybox", "index.docker.io/busybox", true},
		{"user/app", "docker.io/user/app:latest", true},
		{"registry.example/app:1.4", "registry.example/app:1.4", true},
		{"registry.example:5000/app", "registry.example:5000/app:latest", true},
		{"localhost/app", "localhost/app:latest", true},
		{"app:1@sha256:" HEX, "docker.io/library/app@sha256:" HEX, true},
		{"busybox:1", "busybox:2", false},
		{"busybox", "user/busybox", false},
		{"registry.example/busybox", "busybox", false},
		{"registry.example/library/busybox", "registry.example/busybox", false},
		{"localhost/app", "app", false},
		{"registry.example:5000/app", "registry.example/app", false},
		{"app", "app@sha256:" HEX, false},
		{"app@sha256:" HEX, "app@sha256:" OTHER, false},
		{"Busybox", "busybox", false},
		{"", "busybox", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (reference_same(cases[i].a, cases[i].b) != cases[i].same ||
		    reference_same(cases[i].b, cases[i].a) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_docker),
		cmocka_unit_test(test_storage),
		cmocka_unit_test_setup_teardown(test_trust, tmpdir_make, tmpdir_remove),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
