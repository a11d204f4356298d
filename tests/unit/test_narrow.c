/* Architectures of 32 bits: where libseccomp cuts, multiplexes or forgets, one is left out, or rules stay as
 * they were written (model/profile_narrow.c, rules_set.c). */
#include "rule_fixture.h"

static void narrow_architectures(void **state)
{
	const archset x86_64 = 1u << ARCH_X86_64, x86 = 1u << ARCH_X86, x32 = 1u << ARCH_X32;
	static const char *const none = NULL;
	const struct {
		const char *call;
		struct rule rule;
		struct action def;
		const char *also; /* a name with the action that is not the default */
		archset dropped;
		archset as_written; /* dropped where nothing was met with it */
		const char *denied; /* a multiplexer, where not */
	} rows[] = {
		{"read", {{A(0, COND_EQ, 5)}, ALLOW}, EP, none, 0, 0, none},
		{"read", {{A(0, COND_EQ, UINT64_C(1) << 32)}, ALLOW}, EP, none, x86 | x32, 0, none},
		/* socketcall(1) would be allowed for every family: it is denied, or goes with X86 */
		{"socket", {{A(0, COND_EQ, 2)}, ALLOW}, EP, "write", 0, 0, "socketcall"},
		{"semget", {{A(0, COND_EQ, 2)}, ALLOW}, EP, "write", 0, 0, "ipc"},
		{"socket", {{A(0, COND_EQ, 2)}, ALLOW}, KILL, none, x86, 0, none},
		{"socket", {{A(0, COND_EQ, 2)}, ALLOW}, {ACT_ERRNO, EACCES}, none, x86, 0, none},
		{"socket", {{ALWAYS}, ALLOW}, EP, none, 0, 0, none},
		/* every name that libseccomp sorts before has a condition or no number */
		{"read", {{A(0, COND_EQ, 5)}, ALLOW}, EP, "s390_pci_mmio_write", x86 | x32, x86 | x32, none},
		{"read", {{A(0, COND_EQ, 5)}, ALLOW}, EP, "chown32", x32, x32, none},
		{"read", {{A(0, COND_EQ, 5)}, ALLOW}, EP, "write", 0, 0, none},
	};

	(void)state;
	for (size_t k = 0; k < 2 * ARRAY_LEN(rows); k++) {
		size_t i = k / 2;
		bool changed = k % 2;
		archset dropped = changed ? rows[i].dropped : rows[i].as_written;
		CLEANUP_ARENA struct arena arena = {0};
		struct profile p;
		struct err err = {0};
		profile_init(&p, rows[i].def, x86_64 | x86 | x32);
		if (rows[i].also)
			profile_set(&p, sys_lookup(rows[i].also, strlen(rows[i].also)), allow);
		assert_int_equal(profile_set_rules(&p, &arena, sys_lookup(rows[i].call, strlen(rows[i].call)),
						   &rows[i].rule, 1, RULES_LIBSECCOMP, &err),
				 0);
		if (changed)
			memset(&p.as_written, 0, sizeof(p.as_written));
		assert_int_equal(profile_drop_narrow_archs(&p, NULL), dropped);
		assert_int_equal(p.archs, (x86_64 | x86 | x32) & ~dropped);
		for (unsigned m = 0; m < MULTIPLEXERS; m++) {
			bool denied = changed && rows[i].denied &&
				      strcmp(rows[i].denied, sys_name(multiplexer(m))) == 0;
			assert_int_equal(p.other[multiplexer(m)].errno_ret,
					 denied ? EACCES : rows[i].def.errno_ret);
			assert_int_equal(multiplexer_loses(&p, &p, m), denied);
		}
	}
}

/* All of read is allowed, in two rules that are emitted as they were: no name without a condition comes
 * before the one that has no number here, and libseccomp loses the number (the oracle's seed
 * 1795861366568334). */
static void written_rules_are_no_head(void **state)
{
	const struct rule halves[] = {{{A(0, COND_LT, 5)}, ALLOW}, {{A(0, COND_GE, 5)}, ALLOW}};
	const archset x86 = 1u << ARCH_X86, x32 = 1u << ARCH_X32;
	CLEANUP_ARENA struct arena arena = {0};
	struct profile p;
	struct err err = {0};

	(void)state;
	profile_init(&p, eperm, 1u << ARCH_X86_64 | x86 | x32);
	profile_set(&p, sys_lookup("s390_pci_mmio_write", 19), allow);
	assert_int_equal(profile_set_rules(&p, &arena, id_read, halves, 2, RULES_LIBSECCOMP, &err), 0);
	assert_true(profile_allows_all(&p, id_read) && profile_written(&p, id_read));
	assert_int_equal(profile_drop_narrow_archs(&p, NULL), x86 | x32);
}

