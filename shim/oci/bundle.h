/* config.json of a bundle, read once and strictly, with the offsets that the
 * decision and the splice need. */
#ifndef RUNCLAMP_OCI_BUNDLE_H
#define RUNCLAMP_OCI_BUNDLE_H

#include "format/jsontok.h"
#include <sys/stat.h>

enum {
	BUNDLE_MAX_DEFAULT = 4 << 20,
	BUNDLE_DEPTH = 64,
	BUNDLE_TOKENS = 1 << 20,
	BUNDLE_ANNOTATIONS_MAX = 4096
};

struct annotation {
	const char *key; /* unescaped, in the arena */
	size_t key_len;
	const char *value;
	size_t value_len;
	uint32_t value_tok;
};

struct bundle {
	int dirfd; /* the bundle's folder; owned */
	int fd;	   /* config.json, open for reading; owned */
	dev_t dev; /* of the folder */
	ino_t ino;
	struct stat st;	   /* of config.json, without others' right to write */
	bool exposed;	   /* they had it: what was read has to be written anew */
	const char *path;  /* the folder, as it was named; in the arena */
	const char *place; /* where it lies, links followed; NULL: read from memory */
	struct jdoc doc;   /* text owned by the arena */
	/* Value tokens; 0 where absent. */
	uint32_t root_path, process, process_caps, process_nnp, process_args, annotations;
	uint32_t linux_obj, seccomp, hooks, hooks_start_container, mounts, namespaces, hostname;
	/* Sorted as written. */
	const struct annotation *annot;
	size_t nannot;
};

/* Opens and reads PATH/config.json (PATH may be relative).
 * Refused, each with file, line and column:
 * - a folder or file that belongs neither to root nor to the caller's effective
 *   uid (a folder: nor to a uid that /etc/subuid keeps for containers), or that group or others can write (a
 * POSIX ACL counts by its mask in the mode), whatever the folder's sticky bit
 * - config.json that is a symbolic link, wherever it leads (a rename would
 *   replace the link, not the file), or no regular file; more than max bytes
 * - what jdoc refuses
 * - on the top level, in root, process, its capabilities, hooks, mounts, linux,
 *   its namespaces, linux.seccomp, its syscalls and their args: a key that
 *   stands there twice, or that folds to a name that runtimes read but is
 *   spelled otherwise ("Linux", "LINUX"; "linu\u0078" is fine, it unescapes to
 *   the name itself); a known key with a value of the wrong type (null counts
 *   as absent). Unknown keys are left alone.
 * - an annotation that stands there twice or is no string, or too many of them. */
int bundle_open(struct bundle *ret, struct arena *arena, const char *path, size_t max,
		struct err *err) MUST_CHECK;
/* For fuzzers and tests: the same from memory; dirfd and fd are -1. */
int bundle_parse(struct bundle *ret, struct arena *arena, const char *text, size_t len,
		 struct err *err) MUST_CHECK;
/* Harmless on a zeroed bundle. */
void bundle_close(struct bundle *b);

/* NULL if absent. */
const struct annotation *bundle_annotation(const struct bundle *b, const char *key);
/* process.noNewPrivileges is true. */
bool bundle_no_new_privileges(const struct bundle *b);

#endif
