/* Sections and profiles through the real libseccomp, as runc and crun do it. */
#ifndef RUNCLAMP_TESTS_ORACLE_COMPILE_H
#define RUNCLAMP_TESTS_ORACLE_COMPILE_H

#include "model/profile.h"
#include "oracle/bpf.h"
#include "oracle/gen.h"

/* 0, or libseccomp's negative errno: the container would not start. */
int compile_section(const struct gen_section *s, struct bpf_prog *ret);
int compile_profile(const struct profile *p, struct bpf_prog *ret);
/* The SECCOMP_RET_… value of an action. */
uint32_t compile_ret(unsigned kind, uint16_t data);
/* Whether libseccomp knows the name. */
bool compile_knows(int id);

#endif
