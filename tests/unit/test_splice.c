/* The splice: which bytes change, and that no other does. Runs as root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "format/edit.h"
#include "oci/splice.h"
#include "tmpdir.h"
#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define SECTION "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}"

static const struct {
	const char *what, *before, *after;
} cases[] = {
	{"an empty document", "{}", "{\"linux\":{\"seccomp\":" SECTION "}}"},
	{"an empty document with space in it", "{ \n}\n", "{ \n\"linux\":{\"seccomp\":" SECTION "}}\n"},
	{"no linux", "{\"root\":{}}", "{\"root\":{},\"linux\":{\"seccomp\":" SECTION "}}"},
	{"no linux, in lines", "{\n\t\"root\": {}\n}\n",
	 "{\n\t\"root\": {}\n,\"linux\":{\"seccomp\":" SECTION "}}\n"},
	{"linux is null", "{\"linux\":null,\"root\":{}}",
	 "{\"linux\":{\"seccomp\":" SECTION "},\"root\":{}}"},
	{"linux is null, in lines", "{\n  \"linux\" : null\r\n}",
	 "{\n  \"linux\" : {\"seccomp\":" SECTION "}\r\n}"},
	{"linux is empty", "{\"linux\":{}}", "{\"linux\":{\"seccomp\":" SECTION "}}"},
	{"linux is empty, with space", "{\"linux\":{ }}", "{\"linux\":{\"seccomp\":" SECTION " }}"},
	{"linux has members", "{\"linux\":{\"devices\":[]}}",
	 "{\"linux\":{\"seccomp\":" SECTION ",\"devices\":[]}}"},
	{"linux has members, in lines", "{\"linux\":{\n\t\"devices\": []\n}}",
	 "{\"linux\":{\"seccomp\":" SECTION ",\n\t\"devices\": []\n}}"},
	{"seccomp is null", "{\"linux\":{\"seccomp\":null}}", "{\"linux\":{\"seccomp\":" SECTION "}}"},
	{"seccomp is empty", "{\"linux\":{\"a\":1,\"seccomp\":{},\"b\":2}}",
	 "{\"linux\":{\"a\":1,\"seccomp\":" SECTION ",\"b\":2}}"},
	{"seccomp is there", "{\"linux\":{\"seccomp\": {\"syscalls\": [ {\"names\":[\"}\\\"\"]} ] } }}",
	 "{\"linux\":{\"seccomp\": " SECTION " }}"},
	{"names in escapes", "{\"linu\\u0078\":{\"\\u0073eccomp\":null}}",
	 "{\"linu\\u0078\":{\"\\u0073eccomp\":" SECTION "}}"},
	{"others of the name",
	 "{\"x\":{\"seccomp\":1,\"linux\":{\"seccomp\":2}},\"linux\":{\"x\":{\"seccomp\":3}}}",
	 "{\"x\":{\"seccomp\":1,\"linux\":{\"seccomp\":2}},\"linux\":{\"seccomp\":" SECTION
	 ",\"x\":{\"seccomp\":3}}}"},
	{"numbers and escapes elsewhere",
	 "{\"process\":{\"rlimits\":[{\"hard\":18446744073709551615,\"soft\":1e3}]},\"x\":\"\\u0041\\/"
	 "\",\"linux\":{}}",
	 "{\"process\":{\"rlimits\":[{\"hard\":18446744073709551615,\"soft\":1e3}]},\"x\":\"\\u0041\\/"
	 "\",\"linux\":{"
	 "\"seccomp\":" SECTION "}}"},
	{"there already", "{\"linux\":{\"seccomp\":" SECTION "}}", "{\"linux\":{\"seccomp\":" SECTION "}}"},
};

static const struct splice_member spliced = {"linux", "seccomp", SECTION};

/* The text with the section in it, in out. */
static void splice_text(const char *text, size_t len, struct buf *out)
{
	CLEANUP_ARENA struct arena a = {0};
	struct bundle b;
	struct err err;
	if (bundle_parse(&b, &a, text, len, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(splice_apply(&b, &spliced, 1, out, &err), 0);
}

static void test_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_BUF struct buf once = {0}, twice = {0};
		splice_text(cases[i].before, strlen(cases[i].before), &once);
		if (strcmp(once.data, cases[i].after))
			fail_msg("%s: %s, expected %s", cases[i].what, once.data, cases[i].after);
		splice_text(once.data, once.len, &twice);
		assert_string_equal(twice.data, once.data);
	}
}

