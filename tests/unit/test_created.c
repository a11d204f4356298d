/* What create noted about a bundle: read again as it was written, in the form of older and newer versions
 * too. */
#include "decide/created.h"
#include "registry_fixture.h"

#define SECTION "{\"syscalls\":[],\"defaultAction\":\"SCMP_ACT_ERRNO\"}"
/* sha256sum of that */
#define SHA "78717f89c148782a4fdc64612834589747056af41f06ebf3d6faf8809c2d44c5"

static struct bundle bundle;

static void open_bundle(struct arena *arena)
{
	struct err err = {0};

	(void)mkdir("/run/b", 0700);
	FILE *f = fopen("/run/b/config.json", "w");
	assert_non_null(f);
	(void)fputs("{\"ociVersion\":\"1.0.2\",\"process\":{\"args\":[\"x\"],\"cwd\":\"/"
		    "\"},\"root\":{\"path\":\"r\"},"
		    "\"linux\":{\"seccomp\":" SECTION "}}",
		    f);
	assert_int_equal(fclose(f), 0);
	if (bundle_open(&bundle, arena, "/run/b", 1 << 20, &err) < 0)
		fail_msg("%s", err.msg);
}

static void put_record(const char *more)
{
	(void)mkdir("/run/runclamp", 0700);
	FILE *f = fopen("/run/runclamp/one", "w");
	assert_non_null(f);
	(void)fprintf(f,
		      "{\"version\":1,\"id\":\"c1\",\"created\":{\"dev\":%llu,\"ino\":%llu,\"section\":\"" SHA
		      "\",\"calls\":%d%s}}",
		      (unsigned long long)bundle.dev, (unsigned long long)bundle.ino, sys_count(), more);
	assert_int_equal(fclose(f), 0);
}

static bool find(struct created *ret, struct arena *arena)
{
	struct err err = {0};
	bool found = false;

	if (created_find(ret, &found, arena, &bundle, &err) < 0)
		fail_msg("%s", err.msg);
	return found;
}

/* With a space behind each. */
static const char *tell(const struct created *c)
{
	static char text[256];

	text[0] = '\0';
	for (size_t i = 0; c->asked && c->asked[i]; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", c->asked[i]);
	return text;
}

#define EIGHT "\"/1\",\"/2\",\"/3\",\"/4\",\"/5\",\"/6\",\"/7\",\"/8\""

static void records_of_other_versions(void **state)
{
	static const struct {
		const char *more;
		const char *asked; /* NULL: no record of this bundle */
	} rows[] = {
		{"", ""},
		{",\"later\":{\"x\":[1]}", ""},
		{",\"asked\":[\"/run/c.sock\"]", "/run/c.sock "},
		{",\"asked\":[\"/a\",\"/b \\u00e4\"],\"later\":7", "/a /b \xc3\xa4 "},
		{",\"asked\":[" EIGHT "," EIGHT "]", "/1 /2 /3 /4 /5 /6 /7 /8 /1 /2 /3 /4 /5 /6 /7 /8 "},
		{",\"asked\":[" EIGHT "," EIGHT ",\"/9\"]", NULL},
		{",\"asked\":[]", NULL},
		{",\"asked\":[7]", NULL},
		{",\"asked\":[\"a\"]", NULL},
		{",\"asked\":[\"\"]", NULL},
		{",\"asked\":[\"/a\",\"b\"]", NULL},
		{",\"asked\":[\"/a\\u0000b\"]", NULL},
		{",\"asked\":\"/a\"", NULL},
		{",\"asked\":null", NULL},
	};
	CLEANUP_ARENA struct arena arena = {0};
	struct created c;

	(void)state;
	NEEDS_OWN_RUN();
	open_bundle(&arena);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		put_record(rows[i].more);
		bool found = find(&c, &arena);
		if (found != (rows[i].asked != NULL) || (found && strcmp(tell(&c), rows[i].asked) != 0))
			fail_msg("%s: %d %s", rows[i].more, found, found ? tell(&c) : "");
	}
	bundle_close(&bundle);
}

/* More than there is room for is left out whole, and the record stays one. */
static void what_is_written_is_read(void **state)
{
	static char longer[1100] = "/";
	static const char *const two[] = {"/run/\"a\"/c.sock", "/\xc3\xa4", NULL}, *const none[] = {NULL},
				 *const one[] = {longer, NULL}, *const many[] = {longer, longer, NULL};
	static const struct {
		const char *const *asked;
		size_t read; /* how many */
	} rows[] = {{NULL, 0}, {none, 0}, {two, 2}, {one, 1}, {many, 0}};
	CLEANUP_ARENA struct arena arena = {0};

	(void)state;
	NEEDS_OWN_RUN();
	memset(longer + 1, 'x', sizeof(longer) - 2);
	open_bundle(&arena);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct created c = {.dev = bundle.dev,
				    .ino = bundle.ino,
				    .sha256 = SHA,
				    .asked = rows[i].asked},
			       back;
		struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
		const struct registry_key key = {"/run/r", "c1", RUNTIME_RUNC};

		(void)unlink("/run/runclamp/one");
		r.created = &c;
		put(&key, &r);
		assert_true(find(&back, &arena));
		for (size_t n = 0; n < rows[i].read; n++)
			assert_string_equal(back.asked[n], rows[i].asked[n]);
		assert_true(rows[i].read ? !back.asked[rows[i].read] : !back.asked);
		assert_string_equal(get(&key), "/opt/runc");
	}
	bundle_close(&bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_other_versions),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, ownrun_make, NULL);
}
