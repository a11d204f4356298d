/* What a bundle's reader hands on. Refusals: test_bad_bundle.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oci/bundle.h"
#include "tmpdir.h"
#include <glob.h>
#include <jansson.h>

static struct arena arena;

static struct bundle parse(const char *text)
{
	struct bundle b;
	struct err err;
	if (bundle_parse(&b, &arena, text, strlen(text), &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return b;
}

/* Every field from its own text; where a value is null, it is absent. */
static const struct {
	const char *what, *before, *after;
	size_t slot;
	const char *value;
} fields[] = {
#define FIELD(name, before, after, value)                                                                    \
	{                                                                                                    \
#name, before, after, offsetof(struct bundle, name), value                                   \
	}
	FIELD(root_path, "{\"root\":{\"readonly\":true,\"path\":", "}}", "\"rootfs\""),
	FIELD(process, "{\"process\":", "}", "{ }"),
	FIELD(process_caps, "{\"process\":{\"capabilities\":", "}}", "{\"bounding\":[]}"),
	FIELD(process_nnp, "{\"process\":{\"args\":[],\"noNewPrivileges\":", "}}", "true"),
	FIELD(process_args, "{\"process\":{\"args\":", "}}", "[\"sh\"]"),
	FIELD(annotations, "{\"annotations\":", "}", "{\"a\":\"b\"}"),
	FIELD(linux_obj, "{\"x\":{\"linux\":1},\"linux\":", "}", "{}"),
	FIELD(seccomp, "{\"linux\":{\"seccomp\":", "}}", "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"),
	FIELD(seccomp, "{\"linux\":{\"\\u0073eccomp\":", "}}", "{}"),
	FIELD(hooks, "{\"hooks\":", "}", "{}"),
	FIELD(hooks_start_container, "{\"hooks\":{\"startContainer\":", "}}", "[]"),
	FIELD(mounts, "{\"mounts\":", "}", "[{}]"),
	FIELD(namespaces, "{\"linux\":{\"namespaces\":", "}}", "[{\"type\":\"pid\"}]"),
	FIELD(hostname, "{\"hostname\":", "}", "\"h\""),
#undef FIELD
};

static uint32_t field(const struct bundle *b, size_t slot)
{
	uint32_t tok;
	memcpy(&tok, (const char *)b + slot, sizeof(tok));
	return tok;
}

static void test_fields(void **state)
{
	(void)state;
	const struct bundle empty = parse("{}");
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		char text[256];
		(void)snprintf(text, sizeof(text), "%s%s%s", fields[i].before, fields[i].value,
			       fields[i].after);
		struct bundle b = parse(text);
		uint32_t tok = field(&b, fields[i].slot);
		if (!tok)
			fail_msg("%s is not set", fields[i].what);
		const struct jtok *t = &b.doc.tok[tok];
		assert_int_equal(t->end - t->start, strlen(fields[i].value));
		assert_memory_equal(text + t->start, fields[i].value, strlen(fields[i].value));
		assert_int_equal(field(&empty, fields[i].slot), 0);
		(void)snprintf(text, sizeof(text), "%snull%s", fields[i].before, fields[i].after);
		b = parse(text);
		assert_int_equal(field(&b, fields[i].slot), 0);
	}
	arena_free(&arena);
}

static void test_no_new_privileges(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool nnp;
	} cases[] = {
		{"{}", false},
		{"{\"process\":{}}", false},
		{"{\"process\":{\"noNewPrivileges\":null}}", false},
		{"{\"process\":{\"noNewPrivileges\":false}}", false},
		{"{\"process\":{\"noNewPrivileges\":true}}", true},
		{"{\"noNewPrivileges\":true}", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bundle b = parse(cases[i].text);
		assert_int_equal(bundle_no_new_privileges(&b), cases[i].nnp);
	}
	arena_free(&arena);
}

static void test_annotations(void **state)
{
	(void)state;
	struct bundle b = parse("{\"annotations\":{\"b\":\"2\",\"a\":\"x\\u0079\\n\",\"A\":\"\",\"\":\"e\","
				"\"\\u0062b\":\"3\"}}");
	static const struct {
		const char *key, *value;
	} want[] = {{"b", "2"}, {"a", "xy\n"}, {"A", ""}, {"", "e"}, {"bb", "3"}};
	assert_int_equal(b.nannot, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_string_equal(b.annot[i].key, want[i].key);
		assert_string_equal(b.annot[i].value, want[i].value);
		assert_int_equal(b.annot[i].key_len, strlen(want[i].key));
		assert_int_equal(b.annot[i].value_len, strlen(want[i].value));
		assert_int_equal(b.doc.tok[b.annot[i].value_tok].type, JTOK_STRING);
		assert_ptr_equal(bundle_annotation(&b, want[i].key), &b.annot[i]);
	}
	assert_null(bundle_annotation(&b, "B"));
	assert_null(bundle_annotation(&b, "bbb"));
	b = parse("{\"annotations\":{}}");
	assert_int_equal(b.nannot, 0);
	assert_null(bundle_annotation(&b, ""));
	arena_free(&arena);
}

