/* Annotations, hooks and environment that would make a runtime ignore or
 * replace the filter: refused. Their neighbours, which engines do write: passed. */
#include "decide/doors.h"
#include "tmpdir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A folder of the kubelet's. */
#define EMPTY_DIR "/var/lib/kubelet/pods/6f7a/volumes/kubernetes.io~empty-dir/"

static const struct {
	enum runtime_kind kind;
	const char *annotation;
	bool refused;
	const char *value;
} annotations[] = {
	{RUNTIME_CRUN, "run.oci.seccomp_bpf_data", true, "x"},
	{RUNTIME_CRUN, "run.oci.seccomp.receiver", true, "x"},
	{RUNTIME_CRUN, "run.oci.seccomp.plugins", true, "x"},
	{RUNTIME_CRUN, "run.oci.seccomp_new_in_2027", true, "x"},
	{RUNTIME_CRUN, "run.oci.handler", true, "x"},
	{RUNTIME_CRUN, "module.wasm.image/variant", true, "x"},
	{RUNTIME_CRUN, "run.oci.unheard-of", true, "x"},
	{RUNTIME_CRUN, "run.oci.seccomp_fail_unknown_syscall", false, "x"},
	{RUNTIME_CRUN, "run.oci.keep_original_groups", false, "x"},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", false, "x"},
	{RUNTIME_CRUN, "run.oci.timens_offset", false, "boottime 1 0"},
	/* What root would be made to write, connect to, mount or join. */
	{RUNTIME_CRUN, "run.oci.hooks.stdout", true, "/etc/runclamp/whitelists/x"},
	{RUNTIME_CRUN, "run.oci.hooks.stderr", true, "/dev/null"},
	{RUNTIME_CRUN, "run.oci.pidfd_receiver", true, "/run/x.sock"},
	{RUNTIME_CRUN, "run.oci.systemd.force_cgroup_v1", true, "/sys/fs/cgroup"},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", false, ""},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", false, "container"},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", true, "../other.scope"},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", true, ".."},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", true, "."},
	{RUNTIME_CRUN, "run.oci.systemd.subgroup", true, "a/b"},
	{RUNTIME_CRUN, "run.oci.delegate-cgroup", false, "init..scope"},
	{RUNTIME_CRUN, "run.oci.delegate-cgroup", true, "/"},
	{RUNTIME_CRUN, "run.oci.mount_context_type", false, "rootcontext"},
	{RUNTIME_CRUN, "run.oci.mount_context_type", true, "lowerdir=/,context"},
	{RUNTIME_CRUN, "run.oci.mount_context_type", true, ""},
	{RUNTIME_CRUN, "io.kubernetes.cri.container-type", false, "x"},
	{RUNTIME_CRUN, "org.criu.config", true, "/tmp/criu.conf"},
	{RUNTIME_RUNC, "org.criu.config", true, "/tmp/criu.conf"},
	{RUNTIME_YOUKI, "org.criu.config", false, "x"},
	/* Podman 5 writes these on every container. */
	{RUNTIME_CRUN, "org.systemd.property.KillSignal", false, "x"},
	{RUNTIME_RUNC, "org.systemd.property.TimeoutStopUSec", false, "x"},
	/* CRI-O's. */
	{RUNTIME_CRUN, "org.systemd.property.CollectMode", false, "x"},
	{RUNTIME_RUNC, "org.systemd.property.DefaultDependencies", false, "x"},
	{RUNTIME_RUNC, "org.systemd.property.After", false, "x"},
	{RUNTIME_CRUN, "org.systemd.property.OnFailure", true, "x"},
	{RUNTIME_RUNC, "org.systemd.property.Conflicts", true, "x"},
	{RUNTIME_RUNC, "org.systemd.property.PIDs", true, "x"},
	{RUNTIME_RUNC, "org.systemd.property.AfterAll", true, "x"},
	{RUNTIME_RUNSC, "org.systemd.property.PIDs", false, "x"},
	{RUNTIME_CRUN, "dev.gvisor.flag.oci-seccomp", false, "x"},
	{RUNTIME_YOUKI, "run.oci.handler", true, "x"},
	{RUNTIME_RUNC, "run.oci.seccomp_bpf_data", false, "x"},
	{RUNTIME_RUNC, "bundle", false, "x"},
	{RUNTIME_RUNSC, "run.oci.handler", false, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.flag.oci-seccomp", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.flag.debug", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.bundle.oci-seccomp", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.internal.seccomp.web", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.internal.unheard-of", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.internal.nvproxy", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.internal.tpuproxy", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.type", false, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.share", false, "pod"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.options", false, "rw,rprivate"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", false, EMPTY_DIR "data"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", false, EMPTY_DIR "..data"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, "/etc/runclamp"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, "/"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, "etc"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, "../../etc"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, ""},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, EMPTY_DIR "../../../x"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, EMPTY_DIR ".."},
	{RUNTIME_RUNSC, "dev.gvisor.spec.mount.data.source", true, EMPTY_DIR "./data"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.rootfs.source", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.spec.unheard-of", true, "x"},
	/* What gVisor's containerd shim writes is in test_cri. */
	{RUNTIME_RUNSC, "dev.gvisor.spec.cgroup-parent", true, "/kubepods/podx"},
	{RUNTIME_RUNSC, "dev.gvisor.tar.rootfs.upper", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.tar.rootfs.upper.web", true, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.container-name-remap.1", true, "b=a"},
	{RUNTIME_RUNSC, "dev.gvisor.empty-dir.x", false, "x"},
	{RUNTIME_RUNSC, "dev.gvisor.new", true, "x"},
	{RUNTIME_RUNSC, "org.example.note", false, "x"},
	/* No CRI engine made the container: test_cri has the rest. */
	{RUNTIME_RUNSC, "io.kubernetes.cri.container-type", true, "container"},
	{RUNTIME_RUNSC, "io.kubernetes.cri.container-name", true, "web"},
	{RUNTIME_RUNSC, "io.kubernetes.cri-o.ContainerType", true, "container"},
	{RUNTIME_RUNC, "io.kubernetes.cri.container-type", false, "container"},
};

