/* Every syscall name that Linux has or had, from syscalls.tbl (made from
 * libseccomp's tables and the kernel's newer ones). A syscall's id is its
 * index in the sorted table: it means nothing outside the process. */
#ifndef RUNCLAMP_MODEL_SYSCALLS_H
#define RUNCLAMP_MODEL_SYSCALLS_H

#include "model/arch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYS_MAX = 512 };

/* How many ids there are: 0 … sys_count() - 1. Sorted by name (strcmp). */
__attribute__((const)) int sys_count(void);
/* The id of a name, or -1. A perfect hash (gperf). */
int sys_lookup(const char *name, size_t len);
const char *sys_name(int id);
/* The number on an architecture below ARCH_NUMBERED, or -1 where it has none.
 * X32 numbers come without the x32 bit. */
__attribute__((const)) int sys_number(int id, enum arch_id arch);
__attribute__((const)) archset sys_archs(int id); /* those of them where it has one */
/* The id with that number, or -1. */
int sys_from_number(enum arch_id arch, int nr);
/* The name in the set with the highest number on that architecture, or -1. */
struct sysset;
int sys_top(const struct sysset *s, enum arch_id arch);
/* The nearest known name for "did you mean", or NULL. */
const char *sys_nearest(const char *name, size_t len);

/* A set of syscall ids. */
struct sysset {
	uint64_t w[SYS_MAX / 64];
};

static inline void sysset_add(struct sysset *s, int id)
{
	s->w[(unsigned)id / 64] |= UINT64_C(1) << ((unsigned)id % 64);
}
static inline void sysset_remove(struct sysset *s, int id)
{
	s->w[(unsigned)id / 64] &= ~(UINT64_C(1) << ((unsigned)id % 64));
}
static inline bool sysset_has(const struct sysset *s, int id)
{
	return s->w[(unsigned)id / 64] >> ((unsigned)id % 64) & 1;
}
unsigned sysset_count(const struct sysset *s);
/* The first id >= from, or -1: for (id = sysset_next(s, 0); id >= 0; id = sysset_next(s, id + 1)) */
int sysset_next(const struct sysset *s, int from);
void sysset_subtract(struct sysset *into, const struct sysset *s);

/* Calls that no kernel in use has, whatever their number: each answers ENOSYS. */
void gone_set(struct sysset *ret);

#endif
