/* Random seccomp sections, as an engine or a person might write them. */
#ifndef RUNCLAMP_TESTS_ORACLE_GEN_H
#define RUNCLAMP_TESTS_ORACLE_GEN_H

#include <stdbool.h>
#include <stdint.h>

struct gen_cond {
	unsigned index;
	unsigned op; /* 0 … 6: NE LT LE EQ GE GT MASKED_EQ, libseccomp's order */
	uint64_t value, value_two;
};

struct gen_action {
	unsigned kind; /* enum act_kind */
	uint16_t data;
};

enum { GEN_CONDS = 3, GEN_ENTRIES = 48, GEN_NAMES = 12 };

struct gen_entry {
	int id; /* of the system call, in the model's table */
	struct gen_action act;
	unsigned n;
	struct gen_cond cond[GEN_CONDS]; /* distinct indices */
};

struct gen_section {
	struct gen_action def;
	uint32_t archs; /* bits of enum arch_id */
	unsigned n;
	struct gen_entry entry[GEN_ENTRIES];
};

/* What the sections of one case have in common: the same calls and values, or
 * their conditions would never meet. */
struct gen_world {
	uint64_t state; /* of the random numbers */
	int id[GEN_NAMES];
	unsigned nid;
	uint64_t value[8];
	bool wide;   /* values above 32 bits */
	bool engine; /* the first section is an engine's */
	bool same_action;
};

uint64_t gen_next(struct gen_world *w);
unsigned gen_below(struct gen_world *w, unsigned n);
void gen_world(struct gen_world *w, uint64_t seed, bool wide, bool multiplexed);
void gen_section(struct gen_world *w, uint32_t archs, struct gen_section *ret);

/* Vectors of arguments at and around every boundary of the given sections'
 * conditions on one call. Returns how many. */
unsigned gen_vectors(struct gen_world *w, const struct gen_section *s, unsigned nsections, int id,
		     uint64_t (*ret)[6], unsigned max);

#endif