static const struct config defaults = {0};

static bool find(const char *config, enum runtime_kind kind, const struct config *c, struct backdoor_hit *ret)
{
	struct arena arena = {0};
	struct bundle b;
	struct err err = {0};
	const struct cri cri = {0};
	bool hit;

	if (bundle_parse(&b, &arena, config, strlen(config), &err) < 0)
		fail_msg("%s: %s", config, err.msg);
	hit = backdoor_find(&b, kind, &cri, c, ret);
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

		(void)snprintf(config, sizeof(config), "{\"annotations\":{\"a\":\"b\",\"%s\":\"%s\"}}",
			       annotations[i].annotation, annotations[i].value);
		if (find(config, annotations[i].kind, &defaults, &hit) != annotations[i].refused)
			fail_msg("%s = %s on %s", annotations[i].annotation, annotations[i].value,
				 runtime_name(annotations[i].kind));
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
		const struct config c = {.startcontainer_hooks = hooks[i].allowed_by_config};
		struct backdoor_hit hit;

		if (find(hooks[i].config, RUNTIME_RUNC, &c, &hit) != hooks[i].refused)
			fail_msg("%s", hooks[i].config);
	}
}

#define LISTENER(path)                                                                                       \
	"{\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":" path "}}}"

/* "%" is the folder of the test: root's, but for `open` and `sticky`, where others may write. */
static const struct {
	const char *config;
	const char *listed;
	bool refused;
} listeners[] = {
	{LISTENER("\"%/agent/s\""), NULL, true},
	{LISTENER("null"), NULL, false},
	{LISTENER("\"%/agent/s\""), "%/agent/s", false},
	{LISTENER("\"%/agent/s\""), "%/agent", false},
	{LISTENER("\"%/agent/s2\""), "%/agent/s", true},
	{LISTENER("\"%/agent\""), "%/agent/s", true},
	{LISTENER("\"%/agents/s\""), "%/agent", true},
	{LISTENER("\"%/agent/../s\""), "%/agent", true},
	{LISTENER("\"%/agent/./s\""), "%/agent", true},
	{LISTENER("\"agent/s\""), "%/agent", true},
	{LISTENER("\"%/open/s\""), "%/open", true},
	{LISTENER("\"%/sticky/s\""), "%/sticky/s", true},
	{LISTENER("\"%/sticky/in/s\""), "%/sticky/in", false},
	{LISTENER("\"%/missing/s\""), "%/missing", true},
	{LISTENER("\"%/link/s\""), "%/link", false},
	{LISTENER("\"%/badlink/s\""), "%/badlink", true},
};

