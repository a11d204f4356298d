/* What install and uninstall share: the words, the file, the state beside it. */
#include "base/sha256.h"
#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/files/diff.h"
#include "ctl/install/install.h"
#include <stdarg.h>
#include <string.h>

static const struct install_engine *const engines[] = {&install_docker, &install_containerd, &install_crio,
						       &install_podman, NULL};

const struct install_engine *install_engine_find(const char *name, struct err *err)
{
	CLEANUP_BUF struct buf list = {0};

	for (size_t i = 0; engines[i]; i++) {
		if (strcmp(engines[i]->name, name) == 0)
			return engines[i];
		buf_printf(&list, "%s%s", i ? ", " : "", engines[i]->name);
	}
	(void)err_set(err, ERR_USAGE, "there is no engine \"%.64s\", only: %s", name,
		      list.failed ? "" : list.data);
	return NULL;
}

int install_begin(struct install *in, struct arena *arena, const struct install_words *words, struct err *err)
{
	*in = (struct install){
		.arena = arena,
		.fs = {.fd = -1},
		.lock = -1,
		.handler = words->handler ? words->handler : "runclamp",
		.config = words->config,
		.set_default = words->set_default,
		.dry_run = words->dry_run,
		.force = words->force,
		.ignore_users = words->ignore_users,
	};
	if (strcmp(words->engine, "all") != 0 && !(in->engine = install_engine_find(words->engine, err)))
		return -1;
	if (geteuid() != 0)
		return err_set(
			err, ERR_USAGE,
			"the engines' configuration is root's: run clampctl install and uninstall as root");
	if (words->config && *words->config != '/')
		return err_set(err, ERR_USAGE, "--config must be an absolute path, not \"%.80s\"",
			       words->config);
	if (nodefs_open(&in->fs, words->root, err) < 0)
		return -1;
	if (!in->dry_run && (in->lock = install_state_lock(&in->fs, arena, err)) < 0)
		return -1;
	return install_state_read(&in->state, &in->fs, arena, err);
}

void install_end(struct install *in)
{
	nodefs_close(&in->fs);
	if (in->lock >= 0)
		(void)close(in->lock);
	buf_free(&in->notes);
}

int install_open(struct install *in, const char *path, struct err *err)
{
	in->entry = NULL;
	for (unsigned i = 0; i < in->state.n; i++)
		if (strcmp(in->state.v[i].engine, in->engine->name) == 0 &&
		    strcmp(in->state.v[i].path, path) == 0)
			in->entry = &in->state.v[i];
	if (nodefs_read(&in->file, &in->fs, in->arena, path, err) < 0)
		return -1;
	return nodefs_check(&in->fs, in->arena, &in->file, err);
}

const char *install_join(struct arena *arena, const char *folder, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return arena_strndup(arena, path, strlen(path));
}

const char *install_path(const struct install *in)
{
	const char *slash = in->config ? strrchr(in->config, '/') : NULL, *folder;

	if (!slash)
		return in->engine->file;
	if (!in->engine->beside)
		return in->config;
	folder = arena_strndup(in->arena, in->config, (size_t)(slash - in->config));
	return folder ? install_join(in->arena, folder, in->engine->beside) : NULL;
}

bool install_differs(const struct install *in, const struct buf *out)
{
	const struct nodefile *f = &in->file;

	if (in->remove || !f->exists)
		return in->remove == f->exists;
	return f->len != out->len || memcmp(f->text, out->data ? out->data : "", f->len) != 0;
}

int install_show(const struct install *in, const struct buf *out, struct err *err)
{
	const struct nodefile *f = &in->file;
	CLEANUP_BUF struct buf diff = {0};

	diff_put(&diff, f->path, f->exists ? f->text : NULL, f->len,
		 in->remove ? NULL : (out->data ? out->data : ""), out->len);
	if (diff.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	(void)fwrite(diff.data, 1, diff.len, stdout);
	return 0;
}

bool install_untouched(const struct install *in)
{
	char hex[65];

	sha256_hex(in->file.text, in->file.len, hex);
	return in->entry && in->file.exists && strcmp(in->entry->after, hex) == 0;
}

int install_remember(struct install *in, const struct buf *out, struct err *err)
{
	char hex[65];

	sha256_hex(out->data ? out->data : "", out->len, hex);
	in->entry->after = arena_strndup(in->arena, hex, 64);
	return in->entry->after ? 0 : err_set(err, ERR_LIMIT, "out of memory");
}

/* Innermost first, and without those to keep. */
static void remove_folders(struct install *in, const struct names *made, const struct names *keep)
{
	for (unsigned i = made->n; i-- > 0;) {
		const char *here = nodefs_here(&in->fs, in->arena, made->v[i]);

		if ((keep && names_have(keep, made->v[i])) || !here || rmdir(here) < 0)
			break; /* somebody else uses it by now */
	}
}

int install_write(struct install *in, const struct buf *out, struct err *err)
{
	struct names *made = in->entry ? &in->entry->folders : NULL;

	if (!in->remove)
		return nodefs_write(&in->fs, in->arena, &in->file, out->data ? out->data : "", out->len, 0644,
				    made, err);
	if (nodefs_remove(&in->fs, &in->file, err) < 0)
		return -1;
	if (made)
		remove_folders(in, made, NULL);
	return 0;
}

int install_undo(struct install *in, const struct install_state *before, struct err *err)
{
	const struct nodefile *old = &in->file; /* as it was read, before it was written */
	unsigned at = (unsigned)(in->entry - in->state.v);
	const char *link = nodefs_here(&in->fs, in->arena, in->binary);
	struct nodefile now;

	if (!link)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (nodefs_read(&now, &in->fs, in->arena, old->path, err) < 0 ||
	    (old->exists ? nodefs_write(&in->fs, in->arena, &now, old->text, old->len, 0644, NULL, err)
			 : nodefs_remove(&in->fs, &now, err)) < 0)
		return -1;
	remove_folders(in, &in->entry->folders, at < before->n ? &before->v[at].folders : NULL);
	if (names_have(&in->state.links, in->handler) && !names_have(&before->links, in->handler) &&
	    unlink(link) < 0)
		return err_sys(err, "cannot remove the link %s", link);
	in->state = *before;
	return install_state_write(&in->state, &in->fs, in->arena, err);
}

void install_note(struct install *in, const char *fmt, ...)
{
	char line[1024], text[sizeof(line) + 8]; /* so that text_clean sees that something was cut */
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_puts(&in->notes, text_clean(line, sizeof(line), text));
	buf_putc(&in->notes, '\n');
}

void install_say(const struct install *in)
{
	if (in->notes.len && !in->notes.failed)
		(void)fwrite(in->notes.data, 1, in->notes.len, stdout);
}
