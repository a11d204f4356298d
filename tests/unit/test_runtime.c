/* Versions as the runtimes print them, and the floors they lead to. */
#include "runtime/floor_table.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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
		struct floor f;
		unsigned n = 0;

		floor_lookup(&f, floors[i].kind, floors[i].v, floors[i].nnp);
		for (int id = 0; id < sys_count(); id++)
			n += profile_allows_all(&f.need, id);
		if (n != floors[i].need || f.outside_table != floors[i].outside)
			fail_msg("row %zu: %u names, outside %d (%s)", i, n, f.outside_table, f.source);
		if (floors[i].in)
			assert_true(profile_allows_all(&f.need, id_of(floors[i].in)));
		assert_false(profile_allows_some(&f.need, id_of(floors[i].not_in)));
	}
}

/* runc's margin must not hand out namespaces. */
static void test_margin(void **state)
{
	const uint64_t thread[COND_ARGS] = {0x003D0F00}, userns[COND_ARGS] = {0x10000000},
		       mountns[COND_ARGS] = {0x00020000};
	struct floor f;

	(void)state;
	floor_lookup(&f, RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 5), true);
	assert_int_equal(profile_eval(&f.margin, id_of("clone"), thread).kind, ACT_ALLOW);
	assert_int_equal(profile_eval(&f.margin, id_of("clone"), userns).kind, ACT_ERRNO);
	assert_int_equal(profile_eval(&f.margin, id_of("clone"), mountns).kind, ACT_ERRNO);
	assert_false(profile_allows_some(&f.margin, id_of("clone3")));
	floor_lookup(&f, RUNTIME_CRUN, RUNTIME_VERSION(1, 8, 1), true);
	assert_false(profile_allows_some(&f.margin, id_of("clone")));
}

/* What no recording shows belongs to every runtime's margin. */
static void test_kernel_margin(void **state)
{
	static const char *const calls[] = {"rt_sigreturn", "restart_syscall", "exit_group"};

	(void)state;
	for (enum runtime_kind kind = 0; kind < RUNTIME_KIND_COUNT; kind++)
		for (size_t i = 0; i < 2 * ARRAY_LEN(calls); i++) {
			struct floor f;

			floor_lookup(&f, kind, RUNTIME_VERSION(1, 5, 0), i % 2);
			if (!profile_allows_all(&f.margin, id_of(calls[i / 2])))
				fail_msg("%s: %s", runtime_name(kind), calls[i / 2]);
		}
}

/* Expected: from traces of create and exec, and of what changes where one call is denied. */
static const struct {
	enum runtime_kind kind;
	runtime_version v;
	bool nnp;
	const char *exec, *effect;
} soft[] = {
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 5), true, "", "fcntl"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 5), false, "", "fchown fcntl"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 15), false, "", "faccessat2 fchown fcntl"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 3, 6), true, "", "close_range fcntl personality"},
	{RUNTIME_RUNC, RUNTIME_VERSION(1, 5, 2), false, "", "close_range faccessat2 fchown fcntl"},
	{RUNTIME_CRUN, RUNTIME_VERSION(1, 8, 1), true,
	 "capset close openat prctl read setgroups setresgid setresuid statx write",
	 "close fchown ioctl umask"},
	{RUNTIME_CRUN, RUNTIME_VERSION(1, 8, 1), false, "close openat setgroups statx",
	 "close fchown ioctl umask"},
	{RUNTIME_CRUN, RUNTIME_VERSION(1, 28, 0), false, "close fstat openat setgroups statx",
	 "close close_range fchown ioctl umask"},
	{RUNTIME_RUNSC, 20260905, false, "", ""},
};

static void names_of(const struct sysset *set, char *dst, size_t size)
{
	size_t n = 0;

	*dst = '\0';
	for (int id = sysset_next(set, 0); id >= 0; id = sysset_next(set, id + 1))
		n += (size_t)snprintf(dst + n, size - n, "%s%s", n ? " " : "", sys_name(id));
}

