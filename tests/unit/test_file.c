/* Bounded reads, trusted paths, atomic replacement. Runs as root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "tmpdir.h"
#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static void test_read(void **state)
{
	(void)state;
	static const struct {
		size_t size, max;
		enum err_kind fails;
	} cases[] = {
		{0, 10, ERR_NONE},	   {1, 10, ERR_NONE},	    {10, 10, ERR_NONE},
		{11, 10, ERR_LIMIT},	   {100000, 10, ERR_LIMIT}, {4095, 4096, ERR_NONE},
		{4096, 4096, ERR_NONE},	   {4097, 4096, ERR_LIMIT}, {70000, 70000, ERR_NONE},
		{70001, 70000, ERR_LIMIT},
	};
	static char bytes[100000];
	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *data = NULL;
		size_t len = 4711;
		struct err err;
		tmpdir_write("f", bytes, cases[i].size, 0644);
		CLEANUP_FD int fd = open(tmpdir_path("f"), O_RDONLY | O_CLOEXEC);
		int r = file_read_fd(fd, cases[i].max, &data, &len, &err);
		assert_int_equal(r, cases[i].fails ? -1 : 0);
		assert_int_equal(len, cases[i].fails ? 4711 : cases[i].size);
		if (r < 0) {
			assert_int_equal(err.kind, cases[i].fails);
			continue;
		}
		assert_memory_equal(data, bytes, len);
		assert_int_equal(data[len], '\0');
	}
}

/* Fewer bytes than the file had when it was looked at: cut while it was read. */
static void test_read_shrunk(void **state)
{
	(void)state;
	CLEANUP_FREE char *data = NULL;
	size_t len = 4711;
	struct err err;
	tmpdir_write("f", "0123456789", 10, 0644);
	CLEANUP_FD int fd = open(tmpdir_path("f"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
	assert_int_equal(file_read_fd(fd, 100, &data, &len, &err), -1);
	assert_non_null(strstr(err.msg, "it changed while it was read"));
	assert_int_equal(len, 4711);
}

/* procfs and pipes have no size to ask for. */
static void test_read_sizeless(void **state)
{
	(void)state;
	CLEANUP_FREE char *data = NULL, *piped = NULL;
	size_t len, piped_len;
	struct err err;
	int fds[2];
	CLEANUP_FD int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read_fd(fd, 4096, &data, &len, &err), 0);
	assert_true(len > 10);
	for (size_t max = 29999; max <= 30000; max++) {
		static char bytes[30000];
		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		assert_int_equal(write(fds[1], bytes, sizeof(bytes)), sizeof(bytes));
		assert_int_equal(close(fds[1]), 0);
		int r = file_read_fd(fds[0], max, &piped, &piped_len, &err);
		assert_int_equal(close(fds[0]), 0);
		assert_int_equal(r, max < sizeof(bytes) ? -1 : 0);
	}
	assert_int_equal(piped_len, 30000);
	CLEANUP_FD int dir = open("/", O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read_fd(dir, 10, &data, &len, &err), -1);
	assert_int_equal(err.sys, EISDIR);
}

/* Everything below tmpdir/t, made anew for each case: t/d/f is the file. */
struct trust_case {
	const char *what;
	mode_t dir_mode, file_mode;
	uid_t dir_uid, file_uid;
	const char *link; /* t/l leads there; opened instead when not NULL */
	uid_t link_uid;
	const char *open; /* relative to t */
	const char *says; /* NULL: trusted */
};
static const struct trust_case trust_cases[] = {
	{"plain", 0755, 0644, 0, 0, NULL, 0, "d/f", NULL},
	{"dots and slashes", 0755, 0644, 0, 0, NULL, 0, "d/.././/d///f", NULL},
	{"read-only", 0500, 0400, 0, 0, NULL, 0, "d/f", NULL},
	{"file of another", 0755, 0644, 0, 1000, NULL, 0, "d/f",
	 "/d/f is not trusted: it belongs to uid 1000"},
	{"file of nobody", 0755, 0644, 0, 65534, NULL, 0, "d/f", "belongs to uid 65534"},
	{"group may write", 0755, 0664, 0, 0, NULL, 0, "d/f", "/d/f is not trusted: its group may write"},
	{"others may write", 0755, 0646, 0, 0, NULL, 0, "d/f", "/d/f is not trusted: everybody may write"},
	{"a sticky file is no sticky folder", 0755, 01646, 0, 0, NULL, 0, "d/f", "everybody may write"},
	{"folder of another", 0755, 0644, 1000, 0, NULL, 0, "d/f",
	 "/d is not trusted: it belongs to uid 1000"},
	{"folder open to its group", 0775, 0644, 0, 0, NULL, 0, "d/f",
	 "/d is not trusted: its group may write"},
	{"folder open to all", 0777, 0644, 0, 0, NULL, 0, "d/f", "/d is not trusted: everybody may write"},
	{"sticky folder", 01777, 0644, 0, 0, NULL, 0, "d/f", NULL},
	{"file of another in a sticky folder", 01777, 0644, 0, 1000, NULL, 0, "d/f", "uid 1000"},
	{"sticky folder of another", 01777, 0644, 1000, 0, NULL, 0, "d/f", "/d is not trusted"},
	{"link", 0755, 0644, 0, 0, "d/f", 0, "l", NULL},
	{"link to the folder", 0755, 0644, 0, 0, "d", 0, "l/f", NULL},
	{"link with dots", 0755, 0644, 0, 0, "./d/../d", 0, "l/f", NULL},
	{"dots behind a link", 0755, 0644, 0, 0, "d", 0, "l/../d/f", NULL},
	{"link of another", 0755, 0644, 0, 0, "d/f", 1000, "l", "/l is not trusted: it belongs to uid 1000"},
	{"link into an open folder", 0777, 0644, 0, 0, "d/f", 0, "l", "/d is not trusted"},
	{"link to nowhere", 0755, 0644, 0, 0, "nowhere", 0, "l", "does not exist (ENOENT)"},
	{"link to itself", 0755, 0644, 0, 0, "l", 0, "l", "more than 40 symbolic links"},
	{"link out to a device", 0755, 0644, 0, 0, "/dev/null", 0, "l", "/dev/null is not trusted"},
	{"absolute link", 0755, 0644, 0, 0, "/etc/passwd", 0, "l", NULL},
	{"a folder", 0755, 0644, 0, 0, NULL, 0, "d", "/d is not a regular file"},
	{"a file as a folder", 0755, 0644, 0, 0, NULL, 0, "d/f/x", "a part of the path is no folder"},
	{"a slash behind a file", 0755, 0644, 0, 0, NULL, 0, "d/f/", "a part of the path is no folder"},
	{"nothing there", 0755, 0644, 0, 0, NULL, 0, "d/g", "/d/g: does not exist (ENOENT)"},
};

static void trust_setup(const struct trust_case *c)
{
	(void)unlink(tmpdir_path("t/d/f"));
	(void)unlink(tmpdir_path("t/l"));
	(void)rmdir(tmpdir_path("t/d"));
	(void)mkdir(tmpdir_path("t"), 0755);
	assert_int_equal(mkdir(tmpdir_path("t/d"), 0700), 0);
	tmpdir_write("t/d/f", "text", 4, 0600);
	assert_int_equal(chown(tmpdir_path("t/d/f"), c->file_uid, 0), 0);
	assert_int_equal(chmod(tmpdir_path("t/d/f"), c->file_mode), 0);
	assert_int_equal(chown(tmpdir_path("t/d"), c->dir_uid, 0), 0);
	assert_int_equal(chmod(tmpdir_path("t/d"), c->dir_mode), 0);
	if (!c->link)
		return;
	assert_int_equal(symlink(c->link, tmpdir_path("t/l")), 0);
	assert_int_equal(lchown(tmpdir_path("t/l"), c->link_uid, 0), 0);
}

static void test_trust(void **state)
{
	(void)state;
	static const struct file_trust trust = {.allow_overflow_uid = true};
	for (size_t i = 0; i < ARRAY_LEN(trust_cases); i++) {
		const struct trust_case *c = &trust_cases[i];
		char path[256];
		struct err err = {0};
		struct stat st;
		trust_setup(c);
		(void)snprintf(path, sizeof(path), "%s/t/%s", tmpdir, c->open);
		CLEANUP_FD int fd = file_open_trusted(path, &trust, &st, &err);
		if ((fd >= 0) != !c->says || (c->says && !strstr(err.msg, c->says)))
			fail_msg("%s: fd %d, \"%s\"", c->what, fd, err.msg);
		if (fd < 0)
			continue;
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_true(S_ISREG(st.st_mode));
	}
}

static void test_trust_paths(void **state)
{
	(void)state;
	char longest[PATH_MAX + 10];
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	const struct {
		const char *path, *says;
	} cases[] = {
		{"", "not an absolute path"},	  {"etc/passwd", "not an absolute path"},
		{"/", "/ is not a regular file"}, {"/..", "/ is not a regular file"},
		{longest, "ENAMETOOLONG"},	  {"/../../etc/passwd", NULL},
		{"/etc//./passwd", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		CLEANUP_FD int fd = file_open_trusted(cases[i].path, NULL, NULL, &err);
		if ((fd >= 0) != !cases[i].says || (cases[i].says && !strstr(err.msg, cases[i].says)))
			fail_msg("%.20s: fd %d, \"%s\"", cases[i].path, fd, err.msg);
	}
	/* A FIFO in a trusted folder neither hangs nor is read. */
	struct err err = {0};
	assert_int_equal(mkfifo(tmpdir_path("fifo"), 0644), 0);
	assert_int_equal(file_open_trusted(tmpdir_path("fifo"), NULL, NULL, &err), -1);
	assert_non_null(strstr(err.msg, "is not a regular file"));
}

static void test_executable(void **state)
{
	(void)state;
	static const struct {
		mode_t mode;
		const char *says;
	} cases[] = {
		{0755, NULL},
		{0711, NULL},
		{0100, NULL},
		{0644, "is not executable"},
		{0775, "its group may write"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct stat st;
		tmpdir_write("bin", "#!/bin/true\n", 12, cases[i].mode);
		int r = file_check_executable(tmpdir_path("bin"), NULL, &st, &err);
		assert_int_equal(r, cases[i].says ? -1 : 0);
		if (cases[i].says)
			assert_non_null(strstr(err.msg, cases[i].says));
	}
}

/* The answers of a child in a user namespace that maps root to `outside`:
 * bit 0 with allow_overflow_uid, bit 1 without. It waits for its map. */
static int trust_in_namespace(uid_t outside)
{
	int ready[2], mapped[2], status;
	char text[64], c;
	assert_int_equal(pipe2(ready, O_CLOEXEC) | pipe2(mapped, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		static const struct file_trust overflow = {.allow_overflow_uid = true};
		struct err err;
		if (unshare(CLONE_NEWUSER) < 0 || write(ready[1], "u", 1) != 1 || read(mapped[0], &c, 1) != 1)
			_exit(100);
		int with = file_open_trusted("/etc/passwd", &overflow, NULL, &err) >= 0;
		int without = file_open_trusted("/etc/passwd", NULL, NULL, &err) >= 0;
		_exit(with | without << 1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	(void)snprintf(text, sizeof(text), "/proc/%d/uid_map", pid);
	CLEANUP_FD int fd = open(text, O_WRONLY | O_CLOEXEC);
	int n = snprintf(text, sizeof(text), "0 %u 1", outside);
	assert_int_equal(write(fd, text, (size_t)n), n);
	assert_int_equal(write(mapped[1], "m", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (int i = 0; i < 2; i++)
		assert_int_equal(close(ready[i]) | close(mapped[i]), 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A user namespace that lacks the host's root shows its files as the overflow
 * uid's: taken where the caller says so, and only there. */
static void test_overflow_uid(void **state)
{
	(void)state;
	assert_int_equal(trust_in_namespace(1000), 1);
	assert_int_equal(trust_in_namespace(0), 3);
}

static void check_file(const char *name, const char *text, mode_t mode, uid_t uid, gid_t gid)
{
	CLEANUP_FREE char *data = NULL;
	size_t len;
	struct err err;
	struct stat st;
	CLEANUP_FD int fd = open(tmpdir_path(name), O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read_fd(fd, 1 << 20, &data, &len, &err), 0);
	assert_string_equal(data, text);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_gid, gid);
}

static void test_replace(void **state)
{
	(void)state;
	static const struct {
		mode_t mode;
		uid_t uid;
		gid_t gid;
	} cases[] = {{0644, 0, 0}, {0600, 0, 0},     {0640, 1000, 1001},
		     {0444, 0, 5}, {04755, 1000, 0}, {0, 0, 0}};
	assert_int_equal(mkdir(tmpdir_path("r"), 0700), 0);
	CLEANUP_FD int dir = open(tmpdir_path("r"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err err;
	(void)umask(077);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stat st, after;
		tmpdir_write("r/config.json", "old", 3, 0600);
		assert_int_equal(chown(tmpdir_path("r/config.json"), cases[i].uid, cases[i].gid), 0);
		assert_int_equal(chmod(tmpdir_path("r/config.json"), cases[i].mode), 0);
		CLEANUP_FD int old = open(tmpdir_path("r/config.json"), O_RDONLY | O_CLOEXEC);
		assert_int_equal(fstat(old, &st), 0);
		assert_int_equal(file_replace_at(dir, "config.json", "newer", 5, &st, old, &err), 0);
		check_file("r/config.json", "newer", cases[i].mode, cases[i].uid, cases[i].gid);
		assert_int_equal(fstat(old, &after), 0);
		assert_int_equal(after.st_nlink, 0); /* another file, not the old one's bytes */
		assert_int_equal(tmpdir_count("r"), 1);
	}
	assert_int_equal(file_replace_at(dir, "new", "x", 1, NULL, -1, &err), 0);
	check_file("r/new", "x", 0600, 0, 0);
}

/* The access ACL goes along, and where the file system has them, labels. */
static void test_replace_attributes(void **state)
{
	(void)state;
	/* version 2; user:: rw-, user:1000 r--, group:: r--, mask:: r--, other:: --- */
	static const unsigned char acl[] = {2, 0,   0,	 0,   1,   0,	6,  0, 255, 255, 255, 255, 2,	0,  4,
					    0, 232, 3,	 0,   0,   4,	0,  4, 0,   255, 255, 255, 255, 16, 0,
					    4, 0,   255, 255, 255, 255, 32, 0, 0,   0,	 255, 255, 255, 255};
	static const struct {
		const char *name;
		const void *value;
		size_t len;
		bool moves;
	} attrs[] = {
		{"system.posix_acl_access", acl, sizeof(acl), true},
		{"security.runclamp-test", "label", 5, true},
		{"user.comment", "x", 1, false},
	};
	assert_int_equal(mkdir(tmpdir_path("x"), 0700), 0);
	CLEANUP_FD int dir = open(tmpdir_path("x"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned supported = 0;
	for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
		struct err err;
		struct stat st;
		char value[128];
		tmpdir_write("x/f", "old", 3, 0640);
		CLEANUP_FD int old = open(tmpdir_path("x/f"), O_RDWR | O_CLOEXEC);
		if (fsetxattr(old, attrs[i].name, attrs[i].value, attrs[i].len, 0) < 0)
			continue;
		supported += attrs[i].moves;
		assert_int_equal(fstat(old, &st), 0);
		assert_int_equal(file_replace_at(dir, "f", "new", 3, &st, old, &err), 0);
		ssize_t n = getxattr(tmpdir_path("x/f"), attrs[i].name, value, sizeof(value));
		assert_int_equal(n, attrs[i].moves ? (ssize_t)attrs[i].len : -1);
		if (attrs[i].moves)
			assert_memory_equal(value, attrs[i].value, attrs[i].len);
		check_file("x/f", "new", 0640, 0, 0);
	}
	if (!supported) {
		print_message("this file system has neither ACLs nor security attributes\n");
		skip();
	}
}

/* A failure at any step leaves the old file and nothing beside it. */
static void test_replace_fails(void **state)
{
	(void)state;
	struct err err = {0};
	struct stat st;
	char longest[NAME_MAX + 1];
	memset(longest, 'n', NAME_MAX);
	longest[NAME_MAX] = '\0';
	assert_int_equal(mkdir(tmpdir_path("w"), 0700), 0);
	assert_int_equal(mkdir(tmpdir_path("w/folder"), 0700), 0);
	CLEANUP_FD int dir = open(tmpdir_path("w"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fstat(dir, &st), 0);
	assert_int_equal(file_replace_at(dir, "folder", "x", 1, &st, -1, &err), -1);
	assert_non_null(strstr(err.msg, "replacing folder: renaming"));
	assert_int_equal(file_replace_at(dir, longest, "x", 1, &st, -1, &err), -1);
	assert_int_equal(file_replace_at(dir, "f", "x", 1, &st, dir, &err),
			 -1); /* O_PATH has no attributes to list */
	assert_int_equal(tmpdir_count("w"), 1);
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(file_replace_at(proc, "config.json", "x", 1, NULL, -1, &err), -1);
	assert_non_null(strstr(err.msg, "creating a file beside it"));
}

/* Last: it is for the rest of the process. What is remembered are root's folders, never what a path ends in.
 */
static void test_remember(void **state)
{
	static const struct {
		const char *what;
		mode_t dir_mode, file_mode;
		uid_t dir_uid, file_uid;
		bool opens;
	} steps[] = {
		{"a folder of another is not remembered", 0755, 0644, 1000, 0, false},
		{"an open one neither", 0777, 0644, 0, 0, false},
		{"root's own", 0755, 0644, 0, 0, true},
		{"is not asked again", 0777, 0644, 0, 0, true},
		{"but its file", 0755, 0666, 0, 0, false},
		{"and whose it is", 0755, 0644, 0, 1000, false},
	};
	struct trust_case c = {.link = NULL};
	struct err err;

	(void)state;
	file_remember_folders();
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		c.dir_mode = steps[i].dir_mode;
		c.file_mode = steps[i].file_mode;
		c.dir_uid = steps[i].dir_uid;
		c.file_uid = steps[i].file_uid;
		trust_setup(&c);
		CLEANUP_FD int fd = file_open_trusted(tmpdir_path("t/d/f"), NULL, NULL, &err);
		if ((fd >= 0) != steps[i].opens)
			fail_msg("%s", steps[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_sizeless),
		cmocka_unit_test(test_read_shrunk),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_trust_paths),
		cmocka_unit_test(test_executable),
		cmocka_unit_test(test_overflow_uid),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_attributes),
		cmocka_unit_test(test_replace_fails),
		cmocka_unit_test(test_remember),
	};
	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
