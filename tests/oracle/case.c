#include "oracle/case.h"
#include "oracle/compile.h"

#include <inttypes.h>
#include <stdio.h>

unsigned action_rank(uint32_t ret)
{
	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return 0;
	case SECCOMP_RET_LOG:
		return 1;
	case SECCOMP_RET_TRACE:
		return 2;
	case SECCOMP_RET_USER_NOTIF:
		return 3;
	case SECCOMP_RET_ERRNO:
		return 4;
	case SECCOMP_RET_TRAP:
		return 5;
	case SECCOMP_RET_KILL_THREAD:
		return 6;
	default:
		return 7;
	}
}

/* A mask of no bits is no condition. */
static bool has_conditions(const struct gen_entry *e)
{
	for (unsigned k = 0; k < e->n; k++)
		if (e->cond[k].op != COND_MASKED_EQ || e->cond[k].value)
			return true;
	return false;
}

static bool cond_true(const struct gen_cond *c, uint64_t x)
{
	const bool is[] = {x != c->value,
			   x<c->value, x <= c->value, x == c->value, x >= c->value, x> c->value,
			   (x & c->value) == (c->value_two & c->value)};
	return is[c->op];
}

uint32_t words_say(const struct gen_section *s, int id, const uint64_t args[6])
{
	uint32_t def = compile_ret(s->def.kind, s->def.data), best = def;
	bool found = false;

	if (id < 0 || !compile_knows(id))
		return def;
	for (unsigned i = 0; i < s->n; i++) {
		const struct gen_entry *e = &s->entry[i];
		uint32_t act = compile_ret(e->act.kind, e->act.data);
		bool holds = e->id == id && act != def;
		if (holds && !has_conditions(e))
			return act;
		for (unsigned k = 0; k < e->n; k++)
			holds = holds && cond_true(&e->cond[k], args[e->cond[k].index]);
		if (holds && (!found || action_rank(act) > action_rank(best))) {
			best = act;
			found = true;
		}
	}
	return best;
}

static const char *const ops[] = {"!=", "<", "<=", "==", ">=", ">", "&=="};

static void print_action(unsigned kind, unsigned data)
{
	fprintf(stderr, " %s(%u)", act_name((enum act_kind)kind) + sizeof("SCMP_ACT_") - 1, data);
}

static void print_cond(unsigned index, unsigned op, uint64_t value, uint64_t value_two)
{
	fprintf(stderr, " a%u %s 0x%" PRIx64, index, ops[op], value);
	if (op == COND_MASKED_EQ)
		fprintf(stderr, " 0x%" PRIx64, value_two);
}

static void print_section(const struct gen_section *s)
{
	for (unsigned k = 0; k < s->n; k++) {
		const struct gen_entry *e = &s->entry[k];
		fprintf(stderr, "  %s", sys_name(e->id));
		print_action(e->act.kind, e->act.data);
		for (unsigned c = 0; c < e->n; c++)
			print_cond(e->cond[c].index, e->cond[c].op, e->cond[c].value, e->cond[c].value_two);
		fprintf(stderr, "\n");
	}
}

static void print_rule(int id, struct action act, const struct conj *when)
{
	fprintf(stderr, "  %s", sys_name(id));
	print_action(act.kind, act.errno_ret);
	for (unsigned k = 0; when && k < COND_ARGS; k++)
		if (when->used & 1u << k)
			print_cond(k, when->arg[k].op, when->arg[k].value, when->arg[k].value_two);
	fprintf(stderr, "\n");
}

void meeting_print(const struct meeting *m)
{
	const struct profile *p = &m->result;

	fprintf(stderr, "case seed %" PRIu64 "\n", m->seed);
	for (unsigned i = 0; i < m->nsides; i++) {
		fprintf(stderr, " side %u: archs %x default", i, m->section[i].archs);
		print_action(m->section[i].def.kind, m->section[i].def.data);
		fprintf(stderr, "%s\n", m->side[i].faithful ? "" : " (libseccomp miscompiles it)");
		print_section(&m->section[i]);
	}
	fprintf(stderr, " result: archs %x default", p->archs);
	print_action(p->def.kind, p->def.errno_ret);
	fprintf(stderr, "\n");
	for (int id = 0; id < sys_count(); id++) {
		const struct sysrules s = profile_call(p, id);
		if (!s.nrules && !action_equal(s.other, p->def))
			print_rule(id, s.other, NULL);
		for (uint32_t r = 0; r < s.nrules; r++)
			print_rule(id, s.rules[r].act, &s.rules[r].when);
	}
}
