/* What comes out: what a call answers in the section that is written, who took
 * what, what audit mode keeps. The section is read back by the reader alone. */
#include "base/sha256.h"
#include "decision_fixture.h"

#define NO_MOUNT_13                                                                                          \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mount\"],"                        \
	"\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}]}"
#define CLOSURE(s) "\"io.runclamp.closure\":\"{\\\"version\\\":1,\\\"syscalls\\\":[" s "]}\""
#define NEED_IF(n, v)                                                                                        \
	"{\\\"name\\\":\\\"" n "\\\",\\\"args\\\":[{\\\"index\\\":0,\\\"op\\\":\\\"SCMP_CMP_EQ\\\","         \
	"\\\"value\\\":" #v "}]}"
#define DEFAULT(act, rest) "{\"defaultAction\":\"SCMP_ACT_" act "\"," rest "}"
#define LIST(n) "\"syscalls\":[" ENTRY(n, "ALLOW") "]"
#define THREE "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]"
#define X64_X32 "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X32\"]"
#define NO_VSOCK(archs)                                                                                      \
	DEFAULT("ALLOW", archs                                                                               \
		",\"syscalls\":[{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":97,"      \
		"\"args\":[{\"index\":0,\"value\":40,\"op\":\"SCMP_CMP_EQ\"}]}]")
/* Denies also CALL where its first argument has the bit. */
#define NO_BIT(archs, call, bit)                                                                             \
	DEFAULT("ALLOW", archs ",\"syscalls\":[{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","       \
			       "\"args\":[{\"index\":0,\"value\":40,\"op\":\"SCMP_CMP_EQ\"}]},"              \
			       "{\"names\":[\"" call "\"],\"action\":\"SCMP_ACT_TRAP\",\"args\":[{"          \
			       "\"index\":0,\"value\":" bit ",\"valueTwo\":" bit                             \
			       ",\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]")
#define AUDIT .handler = ",\"mode\":\"audit\""
#define PERMISSIVE .handler = ",\"level\":\"permissive\""
#define SANDBOX                                                                                              \
	.annotations =                                                                                       \
		"\"io.kubernetes.cri.container-type\":\"sandbox\",\"io.kubernetes.cri.sandbox-id\":\"1\""
#define CRUN .kind = RUNTIME_CRUN
#define RUNSC .kind = RUNTIME_RUNSC
#define TINY CRUN, .ceiling = "@tiny"
#define WIDE CRUN, .ceiling = "@wide"
#define READ .annotations = SYSCALLS("read")
#define CLONE_NEWUSER 0x10000000

