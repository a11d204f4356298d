/* Measured floors: what is written is read back, and what is not ours refused. */
#include "site/floorfile.h"
#include "tmpdir.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KEY "2049-123-456-789.5-790"
static const struct action allow = {ACT_ALLOW, 0};

static int id_of(const char *name)
{
	int id = sys_lookup(name, strlen(name));

	assert_true(id >= 0);
	return id;
}

struct fixture {
	struct arena arena;
	struct floor floor[2];
	struct floorfile file;
};

static void fill(struct fixture *f)
{
	static const struct rule masked = {.when = {.used = 1, .arg = {{COND_MASKED_EQ, 0x7e020000, 0}}},
					   .act = {ACT_ALLOW, 0}};
	struct err err = {0};

	for (size_t i = 0; i < 2; i++) {
		floor_init(&f->floor[i]);
		profile_set(&f->floor[i].need, id_of("execve"), allow);
	}
	profile_set(&f->floor[0].need, id_of("setuid"), allow);
	profile_set(&f->floor[1].margin, id_of("mmap"), allow);
	assert_int_equal(profile_set_rules(&f->floor[1].margin, &f->arena, id_of("clone"), &masked, 1,
					   RULES_LIBSECCOMP, &err),
			 0);
	for (size_t i = 0; i < 2; i++) {
		sysset_add(&f->floor[i].exec, id_of("setgroups"));
		floor_allow(&f->floor[i].margin, id_of("setgroups"));
		sysset_add(&f->floor[i].effect, id_of("fchown"));
		floor_allow(&f->floor[i].margin, id_of("fchown"));
	}
	f->floor[1].fallback[0] = (struct floor_fallback){.denied = id_of("statx"), .answer = ENOSYS};
	sysset_add(&f->floor[1].fallback[0].instead, id_of("newfstatat"));
	sysset_add(&f->floor[1].fallback[0].instead, id_of("fstat"));
	f->floor[1].fallback[1] = (struct floor_fallback){.denied = id_of("openat2")};
	sysset_add(&f->floor[1].fallback[1].instead, id_of("readlinkat"));
	f->floor[1].nfallbacks = 2;
	f->file = (struct floorfile){
		RUNTIME_RUNC, "1.1.5+ds1", KEY, "2026-01-02T03:04:05Z", {&f->floor[0], &f->floor[1]}};
}

static void same_ways(const struct floor *a, const struct floor *b)
{
	assert_int_equal(a->nfallbacks, b->nfallbacks);
	for (unsigned i = 0; i < a->nfallbacks; i++) {
		assert_int_equal(a->fallback[i].denied, b->fallback[i].denied);
		assert_int_equal(a->fallback[i].answer, b->fallback[i].answer);
		assert_memory_equal(&a->fallback[i].instead, &b->fallback[i].instead,
				    sizeof(a->fallback[i].instead));
	}
}

