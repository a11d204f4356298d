#include "oracle/gen.h"
#include "model/profile.h"

#include <string.h>

uint64_t gen_next(struct gen_world *w)
{
	/* splitmix64 */
	uint64_t z = w->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

unsigned gen_below(struct gen_world *w, unsigned n)
{
	return (unsigned)(gen_next(w) % n);
}

static const uint64_t edges[] = {0, 1, 2, 3, 7, 8, 40, 0xff, 0x1000, 0x7fffffff, 0x80000000, 0x80000001,
				 0x7e020000, 0xfffffffe, 0xffffffff,
				 /* from here on: wide */
				 0x100000000, 0x100000001, 0x1ffffffff, 0x7fffffffffffffff,
				 0x8000000000000000, 0xfffffffffffffffe, 0xffffffffffffffff,
				 0xffffffff00000000, 0x500000005};
enum { NARROW_EDGES = 15, EDGES = sizeof(edges) / sizeof(edges[0]) };

static uint64_t edge(struct gen_world *w)
{
	unsigned how = gen_below(w, 8);

	if (how < 3)
		return gen_below(w, 6);
	if (how < 6)
		return edges[gen_below(w, w->wide ? EDGES : NARROW_EDGES)];
	if (how == 6 && gen_below(w, 4) == 0)
		return gen_next(w) & (w->wide ? UINT64_MAX : UINT32_MAX);
	return UINT64_C(1) << gen_below(w, w->wide ? 64 : 32);
}

static uint64_t mask(struct gen_world *w)
{
	switch (gen_below(w, 6)) {
	case 0:
		return w->wide ? UINT64_MAX : UINT32_MAX;
	case 1:
		return gen_next(w) & gen_next(w) & (w->wide ? UINT64_MAX : UINT32_MAX);
	case 2:
		return (gen_next(w) & 0xff) | (w->wide ? gen_next(w) & UINT64_C(0xff) << 32 : 0);
	case 3:
		return ~(uint64_t)0 << gen_below(w, 64) & (w->wide ? UINT64_MAX : UINT32_MAX);
	default:
		return 1 + gen_below(w, 15);
	}
}

/* Calls that differ in where they have numbers; the multiplexed ones often. */
static const char *const favourites[] = {"read",   "socket",	 "bind",       "clone",	     "personality",
					 "ioctl",  "socketcall", "ipc",	       "shmget",     "mmap",
					 "openat", "recvfrom",	 "semtimedop", "getsockopt", "execve",
					 "kill",   "mmap2",	 "accept4"};

/* What socketcall and ipc carry, with numbers of their own on X86 and without, and both often. */
static const char *const members[] = {
	"socket",      "bind",	     "connect",	   "listen",	 "accept",  "getsockname",
	"getpeername", "socketpair", "send",	   "recv",	 "sendto",  "recvfrom",
	"shutdown",    "setsockopt", "getsockopt", "sendmsg",	 "recvmsg", "accept4",
	"recvmmsg",    "sendmmsg",   "semop",	   "semget",	 "semctl",  "semtimedop",
	"msgsnd",      "msgrcv",     "msgget",	   "msgctl",	 "shmat",   "shmdt",
	"shmget",      "shmctl",     "ipc",	   "socketcall", "ipc",	    "socketcall"};

static int pick_name(struct gen_world *w, const char *const *names, unsigned n, unsigned of)
{
	const char *name = names[gen_below(w, n)];

	return gen_below(w, of) ? sys_lookup(name, strlen(name)) : (int)gen_below(w, (unsigned)sys_count());
}

void gen_world(struct gen_world *w, uint64_t seed, bool wide, bool multiplexed)
{
	memset(w, 0, sizeof(*w));
	w->state = seed;
	w->wide = wide;
	w->nid = 2 + gen_below(w, multiplexed ? GEN_NAMES / 2 : GEN_NAMES - 1);
	for (unsigned i = 0; i < w->nid; i++)
		w->id[i] = multiplexed
				   ? pick_name(w, members, sizeof(members) / sizeof(members[0]), 8)
				   : pick_name(w, favourites, sizeof(favourites) / sizeof(favourites[0]), 2);
	for (unsigned i = 0; i < 8; i++)
		w->value[i] = edge(w);
}

static struct gen_action action(struct gen_world *w)
{
	static const enum act_kind kinds[] = {ACT_ALLOW, ACT_ALLOW, ACT_ALLOW,	     ACT_ALLOW,
					      ACT_ERRNO, ACT_ERRNO, ACT_ERRNO,	     ACT_TRAP,
					      ACT_LOG,	 ACT_TRACE, ACT_KILL_THREAD, ACT_KILL_PROCESS};
	struct gen_action a = {.kind = kinds[gen_below(w, 12)]};

	if (a.kind == ACT_ERRNO)
		a.data = gen_below(w, 3) ? 1 : 38;
	if (a.kind == ACT_TRACE)
		a.data = (uint16_t)gen_below(w, 3);
	return a;
}

/* libseccomp takes minutes, or for ever, for some sets of rules in which orders
 * and NE stand before other conditions; so several rules for a call are mostly
 * of the kinds that people write. */
enum style { STYLE_VECTORS, STYLE_ONE_ARG, STYLE_LAST, STYLES, STYLE_FREE };

static void condition(struct gen_world *w, struct gen_cond *c, unsigned used, enum style style)
{
	do
		c->index = style == STYLE_ONE_ARG ? 0 : gen_below(w, gen_below(w, 4) ? 2 : 6);
	while (used & 1u << c->index);
	c->op = gen_below(w, 18);
	if (c->op > 6 || style == STYLE_VECTORS)
		c->op = c->op % 3 ? 3 : 6;
	c->value = gen_below(w, 4) ? w->value[gen_below(w, 8)] : edge(w);
	c->value_two = 0;
	if (c->op == 6) {
		c->value_two = c->value;
		c->value = mask(w);
		if (gen_below(w, 16))
			c->value_two &= c->value;
	}
}

static void entry(struct gen_world *w, struct gen_entry *e, int id, struct gen_action act, enum style style)
{
	unsigned used = 0;

	e->id = id;
	e->act = act;
	e->n = gen_below(w, 8) ? 1 + gen_below(w, style == STYLE_ONE_ARG || gen_below(w, 2) ? 1 : GEN_CONDS)
			       : 0;
	for (unsigned i = 0; i < e->n; i++) {
		condition(w, &e->cond[i], used, style);
		used |= 1u << e->cond[i].index;
	}
	for (unsigned i = 0; i < e->n && style == STYLE_LAST; i++)
		if (used >> e->cond[i].index > 1 && e->cond[i].op != 6)
			e->cond[i].op = 3;
}

void gen_section(struct gen_world *w, uint32_t archs, struct gen_section *s)
{
	memset(s, 0, sizeof(*s));
	s->archs = archs;
	s->def = action(w);
	w->same_action = gen_below(w, 3) != 0;
	for (unsigned i = 0; i < w->nid; i++) {
		struct gen_action act = action(w);
		bool conditional = gen_below(w, 3) == 0;
		enum style style = (enum style)gen_below(w, STYLES);
		unsigned n = gen_below(w, 6) == 0 ? 0 : 1;
		if (conditional)
			n = 1 + gen_below(w, 5);
		if (n == 1)
			style = STYLE_FREE;

		for (unsigned k = 0; k < n && s->n < GEN_ENTRIES; k++) {
			struct gen_entry *e = &s->entry[s->n++];
			entry(w, e, w->id[i], w->same_action ? act : action(w), style);
			if (!conditional)
				e->n = 0;
		}
	}
}

/* A value at or beside a boundary of a condition. */
static uint64_t beside(struct gen_world *w, const struct gen_cond *c)
{
	uint64_t v = c->op == 6 ? c->value_two : c->value;

	switch (gen_below(w, 10)) {
	case 0:
		return v - 1;
	case 1:
		return v + 1;
	case 2:
		return v ^ UINT64_C(1) << gen_below(w, 64);
	case 3:
		return v & UINT32_MAX;
	case 4:
		return v | UINT64_C(1) << 32;
	case 5:
		return v + (UINT64_C(1) << 32);
	case 6:
		return c->op == 6 ? (v & c->value) | (gen_next(w) & ~c->value) : edges[gen_below(w, EDGES)];
	case 7:
		return c->op == 6 ? v ^ (c->value & (~c->value + 1)) : gen_below(w, 6);
	default:
		return v;
	}
}

/* A value that satisfies a condition, if it is easy to find. */
static uint64_t inside(struct gen_world *w, const struct gen_cond *c)
{
	switch (c->op) {
	case 0:
		return c->value + 1 + gen_below(w, 3);
	case 1:
		return c->value - 1 - (c->value > 2 ? gen_below(w, 2) : 0);
	case 4:
	case 2:
	case 3:
		return c->value;
	case 5:
		return c->value + 1;
	default:
		return (c->value_two & c->value) | (gen_next(w) & ~c->value);
	}
}

unsigned gen_vectors(struct gen_world *w, const struct gen_section *s, unsigned nsections, int id,
		     uint64_t (*ret)[6], unsigned max)
{
	const struct gen_entry *e[GEN_ENTRIES * 3];
	unsigned n = 0;

	for (unsigned i = 0; i < nsections; i++)
		for (unsigned k = 0; k < s[i].n; k++)
			if (s[i].entry[k].id == id && s[i].entry[k].n)
				e[n++] = &s[i].entry[k];
	memset(ret, 0, sizeof(*ret) * max);
	if (n == 0)
		return 1;
	for (unsigned v = 0; v < max; v++) {
		/* Most vectors satisfy two entries as far as they can; then one argument moves. */
		for (unsigned arg = 0; arg < 6; arg++)
			ret[v][arg] =
				gen_below(w, 3) ? w->value[gen_below(w, 8)] : edges[gen_below(w, EDGES)];
		for (unsigned times = gen_below(w, 3); times > 0; times--) {
			const struct gen_entry *pick = e[gen_below(w, n)];
			for (unsigned k = 0; k < pick->n; k++)
				ret[v][pick->cond[k].index] = inside(w, &pick->cond[k]);
		}
		if (gen_below(w, 5)) {
			const struct gen_entry *pick = e[gen_below(w, n)];
			const struct gen_cond *c = &pick->cond[gen_below(w, pick->n)];
			ret[v][c->index] = beside(w, c);
		}
	}
	return max;
}
