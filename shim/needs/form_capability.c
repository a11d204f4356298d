/* The capabilities that needs declare. */
#include "base/text.h"
#include "model/capability.h"
#include "needs/form.h"

int capability_add(uint64_t *set, const char *name, size_t len, const char *where, struct err *err)
{
	int number = capability_from_name(name, len);
	const char *near;
	char shown[80];

	if (number >= 0) {
		*set |= UINT64_C(1) << number;
		return 0;
	}
	near = capability_nearest(name, len);
	text_show(shown, sizeof(shown), name, len);
	if (!near)
		return err_set(err, ERR_NEEDS, "%s: unknown capability \"%s\"", where, shown);
	return err_set(err, ERR_NEEDS, "%s: unknown capability \"%s\"; did you mean \"%s\"?", where, shown,
		       near);
}

int capability_names(struct needs_extra *into, uint64_t set, struct arena *arena)
{
	const char **v = arena_array(arena, (size_t)__builtin_popcountll(set), sizeof(*v));
	uint32_t n = 0;

	if (!v)
		return -1;
	for (int c = 0; capability_name(c); c++)
		if (set >> c & 1)
			v[n++] = capability_name(c);
	into->capabilities = v;
	into->ncapabilities = n;
	into->has_capabilities = true;
	return 0;
}
