/* The helper's own fence.
 *
 * What it could still do if a parser were taken over: the connected socket is
 * containerd's whole API, which is root's. No filter of system calls can tell
 * one request from another; so the fence keeps the process from everything
 * else (files, other sockets, other processes, new programs), and what reads
 * the answers is kept small and fuzzed. The one who answers is containerd
 * itself, checked to be root's; the hostile part is the text in its answers. */
#include "containerd/jail.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define JAILED 0 /* ASan maps, reads /proc and writes as it likes */
#elif defined(__has_feature)
#define JAILED !__has_feature(address_sanitizer)
#else
#define JAILED 1
#endif

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#define POLL_CALL __NR_poll
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#define POLL_CALL __NR_ppoll
#else
#error "the helper's filter knows x86_64 and aarch64"
#endif

enum { NOBODY = 65534, HEAP_MAX = 96 << 20 };

/* root's uid means something to files even without capabilities. In a user
 * namespace that has no such ids (rootless) the caller's own stay. */
static int drop_ids(struct err *err)
{
	if (geteuid())
		return 0;
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return err_sys(err, "dropping its groups");
	if (setresgid(NOBODY, NOBODY, NOBODY) < 0 && errno != EINVAL && errno != EPERM)
		return err_sys(err, "dropping its gid");
	if (setresuid(NOBODY, NOBODY, NOBODY) < 0 && errno != EINVAL && errno != EPERM)
		return err_sys(err, "dropping its uid");
	return 0;
}

static int drop_privileges(struct err *err)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	if (drop_ids(err))
		return -1;
	if (syscall(SYS_capset, &head, none) < 0)
		return err_sys(err, "dropping its capabilities");
	/* Not dumpable: others of uid 65534 can't look at it. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(err, "prctl");
	return 0;
}

static int limit(struct err *err)
{
	static const struct {
		__rlimit_resource_t what;
		rlim_t most;
	} limits[] = {
		{RLIMIT_CORE, 0},	 {RLIMIT_NPROC, 0}, {RLIMIT_NOFILE, JAIL_SOCKET + 1},
		{RLIMIT_DATA, HEAP_MAX}, {RLIMIT_CPU, 2},   {RLIMIT_FSIZE, 64 << 10},
		{RLIMIT_MEMLOCK, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const struct rlimit r = {limits[i].most, limits[i].most};
		if (setrlimit(limits[i].what, &r) < 0)
			return err_sys(err, "setrlimit");
	}
	/* The heap grows by brk alone, which RLIMIT_DATA bounds. */
	if (!mallopt(M_MMAP_MAX, 0) || !mallopt(M_TRIM_THRESHOLD, HEAP_MAX) || !mallopt(M_TOP_PAD, 1 << 20))
		return err_set(err, ERR_INTERNAL, "mallopt");
	return 0;
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skip)
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, action)
#define CALL(nr) UNLESS(nr, 1), ANSWER(SECCOMP_RET_ALLOW)
/* Only on this descriptor. args[0] is compared in its low half, which is the
 * whole of an int (little endian, both architectures). */
#define CALL_ON(nr, fd)                                                                                      \
	UNLESS(nr, 4), LOAD(args[0]), UNLESS(fd, 1), ANSWER(SECCOMP_RET_ALLOW),                              \
		ANSWER(SECCOMP_RET_KILL_PROCESS)

/* What an answer needs, as strace shows it, with poll's and the clock's other
 * names; no way to get another descriptor, address space or process. */
static int filter(struct err *err)
{
	struct sock_filter code[] = {
		LOAD(arch),
		UNLESS(OWN_ARCH, 1),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		ANSWER(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		CALL_ON(__NR_recvfrom, JAIL_SOCKET),
		CALL_ON(__NR_sendto, JAIL_SOCKET),
		CALL(POLL_CALL),
		CALL(__NR_brk),
		/* Where the vDSO has no clock it asks the kernel. */
		CALL(__NR_clock_gettime),
		CALL(__NR_exit_group),
		/* malloc tries this when brk has come to its end. */
		UNLESS(__NR_mmap, 1),
		ANSWER(SECCOMP_RET_ERRNO | ENOMEM),
		UNLESS(__NR_write, 5),
		LOAD(args[0]),
		UNLESS(STDOUT_FILENO, 1),
		ANSWER(SECCOMP_RET_ALLOW),
		UNLESS(STDERR_FILENO, 1),
		ANSWER(SECCOMP_RET_ALLOW),
		ANSWER(SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = {.len = ARRAY_LEN(code), .filter = code};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return err_sys(err, "its seccomp filter");
	return 0;
}

int jail_enter(int socket, struct err *err)
{
	if (socket != JAIL_SOCKET && dup2(socket, JAIL_SOCKET) < 0)
		return err_sys(err, "dup2");
	/* Before Linux 5.9 one by one; the shim's own descriptors close at its exec anyway. */
	if (syscall(SYS_close_range, JAIL_SOCKET + 1, ~0U, 0) < 0)
		for (int fd = JAIL_SOCKET + 1; fd < 1024; fd++)
			(void)close(fd);
	if (!JAILED)
		return 0;
	if (limit(err) || drop_privileges(err))
		return -1;
	return filter(err);
}
