#include "model/arch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Names of the OCI runtime specification; widths of libseccomp (src/arch-*.c). */
static const struct {
	const char *name;
	enum arch_id id;
	bool narrow;
} archs[] = {
	{"SCMP_ARCH_X86_64", ARCH_X86_64, false},
	{"SCMP_ARCH_X86", ARCH_X86, true},
	{"SCMP_ARCH_X32", ARCH_X32, true},
	{"SCMP_ARCH_AARCH64", ARCH_AARCH64, false},
	{"SCMP_ARCH_ARM", ARCH_ARM, true},
	{"SCMP_ARCH_MIPS64N32", ARCH_MIPS64N32, true},
	{"SCMP_ARCH_MIPSEL64N32", ARCH_MIPSEL64N32, true},
	{"SCMP_ARCH_PPC64LE", ARCH_PPC64LE, false},
	{"SCMP_ARCH_S390", ARCH_S390, true},
	{"SCMP_ARCH_S390X", ARCH_S390X, false},
	{"SCMP_ARCH_RISCV64", ARCH_RISCV64, false},
	{"SCMP_ARCH_LOONGARCH64", ARCH_LOONGARCH64, false},
	{"SCMP_ARCH_M68K", ARCH_M68K, true},
	{"SCMP_ARCH_SHEB", ARCH_SHEB, true},
};

static void names_and_widths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		assert_int_equal(arch_from_oci(archs[i].name, strlen(archs[i].name)), archs[i].id);
		assert_string_equal(arch_oci_name(archs[i].id), archs[i].name);
		assert_int_equal(arch_is_32bit(archs[i].id), archs[i].narrow);
	}
}

static void every_name_leads_back(void **state)
{
	(void)state;
	for (int id = 0; id < ARCH_COUNT; id++) {
		const char *name = arch_oci_name((enum arch_id)id);
		assert_int_equal(arch_from_oci(name, strlen(name)), id);
	}
}

static void unknown_names(void **state)
{
	static const char *const names[] = {
		"",	  "SCMP_ARCH_",	    "SCMP_ARCH_X86_6", "SCMP_ARCH_x86", "SCMP_ARCH_NATIVE",
		"X86_64", "SCMP_ARCH_X86 ", "SCMP_ARCH_RISCV"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(arch_from_oci(names[i], strlen(names[i])), -1);
	assert_int_equal(arch_from_oci("SCMP_ARCH_X86\0", 14), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_widths),
		cmocka_unit_test(every_name_leads_back),
		cmocka_unit_test(unknown_names),
	};
	return cmocka_run_group_tests_name("arch", tests, NULL, NULL);
}
