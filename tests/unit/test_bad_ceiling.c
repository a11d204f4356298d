/* Whitelists with mistakes: each is refused with file, line and column. */
#include "site/ceiling.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#if defined(__x86_64__)
#define HERE "amd64"
#define THERE "arm64"
#define NATIVE "SCMP_ARCH_X86_64"
#else
#define HERE "arm64"
#define THERE "amd64"
#define NATIVE "SCMP_ARCH_AARCH64"
#endif
#define FILE_OF(here) "{\"version\":1,\"" HERE "\":{" here "}}"
#define CALLS(list) FILE_OF("\"syscalls\":[" list "]")
#define WITH(more) FILE_OF("\"syscalls\":[\"read\"]," more)

static const struct {
	const char *text;
	const char *words;
} cases[] = {
	{"", "w.json: line 1"},
	{"null", "must be an object"},
	{"[]", "must be an object"},
	{"{", "w.json: line 1"},
	{" {}", "version is missing (line 1, column 2)"},
	{"{\"version\":1}", HERE " is missing: this whitelist says nothing about this machine"},
	{"{\"version\":1,\"" THERE "\":{\"syscalls\":[]}}", HERE " is missing"},
	{"{\"version\":2,\"" HERE "\":{\"syscalls\":[]}}", "version must be 1"},
	{"{\"version\":\"1\",\"" HERE "\":{\"syscalls\":[]}}", "version must be a whole number"},
	{"{\"version\":1e0,\"" HERE "\":{\"syscalls\":[]}}", "version must be a whole number"},
	{"{\"version\":1,\"Version\":1}", "unknown key \"Version\""},
	{"{\"version\":1,\"x86_64\":{}}", "unknown key \"x86_64\""},
	{"{\"version\":1,\"name\":7,\"" HERE "\":{\"syscalls\":[]}}", "name must be a string"},
	{"{\"version\":1,\"about\":[],\"" HERE "\":{\"syscalls\":[]}}", "about must be a string"},
	{"{\"version\":1,\"source\":\"a\\u0007\",\"" HERE "\":{\"syscalls\":[]}}", "control characters"},
	{"{\"version\":1,\"source\":\"\",\"" HERE "\":{\"syscalls\":[]}}", "source must have 1 to"},
	{"{\"version\":1,\"" HERE "\":{\"syscalls\":[]},\"" HERE "\":{\"syscalls\":[]}}", "twice"},
	{"{\"version\":1,\"" HERE "\":{\"syscalls\":[]},\"" THERE "\":[]}", "must be an object"},
	{"{\"version\":1,\"" HERE "\":{\"syscalls\":[]},\"" THERE "\":{\"sycalls\":[]}}",
	 "did you mean \"syscalls\"?"},
	{"{\"version\":1,\"" HERE "\":[]}", HERE " must be an object"},
	{"{\"version\":1,\"" HERE "\":null}", HERE " must be an object"},
	{FILE_OF(""), "syscalls is missing (line 1, column 22)"},
	{FILE_OF("\"partial\":[\"read\"]"), "syscalls is missing"},
	{FILE_OF("\"syscalls\":null"), "must be an array"},
	{FILE_OF("\"syscalls\":{}"), "must be an array"},
	{FILE_OF("\"syscalls\":\"read\""), "must be an array"},
	{FILE_OF("\"sycalls\":[]"), "unknown key \"sycalls\""},
	{FILE_OF("\"syscalls\":[],\"syscalls\":[]"), "twice"},
	{CALLS("\"opennat\""), "w.json: unknown system call \"opennat\"; did you mean \"openat\"?"},
	{CALLS("\"\""), "unknown system call \"\""},
	{CALLS("\"Read\""), "did you mean \"read\"?"},
	{CALLS("\"pselect\""), "unknown system call \"pselect\""},
	{CALLS("1"), "an entry must be a name or"},
	{CALLS("null"), "an entry must be a name or"},
	{CALLS("[\"read\"]"), "an entry must be a name or"},
	{CALLS("\n{}"), "name is missing (line 2, column 1)"},
	{CALLS("{\"name\":\"read\",\"arg\":[]}"), "unknown key \"arg\""},
	{CALLS("{\"name\":\"read\",\"args\":{}}"), "args must be an array"},
	{CALLS("{\"name\":\"read\",\"args\":[{\"index\":0,\"value\":-1,\"op\":\"SCMP_CMP_EQ\"}]}"),
	 "value must be a whole number"},
	{CALLS("{\"name\":\"read\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"},{\"index\":0,"
	       "\"value\":2,\"op\":\"SCMP_CMP_EQ\"}]}"),
	 "two conditions on one argument"},
	{CALLS("\"read\",]"), "w.json: line 1"},
	{CALLS("\"read\"") "x", "w.json: line 1"},
	{WITH("\"partial\":{}"), "must be an array"},
	{WITH("\"partial\":[\"frob\"]"), "unknown system call \"frob\""},
	{WITH("\"floor\":\"execve\""), "must be an array"},
	{WITH("\"floor\":[\"exeve\"]"), "did you mean \"execve\"?"},
	{WITH("\"unimplemented\":{}"), "unimplemented must be an array"},
	{WITH("\"unimplemented\":[\"frob\"]"), "unknown system call \"frob\""},
	{WITH("\"unimplemented\":[{\"name\":\"bpf\"}]"), "must be a string"},
	{WITH("\"unimplemented\":[\"read\"]"), "\"read\" is both allowed and unimplemented"},
	{WITH("\"architectures\":\"" NATIVE "\""), "architectures must be an array"},
	{WITH("\"architectures\":[\"x86_64\"]"), "unknown architecture \"x86_64\""},
	{WITH("\"architectures\":[]"), "architectures must hold " NATIVE},
	{WITH("\"architectures\":[\"SCMP_ARCH_S390X\"]"), "architectures must hold " NATIVE},
	{WITH("\"spelling\":[]"), "spelling must be an object"},
	{WITH("\"spelling\":{\"frob\":\"x\"}"), "unknown system call \"frob\""},
	{WITH("\"spelling\":{\"read\":1}"), "must be a string"},
	{WITH("\"spelling\":{\"read\":\"\"}"), "must have 1 to"},
	{WITH("\"spelling\":{\"read\":\"a\\\",\\\"b\"}"), "a spelling must be a name"},
	{WITH("\"spelling\":{\"read\":\"a\",\"read\":\"b\"}"), "spelling has \"read\" twice"},
	{WITH("\"unsupported\":[]"), "unknown key \"unsupported\""},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		static struct ceiling c, before;

		memset(&c, 0x5a, sizeof(c));
		before = c;
		if (!ceiling_parse(&c, &arena, cases[i].text, strlen(cases[i].text), "w.json", false, &err))
			fail_msg("accepted: %s", cases[i].text);
		if (!strstr(err.msg, cases[i].words) || strncmp(err.msg, "w.json: ", 8) != 0 ||
		    err.kind != ERR_CONFIG)
			fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].text, err.msg, cases[i].words);
		assert_memory_equal(&c, &before, sizeof(c));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
