#include "model/arch.h"

#include <string.h>

/* The names of the OCI runtime specification; the width is libseccomp's. */
static const struct {
	const char name[24];
	bool narrow;
} arch_table[ARCH_COUNT] = {
	[ARCH_X86_64] = {"SCMP_ARCH_X86_64", false},
	[ARCH_X86] = {"SCMP_ARCH_X86", true},
	[ARCH_X32] = {"SCMP_ARCH_X32", true},
	[ARCH_AARCH64] = {"SCMP_ARCH_AARCH64", false},
	[ARCH_ARM] = {"SCMP_ARCH_ARM", true},
	[ARCH_MIPS] = {"SCMP_ARCH_MIPS", true},
	[ARCH_MIPS64] = {"SCMP_ARCH_MIPS64", false},
	[ARCH_MIPS64N32] = {"SCMP_ARCH_MIPS64N32", true},
	[ARCH_MIPSEL] = {"SCMP_ARCH_MIPSEL", true},
	[ARCH_MIPSEL64] = {"SCMP_ARCH_MIPSEL64", false},
	[ARCH_MIPSEL64N32] = {"SCMP_ARCH_MIPSEL64N32", true},
	[ARCH_PPC] = {"SCMP_ARCH_PPC", true},
	[ARCH_PPC64] = {"SCMP_ARCH_PPC64", false},
	[ARCH_PPC64LE] = {"SCMP_ARCH_PPC64LE", false},
	[ARCH_S390] = {"SCMP_ARCH_S390", true},
	[ARCH_S390X] = {"SCMP_ARCH_S390X", false},
	[ARCH_PARISC] = {"SCMP_ARCH_PARISC", true},
	[ARCH_PARISC64] = {"SCMP_ARCH_PARISC64", false},
	[ARCH_RISCV64] = {"SCMP_ARCH_RISCV64", false},
	[ARCH_LOONGARCH64] = {"SCMP_ARCH_LOONGARCH64", false},
	[ARCH_M68K] = {"SCMP_ARCH_M68K", true},
	[ARCH_SH] = {"SCMP_ARCH_SH", true},
	[ARCH_SHEB] = {"SCMP_ARCH_SHEB", true},
};

bool arch_is_32bit(enum arch_id arch)
{
	return arch_table[arch].narrow;
}

const char *arch_oci_name(enum arch_id arch)
{
	return arch_table[arch].name;
}

int arch_from_oci(const char *name, size_t len)
{
	for (int i = 0; i < ARCH_COUNT; i++)
		if (strlen(arch_table[i].name) == len && memcmp(arch_table[i].name, name, len) == 0)
			return i;
	return -1;
}
