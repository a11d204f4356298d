/* Argument conditions as OCI writes them: {"index", "value", "valueTwo", "op"}. */
#ifndef RUNCLAMP_OCI_CONDITION_H
#define RUNCLAMP_OCI_CONDITION_H

#include "base/buf.h"
#include "format/jread.h"
#include "model/cond.h"

struct condition {
	unsigned index;
	struct cond cond;
};

/* An array of at most COND_ARGS conditions; *ret_repeated: two of them are on
 * the same argument. */
int conditions_read(const struct jread *r, uint32_t array, struct condition ret[static COND_ARGS],
		    uint32_t *ret_n, bool *ret_repeated) MUST_CHECK;

/* Appends ,"args":[…]; nothing for a conjunction without conditions. */
void conditions_write(const struct conj *c, struct buf *out);

#endif
