/* The decision record and the engine's log: whole lines of valid JSON, whatever
 * the container wrote, however many write at once, and what happens where there
 * is no room. */
#include "decide/record.h"
#include "ownrun.h"
#include "run/refusal.h"
#include "tmpdir.h"
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

enum { WRITERS = 8, LINES = 50 };

static const struct handler handler = {.name = "runclamp", .runtime = RUNTIME_CRUN};
static const struct identity identity = {.kind = RUNTIME_CRUN, .version_text = "1.8.1"};

/* The line as JSON; the caller decrefs. */
static json_t *parse_line(const struct buf *line)
{
	json_error_t error;

	assert_false(line->failed);
	assert_true(line->len <= RECORD_MAX);
	assert_int_equal(line->data[line->len - 1], '\n');
	assert_null(memchr(line->data, '\n', line->len - 1));
	json_t *j = json_loadb(line->data, line->len, JSON_REJECT_DUPLICATES, &error);
	if (!j)
		fail_msg("%s at %d: %.900s", error.text, error.position, line->data);
	return j;
}

static void fill_sets(struct decision *d, int n)
{
	struct sysset *const sets[] = {&d->outside,	   &d->removed_needs, &d->removed_ceiling,
				       &d->removed_engine, &d->floor_only,    &d->init_only,
				       &d->floor_wider,	   &d->allowed,	      &d->needs.named};

	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		for (int id = 0; id < n && id < sys_count(); id++)
			sysset_add(sets[i], id);
}

/* Everything at its largest, and bytes that no terminal or parser should see. */
static const struct {
	const char *id, *sentence, *version, *source;
	unsigned repeat; /* how often the text stands there */
	int names;
} hostile[] = {
	{"web", "short", "1.8.1", "annotation io.runclamp.syscalls", 1, 0},
	{"web", "x", "1.8.1", "annotation io.runclamp.syscalls", 1, 500},
	{"web", "the image needs bpf ", "1.8.1", "annotation ", 100, 500},
	{"a\"b\\c\n\r\t\x01\x7f", "quote \" back \\ line \n tab \t bell \a", "\x1b[31m", "\xff\xfe\x80", 1,
	 3},
	{"\xc3", "\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf", "\xe2\x80\xae", "\xe2\x82", 1, 3},
	{"\x01\x02\x03\x04", "\x01\x02\x03\x04\x05\x06\x07\x08", "\x01", "\x01\x02\x03", 200, 500},
	{"\xff\xff\xff\xff", "\xff\xff\xff\xff", "\xff", "\xff\xff", 300, 500},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 120,
	 500},
	{"\"\"\"\"", "\\\\\\\\\\\\\\\\", "\"", "\"\\", 300, 500},
};

static char *repeated(struct arena *arena, const char *s, unsigned n)
{
	size_t len = strlen(s);
	char *ret = arena_alloc(arena, n * len + 1);

	assert_non_null(ret);
	for (unsigned i = 0; i < n; i++)
		memcpy(ret + i * len, s, len);
	return ret;
}

static void fill_decision(struct decision *d, struct arena *arena, size_t i)
{
	memset(d, 0, sizeof(*d));
	fill_sets(d, hostile[i].names);
	d->verdict = VERDICT_REFUSE;
	d->gate = GATE_CEILING;
	(void)snprintf(d->sentence, sizeof(d->sentence), "%s",
		       repeated(arena, hostile[i].sentence, hostile[i].repeat));
	d->whitelist.name = repeated(arena, hostile[i].source, hostile[i].repeat);
	d->floor.source = d->whitelist.name;
	for (; d->needs.nsources < NEEDS_SOURCES_MAX; d->needs.nsources++)
		d->needs.source[d->needs.nsources] = d->whitelist.name;
	for (; d->nwarnings < DECISION_WARNINGS; d->nwarnings++)
		d->warning[d->nwarnings] = d->sentence;
	d->needs.extra.has_capabilities = d->needs.extra.has_egress = d->needs.extra.has_signature = true;
	memset(d->sha256, 'a', 64);
}

static void test_hostile(void **state)
{
	static struct decision d;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		CLEANUP_BUF struct buf line = {0};
		struct identity who = identity;

		fill_decision(&d, &arena, i);
		who.version_text = repeated(&arena, hostile[i].version, hostile[i].repeat);
		const struct record_context ctx = {.id = repeated(&arena, hostile[i].id, hostile[i].repeat),
						   .subcommand = "create",
						   .handler = &handler,
						   .identity = &who,
						   .decision = &d,
						   .microseconds = INT64_MAX};
		record_format(&ctx, &line);
		json_t *j = parse_line(&line);
		const json_t *outside = json_object_get(j, "outside_ceiling");
		/* What is cut is counted. */
		assert_int_equal(json_integer_value(json_object_get(outside, "count")),
				 sysset_count(&d.outside));
		assert_string_equal(json_string_value(json_object_get(j, "verdict")), "refuse");
		assert_string_equal(json_string_value(json_object_get(j, "gate")), "ceiling");
		assert_true(json_string_length(json_object_get(j, "sentence")) > 0);
		assert_true(json_string_length(json_object_get(j, "id")) > 0);
		assert_int_equal(json_string_length(json_object_get(j, "closure_sha256")), 64);
		json_decref(j);
	}
}

