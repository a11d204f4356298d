/* The gates: who is refused, by which gate, with which words; and beside each
 * the neighbour that passes. */
#include "decision_fixture.h"

/* Names without conditions in every shipped whitelist. */
#define N33                                                                                                  \
	"read,write,close,fstat,lseek,mmap,mprotect,munmap,brk,rt_sigaction,rt_sigprocmask,rt_sigreturn,"    \
	"ioctl,pread64,pwrite64,writev,madvise,getpid,sendfile,connect,sendto,recvfrom,sendmsg,recvmsg,"     \
	"shutdown,bind,listen,getsockname,getpeername,socketpair,setsockopt,getsockopt,execve"
#define N34 N33 ",exit"
#define N35 N34 ",uname"
#define N36 N35 ",fcntl"
#define THIRTEEN                                                                                             \
	"mount umount2 bpf swapon swapoff reboot init_module delete_module acct kexec_load setns unshare "   \
	"pivot_root"
#define GONE                                                                                                 \
	"_sysctl afs_syscall create_module epoll_ctl_old epoll_wait_old get_kernel_syms getpmsg nfsservctl " \
	"putpmsg query_module security tuxcall uselib vserver"

#define STRICT ",\"level\":\"strict\""
#define PERMISSIVE ",\"level\":\"permissive\""
#define LIMIT(n, over) ",\"limits\":{\"syscalls\":" #n ",\"over\":\"" over "\"}"
#define DENY_MISSING ",\"on_missing\":\"deny\""
#define AUDIT ",\"mode\":\"audit\""
#define HOOKS(v) ",\"hooks\":{\"startContainer\":" v "}"
#define HOOK "[{\"path\":\"/bin/true\"}]"
#define SANDBOX_TYPE "\"io.kubernetes.cri.container-type\":\"sandbox\""
#define SANDBOX SANDBOX_TYPE ",\"io.kubernetes.cri.sandbox-id\":\"1\""
#define LOG_FLAG "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]}"
#define NO_FLAGS "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[]}"
#define CRUN .kind = RUNTIME_CRUN
#define RUNSC .kind = RUNTIME_RUNSC
#define YOUKI .kind = RUNTIME_YOUKI
#define ANY_NEEDS .annotations = SYSCALLS("read")

