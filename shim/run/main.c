/* runclamp, in the runtime's place. create and run pass the gates; everything
 * else goes to the runtime that has the container, untouched. */
#include "base/arena.h"
#include "base/file.h"
#include "base/spawn.h"
#include "decide/created.h"
#include "decide/decision.h"
#include "decide/record.h"
#include "oci/splice.h"
#include "run/mark.h"
#include "run/refusal.h"
#include "run/registry.h"
#include "runtime/argv.h"
#include "runtime/grammar.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern char **environ;

/* The exit code of a refusal; errors have their kind's (docs/ERRORS.md). */
enum { EXIT_REFUSED = 1, SWEEP_AT_MOST = 32, SWEEP_EVERY = 8 };

/* One invocation. */
struct call {
	struct arena arena;
	int argc;
	char **argv;
	const char *handler_name;
	struct config config;
	const struct handler *handler; /* NULL until the config is read */
	struct cmdline cmd;
	struct identity identity;
	struct bundle bundle;
	struct decision *decision; /* in the arena: large, and only for create */
	bool has_identity, has_bundle, has_decision;
	struct timespec began;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static uint64_t microseconds_since(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - began->tv_sec) * 1000000 + (now.tv_nsec - began->tv_nsec) / 1000);
}

/* Only returns if it fails. */
static int hand_off(struct call *c, enum runtime_kind kind, const char *path, const char *const *args,
		    struct err *err)
{
	char **argv;

	if (argv_build(&argv, &c->arena, kind, path, args, c->argc, c->argv, &c->cmd, err) < 0)
		return -1;
	(void)execve(path, argv, environ);
	return err_sys(err, "cannot execute %s, the %s of handler %s", path, runtime_name(kind),
		       c->handler_name);
}

static int read_config(struct call *c, struct err *err)
{
	if (config_load(&c->config, &c->arena, err) < 0)
		return -1;
	c->handler = config_handler(&c->config, c->handler_name);
	if (!c->handler)
		return err_set(err, ERR_CONFIG,
			       "%s has no handler named \"%s\", by which runclamp was called; add it "
			       "under \"handlers\"",
			       c->config.path ? c->config.path : "the default configuration",
			       c->handler_name);
	return 0;
}

/* One reading of the command line, by one runtime's grammar: 1 if it leads to a
 * record of that runtime, 0 if not, -1 if there is a record that can't be read:
 * which runtime has the container is never guessed. `seen` keeps the record
 * between readings that agree on the container. */
static int read_as(struct call *c, enum runtime_kind kind, struct registry_key *seen_key,
		   struct registration *seen, struct err *err)
{
	struct cmdline cmd;
	struct err ignored;
	bool found = seen_key->id != NULL;

	if (argv_parse(&cmd, &c->arena, kind, c->argc, c->argv, &ignored) < 0 || !cmd.id)
		return 0;
	if (cmd.sub != SUB_EXEC && cmd.sub != SUB_DELETE && cmd.sub != SUB_OTHER)
		return 0; /* starts a new container: the config decides */
	const struct registry_key key = {cmd.root, cmd.id, kind};
	if (!found || strcmp(key.id, seen_key->id) != 0 || !key.root || !seen_key->root ||
	    strcmp(key.root, seen_key->root) != 0) {
		if (registry_get(seen, &found, &c->arena, &key, err) < 0)
			return -1;
		*seen_key = found ? key : (struct registry_key){0};
	}
	/* Without --root each runtime looks in a folder of its own: the container
	 * of that name there is meant only if it is this handler's. */
	if (!found || seen->runtime != kind || (!cmd.root && strcmp(seen->handler, c->handler_name) != 0))
		return 0;
	c->cmd = cmd;
	return 1;
}

/* The runtime that the record says has this container: 1, 0: no record, or -1.
 * The command line is read by each runtime's grammar in turn until one of them
 * leads to its own record: this has to work without the config. */
static int find_recorded(struct call *c, struct registration *ret, struct err *err)
{
	struct registry_key seen = {0};
	int found = 0;

	for (int kind = 0; kind < RUNTIME_KIND_COUNT && found == 0; kind++)
		found = read_as(c, (enum runtime_kind)kind, &seen, ret, err);
	return found;
}

/* Under a config that can't be used, what does not start anything still has to
 * work: no container without a record was ever created here, so the default
 * runtime answers for those. */