/* The image is what the engine's record says, and from which; no terminal obeys its name. */
static void test_image(void **state)
{
	static const char name[] = "a:1\xc2\x9b"
				   "31m\xe2\x80\xae"
				   "b";
	static struct decision d;
	const struct image image = {.engine = "Docker", .name = name};
	CLEANUP_BUF struct buf line = {0}, without = {0};
	struct record_context ctx = {.id = "web", .subcommand = "create", .decision = &d};

	(void)state;
	record_format(&ctx, &without);
	assert_null(strstr(without.data, "image"));
	d.image = &image;
	record_format(&ctx, &line);
	json_t *j = parse_line(&line);
	assert_string_equal(json_string_value(json_object_get(j, "image")), name);
	assert_string_equal(json_string_value(json_object_get(j, "image_from")), "Docker");
	for (size_t i = 0; i < line.len; i++)
		assert_true((unsigned char)line.data[i] < 0x80);
	json_decref(j);
}

/* What is known early is said; what is not, is not there. */
static void test_errors(void **state)
{
	static const struct err error = {.kind = ERR_BUNDLE,
					 .msg = "config.json: line 1, column 2: no \"JSON\""};
	CLEANUP_BUF struct buf line = {0};
	const struct record_context ctx = {.id = "web", .subcommand = "run", .error = &error};

	(void)state;
	record_format(&ctx, &line);
	json_t *j = parse_line(&line);
	assert_string_equal(json_string_value(json_object_get(j, "verdict")), "error");
	assert_string_equal(json_string_value(json_object_get(j, "sentence")), error.msg);
	assert_null(json_object_get(j, "handler"));
	assert_null(json_object_get(j, "gate"));
	json_decref(j);
}

static int append(const char *path, const char *text, bool required, struct err *err)
{
	CLEANUP_BUF struct buf line = {0};

	buf_puts(&line, text);
	return record_append(path, &line, required, err);
}

static void write_lines(unsigned who)
{
	static char text[RECORD_MAX];
	struct err err;

	/* All of one letter, and of different lengths. */
	for (unsigned i = 0; i < LINES; i++) {
		size_t len = 1 + (i * 997 + who * 131) % (RECORD_MAX - 2);
		memset(text, 'a' + (int)who, len);
		text[len] = '\n';
		text[len + 1] = '\0';
		if (append(tmpdir_path("many"), text, true, &err) < 0)
			_exit(1);
	}
	_exit(0);
}

