/* A seccomp profile as a function: (syscall, arguments) → action; and the meet
 * of two. Pure: no I/O, no globals. Everything lies in the caller's arena. */
#ifndef RUNCLAMP_MODEL_PROFILE_H
#define RUNCLAMP_MODEL_PROFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/arch.h"
#include "model/cond.h"
#include "model/syscalls.h"
#include <stdbool.h>
#include <stdint.h>

/* The kernel's lattice, from the least to the most restrictive. */
enum act_kind {
	ACT_ALLOW = 1, /* not 0: memory that nobody filled must not allow */
	ACT_LOG,
	ACT_TRACE,
	ACT_NOTIFY,
	ACT_ERRNO,
	ACT_TRAP,
	ACT_KILL_THREAD,
	ACT_KILL_PROCESS
} __attribute__((packed)); /* one byte: every profile holds hundreds */

struct action {
	enum act_kind kind;
	uint16_t errno_ret; /* ERRNO: errno; TRACE: message; else 0 */
};

/* For reading "SCMP_ACT_KILL" is KILL_THREAD's other name. -1: unknown. */
int act_from_name(const char *name, size_t len);
const char *act_name(enum act_kind kind); /* "SCMP_ACT_KILL_PROCESS" */
static inline bool action_equal(struct action a, struct action b)
{
	return a.kind == b.kind && a.errno_ret == b.errno_ret;
}
/* The more restrictive of two; of equal kinds a's, with a's errno. */
static inline struct action action_meet(struct action a, struct action b)
{
	return b.kind > a.kind ? b : a;
}

struct rule {
	struct conj when;
	struct action act;
};

/* What one syscall answers: the rules are disjoint; where none holds: `other`.
 * What this module makes is writable: with rules, `other` is the profile's
 * default, and no rule answers that. */
struct sysrules {
	struct action other;
	uint32_t nrules;
	const struct rule *rules;
};

struct rule_list {
	uint32_t n;
	const struct rule *v;
};

/* The rules of a call with conditions as a section wrote them, in its order, without
 * those that answer the default: what libseccomp was given, and would be again. */
struct written {
	int id;
	uint32_t n;
	const struct rule *rules;
};

struct profile {
	struct action def;	   /* for every number that has no name in our table */
	archset archs;		   /* met as sets */
	uint32_t flags;		   /* set of PROFILE_FLAG_…; met by intersection */
	archset named_archs;	   /* what a section's `architectures` named; not met */
	bool has_flags;		   /* `flags` was present: [] is not the same as absent */
	const char *listener_path; /* of the engine, verbatim, or NULL; in the arena */
	const char *listener_metadata;
	archset unfit;		   /* where a compiled side enforces something else: see
				      profile_drop_narrow_archs */
	unsigned deny_multiplexed; /* the same of bits of `multiplexer`, where a denial by name cures it */
	struct sysset as_written;  /* calls that were met with nothing since they were written:
				      on 32 bits, compiled, they mean more than `sys` says */
	struct written *written;   /* theirs, and some that are in the set no more */
	uint32_t nwritten;
	struct sysset named; /* what a section named, whatever it answered; not met */

	/* By id: read with profile_call, written with profile_set and profile_put. A create has a
	 * dozen profiles, and nearly every call of them has no rules: each page less counts. */
	struct action other[SYS_MAX]; /* initialised to def by profile_init */
	uint16_t place[SYS_MAX];      /* of its rules in `list`, plus one; 0: it never had any */
	uint32_t nlists;
	struct rule_list list[SYS_MAX]; /* behind nlists no memory is touched */
};

enum profile_flag {
	PROFILE_FLAG_TSYNC = 1,
	PROFILE_FLAG_LOG = 2,
	PROFILE_FLAG_SPEC_ALLOW = 4,
	PROFILE_FLAG_WAIT_KILLABLE_RECV = 8,
};

void profile_init(struct profile *p, struct action def, archset archs);
/* *to = *from, without what lies behind from's lists. */
void profile_copy(struct profile *to, const struct profile *from);

static inline struct sysrules profile_call(const struct profile *p, int id)
{
	unsigned place = p->place[id];
	struct rule_list l = place ? p->list[place - 1] : (struct rule_list){0};

	return (struct sysrules){p->other[id], l.n, l.v};
}
static inline bool profile_has_rules(const struct profile *p, int id)
{
	return p->place[id] && p->list[p->place[id] - 1].n > 0;
}
void profile_put(struct profile *p, int id, struct sysrules s);

/* The order in which a runtime resolves several rules for one name.
 * LIBSECCOMP (runc, crun, youki): a rule whose action equals the default is
 * skipped; an unconditional rule beats conditional ones, the first
 * unconditional one wins; of overlapping conditional rules with different actions
 * libseccomp takes now this, now that one (by the order in its tree): read as the
 * more restrictive; the same condition with different
 * actions is an error (the runtime fails with "file exists").
 * FIRST_MATCH (runsc): the first entry that holds. */
enum rule_order { RULES_LIBSECCOMP, RULES_FIRST_MATCH };

