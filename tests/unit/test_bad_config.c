/* Configurations that are refused, each with the words that its sentence must have. */
#include "site/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define H(own) "{\"handlers\":{\"h\":{" own "}}}"

static const struct {
	const char *text;
	const char *words[3]; /* all of them */
} rows[] = {
	/* Not JSON, or not one object. */
	{"", {"FILE", "line 1"}},
	{" ", {"FILE", "line 1"}},
	{"{", {"FILE", "line 1"}},
	{"[]", {"FILE", "must be an object", "not []"}},
	{"null", {"must be an object", "not null"}},
	{"\"strict\"", {"must be an object"}},
	{"{}{}", {"FILE", "line 1"}},
	{"{} x", {"FILE", "line 1"}},
	{"{\"level\":\"strict\",}", {"FILE", "line 1"}},
	{"{'level':'strict'}", {"FILE", "line 1"}},
	{"// why\n{}", {"FILE", "line 1"}},
	{"{\n\"level\": strict}", {"FILE", "line 2"}},
	{"{\"level\":\"strict\"", {"FILE"}},
	{"\xef\xbb\xbf{}", {"FILE", "line 1"}},
	{"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}", {"FILE"}},
	{"{\"level\":\"str\xffict\"}", {"FILE", "line 1"}},
	{"{\"decision_log\":\"/a\\u0000b\"}", {"FILE", "line 1"}},
	/* Keys. */
	{"{\"levle\":\"strict\"}", {"FILE", "levle", "level"}},
	{"{\"Level\":\"strict\"}", {"Level", "level"}},
	{"{\"policy\":{}}", {"policy"}},
	{"{\"limit\":{}}", {"limit", "limits"}},
	{"{\"level\":\"strict\",\"level\":\"standard\"}", {"level"}},
	{"{\"level\":\"strict\",\"l\\u0065vel\":\"standard\"}", {"level"}},
	{"{\"limits\":{\"syscall\":3}}", {"limits", "syscall", "syscalls"}},
	{"{\"limits\":{\"over\":\"deny\",\"over\":\"warn\"}}", {"limits", "over"}},
	{H("\"runtme\":\"runc\""), {"handlers.h", "runtme", "runtime"}},
	{H("\"sources\":[]"), {"handlers.h", "sources"}},
	{H("\"decision_log\":null"), {"handlers.h", "decision_log"}},
	/* Words. */
	{"{\n  \"level\": \"hard\"\n}",
	 {"FILE: level must be \"strict\", \"standard\" or \"permissive\", not \"hard\"",
	  "line 2, column 12"}},
	{"{\"level\":\"Strict\"}", {"level must be", "not \"Strict\""}},
	{"{\"level\":\"\"}", {"level must be"}},
	{"{\"level\":1}", {"level must be", "not 1"}},
	{"{\"level\":null}", {"level must be", "not null"}},
	{"{\"level\":[\"strict\"]}", {"level must be", "not [\"strict\"]"}},
	{"{\"mode\":\"log\"}", {"mode must be \"enforce\" or \"audit\"", "not \"log\""}},
	{"{\"mode\":false}", {"mode must be"}},
	{"{\"on_missing\":\"allow\"}", {"on_missing must be \"ceiling\" or \"deny\""}},
	{"{\"on_source_error\":\"ignore\"}", {"on_source_error must be \"skip\" or \"refuse\""}},
	{"{\"level\":\"\\u001b[31mred\"}", {"level must be"}},
	/* Limits. */
	{"{\"limits\":35}", {"limits must be an object", "not 35"}},
	{"{\"limits\":null}", {"limits must be an object"}},
	{"{\"limits\":{\"syscalls\":\"35\"}}", {"limits.syscalls must be a whole number from 0 to 1000"}},
	{"{\"limits\":{\"syscalls\":-1}}", {"limits.syscalls", "not -1"}},
	{"{\"limits\":{\"syscalls\":3.5}}", {"limits.syscalls", "not 3.5"}},
	{"{\"limits\":{\"syscalls\":1e2}}", {"limits.syscalls", "not 1e2"}},
	{"{\"limits\":{\"syscalls\":1001}}", {"limits.syscalls", "not 1001"}},
	{"{\"limits\":{\"syscalls\":18446744073709551651}}", {"limits.syscalls"}},
	{"{\"limits\":{\"over\":\"none\"}}", {"limits.over must be \"warn\" or \"deny\""}},
	{H("\"path\":\"/x/runc\",\"limits\":{\"over\":1}"), {"handlers.h", "limits.over must be"}},
	/* Engines. */
	{"{\"engines\":[]}", {"engines", "must be an object"}},
	{"{\"engines\":{\"podman\":{}}}", {"engines: unknown key \"podman\""}},
	{"{\"engines\":{\"docker\":1}}", {"engines.docker", "must be an object"}},
	{"{\"engines\":{\"docker\":{\"dataroot\":\"/d\"}}}",
	 {"engines.docker: unknown key \"dataroot\"", "did you mean \"data_root\"?"}},
	{"{\"engines\":{\"docker\":{\"data_root\":\"d\"}}}", {"engines.docker.data_root must be"}},
	{"{\"engines\":{\"docker\":{\"namespace\":\"\"}}}", {"engines.docker.namespace must be a namespace"}},
	{"{\"engines\":{\"docker\":{\"namespace\":\"a/b\"}}}",
	 {"engines.docker.namespace must be a namespace"}},
	{"{\"engines\":{\"containerd\":{\"address\":\"c.sock\"}}}", {"engines.containerd.address must be"}},
	{"{\"engines\":{\"containerd\":{\"root\":1}}}", {"engines.containerd.root must be"}},
	{"{\"engines\":{\"storage\":{\"root\":null}}}", {"engines.storage.root must be"}},
	/* Lists. */
	{"{\"sources\":\"label\"}", {"sources must be a list"}},
	{"{\"sources\":[\"labels\"]}",
	 {"each of sources must be", "\"annotation\", \"label\" or \"catalogue\""}},
	{"{\"sources\":[\"label\",\"label\"]}", {"each of sources must be named once"}},
	{"{\"sources\":[1]}", {"each of sources", "not 1"}},
	{"{\"aliases\":[\"io.runclamp.syscalls\"]}",
	 {"each of aliases must be \"syscalls\" or \"signature\""}},
	{"{\"aliases\":{}}", {"aliases must be a list"}},
	/* Paths and switches. */
	{"{\"decision_log\":\"log\"}", {"decision_log must be an absolute path", "not \"log\""}},
	{"{\"decision_log\":\"\"}", {"decision_log must be an absolute path"}},
	{"{\"decision_log\":\"/var/log/\"}",
	 {"decision_log must be an absolute path without a slash at its end"}},
	{"{\"decision_log\":false}", {"decision_log must be an absolute path"}},
	{"{\"decision_log_required\":\"yes\"}", {"decision_log_required must be true or false"}},
	{"{\"decision_log\":null,\"decision_log_required\":true}",
	 {"decision_log_required must be false while decision_log is null"}},
	{"{\"startcontainer_hooks\":1}", {"startcontainer_hooks must be true or false"}},
	{"{\"seccomp_listeners\":\"/run/s\"}", {"seccomp_listeners must be a list of absolute paths"}},
	{"{\"seccomp_listeners\":[\"/run/s\",\"s\"]}",
	 {"each of seccomp_listeners must be an absolute path"}},
	{"{\"seccomp_listeners\":[\"/run/\"]}", {"each of seccomp_listeners must be an absolute path"}},
	{"{\"max_bundle_bytes\":4095}", {"max_bundle_bytes must be a whole number from 4096"}},
	{"{\"max_bundle_bytes\":33554433}", {"max_bundle_bytes", "to 33554432"}},
	/* Ceilings. */
	{"{\"ceiling\":\"\"}", {"ceiling must be a whitelist's name"}},
	{"{\"ceiling\":\":full\"}", {"ceiling must be a whitelist's name"}},
	{"{\"ceiling\":\"a/b\"}", {"ceiling must be a whitelist's name"}},
	{"{\"ceiling\":\"../x\"}", {"ceiling must be a whitelist's name"}},
	{"{\"ceiling\":\"..\"}", {"ceiling must be a whitelist's name"}},
	{"{\"ceiling\":\"x:half\"}", {"ceiling must be a whitelist's name"}},
	{"{\"ceiling\":\"/etc/\"}", {"ceiling must be an absolute path"}},
	{"{\"ceiling\":[]}", {"ceiling must be"}},
	{H("\"path\":\"/x/runc\",\"ceiling\":\"runtime\""),
	 {"handlers.h", "ceiling must be a whitelist", "only runsc"}},
	{H("\"path\":\"/x/crun\",\"ceiling\":\"runtime:full\""), {"handlers.h", "only runsc"}},
	{"{\"ceiling\":\"runtime\",\"handlers\":{\"h\":{\"path\":\"/x/runc\"}}}",
	 {"handlers.h", "only runsc"}},
	{"{\"ceiling\":\"runtime\"}", {"only runsc"}},
	/* Handlers. */
	{"{\"handlers\":{}}", {"handlers must be an object of 1 to 64 handlers"}},
	{"{\"handlers\":[]}", {"handlers must be an object of 1 to 64 handlers"}},
	{"{\"handlers\":null}", {"handlers must be an object"}},
	{"{\"handlers\":{\"\":{\"path\":\"/x/runc\"}}}", {"a handler's name must be made of letters"}},
	{"{\"handlers\":{\"a/b\":{\"path\":\"/x/runc\"}}}", {"a handler's name", "a/b"}},
	{"{\"handlers\":{\"a b\":{\"path\":\"/x/runc\"}}}", {"a handler's name"}},
	{"{\"handlers\":{\"-a\":{\"path\":\"/x/runc\"}}}", {"a handler's name"}},
	{"{\"handlers\":{\"h\":{\"path\":\"/x/runc\"},\"\\u0068\":{\"path\":\"/x/crun\"}}}",
	 {"a handler's name must be written once"}},
	{"{\"handlers\":{\"h\":\"/usr/sbin/runc\"}}", {"handlers.h", "must be an object"}},
	{"{\"handlers\":{\"h\":[]}}", {"handlers.h", "must be an object"}},
	{H("\"runtime\":\"docker\""),
	 {"handlers.h: runtime must be \"runc\", \"crun\", \"runsc\" or \"youki\""}},
	{H("\"runtime\":\"RUNC\""), {"runtime must be"}},
	{H("\"path\":\"runc\""), {"handlers.h: path must be an absolute path"}},
	{H("\"path\":\"/\""), {"path must be an absolute path"}},
	{H("\"path\":\"/usr/bin/\""), {"path must be an absolute path"}},
	{H("\"path\":null"), {"path must be an absolute path"}},
	{H("\"path\":\"/opt/wrapper\""), {"handlers.h", "given a \"runtime\""}},
	{H("\"path\":\"/x/runc\",\"inner\":\"runc\""), {"inner must be an absolute path"}},
	{H("\"path\":\"/x/runc\",\"args\":\"--debug\""), {"args must be a list of at most 64 strings"}},
	{H("\"path\":\"/x/runc\",\"args\":[\"--debug\",1]"), {"each of args must be a string", "not 1"}},
	{H("\"path\":\"/x/runc\",\"args\":[null]"), {"each of args must be a string"}},
	{H("\"path\":\"/x/runc\",\"level\":\"none\""), {"handlers.h: level must be"}},
	{H("\"path\":\"/x/runc\",\"mode\":1"), {"handlers.h: mode must be"}},
	{H("\"path\":\"/x/runc\",\"path\":\"/x/crun\""), {"handlers.h", "path"}},
};

