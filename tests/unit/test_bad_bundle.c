/* Hostile bundles: each is refused with its sentence, and its file stays as it
 * was. Runs as root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "oci/bundle.h"
#include "tmpdir.h"
#include <ctype.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

/* Opens TMPDIR/b and expects a refusal whose sentence holds the words. */
static void expect_refused(const char *what, size_t max, const char *says)
{
	CLEANUP_ARENA struct arena a = {0};
	struct bundle b = {.dirfd = 4711};
	struct err err = {0};
	if (!bundle_open(&b, &a, tmpdir_path("b"), max, &err))
		fail_msg("%s: accepted", what);
	if (!strstr(err.msg, says) || !strstr(err.msg, tmpdir))
		fail_msg("%s: \"%s\", expected \"%s\"", what, err.msg, says);
	assert_int_equal(b.dirfd, 4711);
}

static unsigned texts_tried;

/* The same for a config.json with this text, which has to survive. */
static void expect_text_refused(const char *what, const char *text, size_t len, const char *says)
{
	CLEANUP_FREE char *data = NULL;
	struct stat before, after;
	struct err err;
	size_t now;
	tmpdir_write("b/config.json", text, len, 0644);
	assert_int_equal(stat(tmpdir_path("b/config.json"), &before), 0);
	expect_refused(what, BUNDLE_MAX_DEFAULT, says);
	assert_int_equal(stat(tmpdir_path("b/config.json"), &after), 0);
	CLEANUP_FD int fd = open(tmpdir_path("b/config.json"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read_fd(fd, 8 << 20, &data, &now, &err), 0);
	assert_int_equal(now, len);
	assert_memory_equal(data, text, len);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_int_equal(tmpdir_count("b"), 1);
	texts_tried++;
}

static int accepted(const char *text, size_t len, struct err *err)
{
	CLEANUP_ARENA struct arena a = {0};
	struct bundle b;
	return bundle_parse(&b, &a, text, len, err);
}

static const struct bad_text {
	const char *what, *text;
	size_t len;
	const char *says;
} bad_texts[] = {
#define BAD(what, text, says) {what, text, sizeof(text) - 1, says},
#include "bad/texts.inc"
#undef BAD
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_texts); i++)
		expect_text_refused(bad_texts[i].what, bad_texts[i].text, bad_texts[i].len,
				    bad_texts[i].says);
	assert_true(ARRAY_LEN(bad_texts) >= 120);
}

static const struct place {
	const char *where, *open, *close;
	const char *members[20];
} places[] = {
#define PLACE(where, open, close, ...) {where, open, close, {__VA_ARGS__}},
#include "bad/members.inc"
#undef PLACE
};

/* A value of each type that the deeper checks take. */
static const char *const values[] = {
	['s'] = "\"x\"", ['n'] = "1", ['b'] = "false", ['a'] = "[]", ['o'] = "{}"};
static const char *const types[] = {['s'] = "a string",
				    ['n'] = "a number",
				    ['b'] = "true or false",
				    ['a'] = "an array",
				    ['o'] = "an object"};

static unsigned type_of(const char *member)
{
	return (unsigned char)member[0];
}

/* One document of PLACE with these members' text. */
static void in_place(struct buf *doc, const struct place *p, const char *members)
{
	doc->len = 0;
	buf_printf(doc, "%s%s%s", p->open, members, p->close);
}

enum spelling { UPPER, CAPITAL, SWAPPED, LONG_S, KELVIN, ESCAPED_CAPITAL, SPELLINGS };

/* False: the name cannot be spelled this way, or it stays the same. */
static bool spell(char dst[static 128], const char *name, enum spelling how)
{
	size_t at = 0;
	bool changed = false;
	for (size_t i = 0; name[i]; i++) {
		char c = name[i], to = c;
		const char *other = NULL;
		if (how == UPPER)
			to = (char)toupper(c);
		else if ((how == CAPITAL && !i) || (how == SWAPPED && name[i + 1] == '\0'))
			to = (char)(islower(c) ? toupper(c) : tolower(c));
		else if (how == LONG_S && tolower(c) == 's')
			other = "\xc5\xbf";
		else if (how == KELVIN && tolower(c) == 'k')
			other = "\xe2\x84\xaa";
		if (how == ESCAPED_CAPITAL && !i && islower(c)) {
			at += (size_t)snprintf(dst + at, 128 - at, "\\u00%02x", (unsigned)toupper(c));
			changed = true;
			continue;
		}
		changed |= other || to != c;
		at += (size_t)snprintf(dst + at, 128 - at, "%.*s", other ? 3 : 1, other ? other : &to);
	}
	return changed;
}

