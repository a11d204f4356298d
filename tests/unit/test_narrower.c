/* Only narrower: what the written section allows, every side allows, each read
 * from its own text; and deciding again changes nothing. Over random bundles,
 * needs and ceilings. The seed is printed; another one may be given. */
#include "decision_fixture.h"
#include "oci/splice.h"
#include <inttypes.h>
#include <stdio.h>

enum { ENTRIES = 6, ROUNDS = 1500, VECTORS = 24 };

static uint64_t seed = 20261107;

static unsigned dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

/* Calls that somebody treats apart: the floors', the ENOSYS table's, those above
 * libseccomp's table, those that a sentry spells its own way or lacks. */
static const char *const calls[] = {"read",   "write",	 "execve", "exit_group", "socket",	"clone",
				    "clone3", "openat2", "statx",  "mount",	 "personality", "pselect6",
				    "mseal",  "ptrace",	 "futex",  "bpf",	 "ioctl"};
static const uint64_t values[] = {0,
				  1,
				  2,
				  3,
				  10,
				  17,
				  0x10000000,
				  0x7e020000,
				  0xffffffff,
				  UINT64_C(1) << 32,
				  (UINT64_C(1) << 32) + 2,
				  UINT64_MAX - 1,
				  UINT64_MAX};
static const char *const ops[] = {"NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"};
static const char *const actions[] = {"ALLOW", "ALLOW", "ALLOW", "ERRNO", "LOG", "TRACE", "TRAP", "KILL"};

#define PERMISSIVE ",\"level\":\"permissive\""
#define PICK(table) (table)[dice(ARRAY_LEN(table))]

static void put_args(struct buf *out, unsigned n)
{
	unsigned index = dice(2);

	if (n == 0)
		return;
	buf_puts(out, ",\"args\":[");
	for (unsigned i = 0; i < n; i++)
		buf_printf(out,
			   "%s{\"index\":%u,\"value\":%" PRIu64 ",\"valueTwo\":%" PRIu64
			   ",\"op\":\"SCMP_CMP_%s\"}",
			   i ? "," : "", index + i, PICK(values), PICK(values), PICK(ops));
	buf_putc(out, ']');
}

static void put_list(struct buf *out)
{
	unsigned n = 3 + dice(3 * ENTRIES);

	buf_puts(out, "[\"execve\",\"exit_group\"");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, ",{\"name\":\"%s\"", PICK(calls));
		put_args(out, dice(2) * dice(3));
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void put_section(struct buf *out)
{
	unsigned n = dice(3 * ENTRIES);

	buf_printf(out, "{\"defaultAction\":\"SCMP_ACT_%s\"", PICK(actions));
	if (dice(2))
		buf_puts(out, ",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]");
	if (dice(3) == 0)
		buf_puts(out, ",\"defaultErrnoRet\":38");
	buf_puts(out, ",\"syscalls\":[");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, "%s{\"names\":[\"%s\",\"%s\"],\"action\":\"SCMP_ACT_%s\"", i ? "," : "",
			   PICK(calls), PICK(calls), PICK(actions));
		put_args(out, dice(2) * dice(3));
		buf_putc(out, '}');
	}
	buf_puts(out, "]}");
}

/* One round's texts, and what each says for itself. */
struct round {
	struct arena arena;
	struct buf engine, needs, ceiling, annotation;
	bool has_engine, has_needs;
	struct profile engine_side;
	struct needs needs_side;
	struct ceiling ceiling_side;
	struct floor floor;
	struct setup in;
};

static void make_texts(struct round *r)
{
	static const char *const modes[] = {"", PERMISSIVE, PERMISSIVE, PERMISSIVE,
					    PERMISSIVE ",\"on_missing\":\"deny\""};

	r->has_engine = dice(5) > 0;
	r->has_needs = dice(5) > 0;
	put_section(&r->engine);
	buf_puts(&r->needs, "{\"version\":1,\"syscalls\":");
	put_list(&r->needs);
	buf_putc(&r->needs, '}');
	buf_puts(&r->annotation, "\"io.runclamp.closure\":");
	buf_jstr(&r->annotation, r->needs.data, r->needs.len);
	buf_puts(&r->ceiling, "{\"version\":1,\"name\":\"t\",\"about\":\"a\",\"source\":\"s\"");
	for (int i = 0; i < 2; i++) {
		buf_printf(
			&r->ceiling,
			",\"%s\":{\"floor\":[\"futex\",\"clone\",\"close\",\"fstatfs\",\"getdents64\","
			"\"openat\",\"write\",\"accept4\",\"recvfrom\",\"sendmsg\",\"statx\"],\"syscalls\":",
			i ? "arm64" : "amd64");
		put_list(&r->ceiling);
		buf_puts(&r->ceiling, "}");
	}
	buf_puts(&r->ceiling, "}");
	assert_false(r->engine.failed || r->annotation.failed || r->ceiling.failed);
	tmpdir_write("random", r->ceiling.data, r->ceiling.len, 0644);
	r->in = (struct setup){
		.kind = (enum runtime_kind)dice(RUNTIME_KIND_COUNT),
		.version = 0,
		.ceiling = "@random",
		.handler = PICK(modes),
		.annotations = r->has_needs ? r->annotation.data : NULL,
		.seccomp = r->has_engine ? r->engine.data : NULL,
	};
	if (r->in.kind == RUNTIME_RUNSC && !ownrun)
		r->in.kind = RUNTIME_CRUN;
}

