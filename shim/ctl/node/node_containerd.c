/* containerd: its effective configuration, and the ways. */
#include "base/file.h"
#include "ctl/node/node.h"
#include "site/identity.h"
#include <fnmatch.h>
#include <string.h>
#include <sys/wait.h>

enum { DUMP_MAX = 4 << 20, DEADLINE_MS = 20000 };

static const char default_config[] = "/etc/containerd/config.toml";

/* What a file of its drop-ins sets, it sets over what stood before. */
static int read_imports(struct node *n, struct toml *t, struct err *err)
{
	uint32_t own = t->n;

	for (uint32_t i = 0; i < own; i++) {
		const char *glob = t->entry[i].text, *slash;
		char dir[512], path[1024];

		if (!toml_is(&t->entry[i], "imports") || t->entry[i].kind != TOML_STRING)
			continue;
		slash = strrchr(glob, '/');
		if (*glob != '/' || !slash)
			return err_set(err, ERR_CONFIG, "%s imports %s, which is no absolute path",
				       default_config, glob);
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - glob), glob);
		for (const char *const *name = node_list(n, dir, ""); *name; name++) {
			char *text;
			size_t len;

			(void)snprintf(path, sizeof(path), "%s/%s", dir, *name);
			if (fnmatch(slash + 1, *name, 0) == 0 && strcmp(path, default_config) != 0 &&
			    (node_read(n, path, &text, &len, err) < 0 ||
			     toml_read(t, &n->arena, text, path, err) < 0))
				return -1;
		}
	}
	return 0;
}

static int read_files(struct node *n, const char *path, struct toml *t)
{
	struct setup *c = &n->containerd;
	char *text;
	size_t len;
	int r = node_read(n, path, &text, &len, &c->err);

	c->source = arena_strndup(&n->arena, path, strlen(path));
	if (r != 0 || !c->source)
		return r > 0 ? 0 : -1;
	return toml_read(t, &n->arena, text, path, &c->err) < 0 ? -1 : read_imports(n, t, &c->err);
}

/* `containerd config dump` is the merge as containerd itself makes it, defaults and
 * all. The command of another root is not run. */
static int read_dump(struct node *n, const char *binary, const char *path, struct toml *t)
{
	struct setup *c = &n->containerd;
	char *argv[] = {(char *)(uintptr_t)binary, (char[]){"--config"}, (char *)(uintptr_t)path,
			(char[]){"config"},	   (char[]){"dump"},	 NULL};
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int status;

	c->source = "containerd config dump";
	if (file_check_executable(binary, &(struct file_trust){0}, NULL, &c->err) < 0 ||
	    identity_ask(argv, false, DUMP_MAX, DEADLINE_MS, &text, &len, &status, &c->err) < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(&c->err, ERR_RUNTIME, "%s cannot be read: `containerd config dump` failed",
			       path);
	return toml_read(t, &n->arena, text, c->source, &c->err);
}

/* The CRI plugin's name differs by the configuration's version: 1, 2, 3. */
static bool is_cri(const struct toml_entry *e, const char *rest)
{
	static const char *const names[] = {"cri", "io.containerd.grpc.v1.cri",
					    "io.containerd.cri.v1.runtime"};
	char pattern[128];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(pattern, sizeof(pattern), "plugins/%s/containerd/%s", names[i], rest);
		if (toml_is(e, pattern))
			return true;
	}
	return false;
}

static bool is_of(const struct toml_entry *e, const char *table, const char *rest)
{
	char pattern[64];

	(void)snprintf(pattern, sizeof(pattern), "%s%s", table, rest);
	return is_cri(e, pattern);
}

/* What an entry says of the handler whose table this is. */
static void read_key(struct runtime_entry *h, const struct toml_entry *e, const char *table)
{
	if (is_of(e, table, "/options/BinaryName"))
		h->path = e->text;
	else if (is_of(e, table, "/runtime_type"))
		h->shim = e->text;
	else if (is_of(e, table, "/runtime_path") && *e->text)
		h->other = e->text;
}

static struct runtime_entry *put(struct setup *c, const char *name)
{
	struct runtime_entry *h = entries_put(&c->entries, name);

	if (!h)
		(void)err_set(&c->err, ERR_LIMIT, "%s: more than %d handlers", c->source, ENTRIES_MAX);
	return h;
}

/* Where the table of a handler begins, its name stands at this part of the path. */
enum { HANDLER_PART = 4 };

static void read_handler(struct setup *c, const struct toml_entry *e)
{
	struct runtime_entry *h;

	/* A handler is configured from its first key or its table on. */
	if (!is_of(e, "runtimes", "/?") && !is_of(e, "runtimes", "/?/?") &&
	    !is_of(e, "runtimes", "/?/options/?"))
		return;
	h = put(c, e->part[HANDLER_PART]);
	if (h)
		read_key(h, e, "runtimes/?");
}

/* Up to containerd 1.7 two handlers can have a table beside the others, which counts
 * once it has a type: it takes the place of the one of that name, and the default's
 * that of default_runtime_name (pkg/cri/config, ValidatePluginConfig). */
