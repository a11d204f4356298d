/* The runtimes' command lines, parsed by grammars that are data: how runc,
 * crun, runsc and youki would read them, no more and no less. */
#ifndef RUNCLAMP_RUNTIME_ARGV_H
#define RUNCLAMP_RUNTIME_ARGV_H

#include "base/arena.h"
#include "base/err.h"
#include "runtime/runtime.h"
#include <stdbool.h>

enum subcommand_kind {
	SUB_NONE, /* asks (--version, create --help), or no subcommand: starts nothing */
	SUB_CREATE,
	SUB_RUN,
	SUB_RESTORE, /* refused by this version */
	SUB_EXEC,    /* passed through by this version */
	SUB_DO,	     /* runsc do, bwrap, boot and their like start programs by themselves: refused */
	SUB_UNKNOWN, /* the grammar lacks it, and it may be another of those: refused */
	SUB_DELETE,  /* passed through, marks the record */
	SUB_OTHER,   /* passed through */
};

struct cmdline {
	enum subcommand_kind sub;
	const char *sub_name;	/* as written; borrowed from argv; NULL if none */
	int sub_index;		/* of the subcommand in argv, 0 if none */
	int flags_index;	/* where runsc's own flags go: sub_index, or its "--"; 0 if none */
	const char *root;	/* --root, or NULL */
	const char *log;	/* --log, or NULL */
	const char *log_format; /* or NULL */
	const char *id;		/* container id, or NULL where the subcommand has none */
	const char *bundle;	/* create, run: --bundle, or NULL: the working directory */
	/* create and run: the canonical command line without argv[0]: every option
	 * spelled in full as --name=value before its subcommand's positional, in the
	 * caller's order, so that shim and runtime cannot read it differently. NULL for
	 * everything else. */
	char **canonical;     /* NULL-terminated; in the arena */
	int sub_in_canonical; /* index of the subcommand there */
};

enum { ARGV_ID_MAX = 1024 };

/* argv[0] is the program. create and run are read strictly: an unknown or
 * ambiguous option, a missing value, several --bundle that differ, a missing or
 * second ID, an ID that runc would refuse (letters, digits, _ + - . , only; not
 * "." or "..") or that starts with '-': ERR_USAGE; crun's --config/-f too, with
 * its own sentence. What asks for help or a version and holds no word that is not
 * understood is SUB_NONE, whatever it asks about. Anything else is found as
 * far as it can be: an unknown dashed word before the subcommand refuses
 * (ERR_USAGE) only if the subcommand, or one of the words behind it that could
 * be the subcommand, starts processes. Whatever cannot be told is NULL. */
int argv_parse(struct cmdline *ret, struct arena *arena, enum runtime_kind runtime, int argc,
	       char *const argv[], struct err *err) MUST_CHECK;

/* What can be said of a command line that could not be read, for the one who has
 * to be told: the value of --log, and whether a word says create or run. */
struct cmdline_hint {
	const char *log;      /* or NULL */
	const char *sub_name; /* "create", "run" or "restore", or NULL */
};
void argv_guess(struct cmdline_hint *ret, int argc, char *const argv[]);

/* A handler's args: options of the runtime's own and nothing that would be read
 * as a subcommand, an end of options, or a question. */
int argv_check_args(enum runtime_kind runtime, const char *const *args, struct arena *arena,
		    struct err *err) MUST_CHECK;

/* The command line to exec: path, the handler's args, for runsc
 * --oci-seccomp=true --allow-flag-override=false immediately before the
 * subcommand (before a "--" that stands there), and the caller's words
 * (canonical for create and run). A crun is called crun whatever its file's
 * name. NULL-terminated; borrows argv, path and args. */
int argv_build(char ***ret, struct arena *arena, enum runtime_kind runtime, const char *path,
	       const char *const *args, int argc, char *const argv[], const struct cmdline *cl,
	       struct err *err) MUST_CHECK;

#endif
