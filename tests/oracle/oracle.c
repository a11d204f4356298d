/* Whether a meet is what its sides allow, judged by the programs that the real
 * libseccomp makes of each side and of the result. Prints TAP.
 * Usage: oracle [--cases N] [--seed S] [--only KIND]; a failure prints its case's
 * seed, which --seed with --cases 1 and --only repeats. */
#include "decide/lower.h"
#include "oracle/compile.h"
#include "oracle/judge.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { VECTORS = 40, SECONDS_PER_CASE = 20 };

#define X86_64 (1u << ARCH_X86_64)
#define X86_FAMILY (X86_64 | 1u << ARCH_X86 | 1u << ARCH_X32)
#define AARCH64 (1u << ARCH_AARCH64)

struct kind {
	const char *name;
	unsigned sides;
	uint32_t archs;	 /* every side's; with `some` each side has some of them */
	bool wide, some; /* wide: values above 32 bits */
	bool create;	 /* members of socketcall and ipc, met and lowered as a create does */
	unsigned share;	 /* of the cases, in percent */
};
static const struct kind kinds[] = {
	{"pairs on x86_64", 2, X86_64, true, false, false, 30},
	{"triples on x86_64", 3, X86_64, true, false, false, 15},
	{"pairs on x86_64, x86 and x32, values of 32 bits", 2, X86_FAMILY, false, false, false, 15},
	{"pairs on some of x86_64, x86 and x32", 2, X86_FAMILY, true, true, false, 10},
	{"pairs on aarch64 alone", 2, AARCH64, true, false, false, 10},
	{"a create's pairs on socketcall and ipc", 2, X86_FAMILY, false, false, true, 14},
	{"a create's triples on some architectures", 3, X86_FAMILY, true, true, true, 6},
};

enum outcome { PASSED, FAILED, NOT_LOADABLE, REFUSED, OUTCOMES };

/* Generated rules are wilder than any that people write; of those, none is refused
 * (tests/unit/test_real_profiles.c). */
enum { REFUSED_PERCENT = 10, CONFUSED_PERCENT = 3 };
enum { CONFUSED = 0 };
static struct {
	const char *why;
	uint64_t n;
} refusals[] = {
	{"may confuse", 0},	      {"alternatives for one call", 0},
	{"too many that overlap", 0}, {"rules with conditions", 0},
	{"conditions in all", 0},     {"instructions in all", 0},
	{"may confuse", 0},	      {"", 0},
};

static uint64_t outcomes[OUTCOMES], unfaithful;
static double ratio_least = 1e9, ratio_sum;
static struct gen_world world;
static struct meeting met;

static enum outcome refuse(const char *why)
{
	size_t i = 0;

	while (!strstr(why, refusals[i].why))
		i++;
	refusals[i].n++;
	return REFUSED;
}

static void to_rule(const struct gen_entry *e, struct rule *r)
{
	memset(r, 0, sizeof(*r));
	r->act = (struct action){(enum act_kind)e->act.kind, e->act.data};
	for (unsigned k = 0; k < e->n; k++) {
		const struct gen_cond *c = &e->cond[k];
		r->when.used |= (uint8_t)(1u << c->index);
		r->when.arg[c->index] = (struct cond){(enum cond_op)c->op, c->value, c->value_two};
	}
}

static int read_section(struct profile *p, struct arena *arena, const struct gen_section *s, struct err *err)
{
	struct rule rules[GEN_ENTRIES];

	profile_init(p, (struct action){(enum act_kind)s->def.kind, s->def.data}, s->archs);
	for (unsigned n = 0; n < world.nid; n++) {
		size_t k = 0;
		for (unsigned i = 0; i < s->n; i++)
			if (s->entry[i].id == world.id[n])
				to_rule(&s->entry[i], &rules[k++]);
		if (k && profile_set_rules(p, arena, world.id[n], rules, k, RULES_LIBSECCOMP, err))
			return -1;
	}
	return 0;
}

static enum outcome make_sides(struct arena *arena)
{
	struct err err = {0};

	for (unsigned i = 0; i < met.nsides; i++) {
		struct side *s = &met.side[i];
		s->faithful = true;
		if (compile_section(&met.section[i], &s->prog))
			return NOT_LOADABLE;
		if (read_section(&s->profile, arena, &met.section[i], &err))
			return err.kind == ERR_LIMIT ? refuse(err.msg) : NOT_LOADABLE;
	}
	return PASSED;
}