static void test_soft(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(soft); i++) {
		char exec[256], effect[256];
		struct floor f;

		floor_lookup(&f, soft[i].kind, soft[i].v, soft[i].nnp);
		names_of(&f.exec, exec, sizeof(exec));
		names_of(&f.effect, effect, sizeof(effect));
		if (strcmp(exec, soft[i].exec) != 0 || strcmp(effect, soft[i].effect) != 0)
			fail_msg("row %zu: exec %s; effect %s", i, exec, effect);
	}
}

/* As far as the runtime calls them, and no farther. */
static const struct {
	const char *name;
	unsigned arg;
	uint64_t value;
	bool allowed;
} narrow[] = {
	{"fchown", 0, 0, true},		 {"fchown", 0, 2, true},
	{"fchown", 0, 3, false},	 {"ioctl", 1, 0x5401, true}, /* TCGETS */
	{"ioctl", 1, 0x802c542a, true},				     /* TCGETS2 */
	{"ioctl", 1, 0x5412, false},				     /* TIOCSTI */
	{"openat", 2, 02000000, true},				     /* O_CLOEXEC */
	{"openat", 2, 0200000, true},				     /* O_DIRECTORY */
	{"openat", 2, 1, false},				     /* O_WRONLY */
	{"openat", 2, 2, false},				     /* O_RDWR */
	{"openat", 2, 0100, false},				     /* O_CREAT */
	{"openat", 2, 01000, false},				     /* O_TRUNC */
	{"openat", 2, 020200002, false},			     /* O_TMPFILE | O_RDWR */
	{"prctl", 0, 8, true},					     /* PR_SET_KEEPCAPS */
	{"prctl", 0, 47, true},					     /* PR_CAP_AMBIENT */
	{"prctl", 0, 22, false},				     /* PR_SET_SECCOMP */
	{"prctl", 0, 35, false},				     /* PR_SET_MM */
};

static const struct floor_fallback *way_of(const struct floor *f, const char *denied)
{
	for (unsigned i = 0; i < f->nfallbacks; i++)
		if (f->fallback[i].denied == id_of(denied))
			return &f->fallback[i];
	return NULL;
}

static void test_narrow(void **state)
{
	struct floor f;

	(void)state;
	floor_lookup(&f, RUNTIME_CRUN, RUNTIME_VERSION(1, 28, 0), true);
	floor_fall_back(&f, way_of(&f, "close_range")); /* it has fcntl */
	for (size_t i = 0; i < ARRAY_LEN(narrow); i++) {
		uint64_t args[COND_ARGS] = {0};

		args[narrow[i].arg] = narrow[i].value;
		if ((profile_eval(&f.margin, id_of(narrow[i].name), args).kind == ACT_ALLOW) !=
		    narrow[i].allowed)
			fail_msg("row %zu: %s", i, narrow[i].name);
	}
}

/* The table's rules are in the form in which profile_set_rules would leave them. */
static void test_narrow_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < floor_nnarrows; i++) {
		const struct floor_narrow *n = &floor_narrows[i];
		CLEANUP_ARENA struct arena arena = {0};
		static struct profile p;
		struct err err = {0};
		int id = id_of(n->name);

		profile_init(&p, (struct action){ACT_ERRNO, EPERM}, ARCHSET_ALL);
		if (profile_set_rules(&p, &arena, id, n->rules, n->nrules, RULES_LIBSECCOMP, &err))
			fail_msg("%s", err.msg);
		assert_int_equal(profile_call(&p, id).nrules, n->nrules);
		for (uint32_t k = 0; k < n->nrules; k++)
			if (conj_compare(&profile_call(&p, id).rules[k].when, &n->rules[k].when) != 0)
				fail_msg("%s: rule %u", n->name, k);
	}
}