/* False: one of them is refused, for the work that its conditions would be. */
static bool read_sides(struct round *r)
{
	struct jdoc doc;
	struct err err = {0};
	enum rule_order order = r->in.kind == RUNTIME_RUNSC ? RULES_FIRST_MATCH : RULES_LIBSECCOMP;

	if (jdoc_parse(&doc, &r->arena, r->engine.data, r->engine.len, &limits, ERR_BUNDLE, &err) ||
	    profile_read(&r->engine_side, &r->arena, &doc, 0, order, NULL, &err))
		return false;
	if (needs_from_manifest(&r->needs_side, &r->arena, r->needs.data, r->needs.len, "n", NULL, NULL,
				&err) ||
	    ceiling_parse(&r->ceiling_side, &r->arena, r->ceiling.data, r->ceiling.len, "c", false, &err))
		return false;
	floor_lookup(&r->floor, r->in.kind, usual_version(r->in.kind), true);
	for (unsigned i = 0; i < r->floor.nfallbacks; i++)
		floor_fall_back(&r->floor, &r->floor.fallback[i]);
	if (r->has_needs)
		floor_imply(&r->floor, &r->needs_side.named);
	return true;
}

static bool allows(const struct profile *p, int id, const uint64_t args[static COND_ARGS])
{
	return profile_eval(p, id, args).kind <= ACT_LOG;
}

/* What runsc passes on is the sentry's ENOSYS. */
static bool is_passed_on(const struct decider *x, int id)
{
	return x->d.sentry && sysset_has(&x->d.sentry->unimplemented, id);
}

static const char *side_that_denies(const struct round *r, const struct decider *x, int id,
				    const uint64_t args[static COND_ARGS])
{
	bool floor = allows(&r->floor.need, id, args) || allows(&r->floor.margin, id, args);

	if (is_passed_on(x, id))
		return NULL;
	if (r->has_engine && !allows(&r->engine_side, id, args))
		return "engine";
	if (r->has_needs && !floor && !allows(&r->needs_side.allow, id, args))
		return "needs";
	if (!allows(&r->ceiling_side.allow, id, args) && !(floor && allows(&r->ceiling_side.floor, id, args)))
		return "ceiling";
	return NULL;
}

/* fail_msg cuts what is long. */
static void show(const struct round *r, const struct decider *x)
{
	(void)fprintf(stderr, "%s\n%s\nengine %s\nneeds %s\nceiling %s\n", runtime_name(r->in.kind),
		      x->d.section.data, or_nothing(r->in.seccomp), or_nothing(r->in.annotations),
		      r->ceiling.data);
}

static void check_vectors(const struct round *r, const struct decider *x, const struct profile *back)
{
	for (int id = 0; id < sys_count(); id++) {
		for (unsigned v = 0; v < VECTORS; v++) {
			const uint64_t args[COND_ARGS] = {PICK(values), PICK(values) + dice(2), PICK(values)};
			const char *who = side_that_denies(r, x, id, args);

			if (allows(back, id, args) && who) {
				show(r, x);
				fail_msg("%s(%" PRIx64 ", %" PRIx64 "): the %s denies it", sys_name(id),
					 args[0], args[1], who);
			}
			/* runsc has no names for some, and a narrower default is no fault there. */
			if (!allows(back, id, args) && !who && r->in.kind != RUNTIME_RUNSC &&
			    sys_number(id, ARCH_NATIVE) >= 0 && x->d.gate == GATE_NONE) {
				show(r, x);
				fail_msg("%s(%" PRIx64 ", %" PRIx64 "): denied for nothing", sys_name(id),
					 args[0], args[1]);
			}
			if (sys_number(id, ARCH_NATIVE) < 0)
				break;
		}
	}
	assert_true(back->def.kind > ACT_LOG);
}

static void decide_again(const struct round *r, const struct decider *x)
{
	static struct decider y;
	CLEANUP_BUF struct buf text = {0};
	struct err err = {0};

	if (splice_apply(&x->bundle, &(struct splice_member){"linux", "seccomp", x->d.section.data}, 1, &text,
			 &err))
		fail_msg("%s", err.msg);
	if (decide_text(&y, &r->in, text.data, text.len) < 0)
		fail_msg("again: %s\n%s", y.err.msg, x->d.section.data);
	if (!y.d.inject || y.d.section.len != x->d.section.len ||
	    memcmp(y.d.section.data, x->d.section.data, y.d.section.len) != 0) {
		show(r, x);
		show(r, &y);
		fail_msg("again: %s", y.d.sentence);
	}
	decider_free(&y);
}

static void round_free(struct round *r)
{
	buf_free(&r->engine);
	buf_free(&r->needs);
	buf_free(&r->ceiling);
	buf_free(&r->annotation);
	arena_free(&r->arena);
}

static void test_only_narrower(void **state)
{
	static struct decider x;
	static struct round r;
	static struct profile back;
	unsigned injected = 0;

	(void)state;
	print_message("# seed %" PRIu64 "\n", seed);
	for (unsigned i = 0; i < ROUNDS; i++) {
		memset(&r, 0, sizeof(r));
		make_texts(&r);
		bool readable = read_sides(&r);
		if (decide_setup(&x, &r.in) == 0 && readable && x.d.inject) {
			injected++;
			read_section(&x, &back);
			check_vectors(&r, &x, &back);
			decide_again(&r, &x);
		}
		decider_free(&x);
		round_free(&r);
	}
	print_message("# %u of %u filters\n", injected, (unsigned)ROUNDS);
	/* Not so many refusals that nothing was tested. */
	assert_true(injected > ROUNDS / 8);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_narrower),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0) | 1;
	return cmocka_run_group_tests_name("narrower", tests, decider_start, tmpdir_remove);
}
