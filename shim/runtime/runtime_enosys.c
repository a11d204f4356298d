#include "runtime/runtime.h"
#include <string.h>

/* Denied calls that must look absent rather than forbidden, with who relies on
 * it. Each was a real breakage somewhere: a program that gets EPERM gives up
 * where it would have fallen back on ENOSYS. */
static const struct {
	char name[24];
	char instead[16]; /* what the program goes on with; empty: nothing of the kind */
	char source[88];
} enosys_calls[] = {
	{"clone3", "clone", "glibc 2.34, clone-internal.c: falls back on clone only for ENOSYS"},
	{"close_range", "close", "glibc 2.34, closefrom.c; Python 3.10, _posixsubprocess.c"},
	{"openat2", "openat", "libpathrs, systemd 250 chase(): fall back on openat"},
	{"faccessat2", "faccessat", "glibc 2.33, faccessat.c: emulates the flags for ENOSYS"},
	{"fchmodat2", "fchmodat", "glibc 2.39, fchmodat.c: falls back on /proc/self/fd for ENOSYS"},
	{"epoll_pwait2", "epoll_pwait", "libevent 2.2, epoll.c: falls back on epoll_wait for ENOSYS"},
	{"statx", "newfstatat",
	 "glibc 2.28, statx_generic.c; Rust std, fs.rs; Qt 5.10: fall back on fstatat"},
	{"rseq", "", "glibc 2.35, rseq-internal.h; librseq: ENOSYS says that the kernel has none"},
	{"copy_file_range", "read", "glibc 2.30, coreutils 9, Go 1.15 os: fall back on read and write"},
	{"getrandom", "read",
	 "glibc 2.36, arc4random.c; Go internal/syscall/unix: fall back on /dev/urandom"},
	{"preadv2", "preadv", "glibc 2.26, preadv2.c: falls back on preadv without flags"},
	{"pwritev2", "pwritev", "glibc 2.26, pwritev2.c: falls back on pwritev without flags"},
	{"renameat2", "renameat",
	 "glibc 2.28, renameat2.c: falls back on renameat without flags; coreutils 8.30 mv"},
	{"execveat", "execve", "glibc 2.27, fexecve.c: falls back on /proc/self/fd"},
	{"membarrier", "", "liburcu 0.11, urcu.c: falls back on signals"},
	{"memfd_create", "openat", "systemd, libffi 3.4: fall back on a temporary file"},
	{"io_pgetevents", "io_getevents", "libaio 0.3.112: falls back on io_getevents"},
	{"pkey_alloc", "", "glibc manual, Memory Protection Keys: ENOSYS says there are none"},
	{"io_uring_setup", "", "libuv 1.45, linux.c: goes on with its threads (Node.js 20)"},
	{"io_uring_enter", "", "only behind io_uring_setup"},
	{"io_uring_register", "", "only behind io_uring_setup"},
	{"landlock_create_ruleset", "", "landlock(7): ENOSYS says there is none; xz 5.6 goes on without"},
	{"landlock_add_rule", "", "only behind landlock_create_ruleset"},
	{"landlock_restrict_self", "", "only behind landlock_create_ruleset"},
};

static bool allows(const struct profile *p, const char *name)
{
	int id = sys_lookup(name, strlen(name));

	return id >= 0 && profile_allows_some(p, id);
}

bool enosys_optional(int id, const struct profile *allow)
{
	for (size_t i = 0; i < ARRAY_LEN(enosys_calls); i++)
		if (strcmp(enosys_calls[i].name, sys_name(id)) == 0)
			return !*enosys_calls[i].instead || allows(allow, enosys_calls[i].instead);
	return false;
}

/* Linux 5.1 (2019) began one numbering for all architectures here. Whoever calls
 * one of these has to run on older kernels too, so has a way round ENOSYS; and
 * runc's stub answers ENOSYS above the last number a profile names, so that all
 * runtimes agree. */
enum { FIRST_UNIFIED_NUMBER = 424 };

void enosys_set(struct sysset *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < ARRAY_LEN(enosys_calls); i++) {
		int id = sys_lookup(enosys_calls[i].name, strlen(enosys_calls[i].name));

		if (id >= 0)
			sysset_add(ret, id);
	}
	for (int id = 0; id < sys_count(); id++)
		if (sys_number(id, ARCH_NATIVE) >= FIRST_UNIFIED_NUMBER)
			sysset_add(ret, id);
}
