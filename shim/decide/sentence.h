/* Words for people: lists of names, cut to a length that an error can hold. */
#ifndef RUNCLAMP_DECIDE_SENTENCE_H
#define RUNCLAMP_DECIDE_SENTENCE_H

#include "base/buf.h"
#include "model/syscalls.h"

enum { SENTENCE_NAMES = 12 };

/* Appends "bpf and mount", "a, b, c and 9 more". */
void sentence_names(struct buf *out, const struct sysset *set, unsigned max);

#endif
