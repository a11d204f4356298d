/* containerd's configuration, as containerd itself reads it. */
#ifndef RUNCLAMP_CTL_INSTALL_INSTALL_CONTAINERD_H
#define RUNCLAMP_CTL_INSTALL_INSTALL_CONTAINERD_H

#include "ctl/install/install.h"
#include "format/toml.h"

enum { CRI_PARTS = 2 };
struct containerd {
	const char *main;	    /* the node's path of config.toml */
	struct nodefile file;	    /* it */
	unsigned version;	    /* what a drop-in has to say: config.toml's own */
	bool merges;		    /* 2.0 and newer: a drop-in's tables are merged, not put in place */
	const char *dump;	    /* the effective configuration */
	struct toml values;	    /* of the dump */
	const char *cri[CRI_PARTS]; /* the plugin's table in the dump */
};
/* Asks the node's containerd. with_own: our own drop-in counts, where it is
 * imported. */
int containerd_ask(struct containerd *ret, struct install *in, bool with_own, struct err *err) MUST_CHECK;
/* A value of the CRI plugin in the dump, "containerd/runtimes/runc/…", or NULL. */
const char *containerd_value(const struct containerd *c, const char *path) MUST_CHECK;

#endif
