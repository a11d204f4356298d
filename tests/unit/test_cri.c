/* What a CRI engine's annotations say against what its own record says: which of
 * them is not borne out. */
#include "decide/doors.h"
#include "image/cri.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TYPE "io.kubernetes.cri.container-type"
#define SANDBOX "io.kubernetes.cri.sandbox-id"
#define NAME "io.kubernetes.cri.container-name"
#define O_TYPE "io.kubernetes.cri-o.ContainerType"
#define O_SANDBOX "io.kubernetes.cri-o.SandboxID"
#define O_NAME "io.kubernetes.cri-o.ContainerName"

static const struct config defaults = {0};
static const struct cri nobody = {0};
static const struct cri web = {.engine = CRI_CONTAINERD, .sandbox_id = "P", .name = "web"};
static const struct cri pod = {.engine = CRI_CONTAINERD, .sandbox = true, .sandbox_id = "P"};
static const struct cri o_web = {
	.engine = CRI_CRIO, .sandbox_id = "P", .name = "web", .full_name = "k8s_web_pod_ns_uid_0"};
static const struct cri no_name = {.engine = CRI_CONTAINERD, .sandbox_id = "P", .name = "__no_name_0"};

static const struct {
	const struct cri *record;
	const char *pairs[8];
	const char *wrong; /* NULL: all of them are borne out */
} rows[] = {
	/* As containerd and CRI-O write them. */
	{&web, {TYPE, "container", SANDBOX, "P", NAME, "web"}, NULL},
	{&pod, {TYPE, "sandbox", SANDBOX, "P"}, NULL},
	{&o_web, {O_TYPE, "container", O_SANDBOX, "P", O_NAME, "k8s_web_pod_ns_uid_0"}, NULL},
	{&web, {"a", "b"}, NULL},
	/* Not what the record says. */
	{&web, {TYPE, "container", SANDBOX, "Q", NAME, "web"}, SANDBOX},
	{&web, {TYPE, "sandbox", SANDBOX, "P", NAME, "web"}, TYPE},
	{&web, {TYPE, "container", SANDBOX, "P", NAME, "db"}, NAME},
	{&pod, {TYPE, "sandbox", SANDBOX, "P", NAME, "web"}, NAME},
	{&pod, {TYPE, "container", SANDBOX, "P"}, TYPE},
	{&o_web, {O_TYPE, "container", O_SANDBOX, "P", O_NAME, "web"}, O_NAME},
	/* The other engine's annotations are whose who could add them. */
	{&web, {TYPE, "container", SANDBOX, "P", NAME, "web", O_TYPE, "container"}, O_TYPE},
	{&web, {O_SANDBOX, "P"}, O_SANDBOX},
	{&o_web, {O_TYPE, "container", SANDBOX, "P"}, SANDBOX},
	{&o_web, {O_TYPE, "container", O_SANDBOX, "P", NAME, "web"}, NAME},
	/* No CRI engine made it: nothing joins another's sandbox. Podman 5 writes the SandboxID alone. */
	{&nobody, {TYPE, "container", SANDBOX, "Q"}, TYPE},
	{&nobody, {TYPE, ""}, TYPE},
	{&nobody, {SANDBOX, "Q"}, SANDBOX},
	{&nobody, {NAME, "web"}, NAME},
	{&nobody, {O_TYPE, "container", O_SANDBOX, "Q"}, O_TYPE},
	{&nobody, {TYPE, "sandbox", O_TYPE, "container"}, O_TYPE},
	{&nobody, {O_NAME, "web"}, O_NAME},
	{&nobody, {O_SANDBOX, "Q"}, NULL},
	{&nobody, {TYPE, "sandbox"}, NULL},
	{&nobody, {O_TYPE, "sandbox", O_SANDBOX, "Q"}, NULL},
	{&nobody, {"io.kubernetes.cri-o.TTY", "false"}, NULL},
};

static void parse(struct bundle *b, struct arena *arena, char *text, size_t cap, const char *const pairs[8])
{
	struct err err = {0};
	size_t at = (size_t)snprintf(text, cap, "{\"annotations\":{");

	for (size_t i = 0; i < 8 && pairs[i]; i += 2)
		at += (size_t)snprintf(text + at, cap - at, "%s\"%s\":\"%s\"", i ? "," : "", pairs[i],
				       pairs[i + 1]);
	(void)snprintf(text + at, cap - at,
		       "},\"linux\":{\"cgroupsPath\":\"/kubepods/besteffort/pod6f7a/P\"}}");
	if (bundle_parse(b, arena, text, strlen(text), &err) < 0)
		fail_msg("%s: %s", text, err.msg);
}