/* Several members at once, in whatever order they are named: by hand from the rule in splice.h. */
#define CAPS "{\"bounding\":[]}"
#define HOOK "[{\"path\":\"/h\"}]"
static const struct {
	const char *what, *before, *after;
} several[] = {
	{"all are there",
	 "{\"hooks\":{\"createRuntime\":[1,\n2]},\"process\":{\"noNewPrivileges\":false,\"capabilities\":"
	 "null},"
	 "\"linux\":{\"seccomp\":{}}}",
	 "{\"hooks\":{\"createRuntime\":" HOOK
	 "},\"process\":{\"noNewPrivileges\":true,\"capabilities\":" CAPS "},\"linux\":{\"seccomp\":" SECTION
	 "}}"},
	{"none is there, their parents are", "{\"process\":{\"cwd\":\"/\"}, \"linux\":{ }, \"hooks\":{}}",
	 "{\"process\":{\"capabilities\":" CAPS
	 ",\"noNewPrivileges\":true,\"cwd\":\"/\"}, \"linux\":{\"seccomp\":" SECTION
	 " }, \"hooks\":{\"createRuntime\":" HOOK "}}"},
	{"into one empty object", "{\"process\":{}}",
	 "{\"process\":{\"capabilities\":" CAPS ",\"noNewPrivileges\":true},\"linux\":{\"seccomp\":" SECTION
	 "},\"hooks\":{\"createRuntime\":" HOOK "}}"},
	{"a parent is null, at the document's end", "{\"process\":{\"a\":1},\"linux\":null}",
	 "{\"process\":{\"capabilities\":" CAPS
	 ",\"noNewPrivileges\":true,\"a\":1},\"linux\":{\"seccomp\":" SECTION
	 "},\"hooks\":{\"createRuntime\":" HOOK "}}"},
};

static void test_several(void **state)
{
	(void)state;
	static const struct splice_member members[] = {
		{"process", "capabilities", CAPS},
		{"linux", "seccomp", SECTION},
		{"process", "noNewPrivileges", "true"},
		{"hooks", "createRuntime", HOOK},
	};
	for (size_t i = 0; i < ARRAY_LEN(several); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_BUF struct buf out = {0};
		struct bundle b;
		struct err err = {0};
		assert_int_equal(bundle_parse(&b, &a, several[i].before, strlen(several[i].before), &err), 0);
		assert_int_equal(splice_apply(&b, members, ARRAY_LEN(members), &out, &err), 0);
		if (strcmp(out.data, several[i].after))
			fail_msg("%s: %s, expected %s", several[i].what, out.data, several[i].after);
	}
}

/* What would be written twice, or into two objects of one name, is not written. */
static void test_not_together(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		struct splice_member v[2];
	} rows[] = {
		{"{\"linux\":{}}", {{"linux", "seccomp", "1"}, {"linux", "seccomp", "2"}}},
		{"{}", {{"process", "capabilities", "1"}, {"process", "noNewPrivileges", "2"}}},
		{"{\"process\":null}",
		 {{"process", "capabilities", "1"}, {"process", "noNewPrivileges", "2"}}},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_BUF struct buf out = {0};
		struct bundle b;
		struct err err = {0};
		assert_int_equal(bundle_parse(&b, &a, rows[i].text, strlen(rows[i].text), &err), 0);
		assert_int_equal(splice_apply(&b, rows[i].v, 2, &out, &err), -1);
		assert_int_equal(out.len, 0);
	}
}

