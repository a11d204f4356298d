/* clampctl uninstall: takes a handler out of an engine's configuration again. */
#include "ctl/ctl.h"
#include "ctl/install/install.h"
#include <string.h>

enum { OPT_HANDLER, OPT_FORCE, OPT_IGNORE_USERS, OPT_DRY_RUN, OPT_CONFIG, OPT_ROOT };
const struct ctl_opt ctl_uninstall_opts[] = {
	[OPT_HANDLER] = {"--handler", "NAME", "the handler to take out (default: runclamp)"},
	[OPT_FORCE] = {"--force", NULL, "even while containers of the handler are there"},
	[OPT_IGNORE_USERS] = {"--ignore-users", NULL, "warn only of users' rootless containers"},
	[OPT_DRY_RUN] = {"--dry-run", NULL, "print the change as a diff, make none"},
	[OPT_CONFIG] = {"--config", "FILE", "the engine's configuration, if not the usual file"},
	[OPT_ROOT] = {"--root", "DIR", "where the node's root folder is seen (default: /)"},
	{0},
};

static int refuse_roots(const char *handler, const struct leftovers *l, struct err *err)
{
	return err_set(
		err, ERR_RUNTIME,
		"%s%s still has %u container%s, which can be stopped and deleted only through it: %s; delete "
		"%s first (or --force)",
		handler ? "the handler " : "", handler ? handler : "runclamp", l->n, l->n == 1 ? "" : "s",
		l->ids.failed ? "" : l->ids.data, l->n == 1 ? "it" : "them");
}

/* What users write must not keep root from going on, if root says so. */
static int weigh_users(struct install *in, const char *handler, const struct leftovers *l, struct err *err)
{
	const char *what = handler ? handler : "runclamp", *ids = l->ids.failed || !l->n ? "" : l->ids.data;

	if (l->n == 0)
		return 0;
	if (in->ignore_users) {
		install_note(in, "warning: %s has rootless containers, by their users' own records: %s", what,
			     ids);
		return 0;
	}
	return err_set(
		err, ERR_RUNTIME,
		"%s still has %u rootless container%s, by %s own records: %s; their users can stop and "
		"delete them only through it, and --force goes on without them",
		what, l->n, l->n == 1 ? "" : "s", l->n == 1 ? "its user's" : "their users'", ids);
}

/* They need the binary, and its records, to be stopped and deleted. */
static int check_leftovers(struct install *in, const char *handler, struct err *err)
{
	struct leftovers roots = {0}, users = {0};
	int r = leftover_find(&in->fs, in->arena, handler, &roots, &users, err);

	if (r == 0 && !in->force)
		r = roots.n ? refuse_roots(handler, &roots, err) : weigh_users(in, handler, &users, err);
	buf_free(&roots.ids);
	buf_free(&users.ids);
	return r;
}

static void remove_link(struct install *in)
{
	const char *here = nodefs_here(&in->fs, in->arena, in->binary);
	char target[16];

	if (!names_have(&in->state.links, in->handler))
		return;
	for (unsigned i = 0; i < in->state.n; i++)
		if (names_have(&in->state.v[i].handlers, in->handler))
			return;
	if (in->dry_run) {
		install_note(in, "would remove the link %s", in->binary);
		return;
	}
	if (here && readlink(here, target, sizeof(target)) == 8 && memcmp(target, "runclamp", 8) == 0 &&
	    unlink(here) == 0)
		install_note(in, "removed the link %s", here);
	names_drop(&in->state.links, in->handler);
}

static void drop_entry(struct install *in)
{
	struct install_state *s = &in->state;
	unsigned at = (unsigned)(in->entry - s->v);

	memmove(s->v + at, s->v + at + 1, (s->n - at - 1) * sizeof(s->v[0]));
	s->n--;
	in->entry = NULL;
}

/* The default is again the one that it was before, as long as that is there. */
static void fall_back(struct install *in, struct installed *e)
{
	struct names *list = &e->earlier;

	e->preferred = list->n ? list->v[--list->n] : NULL;
	if (e->preferred && in->engine->whole)
		install_note(in, "%s: the default is %s again", e->path, e->preferred);
}

