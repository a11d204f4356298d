/* The engines' records of images: made-up stores in a folder, as dockerd 20.10 and 28.5 and Podman 4.3 and
 * 5.8 lay them out. Digests and names are sha256sum's and base64's. */
#include "base/buf.h"
#include "load/image.h"
#include "load/needs.h"
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
	{"another Docker's root, with its record",
	 "e/f/overlay2/X/merged",
	 NULL,
	 {{"e/f/containers/" ID "/config.v2.json",
	   "{\"Image\":\"sha256:" HEX "\",\"Driver\":\"vfs\",\"Config\":{}}"},
	  {"e/f/image/vfs/imagedb/content/sha256/" HEX, BLOB},
	  {CONTAINER, NULL}}},
	{"a record in the root file system itself",
	 "e/vfs/dir/X",
	 "does not lie below Docker's data-root",
	 {{"e/vfs/dir/X/containers/" ID "/config.v2.json", "{}"}}},
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
	{"two records of it",
	 NULL,
	 "two entries have the ID cccc",
	 {{CONTAINERS, "[" RECORD "," RECORD "]"}}},
	{"a record that ends too early", NULL, "the text ends too early", {{CONTAINERS, "[" RECORD ","}}},
	{"something behind the records", NULL, "stands behind the document", {{CONTAINERS, ENTRY "{}"}}},
	{"its own record is broken",
	 NULL,
	 "containers.json: line 1",
	 {{CONTAINERS, "[{\"id\":\"" ID "\" x}]"}}},
	{"its own record has escapes in its keys",
	 NULL,
	 NULL,
	 {{CONTAINERS, "[{\"\\u0069d\":\"" ID "\",\"im\\u0061ge\":\"" HEX "\",\"layer\":\"layer1\"}]"}}},
	/* What others' records hold fails nobody, the container's own ID in it neither. */
	{"another's record is broken", NULL, NULL, {{CONTAINERS, "[{\"id\":" OTHER " x}, 7, " RECORD "]"}}},
	{"another's record is broken and names this one",
	 NULL,
	 NULL,
	 {{CONTAINERS, "[{\"names\":[\"" ID "\"] x}," RECORD "]"}}},
	{"another's names look like this one's record",
	 NULL,
	 NULL,
	 {{CONTAINERS, "[{\"id\":\"" OTHER "\",\"names\":[\"\\\"},{\\\"id\\\":\\\"" ID
		       "\\\"\",\"[{\"],\"flags\":{\"id\":\"" ID "\"}}," RECORD "]"}}},
	{"an ID that leads elsewhere",
	 NULL,
	 "64 hex digits",
	 {{CONTAINERS, "[{\"id\":\"" ID "\",\"image\":\"../x\",\"layer\":\"layer1\"}]"}}},
	{"the image was removed", NULL, "the image was removed", {{BIG_DATA, NULL}}},
	{"another content", NULL, "not the one it is named by", {{BIG_DATA, "{}"}}},
	{"metadata that is no JSON", NULL, NULL, {{CONTAINERS, ENTRY_WITH(HEX, ",\"metadata\":\"{\"")}}},
};

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

static const struct image_case toc_cases[] = {
	{"as it is", NULL, NULL, {{0}}},
	{"no index", NULL, "the image was removed", {{"s/overlay-images/images.json", NULL}}},
	{"not in the index", NULL, "the image was removed", {{"s/overlay-images/images.json", "[]"}}},
	{"no manifest", NULL, "the image was removed", {{"s/overlay-images/" OTHER "/manifest", NULL}}},
	{"no configuration", NULL, "the image was removed", {{"s/overlay-images/" OTHER "/" NAME, NULL}}},
	{"another manifest",
	 NULL,
	 "manifest: its content has the digest",
	 {{"s/overlay-images/" OTHER "/manifest", MANIFEST " "}}},
	{"no digest of the manifest",
	 NULL,
	 "manifest must be a sha256 digest",
	 {{"s/overlay-images/images.json", INDEX("sha512:12")}}},
	{"an empty manifest",
	 NULL,
	 "config is missing",
	 {{"s/overlay-images/images.json", INDEX("sha256:" EMPTY_HEX)},
	  {"s/overlay-images/" OTHER "/manifest", "{}"}}},
	{"another configuration",
	 NULL,
	 "not the one it is named by",
	 {{"s/overlay-images/" OTHER "/" NAME, "{}"}}},
};

static void check_found(const struct image *image, const char *what)
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

static void check_case(const struct image_case *c, int r, const struct err *err, const struct image *image)
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

