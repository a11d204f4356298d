/* The runtimes' command lines as data: which options there are, which take a
 * value, which subcommands start processes. One table file per runtime. */
#ifndef RUNCLAMP_RUNTIME_GRAMMAR_H
#define RUNCLAMP_RUNTIME_GRAMMAR_H

#include "runtime/argv.h"
#include "runtime/runtime.h"
#include <stdbool.h>

/* How the words are read. */
enum arg_style {
	STYLE_GO,   /* -x is --x; a switch takes =BOOL; the last repeat wins */
	STYLE_ARGP, /* glibc: abbreviations, clusters (-dbX); options end at the first positional */
	STYLE_CLAP, /* clusters, -b=X; a value may not begin with a dash */
};

enum opt_takes {
	TAKES_NOTHING,
	TAKES_VALUE,
	TAKES_OPTIONAL, /* only glued: --tty=X, -tX */
} __attribute__((packed));

enum opt_role {
	OPT_PLAIN,
	OPT_ROOT,
	OPT_LOG,
	OPT_LOG_FORMAT,
	OPT_BUNDLE,
	OPT_INFO,    /* help, version: prints and ends, whatever the subcommand */
	OPT_REFUSED, /* from here on: known, and refused where a container is made; opt_why says why */
	OPT_DEBUGGING = OPT_REFUSED,
	OPT_MISREAD,
	OPT_REPLACES_CONFIG,
} __attribute__((packed));

/* All of it lies in the table itself: a pointer would be relocated at every start, and its page copied. */
enum { OPT_NAME_MAX = 37 };
struct opt_spec {
	char name[OPT_NAME_MAX]; /* {.name = ""} ends a table */
	char letter;		 /* 0: none */
	enum opt_takes takes;
	enum opt_role role;
};

struct sub_spec {
	const char *name; /* NULL ends a table */
	enum subcommand_kind kind;
	bool has_id;		     /* the first positional is the container */
	bool flags_after_id;	     /* options are found behind positionals too */
	bool starts;		     /* starts processes */
	const struct opt_spec *opts; /* NULL: none but help */
};

struct grammar {
	enum arg_style style;
	const struct opt_spec *globals;
	const struct sub_spec *subs;
	bool open_globals;	   /* unknown --x=value before the subcommand is kept: releases differ */
	const char *const *forced; /* inserted before every subcommand; NULL-terminated; or NULL */
	const char *argv0;	   /* what the program must be called, or NULL */
	const char *newest;	   /* the newest release these tables were compared with */
};

extern const struct grammar grammar_runc, grammar_crun, grammar_runsc, grammar_youki;

const struct grammar *grammar_of(enum runtime_kind runtime);
const struct sub_spec *grammar_sub(const struct grammar *g, const char *name);

#endif
