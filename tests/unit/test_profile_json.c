/* linux.seccomp as runtimes read it. Expected answers: the OCI runtime
 * specification, and what runc, crun and runsc were measured to do with repeated
 * indices, several entries for a name, and defaults. */
#include "profile_fixture.h"

#define L RULES_LIBSECCOMP
#define F RULES_FIRST_MATCH

static const struct {
	const char *text;
	enum rule_order order;
	const char *name;
	uint64_t args[COND_ARGS];
	struct action answer;
} answers[] = {
	{HEAD NAMES("read") "}]}", L, "read", {0}, {ACT_ALLOW, 0}},
	{HEAD NAMES("read") "}]}", L, "write", {0}, {ACT_ERRNO, EPERM}},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38}", L, "read", {0}, {ACT_ERRNO, 38}},
	/* A rule's missing errnoRet is EPERM, not the default's. */
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":[{\"names\":[\"read\"],"
	 "\"action\":\"SCMP_ACT_ERRNO\"}]}",
	 L,
	 "read",
	 {0},
	 {ACT_ERRNO, EPERM}},
	{"{\"defaultAction\":\"SCMP_ACT_KILL\"}", L, "read", {0}, {ACT_KILL_THREAD, 0}},
	{"{\"defaultAction\":\"SCMP_ACT_KILL_THREAD\"}", L, "read", {0}, {ACT_KILL_THREAD, 0}},
	{"{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\",\"defaultErrnoRet\":2}",
	 L,
	 "read",
	 {0},
	 {ACT_KILL_PROCESS, 0}},
	{"{\"defaultAction\":\"SCMP_ACT_TRACE\",\"defaultErrnoRet\":65535}",
	 L,
	 "read",
	 {0},
	 {ACT_TRACE, 65535}},
	{"{\"defaultAction\":\"SCMP_ACT_TRAP\"}", L, "read", {0}, {ACT_TRAP, 0}},
	{"{\"defaultAction\":\"SCMP_ACT_LOG\"}", L, "read", {0}, {ACT_LOG, 0}},
	{"{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}", L, "read", {0}, {ACT_NOTIFY, 0}},
	/* containerd writes errnoRet beside ALLOW. */
	{HEAD NAMES("read") ",\"errnoRet\":1}]}", L, "read", {0}, {ACT_ALLOW, 0}},
	/* null is Go's nil. */
	{HEAD NAMES("read") ",\"args\":null,\"errnoRet\":null}],\"flags\":null,\"architectures\":null}",
	 L,
	 "read",
	 {0},
	 {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[]}]}", L, "read", {0}, {ACT_ALLOW, 0}},
	{HEAD NAMES("\\u0072ead") "}]}", L, "read", {0}, {ACT_ALLOW, 0}},
	/* Distinct indices: all must hold. */
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "EQ") "," ARG(1, 2, "EQ") "]}]}",
	 L,
	 "read",
	 {1, 2},
	 {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "EQ") "," ARG(1, 2, "EQ") "]}]}",
	 L,
	 "read",
	 {1, 3},
	 {ACT_ERRNO, EPERM}},
	/* A repeated index: the whole rule becomes alternatives. */
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "EQ") "," ARG(0, 5, "EQ") "," ARG(1, 2, "EQ") "]}]}",
	 L,
	 "read",
	 {9, 2},
	 {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "EQ") "," ARG(0, 5, "EQ") "," ARG(1, 2, "EQ") "]}]}",
	 F,
	 "read",
	 {5, 0},
	 {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "GE") "," ARG(0, 5, "LE") "]}]}",
	 L,
	 "read",
	 {9},
	 {ACT_ALLOW, 0}},
	/* Several entries: any. */
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "EQ") "]}," NAMES("read") ",\"args\":[" ARG(1, 2,
												"EQ") "]}]}",
	 L,
	 "read",
	 {0, 2},
	 {ACT_ALLOW, 0}},
	/* The operators. */
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 18446744073709551615, "EQ") "]}]}",
	 L,
	 "read",
	 {UINT64_MAX},
	 {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 18446744073709551615, "EQ") "]}]}",
	 L,
	 "read",
	 {UINT64_MAX - 1},
	 {ACT_ERRNO, EPERM}},
	{HEAD NAMES("read") ",\"args\":[" ARG(5, 7, "NE") "]}]}",
	 L,
	 "read",
	 {0, 0, 0, 0, 0, 7},
	 {ACT_ERRNO, EPERM}},
	{HEAD NAMES("read") ",\"args\":[" ARG(5, 7, "NE") "]}]}",
	 L,
	 "read",
	 {0, 0, 0, 0, 0, 8},
	 {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[" ARG(2, 7, "LT") "]}]}", L, "read", {0, 0, 6}, {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[" ARG(2, 7, "LT") "]}]}", L, "read", {0, 0, 7}, {ACT_ERRNO, EPERM}},
	{HEAD NAMES("read") ",\"args\":[" ARG(2, 7, "GT") "]}]}", L, "read", {0, 0, 8}, {ACT_ALLOW, 0}},
	{HEAD NAMES("read") ",\"args\":[" ARG(2, 7, "GT") "]}]}", L, "read", {0, 0, 7}, {ACT_ERRNO, EPERM}},
	{HEAD NAMES("clone") ",\"args\":[" MASK(0, 2114060288, 0) "]}]}",
	 L,
	 "clone",
	 {0x7e020000},
	 {ACT_ERRNO, EPERM}},
	{HEAD NAMES("clone") ",\"args\":[" MASK(0, 2114060288, 0) "]}]}", L, "clone", {17}, {ACT_ALLOW, 0}},
	/* valueTwo means nothing to the others: Docker writes it as 0. */
	{HEAD NAMES("read") ",\"args\":[{\"index\":0,\"value\":4,\"valueTwo\":9,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	 L,
	 "read",
	 {4},
	 {ACT_ALLOW, 0}},
	/* libseccomp: unconditional beats conditional in either order. */
	{HEAD NAMES("read") ",\"args\":[" ARG(
		 0, 1, "EQ") "]},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_TRAP\"}]}",
	 L,
	 "read",
	 {1},
	 {ACT_TRAP, 0}},
	/* runsc: the first entry that holds. */
	{HEAD NAMES("read") ",\"args\":[" ARG(
		 0, 1, "EQ") "]},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_TRAP\"}]}",
	 F,
	 "read",
	 {1},
	 {ACT_ALLOW, 0}},
	{HEAD NAMES("read") "},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_TRAP\"}]}",
	 L,
	 "read",
	 {0},
	 {ACT_ALLOW, 0}},
	/* A rule that equals the default is not there at all. */
	{HEAD "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\"}," NAMES("read") "}]}",
	 L,
	 "read",
	 {0},
	 {ACT_ALLOW, 0}},
};

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct profile p;
		struct err err = {0};

		if (read_text(&p, &arena, answers[i].text, answers[i].order, NULL, &err))
			fail_msg("%s: %s", answers[i].text, err.msg);
		struct action got = profile_eval(&p, id_of(answers[i].name), answers[i].args);
		if (!action_equal(got, answers[i].answer))
			fail_msg("%zu: %s: %s is %s(%u), not %s(%u)", i, answers[i].text, answers[i].name,
				 act_name(got.kind), got.errno_ret, act_name(answers[i].answer.kind),
				 answers[i].answer.errno_ret);
	}
}

