/* linux.seccomp as runtimes read it, and as we write it. Expected answers: the
 * OCI runtime specification, and what runc, crun and runsc were measured to do
 * with repeated indices, several entries for a name, and defaults. */
#include "load/profile_json.h"
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
#define NAMES(n) "{\"names\":[\"" n "\"],\"action\":\"SCMP_ACT_ALLOW\""
#define ARG(i, v, op) "{\"index\":" #i ",\"value\":" #v ",\"op\":\"SCMP_CMP_" op "\"}"
#define MASK(i, m, v) "{\"index\":" #i ",\"value\":" #m ",\"valueTwo\":" #v ",\"op\":\"SCMP_CMP_MASKED_EQ\"}"

static const struct jlimits limits = {32, 1 << 16};
static const struct emit_style runc = {.errno_ret = true};
static const struct emit_style crun = {.errno_ret = true, .cache_key = true};

static int id_of(const char *name)
{
	int id = sys_lookup(name, strlen(name));

	assert_true(id >= 0);
	return id;
}

static int read_text(struct profile *ret, struct arena *arena, const char *text, enum rule_order order,
		     struct unknown_names *unknown, struct err *err)
{
	struct jdoc *doc = arena_alloc(arena, sizeof(*doc));

	if (jdoc_parse(doc, arena, text, strlen(text), &limits, ERR_BUNDLE, err))
		fail_msg("%s: %s", text, err->msg);
	return profile_read(ret, arena, doc, 0, order, unknown, err);
}

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
	{"{}", "defaultAction is missing"},
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
	{HEAD "{\"names\":[\"read\"]}]}", "action is missing"},
	{HEAD "{\"names\":[\"read\"],\"action\":null}]}", "action is missing"},
	{HEAD "{\"action\":\"SCMP_ACT_ALLOW\"}]}", "names is missing"},
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
	{HEAD NAMES("read") ",\"args\":[{\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}", "index is missing"},
	{HEAD NAMES("read") ",\"args\":[{\"index\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}", "value is missing"},
	{HEAD NAMES("read") ",\"args\":[{\"index\":1,\"value\":1}]}]}", "op is missing"},
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
		struct profile p, before;
		struct err err = {0};

		memset(&p, 0x5a, sizeof(p));
		before = p;
		if (!read_text(&p, &arena, refused[i].text, L, NULL, &err))
			fail_msg("%zu: accepted: %s", i, refused[i].text);
		if (!strstr(err.msg, refused[i].words) || err.kind != ERR_BUNDLE)
			fail_msg("%zu: \"%s\" lacks \"%s\"", i, err.msg, refused[i].words);
		assert_memory_equal(&p, &before, sizeof(p));
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

#define NATIVE "\"architectures\":[\"SCMP_ARCH_X86_64\"]"
#define DEF "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1," NATIVE

/* What comes out for what went in. */
static const struct {
	const struct emit_style *style;
	const char *in;
	const char *out;
} written[] = {
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
	 "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," NATIVE ",\"syscalls\":[]}"},
	/* Sorted, grouped, without what the default says anyway. */
	{&runc,
	 HEAD NAMES("write\",\"read") "}," NAMES(
		 "close") "},{\"names\":[\"open\"],\"action\":\"SCMP_ACT_ERRNO\"},"
			  "{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}",
	 DEF ",\"syscalls\":[{\"names\":[\"close\",\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	     "{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}"},
	{&runc, HEAD "{\"names\":[\"nonsense\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", DEF ",\"syscalls\":[]}"},
	/* Equal rules of several names share an entry; conditional ones come last. */
	{&runc,
	 HEAD NAMES("socket") ",\"args\":[" ARG(0, 2, "EQ") "]}," NAMES("socketpair") ",\"args\":[" ARG(
		 0, 2, "EQ") "]"
			     "}," NAMES("read") "}]}",
	 DEF ",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	     "{\"names\":[\"socket\",\"socketpair\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" ARG(
		     0, 2, "EQ") "]}]}"},
	{&runc, HEAD NAMES("clone") ",\"args\":[" MASK(0, 2114060288, 0) "]}]}",
	 DEF ",\"syscalls\":[{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" MASK(
		 0, 2114060288, 0) "]}]}"},
	{&runc, HEAD NAMES("read") ",\"args\":[" ARG(1, 18446744073709551615, "NE") "]}]}",
	 DEF ",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" ARG(
		 1, 18446744073709551615, "NE") "]}]}"},
	/* [] is not the same as absent. */
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[]}",
	 "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," NATIVE ",\"flags\":[],\"syscalls\":[]}"},
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]}",
	 "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," NATIVE
	 ",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"syscalls\":[]}"},
	/* The listener stays with a NOTIFY only: crun dials it in any case. */
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/s\"}",
	 "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," NATIVE ",\"syscalls\":[]}"},
	{&runc,
	 "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/"
	 "\\\"s\",\"syscalls\":[{\"names\":[\"bpf\"],"
	 "\"action\":\"SCMP_ACT_NOTIFY\"}]}",
	 "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," NATIVE
	 ",\"listenerPath\":\"/\\\"s\",\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}"},
	/* All EPERM: nothing that crun's key would miss. */
	{&crun, HEAD NAMES("read") "}]}",
	 DEF ",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"},
};

static void write_text(struct buf *out, const struct profile *p, const struct emit_style *style,
		       struct arena *arena)
{
	struct err err = {0};

	if (profile_write(p, style, arena, out, &err))
		fail_msg("%s", err.msg);
	assert_false(out->failed);
}

