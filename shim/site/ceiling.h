/* Ceilings: whitelist files, and the syscall table of an installed runsc. */
#ifndef RUNCLAMP_SITE_CEILING_H
#define RUNCLAMP_SITE_CEILING_H

#include "base/buf.h"
#include "base/file.h"
#include "model/profile.h"

enum { CEILING_MAX = 1 << 20 };

/* One whitelist, for the native architecture. */
struct ceiling {
	const char *name;	       /* "node-default", or the path */
	const char *source;	       /* the file's `source` text */
	struct profile allow;	       /* what needs may have; archs as the file says */
	bool has_floor;		       /* whether `floor` allows anything */
	struct profile floor;	       /* allowed for the runtime's own calls only */
	struct sysset unimplemented;   /* in the sentry's table, answering ENOSYS there */
	struct sysset table;	       /* every name that this sentry's table has (empty: no sentry table) */
	const char *spelling[SYS_MAX]; /* the sentry's own name where it differs, else NULL */
};

/* Parses a whitelist file's text (format: docs/man/runclamp-whitelist.5):
 * {"version":1,"name","about","source","amd64":{"architectures","syscalls","partial","unimplemented","floor","spelling"},"arm64":{…}}
 * It is a sentry's table if it has `unimplemented`. `full_only` leaves `partial`
 * out. `architectures` absent: the native one. Of the other architecture only
 * the keys are looked at. Unknown keys and names refuse. Errors are ERR_CONFIG. */
int ceiling_parse(struct ceiling *ret, struct arena *arena, const char *text, size_t len, const char *where,
		  bool full_only, struct err *err) MUST_CHECK;

/* Loads by name from dirs (NULL-terminated, first hit: an operator's own go
 * before the shipped ones), else from the shipped ones, which are compiled in, or
 * by absolute path; trusted files only.
 * Either may end in ":full". A name that no folder has: an error that lists those there are. */
int ceiling_load(struct ceiling *ret, struct arena *arena, const char *name, const char *const *dirs,
		 const struct file_trust *trust, struct err *err) MUST_CHECK;

/* Turns the output of `runsc help syscalls -format json` into a whitelist
 * file's text, matched by number: the sentry spells some names its own way. A
 * number that our table does not know is left out: it could not be allowed
 * anyway. ERR_RUNTIME. */
int ceiling_from_runsc(const char *text, size_t len, const char *release, struct buf *out,
		       struct err *err) MUST_CHECK;

#endif
