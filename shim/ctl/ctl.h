/* clampctl: what its subcommands share. Usage, --help and dispatch all come
 * from one table in main.c. */
#ifndef RUNCLAMP_CTL_CTL_H
#define RUNCLAMP_CTL_CTL_H

#include "base/err.h"

/* Exit codes of check, closure and ceiling diff; the others know 0 and 2. */
enum { CTL_OK = 0, CTL_NO = 1, CTL_UNDECIDED = 2 };

struct ctl_opt {
	const char *name;  /* "--json"; NULL ends a table */
	const char *value; /* what --help calls its value; NULL: a switch */
	const char *about;
};

enum { CTL_OPTS = 8, CTL_WORDS = 2 };

/* The words of one invocation: opt[i] belongs to the subcommand's opts[i], NULL
 * where it was not given, "" for a switch. */
struct ctl_args {
	const char *opt[CTL_OPTS];
	const char *word[CTL_WORDS];
	int nwords;
};

struct ctl_sub {
	const char *name;  /* "check", "ceiling list" */
	const char *words; /* "BUNDLE", "A B", "[NAME]"; "": none */
	const char *about;
	const struct ctl_opt *opts;
	int (*run)(const struct ctl_args *args); /* returns the exit code */
};

/* Each subcommand's options stand beside its code, in the order of an enum there. */
extern const struct ctl_opt ctl_check_opts[], ctl_closure_opts[], ctl_ceiling_show_opts[],
	ctl_from_runsc_opts[], ctl_floor_show_opts[], ctl_floor_measure_opts[], ctl_install_opts[],
	ctl_uninstall_opts[];

int ctl_check(const struct ctl_args *args);
int ctl_closure(const struct ctl_args *args);
int ctl_ceiling_list(const struct ctl_args *args);
int ctl_ceiling_show(const struct ctl_args *args);
int ctl_ceiling_diff(const struct ctl_args *args);
int ctl_from_runsc(const struct ctl_args *args);
int ctl_floor_show(const struct ctl_args *args);
int ctl_floor_measure(const struct ctl_args *args);
int ctl_install(const struct ctl_args *args);
int ctl_uninstall(const struct ctl_args *args);

/* "clampctl: message" on stderr. Returns CTL_UNDECIDED. */
int ctl_complain(const struct err *err);

#endif
