/* Our table of capabilities against libcap's. */
#include "model/capability.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#include <cmocka.h>

static void test_libcap(void **state)
{
	(void)state;
	for (int c = 0; capability_name(c); c++) {
		char *name = cap_to_name(c);

		assert_non_null(name);
		assert_int_equal(strcasecmp(name, capability_name(c)), 0);
		assert_int_equal(capability_from_name(capability_name(c), strlen(name)), c);
		assert_int_equal(capability_from_name(capability_name(c) + 4, strlen(name) - 4), c);
		(void)cap_free(name);
	}
	assert_int_equal(capability_from_name("CAP_CHECKPOINT_RESTORE", 22), 40);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {"",	 "CAP_", "net_raw", "NET", "CAP_CAP_NET_RAW",
					  "ALL", "41",	 "NET_RAW "};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (capability_from_name(bad[i], strlen(bad[i])) >= 0)
			fail_msg("%s", bad[i]);
	assert_string_equal(capability_nearest("net_raw", 7), "NET_RAW");
	assert_string_equal(capability_nearest("CAP_NET_RAWW", 12), "NET_RAW");
	assert_null(capability_nearest("XYZZY_PLUGH", 11));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_libcap), cmocka_unit_test(test_refused)};

	return cmocka_run_group_tests_name("capability", tests, NULL, NULL);
}