static void same(const struct profile *a, const struct profile *b)
{
	static const uint64_t args[][COND_ARGS] = {{0}, {0x10000000}, {17}, {2}};

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
	floorfile_write(&f.file, &f.arena, &out);
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
		same(&got.need, &f.floor[nnp].need);
		same(&got.margin, &f.floor[nnp].margin);
		assert_memory_equal(&got.exec, &f.floor[nnp].exec, sizeof(got.exec));
		assert_memory_equal(&got.effect, &f.floor[nnp].effect, sizeof(got.effect));
		same_ways(&got, &f.floor[nnp]);
		assert_int_equal(got.lacks, 0);
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

#define WITH(more)                                                                                           \
	WHOLE("\"runc\"", "\"" KEY "\"", "{\"need\":[\"execve\"],\"margin\":[]," more "}", FLOOR, TIME)
#define WAY "{\"denied\":\"statx\",\"instead\":[\"fstat\"]}"
#define EIGHT WAY "," WAY "," WAY "," WAY "," WAY "," WAY "," WAY "," WAY

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
	{WHOLE("\"runc\"", "\"" KEY "\"", FLOOR, "{}", TIME), NULL},
	{WITH("\"exec\":[\"setgroups\"],\"effect\":[\"umask\"],\"fallbacks\":[]"), NULL},
	{WITH("\"exec\":{}"), "exec must be an array"},
	{WITH("\"effect\":[\"frob\"]"), "unknown system call \"frob\""},
	{WITH("\"effects\":[]"), "did you mean \"effect\"?"},
	{WITH("\"fallbacks\":[{\"denied\":\"statx\",\"instead\":[\"fstat\"]}]"), NULL},
	{WITH("\"fallbacks\":[{\"denied\":\"statx\",\"answer\":\"ENOSYS\",\"instead\":[]}]"), NULL},
	{WITH("\"fallbacks\":[{\"denied\":\"statx\",\"answer\":\"EINVAL\",\"instead\":[]}]"),
	 "answer must be EPERM or ENOSYS"},
	{WITH("\"fallbacks\":[{\"denied\":\"statx\",\"answer\":38,\"instead\":[]}]"),
	 "answer must be a string"},
	{WITH("\"fallbacks\":[{\"denied\":\"frob\",\"instead\":[]}]"), "unknown system call \"frob\""},
	{WITH("\"fallbacks\":[{\"denied\":\"statx\",\"instead\":[{\"name\":\"fstat\"}]}]"),
	 "instead must be a string"},
	{WITH("\"fallbacks\":[\n{\"denied\":\"statx\"}]"), "instead is missing (line 2, column 1)"},
	{WITH("\"fallbacks\":[\n{\"instead\":[]}]"), "denied is missing (line 2, column 1)"},
	{WITH("\"fallbacks\":[7]"), "a fall-back must be an object"},
	{WITH("\"fallbacks\":[" EIGHT "]"), NULL},
	{WITH("\"fallbacks\":[" EIGHT "," WAY "]"), "more than 8 fall-backs"},
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
	 NULL},
	{"{\"version\":1,\"runtime\":\"runc\",\"binary\":\"" KEY "\"}", NULL},
	{"{\"version\":1,\"runtime\":\"runc\"}", "binary is missing"},
	{"{\"version\":1,\"binary\":\"" KEY "\"}", "runtime is missing"},
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

/* What a file of an older version says counts; what it lacks is the table's. */
static const struct {
	const char *nnp_false; /* NULL: not there */
	unsigned lacks;
	const char *parts, *exec, *effect, *need, *not_need;
	unsigned ways;
} parts[] = {
	{"{\"need\":[\"read\"],\"margin\":[]}", FLOOR_EXEC | FLOOR_EFFECT | FLOOR_WAYS,
	 "exec, effects and fall-backs", "", "faccessat2", "read", "setuid", 1},
	{"{\"need\":[\"read\"],\"margin\":[],\"exec\":[\"setgroups\"],\"effect\":[],\"fallbacks\":[]}", 0, "",
	 "setgroups", "", "read", "setuid", 0},
	{"{\"need\":[\"read\"],\"margin\":[],\"exec\":[],\"effect\":[\"umask\"]}", FLOOR_WAYS, "fall-backs",
	 "", "umask", "read", "setuid", 0},
	{"{\"need\":[\"read\"],\"effect\":[\"umask\"]}", FLOOR_MARGIN | FLOOR_EXEC | FLOOR_WAYS,
	 "margin, exec and fall-backs", "", "umask", "read", "setuid", 0},
	{"{}", FLOOR_ALL, "need, margin, exec, effects and fall-backs", "", "faccessat2", "setuid", "geteuid",
	 2},
	{NULL, FLOOR_ALL, "need, margin, exec, effects and fall-backs", "", "faccessat2", "setuid", "geteuid",
	 2},
};