static int fall_back(struct call *c)
{
	struct err ignored;

	if (config_fallback(&c->config, &c->arena, &ignored) < 0 || c->config.nhandlers == 0)
		return -1;
	c->handler = config_handler(&c->config, c->handler_name);
	if (!c->handler)
		c->handler = &c->config.handlers[0];
	if (argv_parse(&c->cmd, &c->arena, c->handler->runtime, c->argc, c->argv, &ignored) < 0)
		return -1;
	return c->cmd.sub == SUB_NONE || c->cmd.sub == SUB_DELETE || c->cmd.sub == SUB_OTHER ? 0 : -1;
}

static int pass_through(struct call *c, enum runtime_kind kind, const char *path, const char *const *args,
			struct err *err)
{
	if (c->cmd.sub == SUB_DELETE && c->cmd.id)
		registry_mark(&(struct registry_key){c->cmd.root, c->cmd.id, kind});
	return hand_off(c, kind, path, args, err);
}

/* To the handler's own runtime, which no create has looked at. */
static int hand_on(struct call *c, struct err *err)
{
	struct stat st;

	if (!c->handler->path)
		return err_set(err, ERR_RUNTIME, "handler %s: no %s in the usual places; install it",
			       c->handler->name, runtime_name(c->handler->runtime));
	if (identity_check(c->handler->path, &st, err) < 0)
		return err_wrap(err, "handler %s", c->handler->name);
	return pass_through(c, c->handler->runtime, c->handler->path, c->handler->args, err);
}

static int refuse_subcommand(const struct call *c, struct err *err)
{
	if (c->cmd.sub == SUB_UNKNOWN)
		return err_set(err, ERR_USAGE,
			       "\"%.80s\" is no subcommand of %s that runclamp knows (up to %s); one that it "
			       "does not know may start a container without passing its gates",
			       c->cmd.sub_name, runtime_name(c->handler->runtime),
			       grammar_of(c->handler->runtime)->newest);
	return err_set(
		err, ERR_USAGE,
		"runclamp does not run \"%s %s\": the container would start without passing its gates; use "
		"create or run",
		runtime_name(c->handler->runtime), c->cmd.sub_name);
}

/* From the command line to the decision. */
static int decide(struct call *c, struct err *err)
{
	if (argv_check_args(c->handler->runtime, c->handler->args, &c->arena, err) < 0 ||
	    identity_get(&c->identity, &c->arena, c->handler, err) < 0)
		return -1;
	c->has_identity = true;
	if (bundle_open(&c->bundle, &c->arena, c->cmd.bundle ? c->cmd.bundle : ".",
			c->config.max_config_bytes, err) < 0)
		return -1;
	c->has_bundle = true;
	c->decision = arena_alloc(&c->arena, sizeof(*c->decision));
	if (!c->decision)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (decision_make(c->decision, &c->arena, &c->config, c->handler, &c->bundle, &c->identity, c->cmd.id,
			  NULL, err) < 0)
		return -1;
	c->has_decision = true;
	return 0;
}

/* One line for the decision, or for the error that came in its place. */
static int record(struct call *c, const struct err *error, struct err *err)
{
	CLEANUP_BUF struct buf line = {0};
	const struct record_context ctx = {
		.id = c->cmd.id,
		.subcommand = c->cmd.sub_name,
		.handler = c->handler,
		.identity = c->has_identity ? &c->identity : NULL,
		.decision = c->has_decision ? c->decision : NULL,
		.error = error,
		.microseconds = microseconds_since(&c->began),
	};

	if (!c->handler || !c->config.decision_log)
		return 0;
	record_format(&ctx, &line);
	if (record_append(c->config.decision_log, &line, c->config.decision_log_required, err) < 0)
		return c->config.decision_log_required ? -1 : 0;
	return 0;
}

/* What config.json is to be: as it was read, with the closure in it if there is one. */
static int make_text(const struct call *c, struct buf *out, struct err *err)
{
	const struct decision *d = c->decision;

	if (d->inject)
		return splice_apply(&c->bundle, &(struct splice_member){"linux", "seccomp", d->section.data},
				    1, out, err);
	buf_put(out, c->bundle.doc.text, c->bundle.doc.len);
	return out->failed ? err_set(err, ERR_LIMIT, "out of memory") : 0;
}

