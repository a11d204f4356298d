/* Architectures as OCI names them. Five have syscall numbers in syscalls.tbl;
 * the others are known by name, so that an engine's list can be kept. */
#ifndef RUNCLAMP_MODEL_ARCH_H
#define RUNCLAMP_MODEL_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum arch_id {
	ARCH_X86_64,
	ARCH_X86,
	ARCH_X32,
	ARCH_AARCH64,
	ARCH_ARM,
	ARCH_NUMBERED, /* from here on: no table of numbers */
	ARCH_MIPS = ARCH_NUMBERED,
	ARCH_MIPS64,
	ARCH_MIPS64N32,
	ARCH_MIPSEL,
	ARCH_MIPSEL64,
	ARCH_MIPSEL64N32,
	ARCH_PPC,
	ARCH_PPC64,
	ARCH_PPC64LE,
	ARCH_S390,
	ARCH_S390X,
	ARCH_PARISC,
	ARCH_PARISC64,
	ARCH_RISCV64,
	ARCH_LOONGARCH64,
	ARCH_M68K,
	ARCH_SH,
	ARCH_SHEB,
	ARCH_COUNT,
};

/* A set of architectures: bit 1 << id. */
typedef uint32_t archset;
#define ARCHSET_ALL ((1u << ARCH_COUNT) - 1)

#if defined(__x86_64__)
#define ARCH_NATIVE ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH_NATIVE ARCH_AARCH64
#else
#error "runclamp knows x86_64 and aarch64"
#endif

/* libseccomp compares only the low 32 bits of arguments on these. */
bool arch_is_32bit(enum arch_id arch);
/* "SCMP_ARCH_X86_64"; never NULL for a valid id. */
const char *arch_oci_name(enum arch_id arch);
/* -1 when unknown. */
int arch_from_oci(const char *name, size_t len);

#endif
