/* Errors: what went wrong, in one sentence, for the person who has to mend it.
 * A refusal of a container is not an error but a decision (decide/decision.h). */
#ifndef RUNCLAMP_BASE_ERR_H
#define RUNCLAMP_BASE_ERR_H

#include "base/cleanup.h"

/* Each kind has one exit code, documented in docs/ERRORS.md. */
enum err_kind {
	ERR_NONE = 0,
	ERR_USAGE,    /* the command line */
	ERR_CONFIG,   /* runclamp's own configuration, whitelists, floors */
	ERR_BUNDLE,   /* config.json: unreadable, malformed, ambiguous, not trusted */
	ERR_NEEDS,    /* an annotation, label or manifest that declares needs */
	ERR_RUNTIME,  /* the real runtime: missing, not trusted, version unknown */
	ERR_LIMIT,    /* a size bound was passed */
	ERR_SYSTEM,   /* a system call failed; `sys` holds errno */
	ERR_INTERNAL, /* a bug in runclamp */
	ERR_KIND_COUNT,
};

struct err {
	enum err_kind kind;
	int sys; /* errno, or 0 */
	char msg[512];
};

/* Sets the error and returns -1, so that a function can `return err_set(…)`.
 * Control bytes in the arguments are escaped (\xNN). */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As err_set with ERR_SYSTEM; appends ": strerror(errno)". The phrases that
 * engines map to exit codes ("permission denied", "no such file",
 * "executable file not found") are reworded: "access refused (EACCES)". */
int err_sys(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Puts context in front: "context: message". Keeps kind and sys. Returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The documented exit code of a kind (1 to 125). */
int err_exit_code(enum err_kind kind);

#endif