/* The text without the handler: the one of before, where nobody else wrote. */
static int make_text(struct install *in, struct buf *out, struct err *err)
{
	struct installed *e = in->entry;
	bool exact = install_untouched(in);

	in->remove = false;
	if (e) {
		names_drop(&e->handlers, in->handler);
		names_drop(&e->earlier, in->handler);
		if (e->preferred && strcmp(e->preferred, in->handler) == 0)
			fall_back(in, e);
	}
	if (!in->file.exists)
		return 0;
	if (exact && e->handlers.n == 0) {
		in->remove = !e->before;
		buf_put(out, e->before ? e->before : "", e->before_len);
		return 0;
	}
	if (in->engine->take(out, in, err) < 0)
		return -1;
	if (e && exact)
		return install_remember(in, out, err);
	if (e)
		e->after = "";
	return 0;
}

static int uninstall_one(struct install *in, const char *path, struct err *err)
{
	CLEANUP_BUF struct buf out = {0};
	bool differs;

	in->binary = install_join(in->arena, RUNCLAMP_BINDIR, in->handler);
	if (!in->binary)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (install_open(in, path, err) < 0 || make_text(in, &out, err) < 0)
		return -1;
	if (out.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	differs = in->file.exists && install_differs(in, &out);
	if (differs && (in->dry_run ? install_show(in, &out, err) : install_write(in, &out, err)) < 0)
		return -1;
	if (in->entry && in->entry->handlers.n == 0)
		drop_entry(in);
	remove_link(in);
	if (!differs)
		install_note(in, "%s: does not have the handler %s, nothing to change", path, in->handler);
	else
		install_note(in, "%s: %s the handler %s; %s", path,
			     in->dry_run ? "would be without" : "is without", in->handler,
			     in->engine->reload_less);
	return in->dry_run ? 0 : install_state_write(&in->state, &in->fs, in->arena, err);
}

/* Which files have the handler by our doing; else the usual one. */
static int uninstall(struct install *in, struct err *err)
{
	const char *path[INSTALLED_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < in->state.n && !in->config; i++)
		if (strcmp(in->state.v[i].engine, in->engine->name) == 0 &&
		    names_have(&in->state.v[i].handlers, in->handler))
			path[n++] = in->state.v[i].path;
	if (n == 0)
		path[n++] = install_path(in);
	if (!path[0])
		return err_set(err, ERR_LIMIT, "out of memory");
	for (unsigned i = 0; i < n; i++)
		if (uninstall_one(in, path[i], err) < 0)
			return -1;
	return 0;
}

/* Each handler of each engine that install wrote. */
static int uninstall_all(struct install *in, struct err *err)
{
	struct install_state *s = arena_alloc(in->arena, sizeof(*s));

	if (!s)
		return err_set(err, ERR_LIMIT, "out of memory");
	*s = in->state;
	for (unsigned i = 0; i < s->n; i++) {
		in->engine = install_engine_find(s->v[i].engine, err);
		if (!in->engine)
			return -1;
		for (unsigned h = 0; h < s->v[i].handlers.n; h++) {
			in->handler = s->v[i].handlers.v[h];
			if (uninstall_one(in, s->v[i].path, err) < 0)
				return -1;
		}
	}
	return 0;
}

int ctl_uninstall(const struct ctl_args *args)
{
	const struct install_words words = {
		.engine = args->word[0],
		.handler = args->opt[OPT_HANDLER],
		.config = args->opt[OPT_CONFIG],
		.root = args->opt[OPT_ROOT],
		.dry_run = args->opt[OPT_DRY_RUN] != NULL,
		.force = args->opt[OPT_FORCE] != NULL,
		.ignore_users = args->opt[OPT_IGNORE_USERS] != NULL,
	};
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_INSTALL struct install in;
	struct err err = {0};

	if (install_begin(&in, &arena, &words, &err) < 0)
		return ctl_complain(&err);
	if (!in.engine && (words.handler || words.config)) {
		(void)err_set(&err, ERR_USAGE, "uninstall all takes neither --handler nor --config");
		return ctl_complain(&err);
	}
	if (check_leftovers(&in, in.engine ? in.handler : NULL, &err) < 0) {
		(void)ctl_complain(&err);
		return err.kind == ERR_RUNTIME ? CTL_NO : CTL_UNDECIDED;
	}
	if ((in.engine ? uninstall(&in, &err) : uninstall_all(&in, &err)) < 0)
		return ctl_complain(&err);
	install_say(&in);
	return CTL_OK;
}