static void test_edits(void **state)
{
	(void)state;
	static const struct {
		struct edit v[2];
		const char *after; /* NULL: refused */
	} rows[] = {
		{{{0, 0, "a", 1}, {0, 0, "b", 1}}, "ab0123"}, {{{4, 4, "a", 1}, {4, 4, "b", 1}}, "0123ab"},
		{{{1, 3, "", 0}, {3, 3, "xy", 2}}, "0xy3"},   {{{0, 4, "", 0}, {4, 4, "", 0}}, ""},
		{{{1, 3, "", 0}, {2, 4, "", 0}}, NULL},	      {{{3, 3, "", 0}, {1, 1, "", 0}}, NULL},
		{{{0, 5, "", 0}, {5, 5, "", 0}}, NULL},	      {{{3, 2, "", 0}, {3, 3, "", 0}}, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf out = {0};
		edit_apply(&out, "0123", 4, rows[i].v, 2);
		assert_int_equal(out.failed, rows[i].after == NULL);
		if (rows[i].after)
			assert_string_equal(out.data ? out.data : "", rows[i].after);
	}
}

/* jansson's reading: the section stands where it should, the rest is equal. */
static void check_meaning(const char *before, const char *after)
{
	json_error_t e;
	json_t *old = json_loads(before, JSON_REJECT_DUPLICATES, &e);
	json_t *new = old ? json_loads(after, JSON_REJECT_DUPLICATES, &e) : NULL;
	json_t *section = json_loads(SECTION, 0, NULL);
	if (!old && strstr(e.text, "too big integer")) {
		/* 18446744073709551615, which Docker writes: not for jansson. */
		json_decref(section);
		return;
	}
	if (!new)
		fail_msg("%s", e.text);
	json_t *linux_obj = json_object_get(new, "linux");
	assert_true(json_equal(json_object_get(linux_obj, "seccomp"), section));
	json_object_set(json_object_get(old, "linux"), "seccomp", section);
	assert_true(json_equal(old, new));
	json_decref(old);
	json_decref(new);
	json_decref(section);
}

static void test_real(void **state)
{
	(void)state;
	glob_t found;
	assert_int_equal(glob("tests/golden/bundles/*/config.json", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 30);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		CLEANUP_FREE char *text = NULL;
		CLEANUP_BUF struct buf out = {0};
		size_t len, head = 0, tail = 0;
		struct err err;
		CLEANUP_FD int fd = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		assert_int_equal(file_read_fd(fd, BUNDLE_MAX_DEFAULT, &text, &len, &err), 0);
		splice_text(text, len, &out);
		check_meaning(text, out.data);
		/* One run of bytes differs, and the new one is the section. */
		while (head < len && head < out.len && text[head] == out.data[head])
			head++;
		while (tail < len - head && tail < out.len - head &&
		       text[len - 1 - tail] == out.data[out.len - 1 - tail])
			tail++;
		assert_true(out.len - head - tail <= strlen(",\"linux\":{\"seccomp\":" SECTION "}"));
	}
	globfree(&found);
}

struct fixture {
	struct arena arena;
	struct bundle b;
};

static void open_bundle(struct fixture *f, const char *text)
{
	struct err err = {0};
	*f = (struct fixture){0};
	tmpdir_write("b/config.json", text, strlen(text), 0640);
	assert_int_equal(chown(tmpdir_path("b/config.json"), 0, 12), 0);
	if (bundle_open(&f->b, &f->arena, tmpdir_path("b"), BUNDLE_MAX_DEFAULT, &err) < 0)
		fail_msg("%s", err.msg);
}

static void close_bundle(struct fixture *f)
{
	bundle_close(&f->b);
	arena_free(&f->arena);
}

static void expect_text(const char *want)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	struct err err;
	CLEANUP_FD int fd = open(tmpdir_path("b/config.json"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read_fd(fd, BUNDLE_MAX_DEFAULT, &text, &len, &err), 0);
	assert_string_equal(text, want);
	assert_int_equal(tmpdir_count("b"), 1);
}

static void test_commit(void **state)
{
	(void)state;
	struct fixture f;
	struct err err = {0};
	struct stat before, after;
	open_bundle(&f, "{\"old\":1}");
	before = f.b.st;
	assert_int_equal(splice_commit(&f.b, "{\"old\":1}", 9, &err), 0);
	assert_int_equal(stat(tmpdir_path("b/config.json"), &after), 0);
	assert_int_equal(after.st_ino, before.st_ino); /* the same text writes nothing */
	assert_int_equal(splice_commit(&f.b, "{\"new\":1}", 9, &err), 0);
	expect_text("{\"new\":1}");
	assert_int_equal(stat(tmpdir_path("b/config.json"), &after), 0);
	assert_int_not_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mode & 07777, 0640);
	assert_int_equal(after.st_gid, 12);
	/* Once more from the same reading: it is not that file any more. */
	assert_int_equal(splice_commit(&f.b, "{\"twice\":1}", 11, &err), -1);
	expect_text("{\"new\":1}");
	close_bundle(&f);
}

/* What others may write to is replaced in any case, and then they may not: the mode as it was, and an access
 * list. */
