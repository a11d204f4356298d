/* floors.d: floors that `clampctl floor measure` found on this node for one
 * very binary. They win over the shipped table. */
#ifndef RUNCLAMP_SITE_FLOORFILE_H
#define RUNCLAMP_SITE_FLOORFILE_H

#include "base/buf.h"
#include "base/file.h"
#include "runtime/runtime.h"

/* {"version":1,"runtime":"runc","runtime_version":"1.1.5","binary":KEY,"measured":"RFC 3339",
 * "nnp_true":{"need":[…],"exec":[…],"effect":[…],"margin":[…],
 *             "fallbacks":[{"denied":"statx","answer":"ENOSYS","instead":[…]}]},"nnp_false":{…}}
 * Entries as in whitelists; the calls of a fall-back are names. Required: version, runtime and binary. A part
 * that is not there the floor lacks (files of older versions have need and margin alone): floor_complete.
 * An unknown key is an error. */
enum { FLOORFILE_MAX = 256 << 10, FLOORFILE_NAME = 160 };

/* "RUNTIME-KEY.json". -1: the key is none (it comes from identity_get). */
int floorfile_name(char dst[static FLOORFILE_NAME], enum runtime_kind kind, const char *binary_key,
		   struct err *err) MUST_CHECK;

/* *ret_found false: DIR has no file for that binary. Trusted files only; a
 * file about another runtime or binary than its name says is an error. */
int floorfile_load(struct floor *ret, bool *ret_found, struct arena *arena, const char *dir,
		   enum runtime_kind kind, const char *binary_key, bool no_new_privileges,
		   const struct file_trust *trust, struct err *err) MUST_CHECK;
int floorfile_parse(struct floor *ret, struct arena *arena, const char *text, size_t len, const char *where,
		    enum runtime_kind kind, const char *binary_key, bool no_new_privileges,
		    struct err *err) MUST_CHECK;

/* What a file says. Index 1: noNewPrivileges true. */
struct floorfile {
	enum runtime_kind kind;
	const char *runtime_version;
	const char *binary_key;
	const char *measured; /* "2026-01-02T03:04:05Z" */
	const struct floor *floor[2];
};
void floorfile_write(const struct floorfile *f, struct arena *arena, struct buf *out);

#endif