static void try_spellings(struct buf *doc, const struct place *p, const char *name, const char *value)
{
	char other[128], members[512], says[256];
	(void)snprintf(says, sizeof(says), "is \"%s\" to some runtimes and unknown to others", name);
	for (enum spelling how = UPPER; how < SPELLINGS; how++) {
		if (!spell(other, name, how))
			continue;
		(void)snprintf(members, sizeof(members), "\"%s\":%s", other, value);
		in_place(doc, p, members);
		expect_text_refused(members, doc->data, doc->len, says);
	}
	(void)snprintf(says, sizeof(says), "the key \"%s%s%s\" stands there twice", p->where,
		       *p->where ? "." : "", name);
	for (int escaped = 0; escaped < 2; escaped++) {
		(void)snprintf(other, sizeof(other), escaped ? "\\u%04x" : "%c", (unsigned)name[0]);
		(void)snprintf(members, sizeof(members), "\"%s\":%s, \"%s%s\":%s", name, value, other,
			       name + 1, value);
		in_place(doc, p, members);
		expect_text_refused(members, doc->data, doc->len, says);
	}
}

static void try_types(struct buf *doc, const struct place *p, const char *member)
{
	static const char all[] = "snbao";
	char members[256], says[256];
	struct err err = {0};
	(void)snprintf(says, sizeof(says), ": %s%s%s must be %s", p->where, *p->where ? "." : "", member + 2,
		       types[type_of(member)]);
	for (const char *t = all; *t; t++) {
		(void)snprintf(members, sizeof(members), "\"%s\":%s", member + 2, values[type_of(t)]);
		in_place(doc, p, members);
		if (*t != *member)
			expect_text_refused(members, doc->data, doc->len, says);
		else if (accepted(doc->data, doc->len, &err) < 0)
			fail_msg("%s: %s", doc->data, err.msg);
	}
	(void)snprintf(members, sizeof(members), "\"%s\":null,\"x-%s\":1,\"%s-x\":2", member + 2, member + 2,
		       member + 2);
	in_place(doc, p, members);
	if (accepted(doc->data, doc->len, &err) < 0)
		fail_msg("%s: %s", doc->data, err.msg);
}

static void test_members(void **state)
{
	(void)state;
	CLEANUP_BUF struct buf doc = {0};
	texts_tried = 0;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		for (const char *const *m = places[i].members; *m; m++) {
			try_spellings(&doc, &places[i], *m + 2, values[type_of(*m)]);
			try_types(&doc, &places[i], *m);
		}
	print_message("%u texts\n", texts_tried);
	assert_true(texts_tried > 700);
}

