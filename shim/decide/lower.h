/* Lowering: from a closure to what one runtime at one version really enforces. */
#ifndef RUNCLAMP_DECIDE_LOWER_H
#define RUNCLAMP_DECIDE_LOWER_H

#include "oci/seccomp.h"
#include "runtime/runtime.h"
#include "site/ceiling.h"

struct lowering {
	struct profile profile; /* what is written */
	archset dropped;	/* 32-bit architectures on which the closure could not be held */
	struct emit_style style;
	const char *spelling[SYS_MAX]; /* the style's, for runsc */
};

/* `engine`: the profile as it was read, or NULL. `known_only`: names that neither
 * the engine wrote nor libseccomp 2.5.4 (2022) knows are not denied by name, as
 * crun was told to fail on what its libseccomp does not know. `sentry`: for runsc
 * the table of that very binary (required), else NULL. ERR_RUNTIME: this runtime
 * would ignore or refuse part of the filter; the message says which. */
int lower_profile(struct lowering *ret, struct arena *arena, const struct profile *closure,
		  const struct profile *engine, enum runtime_kind kind, runtime_version version,
		  bool known_only, const struct ceiling *sentry, struct err *err) MUST_CHECK;

#endif
