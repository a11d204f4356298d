/* clampctl install and uninstall: one file of the engine's configuration, as a
 * text that each engine's own code makes from the one that is there. */
#ifndef RUNCLAMP_CTL_INSTALL_INSTALL_H
#define RUNCLAMP_CTL_INSTALL_INSTALL_H

#include "base/buf.h"
#include "ctl/node/nodefs.h"
#include "site/config.h"

/* What was written into one file: kept below /var/lib/runclamp, so that
 * uninstall gives back the bytes of before. */
struct installed {
	const char *engine, *path;
	const char *before; /* the text before the first handler; NULL: the file was not there */
	size_t before_len;
	const char *after;     /* SHA-256 of what was written last; "": somebody wrote in between */
	const char *preferred; /* the handler that --set-default named; NULL: none */
	struct names earlier;  /* those that were so before it, the last one last */
	struct names handlers; /* in it by our doing */
	struct names folders;  /* made for it, outermost first */
};

enum { INSTALLED_MAX = 24 };
struct install_state {
	struct installed v[INSTALLED_MAX];
	unsigned n;
	struct names links; /* of handlers, made by us in bindir */
};
/* No file: an empty state. */
int install_state_read(struct install_state *ret, const struct nodefs *fs, struct arena *arena,
		       struct err *err) MUST_CHECK;
int install_state_write(const struct install_state *s, const struct nodefs *fs, struct arena *arena,
			struct err *err) MUST_CHECK;
/* Holds off other runs until the descriptor is closed; -1 on failure. */
int install_state_lock(const struct nodefs *fs, struct arena *arena, struct err *err) MUST_CHECK;

/* One invocation, for one file. */
struct install {
	struct arena *arena;
	struct nodefs fs;
	const struct install_engine *engine;
	const char *handler;
	const char *config; /* --config, or NULL */
	const char *binary; /* the node's path of the link or binary by the handler's name */
	bool set_default, dry_run, force, ignore_users;
	struct nodefile file;
	int lock;
	struct install_state state;
	struct installed *entry; /* of that file; NULL: we never wrote it */
	bool remove;		 /* what add or take found: nothing is left for the file */
	struct buf notes;	 /* lines that are said at the end */
};

struct install_engine {
	const char *name;
	const char *file;		  /* the node's path, where --config does not say another */
	const char *reload, *reload_less; /* what is left to do after install, after uninstall */
	/* The file for a --config that names another than the one that is written; NULL: it
	 * is the file. */
	const char *beside;
	bool whole; /* the file is ours alone: there is no text of before */
	/* The whole new text, with the handler in it (and the entry's others), or without
	 * it; or in->remove set: the file is to go. */
	int (*add)(struct buf *out, struct install *in, struct err *err);
	int (*take)(struct buf *out, struct install *in, struct err *err);
	/* Afterwards: does the engine's own reading have the handler? Notes what is missing
	 * and returns the exit code; -1: the engine does not take what was written. May be
	 * NULL. */
	int (*verify)(struct install *in, struct err *err);
};
extern const struct install_engine install_docker, install_podman, install_crio, install_containerd;

/* What the command line says, and the state; without a file yet. in->fs is open
 * and in->lock held (or -1) even where it fails: install_end. */
struct install_words {
	const char *engine, *handler, *config, *root;
	bool set_default, dry_run, force, ignore_users;
};
/* NULL with the error set: no engine of that name. */
const struct install_engine *install_engine_find(const char *name, struct err *err);
/* words->engine "all" leaves in->engine empty. */
int install_begin(struct install *in, struct arena *arena, const struct install_words *words,
		  struct err *err) MUST_CHECK;
void install_end(struct install *in);
#define CLEANUP_INSTALL __attribute__((cleanup(install_end)))
/* Reads the file, and finds the entry for it. */
int install_open(struct install *in, const char *path, struct err *err) MUST_CHECK;
/* Whether out (or in->remove) is anything new; what would be done, as a diff. */
bool install_differs(const struct install *in, const struct buf *out);
int install_show(const struct install *in, const struct buf *out, struct err *err) MUST_CHECK;
/* Replaces or removes the file; made folders go into its entry, or away. */
int install_write(struct install *in, const struct buf *out, struct err *err) MUST_CHECK;
/* Gives back the file, the folders, the link and the state of before this run. */
int install_undo(struct install *in, const struct install_state *before, struct err *err) MUST_CHECK;
/* Keeps in the entry what the file will hold, as long as nobody else wrote to it. */
int install_remember(struct install *in, const struct buf *out, struct err *err) MUST_CHECK;
/* Whether the file still holds what we wrote last. */
bool install_untouched(const struct install *in);
/* runclamp's own configuration, as it counts on the node. */
int install_config(struct config *ret, const struct install *in, struct err *err) MUST_CHECK;
/* Which runtime a handler of it has there, where that is left to be found, too. */
enum runtime_kind install_runtime(const struct install *in, const struct handler *h);
/* The file that is written, by the engine and --config. NULL: no memory. */
const char *install_path(const struct install *in) MUST_CHECK;
/* FOLDER/NAME, in the arena. */
const char *install_join(struct arena *arena, const char *folder, const char *name) MUST_CHECK;
/* A line for the end; what is not to be seen on a terminal is escaped. */
void install_note(struct install *in, const char *fmt, ...) PRINTF_LIKE(2, 3);
void install_say(const struct install *in);

/* Containers that a handler (NULL: any) created and whose runtime still has
 * state, by root's records or by users': how many, and the IDs for a message. */
struct leftovers {
	struct buf ids;
	unsigned n;
};
int leftover_find(const struct nodefs *fs, struct arena *arena, const char *handler,
		  struct leftovers *ret_roots, struct leftovers *ret_users, struct err *err) MUST_CHECK;

#endif