static void complete(size_t i)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	char text[512], shown[FLOOR_PARTS_TEXT];
	struct floor f;

	(void)snprintf(text, sizeof(text), "{\"version\":1,\"runtime\":\"runc\",\"binary\":\"" KEY "\"%s%s}",
		       parts[i].nnp_false ? ",\"nnp_false\":" : "",
		       parts[i].nnp_false ? parts[i].nnp_false : "");
	if (floorfile_parse(&f, &arena, text, strlen(text), "f.json", RUNTIME_RUNC, KEY, false, &err))
		fail_msg("%s: %s", text, err.msg);
	floor_complete(&f, RUNTIME_RUNC, RUNTIME_VERSION(1, 9, 0), false);
	assert_string_equal(f.source, "f.json");
	assert_int_equal(f.lacks, parts[i].lacks);
	assert_string_equal(floor_parts(f.lacks, shown), parts[i].parts);
	/* Newer than the table: the nearest row is its newest. */
	if (f.lacks)
		assert_string_equal(f.filled, "runc 1.4 and 1.5, shipped table");
	else
		assert_null(f.filled);
	assert_int_equal(f.outside_table, (f.lacks & FLOOR_NEED) != 0);
	assert_int_equal(f.nfallbacks, parts[i].ways);
	if (*parts[i].exec)
		assert_true(sysset_has(&f.exec, id_of(parts[i].exec)) &&
			    profile_allows_some(&f.margin, id_of(parts[i].exec)));
	else
		assert_int_equal(sysset_count(&f.exec), 0);
	if (*parts[i].effect)
		assert_true(sysset_has(&f.effect, id_of(parts[i].effect)) &&
			    profile_allows_some(&f.margin, id_of(parts[i].effect)));
	else
		assert_int_equal(sysset_count(&f.effect), 0);
	assert_true(profile_allows_all(&f.need, id_of(parts[i].need)));
	assert_false(profile_allows_some(&f.need, id_of(parts[i].not_need)));
	assert_true(sysset_has(&f.sure, id_of("execve")));
	assert_int_equal(profile_allows_some(&f.margin, id_of("tgkill")),
			 (parts[i].lacks & FLOOR_MARGIN) != 0);
}

static void test_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		complete(i);
}

/* A class with conditions takes nothing from the margin, nor the margin from it. */
#define IS(index, value)                                                                                     \
	"{\"name\":\"fcntl\",\"args\":[{\"index\":" #index ",\"op\":\"SCMP_CMP_EQ\",\"value\":" #value "}]}"
#define CLONE_0 "{\"name\":\"clone\",\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":0}]}"
static const struct {
	const char *nnp_false, *name;
	uint64_t allowed[3], denied; /* of the argument `index`; the last one repeats */
	unsigned index;
} united[] = {
	{"{\"margin\":[" IS(1, 2) "],\"exec\":[" IS(1, 7) "]}", "fcntl", {2, 7, 7}, 3, 1},
	{"{\"exec\":[" IS(1, 7) "],\"margin\":[" IS(1, 2) "]}", "fcntl", {2, 7, 7}, 3, 1},
	{"{\"margin\":[" IS(1, 2) "],\"effect\":[" IS(1, 7) "]}", "fcntl", {2, 7, 7}, 3, 1},
	{"{\"margin\":[],\"exec\":[" IS(1, 2) "],\"effect\":[" IS(1, 7) "," IS(1, 9) "]}",
	 "fcntl",
	 {2, 7, 9},
	 3,
	 1},
	{"{\"margin\":[" IS(1, 2) "],\"exec\":[\"fcntl\"]}", "fcntl", {2, 3, 7}, 0, 0},
	{"{\"margin\":[\"fcntl\"],\"exec\":[" IS(1, 2) "]}", "fcntl", {2, 3, 7}, 0, 0},
	/* Without a margin it is the shipped one's clone: no namespace of its own. */
	{"{\"exec\":[" CLONE_0 "]}", "clone", {0, 0x11, 0x3d0f00}, 0x10000000, 0},
	{"{\"effect\":[\"clone\"]}", "clone", {0, 0x11, 0x10000000}, 0, 0},
};

static void test_united(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(united); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		char text[1024];
		struct floor f;

		(void)snprintf(text, sizeof(text),
			       "{\"version\":1,\"runtime\":\"runc\",\"binary\":\"" KEY "\",\"nnp_false\":%s}",
			       united[i].nnp_false);
		if (floorfile_parse(&f, &arena, text, strlen(text), "f.json", RUNTIME_RUNC, KEY, false, &err))
			fail_msg("%s: %s", text, err.msg);
		floor_complete(&f, RUNTIME_RUNC, RUNTIME_VERSION(1, 5, 0), false);
		int id = id_of(united[i].name);
		for (unsigned k = 0; k < 4; k++) {
			uint64_t args[COND_ARGS] = {0};

			args[united[i].index] = k < 3 ? united[i].allowed[k] : united[i].denied;
			bool allowed = profile_eval(&f.margin, id, args).kind == ACT_ALLOW;
			if (allowed != (k < 3 || profile_allows_all(&f.margin, id)))
				fail_msg("%s: %llu", text, (unsigned long long)args[united[i].index]);
		}
		assert_int_equal(profile_allows_all(&f.margin, id), united[i].denied == 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, tmpdir_make, tmpdir_remove),
		cmocka_unit_test_setup_teardown(test_load, tmpdir_make, tmpdir_remove),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_united),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
