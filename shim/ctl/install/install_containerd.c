/* containerd: a drop-in beside config.toml, which a person wrote and which stays
 * as it is. */
#include "ctl/install/install_containerd.h"
#include "ctl/ctl.h"
#include "ctl/files/tomllines.h"
#include "ctl/install/install_dropin.h"
#include <fnmatch.h>
#include <limits.h>
#include <string.h>

/* plugins, its name, containerd, runtimes, the handler, the key; the same with options before the key. */
enum { HANDLER_PART = 4, HANDLER_DEPTH = 6, OPTIONS_DEPTH };

static const char plugin_name[][sizeof("io.containerd.cri.v1.runtime")] = {
	[2] = "io.containerd.grpc.v1.cri", [3] = "io.containerd.cri.v1.runtime"};

/* containerd's own handler for the runtime that ours stands in front of. */
struct real {
	const struct containerd *c;
	const char *name;
	bool by_runc; /* its shim is runc's, whose options ours has, too */
};

/* Of that handler or of its options: `depth` parts of path, the last one the key. */
static bool is_real(const struct real *r, const struct toml_entry *e, uint32_t depth)
{
	const char *const path[] = {
		r->c->cri[0], r->c->cri[1], "containerd", "runtimes", r->name, "options",
	};

	if (e->nparts != depth || e->kind == TOML_TABLE)
		return false;
	for (uint32_t i = 0; i + 1 < depth; i++)
		if (strcmp(e->part[i], path[i]) != 0)
			return false;
	return true;
}

static const char *real_value(const struct containerd *c, const char *handler, const char *key)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "containerd/runtimes/%s/%s", handler, key);
	return containerd_value(c, path);
}

/* Its shim is the runtime's own (io.containerd.runsc.v1), or starts a program that is called so. */
static bool is_of_kind(const struct containerd *c, const char *name, const char *kind)
{
	const char *type = real_value(c, name, "runtime_type"),
		   *program = real_value(c, name, "options/BinaryName"),
		   *slash = program ? strrchr(program, '/') : NULL;
	char own[64];
	int len = snprintf(own, sizeof(own), "io.containerd.%s.", kind);

	return (type && strncmp(type, own, (size_t)len) == 0 && strcmp(kind, "runc") != 0) ||
	       (slash && strcmp(slash + 1, kind) == 0);
}

/* The one that is called like the runtime, or one that starts it; else runc's, which each containerd has. */
static struct real find_real(const struct containerd *c, const struct install *in, const struct handler *h)
{
	static const char shim[] = "io.containerd.runc.";
	const char *kind = h ? runtime_name(install_runtime(in, h)) : "runc", *name = "runc", *type;

	for (uint32_t i = 0; i < c->values.n; i++) {
		const struct toml_entry *e = &c->values.entry[i];

		if (!toml_is(e, "plugins/?/containerd/runtimes/?/runtime_type") ||
		    names_have(&in->entry->handlers, e->part[HANDLER_PART]))
			continue;
		if (strcmp(e->part[HANDLER_PART], kind) == 0) {
			name = kind;
			break;
		}
		if (strcmp(name, "runc") == 0 && is_of_kind(c, e->part[HANDLER_PART], kind))
			name = e->part[HANDLER_PART];
	}
	type = real_value(c, name, "runtime_type");
	return (struct real){c, name, type && strncmp(type, shim, strlen(shim)) == 0};
}

static void put_string(struct buf *out, const char *s)
{
	buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *s);
	}
	buf_putc(out, '"');
}

/* The globs are those of path.Match: * stops at a slash. */
static void put_annotations(struct buf *out, const struct real *r, const char *key)
{
	buf_printf(out, "%s = [\"io.runclamp.*\", \"io.runclamp.*/*\"", key);
	for (uint32_t i = 0; i < r->c->values.n; i++) {
		const struct toml_entry *e = &r->c->values.entry[i];

		if (!is_real(r, e, HANDLER_DEPTH) || strcmp(e->part[HANDLER_DEPTH - 1], key) != 0 ||
		    e->kind != TOML_STRING || strncmp(e->text, "io.runclamp.", 12) == 0)
			continue;
		buf_puts(out, ", ");
		put_string(out, e->text);
	}
	buf_puts(out, "]\n");
}

/* What containerd keeps by the handler and not by the runtime, as it stands for the runtime's own, but for
 * these keys: our handler has them of its own, or they are the container's place. What is empty says nothing.
 */
