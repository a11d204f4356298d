/* The OCI `linux.seccomp` section: JSON to profile and back. */
#ifndef RUNCLAMP_LOAD_PROFILE_JSON_H
#define RUNCLAMP_LOAD_PROFILE_JSON_H

#include "base/buf.h"
#include "base/jsontok.h"
#include "model/profile.h"

/* Names in a section that our table does not know. They cannot be allowed by
 * the closure; audit mode keeps them. */
struct unknown_names {
	const char **v; /* in the arena */
	size_t n;
};

/* Reads a section (token of an object) as the runtime would really enforce it:
 * a repeated argument index turns the whole rule into alternatives; several
 * entries for a name are alternatives; `names` and the old `name`. Refused: an
 * unknown action, operator, architecture, flag or key, an index above 5, more
 * than six conditions (crun 1.8 drops the rest), conditions on a rule that
 * names nothing are kept out; wrong types; the same condition with different
 * actions (the runtime would fail). An unknown key refuses with its place.
 * `architectures` absent: the native one only. Default errno: defaultErrnoRet,
 * else EPERM; a rule's: errnoRet, else EPERM. ret_unknown may be NULL. */
int profile_read(struct profile *ret, struct arena *arena, const struct jdoc *doc, uint32_t section,
		 enum rule_order order, struct unknown_names *ret_unknown, struct err *err) MUST_CHECK;

/* One list entry as needs, manifests and whitelists write it: "name", or
 * {"name": …, "args": […]}. Appends alternatives for each; a repeated index is an error here (written by
 * people for us: ambiguous). Unknown names: ERR of `kind` with the nearest known name,
 * unless `skip_unknown`. Result: an allow-list (ALLOW for the listed, EPERM else). */
int allowlist_read(struct profile *into, struct arena *arena, const struct jdoc *doc, uint32_t array,
		   const char *where, enum err_kind kind, bool skip_unknown, struct err *err) MUST_CHECK;

/* How a profile is written for one runtime. */
struct emit_style {
	/* names by id as the runtime spells them, or NULL for the field's names;
	 * an entry of NULL: this runtime has no such name, it is left out */
	const char *const *spelling;
	bool errno_ret;		   /* may carry errnoRet and defaultErrnoRet (runsc: no) */
	bool cache_key;		   /* crun >= 1.9 caches filters by a key that leaves errnoRet out:
				      an inert rule makes the key differ */
	bool kill_as_kill;	   /* runsc knows SCMP_ACT_KILL only */
	bool architectures;	   /* runsc ignores them: still written */
	const char *stub_names[4]; /* runc: names whose numbers keep its ENOSYS line up */
};

/* Appends the section as JSON, minimal and stable: sorted names grouped by
 * action and condition, defaultAction, architectures (never absent), flags only
 * if they were present, no entry without names. The same profile gives the
 * same bytes. */
void profile_write(const struct profile *p, const struct emit_style *style, struct buf *out);

#endif