static void test_fallbacks(void **state)
{
	const uint64_t reading[COND_ARGS] = {0};
	const struct floor_fallback *way;
	struct floor f;

	(void)state;
	floor_lookup(&f, RUNTIME_RUNC, RUNTIME_VERSION(1, 1, 5), false);
	way = way_of(&f, "faccessat2");
	assert_true(way && !way->answer && !way_of(&f, "openat2"));
	assert_false(profile_allows_some(&f.margin, id_of("geteuid")));
	floor_fall_back(&f, way);
	assert_true(profile_allows_all(&f.margin, id_of("geteuid")));
	floor_lookup(&f, RUNTIME_RUNC, RUNTIME_VERSION(1, 6, 0), false);
	assert_non_null(way_of(&f, "openat2")); /* newer than the table: as the newest */
	floor_lookup(&f, RUNTIME_CRUN, RUNTIME_VERSION(1, 28, 0), true);
	assert_int_equal(way_of(&f, "statx")->answer, ENOSYS);
	floor_fall_back(&f, way_of(&f, "close_range"));
	assert_true(profile_allows_all(&f.margin, id_of("getdents64")));
	assert_false(profile_allows_all(&f.margin, id_of("openat")));
	assert_int_equal(profile_eval(&f.margin, id_of("openat"), reading).kind, ACT_ALLOW);
}

static void test_leave_out(void **state)
{
	struct floor f;

	(void)state;
	floor_lookup(&f, RUNTIME_RUNC, RUNTIME_VERSION(1, 3, 6), true);
	assert_true(profile_allows_some(&f.margin, id_of("personality")));
	floor_leave_out(&f, "personality");
	assert_false(profile_allows_some(&f.margin, id_of("personality")));
	assert_false(sysset_has(&f.effect, id_of("personality")));
	floor_leave_out(&f, "rt_sigreturn"); /* no effect: stays */
	assert_true(profile_allows_all(&f.margin, id_of("rt_sigreturn")));
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

static struct sysset set_of(const char *names)
{
	struct profile p;
	struct sysset set = {0};

	profile_init(&p, (struct action){ACT_ERRNO, EPERM}, ARCHSET_ALL);
	profile_allow_names(&p, names);
	for (int id = 0; id < sys_count(); id++)
		if (profile_allows_all(&p, id))
			sysset_add(&set, id);
	return set;
}

/* glibc 2.34 to 2.41, clone-internal.c: clone3, for ENOSYS clone; nptl/pthread_create.c: a new thread begins
 * with rseq and set_robust_list. A new process and a new thread alike get no new namespace by it. */
static void test_implied(void **state)
{
	static const struct {
		const char *declared, *implied, *not_implied;
	} rows[] = {
		{"clone3", "clone rseq set_robust_list", ""},
		{"clone", "rseq set_robust_list", "clone"},
		{"pidfd_open", "wait4", "clone"},
		{"read", "", "clone rseq set_robust_list wait4"},
	};
	const uint64_t thread[COND_ARGS] = {0x3d0f00}, user_namespace[COND_ARGS] = {0x10000000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sysset named = {0}, implied = set_of(rows[i].implied),
			      others = set_of(rows[i].not_implied);
		struct floor f;

		sysset_add(&named, id_of(rows[i].declared));
		floor_lookup(&f, RUNTIME_CRUN, RUNTIME_VERSION(1, 8, 1), true);
		floor_imply(&f, &named);
		for (int id = sysset_next(&implied, 0); id >= 0; id = sysset_next(&implied, id + 1)) {
			assert_int_equal(profile_eval(&f.margin, id, thread).kind, ACT_ALLOW);
			if (id == id_of("clone"))
				assert_int_equal(profile_eval(&f.margin, id, user_namespace).kind, ACT_ERRNO);
		}
		for (int id = sysset_next(&others, 0); id >= 0; id = sysset_next(&others, id + 1))
			assert_false(profile_allows_some(&f.margin, id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),    cmocka_unit_test(test_floors),
		cmocka_unit_test(test_margin),	    cmocka_unit_test(test_kernel_margin),
		cmocka_unit_test(test_soft),	    cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_narrow_form), cmocka_unit_test(test_fallbacks),
		cmocka_unit_test(test_leave_out),   cmocka_unit_test(test_enosys),
		cmocka_unit_test(test_implied),
	};

	return cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
}