/* GATE_NONE: it passes; then `words` is of a warning, or NULL: there is none. */
static const struct {
	struct setup in;
	enum gate gate;
	const char *words;
} gates[] = {
	/* Nothing may make the runtime ignore the filter. */
	{{CRUN, .annotations = "\"run.oci.seccomp_bpf_data\":\"x\""},
	 GATE_BACKDOOR,
	 "the annotation \"run.oci.seccomp_bpf_data\""},
	{{CRUN, .annotations = "\"run.oci.hooks.stdout\":\"/x\""},
	 GATE_BACKDOOR,
	 "as root: runclamp refuses it"},
	{{CRUN, .annotations = "\"run.oci.keep_original_groups\":\"1\""}, GATE_NONE, NULL},
	{{.annotations = "\"run.oci.seccomp_bpf_data\":\"x\""}, GATE_NONE, NULL},
	{{YOUKI, .annotations = "\"run.oci.handler\":\"wasm\""}, GATE_BACKDOOR, "under youki"},
	{{RUNSC, .annotations = "\"dev.gvisor.flag.oci-seccomp\":\"false\""}, GATE_BACKDOOR, "under runsc"},
	{{CRUN, .annotations = "\"dev.gvisor.flag.oci-seccomp\":\"false\""}, GATE_NONE, NULL},
	{{.members = HOOKS(HOOK)}, GATE_BACKDOOR, "hooks.startContainer"},
	{{.members = HOOKS("[]")}, GATE_NONE, NULL},
	{{.members = ",\"hooks\":{\"poststart\":" HOOK "}"}, GATE_NONE, NULL},
	{{.config = "\"startcontainer_hooks\":true,", .members = HOOKS(HOOK)}, GATE_NONE, NULL},
	/* The first gate that refuses is the one that is told. */
	{{CRUN, .handler = STRICT, .annotations = "\"run.oci.handler\":\"x\""}, GATE_BACKDOOR, NULL},

	/* No needs at all. */
	{{.handler = STRICT}, GATE_NEEDS, "handler t refuses that (on_missing = \"deny\")"},
	{{.handler = ""}, GATE_NONE, NULL},
	{{.handler = PERMISSIVE}, GATE_NONE, NULL},
	{{.handler = DENY_MISSING}, GATE_NEEDS, "io.runclamp.syscalls"},
	{{.handler = DENY_MISSING, ANY_NEEDS}, GATE_NONE, NULL},
	{{.handler = DENY_MISSING, .annotations = SYSCALLS("")}, GATE_NONE, NULL},
	{{.handler = STRICT ",\"on_missing\":\"ceiling\""}, GATE_NONE, NULL},
	{{.config = "\"on_missing\":\"deny\","}, GATE_NEEDS, NULL},
	{{.config = "\"on_missing\":\"deny\",", .handler = ",\"on_missing\":\"ceiling\""}, GATE_NONE, NULL},
	/* Capabilities alone say nothing about calls. */
	{{.handler = DENY_MISSING, .annotations = "\"io.runclamp.capabilities\":\"CHOWN\""},
	 GATE_NEEDS,
	 NULL},
	/* An alias counts only where the config names it; a source can be switched off. */
	{{.handler = DENY_MISSING, .annotations = "\"syscalls\":\"read\""}, GATE_NEEDS, NULL},
	{{.config = "\"aliases\":[\"syscalls\"],",
	  .handler = DENY_MISSING,
	  .annotations = "\"syscalls\":\"read\""},
	 GATE_NONE,
	 NULL},
	{{.config = "\"sources\":[\"label\"],", .handler = DENY_MISSING, ANY_NEEDS}, GATE_NEEDS, NULL},
	/* Nobody declares needs for a pause container. */
	{{.handler = STRICT, .annotations = SANDBOX}, GATE_NONE, NULL},
	{{.handler = STRICT,
	  .annotations = "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\",\"io.kubernetes.cri-o."
			 "SandboxID\":\"1\""},
	 GATE_NONE,
	 NULL},
	{{.handler = STRICT, .annotations = "\"io.kubernetes.cri.container-type\":\"container\""},
	 GATE_NEEDS,
	 NULL},

	/* Gate 1 compares names. */
	{{.annotations = SYSCALLS("read mount bpf")},
	 GATE_CEILING,
	 "the image needs bpf and mount, which the ceiling node-default of handler t does not allow"},
	/* Nobody does without a thread: clone3 is left out only where the ceiling has clone. */
	{{CRUN, .ceiling = "@tiny", .annotations = SYSCALLS("read clone3")}, GATE_CEILING, "needs clone3,"},
	/* Both gates in one sentence; a limit that only warns is no gate. */
	{{.handler = STRICT, .annotations = SYSCALLS(N36 " ptrace")},
	 GATE_CEILING,
	 "needs ptrace, which the ceiling strict-137 of handler t does not allow, and it declares 37 calls, "
	 "where "
	 "at most 35 are allowed (limits.syscalls); take it out of its needs, or choose another ceiling and "
	 "a "
	 "higher limit for the handler"},
	{{.annotations = SYSCALLS(N36 " mount")},
	 GATE_CEILING,
	 "of handler t does not allow; take it out of its needs, or choose another ceiling for the handler"},
	{{.annotations = SYSCALLS("read write")}, GATE_NONE, NULL},
	{{.handler = STRICT, .annotations = SYSCALLS("read ptrace")}, GATE_CEILING, "ceiling strict-137"},
	{{.annotations = SYSCALLS("read ptrace")}, GATE_NONE, NULL},
	{{.handler = STRICT, .annotations = SYSCALLS("read")}, GATE_NONE, NULL},
	{{.handler = PERMISSIVE, .annotations = SYSCALLS("read mount bpf")},
	 GATE_NONE,
	 "outside the ceiling node-default are left out: bpf and mount"},
	{{CRUN, .ceiling = "@tiny", .annotations = SYSCALLS("read")}, GATE_NONE, "lacks calls of crun exec"},
	{{CRUN, .ceiling = "@tiny", .annotations = SYSCALLS("read getpid")}, GATE_CEILING, "needs getpid,"},
	{{CRUN, .ceiling = "strict-137", .annotations = SYSCALLS("mount")}, GATE_CEILING, "strict-137"},
	{{CRUN, .handler = STRICT, .ceiling = "node-default", .annotations = SYSCALLS("ptrace")},
	 GATE_NONE,
	 NULL},
	/* What the ceiling has for the runtime alone is not for needs. */
	{{CRUN, .ceiling = "@floored", .annotations = SYSCALLS("read mount")}, GATE_CEILING, "needs mount,"},
	{{CRUN, .ceiling = "@floored", .annotations = SYSCALLS("read execve")},
	 GATE_CEILING,
	 "needs execve,"},
	{{.handler = STRICT, .annotations = SYSCALLS("pselect6")}, GATE_CEILING, "needs pselect6,"},
	/* A recording shows what programs try first and do without: libc goes on for ENOSYS. */
	{{.annotations = SYSCALLS("read clone3 fchmodat2 landlock_add_rule")},
	 GATE_NONE,
	 "the ceiling node-default lacks declared calls that programs do without, and they are left out: "
	 "clone3, fchmodat2 and landlock_add_rule"},
	{{.handler = STRICT, .annotations = SYSCALLS("read openat2")}, GATE_NONE, "do without"},
	{{.annotations = SYSCALLS("clone3 mount")}, GATE_CEILING, "needs mount, which"},
	{{.annotations = SYSCALLS("read fsopen")}, GATE_CEILING, "needs fsopen,"},
	{{CRUN, .ceiling = "@floored", .annotations = SYSCALLS("read write")}, GATE_NONE, "lacks close,"},
	/* Full support only. */
	{{RUNSC, .ceiling = "runtime", .annotations = SYSCALLS("read ptrace")}, GATE_NONE, NULL},
	{{RUNSC, .ceiling = "runtime:full", .annotations = SYSCALLS("read ptrace")},
	 GATE_CEILING,
	 "needs ptrace,"},
	{{RUNSC, .ceiling = "runtime:full", .annotations = SYSCALLS("read")}, GATE_NONE, NULL},
	/* The sentry's table: what it does not implement, and what it has never heard of. */
	{{RUNSC, .annotations = SYSCALLS("mount")}, GATE_CEILING, "needs mount,"},
	{{RUNSC, .annotations = SYSCALLS("mseal")}, GATE_CEILING, "needs mseal,"},
	{{RUNSC, .annotations = SYSCALLS("pselect6")}, GATE_NONE, NULL},
	{{RUNSC, .handler = PERMISSIVE, .annotations = SYSCALLS("read mount")}, GATE_NONE, "left out: mount"},
	/* Conditions never refuse, not even where nothing is left. */
	{{CRUN, .ceiling = "@tiny", .annotations = SYSCALLS("socket")},
	 GATE_NONE,
	 "lacks calls of crun exec"},
	{{CRUN, .ceiling = "@tiny",
	  .annotations = "\"io.runclamp.syscalls\":\"read\",\"io.runclamp.closure\":\"{\\\"version\\\":1,"
			 "\\\"syscalls\\\":[\\\"read\\\",{\\\"name\\\":\\\"socket\\\",\\\"args\\\":[{"
			 "\\\"index\\\":0,"
			 "\\\"op\\\":\\\"SCMP_CMP_EQ\\\",\\\"value\\\":40}]}]}\""},
	 GATE_NONE,
	 "lacks calls of crun exec"},
	/* The gates judge the intersection: mount is in one form only. */
	{{.annotations = SYSCALLS("read mount") ",\"io.runclamp.closure\":\"{\\\"version\\\":1,"
						"\\\"syscalls\\\":[\\\"read\\\"]}\""},
	 GATE_NONE,
	 NULL},
	/* The annotation alone exempts from nothing that counts: see test_closure.c. */
	{{.annotations = SANDBOX "," SYSCALLS("mount")}, GATE_NONE, NULL},
	/* More names than a sentence holds. */
	{{.annotations = SYSCALLS(THIRTEEN)}, GATE_CEILING, "umount2 and 1 more,"},
	{{.annotations = SYSCALLS(THIRTEEN)},
	 GATE_CEILING,
	 "; clampctl check --handler t BUNDLE lists them all"},
	/* What no kernel has is no need: static analysis names it all the same. */
	{{.handler = STRICT, .annotations = SYSCALLS(N35 " " GONE)}, GATE_NONE, NULL},
	{{.handler = STRICT, .annotations = SYSCALLS(N36 " " GONE)}, GATE_LIMIT, "declares 36 calls"},
	{{.annotations = SYSCALLS("read mount " GONE)}, GATE_CEILING, "the image needs mount, which"},

	/* How many names. */
	{{.handler = STRICT, .annotations = SYSCALLS(N34)}, GATE_NONE, NULL},
	{{.handler = STRICT, .annotations = SYSCALLS(N35)}, GATE_NONE, NULL},
	{{.handler = STRICT, .annotations = SYSCALLS(N36)},
	 GATE_LIMIT,
	 "declares 36 calls, and handler t allows at most 35 (limits.syscalls)"},
	{{.annotations = SYSCALLS(N35)}, GATE_NONE, NULL},
	{{.annotations = SYSCALLS(N36)}, GATE_NONE, "36 calls, more than the limit of 35"},
	{{.handler = PERMISSIVE, .annotations = SYSCALLS(N36)}, GATE_NONE, NULL},
	{{.handler = LIMIT(34, "deny"), .annotations = SYSCALLS(N35)}, GATE_LIMIT, "at most 34"},
	{{.handler = LIMIT(34, "deny"), .annotations = SYSCALLS(N34)}, GATE_NONE, NULL},
	{{.handler = STRICT LIMIT(36, "deny"), .annotations = SYSCALLS(N36)}, GATE_NONE, NULL},
	{{.handler = STRICT LIMIT(35, "warn"), .annotations = SYSCALLS(N36)}, GATE_NONE, "limit of 35"},
#if defined(__x86_64__)
	/* Podman's two answers to socket, which 32-bit programs reach through socketcall. */
	{{.seccomp = TWO_ANSWERS, .annotations = SYSCALLS("read socket")},
	 GATE_NONE,
	 "denied socketcall: libseccomp could not hold the conditions on its calls "
	 "there; "
	 "declare socketcall to allow it"},
	{{.seccomp = TWO_ANSWERS, .annotations = SYSCALLS("read socket socketcall")}, GATE_NONE, NULL},
	{{.seccomp = TWO_ANSWERS, .annotations = SYSCALLS("read")}, GATE_NONE, NULL},
	/* A value above 32 bits. */
	{{.seccomp = TWO_ANSWERS,
	  .annotations =
		  "\"io.runclamp.closure\":\"{\\\"version\\\":1,\\\"syscalls\\\":[{\\\"name\\\":"
		  "\\\"read\\\",\\\"args\\\":[{\\\"index\\\":2,\\\"op\\\":\\\"SCMP_CMP_EQ\\\",\\\"value\\\":"
		  "8589934592}]}]}\""},
	 GATE_NONE,
	 "left out, as the closure could not be held there: SCMP_ARCH_X86"},
#endif
	{{.config = "\"limits\":{\"syscalls\":2,\"over\":\"deny\"},",
	  .annotations = SYSCALLS("read write brk")},
	 GATE_LIMIT,
	 "at most 2"},
	/* Counted: each name once, the intersection, not the floor, not what no needs ask for. */
	{{.handler = STRICT, .annotations = SYSCALLS(N35 ",read read")}, GATE_NONE, NULL},
	{{.handler = STRICT,
	  .annotations = SYSCALLS(N36) ",\"io.runclamp.closure\":\"{\\\"version\\\":1,"
				       "\\\"syscalls\\\":[\\\"read\\\"]}\""},
	 GATE_NONE,
	 NULL},
	{{.handler = STRICT, .annotations = SYSCALLS(N35), .nnp_off = true}, GATE_NONE, NULL},
	{{.handler = STRICT LIMIT(0, "deny"), .annotations = SYSCALLS("")}, GATE_NONE, NULL},
	{{.handler = LIMIT(0, "deny")}, GATE_NONE, NULL},
	{{.handler = LIMIT(0, "deny"), .annotations = SANDBOX}, GATE_NONE, NULL},

	/* The runtime's own calls lie within the ceiling. */
	{{CRUN, .ceiling = "@unfloored", ANY_NEEDS},
	 GATE_FLOOR,
	 "crun itself needs exit_group to start a container"},
	{{CRUN, .ceiling = "@unfloored"}, GATE_FLOOR, "add it to the ceiling's floor"},
	{{CRUN, .ceiling = "@unfloored", .handler = PERMISSIVE}, GATE_FLOOR, NULL},
	{{RUNSC, .ceiling = "@unfloored", ANY_NEEDS}, GATE_NONE, NULL},
	{{CRUN, .ceiling = "@tiny", ANY_NEEDS},
	 GATE_NONE,
	 "lacks calls of crun exec, which will fail in this container: capset, openat, prctl, setgroups,"},
	{{CRUN, .ceiling = "@tiny", ANY_NEEDS},
	 GATE_NONE,
	 "lacks umask, which crun calls: exec keeps the umask of its caller"},
	{{CRUN, .ceiling = "@tiny", ANY_NEEDS, .nnp_off = true}, GATE_FLOOR, "capset, prctl, pselect6,"},
	{{CRUN, .ceiling = "@floored", ANY_NEEDS},
	 GATE_NONE,
	 "lacks close, which crun calls: descriptors of the runtime stay open"},
	/* A call that is allowed only sometimes is not there for a runtime. */
	{{CRUN, .ceiling = "@half", ANY_NEEDS}, GATE_FLOOR, "needs execve to"},
	{{.ceiling = "@tiny", ANY_NEEDS},
	 GATE_FLOOR,
	 "runc itself needs fstatfs, futex, getdents64 and openat"},
	{{.version = RUNTIME_VERSION(1, 2, 9), .ceiling = "@tiny", ANY_NEEDS}, GATE_FLOOR, "openat2"},
	/* Without us that container would behave alike. */
	{{CRUN, ANY_NEEDS, .seccomp = DENY_LIST("\"exit_group\"", "ERRNO")},
	 GATE_NONE,
	 "the engine's profile denies calls that crun itself makes: exit_group"},
	/* No start was ever without this one: the runtime would say something cryptic. */
	{{CRUN, ANY_NEEDS, .seccomp = DENY_LIST("\"execve\"", "ERRNO")},
	 GATE_FLOOR,
	 "the engine's profile denies execve, which crun itself needs to start a container: it would fail, "
	 "with or "
	 "without runclamp"},
	{{CRUN, .seccomp = DENY_LIST("\"execve\"", "KILL_PROCESS")}, GATE_FLOOR, "denies execve,"},
	{{.nnp_off = true, .seccomp = DENY_LIST("\"capset\",\"openat\",\"getppid\"", "ERRNO")},
	 GATE_FLOOR,
	 "denies openat, which runc"},
	{{.seccomp = DENY_LIST("\"capset\"", "ERRNO")}, GATE_NONE, NULL}, /* not under the filter */
	/* A tracer or a listener may let it pass; so may a version that nobody has measured. */
	{{CRUN, .seccomp = DENY_LIST("\"execve\"", "TRACE")}, GATE_NONE, "itself makes: execve"},
	{{CRUN, .version = RUNTIME_VERSION(1, 29, 0), .seccomp = DENY_LIST("\"execve\"", "ERRNO")},
	 GATE_NONE,
	 "itself makes: execve"},
	{{CRUN, ANY_NEEDS, .seccomp = DENY_LIST("\"mount\"", "ERRNO")}, GATE_NONE, NULL},
	/* Calls of exec, and those that it goes on without: so it would be without us. */
	{{CRUN, ANY_NEEDS, .seccomp = DENY_LIST("\"setgroups\",\"umask\"", "ERRNO")}, GATE_NONE, NULL},
	/* It falls back. */
	{{ANY_NEEDS, .nnp_off = true, .seccomp = DENY_LIST("\"faccessat2\"", "ERRNO")}, GATE_NONE, NULL},
	{{ANY_NEEDS, .nnp_off = true, .seccomp = DENY_LIST("\"faccessat2\",\"getppid\"", "ERRNO")},
	 GATE_NONE,
	 "the engine's profile denies calls that runc itself makes: getppid"},
	/* runc's margin never refuses: @wide lacks nearly all of it. */
	{{YOUKI, .ceiling = "strict-137", ANY_NEEDS}, GATE_NONE, NULL},

	/* What the runtime would refuse or ignore. */
	{{.seccomp = LOG_FLAG}, GATE_RUNTIME, "they need runc 1.2"},
	{{.seccomp = NO_FLAGS}, GATE_NONE, NULL},
	{{.version = RUNTIME_VERSION(1, 2, 0), .seccomp = LOG_FLAG}, GATE_NONE, NULL},
	{{CRUN, .seccomp = LOG_FLAG}, GATE_NONE, NULL},
	{{RUNSC, .seccomp = LOG_FLAG}, GATE_NONE, NULL},
	{{RUNSC, .seccomp = DENY_LIST("\"read\"", "LOG")},
	 GATE_RUNTIME,
	 "runsc cannot enforce SCMP_ACT_LOG (read)"},
	{{RUNSC, .seccomp = DENY_LIST("\"read\"", "KILL_PROCESS")}, GATE_RUNTIME, "SCMP_ACT_KILL_PROCESS"},
	{{RUNSC, .seccomp = "{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\"}"}, GATE_RUNTIME, "defaultAction"},
	{{RUNSC, .seccomp = DENY_LIST("\"read\"", "KILL")}, GATE_NONE, NULL},
	{{RUNSC, .seccomp = DENY_LIST("\"read\"", "TRACE")}, GATE_NONE, NULL},
	{{CRUN, .seccomp = DENY_LIST("\"read\"", "LOG")}, GATE_NONE, NULL},

	/* A version that no table has. */
	{{.version = RUNTIME_VERSION(1, 9, 0)}, GATE_NONE, "not in the table of floors"},
	{{CRUN, .seccomp = DENY_LIST("\"no_such_call\"", "ERRNO")},
	 GATE_NONE,
	 "names 1 calls that this version does not know"},
};

