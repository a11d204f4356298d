#include "oracle/bpf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bad(const char *what, size_t at)
{
	fprintf(stderr, "bpf: %s at instruction %zu\n", what, at);
	abort();
}

static uint32_t load(const struct seccomp_data *data, uint32_t at, size_t pc)
{
	uint32_t word;

	if (at % 4 || at > sizeof(*data) - 4)
		bad("load outside seccomp_data", pc);
	memcpy(&word, (const char *)data + at, sizeof(word));
	return word;
}

uint32_t bpf_run(const struct bpf_prog *p, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < p->n; pc++) {
		const struct sock_filter *i = &p->insn[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load(data, i->k, pc);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += a & i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			bad("unknown instruction", pc);
		}
	}
	bad("ran off the end", p->n);
	return 0;
}
