#include "needs/pause.h"
#include <errno.h>
#include <string.h>

/* Kubernetes' pause (build/pause/linux/pause.c: sigaction, waitpid, pause,
 * getpid, write) and a shell's `sleep`, static or with glibc's or musl's
 * loader: what strace shows of them on Debian 12. */
static const char pause_calls[][20] = {
	"access",
	"arch_prctl",
	"brk",
	"clock_nanosleep",
	"close",
	"execve",
	"exit",
	"exit_group",
	"fcntl",
	"fstat",
	"futex",
	"getegid",
	"geteuid",
	"getgid",
	"getpid",
	"getppid",
	"getrandom",
	"getuid",
	"ioctl",
	"lseek",
	"mmap",
	"mprotect",
	"munmap",
	"nanosleep",
	"newfstatat",
	"open",
	"openat",
	"pause",
	"ppoll",
	"pread64",
	"prctl",
	"prlimit64",
	"read",
	"readlink",
	"readlinkat",
	"restart_syscall",
	"rseq",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"set_robust_list",
	"set_tid_address",
	"sigaltstack",
	"stat",
	"uname",
	"wait4",
	"write",
	"writev",
};

void sandbox_needs(struct profile *ret, struct sysset *ret_named)
{
	profile_init(ret, (struct action){ACT_ERRNO, EPERM}, ARCHSET_ALL);
	memset(ret_named, 0, sizeof(*ret_named));
	for (size_t i = 0; i < ARRAY_LEN(pause_calls); i++) {
		int id = sys_lookup(pause_calls[i], strlen(pause_calls[i]));

		if (id < 0 || sys_number(id, ARCH_NATIVE) < 0)
			continue;
		profile_set(ret, id, (struct action){ACT_ALLOW, 0});
		sysset_add(ret_named, id);
	}
}