static bool same_rules(const struct profile *a, const struct profile *b)
{
	for (int id = 0; id < SYS_MAX; id++) {
		const struct sysrules x = profile_call(a, id), y = profile_call(b, id);
		if (!action_equal(x.other, y.other) || x.nrules != y.nrules)
			return false;
		for (uint32_t i = 0; i < x.nrules; i++)
			if (conj_compare(&x.rules[i].when, &y.rules[i].when) ||
			    !action_equal(x.rules[i].act, y.rules[i].act))
				return false;
	}
	return action_equal(a->def, b->def) && a->archs == b->archs;
}

/* Met with itself or with its last side once more, it stays as it is. */
static bool is_stable(struct arena *arena)
{
	static struct profile again;
	const struct profile *with[] = {&met.result, &met.side[met.nsides - 1].profile};
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(with); i++) {
		if (profile_meet(&again, arena, &met.result, with[i], &err))
			continue; /* what was allowed once may be beyond the work allowed twice */
		if (!same_rules(&met.result, &again)) {
			fprintf(stderr, "# met again it is not the same\n");
			return false;
		}
	}
	return true;
}

/* As decide/decision_syscalls.c: the first side is the engine's profile, or there is none. */
static int lower_result(struct arena *arena, struct err *err)
{
	static struct lowering low;
	const struct profile *engine = world.engine ? &met.side[0].profile : NULL;

	if (lower_profile(&low, arena, &met.result, engine, RUNTIME_CRUN, RUNTIME_VERSION(1, 28, 0), false,
			  NULL, err))
		return -1;
	met.result = low.profile;
	return 0;
}

static enum outcome make_result(struct arena *arena, bool create)
{
	static struct profile step;
	struct err err = {0};

	met.result = met.side[0].profile;
	for (unsigned i = 1; i < met.nsides; i++) {
		if (profile_meet(&step, arena, &met.result, &met.side[i].profile, &err))
			return refuse(err.msg);
		met.result = step;
	}
	if (!is_stable(arena))
		return FAILED;
	/* What is emitted as it was written may stand there only while a 32-bit
	 * architecture does. */
	if (!create)
		(void)profile_drop_narrow_archs(&met.result, NULL);
	else if (lower_result(arena, &err))
		return refuse(err.msg);
	int call, other;
	if (profile_shares_blocks(&met.result, &call, &other))
		return refuse("may confuse");
	struct profile_size size = profile_measure(&met.result);
	if (size.conditions > PROFILE_MAX_CONDITIONS)
		return refuse("conditions in all");
	if (size.instructions > PROFILE_MAX_INSTRUCTIONS)
		return refuse("instructions in all");
	int rc = compile_profile(&met.result, &met.result_prog);
	if (rc)
		fprintf(stderr, "# libseccomp refuses the result: %s\n", strerror(-rc));
	return rc ? FAILED : PASSED;
}

static bool estimate_holds(void)
{
	uint32_t estimate = profile_measure(&met.result).instructions;
	double ratio = (double)estimate / (double)met.result_prog.n;

	ratio_sum += ratio;
	if (ratio < ratio_least)
		ratio_least = ratio;
	if (ratio < 1)
		fprintf(stderr, "# estimated %u instructions, but it has %zu\n", estimate, met.result_prog.n);
	return ratio >= 1;
}

static bool judge(uint32_t archs)
{
	static uint64_t vectors[GEN_NAMES][VECTORS + 1][6];
	unsigned n[GEN_NAMES];

	for (unsigned i = 0; i < world.nid; i++) {
		n[i] = gen_vectors(&world, met.section, met.nsides, world.id[i], vectors[i], VECTORS);
		memcpy(vectors[i][n[i]++], world.value, sizeof(vectors[i][0])); /* as judge_numbers */
		judge_sides(&met, (const uint64_t(*)[6])vectors[i], n[i], world.id[i]);
	}
	for (unsigned i = 0; i < met.nsides; i++)
		unfaithful += !met.side[i].faithful;
	for (unsigned i = 0; i < world.nid; i++)
		if (!judge_call(&met, archs, world.id[i], (const uint64_t(*)[6])vectors[i], n[i]))
			return false;
	return judge_multiplexers(&met, archs, world.value) && judge_numbers(&met, world.value);
}

/* Of the processor's time, however busy the machine is. */
static void bound_time(void)
{
	const struct itimerval bound = {.it_value.tv_sec = SECONDS_PER_CASE};

	if (setitimer(ITIMER_PROF, &bound, NULL))
		abort();
}

/* Needs, ceilings and floors allow by name, and deny the rest. */
static void make_allowlist(struct gen_section *s)
{
	s->def = (struct gen_action){.kind = ACT_ERRNO, .data = gen_below(&world, 2) ? 1 : 38};
	for (unsigned i = 0; i < s->n; i++)
		s->entry[i].act = (struct gen_action){.kind = ACT_ALLOW};
}