/* Sets sys[id] from rules in the order they were written (may overlap): makes
 * them disjoint. At most CONJ_MAX rules for a name, PROFILE_MAX_RULES in all. */
enum { PROFILE_MAX_RULES = 4096 };
int profile_set_rules(struct profile *p, struct arena *arena, int id, const struct rule *rules, size_t n,
		      enum rule_order order, struct err *err) MUST_CHECK;
/* sys[id] answers act whatever the arguments. */
void profile_set(struct profile *p, int id, struct action act);
/* Allows these, separated by single blanks; what the table of calls lacks is left out. */
void profile_allow_names(struct profile *p, const char *names);

/* The rules that are emitted for a call as they were written, or NULL: `sys` says it. Asked of every call
 * again and again, and few have any. */
const struct written *profile_find_written(const struct profile *p, int id);
static inline const struct written *profile_written(const struct profile *p, int id)
{
	return sysset_has(&p->as_written, id) ? profile_find_written(p, id) : NULL;
}

struct action profile_eval(const struct profile *p, int id, const uint64_t args[static COND_ARGS]);

/* On failure *ret is undefined. Rules of one call must be written in the order they
 * have here (conj_compare): libseccomp is quick with that one only, and with some
 * others never ends.
 * ret = a ∧ b: for every name and argument vector the more restrictive action;
 * where both deny with the same kind, a's errno. Architectures and flags are
 * met as sets, the listener is a's or else b's while a NOTIFY is left. ret's
 * rules are disjoint, sorted, and minimal (an unreachable or redundant rule is
 * not there). ret may not alias a or b. */
int profile_meet(struct profile *ret, struct arena *arena, const struct profile *a, const struct profile *b,
		 struct err *err) MUST_CHECK;
/* The join of allow-lists, for N ∪ F: the less restrictive action; rules disjoint. */
int profile_join(struct profile *ret, struct arena *arena, const struct profile *a, const struct profile *b,
		 struct err *err) MUST_CHECK;

/* Not by order: memory that nobody filled says 0, and must not allow. */
static inline bool action_allows(struct action a)
{
	return a.kind == ACT_ALLOW || a.kind == ACT_LOG;
}
/* How many of its rules allow or log. */
uint32_t profile_allowing_rules(const struct profile *p, int id);
/* Whether the syscall can be allowed for some arguments (ALLOW or LOG). */
static inline bool profile_allows_some(const struct profile *p, int id)
{
	return action_allows(p->other[id]) || (profile_has_rules(p, id) && profile_allowing_rules(p, id) > 0);
}
/* Whether it is allowed whatever the arguments. */
static inline bool profile_allows_all(const struct profile *p, int id)
{
	return action_allows(p->other[id]) &&
	       (!profile_has_rules(p, id) || profile_allowing_rules(p, id) == profile_call(p, id).nrules);
}

/* The size of what would be loaded: an upper estimate of BPF instructions over
 * all architectures, and the number of conditions, each once that neighbours begin
 * with alike. The kernel takes 4096 instructions, of which runc's stub needs some; libseccomp
 * takes some hundredths of a second for nearly all that is within these bounds, and about one for the
 * worst that was found (orders on four arguments). */
struct profile_size {
	uint32_t instructions;
	uint32_t conditions;
};
enum { PROFILE_MAX_INSTRUCTIONS = 3900, PROFILE_MAX_CONDITIONS = 2048 };
struct profile_size profile_measure(const struct profile *p);

/* Leaves 32-bit architectures out where libseccomp would enforce something else
 * than the profile says, or where a profile that was met into it is narrower
 * there: it cuts value and mask to 32 bits, and on X86 it also writes rules on
 * socketcall and ipc for their members, without their conditions. Call it on what
 * is written. What stays as it was written is no loss: its reading there is its
 * author's own. `engine` (may be NULL): the profile that the runtime would have
 * loaded without us. Where the members of socketcall or ipc cannot be held behind it,
 * it is denied by name (EACCES, p->deny_multiplexed), and X86 stays.
 * Returns the set that was removed. */
archset profile_drop_narrow_archs(struct profile *p, const struct profile *engine);

/* Whether libseccomp cuts a condition on the call, on one of the profile's architectures of 32 bits; not of
 * rules that stay as they were written. */
bool profile_loses_bits(const struct profile *p, int id);

/* Whether libseccomp may compile two calls' rules into one block that is right for one of them alone
 * (profile_shared.c); which. Not if both stay as the engine wrote them: it gets them so without us. */
bool profile_shares_blocks(const struct profile *p, int *ret_call, int *ret_other);

/* The calls of X86 that stand for others, socketcall and ipc: i < MULTIPLEXERS. */
enum { MULTIPLEXERS = 2 };
int multiplexer(unsigned i);
/* Whether one of them stands for it. */
bool multiplexer_carries(int id);
/* Whether it was denied although the closure allows one of its members. */
bool multiplexer_loses(const struct profile *written, const struct profile *closure, unsigned i);

#endif
