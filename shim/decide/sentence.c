#include "decide/sentence.h"

void sentence_names(struct buf *out, const struct sysset *set, unsigned max)
{
	unsigned total = sysset_count(set);
	unsigned shown = total > max ? max : total;
	unsigned i = 0;

	for (int id = sysset_next(set, 0); id >= 0 && i < shown; id = sysset_next(set, id + 1), i++) {
		if (i > 0)
			buf_puts(out, i + 1 == total ? " and " : ", ");
		buf_puts(out, sys_name(id));
	}
	if (total > shown)
		buf_printf(out, " and %u more", total - shown);
}
