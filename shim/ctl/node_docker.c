/* Docker: daemon.json, the daemon's words, and what it answers about itself. */
#include "ctl/node.h"
#include <string.h>

enum { HOSTS_MAX = 16 };

static const char default_socket[] = "/run/docker.sock";

static const char *text_of(struct node *n, const struct jdoc *doc, uint32_t tok)
{
	size_t len;

	return tok && doc->tok[tok].type == JTOK_STRING ? jdoc_string(doc, tok, &n->arena, &len) : NULL;
}

static void add_host(struct node *n, const char *host)
{
	const char **list = (const char **)(uintptr_t)n->docker_hosts;
	uint32_t i = 0;

	while (list && i < HOSTS_MAX && list[i])
		i++;
	if (list && i < HOSTS_MAX)
		list[i] = host;
}

static void add_authz(struct node *n, const char *name)
{
	char both[256];

	(void)snprintf(both, sizeof(both), "%s%s%s", n->docker_authz ? n->docker_authz : "",
		       n->docker_authz ? ", " : "", name);
	n->docker_authz = arena_strndup(&n->arena, both, strlen(both));
}

/* `runtimes` of daemon.json and of the API's answer have one form. */
static void read_runtimes(struct node *n, const struct jdoc *doc, uint32_t obj)
{
	if (!obj || doc->tok[obj].type != JTOK_OBJECT)
		return;
	for (uint32_t i = 0, k = obj + 1; i < doc->tok[obj].count; i++, k = doc->tok[k + 1].next) {
		const char *name = text_of(n, doc, k), *path, *type;
		struct runtime_entry *e = name ? entries_put(&n->docker.entries, name) : NULL;

		if (!e || doc->tok[k + 1].type != JTOK_OBJECT)
			continue;
		path = text_of(n, doc, jdoc_get(doc, k + 1, "path"));
		type = text_of(n, doc, jdoc_get(doc, k + 1, "runtimeType"));
		e->path = path ? path : "";
		e->shim = type ? type : "";
		if (type && *type == '/')
			e->other = type;
	}
}

static void each_text(struct node *n, const struct jdoc *doc, uint32_t list,
		      void (*add)(struct node *, const char *))
{
	if (!list || doc->tok[list].type != JTOK_ARRAY)
		return;
	for (uint32_t i = 0, t = list + 1; i < doc->tok[list].count; i++, t = doc->tok[t].next) {
		const char *text = text_of(n, doc, t);

		if (text)
			add(n, text);
	}
}

static int parse(struct node *n, struct jdoc *doc, const char *text, size_t len, const char *where,
		 struct err *err)
{
	static const struct jlimits limits = {.depth = 32, .tokens = 1 << 18};

	if (jdoc_parse(doc, &n->arena, text, len, &limits, ERR_CONFIG, err) < 0)
		return err_wrap(err, "%s", where);
	return doc->tok[0].type == JTOK_OBJECT ? 0 : err_set(err, ERR_CONFIG, "%s: no JSON object", where);
}

/* The file and the daemon's words: what holds if nobody answers. */
static void read_file(struct node *n, const struct proc *p)
{
	struct setup *d = &n->docker;
	const char *path = proc_option(p, "config-file", 0), *word;
	struct jdoc doc;
	char *text;
	size_t len;
	int r;

	path = path ? path : "/etc/docker/daemon.json";
	d->source = path;
	r = node_read(n, path, &text, &len, &d->err);
	if (r == 0 && len > 0 && parse(n, &doc, text, len, path, &d->err) == 0) {
		read_runtimes(n, &doc, jdoc_get(&doc, 0, "runtimes"));
		each_text(n, &doc, jdoc_get(&doc, 0, "authorization-plugins"), add_authz);
		each_text(n, &doc, jdoc_get(&doc, 0, "hosts"), add_host);
		word = text_of(n, &doc, jdoc_get(&doc, 0, "default-runtime"));
		d->chosen = word ? word : d->chosen;
	}
	for (uint32_t i = 0; (word = proc_option(p, "authorization-plugin", i)); i++)
		add_authz(n, word);
	for (uint32_t i = 0; (word = proc_option(p, "H", i)); i++)
		add_host(n, word);
	for (uint32_t i = 0; (word = proc_option(p, "host", i)); i++)
		add_host(n, word);
	for (uint32_t i = 0; (word = proc_option(p, "add-runtime", i)); i++) {
		size_t name = strcspn(word, "=");
		const char *copy = arena_strndup(&n->arena, word, name);
		struct runtime_entry *e = copy ? entries_put(&d->entries, copy) : NULL;

		if (e)
			e->path = word[name] ? word + name + 1 : "";
	}
	word = proc_option(p, "default-runtime", 0);
	d->chosen = word ? word : d->chosen;
}

/* The daemon may run with an older file than the one that is there now. */
static void read_answer(struct node *n)
{
	struct setup *d = &n->docker;
	const char *body, *word;
	struct err err = {0};
	struct jdoc doc;
	uint32_t plugins;
	size_t len;

	if (node_ask(n, d->address, "/info", &body, &len, &err) < 0 ||
	    parse(n, &doc, body, len, "the daemon's answer", &err) < 0)
		return;
	word = text_of(n, &doc, jdoc_get(&doc, 0, "DefaultRuntime"));
	if (!word)
		return;
	d->chosen = word;
	d->err = (struct err){0};
	d->source = "dockerd's answer";
	d->entries.n = 0;
	read_runtimes(n, &doc, jdoc_get(&doc, 0, "Runtimes"));
	n->docker_version = text_of(n, &doc, jdoc_get(&doc, 0, "ServerVersion"));
	plugins = jdoc_get(&doc, 0, "Plugins");
	n->docker_authz = NULL;
	if (plugins && doc.tok[plugins].type == JTOK_OBJECT)
		each_text(n, &doc, jdoc_get(&doc, plugins, "Authorization"), add_authz);
}

static const char *first_socket(const struct node *n)
{
	for (const char *const *h = n->docker_hosts; h && *h; h++)
		if (strncmp(*h, "unix:///", 8) == 0)
			return *h + 7;
	return default_socket;
}

const struct setup *docker_setup(struct node *n)
{
	const struct proc *p = node_proc(n, "dockerd", 0);
	struct setup *d = &n->docker;

	if (d->tried)
		return d;
	d->tried = true;
	d->present = p || node_find(n, "dockerd");
	if (!d->present)
		return d;
	n->docker_hosts = arena_array(&n->arena, HOSTS_MAX + 1, sizeof(*n->docker_hosts));
	d->chosen = "runc";
	read_file(n, p);
	d->address = first_socket(n);
	read_answer(n);
	return d;
}