static void test_disagrees(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct backdoor_hit hit;
		struct bundle b;
		char text[1024];

		parse(&b, &arena, text, sizeof(text), rows[i].pairs);
		const struct annotation *a = cri_disagrees(rows[i].record, &b);
		if (rows[i].wrong ? !a || strcmp(a->key, rows[i].wrong) != 0 : a != NULL)
			fail_msg("row %zu: %s: %s", i, text, a ? a->key : "nothing");
		/* A door of runsc alone. */
		assert_int_equal(backdoor_find(&b, RUNTIME_RUNSC, rows[i].record, &defaults, &hit),
				 a != NULL);
		for (int kind = 0; kind < RUNTIME_KIND_COUNT; kind++)
			if (kind != RUNTIME_RUNSC)
				assert_false(backdoor_find(&b, (enum runtime_kind)kind, rows[i].record,
							   &defaults, &hit));
		bundle_close(&b);
	}
}

/* runsc's own name for a container without one. */
static void test_no_name(void **state)
{
	static const char *const pairs[8] = {TYPE, "container", SANDBOX, "P", NAME, "__no_name_0"};
	CLEANUP_ARENA struct arena arena = {0};
	struct backdoor_hit hit;
	struct bundle b;
	char text[1024];

	(void)state;
	parse(&b, &arena, text, sizeof(text), pairs);
	assert_true(backdoor_find(&b, RUNTIME_RUNSC, &no_name, &defaults, &hit));
	assert_string_equal(hit.kind, "container's name");
	assert_false(backdoor_find(&b, RUNTIME_RUNC, &no_name, &defaults, &hit));
	bundle_close(&b);
}

/* gVisor's containerd shim puts a pod's sandbox into the pod's control group. */
static void test_cgroup_parent(void **state)
{
	static const struct {
		const struct cri *record;
		const char *value;
		bool refused;
	} groups[] = {
		{&pod, "/kubepods/besteffort/pod6f7a", false},
		{&web, "/kubepods/besteffort/pod6f7a", true},
		{&nobody, "/kubepods/besteffort/pod6f7a", true},
		{&pod, "/kubepods/besteffort/pod6f7b", true},
		{&pod, "/kubepods/besteffort/pod6f7", true},
		{&pod, "/kubepods/besteffort", true},
		{&pod, "/kubepods/besteffort/pod6f7a/", true},
		{&pod, "/kubepods/besteffort/./pod6f7a", true},
		{&pod, "/kubepods/besteffort/pod6f7a/../pod6f7b", true},
		{&pod, "kubepods/besteffort/pod6f7a", true},
		{&pod, "/kubepods/besteffort/pod6f7a/P", true},
		{&pod, "/system.slice/podman.service", true},
		{&pod, "", true},
		{&pod, "/", true},
		{&pod, "/docker/other", true},
		{&pod, "/a/../podx", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		const char *const pairs[8] = {"dev.gvisor.spec.cgroup-parent", groups[i].value};
		CLEANUP_ARENA struct arena arena = {0};
		struct backdoor_hit hit;
		struct bundle b;
		char text[1024];

		parse(&b, &arena, text, sizeof(text), pairs);
		if (backdoor_find(&b, RUNTIME_RUNSC, groups[i].record, &defaults, &hit) != groups[i].refused)
			fail_msg("%s", groups[i].value);
		bundle_close(&b);
	}
}

static const struct {
	const char *pairs[8];
	bool claimed;
	enum cri_engine engine;
	bool sandbox;
	const char *sandbox_id, *name;
} claims[] = {
	{{"a", "b", "io.kubernetes.cri-o.Created", "x", "io.kubernetes.cri.image-name", "y"},
	 false,
	 CRI_NONE,
	 false,
	 NULL,
	 NULL},
	{{TYPE, "container", SANDBOX, "P", NAME, "web"}, true, CRI_CONTAINERD, false, "P", "web"},
	{{TYPE, "sandbox", SANDBOX, "P"}, true, CRI_CONTAINERD, true, "P", NULL},
	{{NAME, "web"}, true, CRI_CONTAINERD, false, NULL, "web"},
	{{SANDBOX, "P"}, true, CRI_NONE, false, NULL, NULL},
	{{O_TYPE, "sandbox", O_SANDBOX, "P", O_NAME, "k8s_POD_x"}, true, CRI_CRIO, true, "P", "k8s_POD_x"},
	/* What the pod calls it stands in the kubelet's annotation. */
	{{O_NAME, "k8s_web_x", "io.kubernetes.container.name", "web"}, true, CRI_CRIO, false, NULL, "web"},
};

static void same(const char *a, const char *b)
{
	if (b)
		assert_string_equal(a, b);
	else
		assert_null(a);
}

static void test_claims(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct bundle b;
		char text[1024];
		struct cri cri;

		parse(&b, &arena, text, sizeof(text), claims[i].pairs);
		assert_int_equal(cri_claimed(&b), claims[i].claimed);
		cri_from_annotations(&cri, &b);
		assert_int_equal(cri.engine, claims[i].engine);
		assert_int_equal(cri.sandbox, claims[i].sandbox);
		same(cri.sandbox_id, claims[i].sandbox_id);
		same(cri.name, claims[i].name);
		bundle_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disagrees),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_cgroup_parent),
		cmocka_unit_test(test_claims),
	};

	return cmocka_run_group_tests_name("cri", tests, NULL, NULL);
}
