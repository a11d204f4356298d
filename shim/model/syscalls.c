#include "model/syscalls.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

/* Made by gen-syscalls.awk and gperf. */
struct syscalls_word;
static const struct syscalls_word *syscalls_word(const char *str, size_t len);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include "syscalls.inc"
#pragma GCC diagnostic pop

_Static_assert((int)SYSCALLS_COUNT <= (int)SYS_MAX, "SYS_MAX is too small for syscalls.tbl");

int sys_count(void)
{
	return SYSCALLS_COUNT;
}

int sys_lookup(const char *name, size_t len)
{
	const struct syscalls_word *w = syscalls_word(name, len);
	return w ? w->id : -1;
}

const char *sys_name(int id)
{
	return syscalls_name[id];
}

int sys_number(int id, enum arch_id arch)
{
	return syscalls_number[id][arch];
}

archset sys_archs(int id)
{
	archset set = 0;

	for (unsigned a = 0; a < ARCH_NUMBERED; a++)
		set |= (archset)(syscalls_number[id][a] >= 0) << a;
	return set;
}

static const struct {
	const short *id; /* by number, plus one */
	size_t n;
} by_number[ARCH_NUMBERED] = {
	[ARCH_X86_64] = {syscalls_by_x86_64, ARRAY_LEN(syscalls_by_x86_64)},
	[ARCH_X86] = {syscalls_by_x86, ARRAY_LEN(syscalls_by_x86)},
	[ARCH_X32] = {syscalls_by_x32, ARRAY_LEN(syscalls_by_x32)},
	[ARCH_AARCH64] = {syscalls_by_aarch64, ARRAY_LEN(syscalls_by_aarch64)},
	[ARCH_ARM] = {syscalls_by_arm, ARRAY_LEN(syscalls_by_arm)},
};

int sys_from_number(enum arch_id arch, int nr)
{
	if (nr < 0)
		return -1;
	if ((size_t)nr < by_number[arch].n)
		return by_number[arch].id[nr] - 1;
	for (int id = 0; id < SYSCALLS_COUNT; id++)
		if (syscalls_number[id][arch] == nr)
			return id;
	return -1;
}

int sys_top(const struct sysset *s, enum arch_id arch)
{
	for (size_t nr = by_number[arch].n; nr-- > 0;) {
		int id = by_number[arch].id[nr] - 1;

		if (id >= 0 && sysset_has(s, id))
			return id;
	}
	return -1;
}

const char *sys_nearest(const char *name, size_t len)
{
	const char *names[SYSCALLS_COUNT + 1];
	for (int id = 0; id < SYSCALLS_COUNT; id++) {
		size_t own = strlen(syscalls_name[id]);

		/* libc's name of it: pread is pread64, not preadv. */
		if (len && own > len && memcmp(syscalls_name[id], name, len) == 0 &&
		    strspn(syscalls_name[id] + len, "0123456789") == own - len)
			return syscalls_name[id];
		names[id] = syscalls_name[id];
	}
	names[SYSCALLS_COUNT] = NULL;
	return text_nearest(name, len, names);
}

unsigned sysset_count(const struct sysset *s)
{
	unsigned n = 0;
	for (size_t i = 0; i < ARRAY_LEN(s->w); i++)
		n += (unsigned)__builtin_popcountll(s->w[i]);
	return n;
}

int sysset_next(const struct sysset *s, int from)
{
	if (from < 0 || from >= SYS_MAX)
		return -1;
	size_t i = (size_t)from / 64;
	uint64_t rest = s->w[i] & ~UINT64_C(0) << (unsigned)from % 64;
	while (!rest) {
		if (++i == ARRAY_LEN(s->w))
			return -1;
		rest = s->w[i];
	}
	return (int)i * 64 + __builtin_ctzll(rest);
}

void sysset_subtract(struct sysset *into, const struct sysset *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->w); i++)
		into->w[i] &= ~s->w[i];
}
