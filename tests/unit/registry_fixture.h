/* Records of the registry, in a /run of the test's own (ownrun.h). */
#ifndef RUNCLAMP_TESTS_REGISTRY_FIXTURE_H
#define RUNCLAMP_TESTS_REGISTRY_FIXTURE_H

#include "base/file.h"
#include "ownrun.h"
#include "run/regfile.h"
#include "run/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

static const char *const no_args[] = {NULL};

static inline struct registration registration(enum runtime_kind runtime, const char *path,
					       const char *const *args)
{
	return (struct registration){.handler = "runclamp", .runtime = runtime, .path = path, .args = args};
}

static inline int try_put(const struct registry_key *key, const struct registration *r, struct err *err)
{
	CLEANUP_ARENA struct arena arena = {0};

	return registry_put(key, r, &arena, err);
}

static inline void put(const struct registry_key *key, const struct registration *r)
{
	struct err err = {0};

	if (try_put(key, r, &err) < 0)
		fail_msg("%s", err.msg);
}

/* The path that is on record, or NULL. */
static inline const char *get(const struct registry_key *key)
{
	static struct arena arena;
	struct registration r;
	struct err err = {0};
	bool found;

	if (registry_get(&r, &found, &arena, key, &err) < 0)
		fail_msg("%s", err.msg);
	return found ? r.path : NULL;
}

static inline void record_path(char *dst, size_t cap, const char *folder, const struct registry_key *key)
{
	char name[REGFILE_NAME];
	struct err err;

	assert_int_equal(regfile_name(name, key, &err), 0);
	(void)snprintf(dst, cap, "/run/runclamp/%s%s", folder, name);
}

/* With the folders above it. */
static inline void make_path(const char *path)
{
	char copy[128];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		assert_true(mkdir(copy, 0755) == 0 || errno == EEXIST);
		*p = '/';
	}
	assert_int_equal(mkdir(copy, 0755), 0);
}

#endif
