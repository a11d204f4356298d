/* What tells the shim's binary from any other, wherever a link, a diversion or a
 * copy of it lies. In two halves, so that who looks for it does not hold it. */
#ifndef RUNCLAMP_RUN_MARK_H
#define RUNCLAMP_RUN_MARK_H

#define MARK_FIRST "This binary is runclamp, "
#define MARK_SECOND "the shim in front of an OCI runtime."

#endif
