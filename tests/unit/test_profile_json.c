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

#define LABEL(more) "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," more "}"
static const struct {
	const char *text;
	const char *words; /* NULL: accepted */
} labels[] = {
	{LABEL("\"defaultErrno\":\"ENOSYS\",\"comment\":\"c\",\"syscalls\":[{\"name\":\"read\",\"action\":"
	       "\"SCMP_ACT_ALLOW\",\"comment\":\"\",\"includes\":{},\"excludes\":{\"caps\":[],\"arches\":"
	       "null,"
	       "\"minKernel\":\"\"},\"errno\":\"EPERM\"}]"),
	 NULL},
	{LABEL("\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}"
	       ","
	       "{\"architecture\":\"SCMP_ARCH_S390X\",\"subArchitectures\":null}]"),
	 NULL},
	{LABEL("\"archMap\":[],\"architectures\":[]"), "both architectures and archMap"},
	{LABEL("\"archMap\":[{\"architecture\":\"X86\"}]"), "unknown architecture"},
	{LABEL("\"archMap\":[{}]"), "architecture is missing (line 1, column 46)"},
	{LABEL("\"syscalls\":[{\"name\":\"read\",\"names\":[\"write\"],\"action\":\"SCMP_ACT_ALLOW\"}]"),
	 "both name and names"},
	{LABEL("\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":"
	       "[\"CAP_BPF\"]}}]"),
	 "depends on includes.caps"},
	{LABEL("\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"minKernel\":"
	       "\"4.8\"}}]"),
	 "depends on excludes.minKernel"},
	{LABEL("\"syscalls\":[{\"names\":[\"opennat\"],\"action\":\"SCMP_ACT_ALLOW\"}]"),
	 "did you mean \"openat\"?"},
};

static void test_labels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct profile p;
		struct jdoc doc;
		struct err err = {0};

		assert_int_equal(jdoc_parse(&doc, &arena, labels[i].text, strlen(labels[i].text), &limits,
					    ERR_NEEDS, &err),
				 0);
		int failed = profile_read_label(&p, &arena, &doc, "label x", &err);
		if ((failed != 0) != (labels[i].words != NULL))
			fail_msg("%zu: %s", i, err.msg);
		if (failed && !strstr(err.msg, labels[i].words))
			fail_msg("%zu: \"%s\" lacks \"%s\"", i, err.msg, labels[i].words);
		if (i == 1)
			assert_int_equal(p.archs, 1u << ARCH_X86_64 | 1u << ARCH_X86);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
