/* Podman, Buildah and CRI-O: containers.conf and crio.conf with their drop-ins. */
#include "ctl/node/node.h"
#include <string.h>

/* Adds dir/NAME for each file there that ends in suffix. */
static int read_folder(struct node *n, struct toml *t, const char *dir, const char *suffix, struct err *err)
{
	for (const char *const *name = node_list(n, dir, suffix); *name; name++) {
		char path[512], *text;
		size_t len;

		(void)snprintf(path, sizeof(path), "%s/%s", dir, *name);
		if (node_read(n, path, &text, &len, err) < 0 || toml_read(t, &n->arena, text, path, err) < 0)
			return -1;
	}
	return 0;
}

static int read_file(struct node *n, struct toml *t, const char *path, struct err *err)
{
	char *text;
	size_t len;
	int r = node_read(n, path, &text, &len, err);

	return r != 0 ? (r > 0 ? 0 : -1) : toml_read(t, &n->arena, text, path, err);
}

/* The first candidate that exists counts, as Podman picks it; a later file's list
 * replaces an earlier one's, so the lists are read from the last table backwards. */
static void read_candidates(struct node *n, struct setup *e, const struct toml *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		const struct toml_entry *one = &t->entry[i], *before = i ? &t->entry[i - 1] : NULL;
		struct runtime_entry *r;
		struct stat st;

		if (!toml_is(one, "engine/runtimes/?") || one->kind != TOML_STRING)
			continue;
		r = entries_put(&e->entries, one->part[2]);
		if (!r)
			continue;
		/* The first element of a list begins it anew. */
		if (!before || before->nparts != 3 || strcmp(before->part[2], one->part[2]) != 0 ||
		    before->line > one->line)
			r->path = "";
		if (!*r->path && node_stat(n, one->text, &st))
			r->path = one->text;
	}
}

/* `podman system service ADDRESS`: a word behind "service" that is one. */
static void read_services(struct node *n)
{
	const struct proc *p;

	for (uint32_t i = 0; (p = node_proc(n, "podman", i)); i++) {
		bool system = false, service = false;

		for (int at = 1; at < p->argc; at++) {
			const char *word = p->argv[at];

			if (service &&
			    (strncasecmp(word, "tcp:", 4) == 0 || strncasecmp(word, "unix:", 5) == 0) &&
			    names_add(&n->podman_addresses, word) < 0)
				(void)err_set(&n->procs_err, ERR_LIMIT, "Podman has more than %d addresses",
					      NAMES_LIST);
			service = service || (system && strcmp(word, "service") == 0);
			system = system || strcmp(word, "system") == 0;
		}
	}
}

const struct setup *podman_setup(struct node *n)
{
	struct setup *e = &n->podman;
	const char *chosen;
	struct toml t = {0};

	if (e->tried)
		return e;
	e->tried = true;
	read_services(n);
	e->present = node_find(n, "podman") || node_find(n, "buildah") || node_proc(n, "podman", 0);
	if (!e->present)
		return e;
	e->address = "/run/podman/podman.sock";
	e->source = "containers.conf";
	e->chosen = node_find(n, "crun") ? "crun" : "runc";
	if (read_file(n, &t, "/usr/share/containers/containers.conf", &e->err) < 0 ||
	    read_folder(n, &t, "/usr/share/containers/containers.conf.d", ".conf", &e->err) < 0 ||
	    read_file(n, &t, "/etc/containers/containers.conf", &e->err) < 0 ||
	    read_folder(n, &t, "/etc/containers/containers.conf.d", ".conf", &e->err) < 0)
		return e;
	chosen = toml_value(&t, "engine/runtime");
	e->chosen = chosen && *chosen ? chosen : e->chosen;
	read_candidates(n, e, &t);
	/* A name whose candidates are not there is looked for in PATH. */
	for (uint32_t i = 0; i < e->entries.n; i++)
		if (!*e->entries.v[i].path)
			e->entries.v[i].path = e->entries.v[i].name;
	return e;
}

void look_podman_default(struct node *n, struct seen *s)
{
	say_default(n, s, podman_setup(n));
}

void look_podman_flags(struct node *n, struct seen *s)
{
	if (podman_setup(n)->present)
		say(s, WAY_CLOSED, "only root can do it to the node's own containers");
}

void look_podman_build(struct node *n, struct seen *s)
{
	say_default(n, s, podman_setup(n));
}

