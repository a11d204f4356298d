/* The lists that all containers and images of a store are in: whoever may use the store makes them longer. */
#include "image_fixture.h"

static void check_no_names(const struct image *image)
{
	assert_int_equal(image->names_err.kind, ERR_NEEDS);
	assert_non_null(image->config);
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

#define LISTED(name) "[{\"id\":\"" HEX "\",\"names\":[\"" name "\"]}]"
#define IN(store, name)                                                                                      \
	{store "/overlay-images/" HEX "/" NAME, BLOB},                                                       \
	{                                                                                                    \
		store "/overlay-images/images.json", LISTED(name)                                            \
	}

/* s: where the bundle and the container's record lie; own: another that the engine uses; usual: one that
 * it need not use. */
static const struct {
	const char *what;
	bool after; /* a create has said which stores are the engine's: s and own */
	struct file files[7];
	const char *untrusted, *message; /* a folder; part of the error */
	bool named;			 /* the catalogue's name counts */
	const char *asked;		 /* the stores, with a space behind each */
} stores[] = {
	{"the bundle's store", false, {IN("s", "app:1")}, NULL, NULL, true, "s "},
	{"the usual one", false, {IN("usual", "app:1")}, NULL, NULL, true, "s usual "},
	{"another own", true, {IN("own", "app:1")}, NULL, NULL, true, "s own "},
	{"both, by the second's name", true, {IN("s", "x"), IN("own", "app:1")}, NULL, NULL, true, "s own "},
	{"own, and a name in another's",
	 true,
	 {IN("own", "x"), IN("usual", "app:1")},
	 NULL,
	 NULL,
	 false,
	 "s own "},
	{"the bundle's, and a name in another's",
	 false,
	 {IN("s", "x"), IN("usual", "app:1")},
	 NULL,
	 NULL,
	 false,
	 "s "},
	{"a second one that is not believed",
	 true,
	 {IN("s", "x"), IN("own", "app:1")},
	 "own",
	 NULL,
	 false,
	 "s "},
	{"none of those that create used",
	 true,
	 {IN("usual", "app:1")},
	 NULL,
	 "the image was removed",
	 false,
	 "s "},
};

static void tell_asked(char *dst, size_t cap, const struct image *image)
{
	*dst = '\0';
	for (size_t i = 0; image->asked[i]; i++)
		(void)snprintf(dst + strlen(dst), cap - strlen(dst), "%s ",
			       strrchr(image->asked[i], '/') + 1);
}

static int find_in_stores(struct image *image, struct arena *arena, bool after, struct err *err)
{
	static char s[128], own[128], usual[128];
	static const char *const of_create[] = {s, own, NULL}, *const by_config[] = {usual, NULL};
	const struct engine_config config = {.storage_roots = by_config};
	const struct engine_place place = {.kind = ENGINE_STORAGE,
					   .id = ID,
					   .driver = "overlay",
					   .root = s,
					   .asked = after ? of_create : NULL};
	char rootfs[256];
	bool found;

	(void)snprintf(s, sizeof(s), "%s/s", tmpdir);
	(void)snprintf(own, sizeof(own), "%s/own", tmpdir);
	(void)snprintf(usual, sizeof(usual), "%s/usual", tmpdir);
	(void)snprintf(rootfs, sizeof(rootfs), "%s/overlay/layer1/merged", s);
	assert_int_equal(image_begin(image, arena, &catalogue, err), 0);
	return image_from_storage(image, &found, arena, &place, rootfs, &config, err);
}

/* An image may be in many stores under one ID, with names and manifests of its own in each. */
static void test_stores(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct image image;
		struct err err = {0};
		char asked[64];

		assert_int_equal(tmpdir_make(state), 0);
		put(CONTAINERS, ENTRY);
		put_all(stores[i].files, (const struct file[]){{0}});
		if (stores[i].untrusted)
			assert_int_equal(chmod(tmpdir_path(stores[i].untrusted), 0777), 0);
		int r = find_in_stores(&image, &arena, stores[i].after, &err);
		tell_asked(asked, sizeof(asked), &image);
		if (r != (stores[i].message ? -1 : 0) ||
		    (stores[i].message && !strstr(err.msg, stores[i].message)))
			fail_msg("%s: %d %s", stores[i].what, r, err.msg);
		if (image.has_key[0] != stores[i].named || image.names_err.kind != ERR_NONE ||
		    strcmp(asked, stores[i].asked) != 0)
			fail_msg("%s: named %d, asked %s, %s", stores[i].what, image.has_key[0], asked,
				 image.names_err.msg);
		assert_int_equal(tmpdir_remove(state), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_names),   cmocka_unit_test(test_large_entry),
		cmocka_unit_test(test_many_records), cmocka_unit_test(test_id_in_others),
		cmocka_unit_test(test_bad_names),    cmocka_unit_test(test_stores),
	};

	return cmocka_run_group_tests_name("image_lists", tests, NULL, NULL);
}
