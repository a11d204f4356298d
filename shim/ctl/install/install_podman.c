/* Podman: a drop-in with the handlers, and their names in the lists that Podman
 * keys by a runtime's name. */
#include "ctl/ctl.h"
#include "ctl/folder.h"
#include "ctl/install/install_dropin.h"
#include "format/toml.h"
#include <string.h>

static const char dropins[] = "/containers/containers.conf.d";

/* What Podman believes of a runtime by its name alone (containers-common, pkg/config/default.go). 4.3 and 5.8
 * read these spellings, of which containers.conf(5) has one with an s that they don't read. A list replaces
 * the one that Podman is built with, and only Podman 5 knows how to append to it: so the built-in names of
 * both are said again. */
static const struct list {
	const char *key;
	const char *names[9]; /* built in */
	bool all;	      /* every handler can do it, whatever its runtime */
} lists[] = {
	/* Without it a runtime gets no --log, and its sentence comes with a prefix. */
	{"runtime_supports_json",
	 {"crun", "crun-vm", "runc", "kata", "runsc", "youki", "krun", "ocijail"},
	 .all = true},
	/* --cgroups=disabled and no-conmon. */
	{"runtime_supports_nocgroup", {"crun", "crun-vm", "krun"}, .all = false},
	/* The SELinux type container_kvm_t. */
	{"runtime_supports_kvm", {"kata", "kata-runtime", "kata-qemu", "kata-fc", "krun"}, .all = false},
};
enum { LISTS = ARRAY_LEN(lists) };

static void built_in(struct names *into, const char *const *names)
{
	into->n = 0;
	for (; *names; names++)
		into->v[into->n++] = *names;
}

/* Puts one file's list in the place of what was read so far, or behind it: {append=true}. */
static int take_list(struct names *into, const struct toml *t, const char *key, const char *path,
		     struct err *err)
{
	char pattern[80], append[96];
	const char *appends;
	bool first = true;

	(void)snprintf(pattern, sizeof(pattern), "engine/%s", key);
	(void)snprintf(append, sizeof(append), "%s/append", pattern);
	appends = toml_value(t, append);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct toml_entry *e = &t->entry[i];

		if (!toml_is(e, pattern))
			continue;
		if (first && !(appends && strcmp(appends, "true") == 0))
			into->n = 0;
		first = false;
		if (e->kind == TOML_STRING && names_add(into, e->text) < 0)
			return err_set(err, ERR_LIMIT, "%s: more than %d names in %s", path, NAMES_LIST, key);
	}
	return 0;
}

static int take_file(struct names into[static LISTS], const struct install *in, const char *path,
		     struct err *err)
{
	struct toml t = {0};
	struct nodefile file;

	if (nodefs_read(&file, &in->fs, in->arena, path, err) < 0 ||
	    toml_read(&t, in->arena, file.text, path, err) < 0)
		return -1;
	for (size_t i = 0; i < LISTS; i++)
		if (take_list(&into[i], &t, lists[i].key, path, err) < 0)
			return -1;
	return 0;
}

/* The drop-ins of one folder that Podman reads before ours. */
static int take_folder(struct names into[static LISTS], const struct install *in, const char *dir,
		       struct err *err)
{
	const char *here = nodefs_here(&in->fs, in->arena, dir);
	struct folder *all = arena_alloc(in->arena, sizeof(*all));
	size_t len = strlen(dir);

	if (!here || !all)
		return err_set(err, ERR_LIMIT, "out of memory");
	*all = (struct folder){0};
	if (folder_read(all, in->arena, here, "", err) < 0)
		return -1;
	for (size_t i = 0; i < all->n; i++) {
		const char *path = install_join(in->arena, dir, all->v[i]);
		size_t n = strlen(all->v[i]);

		if (!path)
			return err_set(err, ERR_LIMIT, "out of memory");
		if (n < 5 || strcmp(all->v[i] + n - 5, ".conf") != 0 ||
		    (strncmp(in->file.path, dir, len) == 0 && strcmp(path, in->file.path) >= 0))
			continue;
		if (take_file(into, in, path, err) < 0)
			return -1;
	}
	return 0;
}

/* The lists as they are in force where ours are not there. */
static int read_lists(struct names into[static LISTS], const struct install *in, struct err *err)
{
	static const char *const folders[] = {"/usr/share", "/etc"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char file[64], dir[64];

		(void)snprintf(file, sizeof(file), "%s/containers/containers.conf", folders[i]);
		(void)snprintf(dir, sizeof(dir), "%s%s", folders[i], dropins);
		if (take_file(into, in, file, err) < 0 || take_folder(into, in, dir, err) < 0)
			return -1;
	}
	return 0;
}

