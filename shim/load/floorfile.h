/* floors.d: floors that `clampctl floor measure` found on this node for one
 * very binary. They win over the shipped table. */
#ifndef RUNCLAMP_LOAD_FLOORFILE_H
#define RUNCLAMP_LOAD_FLOORFILE_H

#include "base/buf.h"
#include "model/runtime.h"

/* DIR/RUNTIME-KEY.json: {"version":1,"runtime":"runc","runtime_version":"1.1.5","binary":KEY,
 * "nnp_true":{"need":[…],"margin":[…]},"nnp_false":{…},"measured":"RFC 3339"}; entries as in whitelists.
 * *ret_found false: no file for that binary. Trusted files only. */
int floorfile_load(struct floor *ret, bool *ret_found, struct arena *arena, const char *dir,
		   enum runtime_kind kind, const char *binary_key, bool no_new_privileges,
		   struct err *err) MUST_CHECK;

#endif
