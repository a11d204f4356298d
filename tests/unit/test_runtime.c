/* Versions as the runtimes print them, and the floors they lead to. */
#include "model/runtime.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	enum runtime_kind kind;
	const char *text;
	runtime_version version; /* 0: not understood */
} versions[] = {
	{RUNTIME_RUNC, "runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\nspec: 1.0.2-dev\n",
	 RUNTIME_VERSION(1, 1, 5)},
	{RUNTIME_RUNC, "runc version 1.2.9\nspec: 1.2.0\n", RUNTIME_VERSION(1, 2, 9)},
	{RUNTIME_RUNC, "runc version 1.4.0-rc.2+dev\n", RUNTIME_VERSION(1, 4, 0)},
	{RUNTIME_RUNC, "runc version 1.5\n", RUNTIME_VERSION(1, 5, 0)},
	{RUNTIME_RUNC, "runc version unknown\n", 0},
	{RUNTIME_RUNC, "runc version 1\n", 0},
	{RUNTIME_RUNC, "runc version 1.1024.0\n", 0},
	{RUNTIME_RUNC, "crun version 1.8.1\n", 0},
	{RUNTIME_RUNC, "", 0},
	{RUNTIME_CRUN, "crun version 1.8.1\ncommit: f8a096be\nrundir: /run/crun\nspec: 1.0.0\n",
	 RUNTIME_VERSION(1, 8, 1)},
	{RUNTIME_CRUN, "crun version 1.28\ncommit: x\n", RUNTIME_VERSION(1, 28, 0)},
	{RUNTIME_CRUN, "crun version UNKNOWN\n", 0},
	{RUNTIME_RUNSC, "runsc version 0.0~20221219.0\nspec: 1.0.2-dev\n", 20221219},
	{RUNTIME_RUNSC, "runsc version release-20260905.0\nspec: 1.1.0-rc.1\n", 20260905},
	{RUNTIME_RUNSC, "runsc version release-20240729.0-12-gabcdef012345\n", 20240729},
	{RUNTIME_RUNSC, "runsc version VERSION_MISSING\nspec: 1.2.0 20260905\n", 0},
	{RUNTIME_YOUKI, "youki version 0.7.0\ncommit: abc\n", RUNTIME_VERSION(0, 7, 0)},
};

static void test_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		runtime_version v = 0;
		int r = runtime_version_parse(versions[i].kind, versions[i].text, strlen(versions[i].text),
					      &v);

		if ((r == 0) != (versions[i].version != 0) || v != versions[i].version)
			fail_msg("%s: got %d, %#x", versions[i].text, r, v);
	}
}

/* Expected: the table of measured floors, written down from the measurement. */
static const struct {
	enum runtime_kind kind;
	runtime_version v;
	bool nnp, outside;
	unsigned need; /* how many names */
	const char *in, *not_in;
} floors[] = {
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 5), true, false, 8, "getdents64", "capset"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 5), false, false, 21, "faccessat2", "openat2"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 15), false, false, 20, "capset", "faccessat2"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 2, 9), true, false, 11, "openat2", "prctl"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 5, 2), false, false, 22, "statx", "faccessat2"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 6, 0), true, true, 11, "openat2", "prctl"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 0, 3), true, true, 8, "fstatfs", "openat2"},
	{RUNTIME_CRUN, RUNTIME_VERSION(1, 8, 1), true, false, 2, "execve", "write"},
	{RUNTIME_CRUN, RUNTIME_VERSION(1, 28, 0), false, false, 11, "setresuid", "openat"},
	{RUNTIME_CRUN, RUNTIME_VERSION(1, 29, 0), false, true, 11, "read", "openat"},
	{RUNTIME_RUNSC, 20221219, true, false, 0, NULL, "execve"},
	{RUNTIME_RUNSC, 20270101, false, true, 0, NULL, "execve"},
	{RUNTIME_YOUKI, RUNTIME_VERSION(0, 7, 0), false, false, 7, "accept4", "openat"},
};

static int id_of(const char *name)
{
	return sys_lookup(name, strlen(name));
}

static void test_floors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(floors); i++) {
		struct arena arena = {0};
		struct floor f;
		struct err err = {0};
		unsigned n = 0;

		assert_int_equal(floor_lookup(&f, &arena, floors[i].kind, floors[i].v, floors[i].nnp, &err),
				 0);
		for (int id = 0; id < sys_count(); id++)
			n += profile_allows_all(&f.need, id);
		if (n != floors[i].need || f.outside_table != floors[i].outside)
			fail_msg("row %zu: %u names, outside %d (%s)", i, n, f.outside_table, f.source);
		if (floors[i].in)
			assert_true(profile_allows_all(&f.need, id_of(floors[i].in)));
		assert_false(profile_allows_some(&f.need, id_of(floors[i].not_in)));
		arena_free(&arena);
	}
}

/* runc's margin must not hand out namespaces. */
static void test_margin(void **state)
{
	const uint64_t thread[COND_ARGS] = {0x003D0F00}, userns[COND_ARGS] = {0x10000000},
		       mountns[COND_ARGS] = {0x00020000};
	struct arena arena = {0};
	struct floor f;
	struct err err = {0};

	(void)state;
	assert_int_equal(floor_lookup(&f, &arena, RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 5), true, &err), 0);
	assert_int_equal(profile_eval(&f.margin, id_of("clone"), thread).kind, ACT_ALLOW);
	assert_int_equal(profile_eval(&f.margin, id_of("clone"), userns).kind, ACT_ERRNO);
	assert_int_equal(profile_eval(&f.margin, id_of("clone"), mountns).kind, ACT_ERRNO);
	assert_false(profile_allows_some(&f.margin, id_of("clone3")));
	assert_int_equal(floor_lookup(&f, &arena, RUNTIME_CRUN, RUNTIME_VERSION(1, 8, 1), true, &err), 0);
	assert_false(profile_allows_some(&f.margin, id_of("clone")));
	arena_free(&arena);
}

static void test_enosys(void **state)
{
	static const char *const in[] = {"clone3", "openat2",	   "faccessat2",  "close_range",   "statx",
					 "rseq",   "epoll_pwait2", "futex_waitv", "io_uring_setup"};
	static const char *const out[] = {"mount", "bpf", "ptrace", "unshare", "setns", "mkdir", "clone"};
	struct sysset set;

	(void)state;
	enosys_set(&set);
	for (size_t i = 0; i < ARRAY_LEN(in); i++)
		assert_true(sysset_has(&set, id_of(in[i])));
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		assert_false(sysset_has(&set, id_of(out[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_floors),
		cmocka_unit_test(test_margin),
		cmocka_unit_test(test_enosys),
	};

	return cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
}