/* A real bundle, cut behind every byte. */
static void test_truncated(void **state)
{
	(void)state;
	CLEANUP_FREE char *data = NULL;
	size_t len;
	struct err err;
	CLEANUP_FD int fd = open("tests/golden/bundles/docker-default/config.json", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(file_read_fd(fd, 1 << 20, &data, &len, &err), 0);
	assert_int_equal(accepted(data, len, &err), 0);
	while (len && isspace(data[len - 1]))
		len--;
	for (size_t cut = 0; cut < len; cut++) {
		/* A copy: ASan sees a byte read behind the end. */
		CLEANUP_FREE char *copy = malloc(cut ? cut : 1);
		assert_non_null(copy);
		memcpy(copy, data, cut);
		if (!accepted(copy, cut, &err))
			fail_msg("accepted: %zu bytes", cut);
	}
	for (size_t cut = 1; cut < len; cut += len / 8)
		expect_text_refused("cut", data, cut, "line ");
}

static void test_sizes(void **state)
{
	(void)state;
	enum { SIZE = BUNDLE_MAX_DEFAULT + 1 };
	CLEANUP_FREE char *text = malloc(SIZE);
	CLEANUP_BUF struct buf doc = {0};
	assert_non_null(text);
	memset(text, ' ', SIZE);
	memcpy(text, "{}", 2);
	expect_text_refused("too large", text, SIZE, "more than the 4194304 allowed");
	tmpdir_write("b/config.json", text, 101, 0644);
	expect_refused("a smaller maximum", 100, "more than the 100 allowed");
	memset(text, '[', SIZE - 1);
	memcpy(text, "{\"x\":", 5);
	expect_text_refused("deep arrays", text, SIZE - 1, "(byte 68): too many levels");
	buf_puts(&doc, "{\"x\":[0");
	for (int i = 0; i < BUNDLE_TOKENS; i++)
		buf_puts(&doc, ",0");
	buf_puts(&doc, "]}");
	expect_text_refused("many values", doc.data, doc.len, "too many values");
	doc.len = 0;
	buf_puts(&doc, "{\"annotations\":{\"first\":\"\"");
	for (int i = 0; i < BUNDLE_ANNOTATIONS_MAX; i++)
		buf_printf(&doc, ",\"%d\":\"\"", i);
	buf_puts(&doc, "}}");
	expect_text_refused("many annotations", doc.data, doc.len,
			    "4097 annotations, more than the 4096 allowed");
}

static int make_nothing(const char *path)
{
	(void)path;
	return 0;
}
static int make_folder(const char *path)
{
	return mkdir(path, 0755);
}
static int make_fifo(const char *path)
{
	return mkfifo(path, 0644);
}
static int make_device(const char *path)
{
	return mknod(path, S_IFCHR | 0644, makedev(1, 3));
}
static int make_socket(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || chmod(path, 0644);
}
/* The targets are good bundles' files, of the test's own: only the link is wrong. */
static int make_link_out(const char *path)
{
	tmpdir_write("good.json", "{}", 2, 0644);
	return symlink(tmpdir_path("good.json"), path);
}
static int make_link_up(const char *path)
{
	tmpdir_write("good.json", "{}", 2, 0644);
	return symlink("../good.json", path);
}
static int make_link_inside(const char *path)
{
	tmpdir_write("b/real.json", "{}", 2, 0644);
	return symlink("real.json", path);
}
static int make_link_magic(const char *path)
{
	char target[128];
	tmpdir_write("good.json", "{}", 2, 0644);
	(void)snprintf(target, sizeof(target), "/proc/self/root%s", tmpdir_path("good.json"));
	return symlink(target, path);
}
static int make_link_loop(const char *path)
{
	return symlink("config.json", path);
}
static int make_link_nowhere(const char *path)
{
	return symlink("nowhere", path);
}

static const struct {
	const char *what;
	int (*make)(const char *path);
	const char *says;
} kinds[] = {
	{"no file", make_nothing, "/b/config.json: opening it: does not exist"},
	{"a folder", make_folder, "/b/config.json: it is not a regular file"},
	{"a FIFO", make_fifo, "it is not a regular file"},
	{"a device", make_device, "it is not a regular file"},
	{"a socket", make_socket, "it is not a regular file"},
	{"a link out of the bundle", make_link_out, "it is a symbolic link"},
	{"a link to the folder above", make_link_up, "it is a symbolic link"},
	{"a link inside", make_link_inside, "it is a symbolic link"},
	{"a magic link", make_link_magic, "it is a symbolic link"},
	{"a link to itself", make_link_loop, "it is a symbolic link"},
	{"a link to nowhere", make_link_nowhere, "it is a symbolic link"},
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		(void)remove(tmpdir_path("b/config.json"));
		assert_int_equal(kinds[i].make(tmpdir_path("b/config.json")), 0);
		expect_refused(kinds[i].what, BUNDLE_MAX_DEFAULT, kinds[i].says);
	}
	(void)remove(tmpdir_path("b/config.json"));
	(void)remove(tmpdir_path("b/real.json"));
}

static const struct {
	const char *what;
	uid_t dir_uid, file_uid;
	mode_t dir_mode, file_mode;
	const char *says; /* NULL: accepted */
} owners[] = {
	{"usual", 0, 0, 0700, 0644, NULL},
	{"readable by all", 0, 0, 0755, 0444, NULL},
	{"of a group", 0, 0, 0750, 0640, NULL},
	{"file of another", 0, 1000, 0700, 0644, "the file belongs to uid 1000, neither to root nor"},
	{"file of nobody", 0, 65534, 0700, 0644, "the file belongs to uid 65534"},
	{"folder of another", 1000, 0, 0700, 0644, "the bundle's folder belongs to uid 1000"},
	/* It is replaced: test_splice. */
	{"everybody may write the file", 0, 0, 0711, 0666, NULL},
	{"group may write the folder", 0, 0, 0770, 0644,
	 "the bundle's folder can be written by others (mode 0770)"},
	{"others may write the folder", 0, 0, 0707, 0644, "the bundle's folder can be written by others"},
	{"a sticky folder", 0, 0, 01777, 0644, "the bundle's folder can be written by others (mode 1777)"},
};

