#include "site/config.h"
#include "base/userns.h"
#include "oci/bundle.h"
#include "site/config_resolve.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { CONFIG_MAX = 256 << 10 };

const char config_default_path[] = RUNCLAMP_SYSCONFDIR "/runclamp/config.json";
const char *const config_whitelist_dirs[] = {RUNCLAMP_SYSCONFDIR "/runclamp/whitelists", NULL};
const char config_floors_dir[] = RUNCLAMP_SYSCONFDIR "/runclamp/floors.d";
const char config_catalogue_dir[] = RUNCLAMP_SYSCONFDIR "/runclamp/closures.d";

static const char default_log[] = "/var/log/runclamp/decisions.jsonl";
const char *const config_no_args[] = {NULL};
const struct settings settings_unset = {-1, -1, -1, -1, -1, NULL};

/* What one word picks (runclamp.json(5), "level"). */
static const struct {
	const char *ceiling, *sandbox_ceiling; /* the second one for runsc */
	int on_missing, over, syscalls;
} levels[LEVEL_COUNT] = {
	[LEVEL_STRICT] = {"strict-137", "strict-137", ON_MISSING_DENY, OVER_DENY, 35},
	[LEVEL_STANDARD] = {"node-default", "runtime", ON_MISSING_CEILING, OVER_WARN, 35},
	[LEVEL_PERMISSIVE] = {"node-default", "runtime", ON_MISSING_CEILING, OVER_NONE, 35},
};

static int first_set(int a, int b, int otherwise)
{
	return a >= 0 ? a : b >= 0 ? b : otherwise;
}

void settings_resolve(struct handler *h, const struct settings *own, const struct settings *top)
{
	int level = first_set(own->level, top->level, LEVEL_STANDARD);
	int syscalls = first_set(own->syscalls, top->syscalls, -1);
	int over = first_set(own->over, top->over, levels[level].over);
	const char *from_level =
		h->runtime == RUNTIME_RUNSC ? levels[level].sandbox_ceiling : levels[level].ceiling;

	h->level = (enum level)level;
	h->mode = (enum mode)first_set(own->mode, top->mode, MODE_ENFORCE);
	h->on_missing_set = own->on_missing >= 0 || top->on_missing >= 0;
	h->on_missing =
		(enum on_missing)first_set(own->on_missing, top->on_missing, levels[level].on_missing);
	h->limit_set = syscalls >= 0 || own->over >= 0 || top->over >= 0;
	h->limit_syscalls = (uint32_t)(syscalls >= 0 ? syscalls : levels[level].syscalls);
	/* A number that somebody wrote is meant to be heard of. */
	h->limit_over = syscalls >= 0 && over == OVER_NONE ? OVER_WARN : (enum limit_over)over;
	h->ceiling = own->ceiling ? own->ceiling : top->ceiling ? top->ceiling : from_level;
}

/* Compiled in, so that no PATH can steer it; in the order of root's usual PATH, so that the one
 * is found that an engine would find. */
#define USUAL(name)                                                                                          \
	{                                                                                                    \
		"/usr/local/sbin/" name, "/usr/local/bin/" name, "/usr/sbin/" name, "/usr/bin/" name,        \
			"/sbin/" name, "/bin/" name, NULL                                                    \
	}
enum { USUAL_PLACES = 6 + 1 };
static const char *const usual_places[RUNTIME_KIND_COUNT][USUAL_PLACES] = {
	[RUNTIME_RUNC] = USUAL("runc"),
	[RUNTIME_CRUN] = USUAL("crun"),
	[RUNTIME_RUNSC] = USUAL("runsc"),
	[RUNTIME_YOUKI] = USUAL("youki"),
};

const char *const *config_usual_paths(enum runtime_kind runtime)
{
	return usual_places[runtime];
}

