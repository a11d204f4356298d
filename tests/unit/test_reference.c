/* Names of images, completed as the engines do it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "image/reference.h"
#include <string.h>

#define HEX "6c62dc478dd1d4b8950af383c54a4cc4f21dfc019c66667eef8beea110084ffe"

/* From distribution/reference's own documentation of familiar names. */
static void test_reference(void **state)
{
#define AT "@sha256:" HEX
	static const struct {
		const char *name, *tagged, *digested;
	} cases[] = {
		{"busybox", "docker.io/library/busybox:latest", ""},
		{"docker.io/library/busybox:latest", "docker.io/library/busybox:latest", ""},
		{"busybox:1", "docker.io/library/busybox:1", ""},
		{"library/busybox:1", "docker.io/library/busybox:1", ""},
		{"index.docker.io/busybox", "docker.io/library/busybox:latest", ""},
		{"user/app", "docker.io/user/app:latest", ""},
		{"library/a/b", "docker.io/library/a/b:latest", ""},
		{"registry.example/app:1.4", "registry.example/app:1.4", ""},
		{"registry.example/library/app", "registry.example/library/app:latest", ""},
		{"registry.example:5000/app", "registry.example:5000/app:latest", ""},
		{"registry.example:5000/app:2", "registry.example:5000/app:2", ""},
		{"localhost/app", "localhost/app:latest", ""},
		{"app" AT, "", "docker.io/library/app" AT},
		{"app:1" AT, "docker.io/library/app:1", "docker.io/library/app" AT},
		{"registry.example:5000/a/b:1" AT, "registry.example:5000/a/b:1",
		 "registry.example:5000/a/b" AT},
		{"Busybox", "docker.io/library/Busybox:latest", ""},
		{"Host/app", "Host/app:latest", ""},
		{"app:", "", ""},
		{"", "", ""},
		{":1", "", ""},
		{AT, "", ""},
		{"registry.example/", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reference means;

		reference_read(&means, cases[i].name, strlen(cases[i].name));
		if (strcmp(means.tagged, cases[i].tagged) != 0 ||
		    strcmp(means.digested, cases[i].digested) != 0)
			fail_msg("%s: %s and %s", cases[i].name, means.tagged, means.digested);
	}
}

/* As long as it may be, and one byte more. */
static void test_long_reference(void **state)
{
	char name[2 * REFERENCE_SIZE];
	struct reference means;

	(void)state;
	memset(name, 'a', sizeof(name));
	memcpy(name, "h.x/", 4);
	memcpy(name + REFERENCE_SIZE - 3, ":1", 2);
	reference_read(&means, name, REFERENCE_SIZE - 1);
	assert_int_equal(strlen(means.tagged), REFERENCE_SIZE - 1);
	name[REFERENCE_SIZE - 4] = ':';
	name[REFERENCE_SIZE - 3] = '1';
	reference_read(&means, name, REFERENCE_SIZE);
	assert_string_equal(means.tagged, "");
	reference_read(&means, name + 4, REFERENCE_SIZE - 10);
	assert_string_equal(means.tagged, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_long_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
