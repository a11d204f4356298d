/* A drop-in of our own beside an engine's configuration. */
#include "ctl/install/install_dropin.h"
#include "ctl/ctl.h"
#include "ctl/folder.h"
#include "format/toml.h"
#include <string.h>

static const char mark[] = "# Written by clampctl install";

void dropin_head(struct buf *out, const struct install *in)
{
	buf_printf(out, "%s %s, which writes it anew and removes it: what is changed here is lost.\n", mark,
		   in->engine->name);
}

int dropin_check(const struct install *in, struct err *err)
{
	if (!in->file.exists || strncmp(in->file.text, mark, strlen(mark)) == 0)
		return 0;
	return err_set(
		err, ERR_CONFIG,
		"%s is there and clampctl did not write it; it was left as it is: move it away, or name "
		"another file with --config",
		in->file.path);
}

const char *dropin_program(const struct install *in, const char *handler)
{
	return install_join(in->arena, RUNCLAMP_BINDIR, handler);
}

static bool at_or_below(const struct toml_entry *e, const char *pattern)
{
	struct toml_entry up = *e;
	uint32_t depth = 1;

	for (const char *p = pattern; (p = strchr(p, '/')); p++)
		depth++;
	up.nparts = depth;
	return e->nparts >= depth && toml_is(&up, pattern);
}

int dropin_later(struct dropin_later *ret, struct install *in, const char *suffix, const char *pattern,
		 struct err *err)
{
	const char *slash = strrchr(in->file.path, '/');
	const char *dir = arena_strndup(in->arena, in->file.path, (size_t)(slash - in->file.path));
	const char *here = dir ? nodefs_here(&in->fs, in->arena, dir) : NULL;
	struct folder *all = arena_alloc(in->arena, sizeof(*all));

	*ret = (struct dropin_later){0};
	if (!here || !all)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (folder_read(all, in->arena, here, "", err) < 0)
		return -1;
	for (size_t i = 0; i < all->n; i++) {
		size_t len = strlen(all->v[i]), cut = strlen(suffix);
		const char *path = install_join(in->arena, dir, all->v[i]);
		struct nodefile file;
		struct toml t = {0};

		if (!path)
			return err_set(err, ERR_LIMIT, "out of memory");
		if (strcmp(all->v[i], slash + 1) <= 0 || len < cut ||
		    strcmp(all->v[i] + len - cut, suffix) != 0)
			continue;
		if (nodefs_read(&file, &in->fs, in->arena, path, err) < 0 ||
		    toml_read(&t, in->arena, file.text, path, err) < 0)
			return -1;
		for (uint32_t e = 0; e < t.n; e++)
			if (at_or_below(&t.entry[e], pattern))
				*ret = (struct dropin_later){path, t.entry[e].text};
	}
	return 0;
}

/* Nothing asks the engine here: its files say what wins over ours. */
static int check_later(struct install *in, const char *suffix, const char *pattern, const char *wanted)
{
	struct dropin_later later;
	struct err err = {0};

	if (dropin_later(&later, in, suffix, pattern, &err) < 0) {
		install_note(in, "whether it takes effect is not known: %s", err.msg);
		return CTL_NO;
	}
	if (!later.file || (later.value && strcmp(later.value, wanted) == 0))
		return CTL_OK;
	install_note(in, "it does not take effect: %s, which %s reads after it, sets %s to %s: take that out",
		     later.file, in->engine->name, strrchr(pattern, '/') + 1,
		     later.value ? later.value : "something else");
	return CTL_NO;
}

int dropin_verify(struct install *in, const char *suffix, const char *runtimes, const char *program,
		  const char *preferred)
{
	const char *name = in->entry->preferred;
	char pattern[256];
	int code;

	(void)snprintf(pattern, sizeof(pattern), "%s/%s%s", runtimes, in->handler, program);
	code = check_later(in, suffix, pattern, in->binary);
	return code == CTL_OK && name ? check_later(in, suffix, preferred, name) : code;
}

int dropin_take(struct buf *out, struct install *in, struct err *err)
{
	CLEANUP_BUF struct buf own = {0};

	if (dropin_check(in, err) < 0)
		return -1;
	if (in->entry && in->entry->handlers.n)
		return in->engine->add(out, in, err);
	buf_printf(&own, "\"%s\"", in->handler);
	in->remove = in->entry || own.failed || strstr(in->file.text, own.data);
	buf_put(out, in->file.text, in->file.len);
	return 0;
}