static void test_exposed(void **state)
{
	/* version 2; user:: rw-, user:1000 rw-, group:: r--, mask:: rw-, other:: r-- */
	static const unsigned char acl[] = {2, 0,   0,	 0,   1,   0,	6,  0, 255, 255, 255, 255, 2,	0,  6,
					    0, 232, 3,	 0,   0,   4,	0,  4, 0,   255, 255, 255, 255, 16, 0,
					    6, 0,   255, 255, 255, 255, 32, 0, 4,   0,	 255, 255, 255, 255};
	static const struct {
		mode_t before, after;
		const char *text;
		bool with_acl;
	} rows[] = {
		{0666, 0644, "{\"old\":1}", false}, {0666, 0644, "{\"new\":1}", false},
		{0662, 0640, "{\"old\":1}", false}, {0660, 0640, "{\"old\":1}", false},
		{0644, 0644, "{\"old\":1}", true},  {0644, 0644, "{\"new\":1}", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[512];
		struct fixture f = {0};
		struct stat before, after;
		struct err err = {0};
		unsigned char now[sizeof(acl)];

		(void)snprintf(path, sizeof(path), "%s/b/config.json", tmpdir);
		tmpdir_write("b/config.json", "{\"old\":1}", 9, 0600);
		assert_int_equal(chmod(path, rows[i].before), 0);
		if (rows[i].with_acl && lsetxattr(path, "system.posix_acl_access", acl, sizeof(acl), 0) < 0)
			continue; /* a file system without */
		assert_int_equal(stat(path, &before), 0);
		assert_int_equal(bundle_open(&f.b, &f.arena, tmpdir_path("b"), BUNDLE_MAX_DEFAULT, &err), 0);
		assert_true(f.b.exposed);
		assert_int_equal(splice_commit(&f.b, rows[i].text, 9, &err), 0);
		expect_text(rows[i].text);
		assert_int_equal(stat(path, &after), 0);
		assert_int_not_equal(after.st_ino, before.st_ino);
		assert_int_equal(after.st_mode & 07777, rows[i].after);
		/* The list stays; its mask, which is the mode's middle, lets nobody write. */
		if (rows[i].with_acl) {
			assert_int_equal(lgetxattr(path, "system.posix_acl_access", now, sizeof(now)),
					 sizeof(now));
			assert_int_equal(now[30], 4);
		}
		close_bundle(&f);
	}
}

static void change_bytes(void)
{
	tmpdir_write("b/config.json", "{\"them\":1}", 10, 0640);
}
static void change_size_only(void)
{
	assert_int_equal(truncate(tmpdir_path("b/config.json"), 2), 0);
}
static void change_by_rename(void)
{
	tmpdir_write("b/other", "{\"old\":1}", 9, 0640);
	assert_int_equal(rename(tmpdir_path("b/other"), tmpdir_path("b/config.json")), 0);
}
static void change_mode(void)
{
	assert_int_equal(chmod(tmpdir_path("b/config.json"), 0666), 0);
}
static void change_to_link(void)
{
	assert_int_equal(rename(tmpdir_path("b/config.json"), tmpdir_path("moved")), 0);
	assert_int_equal(symlink("../moved", tmpdir_path("b/config.json")), 0);
}

/* Somebody else was there between our reading and our writing: theirs stays. */
static void test_changed(void **state)
{
	(void)state;
	static void (*const changes[])(void) = {change_bytes, change_size_only, change_by_rename, change_mode,
						change_to_link};
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct fixture f;
		struct err err = {0};
		struct stat theirs, after;
		open_bundle(&f, "{\"old\":1}");
		(void)usleep(20000); /* beyond the file system's clock tick */
		changes[i]();
		assert_int_equal(lstat(tmpdir_path("b/config.json"), &theirs), 0);
		assert_int_equal(splice_commit(&f.b, "{\"new\":1}", 9, &err), -1);
		assert_non_null(strstr(err.msg, "config.json was changed by another program meanwhile"));
		assert_int_equal(lstat(tmpdir_path("b/config.json"), &after), 0);
		assert_int_equal(theirs.st_ino, after.st_ino);
		assert_int_equal(tmpdir_count("b"), 1);
		close_bundle(&f);
		assert_int_equal(unlink(tmpdir_path("b/config.json")), 0);
	}
	struct fixture f;
	struct err err = {0};
	open_bundle(&f, "{\"old\":1}");
	assert_int_equal(unlink(tmpdir_path("b/config.json")), 0);
	assert_int_equal(splice_commit(&f.b, "{\"new\":1}", 9, &err), -1);
	assert_int_equal(tmpdir_count("b"), 0);
	close_bundle(&f);
}

/* A bundle on a read-only mount, in a mount namespace of a child. */
static int commit_read_only(void)
{
	struct arena a = {0};
	struct bundle b;
	struct err err = {0};
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(tmpdir_path("b"), tmpdir_path("b"), NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, tmpdir_path("b"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0)
		return 10;
	if (bundle_open(&b, &a, tmpdir_path("b"), BUNDLE_MAX_DEFAULT, &err) < 0)
		return 11;
	if (!splice_commit(&b, "{\"new\":1}", 9, &err) || err.sys != EROFS)
		return 12;
	bundle_close(&b);
	arena_free(&a);
	return 0;
}

static void test_read_only(void **state)
{
	(void)state;
	int status;
	tmpdir_write("b/config.json", "{\"old\":1}", 9, 0640);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(commit_read_only());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	expect_text("{\"old\":1}");
}

static int setup(void **state)
{
	return tmpdir_make(state) || mkdir(tmpdir_path("b"), 0700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),	     cmocka_unit_test(test_several),
		cmocka_unit_test(test_not_together), cmocka_unit_test(test_edits),
		cmocka_unit_test(test_real),	     cmocka_unit_test(test_commit),
		cmocka_unit_test(test_changed),	     cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_exposed),
	};
	return cmocka_run_group_tests(tests, setup, tmpdir_remove);
}
