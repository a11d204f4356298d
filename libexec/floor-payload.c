/* Both ends of `clampctl floor measure`, without a libc, so that all calls under the filter that are not
 * named here are the runtime's own. In a container: `end` (or nothing) makes one call and ends, `wait` makes
 * one and stays, to be looked at. In front of a runtime: `run COMMAND…` leaves it a descriptor that it must
 * not hand on, and `trace COMMAND…` has it traced by its parent as well. */

enum { PAYLOAD_STATUS = 42 }; /* as in shim/ctl/floor/bench.c; no runtime ends so by itself */
enum { INHERITED = 9, READ_ONLY = 0, AT_FDCWD = -100, PTRACE_TRACEME = 0, SIGSTOP = 19 };

#if defined(__x86_64__)
enum { NR_PPOLL = 271, NR_EXIT = 231, NR_OPENAT = 257, NR_DUP3 = 292, NR_EXECVE = 59 };
enum { NR_PTRACE = 101, NR_KILL = 62, NR_GETPID = 39 };
#elif defined(__aarch64__)
enum { NR_PPOLL = 73, NR_EXIT = 94, NR_OPENAT = 56, NR_DUP3 = 24, NR_EXECVE = 221 };
enum { NR_PTRACE = 117, NR_KILL = 129, NR_GETPID = 172 };
#else
#error "runclamp knows x86_64 and aarch64"
#endif

static long call(long nr, long a, long b, long c, long d)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = 0;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
#else
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = 0;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
#endif
}

__attribute__((noreturn)) static void end(long status)
{
	(void)call(NR_EXIT, status, 0, 0, 0);
	__builtin_trap(); /* exit_group was denied */
}

__attribute__((noreturn)) static void run(char **argv, char **envp)
{
	long fd = call(NR_OPENAT, AT_FDCWD, (long)"/", READ_ONLY, 0);

	if (fd >= 0)
		(void)call(NR_DUP3, fd, INHERITED, 0, 0);
	/* crun gives its stdin to the container's user: that must not be the node's /dev/null. */
	(void)call(NR_DUP3, 1, 0, 0, 0);
	(void)call(NR_EXECVE, (long)argv[0], (long)argv, (long)envp, 0);
	end(127);
}

/* argc, argv, NULL, envp, as the kernel lays them out. */
__attribute__((noreturn, used)) static void begin(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 1), **envp = argv + argc + 1;
	char mode = argc > 1 ? argv[1][0] : 'e';

	if (mode == 't') {
		(void)call(NR_PTRACE, PTRACE_TRACEME, 0, 0, 0);
		(void)call(NR_KILL, call(NR_GETPID, 0, 0, 0, 0), SIGSTOP, 0, 0);
	}
	if (mode == 'r' || mode == 't')
		run(argv + 2, envp);
	while (mode == 'w')
		(void)call(NR_PPOLL, 0, 0, 0, 0);
	end(PAYLOAD_STATUS);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n");
#else
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tb begin\n");
#endif
