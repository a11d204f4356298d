/* The configuration's text, read strictly: every message names file, line and
 * column, and what would be right. */
#include "site/config.h"
#include "site/config_read.h"
#include "site/config_resolve.h"
#include <limits.h>
#include <string.h>

enum { HANDLERS_MAX = 64, ARGS_MAX = 64, CONFIG_DEPTH = 8, CONFIG_TOKENS = 8192, LIMIT_MAX = 1000 };
enum { BUNDLE_BYTES_MIN = 4096, BUNDLE_BYTES_MAX = 32 << 20 };

/* The keys that a handler may override stand first in both tables. */
enum { KEY_LEVEL, KEY_MODE, KEY_ON_MISSING, KEY_LIMITS, KEY_CEILING, KEY_SHARED };
#define SHARED_KEYS "level", "mode", "on_missing", "limits", "ceiling"
enum {
	KEY_ON_SOURCE_ERROR = KEY_SHARED,
	KEY_SOURCES,
	KEY_ALIASES,
	KEY_DECISION_LOG,
	KEY_DECISION_LOG_REQUIRED,
	KEY_STARTCONTAINER_HOOKS,
	KEY_SECCOMP_LISTENERS,
	KEY_MAX_BUNDLE_BYTES,
	KEY_HANDLERS,
	KEY_ENGINES,
	TOP_KEYS,
};
static const char *const top_keys[] = {SHARED_KEYS,
				       "on_source_error",
				       "sources",
				       "aliases",
				       "decision_log",
				       "decision_log_required",
				       "startcontainer_hooks",
				       "seccomp_listeners",
				       "max_bundle_bytes",
				       "handlers",
				       "engines",
				       NULL};
enum { KEY_RUNTIME = KEY_SHARED, KEY_PATH, KEY_INNER, KEY_ARGS, HANDLER_KEYS };
static const char *const handler_keys[] = {SHARED_KEYS, "runtime", "path", "inner", "args", NULL};
enum { KEY_SYSCALLS, KEY_OVER, LIMIT_KEYS };
static const char *const limit_keys[] = {"syscalls", "over", NULL};

/* Words in the order of their enums. */
static const char *const level_words[] = {"strict", "standard", "permissive", NULL};
static const char *const mode_words[] = {"enforce", "audit", NULL};
static const char *const missing_words[] = {"ceiling", "deny", NULL};
static const char *const over_words[] = {"warn", "deny", NULL};
static const char *const error_words[] = {"skip", "refuse", NULL};
static const char *const runtime_words[] = {"runc", "crun", "runsc", "youki", NULL};
static const char *const source_words[] = {"annotation", "label", "catalogue", NULL};
static const char *const alias_words[] = {"syscalls", "signature", NULL};

static bool name_is_plain(const char *s, size_t len)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return len > 0 && len <= 64 && strspn(s, chars) >= len && *s != '.' && *s != '-';
}

static int read_ceiling(const struct cfg_parser *p, uint32_t tok, const char *key, const char **ret)
{
	static const char must[] = "a whitelist's name, \"runtime\" or an absolute path";
	const char *name;

	if (cfg_read_string(p, tok, key, must, &name) < 0)
		return -1;
	if (*name == '/')
		return cfg_read_path(p, tok, key, ret);
	size_t len = strlen(name);
	if (len > 5 && strcmp(name + len - 5, ":full") == 0)
		len -= 5;
	if (!name_is_plain(name, len))
		return cfg_wrong(p, tok, key, must);
	*ret = name;
	return 0;
}

static int read_limits(const struct cfg_parser *p, uint32_t tok, struct settings *s)
{
	uint32_t vals[LIMIT_KEYS] = {0};
	uint64_t n;

	if (cfg_members(p, tok, "limits", limit_keys, vals) < 0)
		return -1;
	if (vals[KEY_SYSCALLS]) {
		if (cfg_read_number(p, vals[KEY_SYSCALLS], "limits.syscalls", 0, LIMIT_MAX, &n) < 0)
			return -1;
		s->syscalls = (int)n;
	}
	if (vals[KEY_OVER] && cfg_read_word(p, vals[KEY_OVER], "limits.over", over_words, &s->over) < 0)
		return -1;
	return 0;
}

static int read_settings(const struct cfg_parser *p, const uint32_t *vals, struct settings *s)
{
	*s = settings_unset;
	if (vals[KEY_LEVEL] && cfg_read_word(p, vals[KEY_LEVEL], "level", level_words, &s->level) < 0)
		return -1;
	if (vals[KEY_MODE] && cfg_read_word(p, vals[KEY_MODE], "mode", mode_words, &s->mode) < 0)
		return -1;
	if (vals[KEY_ON_MISSING] &&
	    cfg_read_word(p, vals[KEY_ON_MISSING], "on_missing", missing_words, &s->on_missing) < 0)
		return -1;
	if (vals[KEY_LIMITS] && read_limits(p, vals[KEY_LIMITS], s) < 0)
		return -1;
	if (vals[KEY_CEILING] && read_ceiling(p, vals[KEY_CEILING], "ceiling", &s->ceiling) < 0)
		return -1;
	return 0;
}

