/* The init that an engine puts in front: what counts as one, and what it gets.
 * Runs as root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "needs/init.h"
#include "tmpdir.h"

#define ARGS(a) "\"process\":{\"args\":[" a "]}"
#define MOUNTS(m) ",\"mounts\":[" m "]"
#define AT(to, from) "{\"destination\":\"" to "\",\"type\":\"bind\",\"source\":\"@/" from "\"}"
#define DOCKER ARGS("\"/sbin/docker-init\",\"--\",\"sh\"")

/* `@` is the folder of the test: it has root's docker-init, catatonit, tini (a link to tini-static) and sh;
 * what lies in everybody/ and user/ is not root's alone. */
static const struct {
	const char *bundle, *name;
} cases[] = {
	{DOCKER MOUNTS(AT("/sbin/docker-init", "docker-init")), "tini"},
	{DOCKER MOUNTS("{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}," AT(
		 "/sbin/docker-init", "docker-init")),
	 "tini"},
	{ARGS("\"/run/podman-init\"") MOUNTS(AT("/run/podman-init", "catatonit")), "catatonit"},
	{ARGS("\"/dev/init\"") MOUNTS(AT("/dev/init", "catatonit")), "catatonit"},
	{ARGS("\"/run/podman-init\"") MOUNTS(AT("/run/podman-init", "tini")), "tini"},
	{DOCKER MOUNTS("{\"destination\":\"/sbin/docker-init\",\"source\":\"@/docker-init\",\"options\":["
		       "\"ro\",\"rbind\"]}"),
	 "tini"},
	/* The image's own files, of whatever name. */
	{DOCKER, NULL},
	{DOCKER MOUNTS(AT("/sbin/docker-init2", "docker-init")), NULL},
	{ARGS("\"/usr/bin/docker-init\"") MOUNTS(AT("/usr/bin/docker-init", "docker-init")), NULL},
	{ARGS("\"sh\",\"/sbin/docker-init\"") MOUNTS(AT("/sbin/docker-init", "docker-init")), NULL},
	{ARGS("") MOUNTS(AT("/sbin/docker-init", "docker-init")), NULL},
	{"\"process\":{}" MOUNTS(AT("/sbin/docker-init", "docker-init")), NULL},
	/* Something else lies there. */
	{DOCKER MOUNTS(AT("/sbin/docker-init", "sh")), NULL},
	{DOCKER MOUNTS(AT("/sbin/docker-init", "absent/docker-init")), NULL},
	{DOCKER MOUNTS(AT("/sbin/docker-init", "everybody/docker-init")), NULL},
	{DOCKER MOUNTS(AT("/sbin/docker-init", "user/docker-init")), NULL},
	{DOCKER MOUNTS(AT("/sbin/docker-init", "folder/docker-init")), NULL},
	{DOCKER MOUNTS(AT("/sbin/docker-init", "plain/docker-init")), NULL},
	{DOCKER MOUNTS(
		 AT("/sbin/docker-init", "docker-init") "," AT("/sbin/docker-init", "user/docker-init")),
	 NULL},
	{DOCKER MOUNTS(
		 AT("/sbin/docker-init", "docker-init") ",{\"destination\":\"/sbin/docker-init\",\"type\":"
							"\"tmpfs\",\"source\":\"tmpfs\"}"),
	 NULL},
	{DOCKER MOUNTS(
		 "{\"destination\":\"/sbin/docker-init\",\"type\":\"overlay\",\"source\":\"@/docker-init\"}"),
	 NULL},
	{DOCKER MOUNTS(
		 "{\"destination\":\"/sbin/docker-init\",\"type\":\"bind\",\"source\":\"docker-init\"}"),
	 NULL},
	{DOCKER MOUNTS("{\"destination\":\"/sbin/docker-init\",\"type\":\"bind\"}"), NULL},
};