/* Rules that overlap with two actions are emitted as they were only where libseccomp is known to
 * compare the more restrictive first; the third row is the oracle's seed 20265764. */
static void overlaps_as_written(void **state)
{
	static const struct {
		struct rule rules[2];
		bool kept;
	} rows[] = {
		{{{{A(0, COND_EQ, 40)}, EP}, {{A(0, COND_NE, 16)}, ALLOW}}, true},
		{{{{A(0, COND_EQ, 9)}, EP}, {{A(0, COND_NE, 16)}, ALLOW}}, false},
		{{{{.used = 7, .arg = {{COND_EQ, 3, 0}, {COND_EQ, 2, 0}, {COND_EQ, 8, 0}}}, EP},
		  {{.used = 1 << 4, .arg = {[4] = {COND_EQ, 64, 0}}}, {ACT_LOG, 0}}},
		 false},
		{{{{A(0, COND_EQ, 40)}, EP}, {{.used = 2, .arg = {[1] = {COND_NE, 9, 0}}}, ALLOW}}, false},
		{{{{A(0, COND_EQ, UINT64_C(1) << 33)}, EP}, {{A(0, COND_NE, 16)}, ALLOW}}, false},
		{{{{A(0, COND_EQ, 40)}, {ACT_LOG, 0}}, {{A(0, COND_NE, 16)}, EP}}, false},
		{{{{A(0, COND_EQ, 40)}, EP}, {{A(0, COND_GT, 50)}, ALLOW}}, true},
		{{{{A(0, COND_EQ, 40)}, EP}, {{A(0, COND_GT, 30)}, ALLOW}}, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct profile p;
		make(&p, &arena, (struct action)KILL, ARCHSET_ALL, rows[i].rules, 2);
		assert_int_equal(profile_written(&p, id_socket) != NULL, rows[i].kept);
	}
}

/* a3 & 0xfff8… == 0x4b6… is no condition on 32 bits, and the first without one wins there: KILL, where 64
 * bits and what is kept of it say TRAP (the oracle's seed 31416948). */
static void a_rule_that_loses_its_condition(void **state)
{
	static const struct rule wide = {{.used = 1 << 3,
					  .arg = {[3] = {COND_MASKED_EQ, UINT64_C(0xfff8000000000000),
							 UINT64_C(0x4b60000000000000)}}},
					 {ACT_KILL_THREAD, 0}},
				 whole = {{ALWAYS}, {ACT_TRAP, 0}};
	const struct rule before[] = {wide, whole}, behind[] = {whole, wide};
	const archset both = 1u << ARCH_X86_64 | 1u << ARCH_X86;
	CLEANUP_ARENA struct arena arena = {0};
	struct profile a, b, met;
	struct err err = {0};

	(void)state;
	profile_init(&b, allow, ARCHSET_ALL);
	make(&a, &arena, eperm, both, before, 2);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), 1u << ARCH_X86);
	make(&a, &arena, eperm, both, behind, 2);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), 0);
}

/* A denial that libseccomp enforces more widely on 32 bits stays one there, also
 * where the meet has no such condition any more. */
static void cut_sides_drop_architectures(void **state)
{
	static const struct rule deny = {{A(0, COND_EQ, UINT64_C(0x100000005))}, EP},
				 few = {{A(0, COND_LT, 100)}, ALLOW};
	CLEANUP_ARENA struct arena arena = {0};
	struct profile a, b, met;
	struct err err = {0};

	(void)state;
	make(&a, &arena, allow, 1u << ARCH_X86_64 | 1u << ARCH_X32, &deny, 1);
	make(&b, &arena, eperm, ARCHSET_ALL, &few, 1);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_int_equal(profile_call(&met, id_socket).nrules, 1);
	assert_false(conj_needs_64bit(&profile_call(&met, id_socket).rules[0].when));
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), 1u << ARCH_X32);
}

/* Where a check of another argument fails, X32 compares what is loaded then. */
static void mixed_arguments_drop_x32(void **state)
{
	static const struct rule rules[] = {
		{{.used = 3, .arg = {{COND_EQ, 1, 0}, {COND_EQ, 0, 0}}}, ALLOW},
		{{A(0, COND_EQ, 0)}, ALLOW},
	};
	CLEANUP_ARENA struct arena arena = {0};
	struct profile p;

	(void)state;
	for (size_t n = 1; n <= 2; n++) {
		make(&p, &arena, eperm, 1u << ARCH_X86_64 | 1u << ARCH_X32, rules, n);
		memset(&p.as_written, 0, sizeof(p.as_written));
		assert_int_equal(profile_drop_narrow_archs(&p, NULL), n == 2 ? 1u << ARCH_X32 : 0);
	}
}

