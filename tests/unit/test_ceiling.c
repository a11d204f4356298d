/* Whitelists: what a file allows, where it is found, and the one that is made
 * from a runsc's own table. */
#include "site/ceiling.h"
#include "tmpdir.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#if defined(__x86_64__)
#define HERE "amd64"
#else
#define HERE "arm64"
#endif
#define FILE_OF(here)                                                                                        \
	"{\"version\":1,\"name\":\"n\",\"about\":\"a\",\"source\":\"s\",\"" HERE "\":{" here "}}"

static int id_of(const char *name)
{
	int id = sys_lookup(name, strlen(name));

	assert_true(id >= 0);
	return id;
}

static void names_of(const struct profile *p, char *dst, size_t cap)
{
	size_t at = 0;

	dst[0] = '\0';
	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_some(p, id))
			at += (size_t)snprintf(dst + at, cap - at, "%s%s%s", at ? " " : "", sys_name(id),
					       profile_allows_all(p, id) ? "" : "?");
}

static const struct {
	const char *text;
	bool full_only;
	const char *allowed; /* "?": under conditions */
	const char *floor;
	unsigned unimplemented, table;
} files[] = {
	{FILE_OF("\"syscalls\":[]"), false, "", "", 0, 0},
	{FILE_OF("\"syscalls\":[\"write\",\"read\",\"read\"]"), false, "read write", "", 0, 0},
	{FILE_OF("\"syscalls\":[\"read\"],\"partial\":[\"futex\"],\"floor\":[\"execve\"]"), false,
	 "futex read", "execve", 0, 0},
	{FILE_OF("\"syscalls\":[\"read\"],\"partial\":[\"futex\"],\"floor\":[\"execve\"]"), true, "read",
	 "execve", 0, 0},
	/* Several entries are alternatives, over the lists too. */
	{FILE_OF("\"syscalls\":[{\"name\":\"socket\",\"args\":[{\"index\":0,\"value\":2,\"op\":\"SCMP_CMP_"
		 "EQ\"}]}]"),
	 false, "socket?", "", 0, 0},
	{FILE_OF("\"syscalls\":[{\"name\":\"socket\",\"args\":[{\"index\":0,\"value\":2,\"op\":\"SCMP_CMP_"
		 "EQ\"}]}],"
		 "\"partial\":[\"socket\"]"),
	 false, "socket", "", 0, 0},
	{FILE_OF("\"syscalls\":[\"socket\"],\"partial\":[{\"name\":\"socket\",\"args\":[{\"index\":0,"
		 "\"value\":2,"
		 "\"op\":\"SCMP_CMP_EQ\"}]}]"),
	 false, "socket", "", 0, 0},
	/* A sentry's table: everything that it has, whatever is allowed. */
	{FILE_OF("\"syscalls\":[\"read\"],\"partial\":[\"futex\"],\"unimplemented\":[\"clone3\",\"bpf\"]"),
	 true, "read", "", 2, 4},
	{FILE_OF("\"syscalls\":[\"read\"],\"partial\":[\"futex\"],\"unimplemented\":[],\"floor\":["
		 "\"openat2\"]"),
	 false, "futex read", "openat2", 0, 2},
};

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		struct ceiling c;
		char names[256];

		if (ceiling_parse(&c, &arena, files[i].text, strlen(files[i].text), "w.json",
				  files[i].full_only, &err))
			fail_msg("%zu: %s", i, err.msg);
		names_of(&c.allow, names, sizeof(names));
		assert_string_equal(names, files[i].allowed);
		names_of(&c.floor, names, sizeof(names));
		assert_string_equal(names, files[i].floor);
		assert_int_equal(sysset_count(&c.unimplemented), files[i].unimplemented);
		assert_int_equal(sysset_count(&c.table), files[i].table);
		assert_int_equal(c.allow.archs, 1u << ARCH_NATIVE);
		assert_string_equal(c.source, "s");
	}
}