static const struct {
	const char *text;
	const char *words; /* of the sentence */
} refused[] = {
	{"[]", "must be an object"},
	{"null", "must be an object"},
	{" {}", "defaultAction is missing (line 1, column 2)"},
	{"{\"defaultAction\":null}", "defaultAction is missing"},
	{"{\"defaultAction\":1}", "defaultAction must be a string"},
	{"{\"defaultAction\":\"\"}", "unknown action \"\""},
	{"{\"defaultAction\":\"scmp_act_allow\"}", "unknown action"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\\u0020\"}", "unknown action"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultActoin\":1}", "unknown key \"defaultActoin\""},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"future\":1}", "runtime-spec 1.3"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[]}", "unknown key \"archMap\""},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}", "errnoRet must be a whole number"},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4096}", "errnoRet"},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1.0}", "errnoRet"},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1e0}", "errnoRet"},
	{"{\"defaultAction\":\"SCMP_ACT_TRACE\",\"defaultErrnoRet\":65536}", "errnoRet"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":\"SCMP_ARCH_X86\"}", "must be an array"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"x86\"]}",
	 "unknown architecture \"x86\""},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[3]}", "must be a string"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_NEW\"]}", "unknown flag"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":{}}", "must be an array"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":7}", "must be a string"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/a\\n\"}", "control characters"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":{}}", "must be an array"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[null]}", "must be an object"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[\"read\"]}", "must be an object"},
	{HEAD "{\"names\":[\"read\"]}]}", "action is missing (line 1, column 47)"},
	{HEAD "{\"names\":[\"read\"],\"action\":null}]}", "action is missing (line 1, column 47)"},
	{HEAD "{\"action\":\"SCMP_ACT_ALLOW\"}]}", "names is missing (line 1, column 47)"},
	{HEAD "{\"name\":\"read\",\"action\":\"SCMP_ACT_ALLOW\"}]}",
	 "unknown key \"name\" (line 1, column 48); did you mean \"names\"?"},
	{HEAD "{\"names\":\"read\",\"action\":\"SCMP_ACT_ALLOW\"}]}", "names must be an array"},
	{HEAD "{\"names\":[1],\"action\":\"SCMP_ACT_ALLOW\"}]}", "a name must be a string"},
	{HEAD "{\"names\":[null],\"action\":\"SCMP_ACT_ALLOW\"}]}", "a name must be a string"},
	{HEAD "{\"names\":[\"\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", "a name is empty"},
	{HEAD "{\"names\":[\"read\"],\"names\":[\"write\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", "twice"},
	{HEAD NAMES("read") ",\"includes\":{}}]}", "unknown key \"includes\""},
	{HEAD NAMES("read") ",\"comment\":\"\"}]}", "unknown key \"comment\""},
	{HEAD NAMES("read") ",\"args\":{}}]}", "args must be an array"},
	{HEAD NAMES("read") ",\"args\":[1]}]}", "must be an object"},
	{HEAD NAMES("read") ",\"args\":[{\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	 "index is missing (line 1, column 99)"},
	{HEAD NAMES("read") ",\"args\":[{\"index\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	 "value is missing (line 1, column 99)"},
	{HEAD NAMES("read") ",\"args\":[{\"index\":1,\"value\":1}]}]}", "op is missing (line 1, column 99)"},
	{HEAD NAMES("read") ",\"args\":[" ARG(6, 1, "EQ") "]}]}", "index must be a whole number from 0 to 5"},
	{HEAD NAMES("read") ",\"args\":[" ARG(-1, 1, "EQ") "]}]}", "index must be"},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, -1, "EQ") "]}]}", "value must be"},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 18446744073709551616, "EQ") "]}]}", "value must be"},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1.5, "EQ") "]}]}", "value must be"},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "EQUAL") "]}]}", "unknown operator \"SCMP_CMP_EQUAL\""},
	{HEAD NAMES("read") ",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\",\"mask\":1}]}]}",
	 "unknown key \"mask\""},
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1, "EQ") "," ARG(1, 1, "EQ") "," ARG(2, 1, "EQ") "," ARG(
		 3, 1, "EQ") "," ARG(4, 1, "EQ") "," ARG(5, 1, "EQ") "," ARG(0, 2, "EQ") "]}]}",
	 "more than 6 conditions"},
	/* The runtime would fail: "file exists". */
	{HEAD NAMES("read") ",\"args\":[" ARG(0, 1,
					      "EQ") "]},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_TRAP\","
						    "\"args\":[" ARG(0, 1, "EQ") "]}]}",
	 "two actions"},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct profile p;
		struct err err = {0};

		if (!read_text(&p, &arena, refused[i].text, L, NULL, &err))
			fail_msg("%zu: accepted: %s", i, refused[i].text);
		if (!strstr(err.msg, refused[i].words) || err.kind != ERR_BUNDLE)
			fail_msg("%zu: \"%s\" lacks \"%s\"", i, err.msg, refused[i].words);
	}
}