static void put_reals(struct buf *out, const struct real *r, uint32_t depth)
{
	static const char *const ours[] = {"runtime_type", "runtime_path",    "runtime_engine",
					   "runtime_root", "pod_annotations", "container_annotations",
					   "BinaryName",   "SystemdCgroup",   "Root"};

	for (uint32_t i = 0; i < r->c->values.n; i++) {
		const struct toml_entry *e = &r->c->values.entry[i];
		bool skip = !is_real(r, e, depth) || !*e->text || strcmp(e->text, "false") == 0 ||
			    strcmp(e->text, "0") == 0;

		for (size_t k = 0; !skip && k < ARRAY_LEN(ours); k++)
			skip = strcmp(e->part[depth - 1], ours[k]) == 0;
		/* Who makes the sandbox is the shim's affair. */
		if (skip || (!r->by_runc && strcmp(e->part[depth - 1], "sandboxer") == 0))
			continue;
		buf_printf(out, "%s = ", e->part[depth - 1]);
		if (e->kind == TOML_STRING)
			put_string(out, e->text);
		else
			buf_puts(out, e->text);
		buf_putc(out, '\n');
	}
}

/* known: NULL where the configuration can't be read. */
static void put_runtime(struct buf *out, const struct containerd *c, struct install *in, const char *handler,
			const struct config *known)
{
	const struct real real = find_real(c, in, known ? config_handler(known, handler) : NULL);
	const char *plugin = plugin_name[c->version],
		   *systemd = real_value(c, real.name, "options/SystemdCgroup");

	/* The shim of runsc has it in a file of its own; the node has one manager of control groups. */
	if (!systemd)
		systemd = real_value(c, "runc", "options/SystemdCgroup");
	buf_printf(out,
		   "\n[plugins.\"%s\".containerd.runtimes.\"%s\"]\n"
		   "runtime_type = \"io.containerd.runc.v2\"\n",
		   plugin, handler);
	put_annotations(out, &real, "pod_annotations");
	put_annotations(out, &real, "container_annotations");
	put_reals(out, &real, HANDLER_DEPTH);
	buf_printf(out,
		   "\n[plugins.\"%s\".containerd.runtimes.\"%s\".options]\n"
		   "BinaryName = \"%s\"\n"
		   "SystemdCgroup = %s\n",
		   plugin, handler, dropin_program(in, handler),
		   systemd && strcmp(systemd, "true") == 0 ? "true" : "false");
	if (real.by_runc)
		put_reals(out, &real, OPTIONS_DEPTH);
}

/* The whole CRI section as it is in force, without our handlers' tables. */
static void put_section(struct buf *out, const struct containerd *c, struct install *in)
{
	const struct installed *e = in->entry;
	struct tomlline l = {.at = c->dump};
	size_t len;

	buf_puts(out, "# This containerd puts an imported plugin section in the place of config.toml's:\n"
		      "# so all of it is here, as it was in force. After a change of config.toml, run\n"
		      "# clampctl install containerd again.\n\n");
	while (tomlline_next(&l, in->arena)) {
		const char *const ours[] = {c->cri[0], c->cri[1], "containerd", "runtimes"};
		const char *const above[] = {c->cri[0], c->cri[1], "containerd"};

		if (!tomlline_within(&l, c->cri, CRI_PARTS) ||
		    (tomlline_within(&l, ours, 4) && l.depth > 4 && names_have(&e->handlers, l.table[4])))
			continue;
		if (e->preferred && l.depth == 3 && tomlline_within(&l, above, 3) &&
		    tomlline_value(&l, "default_runtime_name", &len))
			buf_printf(out, "default_runtime_name = \"%s\"", e->preferred);
		else
			buf_put(out, l.at, l.len);
		buf_putc(out, '\n');
	}
}

/* containerd 1 still obeys them, in front of default_runtime_name and of the handler
 * "untrusted"; its dump has their tables always, filled or not. */
static int check_deprecated(const struct containerd *c, struct install *in, struct err *err)
{
	static const char *const tables[] = {"default_runtime", "untrusted_workload_runtime"};
	static const char *const whose[] = {"pods that name no handler",
					    "pods that are annotated as untrusted"};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		const char *type;
		char path[128];

		(void)snprintf(path, sizeof(path), "containerd/%s/runtime_type", tables[i]);
		type = containerd_value(c, path);
		if (!type || !*type)
			continue;
		if (in->set_default && i == 0)
			return err_set(err, ERR_CONFIG,
				       "containerd's configuration has the deprecated table "
				       "[plugins.\"%s\".containerd.%s], which decides for %s whatever "
				       "default_runtime_name says; nothing was changed: take it out first",
				       c->cri[1], tables[i], whose[i]);
		install_note(in,
			     "warning: the deprecated table [plugins.\"%s\".containerd.%s] decides for %s, "
			     "whatever default_runtime_name says: take it out",
			     c->cri[1], tables[i], whose[i]);
	}
	return 0;
}