static void test_details(void **state)
{
	static const char text[] = FILE_OF(
		"\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_AARCH64\"],"
		"\"syscalls\":[\"pselect6\",{\"name\":\"socket\",\"args\":[{\"index\":0,\"value\":2,\"op\":"
		"\"SCMP_CMP_EQ\"}]},{\"name\":\"socket\",\"args\":[{\"index\":0,\"value\":10,\"op\":"
		"\"SCMP_CMP_EQ\"}]}],\"spelling\":{\"pselect6\":\"pselect\"}");
	static const uint64_t args[][COND_ARGS] = {{2}, {10}, {3}};
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	struct ceiling c;

	(void)state;
	assert_int_equal(ceiling_parse(&c, &arena, text, strlen(text), "w.json", false, &err), 0);
	assert_int_equal(c.allow.archs, 1u << ARCH_X86 | 1u << ARCH_X86_64 | 1u << ARCH_AARCH64);
	assert_int_equal(c.floor.archs, c.allow.archs);
	assert_string_equal(c.spelling[id_of("pselect6")], "pselect");
	assert_null(c.spelling[id_of("socket")]);
	for (size_t i = 0; i < ARRAY_LEN(args); i++)
		assert_int_equal(profile_eval(&c.allow, id_of("socket"), args[i]).kind,
				 i < 2 ? ACT_ALLOW : ACT_ERRNO);
}

static void put(const char *name, const char *text)
{
	tmpdir_write(name, text, strlen(text), 0644);
}

static const struct {
	const char *name;  /* "@" stands for the first folder */
	const char *found; /* what it allows; NULL: refused */
	const char *words;
} loads[] = {
	{"both", "read", NULL},
	{"second", "write", NULL},
	{"parts", "futex read", NULL},
	{"parts:full", "read", NULL},
	{"@/both.json", "read", NULL},
	{"@/parts.json:full", "read", NULL},
	{"third", NULL, "no such whitelist; there are: both, gvisor-20191104.0,"},
	{"both.json", NULL, "no such whitelist"},
	{"../both", NULL, "neither a name nor an absolute path"},
	{"a/both", NULL, "neither a name nor an absolute path"},
	{".hidden", NULL, "neither a name nor an absolute path"},
	{"", NULL, "neither a name nor an absolute path"},
	{":full", NULL, "neither a name nor an absolute path"},
	{"both:partial", NULL, "neither a name nor an absolute path"},
	{"@/missing.json", NULL, "no such file"},
	{"open", NULL, "not trusted"},
};

static void test_load(void **state)
{
	char first[128], second[128], name[256];
	const char *dirs[] = {first, second, NULL};

	(void)state;
	(void)snprintf(first, sizeof(first), "%s", tmpdir_path("a"));
	(void)snprintf(second, sizeof(second), "%s", tmpdir_path("b"));
	assert_int_equal(mkdir(first, 0755) | mkdir(second, 0755), 0);
	put("a/both.json", FILE_OF("\"syscalls\":[\"read\"]"));
	put("b/both.json", FILE_OF("\"syscalls\":[\"write\"]"));
	put("b/second.json", FILE_OF("\"syscalls\":[\"write\"]"));
	put("b/strict.v1.json", FILE_OF("\"syscalls\":[\"write\"]"));
	put("a/parts.json", FILE_OF("\"syscalls\":[\"read\"],\"partial\":[\"futex\"]"));
	put("a/.hidden.json", FILE_OF("\"syscalls\":[\"read\"]"));
	put("a/README.md", "");
	tmpdir_write("a/open.json", "{}", 2, 0666);
	for (size_t i = 0; i < ARRAY_LEN(loads); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		struct ceiling c = {0};
		char names[64];
		bool path = loads[i].name[0] == '@';

		(void)snprintf(name, sizeof(name), "%s%s", path ? first : "", loads[i].name + path);
		int failed = ceiling_load(&c, &arena, name, dirs, NULL, &err);
		if ((failed == 0) != (loads[i].found != NULL))
			fail_msg("%s: %s", name, err.msg);
		if (failed) {
			if (!strstr(err.msg, loads[i].words))
				fail_msg("%s: \"%s\" lacks \"%s\"", name, err.msg, loads[i].words);
			continue;
		}
		names_of(&c.allow, names, sizeof(names));
		assert_string_equal(names, loads[i].found);
		assert_string_equal(c.name, name);
	}
}

