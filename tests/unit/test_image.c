/* The engines' records of images. */
#include "image/storage_roots.h"
#include "image_fixture.h"

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

static const struct image_case storage_cases[] = {
	{"as it is", NULL, NULL, {{0}}},
	{"--rm under Podman 5", NULL, NULL, {{CONTAINERS, "[]"}, {VOLATILE, ENTRY}}},
	{"vfs' folders", "s/vfs/dir/layer1", NULL, {{0}}},
	{"the transient store",
	 NULL,
	 NULL,
	 {{CONTAINERS, NULL}, {"r/overlay-containers/containers.json", ENTRY}}},
#define TRANSIENT                                                                                            \
	{CONTAINERS, NULL},                                                                                  \
	{                                                                                                    \
		"r/overlay-containers/containers.json", ENTRY                                                \
	}
	{"transient, by storage.conf",
	 NULL,
	 NULL,
	 {TRANSIENT, {"storage.conf", "[storage]\ndriver = \"overlay\"\ngraphroot = \"%/s\"\n"}}},
	{"transient, an additional store of storage.conf",
	 NULL,
	 NULL,
	 {TRANSIENT,
	  {"storage.conf",
	   "[storage.options]\nadditionalimagestores = [\n  \"/nowhere\", # none\n  \"%/s\",\n]\n"}}},
	{"transient, an image store of storage.conf",
	 NULL,
	 NULL,
	 {TRANSIENT, {"storage.conf", "[storage]\ngraphroot = \"/nowhere\"\nimagestore = \"%/s\"\n"}}},
	{"transient, an image store among storage.conf's options",
	 NULL,
	 NULL,
	 {TRANSIENT, {"storage.conf", "[storage.options]\nimagestore = \"%/s\"\n"}}},
	{"transient, a storage.conf that names no store",
	 NULL,
	 "the image was removed",
	 {TRANSIENT, {"storage.conf", "[storage.options]\nadditionalimagestores = []\n"}}},
	{"transient, a storage.conf that can't be read",
	 NULL,
	 "the image was removed",
	 {TRANSIENT, {"storage.conf", "graphroot = \"%/s\"\n[storage\n"}}},
	{"transient, no storage.conf", NULL, "the image was removed", {TRANSIENT}},
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

static void test_storage(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(storage_cases); i++)
		check_storage(state, storage, &storage_cases[i], i ? NULL : check_names);
	for (size_t i = 0; i < ARRAY_LEN(toc_cases); i++)
		check_storage(state, toc, &toc_cases[i], NULL);
}

/* Root believes no store that a user can write to, and that store hides no other. */
static void test_users_store(void **state)
{
	static const struct {
		const char *what, *message;
		struct file changes[3];
	} rows[] = {
		{"a user's store that lacks both", NULL, {{"u/overlay-images/images.json", "[]"}}},
		{"one that has a record",
		 NULL,
		 {{"u/overlay-containers/containers.json", ENTRY_WITH(OTHER, "")}}},
		{"the image is there alone",
		 "/u is not trusted: it belongs to uid 1000",
		 {{BIG_DATA, NULL}, {"u/overlay-images/" HEX "/" NAME, BLOB}}},
		{"the record is there alone",
		 "/u is not trusted: it belongs to uid 1000",
		 {{CONTAINERS, NULL}, {"u/overlay-containers/containers.json", ENTRY}}},
	};
	CLEANUP_ARENA struct arena arena = {0};
	char users[128], own[128], rootfs[256];
	const char *const list[] = {users, own, NULL};
	const struct engine_config config = {.storage_roots = list, .storage_conf = {"/nowhere", "/nowhere"}};
	const struct engine_place place = {
		.kind = ENGINE_STORAGE, .id = ID, .driver = "overlay", .root = "/nowhere"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		struct image image;
		bool found = false;

		assert_int_equal(tmpdir_make(state), 0);
		(void)snprintf(users, sizeof(users), "%s/u", tmpdir);
		(void)snprintf(own, sizeof(own), "%s/s", tmpdir);
		(void)snprintf(rootfs, sizeof(rootfs), "%s/s/overlay/layer1/merged", tmpdir);
		put_all(storage, rows[i].changes);
		assert_int_equal(chown(users, 1000, 0), 0);
		assert_int_equal(image_begin(&image, &arena, &catalogue, &err), 0);
		int r = image_from_storage(&image, &found, &arena, &place, rootfs, &config, &err);
		if ((r < 0) != !!rows[i].message || found != !rows[i].message ||
		    (r < 0 && !strstr(err.msg, rows[i].message)))
			fail_msg("%s: %d, \"%s\"", rows[i].what, r, err.msg);
		assert_int_equal(tmpdir_remove(state), 0);
	}
}