static int make_folder(void **state)
{
	static const char *const programs[] = {
		"docker-init", "catatonit", "tini-static", "sh", "everybody/docker-init", "user/docker-init"};
	static const char *const folders[] = {"everybody", "user", "folder", "folder/docker-init", "plain"};

	if (tmpdir_make(state) < 0 || chmod(tmpdir, 0755) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (mkdir(tmpdir_path(folders[i]), 0755) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		tmpdir_write(programs[i], "x", 1, 0755);
	tmpdir_write("plain/docker-init", "x", 1, 0644);
	if (chmod(tmpdir_path("everybody"), 0777) < 0 ||
	    chown(tmpdir_path("user/docker-init"), 1000, 1000) < 0)
		return -1;
	return symlink("tini-static", tmpdir_path("tini"));
}

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		CLEANUP_BUF struct buf text = {0};
		struct bundle b;
		struct err err;

		buf_putc(&text, '{');
		for (const char *c = cases[i].bundle; *c; c++)
			if (*c == '@')
				buf_puts(&text, tmpdir);
			else
				buf_putc(&text, *c);
		buf_putc(&text, '}');
		if (bundle_parse(&b, &arena, text.data, text.len, &err) < 0)
			fail_msg("row %zu: %s", i, err.msg);
		const struct init *found = init_find(&b, &arena);
		const char *name = found ? init_name(found) : "none";
		if (strcmp(name, cases[i].name ? cases[i].name : "none") != 0)
			fail_msg("row %zu: %s", i, name);
	}
}

static int id_of(const char *name)
{
	int id = sys_lookup(name, strlen(name));

	if (id < 0)
		fail_msg("%s is not in the table", name);
	return id;
}

/* A typing error in the table would be a call less. */
static void test_calls(void **state)
{
	static const char *const never[] = {"unshare",	 "setns", "mount",  "ptrace", "socket", "clone3",
					    "open_tree", "bpf",	  "setuid", "chmod",  "unlink", "connect"};
	static struct profile need, all;

	(void)state;
	for (size_t row = 0; row < 2; row++) {
		CLEANUP_ARENA struct arena arena = {0};
		char text[512];
		struct bundle b;
		struct err err;

		(void)snprintf(text, sizeof(text),
			       "{\"process\":{\"args\":[\"/dev/init\"]},\"mounts\":[{\"destination\":"
			       "\"/dev/init\",\"type\":\"bind\",\"source\":\"%s/%s\"}]}",
			       tmpdir, row ? "catatonit" : "tini");
		if (bundle_parse(&b, &arena, text, strlen(text), &err) < 0)
			fail_msg("%s", err.msg);
		init_calls(&need, &all, init_find(&b, &arena));
		unsigned nneed = 0, nall = 0;
		for (int id = 0; id < sys_count(); id++) {
			nneed += profile_allows_some(&need, id);
			nall += profile_allows_some(&all, id);
			if (profile_allows_some(&need, id) && !profile_allows_some(&all, id))
				fail_msg("%s is lost", sys_name(id));
		}
		assert_int_equal(nneed, row ? 15 : 14);
		assert_int_equal(nall, row ? 37 : 29);
		for (size_t i = 0; i < ARRAY_LEN(never); i++)
			assert_false(profile_allows_some(&all, id_of(never[i])));
		assert_true(profile_allows_all(&need, id_of(row ? "signalfd4" : "rt_sigtimedwait")));
		assert_false(profile_allows_some(&all, id_of(row ? "rt_sigtimedwait" : "signalfd4")));
		assert_int_equal(profile_eval(&all, id_of("clone"), (uint64_t[COND_ARGS]){17}).kind,
				 ACT_ALLOW);
		assert_int_equal(profile_eval(&all, id_of("clone"), (uint64_t[COND_ARGS]){0x10000011}).kind,
				 ACT_ERRNO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_find), cmocka_unit_test(test_calls)};

	return cmocka_run_group_tests(tests, make_folder, tmpdir_remove);
}
