/* Annotations, hooks and environment that would make a runtime ignore or
 * replace the filter: refused. Their neighbours, which engines do write: passed. */
#include "policy/backdoor.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	enum runtime_kind kind;
	const char *annotation;
	bool refused;
} annotations[] = {
	{RUNTIME_CRUN, "run.oci.seccomp_bpf_data", true},
	{RUNTIME_CRUN, "run.oci.seccomp.receiver", true},
	{RUNTIME_CRUN, "run.oci.seccomp.plugins", true},
	{RUNTIME_CRUN, "run.oci.seccomp_new_in_2027", true},
	{RUNTIME_CRUN, "run.oci.handler", true},
	{RUNTIME_CRUN, "module.wasm.image/variant", true},
	{RUNTIME_CRUN, "run.oci.unheard-of", true},
	{RUNTIME_CRUN, "run.oci.seccomp_fail_unknown_syscall", false},
	{RUNTIME_CRUN, "run.oci.keep_original_groups", false},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", false},
	{RUNTIME_CRUN, "run.oci.pidfd_receiver", false},
	{RUNTIME_CRUN, "io.kubernetes.cri.container-type", false},
	{RUNTIME_CRUN, "org.criu.config", false},
	/* Podman 5 writes these on every container. */
	{RUNTIME_CRUN, "org.systemd.property.KillSignal", false},
	{RUNTIME_RUNC, "org.systemd.property.TimeoutStopUSec", false},
	{RUNTIME_CRUN, "dev.gvisor.flag.oci-seccomp", false},
	{RUNTIME_YOUKI, "run.oci.handler", true},
	{RUNTIME_RUNC, "run.oci.seccomp_bpf_data", false},
	{RUNTIME_RUNC, "bundle", false},
	{RUNTIME_RUNSC, "run.oci.handler", false},
	{RUNTIME_RUNSC, "dev.gvisor.flag.oci-seccomp", true},
	{RUNTIME_RUNSC, "dev.gvisor.flag.debug", true},
	{RUNTIME_RUNSC, "dev.gvisor.bundle.oci-seccomp", true},
	{RUNTIME_RUNSC, "dev.gvisor.internal.seccomp.web", true},
	{RUNTIME_RUNSC, "dev.gvisor.internal.unheard-of", true},
	{RUNTIME_RUNSC, "dev.gvisor.internal.nvproxy", false},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.type", false},
	{RUNTIME_RUNSC, "dev.gvisor.tar.rootfs.upper", false},
	{RUNTIME_RUNSC, "org.example.note", false},
};

static bool find(const char *config, enum runtime_kind kind, bool hooks, struct backdoor_hit *ret)
{
	struct arena arena = {0};
	struct bundle b;
	struct err err = {0};
	bool hit;

	if (bundle_parse(&b, &arena, config, strlen(config), &err) < 0)
		fail_msg("%s: %s", config, err.msg);
	hit = backdoor_find(&b, kind, hooks, ret);
	bundle_close(&b);
	arena_free(&arena);
	return hit;
}

static void test_annotations(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(annotations); i++) {
		struct backdoor_hit hit = {0};
		char config[256];

		(void)snprintf(config, sizeof(config), "{\"annotations\":{\"a\":\"b\",\"%s\":\"x\"}}",
			       annotations[i].annotation);
		if (find(config, annotations[i].kind, false, &hit) != annotations[i].refused)
			fail_msg("%s on %s", annotations[i].annotation, runtime_name(annotations[i].kind));
		if (annotations[i].refused)
			assert_non_null(hit.sentence);
	}
}

static const struct {
	const char *config;
	bool allowed_by_config, refused;
} hooks[] = {
	{"{\"hooks\":{\"startContainer\":[{\"path\":\"/bin/x\"}]}}", false, true},
	{"{\"hooks\":{\"startContainer\":[{\"path\":\"/bin/x\"}]}}", true, false},
	{"{\"hooks\":{\"startContainer\":[]}}", false, false},
	{"{\"hooks\":{\"startContainer\":null}}", false, false},
	{"{\"hooks\":{\"createRuntime\":[{\"path\":\"/bin/x\"}]}}", false, false},
	{"{\"hooks\":null}", false, false},
};

static void test_hooks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		struct backdoor_hit hit;

		if (find(hooks[i].config, RUNTIME_RUNC, hooks[i].allowed_by_config, &hit) != hooks[i].refused)
			fail_msg("%s", hooks[i].config);
	}
}

static void test_environment(void **state)
{
	struct backdoor_hit hit;

	(void)state;
	assert_int_equal(setenv("RUN_OCI_SECCOMP_RECEIVER", "/run/x", 1), 0);
	assert_true(find("{}", RUNTIME_CRUN, false, &hit));
	assert_false(find("{}", RUNTIME_RUNC, false, &hit));
	assert_int_equal(unsetenv("RUN_OCI_SECCOMP_RECEIVER"), 0);
	assert_false(find("{}", RUNTIME_CRUN, false, &hit));
}

/* As `features` of crun 1.28, runc 1.2 and runsc 20260905 list them. */
static void test_known(void **state)
{
	static const struct {
		enum runtime_kind kind;
		const char *listed;
		bool known;
	} rows[] = {
		{RUNTIME_CRUN, "run.oci.", true},
		{RUNTIME_CRUN, "krun.", true},
		{RUNTIME_CRUN, "org.criu.", true},
		{RUNTIME_CRUN, "module.wasm.image/variant", true},
		{RUNTIME_CRUN, "io.kubernetes.cri.container-type", true},
		{RUNTIME_CRUN, "org.new.door.", false},
		{RUNTIME_RUNC, "bundle", true},
		{RUNTIME_RUNC, "org.systemd.property.", true},
		{RUNTIME_RUNC, "org.criu.config", true},
		{RUNTIME_RUNC, "run.oci.", false},
		{RUNTIME_RUNSC, "dev.gvisor.internal.", true},
		{RUNTIME_RUNSC, "dev.gvisor.flag.*", true},
		{RUNTIME_RUNSC, "dev.gvisor.new.", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (backdoor_knows(rows[i].kind, rows[i].listed) != rows[i].known)
			fail_msg("%s", rows[i].listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_annotations),
		cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests_name("backdoor", tests, NULL, NULL);
}