static void put_call(struct buf *out, int nr, const char *name, const char *support)
{
	buf_printf(out, "%s\"%d\":{\"name\":\"%s\",\"support\":\"%s\",\"note\":\"n\",\"urls\":[]}",
		   out->data[out->len - 1] == '{' ? "" : ",", nr, name, support);
}

/* As runsc prints it: numbers as keys, and names of its own. */
static void sentry_table(struct buf *out, const char *last_support)
{
	buf_puts(out, "{\"linux\":{\"" HERE "\":{\"syscalls\":{");
	for (int nr = 0; nr < 150; nr++) {
		int id = sys_from_number(ARCH_NATIVE, nr);

		if (id >= 0)
			put_call(out, nr, sys_name(id), nr % 3 ? "Full Support" : "Partial Support");
	}
	put_call(out, sys_number(id_of("pselect6"), ARCH_NATIVE), "pselect", "Full Support");
	put_call(out, sys_number(id_of("clone3"), ARCH_NATIVE), "clone3", "Unimplemented");
	put_call(out, 9999, "from_the_future", last_support);
	buf_puts(out, "}}}}");
}

static void test_from_runsc(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf table = {0};
	CLEANUP_BUF struct buf out = {0};
	struct err err = {0};
	struct ceiling c = {0};

	(void)state;
	sentry_table(&table, "Full Support");
	if (ceiling_from_runsc(table.data, table.len, "release-20260905.0", &out, &err))
		fail_msg("%s", err.msg);
	if (ceiling_parse(&c, &arena, out.data, out.len, "runsc", true, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(c.name, "release-20260905.0");
	assert_string_equal(c.spelling[id_of("pselect6")], "pselect");
	assert_true(sysset_has(&c.unimplemented, id_of("clone3")));
	assert_true(profile_allows_all(&c.allow, id_of("pselect6")));
	for (int nr = 0; nr < 150; nr++) {
		int id = sys_from_number(ARCH_NATIVE, nr);

		if (id < 0 || id == id_of("pselect6"))
			continue;
		assert_true(sysset_has(&c.table, id));
		assert_int_equal(profile_allows_all(&c.allow, id), nr % 3 != 0);
	}
}

static void test_bad_runsc(void **state)
{
	static const struct {
		const char *text, *words;
	} bad[] = {
		{"", "line 1"},
		{"[]", "linux is missing"},
		{"{}", "linux is missing"},
		{"{\"linux\":[]}", "linux must be an object"},
		{"{\"linux\":{}}", "neither amd64 nor arm64"},
		{"{\"linux\":{\"" HERE "\":\n{}}}", "syscalls is missing (line 2, column 1)"},
		{"{\"linux\":{\"" HERE "\":{\"syscalls\":{}}}}", "no whole table"},
	};
	CLEANUP_BUF struct buf table = {0};
	CLEANUP_BUF struct buf out = {0};
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(ceiling_from_runsc(bad[i].text, strlen(bad[i].text), "x", &out, &err), -1);
		if (!strstr(err.msg, bad[i].words) || err.kind != ERR_RUNTIME)
			fail_msg("%zu: \"%s\" lacks \"%s\"", i, err.msg, bad[i].words);
	}
	sentry_table(&table, "Somehow");
	assert_int_equal(ceiling_from_runsc(table.data, table.len, "x", &out, &err), -1);
	assert_non_null(strstr(err.msg, "unknown support \"Somehow\""));
	assert_int_equal(out.len, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_details),
		cmocka_unit_test_setup_teardown(test_load, tmpdir_make, tmpdir_remove),
		cmocka_unit_test(test_from_runsc),
		cmocka_unit_test(test_bad_runsc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