/* The call NULL: a number that no name has. */
static const struct {
	struct setup in;
	const char *call;
	uint64_t arg0;
	struct action want;
} answers[] = {
	/* Allowed by all, denied by one. */
	{{TINY, READ}, "read", 0, {ACT_ALLOW, 0}},
	{{TINY, READ}, "socket", 2, {ACT_ERRNO, EPERM}},
	{{TINY, READ}, "getpid", 0, {ACT_ERRNO, EPERM}},
	{{TINY}, "write", 0, {ACT_ALLOW, 0}},
	{{TINY}, "getpid", 0, {ACT_ERRNO, EPERM}},
	{{TINY, READ, .seccomp = DENY_LIST("\"read\"", "ERRNO")}, "read", 0, {ACT_ERRNO, EPERM}},
	{{TINY, .annotations = SYSCALLS("socket write") "," CLOSURE("\\\"write\\\"")},
	 "socket",
	 0,
	 {ACT_ERRNO, EPERM}},
	{{TINY, .annotations = SYSCALLS("socket write") "," CLOSURE("\\\"write\\\"")},
	 "write",
	 0,
	 {ACT_ALLOW, 0}},
	{{CRUN, .ceiling = "@floored", .annotations = SYSCALLS("write")}, "mount", 0, {ACT_ERRNO, EPERM}},
	{{CRUN, .ceiling = "@floored:full"}, "write", 0, {ACT_ERRNO, EPERM}},
	{{CRUN, .ceiling = "@floored"}, "write", 0, {ACT_ALLOW, 0}},
	{{WIDE, PERMISSIVE, .annotations = SYSCALLS("read getpid")}, "getpid", 0, {ACT_ERRNO, EPERM}},
	/* The pause container: its own closure, and the ceiling all the same. */
	{{TINY, SANDBOX}, "write", 0, {ACT_ALLOW, 0}},
	{{TINY, SANDBOX}, "nanosleep", 0, {ACT_ERRNO, EPERM}},
	{{CRUN, SANDBOX}, "nanosleep", 0, {ACT_ALLOW, 0}},
	{{CRUN, SANDBOX}, "socket", 2, {ACT_ERRNO, EPERM}},
	{{WIDE, .annotations = "\"io.kubernetes.cri.container-type\":\"sandbox\",\"io.kubernetes.cri.sandbox-"
			       "id\":\"1\"," SYSCALLS("mount")},
	 "mount",
	 0,
	 {ACT_ERRNO, EPERM}},
	{{WIDE, SANDBOX, .seccomp = DENY_LIST("\"write\"", "ERRNO")}, "write", 0, {ACT_ERRNO, EPERM}},

	/* Programs fall back on ENOSYS; the engine's own answer stands. */
	{{WIDE, READ}, "clone3", 0, {ACT_ERRNO, ENOSYS}},
	{{WIDE, READ}, "openat2", 0, {ACT_ERRNO, ENOSYS}},
	{{CRUN, READ}, "faccessat2", 0, {ACT_ERRNO, ENOSYS}},
	{{TINY}, "clone3", 0, {ACT_ERRNO, ENOSYS}},
	/* A recording that has clone3 has clone in its place: for threads, not for namespaces. */
	{{CRUN, READ}, "clone", 17, {ACT_ERRNO, EPERM}},
	{{CRUN, .annotations = SYSCALLS("read clone3")}, "clone3", 0, {ACT_ERRNO, ENOSYS}},
	{{CRUN, .annotations = SYSCALLS("read clone3")}, "clone", 17, {ACT_ALLOW, 0}},
	{{CRUN, .annotations = SYSCALLS("read clone3")}, "clone", CLONE_NEWUSER, {ACT_ERRNO, EPERM}},
	{{WIDE, .annotations = SYSCALLS("read clone3")}, "clone", 17, {ACT_ALLOW, 0}},
	{{TINY}, "mount", 0, {ACT_ERRNO, EPERM}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"clone3\"", "ERRNO")}, "clone3", 0, {ACT_ERRNO, EPERM}},
	{{WIDE, .seccomp = NO_MOUNT_13}, "mount", 0, {ACT_ERRNO, EACCES}},
	{{WIDE, READ, .seccomp = NO_MOUNT_13}, "mount", 0, {ACT_ERRNO, EACCES}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"mount\"", "TRAP")}, "mount", 0, {ACT_TRAP, 0}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"mount\"", "KILL")}, "mount", 0, {ACT_KILL_THREAD, 0}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"read\"", "KILL_PROCESS")}, "read", 0, {ACT_KILL_PROCESS, 0}},
	/* The more restrictive one wins. */
	{{WIDE, READ, .seccomp = DENY_LIST("\"mount\"", "LOG")}, "mount", 0, {ACT_ERRNO, EPERM}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"read\"", "LOG")}, "read", 0, {ACT_LOG, 0}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"read\"", "TRACE")}, "read", 0, {ACT_TRACE, EPERM}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"read\"", "NOTIFY")}, "read", 0, {ACT_NOTIFY, 0}},
	{{WIDE, READ, .seccomp = DENY_LIST("\"mount\"", "NOTIFY")}, "mount", 0, {ACT_ERRNO, EPERM}},

	/* The default is the engine's, or EPERM; never an open one. */
	{{TINY}, NULL, 0, {ACT_ERRNO, EPERM}},
	{{TINY, .seccomp = ALLOW_ALL}, NULL, 0, {ACT_ERRNO, EPERM}},
	{{TINY, .seccomp = "{\"defaultAction\":\"SCMP_ACT_LOG\"}"}, NULL, 0, {ACT_ERRNO, EPERM}},
	{{TINY, .seccomp = "{\"defaultAction\":\"SCMP_ACT_LOG\"}"}, "read", 0, {ACT_LOG, 0}},
	{{TINY, .seccomp = DEFAULT("ERRNO", "\"defaultErrnoRet\":38," LIST("\"execve\",\"read\",\"mount\""))},
	 NULL,
	 0,
	 {ACT_ERRNO, ENOSYS}},
	{{TINY, .seccomp = DEFAULT("ERRNO", "\"defaultErrnoRet\":38," LIST("\"execve\",\"read\",\"mount\""))},
	 "write",
	 0,
	 {ACT_ERRNO, ENOSYS}},
	{{TINY, .seccomp = DEFAULT("ERRNO", "\"defaultErrnoRet\":38," LIST("\"execve\",\"read\",\"mount\""))},
	 "mount",
	 0,
	 {ACT_ERRNO, EPERM}},
	{{TINY, .seccomp = DEFAULT("KILL_PROCESS", LIST("\"execve\",\"read\",\"mount\""))},
	 NULL,
	 0,
	 {ACT_KILL_PROCESS, 0}},
	{{TINY, .seccomp = DEFAULT("KILL_PROCESS", LIST("\"execve\",\"read\",\"mount\""))},
	 "mount",
	 0,
	 {ACT_ERRNO, EPERM}},
	{{TINY, .seccomp = DEFAULT("KILL_PROCESS", LIST("\"execve\",\"read\",\"mount\""))},
	 "clone3",
	 0,
	 {ACT_KILL_PROCESS, 0}},
	{{TINY, .seccomp = DEFAULT("TRAP", LIST("\"execve\",\"read\""))}, "write", 0, {ACT_TRAP, 0}},
	/* A name that nobody knows does not stand in the way. */
	{{TINY, .seccomp = DEFAULT("ERRNO", LIST("\"execve\",\"no_such_call\",\"read\""))},
	 "read",
	 0,
	 {ACT_ALLOW, 0}},

	/* Conditions narrow. */
	{{TINY, .annotations = SYSCALLS("socket")}, "socket", 2, {ACT_ALLOW, 0}},
	{{TINY, .annotations = SYSCALLS("socket")}, "socket", 10, {ACT_ALLOW, 0}},
	{{TINY, .annotations = SYSCALLS("socket")}, "socket", 1, {ACT_ERRNO, EPERM}},
	{{TINY, .annotations = SYSCALLS("socket")}, "socket", (UINT64_C(1) << 32) + 2, {ACT_ERRNO, EPERM}},
	{{TINY, .annotations = CLOSURE(NEED_IF("socket", 2))}, "socket", 2, {ACT_ALLOW, 0}},
	{{TINY, .annotations = CLOSURE(NEED_IF("socket", 2))}, "socket", 10, {ACT_ERRNO, EPERM}},
	{{TINY, .annotations = CLOSURE(NEED_IF("socket", 40))}, "socket", 40, {ACT_ERRNO, EPERM}},
	{{TINY, .annotations = CLOSURE(NEED_IF("socket", 40))}, "socket", 2, {ACT_ERRNO, EPERM}},
	{{CRUN}, "clone", 17, {ACT_ALLOW, 0}},
	{{CRUN}, "clone", CLONE_NEWUSER, {ACT_ERRNO, EPERM}},
	{{CRUN, .annotations = SYSCALLS("clone")}, "clone", CLONE_NEWUSER | 17, {ACT_ERRNO, EPERM}},
	{{CRUN}, "personality", 8, {ACT_ALLOW, 0}},
	{{CRUN}, "personality", 1, {ACT_ERRNO, EPERM}},
	{{CRUN}, "personality", 0xffffffff, {ACT_ALLOW, 0}},
	{{CRUN, .annotations = CLOSURE(NEED_IF("personality", 1))}, "personality", 1, {ACT_ERRNO, EPERM}},

	/* The floor is no one's to take but the ceiling's and the engine's. */
	{{TINY, .annotations = SYSCALLS("")}, "exit_group", 0, {ACT_ALLOW, 0}},
	{{TINY, .annotations = CLOSURE(NEED_IF("execve", 5))}, "execve", 4, {ACT_ALLOW, 0}},
	{{TINY, READ, .seccomp = DENY_LIST("\"exit_group\"", "ERRNO")}, "exit_group", 0, {ACT_ERRNO, EPERM}},
	{{READ}, "futex", 0, {ACT_ALLOW, 0}},
	{{READ}, "rt_sigreturn", 0, {ACT_ALLOW, 0}},
	/* runc's margin hands nobody a user namespace. */
	{{.ceiling = "@margin", READ}, "clone", 17, {ACT_ALLOW, 0}},
	{{.ceiling = "@margin", READ}, "clone", CLONE_NEWUSER, {ACT_ERRNO, EPERM}},
	{{.ceiling = "@margin", READ}, "clone3", 0, {ACT_ERRNO, ENOSYS}},
	{{.ceiling = "@margin", .annotations = SYSCALLS("clone")}, "clone", CLONE_NEWUSER, {ACT_ALLOW, 0}},
	/* Nor does a ceiling's floor for runtimes open anything else. */
	{{.ceiling = "@strict", .handler = ",\"level\":\"strict\"", READ},
	 "faccessat2",
	 0,
	 {ACT_ERRNO, ENOSYS}},
	{{.ceiling = "@strict", .handler = ",\"level\":\"strict\"", READ, .nnp_off = true},
	 "faccessat2",
	 0,
	 {ACT_ALLOW, 0}},

	/* runsc: EPERM only; what ENOSYS is due for and the sentry lacks is passed on. */
	{{RUNSC, READ}, "read", 0, {ACT_ALLOW, 0}},
	{{RUNSC, READ}, "write", 0, {ACT_ERRNO, EPERM}},
	{{RUNSC, .annotations = SYSCALLS("pselect6")}, "pselect6", 0, {ACT_ALLOW, 0}},
	{{RUNSC}, "pselect6", 0, {ACT_ALLOW, 0}},
	{{RUNSC, READ}, "clone3", 0, {ACT_ALLOW, 0}},
	{{RUNSC, READ}, "openat2", 0, {ACT_ALLOW, 0}},
	{{RUNSC, READ}, "mount", 0, {ACT_ERRNO, EPERM}},
	{{RUNSC, READ, .seccomp = DENY_LIST("\"clone3\"", "ERRNO")}, "clone3", 0, {ACT_ERRNO, EPERM}},
	{{RUNSC, READ, .seccomp = DENY_LIST("\"clone3\"", "TRAP")}, "clone3", 0, {ACT_TRAP, 0}},
	{{RUNSC}, "statx", 0, {ACT_ERRNO, EPERM}},
	{{RUNSC, .seccomp = DEFAULT("ERRNO", "\"defaultErrnoRet\":38," LIST("\"execve\",\"read\""))},
	 NULL,
	 0,
	 {ACT_ERRNO, EPERM}},

	/* Audit: what would be removed is logged, what the engine denies stays denied. */
	{{TINY, AUDIT, READ}, "read", 0, {ACT_ALLOW, 0}},
	{{TINY, AUDIT, READ}, "mount", 0, {ACT_LOG, 0}},
	{{TINY, AUDIT, READ}, "clone3", 0, {ACT_LOG, 0}},
	{{TINY, AUDIT, READ}, NULL, 0, {ACT_LOG, 0}},
	{{TINY, AUDIT, .annotations = SYSCALLS("socket"), .seccomp = ALLOW_ALL}, "socket", 2, {ACT_ALLOW, 0}},
	{{TINY, AUDIT, .annotations = SYSCALLS("socket"), .seccomp = ALLOW_ALL}, "socket", 1, {ACT_LOG, 0}},
	/* Conditions on socket would cost X86: it is logged whole. */
	{{TINY, AUDIT, .annotations = SYSCALLS("socket")}, "socket", 1, {ACT_LOG, 0}},
