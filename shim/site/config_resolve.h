/* How a configuration's values are resolved: the handler's own, else the
 * config's, else the level's. Between config.c and config_parse.c. */
#ifndef RUNCLAMP_SITE_CONFIG_RESOLVE_H
#define RUNCLAMP_SITE_CONFIG_RESOLVE_H

#include "format/jsontok.h"
#include "site/config.h"

/* What is written in one place; -1 or NULL: nothing. */
struct settings {
	int level, mode, on_missing, over, syscalls;
	const char *ceiling;
};

extern const struct settings settings_unset;
extern const char *const config_no_args[]; /* holds NULL only */

void settings_resolve(struct handler *h, const struct settings *own, const struct settings *top);

/* The usual places of a runtime; NULL-terminated. */
const char *const *config_usual_paths(enum runtime_kind runtime);
/* The first of them that is there, executable, and not runclamp itself; or NULL. */
const char *config_find_runtime(enum runtime_kind runtime);
/* Whether a path is one of those that config_find_runtime may return. */
bool config_is_usual_path(const char *path);
/* Sets runtime, path and searched: the first of runc, crun; path NULL if neither is there. */
void config_first_runtime(struct handler *h);

/* What holds where nothing is written; without handlers. */
extern const struct config config_default;
/* The handlers where none is written, with `top` taken into account. Only then: they are looked for. */
int config_default_handlers(struct config *c, struct arena *arena, const struct settings *top,
			    struct err *err) MUST_CHECK;

#endif