#define ARG(word) "--exit-command-arg\0" word "\0"

/* conmon's words, as Podman 4.3 and 5.8 give them, and what of them names a store. */
static void conmon_names_stores(void **state)
{
	static const struct {
		const char *words;
		size_t len;
		const char *want; /* with a space behind each */
	} rows[] = {
#define ROW(words, want) {words, sizeof(words) - 1, want}
		ROW("", ""),
		ROW("/bin/sh\0", ""),
		ROW("conmon\0-b\0/run/b\0--exit-command\0/usr/bin/podman\0" ARG("--root") ARG("/g")
			    ARG("--runroot") ARG("/r") ARG("container") ARG("cleanup") ARG("ID"),
		    "/g "),
		ROW("conmon\0" ARG("--root") ARG("/g") ARG("--network-config-dir") ARG("") ARG("--imagestore")
			    ARG("/i"),
		    "/g /i "),
		ROW(ARG("--storage-driver") ARG("overlay") ARG("--storage-opt") ARG(
			    "overlay.imagestore=/a,/b") ARG("--storage-opt") ARG("overlay.mountopt=nodev,/c")
			    ARG("--storage-opt") ARG("overlay.additionalimagestore=/d"),
		    "/a /b /d "),
		ROW(ARG("--storage-opt") ARG("vfs.imagestore=/a") ARG("--storage-opt") ARG(".imagestore=/b"),
		    "/a /b "),
		ROW(ARG("--storage-opt") ARG("overlay.x=/y.imagestore=/z") ARG("--storage-opt")
			    ARG("imagestore") ARG("--storage-opt") ARG("overlay.imagestore"),
		    ""),
		/* Not the exit command's: conmon's own, and what a log's path or a name holds. */
		ROW("conmon\0--root\0/g\0-n\0--root\0-l\0k8s-file:/x --root /y\0", ""),
		ROW(ARG("--root") ARG("relative") ARG("--imagestore") ARG(""), ""),
		ROW(ARG("--root") ARG("/g") ARG("--root") ARG("/g"), "/g "),
		ROW("--exit-command-arg\0--root\0--exit-command-arg\0", ""),
		ROW("--exit-command-arg\0--root\0--exit-command-arg", ""),
		ROW(ARG("--root") "--exit-command-arg\0/cut", "/cut "),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char words[512], got[256] = "";
		struct storage_roots s = {0};

		assert_true(rows[i].len < sizeof(words));
		memcpy(words, rows[i].words, rows[i].len + 1);
		storage_add_asked(&s, words, rows[i].len);
		for (size_t n = 0; n < s.n; n++)
			(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s ", s.root[n]);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("row %zu: \"%s\", not \"%s\"", i, got, rows[i].want);
	}
}

/* More than there is room for are no harm. */
static void conmon_names_many(void **state)
{
	static char words[40 * 64];
	struct storage_roots s = {0};
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		int n = snprintf(words + len, sizeof(words) - len, "--exit-command-arg%c--root%c", 0, 0);
		len += (size_t)n;
		n = snprintf(words + len, sizeof(words) - len, "--exit-command-arg%c/%d%c", 0, i, 0);
		len += (size_t)n;
	}
	storage_add_asked(&s, words, len);
	assert_int_equal(s.n, STORAGE_ROOTS_MAX);
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
		cmocka_unit_test(test_users_store),
		cmocka_unit_test(conmon_names_stores),
		cmocka_unit_test(conmon_names_many),
		cmocka_unit_test_setup_teardown(test_trust, tmpdir_make, tmpdir_remove),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