#if defined(__x86_64__)
	/* What cannot be held behind socketcall is denied there, but never by an audit. */
	{{.annotations = SYSCALLS("socket"), .seccomp = TWO_ANSWERS}, "socketcall", 1, {ACT_ERRNO, EACCES}},
	{{AUDIT, .annotations = SYSCALLS("socket"), .seccomp = TWO_ANSWERS}, "socketcall", 1, {ACT_ALLOW, 0}},
	{{AUDIT, .annotations = SYSCALLS("socket"), .seccomp = TWO_ANSWERS}, "socket", 16, {ACT_ERRNO, 22}},
	/* A rule to log the other families would keep runc from loading the section. */
	{{AUDIT, READ, .seccomp = NO_VSOCK(THREE)}, "socket", 40, {ACT_ERRNO, 97}},
	{{AUDIT, READ, .seccomp = NO_VSOCK(THREE)}, "socket", 2, {ACT_ALLOW, 0}},
	{{AUDIT, READ, .seccomp = NO_VSOCK("\"architectures\":[\"SCMP_ARCH_X86_64\"]")},
	 "socket",
	 2,
	 {ACT_LOG, 0}},
	/* Only for them, and only on X86: other calls are logged beside what the engine denies. */
	{{AUDIT, READ, .seccomp = NO_BIT(THREE, "clone", "268435456")}, "socket", 2, {ACT_ALLOW, 0}},
	{{AUDIT, READ, .seccomp = NO_BIT(THREE, "clone", "268435456")}, "clone", 0x20000, {ACT_LOG, 0}},
	{{AUDIT, READ, .seccomp = NO_BIT(THREE, "clone", "268435456")},
	 "clone",
	 CLONE_NEWUSER | 0x20000,
	 {ACT_TRAP, 0}},
	{{AUDIT, .annotations = CLOSURE(NEED_IF("ioctl", 4294967296)), .seccomp = NO_VSOCK(X64_X32)},
	 "socket",
	 2,
	 {ACT_LOG, 0}},
	/* Cut to 32 bits the rule to log the rest would have no condition, and open what the engine denies.
	 */
	{{AUDIT, READ, .seccomp = NO_BIT(THREE, "clone", "4294967296")}, "clone", 0x20000, {ACT_ALLOW, 0}},
	{{AUDIT, READ, .seccomp = NO_BIT(THREE, "clone", "4294967296")}, "clone", 4294967296, {ACT_TRAP, 0}},
