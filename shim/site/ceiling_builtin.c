#include "site/ceiling_builtin.h"
#include <errno.h>
#include <string.h>

/* builtin_rules, builtin_conditions, builtin_spellings and builtin_ceilings,
 * made by config/whitelists/make/compile.c. */
#include "ceilings.inc"

static void allow_set(struct profile *p, const struct sysset *set)
{
	for (int id = sysset_next(set, 0); id >= 0; id = sysset_next(set, id + 1))
		profile_set(p, id, (struct action){ACT_ALLOW, 0});
}

static void fill(struct ceiling *ret, const struct builtin_ceiling *b, bool full_only)
{
	const struct action deny = {ACT_ERRNO, EPERM};

	ret->source = b->source;
	ret->has_floor = b->has_floor;
	ret->unimplemented = b->unimplemented;
	ret->table = b->table;
	profile_init(&ret->allow, deny, b->archs);
	allow_set(&ret->allow, &b->allow);
	if (!full_only)
		allow_set(&ret->allow, &b->partial);
	profile_init(&ret->floor, deny, b->archs);
	allow_set(&ret->floor, &b->floor);
	for (unsigned i = 0; i < b->conditions; i++) {
		const struct builtin_condition *c = &builtin_conditions[b->condition_first + i];

		profile_put(c->floor ? &ret->floor : &ret->allow, c->id,
			    (struct sysrules){deny, c->n, &builtin_rules[c->first]});
	}
	for (unsigned i = 0; i < b->spellings; i++) {
		const struct builtin_spelling *s = &builtin_spellings[b->spelling_first + i];

		ret->spelling[s->id] = s->own;
	}
}

bool ceiling_builtin(struct ceiling *ret, const char *name, bool full_only)
{
	for (size_t i = 0; i < ARRAY_LEN(builtin_ceilings); i++) {
		if (strcmp(builtin_ceilings[i].name, name) != 0)
			continue;
		fill(ret, &builtin_ceilings[i], full_only);
		return true;
	}
	return false;
}

const char *ceiling_builtin_name(size_t i)
{
	return i < ARRAY_LEN(builtin_ceilings) ? builtin_ceilings[i].name : NULL;
}
