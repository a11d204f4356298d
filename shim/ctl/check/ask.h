/* One question to the decision: what the shim would read at create, kept
 * together for whoever tells the answer. */
#ifndef RUNCLAMP_CTL_CHECK_ASK_H
#define RUNCLAMP_CTL_CHECK_ASK_H

#include "decide/created.h"
#include "decide/decision.h"
#include <stdbool.h>

struct ask {
	struct arena arena;
	struct config config;
	const struct handler *handler; /* NULL: the configuration could not be read */
	const char *handler_name;
	const char *bundle_path;
	const char *image; /* NULL: not given */
	struct identity identity;
	struct bundle bundle;
	struct decision decision;
	struct created created; /* counts if decision.created is this */
	bool has_identity, has_bundle, has_decision;
};

/* The node's configuration. Unlike the shim, $RUNCLAMP_CONFIG counts for any
 * user: nothing is started here. */
int ask_config(struct config *ret, struct arena *arena, struct err *err) MUST_CHECK;
/* Any file as a configuration, whosever it is: as far as its text goes. */
int ask_config_file(struct config *ret, struct arena *arena, const char *path, struct err *err) MUST_CHECK;
/* A handler by name (NULL: "runclamp"); an error names the nearest one. */
int ask_handler(const struct handler **ret, const struct config *c, const char *name,
		struct err *err) MUST_CHECK;

/* Fills a, as far as it gets: 0, or -1 where the shim could not decide. a must
 * be passed to ask_free after both. */
int ask_decide(struct ask *a, const char *bundle, const char *handler, const char *image,
	       struct err *err) MUST_CHECK;
void ask_free(struct ask *a);

/* What is to be said of the section in config.json where it is not the engine's, or may not be: a sentence
 * in the arena, or NULL. */
const char *ask_section_note(struct ask *a);

/* 0 allowed, 1 refused (also where audit mode would only record it), 2. */
int ask_exit_code(const struct ask *a);

#define CLEANUP_ASK __attribute__((cleanup(ask_free)))

#endif
