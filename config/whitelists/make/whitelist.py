"""What the generators of the shipped whitelists share: where the inputs lie,
the runtimes' floors, Docker's default profile, and the file format."""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WHITELISTS = os.path.dirname(HERE)
ROOT = os.path.dirname(os.path.dirname(WHITELISTS))
SYSCALL_TABLE = os.path.join(ROOT, "shim/model/syscalls.tbl")
# Debian package golang-github-docker-docker-dev
DOCKER_PROFILE = ("/usr/share/gocode/src/github.com/docker/docker"
                  "/profiles/seccomp/default.json")

# An architecture as Go and the whitelists call it: its column in the table.
COLUMN = {"amd64": "x86_64", "arm64": "aarch64"}
OCI_COLUMN = {"SCMP_ARCH_" + column.upper(): column
              for column in ("x86_64", "x86", "x32", "aarch64", "arm")}
NATIVE = {"amd64": "SCMP_ARCH_X86_64", "arm64": "SCMP_ARCH_AARCH64"}

# What every runtime calls after it has loaded the filter, with noNewPrivileges
# or without; each set was confirmed by 20 to 100 starts without a failure.
HARD_FLOORS = {
    "crun 1.8 to 1.28": """execve exit_group capset prctl pselect6 read rt_sigaction
        rt_sigprocmask setresgid setresuid write""",
    "runc 1.1": """execve exit_group close fstatfs futex getdents64 openat write capget
        capset chdir faccessat2 fstat getcwd getppid newfstatat prctl read setgid
        setgroups setuid""",
    "runc 1.2 to 1.5": """execve exit_group close fstatfs futex getdents64 openat write
        fstat openat2 statx capget capset chdir getcwd getppid newfstatat prctl read
        setgid setgroups setuid""",
    "youki 0.7": "execve exit_group accept4 close recvfrom sendmsg statx",
}
# What exec calls beyond that, and what the runtime goes on without while the
# container gets something else.
SOFT_FLOORS = {
    "crun 1.8 to 1.28": "close close_range fchown fstat ioctl openat setgroups statx umask",
    "runc 1.1 to 1.5": "close_range faccessat2 fchown fcntl",
}
# What a runtime calls where one of its own calls is denied; runc 1.2 and 1.3 for
# linux.personality.
FALLBACKS = """faccessat fcntl fstat fstatfs getdents64 getegid geteuid getgid getgroups
    getuid newfstatat openat personality readlinkat"""
# What runc's Go runtime calls now and then: a garbage collection or a new
# thread between the filter and the exec. Without it some of 20 starts fail.
RUNC_MARGIN = """rt_sigreturn nanosleep sched_yield epoll_pwait epoll_ctl mmap munmap
    madvise mprotect clone tgkill rt_sigprocmask sigaltstack gettid getpid rt_sigaction
    rseq set_robust_list exit restart_syscall"""
# The kernel has every program make these, and no recording shows them.
KERNEL_MARGIN = "exit_group restart_syscall rt_sigreturn"


def strict_floor():
    lists = [*HARD_FLOORS.values(), *SOFT_FLOORS.values(), KERNEL_MARGIN]
    return {name for names in lists for name in names.split()}


def floor():
    return strict_floor() | set(FALLBACKS.split())


def syscall_numbers(*archs):
    """Name to number, for the calls that exist on one of these architectures (as Go or
    OCI call them): the first one's number that there is."""
    with open(SYSCALL_TABLE, encoding="ascii") as table:
        rows = [line.split() for line in table]
    heading = next(row for row in rows if row[:2] == ["#", "name"])
    columns = [heading.index({**COLUMN, **OCI_COLUMN}[arch]) - 1 for arch in archs]
    calls = {row[0]: [row[column] for column in columns if row[column] != "-"]
             for row in rows if row and row[0] != "#"}
    return {name: int(found[0]) for name, found in calls.items() if found}


def without_capabilities(rule, arch):
    """Whether Docker applies the rule to a container that has no capability,
    on the newest kernel."""
    includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
    return (not includes.get("caps")
            and arch in (includes.get("arches") or [arch])
            and arch not in (excludes.get("arches") or []))


def condition(arg):
    return {"index": arg["index"], "op": arg["op"], "value": arg["value"],
            **({"valueTwo": arg.get("valueTwo", 0)}
               if arg["op"] == "SCMP_CMP_MASKED_EQ" else {})}


def docker_profile(arch):
    """The architectures, and each name that Docker's default profile allows
    without any capability: its alternatives, [[]] where unconditional."""
    with open(DOCKER_PROFILE, encoding="utf-8") as text:
        profile = json.load(text)
    allowed = {}
    for rule in profile["syscalls"]:
        if rule["action"] == "SCMP_ACT_ALLOW" and without_capabilities(rule, arch):
            conditions = [condition(arg) for arg in rule.get("args") or []]
            for name in rule["names"]:
                allowed.setdefault(name, []).append(conditions)
    archs = next([entry["architecture"], *entry["subArchitectures"]]
                 for entry in profile["archMap"] if entry["architecture"] == NATIVE[arch])
    return archs, {name: [[]] if [] in entries else entries
                   for name, entries in allowed.items()}


def entries(names, allowed):
    """The names as a whitelist's entries, sorted, with Docker's conditions."""
    return [{"name": name, "args": args} if args else name
            for name in sorted(names) for args in allowed.get(name, [[]])]


def load(name):
    with open(os.path.join(WHITELISTS, name + ".json"), encoding="utf-8") as text:
        return json.load(text)


def wrap(items, indent, width=96):
    """Items of a list or an object on as few lines as fit; a condition alone."""
    lines, line = [], ""
    for place, item in enumerate(items):
        item += "," if place < len(items) - 1 else ""
        if line and (len(indent + line + " " + item) > width or "{" in line + item):
            lines.append(line)
            line = ""
        line = f"{line} {item}" if line else item
    return "\n".join(indent + line for line in [*lines, line])


def member(key, value):
    if isinstance(value, dict):
        inside = wrap([f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()], "      ")
        return f'    "{key}": {{\n{inside}\n    }}'
    if key == "architectures":
        return f'    "{key}": {json.dumps(value)}'
    return f'    "{key}": [\n{wrap([json.dumps(v) for v in value], "      ")}\n    ]'


def dump(name, about, source, archs, out=sys.stdout):
    head = [f'  "{key}": {json.dumps(value)}' for key, value in
            (("version", 1), ("name", name), ("about", about), ("source", source))]
    body = ['  "{}": {{\n{}\n  }}'.format(
        arch, ",\n".join(member(k, v) for k, v in archs[arch].items() if v)) for arch in COLUMN]
    out.write("{\n" + ",\n".join(head + body) + "\n}\n")