/* Writes the closure into config.json and hands over to the runtime. */
static int start(struct call *c, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};
	const struct registry_key key = {c->cmd.root, c->cmd.id, c->handler->runtime};
	struct created created;
	bool known = false;
	struct registration reg = {
		.handler = c->handler->name,
		.runtime = c->handler->runtime,
		.path = c->handler->path,
		.args = c->handler->args,
		.of_run = c->cmd.sub == SUB_RUN,
	};

	if (make_text(c, &text, err) < 0)
		return -1;
	if (c->decision->inject &&
	    created_settle(&created, &known, &c->arena, &c->bundle, c->decision, err) < 0)
		return -1;
	reg.created = known ? &created : NULL;
	if (registry_put(&key, &reg, &c->arena, err) < 0)
		return -1;
	if (known && created.follows)
		refusal_tell(NULL, created_follows);
	/* One create in a few, so that the others do not pay for the look. */
	if (getpid() % SWEEP_EVERY == 0)
		registry_sweep(SWEEP_AT_MOST);
	if (record(c, NULL, err) < 0)
		return -1;
	if (splice_commit(&c->bundle, text.data, text.len, err) < 0)
		return -1;
	return hand_off(c, c->handler->runtime, c->handler->path, c->handler->args, err);
}

static int fail(struct call *c, const struct err *err)
{
	struct cmdline_hint hint;
	struct err ignored;

	/* A command line that could not be read, or was not yet. */
	argv_guess(&hint, c->argc, c->argv);
	if (!c->cmd.sub_name)
		c->cmd.sub_name = hint.sub_name;
	if (!c->cmd.log)
		c->cmd.log = hint.log;
	if (hint.sub_name)
		(void)!record(c, err, &ignored);
	refusal_tell(c->cmd.log, err->msg);
	return err_exit_code(err->kind);
}

static int create(struct call *c)
{
	struct err err = {0};

	if (decide(c, &err) < 0)
		return fail(c, &err);
	if (c->decision->verdict == VERDICT_REFUSE && !c->decision->audit) {
		if (record(c, NULL, &err) < 0)
			return fail(c, &err);
		refusal_tell(c->cmd.log, c->decision->sentence);
		return EXIT_REFUSED;
	}
	(void)!start(c, &err);
	return fail(c, &err);
}

static int dispatch(struct call *c)
{
	struct err err = {0};
	struct registration reg;

	int found = find_recorded(c, &reg, &err);

	if (found > 0)
		(void)!pass_through(c, reg.runtime, reg.path, reg.args, &err);
	if (found != 0)
		return fail(c, &err);
	if (read_config(c, &err) < 0) {
		if (fall_back(c) < 0)
			return fail(c, &err);
	} else if (argv_parse(&c->cmd, &c->arena, c->handler->runtime, c->argc, c->argv, &err) < 0) {
		return fail(c, &err);
	}
	switch (c->cmd.sub) {
	case SUB_CREATE:
	case SUB_RUN:
		return create(c);
	case SUB_RESTORE:
	case SUB_DO:
	case SUB_UNKNOWN:
		(void)!refuse_subcommand(c, &err);
		return fail(c, &err);
	case SUB_NONE:
	case SUB_EXEC:
	case SUB_DELETE:
	case SUB_OTHER:
		break;
	}
	(void)!hand_on(c, &err);
	return fail(c, &err);
}

static const char mark[] = MARK_FIRST MARK_SECOND;

int main(int argc, char *argv[])
{
	struct call c = {.argc = argc, .argv = argv, .bundle = {.dirfd = -1, .fd = -1}};
	int code;

	/* Nothing reads it here: the linker must not leave it out. */
	__asm__ volatile("" ::"r"(mark));
	if (argc < 1)
		return err_exit_code(ERR_USAGE);
	(void)clock_gettime(CLOCK_MONOTONIC, &c.began);
	if (getenv(SPAWN_MARK)) {
		refusal_tell(NULL,
			     "a runtime that was asked for its version led back to runclamp: name the real "
			     "runtime's binary in the handler's path, or as its inner");
		return err_exit_code(ERR_RUNTIME);
	}
	file_remember_folders();
	c.handler_name = base_name(argv[0]);
	code = dispatch(&c);
	if (c.decision)
		decision_free(c.decision);
	if (c.has_bundle)
		bundle_close(&c.bundle);
	arena_free(&c.arena);
	return code;
}