static int read_args(const struct cfg_parser *p, uint32_t tok, struct handler *h)
{
	const struct jtok *t = &p->doc.tok[tok];
	const char **args;

	if (t->type != JTOK_ARRAY || t->count > ARGS_MAX)
		return cfg_wrong(p, tok, "args", "a list of at most 64 strings");
	args = arena_array(p->arena, t->count + 1, sizeof(*args));
	if (!args)
		return err_set(p->err, ERR_LIMIT, "%s: out of memory", p->where);
	for (uint32_t i = tok + 1; i < t->next; i = p->doc.tok[i].next)
		if (cfg_read_string(p, i, "each of args", "a string", &args[h->nargs++]) < 0)
			return -1;
	h->args = args;
	return 0;
}

static int read_runtime(const struct cfg_parser *p, const uint32_t *vals, uint32_t at, struct handler *h)
{
	const char *found;
	int kind = -1;

	if (vals[KEY_PATH] && cfg_read_path(p, vals[KEY_PATH], "path", &h->path) < 0)
		return -1;
	if (vals[KEY_INNER] && cfg_read_path(p, vals[KEY_INNER], "inner", &h->inner) < 0)
		return -1;
	if (vals[KEY_RUNTIME]) {
		if (cfg_read_word(p, vals[KEY_RUNTIME], "runtime", runtime_words, &kind) < 0)
			return -1;
		h->runtime = (enum runtime_kind)kind;
		if (!h->path) {
			h->searched = SEARCHED_PATH;
			h->path = config_find_runtime(h->runtime);
		}
		return 0;
	}
	if (!h->path) {
		config_first_runtime(h);
		return 0;
	}
	found = strrchr(h->path, '/') + 1;
	kind = runtime_from_name(found, strlen(found));
	if (kind < 0)
		return cfg_wrong(p, at, "a handler whose path is not called like a runtime",
				 "given a \"runtime\" (\"runc\", \"crun\", \"runsc\" or \"youki\")");
	h->runtime = (enum runtime_kind)kind;
	return 0;
}

/* "runtime" is runsc's table. Names of whitelists may begin so too. */
static int check_ceiling(const struct cfg_parser *p, uint32_t tok, const struct handler *h)
{
	bool table = strcmp(h->ceiling, "runtime") == 0 || strcmp(h->ceiling, "runtime:full") == 0;

	if (!table || h->runtime == RUNTIME_RUNSC)
		return 0;
	return cfg_wrong(p, tok, "ceiling", "a whitelist: only runsc has a table of its own (\"runtime\")");
}

static int read_handler(const struct cfg_parser *p, uint32_t key, const struct settings *top,
			struct handler *ret)
{
	uint32_t vals[HANDLER_KEYS] = {0}, tok = p->doc.tok[key].next;
	struct cfg_parser in = *p;
	struct handler h = {.args = config_no_args};
	struct settings own;
	char where[PATH_MAX + 128];

	if (cfg_read_string(p, key, "a handler's name", "a string", &h.name) < 0)
		return -1;
	if (!name_is_plain(h.name, strlen(h.name)))
		return cfg_wrong(p, key, "a handler's name",
				 "made of letters, digits, \".\", \"_\" and \"-\"");
	(void)snprintf(where, sizeof(where), "%s: handlers.%s", p->where, h.name);
	in.where = where;
	if (cfg_members(&in, tok, "", handler_keys, vals) < 0 || read_settings(&in, vals, &own) < 0 ||
	    read_runtime(&in, vals, tok, &h) < 0)
		return -1;
	if (vals[KEY_ARGS] && read_args(&in, vals[KEY_ARGS], &h) < 0)
		return -1;
	settings_resolve(&h, &own, top);
	if (check_ceiling(&in, vals[KEY_CEILING] ? vals[KEY_CEILING] : tok, &h) < 0)
		return -1;
	*ret = h;
	return 0;
}

static int read_handlers(const struct cfg_parser *p, uint32_t tok, const struct settings *top,
			 struct config *c)
{
	const struct jtok *t = &p->doc.tok[tok];
	struct handler *all;

	if (t->type != JTOK_OBJECT || t->count < 1 || t->count > HANDLERS_MAX)
		return cfg_wrong(p, tok, "handlers", "an object of 1 to 64 handlers");
	all = arena_array(p->arena, t->count, sizeof(*all));
	if (!all)
		return err_set(p->err, ERR_LIMIT, "%s: out of memory", p->where);
	c->handlers = all;
	for (uint32_t key = tok + 1; key < t->next; key = p->doc.tok[p->doc.tok[key].next].next) {
		struct handler *h = &all[c->nhandlers];
		if (read_handler(p, key, top, h) < 0)
			return -1;
		if (config_handler(c, h->name))
			return cfg_wrong(p, key, "a handler's name", "written once");
		c->nhandlers++;
	}
	return 0;
}