static void test_owners(void **state)
{
	(void)state;
	(void)remove(tmpdir_path("b/config.json"));
	assert_int_equal(chmod(tmpdir, 0711), 0);
	for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
		CLEANUP_ARENA struct arena a = {0};
		struct bundle b;
		struct err err = {0};
		tmpdir_write("b/config.json", "{}", 2, 0600);
		assert_int_equal(lchown(tmpdir_path("b/config.json"), owners[i].file_uid, 0), 0);
		assert_int_equal(chmod(tmpdir_path("b/config.json"), owners[i].file_mode), 0);
		assert_int_equal(chown(tmpdir_path("b"), owners[i].dir_uid, 0), 0);
		assert_int_equal(chmod(tmpdir_path("b"), owners[i].dir_mode), 0);
		if (owners[i].says) {
			expect_refused(owners[i].what, BUNDLE_MAX_DEFAULT, owners[i].says);
			continue;
		}
		if (bundle_open(&b, &a, tmpdir_path("b"), BUNDLE_MAX_DEFAULT, &err) < 0)
			fail_msg("%s: %s", owners[i].what, err.msg);
		bundle_close(&b);
	}
	assert_int_equal(chown(tmpdir_path("b"), 0, 0), 0);
	assert_int_equal(chmod(tmpdir_path("b"), 0700), 0);
}

/* Who can move a component of the path can put another bundle there behind our look. */
static void test_path(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct bundle b;
	struct err err = {0};

	(void)state;
	assert_int_equal(mkdir(tmpdir_path("alice"), 0755), 0);
	assert_int_equal(mkdir(tmpdir_path("alice/b"), 0700), 0);
	tmpdir_write("alice/b/config.json", "{}", 2, 0600);
	assert_int_equal(symlink("b", tmpdir_path("alice/link")), 0);
	assert_int_equal(bundle_open(&b, &a, tmpdir_path("alice/b"), BUNDLE_MAX_DEFAULT, &err), 0);
	bundle_close(&b);
	assert_int_equal(bundle_open(&b, &a, tmpdir_path("alice/link"), BUNDLE_MAX_DEFAULT, &err), 0);
	bundle_close(&b);
	/* A link of hers in a folder of root's. */
	assert_int_equal(lchown(tmpdir_path("alice/link"), 1000, 0), 0);
	assert_int_equal(bundle_open(&b, &a, tmpdir_path("alice/link"), BUNDLE_MAX_DEFAULT, &err), -1);
	assert_non_null(strstr(err.msg, "alice/link is not trusted: it belongs to uid 1000"));
	/* Root's bundle in a folder of hers. */
	assert_int_equal(chown(tmpdir_path("alice"), 1000, 0), 0);
	assert_int_equal(bundle_open(&b, &a, tmpdir_path("alice/b"), BUNDLE_MAX_DEFAULT, &err), -1);
	assert_non_null(
		strstr(err.msg, "alice is not trusted: it belongs to uid 1000, not to root or the caller"));
	assert_int_equal(chown(tmpdir_path("alice"), 0, 0), 0);
	assert_int_equal(chmod(tmpdir_path("alice"), 0777), 0);
	assert_int_equal(bundle_open(&b, &a, tmpdir_path("alice/b"), BUNDLE_MAX_DEFAULT, &err), -1);
	assert_non_null(strstr(err.msg, "everybody may write to it"));
}

static void test_folders(void **state)
{
	(void)state;
	char longest[5000];
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	const struct {
		const char *path, *says;
	} cases[] = {
		{"", "the bundle's folder: does not exist"},
		{"/nowhere", "/nowhere: the bundle's folder: does not exist"},
		{"/etc/passwd", "the bundle's folder: a part of the path is no folder"},
		{"/tmp", "/tmp: the bundle's folder can be written by others"},
		{"/proc/self/root", "config.json: opening it: does not exist"},
		{longest, "the bundle's folder: File name too long"},
		{"/no\nwhere\x1b[31m", "/no\\x0awhere\\x1b[31m: the bundle's folder"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena a = {0};
		struct bundle b;
		struct err err = {0};
		assert_int_equal(bundle_open(&b, &a, cases[i].path, BUNDLE_MAX_DEFAULT, &err), -1);
		if (!strstr(err.msg, cases[i].says))
			fail_msg("\"%s\", expected \"%s\"", err.msg, cases[i].says);
	}
}

static int setup(void **state)
{
	return tmpdir_make(state) || mkdir(tmpdir_path("b"), 0700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),	  cmocka_unit_test(test_members),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_kinds),	  cmocka_unit_test(test_owners),
		cmocka_unit_test(test_path),	  cmocka_unit_test(test_folders),
	};
	return cmocka_run_group_tests(tests, setup, tmpdir_remove);
}