static bool read_old(struct setup *c, const struct toml *t, const char *table, const char *name)
{
	struct runtime_entry one = {.name = name, .path = "", .shim = ""}, *h;

	for (uint32_t i = 0; i < t->n; i++)
		read_key(&one, &t->entry[i], table);
	h = *one.shim ? put(c, name) : NULL;
	if (h)
		*h = one;
	return *one.shim;
}

static void read_config(struct node *n, const struct toml *t)
{
	struct setup *c = &n->containerd;
	const char *address = toml_value(t, "grpc/address"), *port = toml_value(t, "grpc/tcp_address");

	for (uint32_t i = 0; i < t->n; i++) {
		const struct toml_entry *e = &t->entry[i];

		if (toml_is(e, "disabled_plugins") && e->kind == TOML_STRING)
			c->off = c->off || strcmp(e->text, "cri") == 0 ||
				 strcmp(e->text, "io.containerd.grpc.v1.cri") == 0;
		else if (is_cri(e, "default_runtime_name") && *e->text)
			c->chosen = e->text;
		else
			read_handler(c, e);
	}
	(void)read_old(c, t, "untrusted_workload_runtime", "untrusted");
	if (read_old(c, t, "default_runtime", "default"))
		c->chosen = "default";
	c->address = address && *address ? address : c->address;
	n->containerd_port = port && *port ? port : NULL;
}

static const char *config_of(const struct proc *p)
{
	const char *path = proc_value(p, "config");

	path = path ? path : proc_value(p, "c");
	return path ? path : default_config;
}

/* Not the one that dockerd started for itself: it has no CRI, and its own socket. */
static const struct proc *find_daemon(const struct node *n)
{
	const struct proc *p;

	for (uint32_t i = 0; (p = node_proc(n, "containerd", i)); i++)
		if (!strstr(config_of(p), "/docker/containerd/"))
			return p;
	return NULL;
}

const struct setup *containerd_setup(struct node *n)
{
	const struct proc *p = find_daemon(n);
	struct setup *c = &n->containerd;
	const char *binary, *path, *word;
	struct toml t = {0};

	if (c->tried)
		return c;
	c->tried = true;
	binary = node_find(n, "containerd");
	c->present = p || binary;
	if (!c->present)
		return c;
	c->chosen = "runc";
	c->address = "/run/containerd/containerd.sock";
	path = config_of(p);
	if (*path != '/')
		(void)err_set(&c->err, ERR_CONFIG, "containerd reads %s, which is no absolute path", path);
	else if ((strcmp(n->root, "/") == 0 && binary ? read_dump(n, binary, path, &t)
						      : read_files(n, path, &t)) == 0)
		read_config(n, &t);
	/* The handler runc is there without a word of configuration. */
	(void)put(c, "runc");
	word = proc_value(p, "address");
	word = word ? word : proc_value(p, "a");
	c->address = word ? word : c->address;
	return c;
}

/* Whether the way is closed because nobody can ask for a pod. */
static bool has_no_cri(const struct setup *c, struct seen *s)
{
	if (c->present && c->err.kind == ERR_NONE && c->off)
		say(s, WAY_CLOSED, "%s: the CRI plugin is switched off", c->source);
	return !c->present || (c->err.kind == ERR_NONE && c->off);
}

void look_containerd_default(struct node *n, struct seen *s)
{
	const struct setup *c = containerd_setup(n);

	if (!has_no_cri(c, s))
		say_default(n, s, c);
}

void look_containerd_runc(struct node *n, struct seen *s)
{
	struct setup one = *containerd_setup(n);

	one.chosen = "runc";
	if (has_no_cri(&one, s))
		return;
	if (one.err.kind != ERR_NONE)
		say(s, WAY_UNKNOWN, "%s", one.err.msg);
	else
		say_entry(n, s, "the handler runc", entries_find(&one.entries, "runc"));
}

void look_containerd_handlers(struct node *n, struct seen *s)
{
	const struct setup *c = containerd_setup(n);
	struct setup others = *c;

	if (has_no_cri(c, s))
		return;
	others.entries.n = 0;
	for (uint32_t i = 0; i < c->entries.n; i++)
		if (strcmp(c->entries.v[i].name, "runc") != 0)
			others.entries.v[others.entries.n++] = c->entries.v[i];
	say_others(n, s, &others);
}

void look_containerd_ctr(struct node *n, struct seen *s)
{
	if (containerd_setup(n)->present)
		say_leads(n, s, "the name runc", "runc");
}

void look_containerd_socket(struct node *n, struct seen *s)
{
	const struct setup *c = containerd_setup(n);

	if (!c->present)
		return;
	if (c->err.kind != ERR_NONE)
		say(s, WAY_UNKNOWN, "%s", c->err.msg);
	say_socket(n, s, c->address);
	if (n->containerd_port)
		say(s, WAY_OPEN, "containerd listens on tcp://%s", n->containerd_port);
}