static void put_folder(char *out, size_t size, const char *text)
{
	const char *at = strchr(text, '%');

	if (at)
		(void)snprintf(out, size, "%.*s%s%s", (int)(at - text), text, tmpdir, at + 1);
	else
		(void)snprintf(out, size, "%s", text);
}

static void make_listeners(void)
{
	assert_int_equal(mkdir(tmpdir_path("agent"), 0755), 0);
	assert_int_equal(mkdir(tmpdir_path("open"), 0755), 0);
	assert_int_equal(chmod(tmpdir_path("open"), 0777), 0);
	assert_int_equal(mkdir(tmpdir_path("sticky"), 0755), 0);
	assert_int_equal(mkdir(tmpdir_path("sticky/in"), 0755), 0);
	assert_int_equal(chmod(tmpdir_path("sticky"), 01777), 0);
	assert_int_equal(symlink("agent", tmpdir_path("link")), 0);
	assert_int_equal(symlink("open", tmpdir_path("badlink")), 0);
}

static void test_listener(void **state)
{
	assert_int_equal(tmpdir_make(state), 0);
	make_listeners();
	for (size_t i = 0; i < ARRAY_LEN(listeners); i++) {
		char config[512], listed[512];
		const char *const list[] = {"/nowhere", listed, NULL};
		const struct config c = {.seccomp_listeners = listeners[i].listed ? list : NULL};
		struct backdoor_hit hit;

		put_folder(config, sizeof(config), listeners[i].config);
		put_folder(listed, sizeof(listed), listeners[i].listed ? listeners[i].listed : "");
		for (int kind = 0; kind < RUNTIME_KIND_COUNT; kind++)
			/* runsc knows no NOTIFY, and connects nowhere. */
			if (find(config, (enum runtime_kind)kind, &c, &hit) !=
			    (listeners[i].refused && kind != RUNTIME_RUNSC))
				fail_msg("%s with %s", config, listed);
	}
	assert_int_equal(tmpdir_remove(state), 0);
}

/* An empty string is none to runc; crun fails on it; runsc connects nowhere. */
static void test_empty_listener(void **state)
{
	static const struct {
		enum runtime_kind kind;
		bool refused;
	} rows[] = {
		{RUNTIME_RUNC, false}, {RUNTIME_CRUN, true}, {RUNTIME_YOUKI, true}, {RUNTIME_RUNSC, false}};
	struct backdoor_hit hit;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (find(LISTENER("\"\""), rows[i].kind, &defaults, &hit) != rows[i].refused)
			fail_msg("%s", runtime_name(rows[i].kind));
}

static void test_environment(void **state)
{
	struct backdoor_hit hit;

	(void)state;
	assert_int_equal(setenv("RUN_OCI_SECCOMP_RECEIVER", "/run/x", 1), 0);
	assert_true(find("{}", RUNTIME_CRUN, &defaults, &hit));
	assert_false(find("{}", RUNTIME_RUNC, &defaults, &hit));
	assert_int_equal(unsetenv("RUN_OCI_SECCOMP_RECEIVER"), 0);
	assert_false(find("{}", RUNTIME_CRUN, &defaults, &hit));
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
		{RUNTIME_RUNSC, "dev.gvisor.new.", true},
		{RUNTIME_RUNSC, "dev.new.", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (backdoor_knows(rows[i].kind, rows[i].listed) != rows[i].known)
			fail_msg("%s", rows[i].listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_annotations), cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_listener),    cmocka_unit_test(test_empty_listener),
		cmocka_unit_test(test_environment), cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests_name("backdoor", tests, NULL, NULL);
}
