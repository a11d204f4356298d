/* Measured floors: what is written is read back, and what is not ours refused. */
#include "load/floorfile.h"
#include "tmpdir.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KEY "2049-123-456-789.5-790"
static const struct action deny = {ACT_ERRNO, EPERM};
static const struct action allow = {ACT_ALLOW, 0};

static int id_of(const char *name)
{
	int id = sys_lookup(name, strlen(name));

	assert_true(id >= 0);
	return id;
}

struct fixture {
	struct arena arena;
	struct profile need[2], margin[2];
	struct floorfile file;
};

static void fill(struct fixture *f)
{
	static const struct rule masked = {.when = {.used = 1, .arg = {{COND_MASKED_EQ, 0x7e020000, 0}}},
					   .act = {ACT_ALLOW, 0}};
	struct err err = {0};

	for (size_t i = 0; i < 2; i++) {
		profile_init(&f->need[i], deny, ARCHSET_ALL);
		profile_init(&f->margin[i], deny, ARCHSET_ALL);
		profile_set(&f->need[i], id_of("execve"), allow);
	}
	profile_set(&f->need[0], id_of("setuid"), allow);
	profile_set(&f->margin[1], id_of("mmap"), allow);
	assert_int_equal(profile_set_rules(&f->margin[1], &f->arena, id_of("clone"), &masked, 1,
					   RULES_LIBSECCOMP, &err),
			 0);
	f->file = (struct floorfile){RUNTIME_RUNC,
				     "1.1.5+ds1",
				     KEY,
				     "2026-01-02T03:04:05Z",
				     {&f->need[0], &f->need[1]},
				     {&f->margin[0], &f->margin[1]}};
}

static void same(const struct profile *a, const struct profile *b)
{
	static const uint64_t args[][COND_ARGS] = {{0}, {0x10000000}, {17}};

	for (int id = 0; id < sys_count(); id++)
		for (size_t i = 0; i < ARRAY_LEN(args); i++)
			assert_true(action_equal(profile_eval(a, id, args[i]), profile_eval(b, id, args[i])));
}

static void test_round_trip(void **state)
{
	static struct fixture f;
	CLEANUP_BUF struct buf out = {0};
	char name[FLOORFILE_NAME];
	struct err err = {0};

	(void)state;
	fill(&f);
	floorfile_write(&f.file, &out);
	assert_false(out.failed);
	assert_int_equal(floorfile_name(name, RUNTIME_RUNC, KEY, &err), 0);
	assert_string_equal(name, "runc-" KEY ".json");
	tmpdir_write(name, out.data, out.len, 0644);
	for (int nnp = 0; nnp < 2; nnp++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct floor got;
		bool found = false;

		if (floorfile_load(&got, &found, &arena, tmpdir, RUNTIME_RUNC, KEY, nnp, NULL, &err))
			fail_msg("%s", err.msg);
		assert_true(found && !got.outside_table);
		assert_non_null(strstr(got.source, name));
		same(&got.need, &f.need[nnp]);
		same(&got.margin, &f.margin[nnp]);
	}
	arena_free(&f.arena);
}

static void test_load(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	struct floor got;
	bool found = true;

	(void)state;
	assert_int_equal(floorfile_load(&got, &found, &arena, tmpdir, RUNTIME_CRUN, KEY, true, NULL, &err),
			 0);
	assert_false(found);
	assert_int_equal(
		floorfile_load(&got, &found, &arena, "/nonexistent", RUNTIME_CRUN, KEY, true, NULL, &err), 0);
	assert_false(found);
	tmpdir_write("crun-" KEY ".json", "{}", 2, 0666);
	assert_int_equal(floorfile_load(&got, &found, &arena, tmpdir, RUNTIME_CRUN, KEY, true, NULL, &err),
			 -1);
	assert_non_null(strstr(err.msg, "not trusted"));
	assert_int_equal(floorfile_load(&got, &found, &arena, tmpdir, RUNTIME_CRUN, "../x", true, NULL, &err),
			 -1);
	assert_non_null(strstr(err.msg, "no key of a binary"));
}

#define FLOOR "{\"need\":[\"execve\"],\"margin\":[]}"
#define WHOLE(runtime, binary, t, f, measured)                                                               \
	"{\"version\":1,\"runtime\":" runtime ",\"runtime_version\":\"1\",\"binary\":" binary                \
	",\"nnp_true\":" t ",\"nnp_false\":" f ",\"measured\":" measured "}"
#define TIME "\"2026-01-02T03:04:05Z\""

static const struct {
	const char *text;
	const char *words; /* NULL: accepted */
} cases[] = {
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, FLOOR, TIME), NULL},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, FLOOR, "\"2026-01-02T03:04:05.25+01:00\""), NULL},
	{"", "line 1"},
	{"[]", "must be an object"},
	{"{}", "version is missing"},
	{"{\"version\":3}", "version must be 1"},
	{"{\"version\":1,\"floor\":[]}", "unknown key \"floor\""},
	{WHOLE("\"crun\"", "\"" KEY "\"", FLOOR, FLOOR, TIME), "runtime is \"crun\""},
	{WHOLE("1", "\"" KEY "\"", FLOOR, FLOOR, TIME), "runtime must be a string"},
	{WHOLE("\"runc\"", "\"1-2-3-4-5\"", FLOOR, FLOOR, TIME), "binary is \"1-2-3-4-5\""},
	{WHOLE("\"runc\"", "\"" KEY "\"", "[]", FLOOR, TIME), "nnp_true must be an object"},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, "\n{}", TIME), "need is missing (line 2, column 1)"},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, "\n {\"need\":[]}", TIME),
	 "margin is missing (line 2, column 2)"},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, "{\"need\":[\"frob\"],\"margin\":[]}", TIME),
	 "unknown system call \"frob\""},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, FLOOR, "\"yesterday\""), "measured must be a time"},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, FLOOR, "\"2026-01-02T03:04:05\""),
	 "measured must be a time"},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, FLOOR, "\"2026-01-02T03:04:05+1\""),
	 "measured must be a time"},
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, FLOOR, "7"), "measured must be a string"},
	{"{\"version\":1,\"runtime\":\"runc\",\"runtime_version\":\"1\",\"binary\":\"" KEY
	 "\",\"nnp_true\":" FLOOR ",\"measured\":" TIME "}",
	 "nnp_false is missing"},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		struct floor got;
		int failed = floorfile_parse(&got, &arena, cases[i].text, strlen(cases[i].text), "f.json",
					     RUNTIME_RUNC, KEY, false, &err);

		if ((failed != 0) != (cases[i].words != NULL))
			fail_msg("%s: %s", cases[i].text, err.msg);
		if (failed && (!strstr(err.msg, cases[i].words) || err.kind != ERR_CONFIG))
			fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].text, err.msg, cases[i].words);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, tmpdir_make, tmpdir_remove),
		cmocka_unit_test_setup_teardown(test_load, tmpdir_make, tmpdir_remove),
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
