#include "image/storage_roots.h"
#include "base/file.h"
#include "base/userns.h"
#include "format/toml.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONF_MAX = 1 << 20, COMMAND_MAX = 64 << 10 };
static const char default_root[] = "/var/lib/containers/storage";

static void add(struct storage_roots *s, const char *root)
{
	if (*root != '/' || s->n == ARRAY_LEN(s->root))
		return;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->root[i], root) == 0)
			return;
	s->root[s->n++] = root;
}

void storage_begin(struct storage_roots *s, const char *bundles_root)
{
	add(s, bundles_root);
}

/* NULL-terminated. */
static const char *const *usual(const struct storage_roots *s)
{
	static const char *const by_default[] = {default_root, NULL};

	if (s->config->storage_roots)
		return s->config->storage_roots;
	/* A rootless engine's images are its user's; those of root's are not his to read. */
	return by_default + (userns_is_initial_root() ? 0 : 1);
}

static void add_all(struct storage_roots *s, const char *const *more)
{
	for (; *more; more++)
		add(s, *more);
}

/* The next word of the exit command in conmon's words, each of which ends in NUL; NULL: there is none. */
static const char *next_word(const char **at, const char *end)
{
	bool is_word = false;

	while (*at < end) {
		const char *word = *at;

		*at += strlen(word) + 1;
		if (is_word)
			return word;
		is_word = strcmp(word, "--exit-command-arg") == 0;
	}
	return NULL;
}

/* "overlay.imagestore=/a,/b", as containers/storage's drivers take it. */
static void add_option(struct storage_roots *s, char *option)
{
	static const char *const keys[] = {".imagestore", ".additionalimagestore"};
	char *value = strchr(option, '='), *key = strchr(option, '.');
	bool is_store = false;

	if (!value || !key || key > value)
		return;
	*value++ = '\0';
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		is_store = is_store || strcmp(key, keys[i]) == 0;
	while (is_store && value)
		add(s, strsep(&value, ","));
}

void storage_add_asked(struct storage_roots *s, char *command, size_t len)
{
	const char *at = command, *end = command + len, *word;

	while ((word = next_word(&at, end))) {
		bool is_root = strcmp(word, "--root") == 0 || strcmp(word, "--imagestore") == 0;

		if (!is_root && strcmp(word, "--storage-opt") != 0)
			continue;
		const char *value = next_word(&at, end);
		if (value && is_root)
			add(s, value);
		else if (value)
			add_option(s, command + (value - command));
	}
}

static void read_parent(struct storage_roots *s)
{
	char path[64], *command = arena_alloc(s->arena, COMMAND_MAX + 1);
	size_t len = 0;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)getppid());
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !command)
		return;
	while (len < COMMAND_MAX && (n = read(fd, command + len, COMMAND_MAX - len)) > 0)
		len += (size_t)n;
	command[len] = '\0';
	storage_add_asked(s, command, len);
}

/* Stores of images alone: the last one is a list. */
static const char *const store_keys[] = {"storage/imagestore", "storage/options/imagestore",
					 "storage/options/additionalimagestores"};

/* 0: there is no such file. What can't be read names no store, and then the image is missing. */
static int read_conf(struct storage_roots *s, const char *path, bool own_graphroot)
{
	static const struct file_trust trust = {.allow_overflow_uid = true, .allow_caller = true};
	CLEANUP_FREE char *text = NULL;
	struct toml t = {0};
	struct err err = {0};
	size_t len;

	if (file_read_trusted(path, &trust, CONF_MAX, &text, &len, &err) < 0)
		return err.sys != ENOENT;
	if (toml_read(&t, s->arena, text, path, &err) < 0)
		return 1;
	const char *root = own_graphroot ? toml_value(&t, "storage/graphroot") : NULL;
	if (root)
		add(s, root);
	for (uint32_t i = 0; i < t.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(store_keys); k++)
			if (toml_is(&t.entry[i], store_keys[k]) && t.entry[i].kind == TOML_STRING)
				add(s, t.entry[i].text);
	return 1;
}

/* A user's own, below $XDG_CONFIG_HOME or ~/.config; 0: there is none. */
static int read_users(struct storage_roots *s)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	bool has_xdg = xdg && *xdg == '/';
	char path[PATH_MAX];

	if (!has_xdg && (!home || *home != '/'))
		return 0;
	int n = snprintf(path, sizeof(path), "%s%s/containers/storage.conf", has_xdg ? xdg : home,
			 has_xdg ? "" : "/.config");
	return n > 0 && (size_t)n < sizeof(path) ? read_conf(s, path, true) : 0;
}

static void add_engines(struct storage_roots *s)
{
	if (s->asked)
		add_all(s, s->asked);
	else
		read_parent(s);
	s->own = s->n;
}

static void add_usual(struct storage_roots *s)
{
	add_all(s, usual(s));
}

static void add_confs(struct storage_roots *s)
{
	bool initial = userns_is_initial_root();

	if (!initial && read_users(s))
		return;
	for (size_t f = 0; f < ARRAY_LEN(s->config->storage_conf); f++)
		if (s->config->storage_conf[f] && read_conf(s, s->config->storage_conf[f], initial))
			break;
}

static bool read_more(struct storage_roots *s)
{
	static void (*const steps[])(struct storage_roots *) = {add_engines, add_usual, add_confs};

	if (s->read == (s->asked ? 1 : ARRAY_LEN(steps)))
		return false;
	steps[s->read++](s);
	return true;
}

const char *storage_root(struct storage_roots *s, size_t i)
{
	while (i >= s->n && read_more(s))
		;
	return i < s->n ? s->root[i] : NULL;
}

size_t storage_own(struct storage_roots *s)
{
	if (!s->read)
		(void)read_more(s);
	return s->own;
}

static bool is_below(const char *path, const char *root)
{
	size_t len = strlen(root);

	return strncmp(path, root, len) == 0 && path[len] == '/';
}

bool storage_is_below(const struct storage_roots *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_below(path, s->root[i]))
			return true;
	for (const char *const *more = usual(s); *more; more++)
		if (is_below(path, *more))
			return true;
	return false;
}
