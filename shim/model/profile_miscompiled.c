#include "model/rules.h"

/* Whether libseccomp gets a rule without conditions for the call. */
static bool is_whole(const struct profile *p, int id)
{
	const struct written *w = profile_written(p, id);

	for (uint32_t i = 0; w && i < w->n; i++)
		if (w->rules[i].when.used == 0)
			return true;
	return !w && !profile_has_rules(p, id);
}

/* libseccomp 2.5.4 loads the call's number at the head of an architecture's part.
 * Where that head is a name without a number there, which is left out, so is the
 * load: every number is then compared with the architecture's, and the default
 * answers everything (tests/oracle: default ALLOW, ERRNO for socket with a
 * condition and for s390_pci_mmio_write). Names without conditions come first, by
 * number, and those without a number last: one that has a number saves it, if
 * the runtime's libseccomp knows it (2.4 knows Linux 5.0). The part of X86_64 alone
 * has a load of its own, for the bit of X32. */
enum { YOUNG_FIRST = 425, YOUNG_END = 512 };

static bool is_young(int nr)
{
	return nr >= YOUNG_FIRST && nr < YOUNG_END;
}

bool loses_number(const struct profile *p, enum arch_id arch, enum arch_id with)
{
	bool absent = false;

	for (int id = 0; id < sys_count(); id++) {
		if (!is_named(p, id))
			continue;
		int nr = sys_number(id, arch);
		if (nr < 0 || sys_number(id, with) < 0)
			absent = true;
		else if (!is_young(nr) && is_whole(p, id))
			return false;
	}
	return absent;
}

/* Several rules for a call, one of them with several conditions: on X32, which shares
 * its part with X86_64, a condition that fails late may jump to a comparison of the
 * first argument without loading it again (clone on X32 with a0 == 1 && a1 == 0 &&
 * a3 == 1, a0 == 0 and a0 == 2: (1, 0, 0, 0) holds). */
static bool mixes_arguments(const struct profile *p, const struct profile *ret)
{
	for (int id = 0; id < sys_count(); id++) {
		struct given g = has_rules(p, id) ? given(p, id) : (struct given){0};
		for (uint32_t i = 0; i < g.n && g.n > 1; i++)
			if (__builtin_popcount(g.rules[i].when.used) > 1 && !profile_written(ret, id))
				return true;
	}
	return false;
}

archset archs_miscompiled(const struct profile *p, const struct profile *ret)
{
	archset set = 0;

	if (p->archs & 1u << ARCH_X86 && loses_number(p, ARCH_X86, ARCH_X86))
		set |= 1u << ARCH_X86;
	if (p->archs & 1u << ARCH_X32 && (loses_number(p, ARCH_X86_64, ARCH_X32) || mixes_arguments(p, ret)))
		set |= 1u << ARCH_X32;
	if (p->archs & 1u << ARCH_ARM && loses_number(p, ARCH_ARM, ARCH_ARM))
		set |= 1u << ARCH_ARM;
	return set;
}