/* On X86 a side kills socketcall by name; where that is the result's default it is
 * written nowhere, and the rule for socket would open it. */
static void multiplexed_sides_drop_x86(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct profile a, b, met;
	struct err err = {0};
	const struct action kill = KILL;

	(void)state;
	profile_init(&a, kill, 1u << ARCH_X86_64 | 1u << ARCH_X86);
	profile_init(&b, allow, ARCHSET_ALL);
	profile_set(&a, id_socket, allow);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), 0);
	profile_set(&b, sys_lookup("socketcall", 10), kill);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), 1u << ARCH_X86);
}

/* What the other allows whatever its arguments stays as it was written; what it
 * narrows does not; and a simplified rule counts as it was. */
static void as_written(void **state)
{
	static const struct rule rules[] = {{{A(0, COND_EQ, UINT64_C(0x100000005))}, EP},
					    {{A(0, COND_GT, 100)}, EP}},
				 narrower = {{A(0, COND_LT, 50)}, EP};
	const archset x86_64 = 1u << ARCH_X86_64, x86 = 1u << ARCH_X86;
	CLEANUP_ARENA struct arena arena = {0};
	struct profile a, b, met;
	struct err err = {0};

	(void)state;
	make(&a, &arena, allow, x86_64 | x86, rules, 2);
	assert_int_equal(profile_call(&a, id_socket).nrules, 1);
	profile_init(&b, allow, ARCHSET_ALL);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), 0);
	const struct written *w = profile_written(&met, id_socket);
	assert_true(w && w->n == 2 && conj_compare(&w->rules[1].when, &rules[1].when) == 0);
	/* A default of another answer would leave out other rules. */
	profile_init(&b, eperm, ARCHSET_ALL);
	profile_set(&b, id_socket, allow);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_null(profile_written(&met, id_socket));
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), x86);
	make(&b, &arena, allow, x86_64 | x86, &narrower, 1);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_null(profile_written(&met, id_socket));
	assert_int_equal(profile_drop_narrow_archs(&met, NULL), x86);
}

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
	 {{{A(1, COND_EQ, 5)}, KILL}, {{A(1, COND_EQ, 7)}, KILL}},
	 {{{A(0, COND_EQ, 2)}, ALLOW}, {{A(0, COND_EQ, 3)}, ALLOW}},
	 1u << ARCH_X86,
	 false},
	{"recv",
	 {{{A(0, COND_EQ, 1)}, ALLOW}, {{ALWAYS}, ALLOW}},
	 {{{A(0, COND_NE, 3)}, NOSYS}, {{A(0, COND_EQ, 3)}, ALLOW}},
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

/* Rules with two actions that shorten to one answer for every argument: libseccomp still gets the rules, and
 * mixes them with the member's. */
static void socketcall_shortened(void **state)
{
	static const struct rule own[] = {
		{{A(0, COND_NE, 2)}, KILL}, {{A(0, COND_EQ, 2)}, KILL}, {{A(0, COND_EQ, 8)}, NOSYS}};
	static const struct {
		const char *call;
		unsigned n;
		archset lost;
	} shortened[] = {{"socketcall", 3, 1u << ARCH_X86},
			 {"ipc", 3, 1u << ARCH_X86},
			 {"socketcall", 2, 0},
			 {"socket", 3, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shortened); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		int id = sys_lookup(shortened[i].call, strlen(shortened[i].call));
		struct profile p;
		struct err err = {0};

		profile_init(&p, (struct action){ACT_ALLOW, 0}, 1u << ARCH_X86_64 | 1u << ARCH_X86);
		assert_int_equal(
			profile_set_rules(&p, &arena, id, own, shortened[i].n, RULES_LIBSECCOMP, &err), 0);
		assert_false(profile_has_rules(&p, id));
		assert_int_equal(p.unfit & 1u << ARCH_X86, shortened[i].lost);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(narrow_architectures),
		cmocka_unit_test(written_rules_are_no_head),
		cmocka_unit_test(overlaps_as_written),
		cmocka_unit_test(a_rule_that_loses_its_condition),
		cmocka_unit_test(cut_sides_drop_architectures),
		cmocka_unit_test(mixed_arguments_drop_x32),
		cmocka_unit_test(multiplexed_sides_drop_x86),
		cmocka_unit_test(as_written),
		cmocka_unit_test(socketcall_with_rules_of_its_own),
		cmocka_unit_test(socketcall_shortened),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
