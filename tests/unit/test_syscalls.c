#include "model/syscalls.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

/* Linux's own tables: arch/x86/entry/syscalls, include/uapi/asm-generic/unistd.h,
 * arch/arm/tools/syscall.tbl. */
static const struct {
	const char *name;
	int nr[ARCH_NUMBERED]; /* x86_64, x86, x32, aarch64, arm */
} known[] = {
	{"read", {0, 3, 0, 63, 3}},
	{"write", {1, 4, 1, 64, 4}},
	{"open", {2, 5, 2, -1, 5}},
	{"execve", {59, 11, 520, 221, 11}},
	{"ioctl", {16, 54, 514, 29, 54}},
	{"socket", {41, 359, 41, 198, 281}},
	{"socketcall", {-1, 102, -1, -1, -1}},
	{"chown32", {-1, 212, -1, -1, 212}},
	{"clone3", {435, 435, 435, 435, 435}},
	{"faccessat2", {439, 439, 439, 439, 439}},
	{"mmap2", {-1, 192, -1, -1, 192}},
	{"renameat", {264, 302, 264, 38, 329}},
	{"cacheflush", {-1, -1, -1, -1, 983042}},
};

static int look_up(const char *name)
{
	return sys_lookup(name, strlen(name));
}

static void numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		int id = look_up(known[i].name);
		assert_true(id >= 0);
		for (int a = 0; a < ARCH_NUMBERED; a++)
			assert_int_equal(sys_number(id, (enum arch_id)a), known[i].nr[a]);
	}
}

static void every_name_and_number_leads_back(void **state)
{
	(void)state;
	assert_in_range(sys_count(), 480, SYS_MAX);
	for (int id = 0; id < sys_count(); id++) {
		assert_int_equal(look_up(sys_name(id)), id);
		if (id)
			assert_true(strcmp(sys_name(id - 1), sys_name(id)) < 0);
		for (int a = 0; a < ARCH_NUMBERED; a++) {
			int nr = sys_number(id, (enum arch_id)a);
			if (nr >= 0)
				assert_int_equal(sys_from_number((enum arch_id)a, nr), id);
		}
	}
}

static void unknown(void **state)
{
	static const char *const names[] = {"",	     "r",     "rea",	  "readd", "READ",
					    "read ", " read", "sys_read", "zzz"};
	static const int numbers_of_none[] = {-1, 600, 4096, 0x40000000, 983040, 0x7fffffff};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(look_up(names[i]), -1);
	assert_int_equal(sys_lookup("read\0", 5), -1);
	assert_int_equal(sys_lookup("readv", 4), look_up("read"));
	for (int a = 0; a < ARCH_NUMBERED; a++)
		for (size_t i = 0; i < sizeof(numbers_of_none) / sizeof(int); i++)
			assert_int_equal(sys_from_number((enum arch_id)a, numbers_of_none[i]), -1);
}

static void nearest(void **state)
{
	char long_name[4096];

	(void)state;
	memset(long_name, 'q', sizeof(long_name));
	assert_string_equal(sys_nearest("opneat", 6), "openat");
	assert_string_equal(sys_nearest("sokcet", 6), "socket");
	/* libc's names; what only begins alike is none. */
	assert_string_equal(sys_nearest("pread", 5), "pread64");
	assert_string_equal(sys_nearest("pwrite", 6), "pwrite64");
	assert_string_equal(sys_nearest("wait", 4), "wait4");
	assert_string_equal(sys_nearest("rea", 3), "read");
	assert_null(sys_nearest("qqqqqqqqqqqq", 12));
	/* Longer than any name, one of which it begins with. */
	assert_string_equal(sys_nearest("sched_rr_get_interval_time64_time", 33),
			    "sched_rr_get_interval_time64");
	memcpy(long_name, "read", strlen("read"));
	assert_null(sys_nearest(long_name, sizeof(long_name)));
	assert_null(sys_nearest("", 0));
}

static void sets(void **state)
{
	struct sysset a = {0}, b = {0};
	static const int in_a[] = {0, 63, 64, 200, SYS_MAX - 1};

	(void)state;
	assert_int_equal(sysset_next(&a, 0), -1);
	for (size_t i = 0; i < 5; i++)
		sysset_add(&a, in_a[i]);
	assert_int_equal(sysset_count(&a), 5);
	size_t i = 0;
	for (int id = sysset_next(&a, 0); id >= 0; id = sysset_next(&a, id + 1))
		assert_int_equal(id, in_a[i++]);
	assert_int_equal(i, 5);
	assert_int_equal(sysset_next(&a, SYS_MAX), -1);
	sysset_add(&b, 64);
	sysset_add(&b, 65);
	sysset_subtract(&a, &b);
	assert_true(sysset_count(&a) == 4 && !sysset_has(&a, 64));
	sysset_remove(&a, 0);
	assert_true(!sysset_has(&a, 0) && sysset_count(&a) == 3);
}

/* The kernel itself says which it lacks. */
static void gone(void **state)
{
	struct sysset set;
	bool asked = false;

	(void)state;
	gone_set(&set);
	assert_int_equal(sysset_count(&set), 14);
	if (prctl(PR_GET_SECCOMP) != 0)
		skip(); /* a filter would answer in its place */
	for (int id = sysset_next(&set, 0); id >= 0; id = sysset_next(&set, id + 1)) {
		if (sys_number(id, ARCH_NATIVE) < 0)
			continue;
		asked = true;
		errno = 0;
		if (syscall(sys_number(id, ARCH_NATIVE), -1L, -1L, -1L, -1L, -1L, -1L) != -1 ||
		    errno != ENOSYS)
			fail_msg("%s: errno %d", sys_name(id), errno);
	}
	assert_true(asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers), cmocka_unit_test(every_name_and_number_leads_back),
		cmocka_unit_test(unknown), cmocka_unit_test(nearest),
		cmocka_unit_test(sets),	   cmocka_unit_test(gone),
	};
	return cmocka_run_group_tests_name("syscalls", tests, NULL, NULL);
}