static int read_sources(const struct cfg_parser *p, const uint32_t *vals, struct config *c)
{
	unsigned set = 0;
	int word;

	if (vals[KEY_ON_SOURCE_ERROR]) {
		if (cfg_read_word(p, vals[KEY_ON_SOURCE_ERROR], "on_source_error", error_words, &word) < 0)
			return -1;
		c->source_refuse = word == 1;
	}
	if (vals[KEY_SOURCES] &&
	    cfg_read_words(p, vals[KEY_SOURCES], "sources", source_words, &c->sources) < 0)
		return -1;
	if (!vals[KEY_ALIASES])
		return 0;
	if (cfg_read_words(p, vals[KEY_ALIASES], "aliases", alias_words, &set) < 0)
		return -1;
	const char **names = arena_array(p->arena, ARRAY_LEN(alias_words), sizeof(*names));
	if (!names)
		return err_set(p->err, ERR_LIMIT, "%s: out of memory", p->where);
	c->aliases = names;
	for (unsigned i = 0; alias_words[i]; i++)
		if (set >> i & 1)
			*names++ = alias_words[i];
	return 0;
}

static int read_rest(const struct cfg_parser *p, const uint32_t *vals, struct config *c)
{
	uint32_t log = vals[KEY_DECISION_LOG];

	if (log && p->doc.tok[log].type == JTOK_NULL)
		c->decision_log = NULL;
	else if (log && cfg_read_path(p, log, "decision_log", &c->decision_log) < 0)
		return -1;
	if (vals[KEY_DECISION_LOG_REQUIRED] &&
	    cfg_read_bool(p, vals[KEY_DECISION_LOG_REQUIRED], "decision_log_required",
			  &c->decision_log_required) < 0)
		return -1;
	if (c->decision_log_required && !c->decision_log)
		return cfg_wrong(p, vals[KEY_DECISION_LOG_REQUIRED], "decision_log_required",
				 "false while decision_log is null");
	if (vals[KEY_STARTCONTAINER_HOOKS] &&
	    cfg_read_bool(p, vals[KEY_STARTCONTAINER_HOOKS], "startcontainer_hooks",
			  &c->startcontainer_hooks) < 0)
		return -1;
	if (vals[KEY_SECCOMP_LISTENERS] &&
	    cfg_read_paths(p, vals[KEY_SECCOMP_LISTENERS], "seccomp_listeners", &c->seccomp_listeners) < 0)
		return -1;
	if (vals[KEY_MAX_BUNDLE_BYTES] &&
	    cfg_read_number(p, vals[KEY_MAX_BUNDLE_BYTES], "max_bundle_bytes", BUNDLE_BYTES_MIN,
			    BUNDLE_BYTES_MAX, &c->max_config_bytes) < 0)
		return -1;
	return 0;
}

int config_parse(struct config *ret, struct arena *arena, const char *text, size_t len, const char *where,
		 struct err *err)
{
	static const struct jlimits limits = {.depth = CONFIG_DEPTH, .tokens = CONFIG_TOKENS};
	struct cfg_parser p = {.arena = arena, .where = where, .err = err};
	uint32_t vals[TOP_KEYS] = {0};
	struct config c = config_default;
	struct settings top;

	if (jdoc_parse(&p.doc, arena, text, len, &limits, ERR_CONFIG, err) < 0)
		return err_wrap(err, "%s", where);
	if (p.doc.tok[0].type != JTOK_OBJECT)
		return cfg_wrong(&p, 0, "the configuration", "an object");
	if (jdoc_members(&p.doc, 0, where, top_keys, vals, ERR_CONFIG, err) < 0 ||
	    read_settings(&p, vals, &top) < 0)
		return -1;
	c.path = where;
	if (read_sources(&p, vals, &c) < 0 || read_rest(&p, vals, &c) < 0 ||
	    (vals[KEY_ENGINES] && cfg_read_engines(&p, vals[KEY_ENGINES], &c.engines) < 0))
		return -1;
	if ((vals[KEY_HANDLERS] ? read_handlers(&p, vals[KEY_HANDLERS], &top, &c)
				: config_default_handlers(&c, arena, &top, err)) < 0)
		return -1;
	for (uint32_t i = 0; vals[KEY_CEILING] && i < c.nhandlers; i++)
		if (check_ceiling(&p, vals[KEY_CEILING], &c.handlers[i]) < 0)
			return -1;
	*ret = c;
	return 0;
}
