/* clampctl install: makes a handler known to an engine. */
#include "ctl/install/install.h"
#include "ctl/check/ask.h"
#include "ctl/ctl.h"
#include "site/config_resolve.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { OPT_HANDLER, OPT_DEFAULT, OPT_DRY_RUN, OPT_CONFIG, OPT_ROOT };
const struct ctl_opt ctl_install_opts[] = {
	[OPT_HANDLER] = {"--handler", "NAME", "the handler to install (default: runclamp)"},
	[OPT_DEFAULT] = {"--set-default", NULL, "containers that name no runtime use it too"},
	[OPT_DRY_RUN] = {"--dry-run", NULL, "print the change as a diff, make none"},
	[OPT_CONFIG] = {"--config", "FILE", "the engine's configuration, if not the usual file"},
	[OPT_ROOT] = {"--root", "DIR", "where the node's root folder is seen (default: /)"},
	{0},
};

static const char program[] = RUNCLAMP_BINDIR "/runclamp";

static bool is_program(const struct install *in, const char *path)
{
	CLEANUP_FD int fd = nodefs_fd(&in->fs, path, O_PATH);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

static bool same_program(const struct nodefs *fs, const char *a, const char *b)
{
	CLEANUP_FD int fda = nodefs_fd(fs, a, O_PATH);
	CLEANUP_FD int fdb = nodefs_fd(fs, b, O_PATH);
	struct stat sta, stb;

	return fda >= 0 && fdb >= 0 && fstat(fda, &sta) == 0 && fstat(fdb, &stb) == 0 &&
	       sta.st_dev == stb.st_dev && sta.st_ino == stb.st_ino;
}

/* As config_find_runtime looks, on the node; behind *from, or from the start. NULL: there is none. */
static const char *find_usual(const struct install *in, enum runtime_kind kind, const char *const **from)
{
	const char *const *path = *from ? *from : config_usual_paths(kind);

	while (*path && (!is_program(in, *path) || same_program(&in->fs, *path, program)))
		path++;
	*from = *path ? path + 1 : path;
	return *path;
}

enum runtime_kind install_runtime(const struct install *in, const struct handler *h)
{
	const char *const *from = NULL;

	if (h->searched != SEARCHED_RUNTIME)
		return h->runtime;
	return find_usual(in, RUNTIME_RUNC, &from) ? RUNTIME_RUNC : RUNTIME_CRUN;
}

/* Of a second one a person should know. */
static bool is_usual(struct install *in, enum runtime_kind kind)
{
	const char *const *from = NULL;
	const char *taken = find_usual(in, kind, &from), *path = taken;

	while (path && (path = find_usual(in, kind, &from))) {
		if (!same_program(&in->fs, path, taken)) {
			install_note(in,
				     "note: the handler %s takes %s%s, and %s is there as well: if that one "
				     "is meant, say so by its \"path\" in %s",
				     in->handler, in->fs.prefix, taken, path, config_default_path);
			break;
		}
	}
	return taken != NULL;
}

/* The configuration was read here, and counts on the node: what was found here is
 * looked for there. */
static void check_runtime(struct install *in, const struct handler *h)
{
	bool there;

	if (h->searched == SEARCHED_NOTHING)
		there = is_program(in, h->path);
	else if (h->searched == SEARCHED_PATH)
		there = is_usual(in, h->runtime);
	else
		there = is_usual(in, RUNTIME_RUNC) || is_usual(in, RUNTIME_CRUN);
	if (there)
		return;
	install_note(in,
		     "warning: the handler %s has no runtime on this node%s: %s%s%s; its containers will be "
		     "refused "
		     "until it is installed, or %s says another \"path\"",
		     in->handler, *in->fs.prefix ? ", as far as it is seen from here" : "", in->fs.prefix,
		     h->searched ? config_usual_paths(h->runtime)[0] : h->path,
		     h->searched ? " and the other usual places" : "", config_default_path);
}

int install_config(struct config *ret, const struct install *in, struct err *err)
{
	struct nodefile file;

	if (!*in->fs.prefix)
		return ask_config(ret, in->arena, err);
	if (nodefs_read(&file, &in->fs, in->arena, config_default_path, err) < 0)
		return -1;
	return file.exists ? config_parse(ret, in->arena, file.text, file.len, file.path, err)
			   : config_fallback(ret, in->arena, err);
}

/* The engine calls the handler by its name: it has to be one of our own
 * configuration, or every container would be refused. */
static int check_handler(struct install *in, struct err *err)
{
	const struct handler *h;
	struct config config;

	if (install_config(&config, in, err) < 0)
		return -1;
	if (ask_handler(&h, &config, in->handler, err) < 0)
		return err_wrap(err, "add it under \"handlers\" first");
	check_runtime(in, h);
	return 0;
}

/* The name by which runclamp is called is the handler's. */
static int make_link(struct install *in, struct err *err)
{
	CLEANUP_FD int fd = nodefs_fd(&in->fs, program, O_PATH);
	const char *here = nodefs_here(&in->fs, in->arena, in->binary);

	if (fd < 0)
		return err_set(err, ERR_CONFIG, "%s%s is not there: install runclamp on the node first",
			       in->fs.prefix, program);
	if (!here)
		return err_set(err, ERR_LIMIT, "out of memory");
	CLEANUP_FD int link = nodefs_fd(&in->fs, in->binary, O_PATH | O_NOFOLLOW);
	if (link >= 0)
		return same_program(&in->fs, program, in->binary)
			       ? 0
			       : err_set(err, ERR_CONFIG,
					 "%s is there and is not runclamp: choose another --handler, or move "
					 "it away",
					 here);
	if (in->dry_run) {
		install_note(in, "would make the link %s -> runclamp", here);
		return 0;
	}
	if (names_add(&in->state.links, in->handler) < 0)
		return err_set(err, ERR_LIMIT, "more than %d links", NAMES_LIST);
	if (symlink("runclamp", here) < 0)
		return err_sys(err, "cannot make the link %s", here);
	install_note(in, "made the link %s -> runclamp", here);
	return install_state_write(&in->state, &in->fs, in->arena, err);
}

/* What was the default until now is kept: it is the default again when this one goes. */
static int prefer(struct installed *e, const char *handler, struct err *err)
{
	names_drop(&e->earlier, handler);
	if (e->preferred && strcmp(e->preferred, handler) != 0 && names_add(&e->earlier, e->preferred) < 0)
		return err_set(err, ERR_LIMIT, "%s: more than %d handlers", e->path, NAMES_LIST);
	e->preferred = handler;
	return 0;
}

/* The entry of this file, with the handler in it. */
static int enter(struct install *in, struct err *err)
{
	const struct nodefile *f = &in->file;
	struct installed *e = in->entry;

	if (!e && in->state.n == INSTALLED_MAX)
		return err_set(err, ERR_LIMIT, "more than %d files of engines", INSTALLED_MAX);
	if (!e) {
		e = in->entry = &in->state.v[in->state.n++];
		*e = (struct installed){.engine = in->engine->name, .path = f->path, .after = ""};
	} else if (!in->engine->whole && e->before && f->exists && e->before_len == f->len &&
		   memcmp(e->before, f->text, f->len) == 0) {
		e->handlers.n = e->earlier.n = 0; /* somebody put the old file back */
		e->preferred = NULL;
	}
	if (e->handlers.n == 0 && !in->engine->whole) {
		e->before = f->exists ? f->text : NULL;
		e->before_len = f->len;
	}
	if (names_add(&e->handlers, in->handler) < 0)
		return err_set(err, ERR_LIMIT, "%s: more than %d handlers", f->path, NAMES_LIST);
	return in->set_default ? prefer(e, in->handler, err) : 0;
}

/* The state goes first, so that the bytes of before are never lost; and again for
 * the folders that were made. */
static int write_both(struct install *in, const struct buf *out, bool exact, struct err *err)
{
	in->entry->after = "";
	if (exact && install_remember(in, out, err) < 0)
		return -1;
	if (install_state_write(&in->state, &in->fs, in->arena, err) < 0 || install_write(in, out, err) < 0)
		return -1;
	return install_state_write(&in->state, &in->fs, in->arena, err);
}

/* The engine's own word, and what it does not take goes again. */
static int ask_engine(struct install *in, const struct install_state *before, bool written, struct err *err)
{
	int code = in->engine->verify ? in->engine->verify(in, err) : CTL_OK;
	struct err failed = {0};

	if (code >= 0 || !written)
		return code;
	if (install_undo(in, before, &failed) < 0)
		return err_wrap(err, "%s could not be taken back (%s) though %s does not take it",
				in->file.path, failed.msg, in->engine->name);
	return err_wrap(err, "%s was taken back, and nothing is changed, as %s does not take it",
			in->file.path, in->engine->name);
}

/* Returns the exit code, or -1. */
static int install(struct install *in, struct err *err)
{
	struct install_state *before = arena_alloc(in->arena, sizeof(*before));
	const char *path = install_path(in);
	CLEANUP_BUF struct buf out = {0};
	bool exact;

	in->binary = install_join(in->arena, RUNCLAMP_BINDIR, in->handler);
	if (!in->binary || !path || !before)
		return err_set(err, ERR_LIMIT, "out of memory");
	*before = in->state;
	if (check_handler(in, err) < 0 || install_open(in, path, err) < 0)
		return -1;
	exact = !in->entry || install_untouched(in);
	if (enter(in, err) < 0 || in->engine->add(&out, in, err) < 0)
		return -1;
	if (out.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (make_link(in, err) < 0)
		return -1;
	if (!install_differs(in, &out)) {
		install_note(in, "%s: has the handler %s, nothing to change", path, in->handler);
		return in->dry_run ? CTL_OK : ask_engine(in, before, false, err);
	}
	exact = exact || in->entry->handlers.n == 1;
	if ((in->dry_run ? install_show(in, &out, err) : write_both(in, &out, exact, err)) < 0)
		return -1;
	install_note(in, "%s: %s the handler %s; %s", path, in->dry_run ? "would have" : "has", in->handler,
		     in->engine->reload);
	return in->dry_run ? CTL_OK : ask_engine(in, before, true, err);
}

int ctl_install(const struct ctl_args *args)
{
	const struct install_words words = {
		.engine = args->word[0],
		.handler = args->opt[OPT_HANDLER],
		.config = args->opt[OPT_CONFIG],
		.root = args->opt[OPT_ROOT],
		.set_default = args->opt[OPT_DEFAULT] != NULL,
		.dry_run = args->opt[OPT_DRY_RUN] != NULL,
	};
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_INSTALL struct install in;
	struct err err = {0};
	int code;

	if (install_begin(&in, &arena, &words, &err) < 0)
		return ctl_complain(&err);
	if (!in.engine) {
		(void)err_set(&err, ERR_USAGE, "install takes one engine at a time");
		return ctl_complain(&err);
	}
	code = install(&in, &err);
	if (code < 0)
		return ctl_complain(&err);
	install_say(&in);
	return code;
}
