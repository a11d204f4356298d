/* What a runtime at a version gets: runc's line of ENOSYS and what the others
 * get in its stead, crun's cache of filters, names that a runtime does not know;
 * and that writing, reading and deciding again changes nothing. */
#include "decision_fixture.h"
#include "oci/splice.h"

/* With what a start surely needs: without it there is no section. */
#define LIST(act, n)                                                                                         \
	"{\"defaultAction\":\"SCMP_ACT_" act "\",\"syscalls\":[" ENTRY(n ",\"execve\"", "ALLOW") "]}"
#define RUNC_STARTS ",\"execve\",\"openat\",\"write\""
#define NAMED(act, n)                                                                                        \
	"{\"defaultAction\":\"SCMP_ACT_" act "\",\"architectures\":" THREE                                   \
	",\"syscalls\":[" ENTRY(n RUNC_STARTS, "ALLOW") "]}"
#define RUNC .kind = RUNTIME_RUNC
#define CRUN .kind = RUNTIME_CRUN
#define YOUKI .kind = RUNTIME_YOUKI
#define RUNSC .kind = RUNTIME_RUNSC
#define READ .annotations = SYSCALLS("read")
#define FAIL_UNKNOWN "\"run.oci.seccomp_fail_unknown_syscall\":\"1\""
#define AUDIT .handler = ",\"mode\":\"audit\""
#define THREE "[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]"

static void decide_row(struct decider *x, const struct setup *s, size_t row)
{
	if (decide_setup(x, s) < 0)
		fail_msg("row %zu: %s", row, x->err.msg);
	if (!x->d.inject)
		fail_msg("row %zu: %s", row, x->d.sentence);
}

/* runc answers ENOSYS above the highest number that the section names. */
static const struct setup lines[] = {
	{RUNC, READ, .seccomp = NAMED("ERRNO", "\"read\",\"mseal\"")},
	{RUNC, READ, .seccomp = NAMED("ERRNO", "\"read\",\"getpid\"")},
	{RUNC, READ, .seccomp = NAMED("KILL_PROCESS", "\"read\",\"openat2\"")},
	{RUNC, READ, .seccomp = DENY_LIST("\"mseal\"", "ERRNO")},
	{RUNC, READ,
	 .seccomp = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"architectures\":" THREE
		    ",\"syscalls\":[" ENTRY("\"read\",\"clone3\",\"close_range\"" RUNC_STARTS, "ALLOW") "]}"},
	{RUNC, READ, .ceiling = "@three", .handler = ",\"mode\":\"audit\"",
	 .seccomp = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":" THREE
		    ",\"syscalls\":[" ENTRY("\"read\",\"mseal\"", "ALLOW") "]}"},
	{RUNC, .seccomp = NAMED("ERRNO", "\"read\",\"mseal\"")},
	{RUNC, .version = RUNTIME_VERSION(1, 3, 6), READ, .seccomp = NAMED("ERRNO", "\"read\",\"mseal\"")},
};

static void test_line_is_kept(void **state)
{
	static struct decider x;
	static struct profile back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		decide_row(&x, &lines[i], i);
		read_section(&x, &back);
		for (unsigned a = 0; a < ARCH_NUMBERED; a++) {
			int was = sys_top(&x.d.sides->engine.named, (enum arch_id)a);
			int is = sys_top(&back.named, (enum arch_id)a);

			if (!(back.archs & 1u << a) || was < 0)
				continue;
			if (is < 0 || sys_number(is, (enum arch_id)a) < sys_number(was, (enum arch_id)a))
				fail_msg("row %zu: %s, was %s", i, is < 0 ? "none" : sys_name(is),
					 sys_name(was));
		}
		decider_free(&x);
	}
}

/* The others have no such line, and get none: what the engine denies answers as the
 * engine says, and under runc the line is runc's own. */