static void each_is_refused_with_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct config c = {.nhandlers = 4711};
		struct err err = {0};

		if (config_parse(&c, &arena, rows[i].text, strlen(rows[i].text), "FILE", &err) == 0)
			fail_msg("accepted: %s", rows[i].text);
		assert_int_equal(c.nhandlers, 4711);
		assert_int_equal(err.kind, ERR_CONFIG);
		for (size_t w = 0; w < ARRAY_LEN(rows[i].words) && rows[i].words[w]; w++)
			if (!strstr(err.msg, rows[i].words[w]))
				fail_msg("%s: \"%s\" is not in: %s", rows[i].text, rows[i].words[w], err.msg);
		for (const char *p = err.msg; *p; p++)
			assert_true((unsigned char)*p >= 0x20);
	}
}

/* Cut at any byte it is no configuration. */
static void each_truncation_is_refused(void **state)
{
	static const char text[] =
		"{\"level\":\"strict\",\"limits\":{\"syscalls\":35,\"over\":\"warn\"},\"sources\":[\"label\"]"
		","
		"\"decision_log\":null,\"handlers\":{\"h\":{\"path\":\"/x/runc\",\"args\":[\"--debug\"]}}}";
	CLEANUP_ARENA struct arena arena = {0};
	struct config c;
	struct err err;
	(void)state;
	assert_int_equal(config_parse(&c, &arena, text, sizeof(text) - 1, "FILE", &err), 0);
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_int_equal(config_parse(&c, &arena, text, len, "FILE", &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused_with_its_words),
		cmocka_unit_test(each_truncation_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
