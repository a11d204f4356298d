/* Declarations that are malformed, unknown or hostile: each is refused, and the
 * sentence says where and what. */
#include "needs_fixture.h"

#define S "io.runclamp.syscalls"
#define CAPS "io.runclamp.capabilities"
#define CLOSURE "io.runclamp.closure"
#define SIGN "io.runclamp.signature"
#define PROFILE "io.containers.seccomp.profile"
#define CRI "io.kubernetes.cri.container-name"
#define M(more) "{\"version\":1,\"syscalls\":[]," more "}"
#define CALLS(list) "{\"version\":1,\"syscalls\":[" list "]}"
#define EGRESS(e) M("\"network\":{\"egress\":[" e "]}")
#define HEX31 "0123456789abcdef0123456789abcde"

static const struct {
	const char *pairs[2 * FIXTURE_PAIRS + 1];
	const char *words[3]; /* all in the sentence */
} cases[] = {
	/* Keys. */
	{{"io.runclamp.syscall", "read"},
	 {"io.runclamp.syscall\"", "did you mean \"io.runclamp.syscalls\"?"}},
	{{"io.runclamp.Syscalls", "read"}, {"did you mean \"io.runclamp.syscalls\"?"}},
	{{"io.runclamp.capability", "x"}, {"did you mean \"io.runclamp.capabilities\"?"}},
	{{"io.runclamp.signatures", "AAAA"}, {"did you mean \"io.runclamp.signature\"?"}},
	{{"io.runclamp.", "x"}, {"unknown annotation \"io.runclamp.\""}},
	{{"io.runclamp.network.policy.egress.rules.of.mine", "x"}, {"runclamp knows io.runclamp.syscalls"}},
	{{"io.runclamp.\n\x1b[31m", "x"}, {"io.runclamp.\\x0a\\x1b[31m"}},
	{{"io.runclamp.syscals/web", "read", CRI, "db"}, {"unknown annotation \"io.runclamp.syscals/web\""}},
	{{S "/", "read"}, {"no container name"}},
	{{S "/a/b", "read"}, {"no container name"}},
	{{S "/web app", "read", CRI, "db"}, {"no container name"}},
	{{S "/\xe2\x80\xaex", "read"}, {"no container name"}},
	{{PROFILE "/", "{}"}, {"no container name"}},

	/* Lists of system calls. */
	{{S, "opennat"}, {"annotation io.runclamp.syscalls", "\"opennat\"", "did you mean \"openat\"?"}},
	{{S, "READ"}, {"\"READ\"", "did you mean \"read\"?"}},
	{{S, "Sys_Read"}, {"\"Sys_Read\""}},
	{{S, "read;write"}, {"unknown system call \"read;write\""}},
	{{S, "read\vwrite"}, {"read\\x0bwrite"}},
	{{S, "read\xc2\xa0write"}, {"unknown system call"}},
	{{S, "0"}, {"unknown system call \"0\""}},
	{{S, "*"}, {"unknown system call \"*\""}},
	{{S, "-read"}, {"unknown system call \"-read\"", "did you mean \"read\"?"}},
	{{S, "read,,write"}, {"a name is missing before a comma"}},
	{{S, ",read"}, {"a name is missing before a comma"}},
	{{S, "read, "}, {"behind the last comma"}},
	{{S, ","}, {"a name is missing"}},
	{{S, "\x1b]0;title\x07"}, {"\\x1b]0;title\\x07"}},
	{{S, "[\"read\""}, {"annotation io.runclamp.syscalls", "line 1"}},
	{{S, "[\"read\",]"}, {"annotation io.runclamp.syscalls"}},
	{{S, "[\"read\"] write"}, {"annotation io.runclamp.syscalls"}},
	{{S, "[read]"}, {"annotation io.runclamp.syscalls"}},
	{{S, "['read']"}, {"annotation io.runclamp.syscalls"}},
	{{S, "[1]"}, {"must be a string"}},
	{{S, "[null]"}, {"must be a string"}},
	{{S, "[\"\"]"}, {"unknown system call \"\""}},
	{{S, "[\"read write\"]"}, {"unknown system call \"read write\""}},
	{{S, "[[\"read\"]]"}, {"must be a string"}},
	{{S, "[{\"name\":\"read\"}]"}, {"must be a string"}},
	{{S, "{\"read\":1}"}, {"unknown system call"}},
	{{S "/web", "frob", S, "read", CRI, "web"}, {"annotation io.runclamp.syscalls/web"}},

	/* Capabilities. */
	{{CAPS, "NET_BIND"}, {"unknown capability \"NET_BIND\""}},
	{{CAPS, "net_raw"}, {"unknown capability \"net_raw\"", "did you mean \"NET_RAW\"?"}},
	{{CAPS, "cap_net_raw"}, {"did you mean \"NET_RAW\"?"}},
	{{CAPS, "Cap_NET_RAW"}, {"did you mean \"NET_RAW\"?"}},
	{{CAPS, "NET_RAV"}, {"did you mean \"NET_RAW\"?"}},
	{{CAPS, "CAP_CAP_NET_RAW"}, {"unknown capability"}},
	{{CAPS, "CAP_"}, {"unknown capability \"CAP_\""}},
	{{CAPS, "13"}, {"unknown capability \"13\""}},
	{{CAPS, "CAP_13"}, {"unknown capability \"CAP_13\""}},
	{{CAPS, "ALL"}, {"unknown capability \"ALL\""}},
	{{CAPS, "NET_RAW=ep"}, {"unknown capability"}},
	{{CAPS, "[\"NET_RAW\",7]"}, {"must be a string"}},

	/* Signatures: not enforced yet, but of the right form. */
	{{SIGN, ""}, {"must be base64"}},
	{{SIGN, "AAA"}, {"must be base64"}},
	{{SIGN, "AAA=\n"}, {"must be base64"}},
	{{SIGN, "AA-_"}, {"must be base64"}},
	{{SIGN, "A==="}, {"must be base64"}},
	{{SIGN, "===="}, {"must be base64"}},
	{{SIGN, "AAB="}, {"must be base64"}},
	{{SIGN, "AB=="}, {"must be base64"}},
	{{SIGN, "AA==AAAA"}, {"must be base64"}},

	/* The manifest. */
	{{CLOSURE, ""}, {"annotation io.runclamp.closure", "line 1"}},
	{{CLOSURE, "[]"}, {"must be an object"}},
	{{CLOSURE, "{}"}, {"version is missing"}},
	{{CLOSURE, "{\"version\":1}"}, {"syscalls is missing"}},
	{{CLOSURE, "{\"version\":2,\"syscalls\":[]}"}, {"version must be 1"}},
	{{CLOSURE, "{\"version\":\"1\",\"syscalls\":[]}"}, {"version must be"}},
	{{CLOSURE, "{\"version\":1.0,\"syscalls\":[]}"}, {"version must be"}},
	{{CLOSURE, "{\"version\":1,\"version\":1,\"syscalls\":[]}"}, {"twice"}},
	{{CLOSURE, "{\"version\":1,\"syscalls\":null}"}, {"syscalls must be an array"}},
	{{CLOSURE, "{\"version\":1,\"syscalls\":\"read\"}"}, {"syscalls must be an array"}},
	{{CLOSURE, "{\"version\":1,\"Syscalls\":[]}"},
	 {"unknown key \"Syscalls\"", "did you mean \"syscalls\"?"}},
	{{CLOSURE, M("\"comment\":1")}, {"unknown key \"comment\""}},
	{{CLOSURE, M("\"image\":1")}, {"image must be an object"}},
	{{CLOSURE, M("\"image\":{}")}, {"neither a reference nor a digest"}},
	{{CLOSURE, M("\"image\":{\"reference\":\"\"}")}, {"image.reference must have 1 to"}},
	{{CLOSURE, M("\"image\":{\"reference\":\"a b\"}")}, {"must not hold blanks"}},
	{{CLOSURE, M("\"image\":{\"reference\":\"a\\nb\"}")}, {"control characters"}},
	{{CLOSURE, M("\"image\":{\"digest\":\"sha256:12\"}")}, {"image.digest must be"}},
	{{CLOSURE, M("\"image\":{\"digest\":\"sha256:0" HEX31 "0" HEX31 "0\"}")}, {"image.digest must be"}},
	{{CLOSURE, M("\"image\":{\"digest\":\"sha256:F" HEX31 "0" HEX31 "\"}")}, {"image.digest must be"}},
	{{CLOSURE, M("\"image\":{\"digest\":\"sha512:0" HEX31 "0" HEX31 "\"}")}, {"image.digest must be"}},
	{{CLOSURE, M("\"image\":{\"name\":\"x\"}")}, {"unknown key \"name\""}},
	{{CLOSURE, M("\"capabilities\":\"NET_RAW\"")}, {"capabilities must be an array"}},
	{{CLOSURE, M("\"capabilities\":[\"NET_ROW\"]")}, {"did you mean \"NET_RAW\"?"}},
	{{CLOSURE, M("\"network\":[]")}, {"network must be an object"}},
	{{CLOSURE, M("\"network\":\n{}")}, {"egress is missing (line 2, column 1)"}},
	{{CLOSURE, M("\"network\":{\"ingress\":[]}")}, {"unknown key \"ingress\""}},
	{{CLOSURE, CALLS("\"opennat\"")}, {"did you mean \"openat\"?"}},
	{{CLOSURE, CALLS("1")}, {"an entry must be a name or"}},
	{{CLOSURE, CALLS("\n{}")}, {"name is missing (line 2, column 1)"}},
	{{CLOSURE, CALLS("{\"name\":1}")}, {"name must be a string"}},
	{{CLOSURE, CALLS("{\"names\":[\"read\"]}")}, {"unknown key \"names\"", "did you mean \"name\"?"}},
	{{CLOSURE, CALLS("{\"name\":\"read\",\"action\":\"SCMP_ACT_ALLOW\"}")}, {"unknown key \"action\""}},
	{{CLOSURE, CALLS("{\"name\":\"read\",\"args\":null}")}, {"args must be an array"}},
	{{CLOSURE, CALLS("{\"name\":\"read\",\"args\":[\n{}]}")}, {"index is missing (line 2, column 1)"}},
	{{CLOSURE, CALLS("{\"name\":\"read\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"EQ\"}]}")},
	 {"unknown operator \"EQ\""}},
	{{CLOSURE, CALLS("{\"name\":\"read\",\"args\":[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}")},
	 {"index must be a whole number from 0 to 5"}},
	{{CLOSURE, CALLS("{\"name\":\"read\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_GT\"},"
			 "{\"index\":0,\"value\":9,\"op\":\"SCMP_CMP_LT\"}]}")},
	 {"two conditions on one argument"}},

	/* Egress. */
	{{CLOSURE, EGRESS("80")}, {"must be a string"}},
	{{CLOSURE, EGRESS("\"\"")}, {"must have 1 to"}},
	{{CLOSURE, EGRESS("\"10.0.0.1\"")}, {"must be CIDR"}},
	{{CLOSURE, EGRESS("\"example.com/32\"")}, {"no IPv4 or IPv6 address"}},
	{{CLOSURE, EGRESS("\"010.0.0.0/8\"")}, {"no IPv4 or IPv6 address"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/33\"")}, {"no valid prefix length"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/08\"")}, {"no valid prefix length"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/-1\"")}, {"no valid prefix length"}},
	{{CLOSURE, EGRESS("\"10.0.0.1/8\"")}, {"address bits behind its prefix"}},
	{{CLOSURE, EGRESS("\"2001:db8::1/64\"")}, {"address bits behind its prefix"}},
	{{CLOSURE, EGRESS("\"[2001:db8::]/32\"")}, {"no IPv4 or IPv6 address"}},
	{{CLOSURE, EGRESS("\"fe80::%eth0/64\"")}, {"no IPv4 or IPv6 address"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/8:0\"")}, {"no valid port"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/8:65536\"")}, {"no valid port"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/8:90-80\"")}, {"no valid port"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/8:80-\"")}, {"no valid port"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/8:80/sctp\"")}, {"other than /tcp or /udp"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/8:80/TCP\"")}, {"other than /tcp or /udp"}},
	{{CLOSURE, EGRESS("\"10.0.0.0/8/tcp:80\"")}, {"other than /tcp or /udp"}},
	{{CLOSURE, EGRESS("\" 10.0.0.0/8\"")}, {"no IPv4 or IPv6 address"}},

	/* Podman's label. */
	{{PROFILE, ""}, {"annotation io.containers.seccomp.profile"}},
	{{PROFILE, "{}"}, {"defaultAction is missing"}},
	{{PROFILE, "/usr/share/seccomp.json"}, {"annotation io.containers.seccomp.profile"}},
	{{PROFILE, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"frob\"],\"action\":"
		   "\"SCMP_ACT_ALLOW\"}]}"},
	 {"unknown system call \"frob\""}},
	{{PROFILE, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"bpf\"],\"action\":"
		   "\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"new\"}}]}"},
	 {"minKernel must be a kernel's version"}},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		struct needs n, before;

		memset(&n, 0x5a, sizeof(n));
		before = n;
		if (!needs_of(&n, &arena, cases[i].pairs, NULL, &err))
			fail_msg("accepted: %s = %s", cases[i].pairs[0], cases[i].pairs[1]);
		assert_int_equal(err.kind, ERR_NEEDS);
		for (size_t w = 0; w < ARRAY_LEN(cases[i].words) && cases[i].words[w]; w++)
			if (!strstr(err.msg, cases[i].words[w]))
				fail_msg("%s = %s: \"%s\" lacks \"%s\"", cases[i].pairs[0], cases[i].pairs[1],
					 err.msg, cases[i].words[w]);
		for (const char *c = err.msg; *c; c++)
			assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
		assert_memory_equal(&n, &before, sizeof(n));
	}
}

