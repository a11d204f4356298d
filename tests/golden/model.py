"""A model of the closure that shares no code with the shim: which names a
section may and must allow, from the bundle's own profile, needs, ceiling and floor."""
import errno
import json
import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# The floors of Debian 12's runc 1.1.5, crun 1.8.1 and runsc, as measured by
# integration/runtimes/floor.bats; written down here a second time on purpose.
RUNC = "close execve exit_group fstatfs futex getdents64 openat write".split()
FLOOR = {
    ("runc", True): RUNC,
    ("runc", False): RUNC + """capget capset chdir faccessat2 fstat getcwd getppid newfstatat prctl read
        setgid setgroups setuid""".split(),
    ("crun", True): ["execve", "exit_group"],
    ("crun", False): """execve exit_group capset prctl pselect6 read rt_sigaction rt_sigprocmask setresgid
        setresuid write""".split(),
    ("runsc", True): [],
    ("runsc", False): [],
}
MARGIN = {"runc": """rt_sigreturn nanosleep sched_yield epoll_pwait epoll_ctl mmap munmap madvise mprotect clone
    tgkill rt_sigprocmask sigaltstack gettid getpid rt_sigaction rseq set_robust_list exit
    restart_syscall""".split()}
# What exec calls beyond create, and what the runtime goes on without while the process gets something else: its streams'
# owner, its umask, closed descriptors. From traces of both; an exec by hand asks for no noNewPrivileges.
CRUN_EXEC = "capset close openat prctl read setgroups setresgid setresuid statx write fchown ioctl umask".split()
SOFT = {
    ("runc", True): ["fcntl"],
    ("runc", False): ["fcntl", "fchown"],
    ("crun", True): CRUN_EXEC,
    ("crun", False): CRUN_EXEC,
    ("runsc", True): [],
    ("runsc", False): [],
}
# Only as far as a runtime calls them: new namespaces, other descriptors, other requests stay out.
PARTLY = "clone fchown fcntl ioctl openat prctl".split()
# (runtime, denied by the engine, with which errno): what the runtime calls instead.
FALLBACK = {
    ("runc", "faccessat2", None): "faccessat getegid geteuid getgid getgroups getuid".split(),
    ("crun", "statx", 38): "fstat newfstatat".split(),
}
# The kernel has a program call them: a handler of signals ends by rt_sigreturn, a sleep that a pause or a stop
# interrupted goes on by restart_syscall (restart_syscall(2)), a killed program ends by exit_group.
KERNEL = ["exit_group", "restart_syscall", "rt_sigreturn"]
# Rows of syscall_64.tbl without a function; _sysctl's and nfsservctl's went in Linux 5.5 and 3.1. Not those of i386 programs.
GONE = """_sysctl afs_syscall create_module epoll_ctl_old epoll_wait_old get_kernel_syms getpmsg nfsservctl putpmsg query_module
    security tuxcall uselib vserver""".split()
# Calls that programs try and do without, by what they go on with (None: nothing of the kind): their documentation, or
# libc's sources, name ENOSYS. A ceiling that lacks one leaves it out. What clone3 brings along: clone, and what a new
# thread begins with.
OPTIONAL = {"clone3": "clone", "close_range": "close", "openat2": "openat", "faccessat2": "faccessat", "fchmodat2": "fchmodat",
            "epoll_pwait2": "epoll_pwait", "statx": "newfstatat", "rseq": None, "copy_file_range": "read", "getrandom": "read",
            "preadv2": "preadv", "pwritev2": "pwritev", "renameat2": "renameat", "execveat": "execve", "membarrier": None,
            "memfd_create": "openat", "io_pgetevents": "io_getevents", "pkey_alloc": None, "io_uring_setup": None,
            "io_uring_enter": None, "io_uring_register": None, "landlock_create_ruleset": None, "landlock_add_rule": None,
            "landlock_restrict_self": None}
THREAD = {"clone3": ["clone", "rseq", "set_robust_list"], "clone": ["rseq", "set_robust_list"]}
ALWAYS, SOMETIMES, NEVER = "always", "sometimes", "never"


def syscall_table():
    numbers = {}
    with open(os.path.join(TOP, "shim/model/syscalls.tbl")) as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                word = line.split()
                numbers[word[0]] = None if word[1] == "-" else int(word[1])
    return numbers


NUMBERS = syscall_table()


def narrow_names():
    """What a 32-bit architecture of the table has (columns x86, x32 and arm)."""
    with open(os.path.join(TOP, "shim/model/syscalls.tbl")) as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith("#")]
    return {row[0] for row in rows if any(row[k] != "-" for k in (2, 3, 5))}


NARROW = narrow_names()


