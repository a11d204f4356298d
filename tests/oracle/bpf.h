/* A small interpreter of the classic BPF that seccomp runs, written from the
 * kernel's description (Documentation/networking/filter.rst, seccomp_filter.rst).
 * It shares nothing with runclamp: it judges it. */
#ifndef RUNCLAMP_TESTS_ORACLE_BPF_H
#define RUNCLAMP_TESTS_ORACLE_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's own limit. */
enum { BPF_PROG_MAX = 4096 };

struct bpf_prog {
	size_t n;
	struct sock_filter insn[BPF_PROG_MAX * 4]; /* room to see what is too long */
};

/* The SECCOMP_RET_… value. A program that the kernel would refuse aborts. */
uint32_t bpf_run(const struct bpf_prog *p, const struct seccomp_data *data);

#endif
