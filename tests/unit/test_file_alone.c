/* What is a rootless caller's alone, though its mode lets others write. Runs as root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/group.h"
#include "oci/bundle.h"
#include "tmpdir.h"
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <sys/xattr.h>

/* No passwd has them: a group of the user's number is then his own, and another is not. */
enum { U = 2345001, G = 2345002, MACHINE = 3345000 };

/* Who asks. */
enum who {
	ROOT,
	USER,	   /* without a namespace */
	ENGINE,	   /* root of a rootless engine's namespace */
	IN_MACHINE /* root of one that has a whole range: of a machine in a container */
};

/* Of uid_map and gid_map; %u is the user's, or his primary group's. */
static const char engine_map[] = "0 %u 1\n1 5000000 1000", machine_map[] = "0 3345000 65536";

struct at {
	uid_t uid;
	gid_t gid;
	mode_t mode;
	bool list; /* of access: another user may do what the group may */
};

/* tmpdir/h/m/b is asked for, where b is the owner's and 0700; then h/m, as a bundle. */
struct alone {
	const char *what;
	struct at h, m;
	gid_t primary;	  /* the caller's */
	const char *says; /* NULL: trusted */
	bool mounted;	  /* m is a file system of its own */
};

static const struct alone users[] = {
	{"his own group", {U, U, 0755, 0}, {U, U, 0775, 0}, U, NULL, 0},
	{"his own group, twice", {U, U, 0775, 0}, {U, U, 02770, 0}, U, NULL, 0},
	{"another group", {U, U, 0755, 0}, {U, G, 0775, 0}, U, "/h/m is not trusted: its group may write", 0},
	{"a primary group that is not his alone",
	 {U, U, 0755, 0},
	 {U, G, 0775, 0},
	 G,
	 "/h/m is not trusted",
	 0},
	{"a group of his number, which is not the effective one",
	 {U, G, 0755, 0},
	 {U, U, 0775, 0},
	 G,
	 "/h/m is not trusted",
	 0},
	{"a group of his containers", {U, U, 0755, 0}, {U, 5000005, 0775, 0}, U, "its group may write", 0},
	{"his own group, and an access list", {U, U, 0755, 0}, {U, U, 0775, 1}, U, "/h/m is not trusted", 0},
	{"everybody", {U, U, 0755, 0}, {U, U, 0777, 0}, U, "/h/m is not trusted: everybody may write", 0},
	{"another group, below his closed folder", {U, U, 0700, 0}, {U, G, 0775, 0}, U, NULL, 0},
	{"everybody, below his closed folder", {U, U, 0700, 0}, {U, U, 0777, 0}, U, NULL, 0},
	{"an access list, below his closed folder", {U, G, 0700, 0}, {U, U, 0775, 1}, U, NULL, 0},
	{"below one open to be read alone", {U, G, 0744, 0}, {U, G, 0775, 0}, U, NULL, 0},
	{"below one closed to all but his own group", {U, U, 0750, 0}, {U, G, 0777, 0}, U, NULL, 0},
	{"below one closed to all but another group", {U, G, 0750, 0}, {U, G, 0777, 0}, U, "/h/m is not", 0},
	{"below one whose access list lets in",
	 {U, U, 0750, 1},
	 {U, G, 0775, 0},
	 U,
	 "/h/m is not trusted",
	 0},
	{"below one that others can pass", {U, U, 0711, 0}, {U, G, 0775, 0}, U, "/h/m is not trusted", 0},
	{"open itself, with a closed one below", {U, G, 0775, 0}, {U, U, 0700, 0}, U, "/h is not trusted", 0},
	{"closed itself, and open", {U, U, 0755, 0}, {U, G, 0720, 0}, U, "/h/m is not trusted", 0},
	{"another's, below his closed folder", {U, U, 0700, 0}, {G, U, 0775, 0}, U, "/h/m is not trusted", 0},
	{"a sticky bundle",
	 {U, U, 0755, 0},
	 {U, U, 01777, 0},
	 U,
	 "the bundle's folder can be written by others",
	 0},
	{"mounted below his closed folder", {U, U, 0700, 0}, {U, G, 0775, 0}, U, "/h/m is not trusted", 1},
};

/* Root has no group of his own, in the initial namespace and on a machine. */
static const struct alone roots[] = {
	{"root's group",
	 {0, 0, 0755, 0},
	 {0, 0, 0775, 0},
	 0,
	 "(mode 0775), not only root; run chmod g-w on it",
	 0},
	{"below root's closed folder", {0, 0, 0700, 0}, {0, 0, 0775, 0}, 0, "/h/m is not trusted", 0},
	{"everybody, there", {0, 0, 0700, 0}, {0, 0, 0777, 0}, 0, "not only root; run chmod go-w on it", 0},
};

static void set_at(const char *name, const struct at *a, unsigned shift)
{
	/* version 2; user:: rwx, user:1000 rwx, group:: rwx, mask:: as the mode, other:: --- */
	unsigned char acl[] = {2, 0,   0,   0,	 1,   0,   7,  0, 255, 255, 255, 255, 2,   0,  7,
			       0, 232, 3,   0,	 0,   4,   0,  7, 0,   255, 255, 255, 255, 16, 0,
			       7, 0,   255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255};
	const char *path = tmpdir_path(name);

	assert_int_equal(chown(path, a->uid + shift, a->gid + shift), 0);
	assert_int_equal(chmod(path, a->mode), 0);
	acl[30] = (unsigned char)(a->mode >> 3 & 7);
	if (a->list)
		assert_int_equal(setxattr(path, "system.posix_acl_access", acl, sizeof(acl), 0), 0);
}