static void check_docker(void **state, const struct file *files, const struct image_case *c,
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

static void check_one_key(const struct image *image)
{
	assert_int_equal(image->names_err.kind, ERR_NONE);
	assert_true(image->has_key[0] && !image->has_key[1]);
}

static void check_no_names(const struct image *image)
{
	assert_int_equal(image->names_err.kind, ERR_NEEDS);
	assert_non_null(image->config);
}

/* Root doesn't believe what a user could have written. */
static void test_users_docker(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	char rootfs[256];
	const struct engine_config config = {.docker_daemon_json = "/nowhere"};
	const struct engine_place place = {.kind = ENGINE_DOCKER, .id = ID, .space = "moby"};
	struct image image;
	struct err err = {0};

	assert_int_equal(tmpdir_make(state), 0);
	put_all(docker, (const struct file[]){{0}});
	(void)snprintf(rootfs, sizeof(rootfs), "%s/d/overlay2/X/merged", tmpdir);
	for (int theirs = 0; theirs < 2; theirs++) {
		assert_int_equal(chown(tmpdir_path("d"), theirs ? 1000 : 0, 0), 0);
		assert_int_equal(image_begin(&image, &arena, &catalogue, &err), 0);
		assert_int_equal(image_from_docker(&image, &arena, &place, rootfs, &config, &err), -theirs);
	}
	assert_non_null(strstr(err.msg, "is not trusted: it belongs to uid 1000"));
	assert_int_equal(tmpdir_remove(state), 0);
}

static void check_docker_names(const struct image *image)
{
	assert_string_equal(image->name, "app:1");
	check_one_key(image);
	assert_int_equal(image->ndigests, 1);
	assert_true(image->has_digest[0]);
}

static void test_docker(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(docker_cases); i++)
		check_docker(state, docker, &docker_cases[i], i ? NULL : check_docker_names);
}

static int find_in_storage(struct image *ret, bool *ret_found, struct arena *arena,
			   const struct image_case *c, const char *id, struct err *err)
{
	char root[128], other[128], rootfs[256];
	const struct engine_config config = {.storage_root = other};
	const struct engine_place place = {
		.kind = ENGINE_STORAGE, .id = id, .driver = "overlay", .root = root};

	/* The transient store: bundles and records lie in another folder than the images. */
	(void)snprintf(root, sizeof(root), "%s/%s", tmpdir, strstr(c->what, "transient") ? "r" : "s");
	(void)snprintf(other, sizeof(other), "%s/s", tmpdir);
	(void)snprintf(rootfs, sizeof(rootfs), "%s/%s", tmpdir,
		       c->rootfs ? c->rootfs : "s/overlay/layer1/merged");
	assert_int_equal(image_begin(ret, arena, &catalogue, err), 0);
	return image_from_storage(ret, ret_found, arena, &place, rootfs, &config, err);
}

static void check_storage(void **state, const struct file *files, const struct image_case *c,
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

static void check_names(const struct image *image)
{
	assert_string_equal(image->name, "localhost/app:1");
	check_one_key(image);
	assert_int_equal(image->ndigests, 1);
	assert_true(image->has_digest[0]);
}

static void test_storage(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(storage_cases); i++)
		check_storage(state, storage, &storage_cases[i], i ? NULL : check_names);
	for (size_t i = 0; i < ARRAY_LEN(toc_cases); i++)
		check_storage(state, toc, &toc_cases[i], NULL);
}

/* Names of an image are anybody's who can tag it: their number fails nobody, and hides no entry. */
static void test_many_names(void **state)
{
	static const struct image_case as_it_is = {"as it is", NULL, NULL, {{0}}};
	CLEANUP_BUF struct buf docker_names = {0}, storage_names = {0};
	struct file files[ARRAY_LEN(docker)];

	buf_puts(&docker_names, "{\"Repositories\":{\"many\":{");
	buf_printf(&storage_names, "[{\"id\":\"" HEX "\",\"names\":[");
	for (int i = 0; i < 150000; i++) {
		buf_printf(&docker_names, "\"many:%d\":\"sha256:" HEX "\",", i);
		buf_printf(&storage_names, "\"localhost/many:%d\",", i);
	}
	buf_puts(&docker_names, "\"app:1\":\"sha256:" HEX "\"}}}");
	buf_puts(&storage_names, "\"docker.io/library/app:1\"]}]");
	buf_putc(&docker_names, 0);
	buf_putc(&storage_names, 0);

	memcpy(files, docker, sizeof(files));
	for (size_t i = 0; i + 1 < ARRAY_LEN(files); i++)
		if (strstr(files[i].name, "repositories.json"))
			files[i].text = docker_names.data;
	check_docker(state, files, &as_it_is, check_one_key);

	struct file store[ARRAY_LEN(storage)];
	memcpy(store, storage, sizeof(store));
	for (size_t i = 0; i + 1 < ARRAY_LEN(store); i++)
		if (strstr(store[i].name, "images.json"))
			store[i].text = storage_names.data;
	check_storage(state, store, &as_it_is, check_one_key);
}