static void test_head(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct unknown_names unknown = {0};
	struct profile p;
	struct err err = {0};

	(void)state;
	assert_int_equal(
		read_text(&p, &arena,
			  "{\"defaultAction\":\"SCMP_ACT_NOTIFY\",\"architectures\":[\"SCMP_ARCH_X86\"],"
			  "\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\",\"SECCOMP_FILTER_FLAG_TSYNC\"],"
			  "\"listenerPath\":\"/run/s\",\"listenerMetadata\":\"m\",\"syscalls\":[{\"names\":"
			  "[\"read\",\"nonsense\",\"frob\\u0041\"],\"action\":\"SCMP_ACT_TRAP\"},"
			  "{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}]}",
			  L, &unknown, &err),
		0);
	/* libseccomp always has the native one. */
	assert_int_equal(p.archs, 1u << ARCH_NATIVE | 1u << ARCH_X86);
	assert_int_equal(p.flags, PROFILE_FLAG_LOG | PROFILE_FLAG_TSYNC);
	assert_true(p.has_flags);
	assert_string_equal(p.listener_path, "/run/s");
	assert_string_equal(p.listener_metadata, "m");
	assert_int_equal(unknown.n, 2);
	assert_string_equal(unknown.v[0], "nonsense");
	assert_string_equal(unknown.v[1], "frobA");
	assert_int_equal(sysset_count(&p.named), 1);
	assert_true(sysset_has(&p.named, id_of("read")));

	assert_int_equal(
		read_text(&p, &arena, "{\"defaultAction\":\"SCMP_ACT_LOG\",\"flags\":[]}", L, NULL, &err), 0);
	assert_true(p.has_flags && !p.flags && !p.listener_path);
	assert_int_equal(p.archs, 1u << ARCH_NATIVE);
}