static bool can_run(const struct setup *s)
{
	return s->kind != RUNTIME_RUNSC || ownrun;
}

static void check_gate(struct decider *x, size_t i)
{
	const struct decision *d = &x->d;
	const char *words = gates[i].words;

	if (d->gate != gates[i].gate || (d->verdict == VERDICT_REFUSE) != (gates[i].gate != GATE_NONE))
		fail_msg("row %zu: gate %s, not %s: %s", i, gate_name(d->gate), gate_name(gates[i].gate),
			 d->sentence);
	if (gates[i].gate != GATE_NONE && words && !strstr(d->sentence, words))
		fail_msg("row %zu: \"%s\" lacks \"%s\"", i, d->sentence, words);
	if (gates[i].gate == GATE_NONE && words && !warns(d, words))
		fail_msg("row %zu: no warning \"%s\"", i, words);
	if (gates[i].gate == GATE_NONE && !words && d->nwarnings)
		fail_msg("row %zu warns: %s", i, d->warning[0]);
}

static void test_gates(void **state)
{
	static struct decider x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
		if (!can_run(&gates[i].in))
			continue;
		if (decide_setup(&x, &gates[i].in) < 0)
			fail_msg("row %zu: %s", i, x.err.msg);
		check_gate(&x, i);
		if (x.d.inject != (gates[i].gate == GATE_NONE) || (x.d.section.len > 0) != x.d.inject)
			fail_msg("row %zu: inject %d, %zu bytes", i, x.d.inject, x.d.section.len);
		decider_free(&x);
	}
}