#endif
	{{TINY, AUDIT, READ, .seccomp = DEFAULT("ERRNO", LIST("\"execve\",\"read\",\"personality\""))},
	 "read",
	 0,
	 {ACT_ALLOW, 0}},
	{{TINY, AUDIT, READ, .seccomp = DEFAULT("ERRNO", LIST("\"execve\",\"read\",\"personality\""))},
	 "personality",
	 0,
	 {ACT_LOG, 0}},
	{{TINY, AUDIT, READ, .seccomp = DEFAULT("ERRNO", LIST("\"execve\",\"read\",\"write\""))},
	 "mount",
	 0,
	 {ACT_ERRNO, EPERM}},
	{{TINY, AUDIT, READ, .seccomp = DEFAULT("KILL_PROCESS", LIST("\"execve\",\"read\""))},
	 NULL,
	 0,
	 {ACT_KILL_PROCESS, 0}},
	{{TINY, AUDIT, READ, .seccomp = DENY_LIST("\"mount\"", "ERRNO")}, "mount", 0, {ACT_ERRNO, EPERM}},
	{{TINY, AUDIT, READ, .seccomp = DENY_LIST("\"mount\"", "ERRNO")}, "getpid", 0, {ACT_LOG, 0}},
	{{TINY, AUDIT, READ, .seccomp = DENY_LIST("\"mount\"", "ERRNO")}, NULL, 0, {ACT_ALLOW, 0}},
	{{TINY, AUDIT, READ, .seccomp = DENY_LIST("\"write\"", "TRACE")}, "write", 0, {ACT_TRACE, EPERM}},
};

