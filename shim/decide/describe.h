/* Conditions and actions in words that a person can read. */
#ifndef RUNCLAMP_DECIDE_DESCRIBE_H
#define RUNCLAMP_DECIDE_DESCRIBE_H

#include "base/buf.h"
#include "model/profile.h"

/* Appends "allowed", "denied with EPERM", "killed (the process)". */
void describe_action(struct buf *out, struct action act);

/* Appends "where arg0 == 2 or arg0 == 10": when a call with conditions is allowed; at most `max` of
 * them are told, and how many more there are. */
void describe_where(struct buf *out, struct sysrules rules, unsigned max);

/* Appends what a call answers: "allowed", "allowed where arg0 == 2 or arg0 == 10, else denied
 * with EPERM". */
void describe_rules(struct buf *out, struct sysrules rules);

#endif
