/* Architectures of 32 bits where socketcall has rules of its own (model/narrow.c). */
#include "model/profile.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define A(n, o, v) .when = {.used = 1 << (n), .arg = {[n] = {.op = COND_##o, .value = (v)}}}
#define KILL .act = {ACT_KILL_THREAD, 0}
#define NOSYS .act = {ACT_ERRNO, ENOSYS}
#define ALLOW .act = {ACT_ALLOW, 0}

/* They meet those for its members there, and a section has both in an order of its own: another action may
 * stand than under the engine's (the first row), or libseccomp refuses what it took before (EEXIST, the
 * second). */
static const struct {
	const char *member;
	struct rule own[2], of_member[2];
	archset dropped;
	bool denied;
} rows[] = {
	{"bind",
	 {{A(1, EQ, 5), KILL}, {A(1, EQ, 7), KILL}},
	 {{A(0, EQ, 2), ALLOW}, {A(0, EQ, 3), ALLOW}},
	 1u << ARCH_X86,
	 false},
	{"recv",
	 {{A(0, EQ, 1), ALLOW}, {.when = {.used = 0}, ALLOW}},
	 {{A(0, NE, 3), NOSYS}, {A(0, EQ, 3), ALLOW}},
	 0,
	 true},
};

static void socketcall_with_rules_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		int own = sys_lookup("socketcall", 10);
		int member = sys_lookup(rows[i].member, strlen(rows[i].member));
		struct profile engine, other, met;
		struct err err = {0};

		profile_init(&engine, (struct action){ACT_ERRNO, EPERM}, 1u << ARCH_X86_64 | 1u << ARCH_X86);
		profile_init(&other, (struct action){ACT_ALLOW, 0}, ARCHSET_ALL);
		assert_int_equal(
			profile_set_rules(&engine, &arena, own, rows[i].own, 2, RULES_LIBSECCOMP, &err), 0);
		assert_int_equal(profile_set_rules(&engine, &arena, member, rows[i].of_member, 2,
						   RULES_LIBSECCOMP, &err),
				 0);
		assert_int_equal(profile_meet(&met, &arena, &engine, &other, &err), 0);
		assert_non_null(profile_written(&met, own));
		assert_int_equal(profile_drop_narrow_archs(&met, &engine), rows[i].dropped);
		assert_int_equal(met.deny_multiplexed != 0, rows[i].denied);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socketcall_with_rules_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