/* Nor does an entry that is larger than any record may be; whose configuration is found by it, and whose
 * names are looked for, in another order or not. */
static void test_large_entry(void **state)
{
	static const struct image_case as_it_is = {"as it is", NULL, NULL, {{0}}};
	CLEANUP_BUF struct buf entry = {0}, name = {0};
	struct file store[ARRAY_LEN(storage)];

	buf_printf(&name, "%031000d", 0);
	buf_puts(&entry, "[{\"id\":\"" HEX "\",\"names\":[\"x:9\"");
	for (int i = 0; i < 700; i++)
		buf_printf(&entry, ",\"%s\"", name.data);
	buf_puts(&entry, ",\"app:1\"],\"names-history\":[\"a\"");
	for (int i = 0; i < 700; i++)
		buf_printf(&entry, ",\"%s\"", name.data);
	buf_puts(&entry, "],\"metadata\":\"{\\\"names\\\":[\\\"busybox:1\\\"]}\",\"big-data-digests\":{"
			 "\"manifest\":\"sha256:" OTHER "\"}}]");
	assert_true(entry.len > 40 << 20);
	memcpy(store, storage, sizeof(store));
	store[2].text = entry.data;
	check_storage(state, store, &as_it_is, check_one_key);
	/* The same as the only way to the configuration. */
	struct file by_manifest[ARRAY_LEN(toc)];

	entry.len = (size_t)(strstr(entry.data, ",\"big-data") - entry.data);
	buf_puts(&entry, ",\"big-data-digests\":{\"manifest\":\"sha256:" MANIFEST_HEX "\"}}]");
	memcpy(entry.data + strlen("[{\"id\":\""), OTHER, strlen(OTHER));
	memcpy(by_manifest, toc, sizeof(by_manifest));
	by_manifest[3].text = entry.data;
	check_storage(state, by_manifest, &as_it_is, NULL);
}

/* So is the number of a store's other containers and images, and what their names hold. */
static void test_many_records(void **state)
{
	static const struct image_case as_it_is = {"as it is", NULL, NULL, {{0}}};
	CLEANUP_BUF struct buf containers = {0}, images = {0}, name = {0};
	struct file store[ARRAY_LEN(storage)];

	buf_printf(&name, "%031000d", 0);
	buf_puts(&containers, "[");
	buf_puts(&images, "[");
	for (int i = 0; i < 600; i++) {
		buf_printf(&containers, "{\"id\":\"%064d\",\"names\":[\"%s\"]},", i + 9, name.data);
		buf_printf(&images, "{\"id\":\"%064d\",\"names\":[\"%s\"]},", i + 9, name.data);
	}
	/* One that is larger than any that is kept. */
	buf_puts(&containers, "{\"id\":\"big\",\"names\":[\"" ID "\"");
	for (int i = 0; i < 600; i++)
		buf_printf(&containers, ",\"%s\"", name.data);
	buf_puts(&containers, "]},");
	buf_puts(&containers, storage[0].text + 1);
	buf_puts(&images, storage[2].text + 1);
	memcpy(store, storage, sizeof(store));
	store[0].text = containers.data;
	store[2].text = images.data;
	check_storage(state, store, &as_it_is, check_names);
}

/* Entries of others that have the container's ID in them are read, and cost no memory that stays. */
static void test_id_in_others(void **state)
{
	static const struct image_case as_it_is = {"as it is", NULL, NULL, {{0}}};
	CLEANUP_BUF struct buf containers = {0}, zeros = {0};
	struct file store[ARRAY_LEN(storage)];

	for (int i = 0; i < 1000000; i++)
		buf_puts(&zeros, ",0");
	buf_putc(&zeros, 0);
	buf_puts(&containers, "[");
	for (int i = 0; i < 8; i++)
		buf_printf(&containers, "{\"id\":\"%064d\",\"names\":[\"" ID "\"%s]},", i + 9, zeros.data);
	buf_puts(&containers, storage[0].text + 1);
	memcpy(store, storage, sizeof(store));
	store[0].text = containers.data;
	check_storage(state, store, &as_it_is, check_names);
}