static bool can_run(const struct setup *s)
{
	return s->kind != RUNTIME_RUNSC || ownrun;
}

static void decide_row(struct decider *x, const struct setup *s, size_t row)
{
	if (decide_setup(x, s) < 0)
		fail_msg("row %zu: %s", row, x->err.msg);
	if (!x->d.inject)
		fail_msg("row %zu: %s", row, x->d.sentence);
}

static void test_answers(void **state)
{
	static struct decider x;
	static struct profile back;
	char out[120];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const uint64_t args[COND_ARGS] = {answers[i].arg0};

		if (!can_run(&answers[i].in))
			continue;
		decide_row(&x, &answers[i].in, i);
		read_section(&x, &back);
		struct action got =
			answers[i].call ? profile_eval(&back, id_of(answers[i].call), args) : back.def;
		(void)snprintf(out, sizeof(out), "row %zu, %s: %s %u", i, or_nothing(answers[i].call),
			       act_name(got.kind), got.errno_ret);
		if (!action_equal(got, answers[i].want))
			fail_msg("%s", out);
		decider_free(&x);
	}
}

/* Who took what. */
#define SET(member) offsetof(struct decision, member)
static const struct {
	struct setup in;
	size_t set;
	const char *names;
} sets[] = {
	{{TINY, READ}, SET(allowed), "close execve exit_group read statx write"},
	{{TINY, READ}, SET(floor_only), "close execve exit_group statx write"},
	{{TINY, READ}, SET(removed_needs), "personality socket"},
	/* The margin that the ceiling lacks. */
	{{TINY, READ},
	 SET(removed_ceiling),
	 "capset fchown ioctl openat prctl restart_syscall rt_sigreturn setgroups setresgid setresuid umask"},
	{{TINY, READ}, SET(removed_engine), ""},
	{{TINY, READ}, SET(outside), ""},
	{{TINY, READ, .seccomp = DENY_LIST("\"read\",\"write\"", "ERRNO")},
	 SET(removed_engine),
	 "read write"},
	{{TINY, READ, .seccomp = DENY_LIST("\"read\",\"write\"", "ERRNO")},
	 SET(allowed),
	 "close execve exit_group statx"},
	{{TINY, .annotations = SYSCALLS("read execve")}, SET(floor_only), "close exit_group statx write"},
	{{TINY}, SET(allowed), "close execve exit_group personality read socket statx write"},
	{{TINY}, SET(floor_only), ""},
	{{TINY}, SET(removed_needs), ""},
	{{TINY, .seccomp = DEFAULT("ERRNO", LIST("\"execve\",\"exit_group\",\"read\",\"mount\",\"bpf\""))},
	 SET(removed_ceiling),
	 "bpf mount"},
	{{TINY, PERMISSIVE, .annotations = SYSCALLS("read mount")}, SET(outside), "mount"},
	{{TINY, PERMISSIVE, .annotations = SYSCALLS("read mount")},
	 SET(removed_ceiling),
	 "capset fchown ioctl mount openat prctl restart_syscall rt_sigreturn setgroups setresgid setresuid "
	 "umask"},
	{{TINY, PERMISSIVE, .annotations = SYSCALLS("read mount")},
	 SET(allowed),
	 "close execve exit_group read statx write"},
	{{TINY, SANDBOX}, SET(allowed), "close execve exit_group read statx write"},
	{{TINY, .annotations = CLOSURE(NEED_IF("execve", 5))}, SET(floor_wider), "execve"},
	{{TINY, .annotations = CLOSURE(NEED_IF("socket", 2))}, SET(floor_wider), ""},
	{{TINY, .annotations = SYSCALLS("execve")}, SET(floor_wider), ""},
	{{TINY, AUDIT, READ}, SET(allowed), "close execve exit_group read statx write"},
	{{RUNSC, READ}, SET(allowed), "exit_group read"},
};

