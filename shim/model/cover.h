/* Inside the model: groups of atoms, said in conditions that libseccomp compiles as
 * they read. */
#ifndef RUNCLAMP_MODEL_COVER_H
#define RUNCLAMP_MODEL_COVER_H

#include "model/atoms.h"

struct cover {
	size_t group;
	bool follows;	       /* conditions on further arguments follow */
	struct pieces vectors; /* the answer: disjoint conditions */
	struct span *span;     /* while it is made */
	size_t nspans;
};

/* For groups of one argument's atoms that are written at the same place. */
int cover_groups(struct atoms *atoms, struct cover *c, size_t n, struct err *err) MUST_CHECK;

#endif