#if defined(__x86_64__)
#define GETPID "\"read\",\"getpid\""
static const struct {
	struct setup in;
	const char *call;
	struct action want;
} above[] = {
	{{CRUN, .seccomp = LIST("ERRNO", GETPID)}, "mount", {ACT_ERRNO, EPERM}},
	{{CRUN, .seccomp = LIST("ERRNO", GETPID)}, "pipe", {ACT_ERRNO, EPERM}},
	{{CRUN, .seccomp = LIST("ERRNO", GETPID)}, "getpid", {ACT_ALLOW, 0}},
	{{CRUN, READ, .seccomp = LIST("ERRNO", GETPID)}, "getpid", {ACT_ERRNO, EPERM}},
	{{YOUKI, .seccomp = LIST("ERRNO", GETPID)}, "mount", {ACT_ERRNO, EPERM}},
	{{YOUKI, .seccomp = LIST("ERRNO", GETPID)}, "pipe", {ACT_ERRNO, EPERM}},
	{{RUNC, .seccomp = LIST("ERRNO", GETPID RUNC_STARTS)}, "mount", {ACT_ERRNO, EPERM}},
	{{CRUN, .seccomp = LIST("KILL_PROCESS", GETPID)}, "mount", {ACT_KILL_PROCESS, 0}},
	{{CRUN, .seccomp = LIST("TRAP", GETPID)}, "mount", {ACT_TRAP, 0}},
	{{YOUKI, .seccomp = LIST("KILL", GETPID)}, "mount", {ACT_KILL_THREAD, 0}},
	{{CRUN, .seccomp = DENY_LIST("\"getpid\"", "ERRNO")}, "mount", {ACT_ERRNO, EPERM}},
	{{CRUN}, "mount", {ACT_ERRNO, EPERM}},
	{{CRUN, AUDIT, .seccomp = LIST("ERRNO", GETPID)}, "mount", {ACT_ERRNO, EPERM}},
	{{YOUKI, AUDIT, .seccomp = LIST("ERRNO", GETPID)}, "mount", {ACT_ERRNO, EPERM}},
};

static void test_above_the_line(void **state)
{
	static const uint64_t none[COND_ARGS];
	static struct decider x;
	static struct profile back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(above); i++) {
		decide_row(&x, &above[i].in, i);
		read_section(&x, &back);
		struct action got = profile_eval(&back, id_of(above[i].call), none);
		if (!action_equal(got, above[i].want))
			fail_msg("row %zu: %s %u", i, act_name(got.kind), got.errno_ret);
		decider_free(&x);
	}
}
#endif

/* crun may be told to fail on names that its libseccomp (2.5.4: up to 450) lacks. */
static const struct {
	struct setup in;
	const char *call;
	bool named;
} known[] = {
	{{CRUN, .annotations = FAIL_UNKNOWN, .seccomp = ALLOW_ALL}, "mseal", false},
	{{CRUN, .seccomp = ALLOW_ALL}, "mseal", true},
	{{CRUN, .annotations = FAIL_UNKNOWN, .seccomp = LIST("ERRNO", "\"read\",\"mseal\"")}, "mseal", true},
	{{CRUN, .annotations = FAIL_UNKNOWN, .seccomp = LIST("ERRNO", "\"read\",\"mseal\"")},
	 "cachestat",
	 false},
	{{CRUN, .annotations = FAIL_UNKNOWN, .seccomp = ALLOW_ALL}, "clone3", true},
	{{CRUN, .annotations = FAIL_UNKNOWN, AUDIT, .seccomp = ALLOW_ALL}, "mseal", false},
	{{CRUN, .annotations = FAIL_UNKNOWN, AUDIT}, "cachestat", false},
	{{CRUN, AUDIT, .seccomp = ALLOW_ALL}, "mseal", true},
};

static void test_known_only(void **state)
{
	static struct decider x;
	static struct profile back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		decide_row(&x, &known[i].in, i);
		read_section(&x, &back);
		if (sysset_has(&back.named, id_of(known[i].call)) != known[i].named)
			fail_msg("row %zu: %s %s", i, known[i].call,
				 known[i].named ? "is missing" : "is named");
		decider_free(&x);
	}
}

/* And then what is taken out of the section is not there for crun to fail on. An
 * entry that says what the default says is skipped before its names are read. */