static void test_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(written); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		CLEANUP_BUF struct buf out = {0};
		CLEANUP_BUF struct buf again = {0};
		struct profile p;
		struct err err = {0};

		if (read_text(&p, &arena, written[i].in, L, NULL, &err))
			fail_msg("%s: %s", written[i].in, err.msg);
		write_text(&out, &p, written[i].style, &arena);
		assert_string_equal(out.data, written[i].out);
		assert_int_equal(read_text(&p, &arena, out.data, L, NULL, &err), 0);
		write_text(&again, &p, written[i].style, &arena);
		assert_string_equal(again.data, written[i].out);
	}
}

/* Two profiles that differ in an errno only have different bytes outside
 * errnoRet, and both mean what they meant. */
static void test_cache_key(void **state)
{
	static const char *const in[] = {
		HEAD NAMES(
			"read") "},{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}",
		HEAD NAMES(
			"read") "},{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":95}]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":39}",
	};
	CLEANUP_ARENA struct arena arena = {0};
	char key[ARRAY_LEN(in)][32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(in); i++) {
		CLEANUP_BUF struct buf out = {0};
		CLEANUP_BUF struct buf again = {0};
		struct profile p, back;
		struct err err = {0};
		const char *value;

		assert_int_equal(read_text(&p, &arena, in[i], L, NULL, &err), 0);
		write_text(&out, &p, &crun, &arena);
		value = strstr(out.data, "\"value\":");
		assert_non_null(value);
		(void)snprintf(key[i], sizeof(key[i]), "%.20s", value);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(key[i], key[j]);
		assert_true(strtoull(value + 8, NULL, 10) > 0 && strtoull(value + 8, NULL, 10) < 1u << 31);

		assert_int_equal(read_text(&back, &arena, out.data, L, NULL, &err), 0);
		for (int id = 0; id < sys_count(); id++)
			assert_true(back.sys[id].nrules == 0 &&
				    action_equal(back.sys[id].other, p.sys[id].other));
		write_text(&again, &back, &crun, &arena);
		assert_string_equal(again.data, out.data);
	}
}

/* runc counts the number of a rule that it skips. */
static void test_stub_names(void **state)
{
	static const struct emit_style style = {.errno_ret = true, .stub_names = {"mseal", "statmount"}};
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf out = {0};
	struct profile p;
	struct err err = {0};

	(void)state;
	assert_int_equal(read_text(&p, &arena, HEAD NAMES("read") "}]}", L, NULL, &err), 0);
	write_text(&out, &p, &style, &arena);
	assert_string_equal(out.data,
			    DEF ",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
				"{\"names\":[\"mseal\",\"statmount\"],\"action\":\"SCMP_ACT_ERRNO\","
				"\"errnoRet\":1}]}");
}

/* runsc: its own spellings, no errno, KILL, and no entry that is left empty. */
static void test_runsc(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf out = {0};
	const char *spelling[SYS_MAX] = {0};
	const struct emit_style style = {.spelling = spelling, .kill_as_kill = true};
	struct profile p;
	struct err err = {0};

	(void)state;
	spelling[id_of("read")] = "read";
	spelling[id_of("pselect6")] = "pselect";
	spelling[id_of("bpf")] = "bpf";
	assert_int_equal(
		read_text(&p, &arena,
			  HEAD NAMES("read\",\"pselect6\",\"openat2") "},"
								      "{\"names\":[\"bpf\"],\"action\":"
								      "\"SCMP_ACT_KILL_PROCESS\"},"
								      "{\"names\":[\"mount\"],\"action\":"
								      "\"SCMP_ACT_TRAP\"},"
								      "{\"names\":[\"bpf\"],\"action\":"
								      "\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}",
			  F, NULL, &err),
		0);
	write_text(&out, &p, &style, &arena);
	assert_string_equal(out.data,
			    "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," NATIVE
			    ",\"syscalls\":[{\"names\":[\"pselect\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
			    "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_KILL\"}]}");
}

/* Exceptions from an answer that is not the default: libseccomp would drop them
 * beside an unconditional entry. */
static void test_complement(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf out = {0};
	struct rule rules[] = {
		{{.used = 1, .arg = {{COND_EQ, 5, 0}}}, {ACT_ERRNO, EPERM}},
		{{.used = 1, .arg = {{COND_GT, 9, 0}}}, {ACT_TRAP, 0}},
	};
	int id = id_of("read");
	struct profile p, back;
	struct err err = {0};

	(void)state;
	profile_init(&p, (struct action){ACT_ERRNO, EPERM}, 1u << ARCH_NATIVE);
	p.sys[id] = (struct sysrules){{ACT_ALLOW, 0}, 2, rules};
	write_text(&out, &p, &runc, &arena);
	assert_int_equal(read_text(&back, &arena, out.data, L, NULL, &err), 0);
	for (uint64_t x = 0; x < 20; x++) {
		uint64_t args[COND_ARGS] = {x};

		assert_true(action_equal(profile_eval(&back, id, args), profile_eval(&p, id, args)));
	}
	assert_null(strstr(out.data, "\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}"));
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
	{LABEL("\"archMap\":[{}]"), "architecture is missing"},
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
		cmocka_unit_test(test_answers),	  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_head),	  cmocka_unit_test(test_written),
		cmocka_unit_test(test_cache_key), cmocka_unit_test(test_stub_names),
		cmocka_unit_test(test_runsc),	  cmocka_unit_test(test_complement),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