/* Audit mode: the same verdict, and the container starts. */
static void test_gates_in_audit_mode(void **state)
{
	static struct decider x;
	char handler[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
		struct setup s = gates[i].in;

		if (!can_run(&s))
			continue;
		(void)snprintf(handler, sizeof(handler), "%s" AUDIT, or_nothing(s.handler));
		s.handler = handler;
		if (decide_setup(&x, &s) < 0)
			fail_msg("row %zu: %s", i, x.err.msg);
		/* runsc's section is left as it is, so what it would refuse is not lowered. */
		check_gate(&x, i);
		if (warns(&x.d, "32-bit programs are") || warns(&x.d, "32-bit architectures are"))
			fail_msg("row %zu: an audit denies nothing", i);
		if (!x.d.audit || (x.d.inject && s.kind == RUNTIME_RUNSC))
			fail_msg("row %zu: audit %d, inject %d", i, x.d.audit, x.d.inject);
		if (!x.d.inject && s.kind != RUNTIME_RUNSC && gates[i].gate != GATE_RUNTIME)
			fail_msg("row %zu: not injected", i);
		decider_free(&x);
	}
}

/* No decision: the container is not started, and the message says where. */
static const struct {
	struct setup in;
	enum err_kind kind;
	const char *words;
} errors[] = {
	{{.annotations = SYSCALLS("read opennat")}, ERR_NEEDS, "\"opennat\"; did you mean \"openat\"?"},
	{{.annotations = "\"io.runclamp.syscals\":\"read\""},
	 ERR_NEEDS,
	 "did you mean \"io.runclamp.syscalls\"?"},
	{{.annotations = "\"io.runclamp.syscalls/web\":\"read\""}, ERR_NEEDS, "one container of a pod"},
	{{.annotations = "\"io.runclamp.capabilities\":\"NO_SUCH\""}, ERR_NEEDS, "NO_SUCH"},
	{{.ceiling = "no-such"}, ERR_CONFIG, "no such whitelist"},
	{{.ceiling = "@missing"}, ERR_CONFIG, "no such file"},
	{{.seccomp = "{\"defaultAction\":\"SCMP_ACT_ALOW\"}"}, ERR_BUNDLE, "/config.json: linux.seccomp"},
	{{.seccomp = DENY_LIST("\"read\"", "ERRNO\",\"name\":\"x")}, ERR_BUNDLE, "linux.seccomp"},
};

