#include "runtime/grammar.h"
#include <string.h>

const struct grammar *grammar_of(enum runtime_kind runtime)
{
	static const struct grammar *const all[RUNTIME_KIND_COUNT] = {
		[RUNTIME_RUNC] = &grammar_runc,
		[RUNTIME_CRUN] = &grammar_crun,
		[RUNTIME_RUNSC] = &grammar_runsc,
		[RUNTIME_YOUKI] = &grammar_youki,
	};
	return all[runtime];
}

const struct sub_spec *grammar_sub(const struct grammar *g, const char *name)
{
	for (const struct sub_spec *s = g->subs; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}
