"""The calls that only a 32-bit architecture has, and what does the same natively.

Sources: Linux, arch/x86/entry/syscalls/syscall_32.tbl and arch/arm/tools/syscall.tbl
beside the 64-bit tables (entry points: mmap2 is sys_mmap_pgoff, _llseek is sys_llseek,
rows 403 to 423 are the time64 forms); syscalls(2), stat(2), getuid(2), chown(2),
wait4(2), select(2), set_thread_area(2), socketcall(2), ipc(2).
"""

# By any of these: what can be reached through one is reached through its twin.
ANY = {
    # Wider offsets, user and group IDs, structures and times.
    "_llseek": "lseek", "mmap2": "mmap", "fcntl64": "fcntl", "ugetrlimit": "getrlimit",
    "truncate64": "truncate", "ftruncate64": "ftruncate", "sendfile64": "sendfile",
    "stat64": "stat newfstatat", "lstat64": "lstat newfstatat", "fstat64": "fstat",
    "fstatat64": "newfstatat", "statfs64": "statfs", "fstatfs64": "fstatfs",
    "fadvise64_64": "fadvise64", "arm_fadvise64_64": "fadvise64",
    "arm_sync_file_range": "sync_file_range",
    **{name + "32": name for name in """getuid getgid geteuid getegid setuid setgid setreuid
        setregid getgroups setgroups getresuid getresgid setresuid setresgid setfsuid
        setfsgid fchown""".split()},
    "chown32": "chown fchownat", "lchown32": "lchown fchownat",
    "clock_gettime64": "clock_gettime", "clock_getres_time64": "clock_getres",
    "clock_nanosleep_time64": "clock_nanosleep", "clock_adjtime64": "clock_adjtime",
    "timer_gettime64": "timer_gettime", "timer_settime64": "timer_settime",
    "timerfd_gettime64": "timerfd_gettime", "timerfd_settime64": "timerfd_settime",
    **{name + "_time64": name for name in """utimensat pselect6 ppoll io_pgetevents recvmmsg
        mq_timedsend mq_timedreceive semtimedop rt_sigtimedwait futex
        sched_rr_get_interval""".split()},
    # Older forms that the 64-bit tables do not have any more.
    "_newselect": "select pselect6", "waitpid": "wait4", "sigreturn": "rt_sigreturn",
    "sigprocmask": "rt_sigprocmask", "send": "sendto", "recv": "recvfrom",
    # The thread pointer.
    "set_thread_area": "arch_prctl", "get_thread_area": "arch_prctl",
    # arm64 began without what a later call replaces; ARM has both.
    "open": "openat", "creat": "openat", "access": "faccessat", "chmod": "fchmodat",
    "chown": "fchownat", "lchown": "fchownat", "link": "linkat", "symlink": "symlinkat",
    "readlink": "readlinkat", "rename": "renameat", "mkdir": "mkdirat", "mknod": "mknodat",
    "rmdir": "unlinkat", "unlink": "unlinkat", "stat": "newfstatat", "lstat": "newfstatat",
    "utimes": "utimensat", "futimesat": "utimensat", "getdents": "getdents64",
    "dup2": "dup3", "pipe": "pipe2", "poll": "ppoll", "pause": "rt_sigsuspend",
    "epoll_create": "epoll_create1", "epoll_wait": "epoll_pwait", "eventfd": "eventfd2",
    "signalfd": "signalfd4", "inotify_init": "inotify_init1", "getpgrp": "getpgid",
    "fork": "clone", "vfork": "clone",
}
# ARM's own, without which no libc starts or loads code; they touch the caller alone.
OWN = {"set_tls", "cacheflush", "breakpoint"}
# One number for many calls: by all of them, without conditions.
ALL = {
    "socketcall": """socket bind connect listen accept getsockname getpeername socketpair sendto
        recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg""",
    "ipc": """semop semget semctl semtimedop msgsnd msgrcv msgget msgctl shmat shmdt shmget
        shmctl""",
}


def twins(names, allowed):
    """The twins of `names`, of those that `allowed` has (name: its alternatives)."""
    free = {name for name in names if [] in allowed[name]}
    found = OWN | {twin for twin, bases in ANY.items() if names & set(bases.split())}
    found |= {call for call, members in ALL.items() if free >= set(members.split())}
    return found & allowed.keys()