/* A runtime's name may lead to runclamp, so that nobody goes round by calling it. */
static bool is_runclamp(const char *path)
{
	static const char *const own[] = {"/proc/self/exe", RUNCLAMP_BINDIR "/runclamp"};
	struct stat st, self;

	if (stat(path, &st) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (stat(own[i], &self) == 0 && st.st_dev == self.st_dev && st.st_ino == self.st_ino)
			return true;
	return false;
}

const char *config_find_runtime(enum runtime_kind runtime)
{
	for (const char *const *path = usual_places[runtime]; *path; path++)
		if (access(*path, X_OK) == 0 && !is_runclamp(*path))
			return *path;
	return NULL;
}

bool config_is_usual_path(const char *path)
{
	for (int r = 0; r < RUNTIME_KIND_COUNT; r++)
		for (int i = 0; usual_places[r][i]; i++)
			if (strcmp(usual_places[r][i], path) == 0)
				return true;
	return false;
}

void config_first_runtime(struct handler *h)
{
	h->searched = SEARCHED_RUNTIME;
	h->runtime = RUNTIME_RUNC;
	h->path = config_find_runtime(RUNTIME_RUNC);
	if (h->path)
		return;
	h->path = config_find_runtime(RUNTIME_CRUN);
	if (h->path)
		h->runtime = RUNTIME_CRUN;
}

const struct config config_default = {
	.source_refuse = true,
	.sources = SOURCE_ANNOTATION | SOURCE_LABEL | SOURCE_CATALOGUE,
	.aliases = config_no_args,
	.decision_log = default_log,
	.max_config_bytes = BUNDLE_MAX_DEFAULT,
	.catalogue_dir = config_catalogue_dir,
	.engines = {.docker_namespace = "moby",
		    .docker_daemon_json = "/etc/docker/daemon.json",
		    .storage_conf = {"/etc/containers/storage.conf", "/usr/share/containers/storage.conf"}},
};

int config_default_handlers(struct config *c, struct arena *arena, const struct settings *top,
			    struct err *err)
{
	struct handler *h = arena_array(arena, 2, sizeof(*h));

	if (!h)
		return err_set(err, ERR_LIMIT, "out of memory");
	h[0].name = "runclamp";
	config_first_runtime(&h[0]);
	h[1].name = "runclamp-runsc";
	h[1].runtime = RUNTIME_RUNSC;
	h[1].searched = SEARCHED_PATH;
	h[1].path = config_find_runtime(RUNTIME_RUNSC);
	for (int i = 0; i < 2; i++) {
		h[i].args = config_no_args;
		settings_resolve(&h[i], &settings_unset, top);
	}
	c->handlers = h;
	c->nhandlers = 2;
	return 0;
}

/* Only root of the node may name another file: an engine's user could set the
 * environment of a rootless one. */
static const char *path_from_environment(struct err *err)
{
	const char *path = getenv("RUNCLAMP_CONFIG");

	if (!path || !userns_is_initial_root())
		return config_default_path;
	if (*path == '/')
		return path;
	(void)err_set(err, ERR_CONFIG, "$RUNCLAMP_CONFIG must be an absolute path, not \"%.80s\"", path);
	return NULL;
}

int config_fallback(struct config *ret, struct arena *arena, struct err *err)
{
	*ret = config_default;
	return config_default_handlers(ret, arena, &settings_unset, err);
}

int config_load(struct config *ret, struct arena *arena, struct err *err)
{
	static const struct file_trust trust = {.allow_overflow_uid = true};
	const char *path = path_from_environment(err);
	CLEANUP_FREE char *text = NULL;
	struct stat st;
	size_t len;

	if (!path)
		return -1;
	if (file_read_trusted(path, &trust, CONFIG_MAX, &text, &len, err) < 0) {
		/* A link that leads nowhere is no missing file. */
		if (path == config_default_path && err->sys == ENOENT && lstat(path, &st) < 0)
			return config_fallback(ret, arena, err);
		(void)err_wrap(err, "the configuration");
		err->kind = ERR_CONFIG;
		return -1;
	}
	return config_parse(ret, arena, text, len, arena_strndup(arena, path, strlen(path)), err);
}

const struct handler *config_handler(const struct config *c, const char *name)
{
	for (uint32_t i = 0; i < c->nhandlers; i++)
		if (strcmp(c->handlers[i].name, name) == 0)
			return &c->handlers[i];
	return NULL;
}
