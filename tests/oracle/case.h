/* One generated case: what the sides say, and what came of them. */
#ifndef RUNCLAMP_TESTS_ORACLE_CASE_H
#define RUNCLAMP_TESTS_ORACLE_CASE_H

#include "model/profile.h"
#include "oracle/bpf.h"
#include "oracle/gen.h"

enum { SIDES = 3 };

struct side {
	struct bpf_prog prog;
	struct profile profile;
	bool faithful; /* libseccomp's program says what the rules say */
};

struct meeting {
	uint64_t seed;
	unsigned nsides;
	struct gen_section section[SIDES];
	struct side side[SIDES];
	struct profile result;
	struct bpf_prog result_prog;
};

/* The more restrictive, the higher, of a SECCOMP_RET_… value. */
unsigned action_rank(uint32_t ret);
/* What a section's words say of a call, without libseccomp and without our
 * algebra: a rule without conditions first, else the most restrictive that holds. */
uint32_t words_say(const struct gen_section *s, int id, const uint64_t args[6]);
/* To stderr, for the person who has to find out. */
void meeting_print(const struct meeting *m);

#endif