/* Lists of names that can't be read cost the names, never the image: it has its labels. */
static void test_bad_names(void **state)
{
	static const struct image_case
		docker_bad = {"no JSON", NULL, NULL, {{"d/image/overlay2/repositories.json", "{"}}},
		storage_bad[] = {
			{"no JSON", NULL, NULL, {{IMAGES, "["}}},
			{"two entries",
			 NULL,
			 NULL,
			 {{IMAGES, "[{\"id\":\"" HEX "\"},{\"id\":\"" HEX "\"}]"}}},
			{"names before the ID",
			 NULL,
			 NULL,
			 {{IMAGES, "[{\"names\":[\"app:1\"],\"id\":\"" HEX "\"}]"}}},
			{"a name that is none",
			 NULL,
			 NULL,
			 {{IMAGES, "[{\"id\":\"" HEX "\",\"names\":[7]}]"}}},
			{"a list of digests",
			 NULL,
			 NULL,
			 {{IMAGES, "[{\"id\":\"" HEX "\",\"big-data-digests\":[7]}]"}}},
			{"a digest that is none",
			 NULL,
			 NULL,
			 {{IMAGES, "[{\"id\":\"" HEX "\",\"digest\":7}]"}}},
		};

	check_docker(state, docker, &docker_bad, check_no_names);
	for (size_t i = 0; i < ARRAY_LEN(storage_bad); i++)
		check_storage(state, storage, &storage_bad[i], check_no_names);
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
		int r = needs_from_labels(&n, &arena, &image, &(struct bundle){0}, NULL, &err);

		if (cases[i].message && (!r || !strstr(err.msg, cases[i].message)))
			fail_msg("%s: %s", cases[i].config, r ? err.msg : "accepted");
		if (!cases[i].message && (r || n.declared))
			fail_msg("%s: %s", cases[i].config, r ? err.msg : "declared");
	}
}

/* containers.json's metadata: what of a pod it makes known. Podman's names none. */
static void storage_knows_pods(void **state)
{
	static const struct {
		const char *metadata;
		struct cri want;
	} rows[] = {
		{"{\\\"image-name\\\":\\\"app\\\",\\\"name\\\":\\\"web\\\"}", {0}},
		{"{\\\"pod-id\\\":\\\"\\\",\\\"name\\\":\\\"web\\\"}", {0}},
		{"{\\\"pod-id\\\":1}", {0}},
		{"{\\\"pod-id\\\":\\\"P\\\",\\\"name\\\":\\\"k8s_web_p\\\",\\\"metadata-name\\\":"
		 "\\\"web\\\"}",
		 {.engine = CRI_CRIO, .sandbox_id = "P", .name = "web", .full_name = "k8s_web_p"}},
		{"{\\\"pod-id\\\":\\\"" ID "\\\",\\\"name\\\":\\\"k8s_POD_p\\\",\\\"pod\\\":true}",
		 {.engine = CRI_CRIO, .sandbox = true, .sandbox_id = ID, .full_name = "k8s_POD_p"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		char entry[1024];
		struct image_case c = {"pods", NULL, NULL, {{CONTAINERS, entry}}};
		struct image image;
		struct err err = {0};
		bool found;

		(void)snprintf(entry, sizeof(entry), ENTRY_WITH(HEX, ",\"metadata\":\"%s\""),
			       rows[i].metadata);
		assert_int_equal(tmpdir_make(state), 0);
		put_all(storage, c.changes);
		if (find_in_storage(&image, &found, &arena, &c, ID, &err) < 0)
			fail_msg("%s", err.msg);
		assert_int_equal(image.cri.engine, rows[i].want.engine);
		assert_int_equal(image.cri.sandbox, rows[i].want.sandbox);
		assert_true(!image.cri.sandbox_id == !rows[i].want.sandbox_id);
		if (rows[i].want.sandbox_id)
			assert_string_equal(image.cri.sandbox_id, rows[i].want.sandbox_id);
		assert_true(!image.cri.name == !rows[i].want.name);
		if (rows[i].want.name)
			assert_string_equal(image.cri.name, rows[i].want.name);
		if (rows[i].want.full_name)
			assert_string_equal(image.cri.full_name, rows[i].want.full_name);
		assert_int_equal(tmpdir_remove(state), 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(storage_knows_pods),
		cmocka_unit_test(test_docker),
		cmocka_unit_test(test_users_docker),
		cmocka_unit_test(test_storage),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_large_entry),
		cmocka_unit_test(test_many_records),
		cmocka_unit_test(test_id_in_others),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test_setup_teardown(test_trust, tmpdir_make, tmpdir_remove),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
