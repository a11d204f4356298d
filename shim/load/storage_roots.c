#include "load/storage_roots.h"
#include "base/file.h"
#include "base/toml.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONF_MAX = 1 << 20 };
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
	const char *const *more = s->config->storage_roots;

	add(s, bundles_root);
	s->read = more != NULL;
	/* A rootless engine's images are its user's; those of root's are not his to read. */
	if (!more && config_is_initial_root())
		add(s, default_root);
	for (; more && *more; more++)
		add(s, *more);
}

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
		if (toml_is(&t.entry[i], "storage/options/additionalimagestores") &&
		    t.entry[i].kind == TOML_STRING)
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

const char *storage_root(struct storage_roots *s, size_t i)
{
	bool initial;

	if (i >= s->n && !s->read) {
		s->read = true;
		initial = config_is_initial_root();
		if (initial || !read_users(s))
			for (size_t f = 0; f < ARRAY_LEN(s->config->storage_conf); f++)
				if (s->config->storage_conf[f] &&
				    read_conf(s, s->config->storage_conf[f], initial))
					break;
	}
	return i < s->n ? s->root[i] : NULL;
}

bool storage_is_below(const struct storage_roots *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t len = strlen(s->root[i]);

		if (strncmp(path, s->root[i], len) == 0 && path[len] == '/')
			return true;
	}
	return false;
}