void look_podman_socket(struct node *n, struct seen *s)
{
	const struct setup *e = podman_setup(n);

	if (!e->present)
		return;
	say_socket(n, s, e->address);
	for (unsigned i = 0; i < n->podman_addresses.n; i++) {
		const char *socket = address_socket(n->podman_addresses.v[i]);

		if (!socket || strcmp(socket, e->address) != 0)
			say_address(n, s, "podman system service", n->podman_addresses.v[i]);
	}
}

/* A key of a handler's table. */
static void read_crio_key(struct node *n, struct runtime_entry *r, const struct toml_entry *one)
{
	const char *path;

	/* A later file's table takes the place of the whole earlier one. */
	if (one->nparts == 4 && one->kind == TOML_TABLE)
		*r = (struct runtime_entry){.name = r->name, .path = "", .shim = ""};
	if (toml_is(one, "crio/runtime/runtimes/?/runtime_path"))
		r->path = one->text;
	/* "pod" is conmon-rs, which calls the runtime as conmon does. */
	if (toml_is(one, "crio/runtime/runtimes/?/runtime_type") && strcmp(one->text, "oci") != 0 &&
	    strcmp(one->text, "pod") != 0 && *one->text)
		r->shim = one->text;
	/* For images of one platform. */
	if (toml_is(one, "crio/runtime/runtimes/?/platform_runtime_paths/?") &&
	    node_leads_command(n, one->text, &path) != LEADS_SHIM)
		r->other = one->text;
	if (toml_is(one, "crio/runtime/runtimes/?/inherit_default_runtime") && strcmp(one->text, "true") == 0)
		r->inherits = true;
}

/* What takes the default's program, and what is looked for in PATH. */
static void settle_crio(struct setup *e)
{
	const struct runtime_entry *chosen = entries_find(&e->entries, e->chosen);

	for (uint32_t i = 0; i < e->entries.n; i++) {
		struct runtime_entry *r = &e->entries.v[i];

		if (r->inherits) {
			r->path = chosen ? chosen->path : "";
			r->shim = chosen ? chosen->shim : "";
		}
		if (!*r->path)
			r->path = r->inherits ? e->chosen : r->name;
	}
}

static void read_crio(struct node *n, struct setup *e, const struct toml *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		const struct toml_entry *one = &t->entry[i];
		struct runtime_entry *r;

		if (toml_is(one, "crio/runtime/default_runtime") && *one->text)
			e->chosen = one->text;
		if (toml_is(one, "crio/api/listen") && *one->text == '/')
			e->address = one->text;
		if (one->nparts < 4 || strcmp(one->part[0], "crio") != 0 ||
		    strcmp(one->part[1], "runtime") != 0 || strcmp(one->part[2], "runtimes") != 0)
			continue;
		r = entries_put(&e->entries, one->part[3]);
		if (r)
			read_crio_key(n, r, one);
		else
			(void)err_set(&e->err, ERR_LIMIT, "crio.conf: more than %d handlers", ENTRIES_MAX);
	}
}

const struct setup *crio_setup(struct node *n)
{
	const struct proc *p = node_proc(n, "crio", 0);
	struct setup *e = &n->crio;
	const char *path = proc_value(p, "config"), *dir = proc_value(p, "config-dir"), *word;
	struct toml t = {0};

	if (e->tried)
		return e;
	e->tried = true;
	e->present = p || node_find(n, "crio");
	if (!e->present)
		return e;
	e->source = "crio.conf";
	e->chosen = node_find(n, "crun") ? "crun" : "runc";
	e->address = "/run/crio/crio.sock";
	if (read_file(n, &t, path ? path : "/etc/crio/crio.conf", &e->err) < 0 ||
	    read_folder(n, &t, dir ? dir : "/etc/crio/crio.conf.d", "", &e->err) < 0)
		return e;
	read_crio(n, e, &t);
	word = proc_value(p, "default-runtime");
	e->chosen = word ? word : e->chosen;
	settle_crio(e);
	return e;
}

void look_crio_default(struct node *n, struct seen *s)
{
	say_default(n, s, crio_setup(n));
}

void look_crio_handlers(struct node *n, struct seen *s)
{
	say_others(n, s, crio_setup(n));
}

void look_crio_workloads(struct node *n, struct seen *s)
{
	if (crio_setup(n)->present)
		say(s, WAY_CLOSED,
		    "they change resources and let annotations through, not the runtime; annotations that "
		    "change a filter runclamp refuses itself");
}

void look_crio_socket(struct node *n, struct seen *s)
{
	const struct setup *e = crio_setup(n);

	if (e->present)
		say_socket(n, s, e->address);
}
