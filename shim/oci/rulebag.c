#include "oci/rulebag.h"

#include <string.h>

struct rulebag_more {
	const struct rulebag_entry *entry;
	struct rulebag_more *before;
};

int rulebag_add(struct rulebag *b, struct arena *arena, int id, const struct rulebag_entry *entry)
{
	struct rulebag_more *more;

	if (!b->first[id]) {
		b->first[id] = entry;
		return 0;
	}
	more = arena_alloc(arena, sizeof(*more));
	if (!more)
		return -1;
	*more = (struct rulebag_more){entry, b->more[id]};
	b->more[id] = more;
	return 0;
}

/* The name's rules so far, then the bag's, as one list; filled from its end. */
static struct rule *flatten(const struct rulebag *b, const struct sysrules *had, struct arena *arena, int id,
			    size_t *ret_n)
{
	const struct rulebag_entry *first = b->first[id];
	size_t n = (had ? had->nrules : 0) + first->n;

	for (const struct rulebag_more *m = b->more[id]; m; m = m->before)
		n += m->entry->n;

	struct rule *all = arena_array(arena, n, sizeof(*all));
	if (!all)
		return NULL;
	*ret_n = n;
	for (const struct rulebag_more *m = b->more[id]; m; m = m->before) {
		n -= m->entry->n;
		memcpy(all + n, m->entry->rules, m->entry->n * sizeof(*all));
	}
	n -= first->n;
	memcpy(all + n, first->rules, first->n * sizeof(*all));
	if (n)
		memcpy(all, had->rules, n * sizeof(*all));
	return all;
}

static int apply_one(const struct rulebag *b, struct profile *p, struct arena *arena, int id,
		     enum rule_order order, bool keep, struct err *err)
{
	const struct rulebag_entry *first = b->first[id];
	const struct sysrules had = profile_call(p, id);

	/* Allowed whatever the arguments already. */
	if (keep && !had.nrules && !action_equal(had.other, p->def))
		return 0;
	/* Nearly every name of a real profile: one entry, no conditions. */
	if (!b->more[id] && first->n == 1 && !first->rules[0].when.used) {
		profile_set(p, id, first->rules[0].act);
		return 0;
	}

	size_t n;
	struct rule *all = flatten(b, keep ? &had : NULL, arena, id, &n);
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