/* Read for a container of Docker's defaults that has CAP_SYS_ADMIN too. */
#define BUNDLE                                                                                               \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"process\":{\"args\":[\"x\"],"                 \
	"\"capabilities\":"                                                                                  \
	"{\"effective\":[\"CAP_BPF\"],\"bounding\":[\"CAP_CHOWN\",\"CAP_SYS_ADMIN\"]}}}"
#if defined(__x86_64__)
#define WORD "amd64"
#else
#define WORD "arm64"
#endif
#define LABEL(more) "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," more "}"
#define ENTRY(more) LABEL("\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"," more "}]")
static const struct {
	const char *text;
	const char *words; /* the error's, or the names that are allowed */
	bool accepted;
} labels[] = {
	{LABEL("\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}"
	       ","
	       "{\"architecture\":\"SCMP_ARCH_S390X\",\"subArchitectures\":null},"
	       "{\"architecture\":\"SCMP_ARCH_NEWER\",\"subArchitectures\":[\"NEWER\"]}]"),
	 "", true},
	{LABEL("\"defaultErrno\":\"ENOSYS\",\"comment\":\"c\",\"syscalls\":[{\"name\":\"read\",\"action\":"
	       "\"SCMP_ACT_ALLOW\",\"comment\":\"\",\"includes\":{},\"excludes\":{\"caps\":[],\"arches\":"
	       "null,"
	       "\"minKernel\":\"\"},\"errno\":\"EPERM\"}]"),
	 "read", true},
	/* An empty list is as good as none. */
	{LABEL("\"archMap\":[],\"architectures\":[]"), "", true},
	{LABEL("\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\"}],\"architectures\":[]"), "", true},
	{LABEL("\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\"}],\"architectures\":[\"SCMP_ARCH_X86\"]"),
	 "both architectures and archMap", false},
	{LABEL("\"architectures\":[\"X86\"]"), "unknown architecture", false},
	{LABEL("\"archMap\":[{}]"), "architecture is missing (line 1, column 46)", false},
	{LABEL("\"syscalls\":[{\"name\":\"\",\"names\":[\"write\"],\"action\":\"SCMP_ACT_ALLOW\"}]"), "write",
	 true},
	{LABEL("\"syscalls\":[{\"name\":\"read\",\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}]"), "read",
	 true},
	{LABEL("\"syscalls\":[{\"name\":\"read\",\"names\":null,\"action\":\"SCMP_ACT_ALLOW\"}]"), "read",
	 true},
	{LABEL("\"syscalls\":[{\"name\":\"\",\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"},{}]"), "", true},
	{LABEL("\"syscalls\":[{\"name\":\"read\",\"names\":[\"write\"],\"action\":\"SCMP_ACT_ALLOW\"}]"),
	 "both name and names", false},
	{LABEL("\"syscalls\":[{\"names\":[\"read\"]}]"), "action is missing", false},
	{LABEL("\"syscalls\":[null]"), "an entry of syscalls must be an object", false},
	{LABEL("\"syscalls\":null"), "", true},
	/* Go writes 0 where nothing stands, and passes over what it does not know. */
	{ENTRY("\"args\":[{\"op\":\"SCMP_CMP_NE\",\"valueTwo\":null,\"why\":1}]"), "read", true},
	{ENTRY("\"args\":[{\"index\":0}]"), "op is missing", false},
	{ENTRY("\"id\":7"), "read", true},
	{ENTRY("\"arg\":[]"), "unknown key \"arg\"", false},
	{ENTRY("\"Args\":[]"), "unknown key \"Args\"", false},
	{ENTRY("\"args\":[],\"args\":[]"), "twice", false},
	{LABEL("\"$schema\":\"x\",\"version\":{\"of\":[1]}"), "", true},
	{LABEL("\"DEFAULTACTION\":\"SCMP_ACT_ALLOW\""), "did you mean \"defaultAction\"?", false},
	/* Filters: capabilities of the bounding set alone, all of them or any. */
	{ENTRY("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}"), "read", true},
	{ENTRY("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_CHOWN\"]}"), "read", true},
	{ENTRY("\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}"), "", true},
	{ENTRY("\"includes\":{\"caps\":[\"CAP_BPF\"]}"), "", true},
	{ENTRY("\"includes\":{\"caps\":[\"cap_chown\"]}"), "", true},
	{ENTRY("\"excludes\":{\"caps\":[\"CAP_BPF\"]}"), "read", true},
	{ENTRY("\"excludes\":{\"caps\":[\"CAP_BPF\",\"CAP_CHOWN\"]}"), "", true},
	{ENTRY("\"includes\":{\"arches\":[\"s390\",\"" WORD "\"]}"), "read", true},
	{ENTRY("\"includes\":{\"arches\":[\"s390\",\"x32\"]}"), "", true},
	{ENTRY("\"excludes\":{\"arches\":[\"s390\",\"x32\"]}"), "read", true},
	{ENTRY("\"excludes\":{\"arches\":[\"" WORD "\"]}"), "", true},
	{ENTRY("\"includes\":{\"minKernel\":\"0.1\"}"), "read", true},
	{ENTRY("\"includes\":{\"minKernel\":\"255.255\"}"), "", true},
	{ENTRY("\"excludes\":{\"minKernel\":\"255.255\"}"), "read", true},
	{ENTRY("\"excludes\":{\"minKernel\":\"4.8\"}"), "", true},
	{ENTRY("\"includes\":{\"minKernel\":\"4\"}"), "minKernel must be a kernel's version like 4.8", false},
	{ENTRY("\"includes\":{\"minKernel\":\"4.8.1\"}"), "minKernel must be", false},
	{ENTRY("\"includes\":{\"minKernel\":\"4.x\"}"), "minKernel must be", false},
	{ENTRY("\"includes\":{\"minKernel\":\"0.0\"}"), "minKernel must be", false},
	{ENTRY("\"includes\":{\"minKernel\":\"4.256\"}"), "minKernel must be", false},
	{ENTRY("\"includes\":{\"minKernel\":4.8}"), "minKernel must be a string", false},
	{ENTRY("\"includes\":{\"caps\":\"CAP_BPF\"}"), "must be an array", false},
	{ENTRY("\"includes\":{\"caps\":[null]}"), "must be a string", false},
	{ENTRY("\"includes\":[]"), "includes must be an object", false},
	{ENTRY("\"includes\":{\"cap\":[\"CAP_BPF\"]}"), "did you mean \"caps\"?", false},
	/* What does not count is not looked at. */
	{LABEL("\"syscalls\":[{\"names\":[\"frob\"],\"action\":\"NONE\",\"includes\":{\"arches\":[\"s390\"]}}"
	       "]"),
	 "", true},
	{LABEL("\"syscalls\":[{\"names\":[\"opennat\"],\"action\":\"SCMP_ACT_ALLOW\"}]"),
	 "did you mean \"openat\"?", false},
	{LABEL("\"syscalls\":[{\"names\":[\"\"],\"action\":\"SCMP_ACT_ALLOW\"}]"), "a name is empty", false},
};