def entries(items):
    """{name: has an unconditional entry} of a list of needs or a whitelist."""
    ret = {}
    for e in items:
        name, args = (e, []) if isinstance(e, str) else (e["name"], e.get("args") or [])
        ret[name] = ret.get(name, False) or not args
    return {n: ALWAYS if v else SOMETIMES for n, v in ret.items()}


def section_allows(section, first_match=False):
    """{name: how far it is allowed} of an OCI section; the default under None.
    Read as libseccomp's runtimes do: a rule like the default is skipped, an
    unconditional one beats conditional ones, the first unconditional one wins."""
    default = section["defaultAction"]
    default_errno = section.get("defaultErrnoRet", 1) if default == "SCMP_ACT_ERRNO" else None
    open_default = default in ("SCMP_ACT_ALLOW", "SCMP_ACT_LOG")
    rules = {}
    for e in section.get("syscalls") or []:
        errno = e.get("errnoRet", 1) if e["action"] == "SCMP_ACT_ERRNO" else None
        if (e["action"], errno) == (default, default_errno) and not first_match:
            continue
        for n in e["names"]:
            rules.setdefault(n, []).append((e["action"], errno, bool(e.get("args"))))
    ret = {None: (ALWAYS if open_default else NEVER, default, default_errno)}
    for n, rs in rules.items():
        plain = [r for r in rs if not r[2]]
        if plain:
            allowed = plain[0][0] in ("SCMP_ACT_ALLOW", "SCMP_ACT_LOG")
            ret[n] = (ALWAYS if allowed else NEVER, plain[0][0], plain[0][1])
        else:
            # conditions: allowed sometimes, if any side of them allows
            ret[n] = (SOMETIMES, None, None)
    return ret


def declared(config, by_cri):
    """The needs in the bundle's annotations: None, or {name: how far}. What a CRI engine
    writes of pods counts only where one made the bundle."""
    annotations = config.get("annotations") or {}
    if not by_cri:
        annotations = {k: v for k, v in annotations.items() if not k.startswith("io.kubernetes.cri")}
    if annotations.get("io.kubernetes.cri.container-type") == "sandbox" or \
            annotations.get("io.kubernetes.cri-o.ContainerType") == "sandbox":
        return "sandbox"
    name = annotations.get("io.kubernetes.cri.container-name") or annotations.get("io.kubernetes.container.name") or \
        annotations.get("io.kubernetes.cri-o.ContainerName")
    ret = None
    for key in ("io.runclamp.syscalls", "io.runclamp.closure", "io.containers.seccomp.profile"):
        text = annotations.get(f"{key}/{name}", annotations.get(key))
        if text is None:
            continue
        if key.endswith("syscalls"):
            side = entries(json.loads(text) if text.lstrip().startswith("[") else re.split(r"[,\s]+", text.strip()))
            side.pop("", None)
        elif key.endswith("closure"):
            side = entries(json.loads(text)["syscalls"])
        else:
            side = {n: v[0] for n, v in section_allows(json.loads(text)).items() if n and v[0] != NEVER}
        ret = side if ret is None else {n: meet(ret.get(n, NEVER), side.get(n, NEVER)) for n in set(ret) | set(side)}
    # What no kernel or not this architecture has is dropped.
    return ret if ret is None else {n: how for n, how in ret.items() if n not in GONE and (NUMBERS[n] is not None or n in NARROW)}


def meet(a, b):
    return NEVER if NEVER in (a, b) else SOMETIMES if SOMETIMES in (a, b) else ALWAYS


def join(a, b):
    return ALWAYS if ALWAYS in (a, b) else SOMETIMES if SOMETIMES in (a, b) else NEVER


def model(config, runtime, ceiling, by_cri):
    """{name: how far the closure allows it}; SOMETIMES may come to nothing."""
    nnp = (config.get("process") or {}).get("noNewPrivileges", False)
    hard = FLOOR[runtime, nnp]
    margin = {n: SOMETIMES if n in PARTLY else ALWAYS for n in MARGIN.get(runtime, []) + SOFT[runtime, nnp]}
    margin.update({n: ALWAYS for n in hard + KERNEL})
    w = entries((ceiling.get("syscalls") or []) + (ceiling.get("partial") or []))
    w_floor = entries(ceiling.get("floor") or [])
    needs = declared(config, by_cri)
    section = (config.get("linux") or {}).get("seccomp")
    engine = section_allows(section, runtime == "runsc") if section else {None: (ALWAYS, None, None)}
    for (kind, denied, errno), instead in FALLBACK.items():
        how, action, answer = engine.get(denied, engine[None])
        if kind == runtime and how != ALWAYS and action == "SCMP_ACT_ERRNO" and errno in (None, answer):
            margin.update({n: ALWAYS for n in instead})
    for n, brought in THREAD.items():
        if isinstance(needs, dict) and n in needs:
            margin.update({m: SOMETIMES if m in PARTLY else ALWAYS for m in brought if m not in needs and m not in margin})
    ret = {}
    for n in NUMBERS:
        c = join(w.get(n, NEVER), meet(w_floor.get(n, NEVER), margin.get(n, NEVER)))
        if isinstance(needs, dict):
            c = meet(c, join(needs.get(n, NEVER), margin.get(n, NEVER)))
        elif needs == "sandbox":
            c = meet(c, SOMETIMES)  # the built-in list: only an upper bound here
        c = meet(c, engine.get(n, engine[None])[0])
        ret[n] = c
    return ret, engine, needs