static void make(const struct alone *c, unsigned shift)
{
	const struct at b = {.uid = c->m.uid, .gid = c->m.gid, .mode = 0700};

	assert_int_equal(mkdir(tmpdir_path("h"), 0700), 0);
	assert_int_equal(mkdir(tmpdir_path("h/m"), 0700), 0);
	if (c->mounted)
		assert_int_equal(mount("tmpfs", tmpdir_path("h/m"), "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir(tmpdir_path("h/m/b"), 0700), 0);
	tmpdir_write("h/m/config.json", "{}", 2, 0600);
	assert_int_equal(chown(tmpdir_path("h/m/config.json"), b.uid + shift, b.gid + shift), 0);
	set_at("h/m/b", &b, shift);
	set_at("h/m", &c->m, shift);
	set_at("h", &c->h, shift);
}

static void write_map(pid_t pid, const char *which, const char *text)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s_map", pid, which);
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* The child becomes the caller; it never comes back. */
static void ask(const struct alone *c, enum who who, int ready, int mapped, int answer)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0}, ignored;
	struct bundle b;
	uid_t uid = who == IN_MACHINE ? MACHINE : U;
	gid_t gid = who == IN_MACHINE ? MACHINE : c->primary;
	char byte;

	if (who != ROOT &&
	    (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0))
		_exit(100);
	if (who >= ENGINE && unshare(CLONE_NEWUSER) < 0)
		_exit(101);
	if (write(ready, "u", 1) != 1 || read(mapped, &byte, 1) != 1)
		_exit(102);
	bool trusted = file_check_folder(tmpdir_path("h/m/b"), &arena, NULL, &err);
	bool opened = bundle_open(&b, &arena, tmpdir_path("h/m"), BUNDLE_MAX_DEFAULT,
				  trusted ? &err : &ignored) == 0;
	if ((opened && !trusted) || (!opened && write(answer, err.msg, strlen(err.msg)) < 0))
		_exit(103);
	_exit(0);
}

static void check(const struct alone *c, enum who who)
{
	int ready[2], mapped[2], answer[2], status;
	char text[64], says[sizeof(((struct err *)0)->msg)] = "", byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC) | pipe2(mapped, O_CLOEXEC) | pipe2(answer, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		ask(c, who, ready[1], mapped[0], answer[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	if (who == ENGINE) {
		(void)snprintf(text, sizeof(text), engine_map, c->primary);
		write_map(pid, "gid", text);
		(void)snprintf(text, sizeof(text), engine_map, U);
		write_map(pid, "uid", text);
	} else if (who == IN_MACHINE) {
		write_map(pid, "gid", machine_map);
		write_map(pid, "uid", machine_map);
	}
	assert_int_equal(write(mapped[1], "m", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(close(answer[1]), 0);
	assert_true(read(answer[0], says, sizeof(says) - 1) >= 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(close(ready[i]) | close(mapped[i]), 0);
	assert_int_equal(close(answer[0]), 0);
	if (status != 0 || !c->says != !*says || (c->says && !strstr(says, c->says)))
		fail_msg("%s, asked by %d: status %d, \"%s\"", c->what, who, status, says);
}

static void one(void **state, const struct alone *c, enum who who)
{
	assert_int_equal(tmpdir_make(state), 0);
	assert_int_equal(chmod(tmpdir, 0755), 0);
	make(c, who == IN_MACHINE ? MACHINE : 0);
	check(c, who);
	if (c->mounted)
		assert_int_equal(umount(tmpdir_path("h/m")), 0);
	assert_int_equal(tmpdir_remove(state), 0);
}

static void test_users(void **state)
{
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(users); i++) {
		one(state, &users[i], USER);
		one(state, &users[i], ENGINE);
	}
}

static void test_roots(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		one(state, &roots[i], ROOT);
		one(state, &roots[i], IN_MACHINE);
	}
}

/* Whose is the group 1001, for the user 1001, and the group 2000? */
static void test_group(void **state)
{
	static const char passwd[] = "root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/:\nal:x:1001:1001::/:\n"
				     "bob:x:1002:100::/:\ntwice:x:1001:5::/:\ntwice:x:1002:5::/:\n";
	static const struct {
		const char *what, *more, *group;
		gid_t gid;
		bool own;
	} rows[] = {
		{"as useradd makes it", "", "users:x:100:\nalice:x:1001:\n", 1001, true},
		{"no line's end", "", "alice:x:1001:", 1001, true},
		{"he is named in it, by either name", "", "alice:x:1001:alice,al\n", 1001, true},
		{"root is, too", "", "alice:x:1001:root\n", 1001, true},
		{"another is", "", "alice:x:1001:alice,bob\n", 1001, false},
		{"one is whom nobody knows", "", "alice:x:1001:ldap\n", 1001, false},
		{"a name of two", "", "alice:x:1001:twice\n", 1001, false},
		{"a second line", "", "alice:x:1001:\nalso:x:1001:bob\n", 1001, false},
		{"another's primary group", "carol:x:1003:1001::/:\n", "alice:x:1001:\n", 1001, false},
		{"another number than the user's", "", "alice:x:2000:\n", 2000, true},
		{"that group, and another in it", "", "alice:x:2000:bob\n", 2000, false},
		{"the group of all users", "", "users:x:100:\n", 100, false},
		{"in no file, with his number", "", "users:x:100:\n", 1001, true},
		{"in no file, with another", "", "users:x:100:\n", 2000, false},
		{"a name is no number", "", "1001:x:7:\n", 2000, false},
		{"a short line", "1001\n::\n", "alice\n1001:2000\n:\n", 2000, false},
		{"no files", "", "", 1001, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char all[512];

		(void)snprintf(all, sizeof(all), "%s%s", passwd, rows[i].more);
		if (group_is_of(all, rows[i].group, 1001, rows[i].gid) != rows[i].own)
			fail_msg("%s", rows[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_users),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