/* Exactly as many as are allowed; names that look alike but are none. */
static void test_edges(void **state)
{
	(void)state;
	CLEANUP_FREE char *text = malloc(200000);
	assert_non_null(text);
	size_t n = (size_t)snprintf(text, 200000, "{\"annotations\":{\"a\":\"\"");
	for (int i = 1; i < BUNDLE_ANNOTATIONS_MAX; i++)
		n += (size_t)snprintf(text + n, 200000 - n, ",\"%d\":\"\"", i);
	(void)snprintf(text + n, 200000 - n, "}}");
	assert_int_equal(parse(text).nannot, BUNDLE_ANNOTATIONS_MAX);
	static const char *const fine[] = {
		"{\"seccomp\":{},\"Seccomp\":1}",
		"{\"linuxx\":1,\"linu\":2,\"_linux\":3,\"\":4}",
		"{\"linux\":{\"Linux\":1,\"resources\":{\"Seccomp\":1,\"seccomp\":2,\"a\":1,\"a\":2}}}",
		"{\"l\xc4\xb1nux\":1}",
		"{\"annotations\":{\"linux\":\"\",\"Linux\":\"\",\"LINUX\":\"\"}}",
		"{\"process\":{\"user\":null,\"capabilities\":null,\"rlimits\":null}}",
		"{\"mounts\":[],\"hooks\":{}}",
		"{\"future\":{\"a\":[[[[[[[[[[[[]]]]]]]]]]]]},\"Future\":2}",
	};
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		(void)parse(fine[i]);
	arena_free(&arena);
}

/* Every bundle that an engine wrote passes, and jansson sees the same annotations. */
static void test_real(void **state)
{
	(void)state;
	glob_t found;
	assert_int_equal(glob("tests/golden/bundles/*/config.json", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 30);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct bundle b;
		struct err err;
		char dir[512];
		(void)snprintf(dir, sizeof(dir), "%.*s",
			       (int)(strlen(found.gl_pathv[i]) - strlen("/config.json")), found.gl_pathv[i]);
		if (bundle_open(&b, &arena, dir, BUNDLE_MAX_DEFAULT, &err) < 0)
			fail_msg("%s", err.msg);
		assert_string_equal(b.path, dir);
		assert_true(fcntl(b.fd, F_GETFD) & fcntl(b.dirfd, F_GETFD) & FD_CLOEXEC);
		json_t *doc = json_loadb(b.doc.text, b.doc.len, JSON_REJECT_DUPLICATES, NULL);
		json_t *annot =
			json_object_get(doc, "annotations"); /* NULL for 2^64 - 1, which jansson refuses */
		if (annot)
			assert_int_equal(json_object_size(annot), b.nannot);
		for (size_t k = 0; annot && k < b.nannot; k++)
			assert_string_equal(json_string_value(json_object_get(annot, b.annot[k].key)),
					    b.annot[k].value);
		json_decref(doc);
		bundle_close(&b);
		bundle_close(&b); /* harmless */
		arena_free(&arena);
	}
	globfree(&found);
	struct bundle zero = {0};
	bundle_close(&zero);
	assert_int_not_equal(fcntl(0, F_GETFD), -1);
}

/* The caller's own uid may own a bundle, and no third one. */
static void test_own_uid(void **state)
{
	(void)state;
	static const struct {
		uid_t owner, caller;
		bool good;
	} cases[] = {
		{0, 0, true}, {0, 1000, true}, {1000, 1000, true}, {1000, 1001, false}, {1000, 0, false}};
	assert_int_equal(chmod(tmpdir, 0711), 0);
	assert_int_equal(mkdir(tmpdir_path("b"), 0755), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bundle b;
		struct err err;
		tmpdir_write("b/config.json", "{}", 2, 0644);
		assert_int_equal(chown(tmpdir_path("b/config.json"), cases[i].owner, 0), 0);
		assert_int_equal(chown(tmpdir_path("b"), cases[i].owner, 0), 0);
		assert_int_equal(seteuid(cases[i].caller), 0);
		int r = bundle_open(&b, &arena, tmpdir_path("b"), BUNDLE_MAX_DEFAULT, &err);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(r, cases[i].good ? 0 : -1);
		if (!r)
			bundle_close(&b);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),	    cmocka_unit_test(test_no_new_privileges),
		cmocka_unit_test(test_annotations), cmocka_unit_test(test_edges),
		cmocka_unit_test(test_real),	    cmocka_unit_test(test_own_uid),
	};
	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
