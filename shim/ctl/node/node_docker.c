/* Docker: daemon.json, the daemon's words, and what it answers about itself. */
#include "ctl/node/node.h"
#include <string.h>

enum { MEMBERS_MAX = 4096 };

static const char default_socket[] = "/run/docker.sock";

static const char *text_of(struct node *n, const struct jdoc *doc, uint32_t tok)
{
	size_t len;

	return tok && doc->tok[tok].type == JTOK_STRING ? jdoc_string(doc, tok, &n->arena, &len) : NULL;
}

/* As dockerd reads it (moby, opts.ParseHost): blanks around do not count, without a
 * scheme it is a port. */
static void add_host(struct node *n, const char *host)
{
	const char *start = host + strspn(host, " \t\r\n\v\f"), *end = start + strlen(start), *copy;
	char whole[512];
	int len;

	while (end > start && strchr(" \t\r\n\v\f", end[-1]))
		end--;
	if (end == start)
		return;
	len = snprintf(whole, sizeof(whole), "%s%.*s", strstr(start, "://") ? "" : "tcp://",
		       (int)(end - start), start);
	if (strcmp(whole, "unix://") == 0)
		len = snprintf(whole, sizeof(whole), "unix://%s", default_socket);
	copy = len > 0 && len < (int)sizeof(whole) ? arena_strndup(&n->arena, whole, (size_t)len) : NULL;
	if (!copy || names_add(&n->docker_hosts, copy) < 0)
		(void)err_set(&n->docker_hosts_err, ERR_LIMIT,
			      "dockerd has more than %d addresses, or one that is too long", NAMES_LIST);
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

/* Of a member that is there twice dockerd takes the last, or both. */
static int refuse_twice(struct node *n, const struct jdoc *doc, uint32_t obj, struct err *err)
{
	uint32_t last = doc->tok[obj].next;

	if (doc->tok[obj].type != JTOK_OBJECT)
		return 0;
	if (doc->tok[obj].count > MEMBERS_MAX)
		return jdoc_fail(doc, obj, ERR_LIMIT, err, "more than %d members", MEMBERS_MAX);
	for (uint32_t k = obj + 1; k < last; k = doc->tok[k + 1].next) {
		size_t len;
		const char *name = jdoc_string(doc, k, &n->arena, &len);

		for (uint32_t o = doc->tok[k + 1].next; name && o < last; o = doc->tok[o + 1].next)
			if (jdoc_streq(doc, o, name))
				return jdoc_fail(doc, o, ERR_CONFIG, err, "a member that is there twice");
	}
	return 0;
}

static int parse(struct node *n, struct jdoc *doc, const char *text, size_t len, const char *where,
		 struct err *err)
{
	static const struct jlimits limits = {.depth = 32, .tokens = 1 << 18};
	int r = jdoc_parse(doc, &n->arena, text, len, &limits, ERR_CONFIG, err);

	for (uint32_t i = 0; r == 0 && i < doc->ntok; i++)
		r = refuse_twice(n, doc, i, err);
	if (r < 0)
		return err_wrap(err, "%s", where);
	return doc->tok[0].type == JTOK_OBJECT ? 0 : err_set(err, ERR_CONFIG, "%s: no JSON object", where);
}

/* -D, -v and -h stand before an -H in one word. */
static void read_hosts(struct node *n, bool tls)
{
	const struct proc *p;
	const char *word;

	for (uint32_t which = 0; (p = node_proc(n, "dockerd", which)); which++) {
		for (uint32_t i = 0; (word = proc_short(p, 'H', "Dvh", i)); i++)
			add_host(n, word);
		for (uint32_t i = 0; (word = proc_option(p, "host", i)); i++)
			add_host(n, word);
		for (int at = 1; at < p->argc; at++)
			tls = tls || strncmp(p->argv[at], "--tls", 5) == 0;
	}
	/* Without an address TLS means a port (moby, opts.DefaultTLSHost). */
	if (tls && n->docker_hosts.n == 0)
		add_host(n, "tcp://localhost:2376");
}

/* Whether it asks for TLS. */
static bool read_json(struct node *n, const struct jdoc *doc)
{
	struct setup *d = &n->docker;
	uint32_t tls = jdoc_get(doc, 0, "tls");
	const char *word = text_of(n, doc, jdoc_get(doc, 0, "default-runtime"));

	d->chosen = word ? word : d->chosen;
	read_runtimes(n, doc, jdoc_get(doc, 0, "runtimes"));
	each_text(n, doc, jdoc_get(doc, 0, "authorization-plugins"), add_authz);
	each_text(n, doc, jdoc_get(doc, 0, "hosts"), add_host);
	n->docker_containerd = text_of(n, doc, jdoc_get(doc, 0, "containerd"));
	return (tls && doc->tok[tls].type == JTOK_TRUE) || jdoc_get(doc, 0, "tlsverify");
}

static void read_words(struct node *n, const struct proc *p)
{
	struct setup *d = &n->docker;
	const char *word;

	for (uint32_t i = 0; (word = proc_option(p, "authorization-plugin", i)); i++)
		add_authz(n, word);
	for (uint32_t i = 0; (word = proc_option(p, "add-runtime", i)); i++) {
		size_t name = strcspn(word, "=");
		const char *copy = arena_strndup(&n->arena, word, name);
		struct runtime_entry *e = copy ? entries_put(&d->entries, copy) : NULL;

		if (e)
			e->path = word[name] ? word + name + 1 : "";
	}
	word = proc_value(p, "containerd");
	n->docker_containerd = word ? word : n->docker_containerd;
	word = proc_value(p, "default-runtime");
	d->chosen = word ? word : d->chosen;
}

/* The file and the daemon's words: what holds if nobody answers. */
static void read_file(struct node *n, const struct proc *p)
{
	struct setup *d = &n->docker;
	const char *path = proc_value(p, "config-file");
	bool tls = false;
	struct jdoc doc;
	char *text;
	size_t len;
	int r;

	d->source = path ? path : "/etc/docker/daemon.json";
	r = node_read(n, d->source, &text, &len, &d->err);
	if (r > 0 && path)
		(void)err_set(&d->err, ERR_CONFIG, "dockerd reads %s, which is not there", path);
	if (r == 0 && len > 0 && parse(n, &doc, text, len, d->source, &d->err) == 0)
		tls = read_json(n, &doc);
	if (d->err.kind != ERR_NONE)
		n->docker_hosts_err = d->err;
	read_words(n, p);
	read_hosts(n, tls);
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
	const char *path = NULL;

	for (unsigned i = 0; i < n->docker_hosts.n && !path; i++)
		path = address_socket(n->docker_hosts.v[i]);
	return path ? path : default_socket;
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
	d->chosen = "runc";
	read_file(n, p);
	d->address = first_socket(n);
	read_answer(n);
	return d;
}
