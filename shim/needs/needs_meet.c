/* Needs as sets: what remains of two sources, and what this machine lacks. */
#include "needs/form.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

void needs_declare(struct needs *n)
{
	n->declared = true;
	profile_init(&n->allow, (struct action){ACT_ERRNO, EPERM}, ARCHSET_ALL);
}

void needs_move(struct needs *to, const struct needs *from)
{
	memcpy(to, from, offsetof(struct needs, allow));
	if (from->declared)
		profile_copy(&to->allow, &from->allow);
}

static void count_names(struct needs *n)
{
	int count = sys_count();

	n->named = (struct sysset){0};
	for (int id = 0; id < count; id++)
		if (profile_allows_some(&n->allow, id) && sys_number(id, ARCH_NATIVE) >= 0)
			sysset_add(&n->named, id);
}

static int list_absent(struct needs *n, const struct sysset *absent, struct arena *arena)
{
	unsigned count = sysset_count(absent);
	const char **v = arena_array(arena, count, sizeof(*v));

	if (!v)
		return -1;
	n->absent = v;
	n->nabsent = count;
	for (int id = sysset_next(absent, 0); id >= 0; id = sysset_next(absent, id + 1))
		*v++ = sys_name(id);
	return 0;
}

/* 32-bit programs call what this machine has no number for. It is neither counted
 * nor judged by a gate; the closure holds it as far as every side does. */
static bool has_32bit_number(int id)
{
	return sys_number(id, ARCH_X86) >= 0 || sys_number(id, ARCH_X32) >= 0 ||
	       sys_number(id, ARCH_ARM) >= 0;
}

int needs_settle(struct needs *n, struct arena *arena, struct err *err)
{
	const struct action deny = {ACT_ERRNO, EPERM};
	struct sysset absent = {0}, gone;
	/* What a deny-list leaves allowed was not named by anyone. */
	bool note = n->allow.def.kind != ACT_ALLOW;

	count_names(n);
	gone_set(&gone);
	for (int id = 0; id < sys_count(); id++) {
		if (!profile_allows_some(&n->allow, id) ||
		    (sysset_has(&n->named, id) && !sysset_has(&gone, id)))
			continue;
		if (sysset_has(&gone, id) || !has_32bit_number(id))
			profile_set(&n->allow, id, deny);
		sysset_remove(&n->named, id);
		if (note)
			sysset_add(&absent, id);
	}
	if (list_absent(n, &absent, arena))
		return err_set(err, ERR_LIMIT, "needs: out of memory");
	return 0;
}

/* The union of what either side noted. */
static int join_absent(struct needs *into, const struct needs *other, struct arena *arena)
{
	const struct needs *side[] = {into, other};
	struct sysset absent = {0};

	for (size_t s = 0; s < ARRAY_LEN(side); s++)
		for (uint32_t i = 0; i < side[s]->nabsent; i++)
			sysset_add(&absent, sys_lookup(side[s]->absent[i], strlen(side[s]->absent[i])));
	return list_absent(into, &absent, arena);
}

static int meet_syscalls(struct needs *into, const struct needs *other, struct arena *arena, struct err *err)
{
	struct profile both;

	if (!other->declared)
		return 0;
	if (!into->declared) {
		profile_copy(&into->allow, &other->allow);
		into->named = other->named;
		into->declared = true;
		return 0;
	}
	if (profile_meet(&both, arena, &into->allow, &other->allow, err))
		return err_wrap(err, "needs, intersected");
	profile_copy(&into->allow, &both);
	count_names(into);
	return 0;
}

/* Both lists are sorted by number, but short: 41 capabilities at most. */
static int meet_capabilities(struct needs_extra *into, const struct needs_extra *other, struct arena *arena)
{
	const char **v;
	uint32_t n = 0;

	if (!other->has_capabilities)
		return 0;
	if (!into->has_capabilities) {
		into->has_capabilities = true;
		into->capabilities = other->capabilities;
		into->ncapabilities = other->ncapabilities;
		return 0;
	}
	v = arena_array(arena, into->ncapabilities, sizeof(*v));
	if (!v)
		return -1;
	for (uint32_t i = 0; i < into->ncapabilities; i++)
		for (uint32_t j = 0; j < other->ncapabilities; j++)
			if (!strcmp(into->capabilities[i], other->capabilities[j]))
				v[n++] = into->capabilities[i];
	into->capabilities = v;
	into->ncapabilities = n;
	return 0;
}

int needs_intersect(struct needs *into, struct arena *arena, const struct needs *other, struct err *err)
{
	if (meet_syscalls(into, other, arena, err))
		return -1;
	if (join_absent(into, other, arena) || meet_capabilities(&into->extra, &other->extra, arena) ||
	    egress_intersect(&into->extra, &other->extra, arena))
		return err_set(err, ERR_LIMIT, "needs: out of memory");
	into->extra.has_signature |= other->extra.has_signature;
	for (uint32_t i = 0; i < other->nsources && into->nsources < NEEDS_SOURCES_MAX; i++)
		into->source[into->nsources++] = other->source[i];
	return 0;
}