# On X86 they stand for calls whose conditions cannot be held behind them: then they are denied by a name of its own errno.
MULTIPLEXERS = {"socketcall", "ipc"}


def is_denied_multiplexer(section, name):
    return name in MULTIPLEXERS and any(
        name in e["names"] and e["action"] == "SCMP_ACT_ERRNO" and e.get("errnoRet") == errno.EACCES
        for e in section.get("syscalls", []))


def check_section(section, config, runtime, ceiling, by_cri):
    """The first thing that is wrong, or None."""
    want, engine, needs = model(config, runtime, ceiling, by_cri)
    got = {}
    for e in section.get("syscalls", []):
        allow = e["action"] in ("SCMP_ACT_ALLOW", "SCMP_ACT_LOG")
        for n in e["names"]:
            if allow:
                got[n] = join(got.get(n, NEVER), SOMETIMES if e.get("args") else ALWAYS)
    if section["defaultAction"] in ("SCMP_ACT_ALLOW", "SCMP_ACT_LOG"):
        return "the default allows"
    unimplemented = set(ceiling.get("unimplemented") or []) if runtime == "runsc" else set()
    spelled = {v: k for k, v in (ceiling.get("spelling") or {}).items()} if runtime == "runsc" else {}
    got = {spelled.get(n, n): v for n, v in got.items()}
    for n, how in got.items():
        if want.get(n, NEVER) == NEVER and n not in unimplemented:
            return f"{n} is allowed, and some side denies it"
        if how == ALWAYS and want[n] == SOMETIMES and needs != "sandbox" and n not in unimplemented:
            return f"{n} is allowed without its conditions"
    for n, how in want.items():
        known = NUMBERS[n] is not None or runtime != "runsc"
        if how == ALWAYS and got.get(n) != ALWAYS and known and \
                not (runtime == "runsc" and n in ceiling_floor_only(ceiling)) and \
                not is_denied_multiplexer(section, n):
            return f"{n} is allowed by every side, and not by the closure"
    if engine[None][1] and engine[None][0] == NEVER and section["defaultAction"] != engine[None][1]:
        return f"the default became {section['defaultAction']}"
    if runtime != "runsc":
        return check_answers(section, want, engine)
    return None


def ceiling_floor_only(ceiling):
    return set(entries(ceiling.get("floor") or []))


def check_answers(section, want, engine):
    """clone3 and its like answer ENOSYS where no engine decided otherwise."""
    answer = {}
    for e in section.get("syscalls", []):
        for n in e["names"]:
            if e["action"] == "SCMP_ACT_ERRNO" and not e.get("args"):
                answer[n] = e.get("errnoRet", 1)
    default = section.get("defaultErrnoRet", 1)
    for n in ("clone3", "faccessat2", "openat2", "statx", "rseq", "close_range"):
        if want[n] != NEVER or section["defaultAction"] != "SCMP_ACT_ERRNO":
            continue
        how, action, errno = engine.get(n, engine[None])
        expected = errno if how == NEVER and action == "SCMP_ACT_ERRNO" else 38 if how == ALWAYS else None
        if expected is not None and answer.get(n, default) != expected:
            return f"{n} answers {answer.get(n, default)}, not {expected}"
    return None


def outside_ceiling(config, ceiling, by_cri):
    """What a refusal by the ceiling says of the names, or None."""
    w = entries((ceiling.get("syscalls") or []) + (ceiling.get("partial") or []))
    names = sorted(n for n in declared(config, by_cri) or {} if w.get(n, NEVER) == NEVER and NUMBERS.get(n, 0) is not None
                   and not (n in OPTIONAL and (OPTIONAL[n] is None or OPTIONAL[n] in w)))
    if len(names) > 12:
        return f"needs {', '.join(names[:12])} and {len(names) - 12} more, which"
    return f"needs {', '.join(names[:-1])}{' and ' if names[1:] else ''}{names[-1]}, which" if names else None