static enum outcome run_case(const struct kind *kind, uint64_t seed)
{
	CLEANUP_ARENA struct arena arena = {0};

	met.seed = seed;
	met.nsides = kind->sides;
	gen_world(&world, seed, kind->wide, kind->create);
	world.engine = gen_below(&world, 3) != 0;
	for (unsigned i = 0; i < met.nsides; i++) {
		uint32_t archs = kind->archs;
		if (kind->some)
			archs &= (uint32_t)gen_next(&world) | X86_64;
		gen_section(&world, archs, &met.section[i]);
		if (kind->create && (i > 0 || !world.engine))
			make_allowlist(&met.section[i]);
	}
	bound_time();
	enum outcome got = make_sides(&arena);
	if (got == PASSED)
		got = make_result(&arena, kind->create);
	if (got == PASSED && !(estimate_holds() && judge(kind->archs)))
		got = FAILED;
	if (got == FAILED)
		meeting_print(&met);
	return got;
}

/* Cases that cannot be judged do not count. */
static bool run_kind(unsigned number, const struct kind *kind, uint64_t seed, uint64_t cases)
{
	uint64_t had[OUTCOMES] = {0}, next = seed;

	while (had[PASSED] + had[FAILED] < cases && had[FAILED] < 3)
		had[run_case(kind, next++)]++;
	for (int i = 0; i < OUTCOMES; i++)
		outcomes[i] += had[i];
	printf("%sok %u - %s: %" PRIu64 " cases, seed %" PRIu64 "\n", had[FAILED] ? "not " : "", number,
	       kind->name, had[PASSED] + had[FAILED], seed);
	fflush(stdout);
	return had[FAILED] == 0;
}

/* Few cases may have a few more by chance: three standard deviations. */
static bool is_few(uint64_t n, double all, unsigned percent)
{
	double share = percent / 100.0, over = (double)n - all * share;

	return over <= 0 || over * over <= 3 * 3 * all * share * (1 - share);
}

/* For their size, and for what libseccomp would make of them. */
static bool few_refused(unsigned number, uint64_t judged)
{
	double all = (double)(outcomes[REFUSED] + judged);
	uint64_t confused = refusals[CONFUSED].n;
	bool ok = is_few(outcomes[REFUSED] - confused, all, REFUSED_PERCENT) &&
		  is_few(confused, all, CONFUSED_PERCENT);

	printf("%sok %u - at most %d %% refused, and %d %% as libseccomp may confuse them:", ok ? "" : "not ",
	       number, REFUSED_PERCENT, CONFUSED_PERCENT);
	printf(" %" PRIu64 " of %" PRIu64 "\n", outcomes[REFUSED], outcomes[REFUSED] + judged);
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].n)
			printf("# %" PRIu64 " refused: %s\n", refusals[i].n,
			       *refusals[i].why ? refusals[i].why : "another reason");
	return ok;
}

/* libseccomp does not come back from some sections. */
static void too_slow(int sig)
{
	static const char text[] = "# this case takes too long:\n";

	(void)sig;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	meeting_print(&met);
	_exit(1);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"cases", required_argument, NULL, 'n'},
						{"seed", required_argument, NULL, 's'},
						{"only", required_argument, NULL, 'o'},
						{0}};
	uint64_t cases = 20000, seed = (uint64_t)time(NULL) * 1000003;
	size_t only = 0;
	bool ok = true;

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;)
		switch (c) {
		case 'n':
			cases = strtoull(optarg, NULL, 10);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 10);
			break;
		case 'o':
			only = strtoull(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	(void)signal(SIGPROF, too_slow);
	printf("1..%zu\n", only ? (size_t)1 : ARRAY_LEN(kinds) + 1);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!only || only == i + 1)
			ok &= run_kind(only ? 1 : (unsigned)i + 1, &kinds[i], seed,
				       only ? cases : (cases * kinds[i].share + 99) / 100);
	uint64_t judged = outcomes[PASSED] + outcomes[FAILED];
	if (!only)
		ok &= few_refused((unsigned)ARRAY_LEN(kinds) + 1, judged);
	printf("# %" PRIu64 " cases, %" PRIu64 " calls compared; left aside: %" PRIu64
	       " not loadable\n# %" PRIu64 " sides that libseccomp miscompiles; instructions estimated "
	       "/ real: %.2f at least, %.2f on average\n",
	       judged, judge_count, outcomes[NOT_LOADABLE], unfaithful, ratio_least,
	       judged ? ratio_sum / (double)judged : 0);
	return ok ? 0 : 1;
}
