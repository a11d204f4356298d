/* Every two profiles that engines wrote into the captured bundles meet, within what a
 * section may hold, and with few rules for each call. */
#include "oci/bundle.h"
#include "profile_fixture.h"
#include <glob.h>

enum { PROFILES_MAX = 160, RULES_FOR_ONE_CALL = 100 };

static struct {
	const char *bundle;
	struct profile p;
} real[PROFILES_MAX];
static size_t nreal;
static struct arena all;

static bool same(const struct profile *p, const struct profile *q)
{
	if (!action_equal(p->def, q->def) || p->archs != q->archs)
		return false;
	for (int id = 0; id < sys_count(); id++) {
		const struct sysrules x = profile_call(p, id), y = profile_call(q, id);
		if (x.nrules != y.nrules || !action_equal(x.other, y.other))
			return false;
		for (uint32_t i = 0; i < x.nrules; i++)
			if (conj_compare(&x.rules[i].when, &y.rules[i].when) ||
			    !action_equal(x.rules[i].act, y.rules[i].act))
				return false;
	}
	return true;
}

static int read_all(void **state)
{
	glob_t found;
	struct err err = {0};

	(void)state;
	assert_int_equal(glob("tests/golden/bundles/*", GLOB_ONLYDIR, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct bundle b;
		if (bundle_open(&b, &all, found.gl_pathv[i], BUNDLE_MAX_DEFAULT, &err))
			fail_msg("%s", err.msg);
		assert_true(nreal < PROFILES_MAX);
		struct profile *p = &real[nreal].p;
		bool none = !b.seccomp;
		if (!none && profile_read(p, &all, &b.doc, b.seccomp, RULES_LIBSECCOMP, NULL, &err))
			fail_msg("%s: %s", found.gl_pathv[i], err.msg);
		bundle_close(&b);
		size_t k = none ? nreal + 1 : 0;
		while (k < nreal && !same(&real[k].p, p))
			k++;
		if (k == nreal)
			real[nreal++].bundle =
				arena_strndup(&all, found.gl_pathv[i] + 21, strlen(found.gl_pathv[i] + 21));
	}
	globfree(&found);
	assert_true(nreal > 10);
	return 0;
}

static int free_all(void **state)
{
	(void)state;
	arena_free(&all);
	return 0;
}

static void every_pair(void **state)
{
	struct err err = {0};
	static struct profile met, again;

	(void)state;
	for (size_t i = 0; i < nreal; i++)
		for (size_t j = 0; j < nreal; j++) {
			CLEANUP_ARENA struct arena arena = {0};
			if (profile_meet(&met, &arena, &real[i].p, &real[j].p, &err))
				fail_msg("%s with %s: %s", real[i].bundle, real[j].bundle, err.msg);
			struct profile_size size = profile_measure(&met);
			assert_in_range(size.instructions, 1, PROFILE_MAX_INSTRUCTIONS);
			assert_in_range(size.conditions, 0, PROFILE_MAX_CONDITIONS);
			for (int id = 0; id < sys_count(); id++)
				if (profile_call(&met, id).nrules > RULES_FOR_ONE_CALL)
					fail_msg("%s with %s: %u rules for %s", real[i].bundle,
						 real[j].bundle, profile_call(&met, id).nrules, sys_name(id));
			assert_int_equal(profile_meet(&again, &arena, &met, &real[j].p, &err), 0);
			assert_true(same(&met, &again));
		}
}

/* Podman's default without CAP_AUDIT_WRITE lets audit's netlink family through in no
 * socket, Docker's lets AF_ALG and AF_VSOCK through in none. */
static void audit_and_vsock(void **state)
{
	static const char podman[] = HEAD NAMES("socket") ",\"args\":[" ARG(0, 16, "NE") "]}," NAMES(
		"socket") ",\"args\":[" ARG(2, 9, "NE") "]}]}";
	static const char docker[] =
		HEAD NAMES("socket") ",\"args\":[" ARG(0, 38, "LT") "]}," NAMES("socket") ",\"args\":[" ARG(
			0, 39, "EQ") "]}," NAMES("socket") ",\"args\":[" ARG(0, 40, "GT") "]}]}";
	CLEANUP_ARENA struct arena arena = {0};
	static struct profile a, b, met;
	struct err err = {0};
	int id = id_of("socket");

	(void)state;
	assert_int_equal(read_text(&a, &arena, podman, RULES_LIBSECCOMP, NULL, &err), 0);
	assert_int_equal(read_text(&b, &arena, docker, RULES_LIBSECCOMP, NULL, &err), 0);
	assert_int_equal(profile_meet(&met, &arena, &a, &b, &err), 0);
	assert_in_range(profile_call(&met, id).nrules, 4, 12);
	for (uint64_t family = 0; family < 64; family++)
		for (uint64_t protocol = 0; protocol < 12; protocol++) {
			const uint64_t args[COND_ARGS] = {family, 3, protocol};
			bool want = family != 38 && family != 40 && !(family == 16 && protocol == 9);
			assert_int_equal(profile_eval(&met, id, args).kind, want ? ACT_ALLOW : ACT_ERRNO);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_pair, read_all, free_all),
		cmocka_unit_test(audit_and_vsock),
	};
	return cmocka_run_group_tests_name("real profiles", tests, NULL, NULL);
}
