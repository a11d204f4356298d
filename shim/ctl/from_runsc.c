/* clampctl ceiling from-runsc: the table of an installed runsc as a whitelist. */
#include "ctl/check/ask.h"
#include "ctl/ctl.h"
#include "ctl/runtime.h"
#include "site/config_resolve.h"
#include <sys/wait.h>

enum { OPT_RUNSC };
const struct ctl_opt ctl_from_runsc_opts[] = {
	[OPT_RUNSC] = {"--runsc", "PATH", "this runsc (default: the first handler's that has one)"},
	{0},
};

enum { TABLE_DEADLINE_MS = 10000 };

/* A handler's runsc, else one in the usual places. */
static const char *find_runsc(struct arena *arena)
{
	struct config config;
	struct err ignored = {0};

	if (ask_config(&config, arena, &ignored) == 0)
		for (uint32_t i = 0; i < config.nhandlers; i++) {
			const struct handler *h = &config.handlers[i];

			if (h->runtime == RUNTIME_RUNSC && h->path)
				return h->inner ? h->inner : h->path;
		}
	return config_find_runtime(RUNTIME_RUNSC);
}

static int read_table(struct buf *out, const struct identity *id, struct err *err)
{
	char help[] = "help", syscalls[] = "syscalls", format[] = "-format", json[] = "json", os[] = "-os",
	     lin[] = "linux";
	char *argv[] = {(char *)(uintptr_t)id->path, help, syscalls, format, json, os, lin, NULL};
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int status;

	if (identity_ask(argv, false, CEILING_MAX, TABLE_DEADLINE_MS, &text, &len, &status, err) < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_RUNTIME, "%s help syscalls failed", id->path);
	return ceiling_from_runsc(text, len, id->version_text, out, err);
}

int ctl_from_runsc(const struct ctl_args *args)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf out = {0};
	struct handler h;
	struct identity id;
	struct err err = {0};
	const char *path = args->opt[OPT_RUNSC] ? args->opt[OPT_RUNSC] : find_runsc(&arena);

	if (!path) {
		(void)err_set(&err, ERR_RUNTIME, "no runsc was found; name one with --runsc PATH");
		return ctl_complain(&err);
	}
	if (runtime_at(&h, &id, &arena, path, &err) < 0)
		return ctl_complain(&err);
	if (h.runtime != RUNTIME_RUNSC) {
		(void)err_set(&err, ERR_USAGE, "%s is %s, which has no table of its own", path,
			      runtime_name(h.runtime));
		return ctl_complain(&err);
	}
	if (read_table(&out, &id, &err) < 0)
		return ctl_complain(&err);
	(void)fwrite(out.data, 1, out.len, stdout);
	return CTL_OK;
}