static int add(struct buf *out, struct install *in, struct err *err)
{
	const struct installed *e = in->entry;
	struct err config_err = {0};
	struct config config;
	struct containerd c;
	bool known;

	if (dropin_check(in, err) < 0 || containerd_ask(&c, in, false, err) < 0 ||
	    check_deprecated(&c, in, err) < 0)
		return -1;
	known = install_config(&config, in, &config_err) == 0;
	if (!known)
		install_note(in, "note: which runtimes the handlers have is not known: %s", config_err.msg);
	dropin_head(out, in);
	buf_printf(out, "version = %u\n\n", c.version);
	if (!c.merges)
		put_section(out, &c, in);
	else if (e->preferred)
		buf_printf(out, "[plugins.\"%s\".containerd]\ndefault_runtime_name = \"%s\"\n",
			   plugin_name[c.version], e->preferred);
	for (unsigned i = 0; i < e->handlers.n; i++)
		put_runtime(out, &c, in, e->handlers.v[i], known ? &config : NULL);
	return 0;
}

/* The line that a person has to add, exactly. */
static void say_import(struct install *in, const struct containerd *c)
{
	int folder = (int)(strrchr(in->file.path, '/') - in->file.path);
	size_t len;

	install_note(in, "containerd does not read it yet, as %s does not import it:", c->main);
	if (tomlline_top(c->file.text, "imports", &len)) {
		install_note(in, "add to the list imports of that file:");
		install_note(in, "%s", "");
		install_note(in, "\"%.*s/*.toml\"", folder, in->file.path);
		return;
	}
	install_note(in, c->file.exists ? "add to that file, in front of its first [table]:"
					: "create that file:");
	install_note(in, "%s", "");
	if (!c->file.exists)
		install_note(in, "version = %u", c->version);
	install_note(in, "imports = [\"%.*s/*.toml\"]", folder, in->file.path);
}

static bool is_imported(const struct install *in, const struct containerd *c)
{
	for (uint32_t i = 0; i < c->values.n; i++) {
		const struct toml_entry *e = &c->values.entry[i];
		int folder = (int)(strrchr(c->main, '/') - c->main) + 1;
		char pattern[2 * PATH_MAX];

		if (!toml_is(e, "imports") || e->kind != TOML_STRING)
			continue;
		(void)snprintf(pattern, sizeof(pattern), "%.*s%s", *e->text == '/' ? 0 : folder, c->main,
			       e->text);
		if (fnmatch(pattern, in->file.path, FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

/* It is read, and another file after it has the last word. */
static int say_later(struct install *in, const struct containerd *c, const char *what)
{
	struct dropin_later later;
	struct err ignored; /* then it is not named */
	char pattern[128];

	(void)snprintf(pattern, sizeof(pattern), "plugins/%s", c->merges ? "?/containerd" : c->cri[1]);
	if (dropin_later(&later, in, ".toml", pattern, &ignored) < 0)
		later.file = NULL;
	install_note(
		in, "%s does not take effect: %s%s, which containerd reads after it, %s", what,
		later.file ? later.file : "another file that is imported by ", later.file ? "" : c->main,
		c->merges ? "says otherwise: take that out"
			  : "puts its own [plugins.\"io.containerd.grpc.v1.cri\"] in the place of the whole "
			    "section: give it a name that comes before runclamp.toml, or move what it sets "
			    "into config.toml, and run this again");
	return CTL_NO;
}

/* containerd's own word on whether the handler is there, and the default. */
static int verify(struct install *in, struct err *err)
{
	struct containerd c;
	const char *program, *preferred;
	char path[256];

	if (containerd_ask(&c, in, true, err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "containerd/runtimes/%s/options/BinaryName", in->handler);
	program = containerd_value(&c, path);
	preferred = containerd_value(&c, "containerd/default_runtime_name");
	if (!is_imported(in, &c)) {
		say_import(in, &c);
		return CTL_NO;
	}
	if (!program || strcmp(program, in->binary) != 0)
		return say_later(in, &c, in->file.path);
	if (in->entry->preferred && (!preferred || strcmp(preferred, in->entry->preferred) != 0))
		return say_later(in, &c, "the default");
	return CTL_OK;
}

const struct install_engine install_containerd = {
	.name = "containerd",
	.file = "/etc/containerd/conf.d/runclamp.toml",
	.reload = "now run: systemctl restart containerd",
	.reload_less = "now run: systemctl restart containerd",
	.beside = "conf.d/runclamp.toml",
	.whole = true,
	.add = add,
	.take = dropin_take,
	.verify = verify,
};