static void test_sets(void **state)
{
	static struct decider x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		CLEANUP_BUF struct buf out = {0};

		if (!can_run(&sets[i].in))
			continue;
		decide_row(&x, &sets[i].in, i);
		const struct sysset *set =
			(const struct sysset *)(const void *)((const char *)&x.d + sets[i].set);
		for (int id = sysset_next(set, 0); id >= 0; id = sysset_next(set, id + 1))
			buf_printf(&out, "%s%s", out.len ? " " : "", sys_name(id));
		if (strcmp(or_nothing(out.data), sets[i].names) != 0)
			fail_msg("row %zu: \"%s\"", i, or_nothing(out.data));
		decider_free(&x);
	}
}

#define LISTENS .config = "\"seccomp_listeners\":[\"/run/s\"],"

/* Words of the section: there, or ("!") not. */
static const struct {
	struct setup in;
	const char *words;
} written[] = {
	{{TINY}, "!\"flags\""},
	{{TINY, .seccomp = DEFAULT("ALLOW", "\"flags\":[]")}, "\"flags\":[]"},
	{{TINY, .seccomp = DEFAULT("ALLOW", "\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]")},
	 "\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]"},
	{{TINY, .seccomp = DEFAULT("ERRNO", LIST("\"execve\",\"no_such_call\",\"read\""))}, "!no_such_call"},
	{{WIDE, READ, LISTENS,
	  .seccomp = DEFAULT("ALLOW",
			     "\"listenerPath\":\"/run/s\",\"syscalls\":[" ENTRY("\"read\"", "NOTIFY") "]")},
	 "\"listenerPath\":\"/run/s\""},
	{{WIDE, READ, LISTENS,
	  .seccomp = DEFAULT("ALLOW",
			     "\"listenerPath\":\"/run/s\",\"syscalls\":[" ENTRY("\"mount\"", "NOTIFY") "]")},
	 "\"listenerPath\":\"/run/s\""},
	/* The engine's members, whether a rule needs them or not. */
	{{TINY, LISTENS,
	  .seccomp = DEFAULT("ERRNO", "\"listenerPath\":\"/run/s\",\"listenerMetadata\":\"m\"," LIST(
					      "\"execve\",\"read\""))},
	 "\"listenerPath\":\"/run/s\",\"listenerMetadata\":\"m\""},
	{{TINY}, "!listener"},
	{{RUNSC, READ}, "!errnoRet"},
	{{RUNSC, READ}, "!statx"},
	{{RUNSC, .annotations = SYSCALLS("pselect6")}, "[\"clone3\",\"exit_group\",\"openat2\",\"pselect\"]"},
#if defined(__x86_64__)
	{{TINY, .seccomp = DEFAULT("ALLOW", THREE)}, "\"architectures\":[\"SCMP_ARCH_X86_64\"]"},
	{{.ceiling = "@three", CRUN, .seccomp = DEFAULT("ALLOW", THREE)}, THREE},
	{{.ceiling = "@three", CRUN}, THREE},
	{{.ceiling = "@three", CRUN, .seccomp = DEFAULT("ALLOW", "\"architectures\":[\"SCMP_ARCH_X86_64\"]")},
	 "\"architectures\":[\"SCMP_ARCH_X86_64\"]"},
	/* Those that the engine named: what it left to libseccomp is left so. */
	{{.ceiling = "@three", CRUN, .seccomp = ALLOW_ALL}, "!architectures"},
	{{.ceiling = "@three", CRUN, .seccomp = DEFAULT("ALLOW", "\"architectures\":[]")}, "!architectures"},
	{{.ceiling = "@three", CRUN, .seccomp = DEFAULT("ALLOW", "\"architectures\":[\"SCMP_ARCH_X86\"]")},
	 "\"architectures\":[\"SCMP_ARCH_X86\"]"},
	{{TINY, .seccomp = DEFAULT("ALLOW", "\"architectures\":[\"SCMP_ARCH_X86\"]")}, "!architectures"},
	/* A bit above 31 is cut on the other two. */
	{{.ceiling = "@three",
	  CRUN,
	  .annotations = CLOSURE(NEED_IF("ioctl", 4294967296)),
	  .seccomp = DEFAULT("ALLOW", THREE)},
	 "\"architectures\":[\"SCMP_ARCH_X86_64\"]"},
	/* An audit takes no architecture away. */
	{{.ceiling = "@three",
	  CRUN,
	  AUDIT,
	  .annotations = CLOSURE(NEED_IF("ioctl", 4294967296)),
	  .seccomp = DEFAULT("ALLOW", THREE)},
	 THREE},
	{{TINY, AUDIT, READ}, THREE},
	{{CRUN, AUDIT, .annotations = SYSCALLS("socket read"), .seccomp = DEFAULT("ALLOW", THREE)}, THREE},
	/* On X86 a rule for socketcall would open what the engine denies of its members. */
	{{CRUN, AUDIT, READ,
	  .seccomp = DEFAULT("ALLOW", THREE ",\"syscalls\":[" ENTRY("\"connect\"", "ERRNO") "]")},
	 "!socketcall"},
	{{CRUN, AUDIT, READ,
	  .seccomp = DEFAULT("ALLOW", THREE ",\"syscalls\":[" ENTRY("\"connect\"", "ERRNO") "]")},
	 THREE},
	/* The engine logs it by name, where its members' rules would allow. */
	{{CRUN, .annotations = SYSCALLS("socket"),
	  .seccomp = DEFAULT("ERRNO", "\"defaultErrnoRet\":38," THREE
				      ",\"syscalls\":[" ENTRY("\"execve\",\"socket\"", "ALLOW") "," ENTRY(
					      "\"socketcall\"", "LOG") "]")},
	 "socketcall"},
	/* The engine traces it by name, where its members' rules would allow. */
	{{CRUN, .annotations = SYSCALLS("socket"),
	  .seccomp = DEFAULT("ERRNO", "\"defaultErrnoRet\":38," THREE
				      ",\"syscalls\":[" ENTRY("\"execve\",\"socket\"", "ALLOW") "," ENTRY(
					      "\"socketcall\"", "TRACE") "]")},
	 "socketcall"},
	/* The engine allows it by name, where its members' rules would allow. */
	{{CRUN, .annotations = SYSCALLS("socket"),
	  .seccomp = DEFAULT("ERRNO", "\"defaultErrnoRet\":38," THREE
				      ",\"syscalls\":[" ENTRY("\"execve\",\"socket\"", "ALLOW") "," ENTRY(
					      "\"socketcall\"", "ALLOW") "]")},
	 "!socketcall"},
#endif
};

static void test_written(void **state)
{
	static struct decider x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(written); i++) {
		bool not_there = written[i].words[0] == '!';
		char hex[65];

		if (!can_run(&written[i].in))
			continue;
		decide_row(&x, &written[i].in, i);
		if ((strstr(x.d.section.data, written[i].words + not_there) == NULL) != not_there)
			fail_msg("row %zu: %s", i, x.d.section.data);
		sha256_hex(x.d.section.data, x.d.section.len, hex);
		assert_string_equal(hex, x.d.sha256);
		decider_free(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests_name("closure", tests, decider_start, tmpdir_remove);
}
