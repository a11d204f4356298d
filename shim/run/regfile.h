/* One record of the registry as text, and the runtime's own state beside it. */
#ifndef RUNCLAMP_RUN_REGFILE_H
#define RUNCLAMP_RUN_REGFILE_H

#include "base/buf.h"
#include "run/registry.h"

enum { REGFILE_NAME = 41, REGFILE_ROOTS = 3 };

struct regfile {
	struct registration reg;
	const char *id;
	const char *roots[REGFILE_ROOTS + 1]; /* where the runtime may keep its state; NULL-terminated */
	uint64_t mount_ns;		      /* in which they are so called; 0: not known */
};

/* The caller's mount namespace, by its root mount, or its inode on older kernels; 0: not known. */
uint64_t regfile_mount_ns(void);

/* The file's name: 40 hex digits of SHA-256 over the real root and the ID. */
int regfile_name(char dst[static REGFILE_NAME], const struct registry_key *key, struct err *err) MUST_CHECK;
/* The same where the real root is known. */
int regfile_name_below(char dst[static REGFILE_NAME], const char *root, const char *id,
		       struct err *err) MUST_CHECK;

/* --root among the handler's own args, or NULL. */
const char *regfile_root_of_args(struct arena *arena, const struct registration *r);

/* The roots that the runtime will use, from --root, else the handler's args,
 * else its defaults in this environment. */
int regfile_fill(struct regfile *ret, struct arena *arena, const struct registry_key *key,
		 const struct registration *r, struct err *err) MUST_CHECK;

void regfile_write(const struct regfile *f, struct buf *out);
/* Records of older and newer versions stay readable: unknown keys are skipped. */
int regfile_read(struct regfile *ret, struct arena *arena, const char *text, size_t len,
		 struct err *err) MUST_CHECK;

/* Whether the runtime still has state of that container (or we can't tell). */
bool regfile_alive(const struct regfile *f);

#endif
