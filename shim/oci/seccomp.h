/* The OCI `linux.seccomp` section: JSON to profile and back. */
#ifndef RUNCLAMP_OCI_SECCOMP_H
#define RUNCLAMP_OCI_SECCOMP_H

#include "base/buf.h"
#include "format/jsontok.h"
#include "model/profile.h"
#include "oci/bundle.h"

/* Names in a section that our table does not know. They cannot be allowed by
 * the closure; audit mode keeps them. */
struct unknown_names {
	const char **v; /* in the arena */
	size_t n;
	const char *acting; /* the first in an entry whose action is not the default, or NULL */
};

/* Reads a section (token of an object) as the runtime would really enforce it:
 * a repeated argument index turns the whole rule into alternatives; several
 * entries for a name are alternatives. Refused: an unknown action, operator,
 * architecture, flag or key (the old `name` too: runtimes ignore it), an index
 * above 5, more than six conditions (crun 1.8 drops the rest), an incomplete
 * condition, an empty name, wrong types, an errno above 4095; the same
 * condition with different actions (the runtime would fail). An entry that
 * names nothing means nothing; errnoRet means nothing where the action is
 * neither ERRNO nor TRACE. null counts as absent.
 * `architectures`: always with the native one, which libseccomp adds. Default
 * errno: defaultErrnoRet, else EPERM; a rule's: errnoRet, else EPERM.
 * Errors are ERR_BUNDLE; *ret is then undefined (a copy of 8 KiB would only be
 * made for that). ret_unknown may be NULL. */
int profile_read(struct profile *ret, struct arena *arena, const struct jdoc *doc, uint32_t section,
		 enum rule_order order, struct unknown_names *ret_unknown, struct err *err) MUST_CHECK;

/* The same for runsc, which knows a few calls by names of its own: `spelling` by
 * id, NULL where it is Linux's (struct ceiling has it). Both names are read. */
int profile_read_sentry(struct profile *ret, struct arena *arena, const struct jdoc *doc, uint32_t section,
			const char *const *spelling, struct unknown_names *ret_unknown,
			struct err *err) MUST_CHECK;

/* Reads a profile as Podman takes it from an image label: the above, or
 * Docker's form (archMap, name, comment, errno and defaultErrno as words,
 * includes and excludes), with what Go's encoding/json passes over (jread_object).
 * It is resolved for the container of `b`: this architecture, this kernel, the
 * bundle's bounding set. Unknown names of calls are refused, with the nearest
 * known one. ERR_NEEDS. */
int profile_read_label(struct profile *ret, struct arena *arena, const struct jdoc *doc, const char *where,
		       const struct bundle *b, struct err *err) MUST_CHECK;

/* A list of entries as needs, manifests and whitelists write them: "name", or
 * {"name": …, "args": […]}. Several entries for a name, also over several
 * calls, are alternatives; a repeated index in one is an error here (written by
 * people for us: ambiguous). Unknown names: an error of `kind` with the nearest
 * known name, unless `skip_unknown`. `into`: an allow-list, initialised by the
 * caller with its deny action as default. */
int allowlist_read(struct profile *into, struct arena *arena, const struct jdoc *doc, uint32_t array,
		   const char *where, enum err_kind kind, bool skip_unknown, struct err *err) MUST_CHECK;

/* Appends what such a list allows in the same form, as a JSON array: one entry
 * per name and rule, sorted. */
void allowlist_write(const struct profile *p, struct buf *out);

/* An error "WHERE: unknown system call "opennat"; did you mean "openat"?". */
int syscall_unknown(const char *where, enum err_kind kind, const char *name, size_t len, struct err *err);

/* How a profile is written for one runtime. */
struct emit_style {
	/* names by id as the runtime spells them, or NULL for the field's names;
	 * an entry of NULL: this runtime has no such name, it is left out */
	const char *const *spelling;
	bool errno_ret;	   /* may carry errnoRet and defaultErrnoRet (runsc: no) */
	archset archs;	   /* those that may be named; where none is left, `architectures` is not there */
	bool cache_key;	   /* crun >= 1.9 caches filters by a key that leaves errnoRet out:
			      an inert rule makes the key differ */
	bool kill_as_kill; /* runsc knows SCMP_ACT_KILL only */
	const char *stub_names[4]; /* runc: names whose numbers keep its ENOSYS line up */
};

/* Appends the section as compact JSON, minimal and stable: names sorted and
 * grouped by action and condition, unconditional entries first; architectures as
 * far as the style names them, flags and listener only if they were present, no
 * entry without names.
 * The same profile gives the same bytes, and so does the profile that is read
 * back from them. ERR_LIMIT: a rule's complement has too many parts. */
int profile_write(const struct profile *p, const struct emit_style *style, struct arena *arena,
		  struct buf *out, struct err *err) MUST_CHECK;
/* Whether a section's text is one that profile_write has written. */
bool profile_wrote(const char *text, size_t len);

#endif
