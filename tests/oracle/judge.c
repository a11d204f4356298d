#include "oracle/judge.h"
#include "oracle/compile.h"

#include <inttypes.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>

enum { X32_BIT = 0x40000000 };

#define BIT(arch) (1u << (arch))

struct machine {
	uint32_t token;
	enum arch_id arch;
	uint32_t bit;
};
static const struct machine machines[] = {
	{AUDIT_ARCH_X86_64, ARCH_X86_64, 0},
	{AUDIT_ARCH_I386, ARCH_X86, 0},
	{AUDIT_ARCH_X86_64, ARCH_X32, X32_BIT},
	{AUDIT_ARCH_AARCH64, ARCH_AARCH64, 0},
};

uint64_t judge_count;

struct call {
	const struct machine *machine;
	int id; /* or -1 */
	struct seccomp_data data;
	uint64_t seen[6]; /* of the arguments, by what libseccomp writes for this machine */
};

static struct call make_call(const struct machine *machine, uint32_t nr, const uint64_t args[6])
{
	struct call c = {.machine = machine, .data = {.nr = (int)nr, .arch = machine->token}};

	c.id = sys_from_number(machine->arch, (int)(nr & ~machine->bit));
	for (unsigned i = 0; i < 6; i++) {
		c.data.args[i] = args[i];
		c.seen[i] = arch_is_32bit(machine->arch) ? (uint32_t)args[i] : args[i];
	}
	return c;
}

static bool fail(const char *what, const struct call *c, uint32_t want, uint32_t got)
{
	fprintf(stderr, "# %s: %s nr %u (%s) want %08x got %08x, args", what, arch_oci_name(c->machine->arch),
		(unsigned)c->data.nr, c->id >= 0 ? sys_name(c->id) : "?", want, got);
	for (unsigned i = 0; i < 6; i++)
		fprintf(stderr, " 0x%llx", (unsigned long long)c->data.args[i]);
	fprintf(stderr, "\n");
	return false;
}

/* socketcall and ipc on X86 also stand for others: words do not tell. */
static bool is_multiplexed(const struct call *c)
{
	return c->machine->arch == ARCH_X86 && c->id >= 0 &&
	       (!strcmp(sys_name(c->id), "socketcall") || !strcmp(sys_name(c->id), "ipc"));
}

/* A call that was emitted as one side wrote it, and that the others allow. */
static bool is_as_written(const struct meeting *m, const struct call *c)
{
	return c->id >= 0 && profile_written(&m->result, c->id);
}

/* What a side that libseccomp miscompiles says of a call: its words; and where they
 * were emitted as they stand, what its program says, too, if that is less. What
 * libseccomp makes of such rules hangs on the rest of the program. */
static uint32_t unfaithful_says(const struct meeting *m, unsigned i, const struct call *c)
{
	uint32_t says = bpf_run(&m->side[i].prog, &c->data), words;

	if (is_multiplexed(c) || !(m->section[i].archs & BIT(c->machine->arch)) || c->data.nr == -1)
		return says;
	words = words_say(&m->section[i], c->id, c->seen);
	return is_as_written(m, c) && action_rank(says) < action_rank(words) ? says : words;
}

/* What the sides answer together. A side that libseccomp miscompiles counts by
 * its words, and then the result only has to be no wider. */
static uint32_t sides_answer(const struct meeting *m, const struct call *c, bool *exact)
{
	uint32_t want = 0;

	for (unsigned i = 0; i < m->nsides; i++) {
		bool faithful = m->side[i].faithful;
		uint32_t says = faithful ? bpf_run(&m->side[i].prog, &c->data) : unfaithful_says(m, i, c);

		*exact = *exact && faithful;
		if (i == 0 || action_rank(says) > action_rank(want))
			want = says;
	}
	return want;
}

static bool check(const struct meeting *m, const struct call *c)
{
	const struct machine *machine = c->machine;
	/* A machine that was left out is killed; so is X32 on x86_64, except by a
	 * program without any rule, which does not look. */
	bool listed = m->result.archs & BIT(machine->arch);
	bool exact = listed && !is_multiplexed(c) &&
		     !(machine->arch == ARCH_X86_64 && (uint32_t)c->data.nr >= X32_BIT);
	uint32_t want = sides_answer(m, c, &exact), got = bpf_run(&m->result_prog, &c->data);

	judge_count++;
	if (exact && got != want)
		return fail("not the meet", c, want, got);
	if (action_rank(got) < action_rank(want) && action_rank(got) < action_rank(SECCOMP_RET_KILL_THREAD))
		return fail("wider", c, want, got);
	if (!listed || is_multiplexed(c) || c->id < 0 || !compile_knows(c->id) || is_as_written(m, c))
		return true;
	struct action a = profile_eval(&m->result, c->id, c->seen);
	want = compile_ret(a.kind, a.errno_ret);
	return got == want || fail("not what the profile says", c, want, got);
}

bool judge_call(const struct meeting *m, uint32_t archs, int id, const uint64_t (*vectors)[6], unsigned n)
{
	for (size_t k = 0; k < ARRAY_LEN(machines); k++) {
		int nr = sys_number(id, machines[k].arch);
		for (unsigned v = 0; v < n && nr >= 0 && archs & BIT(machines[k].arch); v++) {
			struct call c = make_call(&machines[k], (uint32_t)nr | machines[k].bit, vectors[v]);
			if (!check(m, &c))
				return false;
		}
	}
	return true;
}

bool judge_multiplexers(const struct meeting *m, uint32_t archs, const uint64_t args[6])
{
	enum { CARRIED = 32 }; /* ipc's are below 25, socketcall's below 21 */

	for (unsigned i = 0; i < MULTIPLEXERS && archs & BIT(ARCH_X86); i++) {
		uint64_t vectors[CARRIED][6];

		for (unsigned v = 0; v < CARRIED; v++) {
			memcpy(vectors[v], args, sizeof(vectors[v]));
			vectors[v][0] = v;
		}
		if (!judge_call(m, BIT(ARCH_X86), multiplexer(i), (const uint64_t(*)[6])vectors, CARRIED))
			return false;
	}
	return true;
}

bool judge_numbers(const struct meeting *m, const uint64_t args[6])
{
	static const uint32_t outside[] = {600,	       1000,	   0x3fffffff, 0x7fffffff, 0x80000000,
					   0xfffffffe, 0xffffffff, 983041,     983045};

	for (size_t k = 0; k < ARRAY_LEN(machines); k++)
		for (uint32_t i = 0; i <= 512 + ARRAY_LEN(outside); i++) {
			uint32_t nr = i <= 512 ? i | machines[k].bit : outside[i - 513];
			struct call c = make_call(&machines[k], nr, args);
			if (!check(m, &c))
				return false;
		}
	return true;
}

void judge_sides(struct meeting *m, const uint64_t (*vectors)[6], unsigned n, int id)
{
	for (unsigned i = 0; i < m->nsides; i++)
		for (size_t k = 0; k < ARRAY_LEN(machines) && m->side[i].faithful; k++) {
			int nr = sys_number(id, machines[k].arch);
			if (nr < 0 || !(m->section[i].archs & BIT(machines[k].arch)))
				continue;
			for (unsigned v = 0; v < n; v++) {
				struct call c =
					make_call(&machines[k], (uint32_t)nr | machines[k].bit, vectors[v]);
				if (!is_multiplexed(&c) && bpf_run(&m->side[i].prog, &c.data) !=
								   words_say(&m->section[i], id, c.seen))
					m->side[i].faithful = false;
			}
		}
}
