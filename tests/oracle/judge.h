/* The verdict over one case. */
#ifndef RUNCLAMP_TESTS_ORACLE_JUDGE_H
#define RUNCLAMP_TESTS_ORACLE_JUDGE_H

#include "oracle/case.h"

/* Marks the sides whose program does not say what their words say. */
void judge_sides(struct meeting *m, const uint64_t (*vectors)[6], unsigned n, int id);
/* The result's program against every side's, for one call on every machine that
 * `archs` holds; or for every number, on all. False: said why on stderr. */
bool judge_call(const struct meeting *m, uint32_t archs, int id, const uint64_t (*vectors)[6], unsigned n);
/* What socketcall and ipc carry is their first argument, on X86. */
bool judge_multiplexers(const struct meeting *m, uint32_t archs, const uint64_t args[6]);
bool judge_numbers(const struct meeting *m, const uint64_t args[6]);

extern uint64_t judge_count; /* calls compared */

#endif