/* Every prefix of a manifest that ends behind a structural byte. */
static void test_truncated(void **state)
{
	static const char whole[] =
		"{\"version\":1,\"image\":{\"reference\":\"a\"},\"syscalls\":[\"read\",{\"name\":\"socket\","
		"\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":2}]}],\"capabilities\":[\"CHOWN\"],"
		"\"network\":{\"egress\":[\"10.0.0.0/8:443/tcp\"]}}";
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	struct needs n;

	(void)state;
	assert_int_equal(needs_from_manifest(&n, &arena, whole, strlen(whole), "m", NULL, NULL, &err), 0);
	for (size_t len = 0; len < strlen(whole); len++) {
		if (len && !strchr("{}[]:,\"", whole[len - 1]))
			continue;
		assert_int_equal(needs_from_manifest(&n, &arena, whole, len, "m", NULL, NULL, &err), -1);
		assert_non_null(strstr(err.msg, "m: line 1"));
	}
}

static char *filled(struct arena *arena, size_t len, char c)
{
	char *s = arena_alloc(arena, len + 1);

	assert_non_null(s);
	memset(s, c, len);
	return s;
}

/* Bounds: a text, a signature, nesting, a list. */
static void test_too_large(void **state)
{
	static const struct {
		const char *key;
		size_t len;
		char fill;
		const char *words;
	} large[] = {
		{S, NEEDS_TEXT_MAX + 1, ' ', "larger than 262144 bytes"},
		{CLOSURE, NEEDS_TEXT_MAX + 1, ' ', "larger than 262144 bytes"},
		{PROFILE, NEEDS_TEXT_MAX + 1, ' ', "larger than 262144 bytes"},
		{SIGN, 16388, 'A', "larger than 16384 bytes"},
		{S, NEEDS_TEXT_MAX, '[', "io.runclamp.syscalls"},
		{CLOSURE, NEEDS_TEXT_MAX, '[', "io.runclamp.closure"},
		{S, NEEDS_TEXT_MAX, 'a', "unknown system call \"aaaaa"},
		{CAPS, NEEDS_TEXT_MAX, 'A', "unknown capability \"AAAAA"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(large); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		const char *pairs[] = {large[i].key, filled(&arena, large[i].len, large[i].fill), NULL};
		struct err err = {0};
		struct needs n;

		assert_int_equal(needs_of(&n, &arena, pairs, NULL, &err), -1);
		if (!strstr(err.msg, large[i].words))
			fail_msg("%zu: \"%s\" lacks \"%s\"", i, err.msg, large[i].words);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