#define UNKNOWN(value) "\"run.oci.seccomp_fail_unknown_syscall\":\"" value "\""
static const struct {
	struct setup in;
	const char *says; /* NULL: starts */
} unknown[] = {
	{{CRUN, .annotations = UNKNOWN("1"), .seccomp = LIST("ERRNO", "\"read\",\"no_such_call\"")},
	 "names \"no_such_call\", which this version does not know, and the annotation "
	 "run.oci.seccomp_fail_unknown_syscall asks"},
	{{CRUN, .annotations = UNKNOWN(""), .seccomp = LIST("ERRNO", "\"no_such_call\"")}, "no_such_call"},
	{{CRUN, .annotations = UNKNOWN("1"), AUDIT, .seccomp = LIST("ERRNO", "\"no_such_call\"")},
	 "no_such_call"},
	{{CRUN, .annotations = UNKNOWN("0"), .seccomp = LIST("ERRNO", "\"no_such_call\"")}, NULL},
	{{CRUN, .seccomp = LIST("ERRNO", "\"no_such_call\"")}, NULL},
	{{CRUN, .annotations = UNKNOWN("1"), .seccomp = LIST("ALLOW", "\"no_such_call\"")}, NULL},
	{{RUNC, .annotations = UNKNOWN("1"), .seccomp = LIST("ERRNO", "\"no_such_call\"")}, NULL},
};

static void test_fails_on_unknown(void **state)
{
	static struct decider x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		bool starts = decide_setup(&x, &unknown[i].in) == 0;

		if (starts != !unknown[i].says)
			fail_msg("row %zu: %s", i, starts ? "starts" : x.err.msg);
		if (!starts && !strstr(x.err.msg, unknown[i].says))
			fail_msg("row %zu: %s", i, x.err.msg);
		decider_free(&x);
	}
}

/* crun's key of a compiled filter: the section without its errnos. */
static void strip_errnos(char *s)
{
	static const char *const keys[] = {",\"errnoRet\":", ",\"defaultErrnoRet\":"};

	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		for (char *at = strstr(s, keys[k]); at; at = strstr(at, keys[k])) {
			size_t len = strlen(keys[k]);

			len += strspn(at + len, "0123456789");
			memmove(at, at + len, strlen(at + len) + 1);
		}
}

#define ANSWERS(e)                                                                                           \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mount\"],\"action\":"             \
	"\"SCMP_ACT_ERRNO\",\"errnoRet\":" #e "}]}"
#define DEFAULTS(e)                                                                                          \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":" #e                                      \
	",\"syscalls\":[" ENTRY("\"execve\"", "ALLOW") "]}"

static const struct {
	runtime_version version;
	const char *a, *b;
	bool differ;
} caches[] = {
	{RUNTIME_VERSION(1, 21, 0), ANSWERS(13), ANSWERS(14), true},
	{RUNTIME_VERSION(1, 21, 0), ANSWERS(1), ANSWERS(38), true},
	{RUNTIME_VERSION(1, 28, 0), DEFAULTS(13), DEFAULTS(14), true},
	{RUNTIME_VERSION(1, 28, 0), DEFAULTS(13), DEFAULTS(13), false},
	{RUNTIME_VERSION(1, 9, 0), ANSWERS(13), ANSWERS(14), true},
	/* It keeps no filters, so it needs no key. */
	{RUNTIME_VERSION(1, 8, 1), ANSWERS(13), ANSWERS(14), false},
};

static void test_cache_key(void **state)
{
	static struct decider x, y;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(caches); i++) {
		struct setup s = {CRUN, .version = caches[i].version, .ceiling = "@wide",
				  .seccomp = caches[i].a};

		decide_row(&x, &s, i);
		s.seccomp = caches[i].b;
		decide_row(&y, &s, i);
		strip_errnos(x.d.section.data);
		strip_errnos(y.d.section.data);
		if ((strcmp(x.d.section.data, y.d.section.data) != 0) != caches[i].differ)
			fail_msg("row %zu: %s\n%s", i, x.d.section.data, y.d.section.data);
		decider_free(&x);
		decider_free(&y);
	}
}

