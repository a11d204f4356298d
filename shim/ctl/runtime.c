#include "ctl/runtime.h"
#include <string.h>

enum { VERSION_MAX = 4096, VERSION_DEADLINE_MS = 10000 };

static int ask_kind(enum runtime_kind *ret, const char *path, struct err *err)
{
	char version[] = "--version";
	char *argv[] = {(char *)(uintptr_t)path, version, NULL};
	CLEANUP_FREE char *out = NULL;
	runtime_version v;
	size_t len;
	int status;

	if (identity_ask(argv, true, VERSION_MAX, VERSION_DEADLINE_MS, &out, &len, &status, err) < 0)
		return -1;
	for (int kind = 0; kind < RUNTIME_KIND_COUNT; kind++) {
		if (runtime_version_parse((enum runtime_kind)kind, out, len, &v) < 0)
			continue;
		*ret = (enum runtime_kind)kind;
		return 0;
	}
	return err_set(err, ERR_RUNTIME, "%s: its --version is none of runc, crun, runsc and youki", path);
}

int runtime_at(struct handler *h, struct identity *ret, struct arena *arena, const char *path,
	       struct err *err)
{
	static const struct file_trust trust = {.allow_overflow_uid = false};
	static const char *const no_args[] = {NULL};

	if (*path != '/')
		return err_set(err, ERR_USAGE, "the path of a runtime must be absolute, not \"%.80s\"", path);
	/* Before it is run: who else could have written it? */
	if (file_check_executable(path, &trust, NULL, err) < 0)
		return -1;
	*h = (struct handler){.name = "--runtime", .path = path, .args = no_args};
	if (ask_kind(&h->runtime, path, err) < 0)
		return -1;
	return identity_get(ret, arena, h, err);
}

int runtime_helper(const char **ret, struct arena *arena, const char *name, struct err *err)
{
	char self[4096], path[4096 + 64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	(void)snprintf(path, sizeof(path), "%s/%s", RUNCLAMP_LIBEXECDIR, name);
	if (access(path, X_OK) < 0 && n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash)
			(void)snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - self), self, name);
	}
	if (access(path, X_OK) < 0)
		return err_set(err, ERR_CONFIG,
			       "%s is neither in %s nor beside clampctl: install runclamp whole", name,
			       RUNCLAMP_LIBEXECDIR);
	*ret = arena_strndup(arena, path, strlen(path));
	return *ret ? 0 : err_set(err, ERR_SYSTEM, "out of memory");
}
