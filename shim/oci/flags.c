#include "oci/flags.h"
#include "model/profile.h"

#include <string.h>

static const struct {
	const char *name;
	uint32_t flag;
} table[SECFLAG_COUNT] = {
	{"SECCOMP_FILTER_FLAG_TSYNC", PROFILE_FLAG_TSYNC},
	{"SECCOMP_FILTER_FLAG_LOG", PROFILE_FLAG_LOG},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", PROFILE_FLAG_SPEC_ALLOW},
	{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", PROFILE_FLAG_WAIT_KILLABLE_RECV},
};

uint32_t secflag_from_name(const char *name, size_t len)
{
	for (size_t i = 0; i < SECFLAG_COUNT; i++)
		if (strlen(table[i].name) == len && !memcmp(table[i].name, name, len))
			return table[i].flag;
	return 0;
}

size_t secflag_names(uint32_t flags, const char *ret[static SECFLAG_COUNT])
{
	size_t n = 0;

	for (size_t i = 0; i < SECFLAG_COUNT; i++)
		if (flags & table[i].flag)
			ret[n++] = table[i].name;
	return n;
}
