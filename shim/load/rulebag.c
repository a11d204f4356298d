#include "load/rulebag.h"

#include <string.h>

/* The name's rules so far, then the bag's, as one list. */
static struct rule *flatten(const struct rulebag *b, const struct sysrules *had, struct arena *arena, int id,
			    size_t *ret_n)
{
	size_t n = had ? had->nrules : 0;

	for (const struct rulebag_node *node = b->first[id]; node; node = node->next)
		n += node->n;

	struct rule *all = arena_array(arena, n, sizeof(*all));
	if (!all)
		return NULL;
	n = 0;
	if (had) {
		n = had->nrules;
		if (n)
			memcpy(all, had->rules, n * sizeof(*all));
	}
	for (const struct rulebag_node *node = b->first[id]; node; node = node->next) {
		memcpy(all + n, node->rules, node->n * sizeof(*all));
		n += node->n;
	}
	*ret_n = n;
	return all;
}

static int apply_one(const struct rulebag *b, struct profile *p, struct arena *arena, int id,
		     enum rule_order order, bool keep, struct err *err)
{
	const struct rulebag_node *first = b->first[id];
	const struct sysrules *had = keep ? &p->sys[id] : NULL;

	/* Allowed whatever the arguments already. */
	if (had && !had->nrules && !action_equal(had->other, p->def))
		return 0;
	/* Nearly every name of a real profile: one entry, no conditions. */
	if (!first->next && first->n == 1 && !first->rules[0].when.used) {
		profile_set(p, id, first->rules[0].act);
		return 0;
	}

	size_t n;
	struct rule *all = flatten(b, had, arena, id, &n);
	if (!all)
		return err_set(err, ERR_LIMIT, "%s: out of memory", sys_name(id));
	if (profile_set_rules(p, arena, id, all, n, order, err))
		return err_wrap(err, "system call %s", sys_name(id));
	return 0;
}

int rulebag_apply(const struct rulebag *b, struct profile *p, struct arena *arena, enum rule_order order,
		  bool keep, struct err *err)
{
	int count = sys_count();

	for (int id = 0; id < count; id++)
		if (b->first[id] && apply_one(b, p, arena, id, order, keep, err))
			return -1;
	return 0;
}