/* Every combination of these, twice. */
static const char *const engines[] = {
	NULL,
	ALLOW_ALL,
	LIST("ERRNO", "\"read\",\"write\",\"mount\",\"clone\",\"execve\",\"exit_group\""),
	LIST("KILL", "\"read\",\"openat2\",\"openat\",\"write\""),
	DENY_LIST("\"mount\",\"clone3\"", "ERRNO"),
	DENY_LIST("\"write\"", "TRACE"),
	DEFAULTS(38),
	ANSWERS(13),
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":" THREE
	",\"syscalls\":[" ENTRY("\"read\",\"socket\",\"ioctl\"" RUNC_STARTS,
				"ALLOW") ",{\"names\":[\"clone\",\"personality\",\"openat2\"],\"action\":"
					 "\"SCMP_ACT_ALLOW\",\"args\":["
					 "{\"index\":0,\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_"
					 "MASKED_EQ\"}]}]}",
};
static const char *const needs[] = {
	NULL,
	"\"io.runclamp.syscalls\":\"read write\"",
	"\"io.runclamp.syscalls\":\"read socket clone personality pselect6\"",
	FAIL_UNKNOWN
	",\"io.runclamp.closure\":\"{\\\"version\\\":1,\\\"syscalls\\\":[\\\"read\\\",{\\\"name\\\":"
	"\\\"socket\\\",\\\"args\\\":[{\\\"index\\\":0,\\\"op\\\":\\\"SCMP_CMP_LT\\\",\\\"value\\\":"
	"5000000000}]}]}\"",
};
static const char *const levels[] = {",\"level\":\"strict\",\"on_missing\":\"ceiling\"",
				     ",\"level\":\"standard\"", ",\"level\":\"permissive\"",
				     ",\"level\":\"permissive\",\"mode\":\"audit\""};
static const runtime_version versions[RUNTIME_KIND_COUNT][2] = {
	[RUNTIME_RUNC] = {RUNTIME_VERSION(1, 1, 5), RUNTIME_VERSION(1, 5, 2)},
	[RUNTIME_CRUN] = {RUNTIME_VERSION(1, 8, 1), RUNTIME_VERSION(1, 28, 0)},
	[RUNTIME_RUNSC] = {20221219, 20260905},
	[RUNTIME_YOUKI] = {RUNTIME_VERSION(0, 7, 0), RUNTIME_VERSION(0, 7, 0)},
};

static void decide_twice(const struct setup *s)
{
	static struct decider x, y;
	CLEANUP_BUF struct buf text = {0};

	if (decide_setup(&x, s) < 0)
		fail_msg("%s", x.err.msg);
	if (x.d.inject) {
		if (splice_apply(&x.bundle, &(struct splice_member){"linux", "seccomp", x.d.section.data}, 1,
				 &text, &x.err))
			fail_msg("%s", x.err.msg);
		if (decide_text(&y, s, text.data, text.len) < 0)
			fail_msg("%s: %s", x.d.section.data, y.err.msg);
		if (!y.d.inject || strcmp(x.d.section.data, y.d.section.data) != 0) {
			(void)fprintf(stderr, "%s\n%s\n", x.d.section.data, or_nothing(y.d.section.data));
			fail_msg("%s %s %s: %s", runtime_name(s->kind), s->handler, or_nothing(s->seccomp),
				 y.d.sentence);
		}
		decider_free(&y);
	}
	decider_free(&x);
}

static void test_twice_is_once(void **state)
{
	(void)state;
	for (int k = 0; k < RUNTIME_KIND_COUNT; k++) {
		if (k == RUNTIME_RUNSC && !ownrun)
			continue;
		for (size_t i = 0; i < 2 * ARRAY_LEN(engines) * ARRAY_LEN(needs) * ARRAY_LEN(levels); i++) {
			size_t rest = i / 2;
			struct setup s = {.kind = (enum runtime_kind)k, .version = versions[k][i % 2]};

			s.seccomp = engines[rest % ARRAY_LEN(engines)];
			rest /= ARRAY_LEN(engines);
			s.annotations = needs[rest % ARRAY_LEN(needs)];
			s.handler = levels[rest / ARRAY_LEN(needs)];
			decide_twice(&s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_is_kept),
#if defined(__x86_64__)
		cmocka_unit_test(test_above_the_line),
#endif
		cmocka_unit_test(test_known_only),
		cmocka_unit_test(test_fails_on_unknown),
		cmocka_unit_test(test_cache_key),
		cmocka_unit_test(test_twice_is_once),
	};

	return cmocka_run_group_tests_name("lower", tests, decider_start, tmpdir_remove);
}