/* Whether Podman would believe it of the runtime that the handler stands in front of: by its kind, or by the
 * name of its file. */
static bool is_listed(const struct names *list, const struct install *in, const struct config *c,
		      const char *handler)
{
	const struct handler *h = c ? config_handler(c, handler) : NULL;
	const char *path = h ? (h->inner ? h->inner : h->path) : NULL;

	if (!h)
		return false;
	if (names_have(list, runtime_name(install_runtime(in, h))))
		return true;
	return h->searched == SEARCHED_NOTHING && path && names_have(list, strrchr(path, '/') + 1);
}

/* `KEY = ["handler", …, "crun", …]`; nothing where the list that is in force may stay. */
static void put_list(struct buf *out, const struct install *in, const struct list *l,
		     const struct names *others, const struct config *c)
{
	const struct names *handlers = &in->entry->handlers;
	struct names all = {0};

	for (unsigned i = 0; i < handlers->n; i++)
		if (l->all || is_listed(others, in, c, handlers->v[i]))
			all.v[all.n++] = handlers->v[i];
	if (!all.n)
		return;
	buf_printf(out, "%s = [", l->key);
	for (unsigned i = 0; i < all.n + others->n; i++) {
		const char *name = i < all.n ? all.v[i] : others->v[i - all.n];

		if (i >= all.n && names_have(&all, name))
			continue;
		buf_puts(out, i ? ", " : "");
		buf_jstr(out, name, strlen(name));
	}
	buf_puts(out, "]\n");
}

/* What can't be read keeps nobody from uninstalling. */
static void put_lists(struct buf *out, struct install *in)
{
	struct names others[LISTS], in_force[LISTS];
	struct err err = {0}, config_err = {0};
	struct config config;
	bool known = install_config(&config, in, &config_err) == 0;

	for (size_t i = 0; i < LISTS; i++)
		built_in(&others[i], lists[i].names);
	memcpy(in_force, others, sizeof(in_force));
	if (read_lists(in_force, in, &err) == 0)
		memcpy(others, in_force, sizeof(others));
	else
		install_note(in, "note: which lists of runtimes %s replaces is not known: %s", in->file.path,
			     err.msg);
	if (!known)
		install_note(in, "note: which runtimes the handlers have is not known: %s", config_err.msg);
	for (size_t i = 0; i < LISTS; i++)
		put_list(out, in, &lists[i], &others[i], known ? &config : NULL);
}

static int add(struct buf *out, struct install *in, struct err *err)
{
	const struct installed *e = in->entry;

	if (dropin_check(in, err) < 0)
		return -1;
	dropin_head(out, in);
	buf_puts(out, "[engine]\n");
	if (e->preferred)
		buf_printf(out, "runtime = \"%s\"\n", e->preferred);
	put_lists(out, in);
	buf_puts(out, "\n[engine.runtimes]\n");
	for (unsigned i = 0; i < e->handlers.n; i++)
		buf_printf(out, "\"%s\" = [\"%s\"]\n", e->handlers.v[i],
			   dropin_program(in, e->handlers.v[i]));
	return 0;
}

/* A later file's list counts, not ours. What can't be read dropin_verify says. */
static void note_later(struct install *in)
{
	struct err ignored;
	struct config c;
	bool known = install_config(&c, in, &ignored) == 0;

	for (size_t i = 0; i < LISTS; i++) {
		struct names now[LISTS] = {0};
		struct dropin_later later;
		char pattern[80];

		(void)snprintf(pattern, sizeof(pattern), "engine/%s", lists[i].key);
		if (dropin_later(&later, in, ".conf", pattern, &ignored) < 0 || !later.file ||
		    take_file(now, in, later.file, &ignored) < 0 || names_have(&now[i], in->handler))
			continue;
		if (lists[i].all || is_listed(&now[i], in, known ? &c : NULL, in->handler))
			install_note(
				in,
				"note: %s, which podman reads after it, sets %s without \"%s\": add it there",
				later.file, lists[i].key, in->handler);
	}
}

static int verify(struct install *in, struct err *err)
{
	(void)err;
	note_later(in);
	return dropin_verify(in, ".conf", "engine/runtimes", "", "engine/runtime");
}

const struct install_engine install_podman = {
	.name = "podman",
	.file = "/etc/containers/containers.conf.d/90-runclamp.conf",
	.reload = "podman reads it at each call, rootless too; where its API service runs: systemctl restart "
		  "podman",
	.reload_less = "podman reads it at each call; where its API service runs: systemctl restart podman",
	.whole = true,
	.add = add,
	.take = dropin_take,
	.verify = verify,
};