static void test_errors(void **state)
{
	static struct decider x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		if (decide_setup(&x, &errors[i].in) == 0)
			fail_msg("row %zu: decided: %s", i, x.d.sentence);
		if (x.err.kind != errors[i].kind || !strstr(x.err.msg, errors[i].words))
			fail_msg("row %zu: %d, %s", i, (int)x.err.kind, x.err.msg);
		assert_false(x.d.inject);
		decider_free(&x);
	}
}

/* n alternatives for one call; `mask`: with a mask of its own for both halves. */
static const struct {
	unsigned n;
	bool mask;
	enum gate gate;
} sizes[] = {
	/* crun's own two come on top. */
	{1, false, GATE_NONE},
	{1150, false, GATE_NONE},
	{560, true, GATE_NONE},
	{570, true, GATE_SIZE},
};

static void test_size(void **state)
{
	static struct decider x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		CLEANUP_BUF struct buf text = {0};
		struct setup s = {CRUN, .ceiling = "@wide"};

		buf_puts(&text, "\"io.runclamp.closure\":\"{\\\"version\\\":1,\\\"syscalls\\\":[");
		for (unsigned v = 0; v < sizes[i].n; v++)
			buf_printf(&text,
				   "%s{\\\"name\\\":\\\"ioctl\\\",\\\"args\\\":[{\\\"index\\\":1,\\\"op\\\":"
				   "\\\"SCMP_CMP_%s\\\",\\\"value\\\":%llu,\\\"valueTwo\\\":%llu}]}",
				   v ? "," : "", sizes[i].mask ? "MASKED_EQ" : "EQ",
				   sizes[i].mask ? 0x3ff00000001ull : 3ull * v,
				   sizes[i].mask ? (unsigned long long)v << 32 : 0ull);
		buf_puts(&text, "]}\"");
		s.annotations = text.data;
		if (decide_setup(&x, &s) < 0)
			fail_msg("row %zu: %s", i, x.err.msg);
		if (x.d.gate != sizes[i].gate)
			fail_msg("row %zu: gate %s: %s", i, gate_name(x.d.gate), x.d.sentence);
		assert_int_equal(x.d.inject, sizes[i].gate == GATE_NONE);
		decider_free(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gates),
		cmocka_unit_test(test_gates_in_audit_mode),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests_name("decision", tests, decider_start, tmpdir_remove);
}