/* "read write" */
static void list_allowed(char *dst, size_t cap, const struct profile *p)
{
	size_t at = 0;

	*dst = '\0';
	for (int id = 0; id < sys_count() && at < cap; id++)
		if (profile_allows_some(p, id))
			at += (size_t)snprintf(dst + at, cap - at, "%s%s", at ? " " : "", sys_name(id));
}

static void test_labels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		char allowed[80];
		struct profile p;
		struct bundle b;
		struct jdoc doc;
		struct err err = {0};

		assert_int_equal(bundle_parse(&b, &arena, BUNDLE, strlen(BUNDLE), &err), 0);
		assert_int_equal(jdoc_parse(&doc, &arena, labels[i].text, strlen(labels[i].text), &limits,
					    ERR_NEEDS, &err),
				 0);
		int failed = profile_read_label(&p, &arena, &doc, "label x", &b, &err);
		if ((failed == 0) != labels[i].accepted)
			fail_msg("%zu: %s: %s", i, labels[i].text, err.msg);
		if (failed && !strstr(err.msg, labels[i].words))
			fail_msg("%zu: \"%s\" lacks \"%s\"", i, err.msg, labels[i].words);
		if (failed)
			continue;
		list_allowed(allowed, sizeof(allowed), &p);
		if (strcmp(allowed, labels[i].words) != 0)
			fail_msg("%zu: %s: allows \"%s\"", i, labels[i].text, allowed);
		if (i == 0)
			assert_int_equal(p.archs, 1u << ARCH_X86_64 | 1u << ARCH_X86);
	}
}

/* Podman asks for a capability only where the configuration has capabilities. */
static void test_without_capabilities(void **state)
{
	static const char bundle[] = "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"process\":{}}";
	static const char profile[] = LABEL(
		"\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":["
		"\"CAP_BPF\"]}},{\"names\":[\"write\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"caps\":["
		"\"CAP_BPF\"]}}]");
	CLEANUP_ARENA struct arena arena = {0};
	struct profile p;
	struct bundle b;
	struct jdoc doc;
	struct err err = {0};

	(void)state;
	assert_int_equal(bundle_parse(&b, &arena, bundle, strlen(bundle), &err), 0);
	assert_int_equal(jdoc_parse(&doc, &arena, profile, strlen(profile), &limits, ERR_NEEDS, &err), 0);
	assert_int_equal(profile_read_label(&p, &arena, &doc, "label x", &b, &err), 0);
	assert_true(profile_allows_all(&p, id_of("read")) && profile_allows_all(&p, id_of("write")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_without_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