static void test_no_torn_line(void **state)
{
	pid_t pid[WRITERS];
	unsigned n = 0;
	char line[RECORD_MAX + 2];

	(void)state;
	for (unsigned i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			write_lines(i);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		int status;
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	CLEANUP_FILE FILE *f = fopen(tmpdir_path("many"), "re");
	assert_non_null(f);
	for (; fgets(line, sizeof(line), f); n++)
		assert_int_equal(strspn(line, (char[]){line[0], '\0'}), strlen(line) - 1);
	assert_int_equal(n, WRITERS * LINES);
}

/* Where the log can't be written. `quiet`: no error unless it is required. */
static const struct {
	const char *path;
	int sys;
	bool quiet;
} unwritable[] = {
	{"no-such-folder/log", ENOENT, true},
	{"file/log", ENOTDIR, true},
	{"folder", EISDIR, false},
	{"link", ELOOP, false},
	{"read-only/log", EROFS, false},
	{"full/log", ENOSPC, false},
	{"fifo", ENXIO, false},
};

static int make_unwritable(void **state)
{
	if (tmpdir_make(state) < 0)
		return -1;
	tmpdir_write("file", "", 0, 0600);
	tmpdir_write("target", "", 0, 0600);
	if (mkdir(tmpdir_path("folder"), 0700) < 0 || mkdir(tmpdir_path("read-only"), 0700) < 0 ||
	    mkdir(tmpdir_path("full"), 0700) < 0 || mkfifo(tmpdir_path("fifo"), 0600) < 0 ||
	    symlink("target", tmpdir_path("link")) < 0 || ownrun_make(state) < 0)
		return -1;
	if (!ownrun)
		return 0;
	if (mount("none", tmpdir_path("read-only"), "tmpfs", MS_RDONLY, "") < 0 ||
	    mount("none", tmpdir_path("full"), "tmpfs", 0, "size=4k") < 0)
		return -1;
	tmpdir_write("full/other", (char[4096]){0}, 4096, 0600);
	return 0;
}

static int remove_unwritable(void **state)
{
	if (ownrun) {
		(void)umount(tmpdir_path("read-only"));
		(void)umount(tmpdir_path("full"));
	}
	return tmpdir_remove(state);
}

/* A line that meets the end of the disk is taken back: the next would be glued to it. */
static void test_cut_line(void)
{
	static char text[4096];
	struct err err = {0};
	struct stat st;

	assert_int_equal(unlink(tmpdir_path("full/other")), 0);
	memset(text, 'x', sizeof(text) - 8);
	text[sizeof(text) - 9] = '\n';
	assert_int_equal(append(tmpdir_path("full/log"), text, true, &err), 0);
	assert_int_equal(append(tmpdir_path("full/log"), "{\"longer\": \"than 8\"}\n", true, &err), -1);
	assert_non_null(strstr(err.msg, "the disk is full"));
	assert_int_equal(stat(tmpdir_path("full/log"), &st), 0);
	assert_int_equal(st.st_size, sizeof(text) - 8);
	assert_int_equal(append(tmpdir_path("full/log"), "{}\n", true, &err), 0);
}

static void test_unwritable(void **state)
{
	(void)state;
	NEEDS_OWN_RUN();
	for (size_t i = 0; i < ARRAY_LEN(unwritable); i++) {
		struct err err = {0};
		const char *path = tmpdir_path(unwritable[i].path);

		if (append(path, "{}\n", true, &err) == 0 || err.sys != unwritable[i].sys ||
		    !strstr(err.msg, path))
			fail_msg("%s: %d, %s", path, err.sys, err.msg);
		if ((append(path, "{}\n", false, &err) == 0) != unwritable[i].quiet)
			fail_msg("%s, not required", path);
	}
	test_cut_line();
	/* Nothing went through the link. */
	struct stat st;
	assert_int_equal(stat(tmpdir_path("target"), &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void test_made_for_root_alone(void **state)
{
	struct stat st;
	struct err err = {0};
	mode_t mask = umask(0);

	(void)state;
	assert_int_equal(append(tmpdir_path("log"), "{}\n", true, &err), 0);
	(void)umask(mask);
	assert_int_equal(stat(tmpdir_path("log"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 3);
}

/* --log as engines write it; `file` NULL: nothing is written but stderr. */
static const struct {
	const char *prefix, *name, *sentence;
	bool written;
} told[] = {
	{"", "log-a", "the image needs bpf", true},
	{"file:", "log-b", "quote \" back \\ line \n bell \x07 \xff", true},
	{"syslog:", "log-c", "x", false},
	{"journald:", "log-d", "x", false},
	{"", "no-such-folder/log", "x", false},
	{NULL, NULL, "without a log", false},
};

/* What refusal_tell writes to stderr. */
static void tell(const char *log, const char *sentence, char *ret, size_t cap)
{
	int fds[2], kept = dup(STDERR_FILENO);

	assert_true(kept >= 0 && pipe(fds) == 0 && dup2(fds[1], STDERR_FILENO) >= 0);
	(void)close(fds[1]);
	refusal_tell(log, sentence);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	(void)close(kept);
	ssize_t n = read(fds[0], ret, cap - 1);
	ret[n > 0 ? n : 0] = '\0';
	assert_int_equal(read(fds[0], ret + strlen(ret), 1), 0);
	(void)close(fds[0]);
}

static void check_log(const char *path, const char *sentence)
{
	CLEANUP_FILE FILE *f = fopen(path, "re");
	char line[1024], again[8];
	struct tm tm = {0};

	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	assert_null(fgets(again, sizeof(again), f));
	json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	assert_int_equal(json_object_size(j), 3);
	assert_string_equal(json_string_value(json_object_get(j, "level")), "error");
	assert_int_equal(strncmp(json_string_value(json_object_get(j, "msg")), sentence, 5), 0);
	const char *rest = strptime(json_string_value(json_object_get(j, "time")), "%Y-%m-%dT%H:%M:%SZ", &tm);
	assert_true(rest && !*rest && labs(timegm(&tm) - time(NULL)) < 60);
	json_decref(j);
}

static void test_refusal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		char log[300], expected[300], got[1024];
		const char *path = told[i].name ? tmpdir_path(told[i].name) : NULL;

		(void)snprintf(log, sizeof(log), "%s%s", path ? told[i].prefix : "", path ? path : "");
		(void)snprintf(expected, sizeof(expected), "runclamp: %s\n", told[i].sentence);
		tell(path ? log : NULL, told[i].sentence, got, sizeof(got));
		assert_string_equal(got, expected);
		if (told[i].written)
			check_log(path, told[i].sentence);
		else if (path)
			assert_int_not_equal(access(path, F_OK), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile),	   cmocka_unit_test(test_image),
		cmocka_unit_test(test_errors),	   cmocka_unit_test(test_no_torn_line),
		cmocka_unit_test(test_unwritable), cmocka_unit_test(test_made_for_root_alone),
		cmocka_unit_test(test_refusal),
	};

	return cmocka_run_group_tests_name("record", tests, make_unwritable, remove_unwritable);
}
