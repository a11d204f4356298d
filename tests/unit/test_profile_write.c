/* linux.seccomp as we write it: minimal, stable, and for one runtime. */
#include "profile_fixture.h"

#define L RULES_LIBSECCOMP
#define F RULES_FIRST_MATCH

static const struct emit_style runc = {.errno_ret = true, .archs = ARCHSET_ALL};
static const struct emit_style crun = {.errno_ret = true, .archs = ARCHSET_ALL, .cache_key = true};

#define NATIVE "\"architectures\":[\"SCMP_ARCH_X86_64\"]"
/* The entries come first: no engine writes them so. */
#define WROTE "{\"syscalls\":["
#define END "],\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1," NATIVE "}"
#define END_ALLOW "],\"defaultAction\":\"SCMP_ACT_ALLOW\"," NATIVE

/* What comes out for what went in. */
static const struct {
	const struct emit_style *style;
	const char *in;
	const char *out;
} written[] = {
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}", WROTE END_ALLOW "}"},
	/* Sorted, grouped, without what the default says anyway. */
	{&runc,
	 HEAD NAMES("write\",\"read") "}," NAMES(
		 "close") "},{\"names\":[\"open\"],\"action\":\"SCMP_ACT_ERRNO\"},"
			  "{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}",
	 WROTE "{\"names\":[\"close\",\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	       "{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}" END},
	{&runc, HEAD "{\"names\":[\"nonsense\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", WROTE END},
	/* Equal rules of several names share an entry; conditional ones come last. */
	{&runc,
	 HEAD NAMES("socket") ",\"args\":[" ARG(0, 2, "EQ") "]}," NAMES("socketpair") ",\"args\":[" ARG(
		 0, 2, "EQ") "]"
			     "}," NAMES("read") "}]}",
	 WROTE "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	       "{\"names\":[\"socket\",\"socketpair\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" ARG(
		       0, 2, "EQ") "]}" END},
	{&runc, HEAD NAMES("clone") ",\"args\":[" MASK(0, 2114060288, 0) "]}]}",
	 WROTE
	 "{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" MASK(0, 2114060288, 0) "]}" END},
	{&runc, HEAD NAMES("read") ",\"args\":[" ARG(1, 18446744073709551615, "NE") "]}]}",
	 WROTE "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" ARG(1, 18446744073709551615,
										    "NE") "]}" END},
	/* [] is not the same as absent. */
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[]}", WROTE END_ALLOW ",\"flags\":[]}"},
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]}",
	 WROTE END_ALLOW ",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]}"},
	/* The listener stays without a NOTIFY, too: crun dials it in any case. */
	{&runc, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/s\"}",
	 WROTE END_ALLOW ",\"listenerPath\":\"/s\"}"},
	{&runc,
	 "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/"
	 "\\\"s\",\"syscalls\":[{\"names\":[\"bpf\"],"
	 "\"action\":\"SCMP_ACT_NOTIFY\"}]}",
	 WROTE "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_NOTIFY\"}" END_ALLOW
	       ",\"listenerPath\":\"/\\\"s\"}"},
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
		assert_true(profile_wrote(out.data, out.len));
		assert_false(profile_wrote(written[i].in, strlen(written[i].in)));
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
			assert_true(profile_call(&back, id).nrules == 0 &&
				    action_equal(back.other[id], p.other[id]));
		write_text(&again, &back, &crun, &arena);
		assert_string_equal(again.data, out.data);
	}
}

/* runc counts the number of a rule that it skips. */
static void test_stub_names(void **state)
{
	static const struct emit_style style = {
		.errno_ret = true, .archs = ARCHSET_ALL, .stub_names = {"mseal", "statmount"}};
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf out = {0};
	struct profile p;
	struct err err = {0};

	(void)state;
	assert_int_equal(read_text(&p, &arena, HEAD NAMES("read") "}]}", L, NULL, &err), 0);
	write_text(&out, &p, &style, &arena);
	assert_string_equal(out.data,
			    WROTE "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
				  "{\"names\":[\"mseal\",\"statmount\"],\"action\":\"SCMP_ACT_ERRNO\","
				  "\"errnoRet\":1}" END);
}

/* runsc: its own spellings, no errno, KILL, and no entry that is left empty. */
static void test_runsc(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf out = {0};
	const char *spelling[SYS_MAX] = {0};
	const struct emit_style style = {.spelling = spelling, .archs = ARCHSET_ALL, .kill_as_kill = true};
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
								      "\"SCMP_ACT_KILL_THREAD\"},"
								      "{\"names\":[\"mount\"],\"action\":"
								      "\"SCMP_ACT_TRAP\"},"
								      "{\"names\":[\"bpf\"],\"action\":"
								      "\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}",
			  F, NULL, &err),
		0);
	write_text(&out, &p, &style, &arena);
	assert_string_equal(out.data,
			    WROTE "{\"names\":[\"pselect\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
				  "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_KILL\"}"
				  "],\"defaultAction\":\"SCMP_ACT_ERRNO\"," NATIVE "}");
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
	profile_put(&p, id, (struct sysrules){{ACT_ALLOW, 0}, 2, rules});
	write_text(&out, &p, &runc, &arena);
	assert_int_equal(read_text(&back, &arena, out.data, L, NULL, &err), 0);
	for (uint64_t x = 0; x < 20; x++) {
		uint64_t args[COND_ARGS] = {x};

		assert_true(action_equal(profile_eval(&back, id, args), profile_eval(&p, id, args)));
	}
	assert_null(strstr(out.data, "\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),	   cmocka_unit_test(test_cache_key),
		cmocka_unit_test(test_stub_names), cmocka_unit_test(test_runsc),
		cmocka_unit_test(test_complement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
