/* What libseccomp makes of two calls' conditions, held against what they say: wherever its program allows
 * more, the model must have said that it may (model/profile_shared.c). The rules are generated; the judge is
 * the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/profile.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CALLS = 5, RULES = 3, PROGRAM = 1024 };
static const uint64_t first[] = {1, 2, 3, 5, 7, 9, 11, 255}, second[] = {7, 1, UINT64_C(0x80000000)};
static const char *const names[CALLS] = {"ioctl", "clone", "kill", "personality", "fcntl"};

static uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % n;
}

/* Alternatives with a value of argument 0 each, some with one of argument 1. */
static size_t make_rules(uint64_t *seed, struct rule rules[static RULES])
{
	size_t n = 1 + below(seed, RULES);

	for (size_t i = 0; i < n; i++) {
		rules[i] = (struct rule){.when = {.used = 1}, .act = {ACT_ALLOW, 0}};
		/* Each its own part of the values: none twice. */
		rules[i].when.arg[0] =
			(struct cond){.op = COND_EQ, .value = first[i * 3 + below(seed, i < 2 ? 3 : 2)]};
		if (below(seed, 2)) {
			rules[i].when.used = 3;
			rules[i].when.arg[1] = (struct cond){.op = COND_EQ, .value = second[below(seed, 3)]};
		}
	}
	return n;
}

static void add_rules(scmp_filter_ctx ctx, const char *name, const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct scmp_arg_cmp cmp[2];
		unsigned k = 0;

		for (unsigned a = 0; a < 2; a++)
			if (rules[i].when.used & 1u << a)
				cmp[k++] = SCMP_CMP(a, SCMP_CMP_EQ, rules[i].when.arg[a].value);
		assert_int_equal(seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW,
							seccomp_syscall_resolve_name(name), k, cmp),
				 0);
	}
}

static size_t export_program(scmp_filter_ctx ctx, struct sock_filter program[static PROGRAM])
{
	CLEANUP_FD int fd = memfd_create("program", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
	ssize_t len = pread(fd, program, PROGRAM * sizeof(*program), 0);
	assert_true(len > 0 && (size_t)len < PROGRAM * sizeof(*program));
	return (size_t)len / sizeof(*program);
}

/* Only what libseccomp writes for equal values. */
static uint32_t answer(const struct sock_filter *program, size_t n, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < n; pc++) {
		const struct sock_filter *f = &program[pc];

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + f->k, sizeof(a));
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JA:
			pc += f->k;
			break;
		case BPF_RET | BPF_K:
			return f->k;
		default:
			fail_msg("no such instruction here: %x", f->code);
		}
	}
	return 0;
}

/* Whether the program allows arguments that the rules do not. */
static bool is_wider(const struct sock_filter *program, size_t len, const char *name,
		     const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		for (size_t k = 0; k < ARRAY_LEN(first) + 1; k++) {
			uint64_t args[COND_ARGS] = {first[i], k < ARRAY_LEN(first) ? first[k] : second[2]};
			struct seccomp_data data = {.nr = seccomp_syscall_resolve_name(name),
						    .arch = SCMP_ARCH_X86_64};
			bool said = false;

			memcpy(data.args, args, sizeof(data.args));
			for (size_t r = 0; r < n; r++)
				said |= conj_holds(&rules[r].when, args);
			if (!said && answer(program, len, &data) == SECCOMP_RET_ALLOW)
				return true;
		}
	return false;
}

struct seen {
	unsigned wider, told;
};

static void one_filter(uint64_t seed, struct seen *seen)
{
	static struct sock_filter program[PROGRAM];
	CLEANUP_ARENA struct arena arena = {0};
	struct rule rules[CALLS][RULES];
	size_t n[CALLS], len;
	struct profile *p = arena_alloc(&arena, sizeof(*p));
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(1));
	struct err err = {0};
	bool wider = false;
	int call, other;

	assert_true(p && ctx);
	profile_init(p, (struct action){ACT_ERRNO, EPERM}, 1u << ARCH_X86_64);
	for (size_t i = 0; i < CALLS; i++) {
		n[i] = make_rules(&seed, rules[i]);
		add_rules(ctx, names[i], rules[i], n[i]);
		assert_int_equal(profile_set_rules(p, &arena, sys_lookup(names[i], strlen(names[i])),
						   rules[i], n[i], RULES_LIBSECCOMP, &err),
				 0);
	}
	/* As a closure has them: not the engine's own words. */
	memset(&p->as_written, 0, sizeof(p->as_written));
	len = export_program(ctx, program);
	for (size_t i = 0; i < CALLS; i++)
		wider |= is_wider(program, len, names[i], rules[i], n[i]);
	bool told = profile_shares_blocks(p, &call, &other);
	seen->wider += wider;
	seen->told += told;
	if (wider)
		assert_true(told);
	seccomp_release(ctx);
}

static void test_generated(void **state)
{
	(void)state;
	struct seen seen = {0};

	for (uint64_t seed = 1; seed <= 3000; seed++)
		one_filter(seed * UINT64_C(2654435761), &seen);
	/* With a libseccomp that shares no such block this shape needs no refusal any more. */
	assert_true(seen.wider > 0);
	assert_true(seen.told < 3000);
	print_message("# wider: %u, told: %u of 3000\n", seen.wider, seen.told);
}

/* Both calls as the engine wrote them: without runclamp the program is the same. */
static void test_engines_own(void **state)
{
	(void)state;
	CLEANUP_ARENA struct arena arena = {0};
	struct profile *p = arena_alloc(&arena, sizeof(*p));
	struct err err = {0};
	int call, other;
	struct rule a[3] = {
		{.when = {.used = 1, .arg = {{COND_EQ, 2, 0}}}, .act = {ACT_ALLOW, 0}},
		{.when = {.used = 3, .arg = {{COND_EQ, 5, 0}, {COND_EQ, 9, 0}}}, .act = {ACT_ALLOW, 0}},
		{.when = {.used = 1, .arg = {{COND_EQ, 11, 0}}}, .act = {ACT_ALLOW, 0}}};
	struct rule b[2] = {a[0], {.when = {.used = 1, .arg = {{COND_EQ, 5, 0}}}, .act = {ACT_ALLOW, 0}}};

	profile_init(p, (struct action){ACT_ERRNO, EPERM}, 1u << ARCH_X86_64);
	assert_int_equal(profile_set_rules(p, &arena, sys_lookup("ioctl", 5), a, 3, RULES_LIBSECCOMP, &err),
			 0);
	assert_int_equal(profile_set_rules(p, &arena, sys_lookup("clone", 5), b, 2, RULES_LIBSECCOMP, &err),
			 0);
	bool own = profile_written(p, sys_lookup("ioctl", 5)) && profile_written(p, sys_lookup("clone", 5));
	assert_int_equal(profile_shares_blocks(p, &call, &other), !own);
	memset(&p->as_written, 0, sizeof(p->as_written));
	assert_true(profile_shares_blocks(p, &call, &other));
	assert_string_equal(sys_name(call), "ioctl");
	assert_string_equal(sys_name(other), "clone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_engines_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
