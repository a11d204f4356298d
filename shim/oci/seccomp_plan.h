/* What a written section will hold: entries without conditions and with. */
#ifndef RUNCLAMP_OCI_SECCOMP_PLAN_H
#define RUNCLAMP_OCI_SECCOMP_PLAN_H

#include "oci/seccomp.h"

/* Names without conditions that answer alike: one entry. */
struct emit_group {
	struct action act;
	struct sysset ids;
};

/* One rule of one name. Equal rules of several names share an entry. */
struct emit_rule {
	struct action act;
	const struct conj *when;
	int id;
};

struct emit_plan {
	const struct profile *p;
	const struct emit_style *style;
	struct arena *arena;
	struct err *err;
	struct action def; /* as this runtime will answer */
	struct emit_group *group;
	size_t ngroups, group_cap;
	struct emit_rule *cond;
	size_t nconds, cond_cap;
	struct emit_rule *last; /* calls as they were written: in that order, by name */
	size_t nlast, last_cap;
};

/* Sorted: groups by action, rules by action, condition, name. */
int emit_plan_make(struct emit_plan *ret, const struct profile *p, const struct emit_style *style,
		   struct arena *arena, struct err *err) MUST_CHECK;

/* 0 where both stand in one entry. */
int emit_rule_compare(const struct emit_rule *a, const struct emit_rule *b);

static inline const char *emit_spelled(const struct emit_style *style, int id)
{
	return style->spelling ? style->spelling[id] : sys_name(id);
}

#endif
