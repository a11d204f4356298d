/* Which engine made a bundle, by where it lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image/image.h"

static void test_place(void **state)
{
	static const struct {
		const char *path;
		enum engine_kind kind;
		const char *id, *space, *root, *driver;
	} cases[] = {
		{"/run/containerd/io.containerd.runtime.v2.task/moby/abc", ENGINE_DOCKER, "abc", "moby", NULL,
		 NULL},
		{"/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/abc", ENGINE_DOCKER, "abc",
		 "moby", NULL, NULL},
		/* Docker 28 with userns-remap. */
		{"/run/containerd/io.containerd.runtime.v2.task/moby-100000.100000/abc", ENGINE_DOCKER, "abc",
		 "moby-100000.100000", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby-100000/abc", ENGINE_CONTAINERD, "abc",
		 "moby-100000", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby-1.1x/abc", ENGINE_CONTAINERD, "abc",
		 "moby-1.1x", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby1.1/abc", ENGINE_CONTAINERD, "abc",
		 "moby1.1", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v1.linux/moby/abc", ENGINE_DOCKER, "abc", "moby",
		 NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc", ENGINE_CONTAINERD, "abc",
		 "k8s.io", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/plugins.moby/abc", ENGINE_CONTAINERD, "abc",
		 "plugins.moby", NULL, NULL},
		{"/x/io.containerd.runtime.v2.task/y/io.containerd.runtime.v2.task/default/c",
		 ENGINE_CONTAINERD, "c", "default", NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/run/containerd/io.containerd.runtime.v2.task/moby/abc/x", ENGINE_NONE, NULL, NULL, NULL,
		 NULL},
		{"/run/containerd/io.containerd.runtime.v2.task//abc", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/var/lib/containers/storage/overlay-containers/abc/userdata", ENGINE_STORAGE, "abc", NULL,
		 "/var/lib/containers/storage", "overlay"},
		{"/home/u/.local/share/containers/storage/vfs-containers/abc/userdata", ENGINE_STORAGE, "abc",
		 NULL, "/home/u/.local/share/containers/storage", "vfs"},
		{"/overlay-containers/abc/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/s/-containers/abc/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/s/overlay-containers/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/s/overlay-containers/abc/userdata/x", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/userdata", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/", ENGINE_NONE, NULL, NULL, NULL, NULL},
		{"/var/tmp/buildah123", ENGINE_NONE, NULL, NULL, NULL, NULL},
	};
	static const struct engine_config config = {.docker_namespace = "moby"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct engine_place p;
		struct err err = {0};

		assert_int_equal(engine_place(&p, &arena, cases[i].path, &config, &err), 0);
		if (p.kind != cases[i].kind)
			fail_msg("%s: kind %d", cases[i].path, (int)p.kind);
		if (cases[i].id)
			assert_string_equal(p.id, cases[i].id);
		if (cases[i].space)
			assert_string_equal(p.space, cases[i].space);
		if (cases[i].root)
			assert_string_equal(p.root, cases[i].root);
		if (cases[i].driver)
			assert_string_equal(p.driver, cases[i].driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_place)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
