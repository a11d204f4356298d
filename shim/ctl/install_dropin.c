/* Podman and CRI-O: a drop-in of our own beside their configuration. */
#include "ctl/install_dropin.h"
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

void dropin_list(struct buf *out, const struct names *handlers)
{
	for (unsigned i = 0; i < handlers->n; i++)
		buf_printf(out, "%s\"%s\"", i ? ", " : "", handlers->v[i]);
}

const char *dropin_program(const struct install *in, const char *handler)
{
	return install_join(in->arena, RUNCLAMP_BINDIR, handler);
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

/* Where somebody else sets runtime_supports_json: of several files' lists one
 * counts, and ours is read last. */
static void warn_of_list(struct install *in)
{
	static const char *const files[] = {"/etc/containers/containers.conf",
					    "/usr/share/containers/containers.conf"};
	static const char key[] = "runtime_supports_json";

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct nodefile f;
		struct err ignored;

		if (nodefs_read(&f, &in->fs, in->arena, files[i], &ignored) < 0)
			continue;
		for (const char *line = f.text; line; line = strchr(line, '\n')) {
			line += strspn(line, "\n \t");
			if (strncmp(line, key, strlen(key)) != 0)
				continue;
			install_note(in,
				     "note: %s sets %s, whose list %s replaces: runtimes that only that list "
				     "has will "
				     "report their errors less clearly",
				     files[i], key, in->file.path);
			break;
		}
	}
}

/* A list replaces the one that Podman is built with (4.3.1, 5.8.6), and only
 * Podman 5 knows how to append to it: so the built-in names are said again. A
 * runtime that is not listed gets no --log, and its sentence comes with a prefix. */
static int podman_add(struct buf *out, struct install *in, struct err *err)
{
	const struct installed *e = in->entry;

	if (dropin_check(in, err) < 0)
		return -1;
	dropin_head(out, in);
	buf_puts(out, "[engine]\n");
	if (e->preferred)
		buf_printf(out, "runtime = \"%s\"\n", e->preferred);
	buf_puts(out, "runtime_supports_json = [");
	dropin_list(out, &e->handlers);
	buf_puts(out,
		 ", \"crun\", \"runc\", \"kata\", \"runsc\", \"youki\", \"krun\"]\n\n[engine.runtimes]\n");
	for (unsigned i = 0; i < e->handlers.n; i++)
		buf_printf(out, "\"%s\" = [\"%s\"]\n", e->handlers.v[i],
			   dropin_program(in, e->handlers.v[i]));
	warn_of_list(in);
	return 0;
}

/* CRI-O hands a pod's annotations on, but for a fixed list of its own that
 * allowed_annotations picks from; another name there keeps it from starting. */
static int crio_add(struct buf *out, struct install *in, struct err *err)
{
	const struct installed *e = in->entry;

	if (dropin_check(in, err) < 0)
		return -1;
	dropin_head(out, in);
	if (e->preferred)
		buf_printf(out, "[crio.runtime]\ndefault_runtime = \"%s\"\n\n", e->preferred);
	for (unsigned i = 0; i < e->handlers.n; i++)
		buf_printf(out,
			   "%s[crio.runtime.runtimes.\"%s\"]\n"
			   "runtime_path = \"%s\"\n"
			   "runtime_type = \"oci\"\n"
			   "runtime_root = \"/run/crio-%s\"\n"
			   "# io.runclamp. annotations are handed on without it; it takes only CRI-O's own "
			   "names.\n"
			   "allowed_annotations = []\n",
			   i ? "\n" : "", e->handlers.v[i], dropin_program(in, e->handlers.v[i]),
			   e->handlers.v[i]);
	return 0;
}

const struct install_engine install_podman = {
	.name = "podman",
	.file = "/etc/containers/containers.conf.d/90-runclamp.conf",
	.reload = "podman reads it at each call, rootless too; where its API service runs: systemctl restart "
		  "podman",
	.reload_less = "podman reads it at each call; where its API service runs: systemctl restart podman",
	.whole = true,
	.add = podman_add,
	.take = dropin_take,
};

const struct install_engine install_crio = {
	.name = "crio",
	.file = "/etc/crio/crio.conf.d/90-runclamp.conf",
	.reload = "now run: systemctl restart crio",
	.reload_less = "now run: systemctl restart crio",
	.whole = true,
	.add = crio_add,
	.take = dropin_take,
};
