/* linux.seccomp.flags by name. */
#ifndef RUNCLAMP_OCI_FLAGS_H
#define RUNCLAMP_OCI_FLAGS_H

#include <stddef.h>
#include <stdint.h>

enum { SECFLAG_COUNT = 4 };

/* A PROFILE_FLAG_…, or 0 for an unknown name. */
uint32_t secflag_from_name(const char *name, size_t len);
/* The names of a set. Returns how many. */
size_t secflag_names(uint32_t flags, const char *ret[static SECFLAG_COUNT]);

#endif
