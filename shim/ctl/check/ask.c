#include "ctl/check/ask.h"
#include "base/file.h"
#include "base/text.h"
#include "base/userns.h"
#include "ctl/ctl.h"
#include <fcntl.h>
#include <string.h>

enum { CONFIG_FILE_MAX = 256 << 10, HANDLERS_TOLD = 32 };

int ask_config(struct config *ret, struct arena *arena, struct err *err)
{
	const struct file_trust trust = {.allow_overflow_uid = false};
	const char *path = userns_is_initial_root() ? NULL : getenv("RUNCLAMP_CONFIG");
	CLEANUP_FREE char *text = NULL;
	size_t len;

	if (!path)
		return config_load(ret, arena, err);
	if (*path != '/')
		return err_set(err, ERR_CONFIG, "$RUNCLAMP_CONFIG must be an absolute path, not \"%.80s\"",
			       path);
	if (file_read_trusted(path, &trust, CONFIG_FILE_MAX, &text, &len, err) < 0)
		return err_wrap(err, "the configuration");
	return config_parse(ret, arena, text, len, arena_strndup(arena, path, strlen(path)), err);
}

int ask_config_file(struct config *ret, struct arena *arena, const char *path, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	CLEANUP_FREE char *text = NULL;
	size_t len;

	if (fd < 0)
		return err_sys(err, "%s", path);
	if (file_read_fd(fd, CONFIG_FILE_MAX, &text, &len, err) < 0)
		return err_wrap(err, "%s", path);
	return config_parse(ret, arena, text, len, path, err);
}

int ask_handler(const struct handler **ret, const struct config *c, const char *name, struct err *err)
{
	const char *names[HANDLERS_TOLD + 1] = {NULL};
	const char *nearest;

	name = name ? name : "runclamp";
	*ret = config_handler(c, name);
	if (*ret)
		return 0;
	for (uint32_t i = 0; i < c->nhandlers && i < HANDLERS_TOLD; i++)
		names[i] = c->handlers[i].name;
	nearest = text_nearest(name, strlen(name), names);
	return err_set(err, ERR_CONFIG, "%s has no handler named \"%.64s\"%s%s%s",
		       c->path ? c->path : "the default configuration", name,
		       nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

/* Whether create has put its closure in the place of the engine's profile. */
static int find_created(struct ask *a, struct err *err)
{
	bool found = false;

	if (created_find(&a->created, &found, &a->arena, &a->bundle, err) < 0)
		return -1;
	a->decision.created = found ? &a->created : NULL;
	return 0;
}

int ask_decide(struct ask *a, const char *bundle, const char *handler, const char *image, struct err *err)
{
	*a = (struct ask){
		.handler_name = handler ? handler : "runclamp",
		.bundle_path = bundle,
		.image = image,
		.bundle = {.dirfd = -1, .fd = -1},
	};
	if (ask_config(&a->config, &a->arena, err) < 0 ||
	    ask_handler(&a->handler, &a->config, a->handler_name, err) < 0 ||
	    identity_get(&a->identity, &a->arena, a->handler, err) < 0)
		return -1;
	a->has_identity = true;
	if (bundle_open(&a->bundle, &a->arena, bundle, a->config.max_config_bytes, err) < 0)
		return -1;
	a->has_bundle = true;
	if (find_created(a, err) < 0)
		return -1;
	if (decision_make(&a->decision, &a->arena, &a->config, a->handler, &a->bundle, &a->identity, NULL,
			  image, err) < 0)
		return -1;
	a->has_decision = true;
	return 0;
}

const char *ask_section_note(struct ask *a)
{
	char text[320];

	if (!a->has_decision)
		return NULL;
	if (a->decision.created)
		(void)snprintf(
			text, sizeof(text),
			"container %.80s was created from this bundle: its section is runclamp's own, and "
			"what the engine's profile said is as create recorded it",
			a->created.id);
	else if (created_already(&a->bundle))
		(void)snprintf(
			text, sizeof(text),
			"the section in config.json is one that runclamp wrote, and there is no record of "
			"the create: \"the engine's profile\" is here what was left of it then");
	else
		return NULL;
	return arena_strndup(&a->arena, text, strlen(text));
}

void ask_free(struct ask *a)
{
	decision_free(&a->decision);
	if (a->has_bundle)
		bundle_close(&a->bundle);
	arena_free(&a->arena);
}

int ask_exit_code(const struct ask *a)
{
	if (!a->has_decision)
		return CTL_UNDECIDED;
	return a->decision.verdict == VERDICT_ALLOW ? CTL_OK : CTL_NO;
}
