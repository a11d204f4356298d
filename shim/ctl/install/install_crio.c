/* CRI-O: a drop-in with the handlers, and with what CRI-O keeps by a handler and not by the runtime. */
#include "ctl/ctl.h"
#include "ctl/folder.h"
#include "ctl/install/install_dropin.h"
#include "format/toml.h"
#include <fcntl.h>
#include <string.h>

/* crio, runtime, runtimes, the handler, the key, a name in its table. */
enum { HANDLER_PART = 3, KEY_PART, NAME_PART, FOLDERS_MAX = 4 };

/* The keys of a handler's table (CRI-O 1.37, pkg/config/config.go). What is not said here is not copied, and
 * named: a key by which CRI-O finds another program would lead past runclamp. */
enum shape { SHAPE_VALUE, SHAPE_LIST, SHAPE_TABLE, SHAPE_OURS };
static const struct key {
	const char *name;
	enum shape shape;
} keys[] = {
	{"allowed_annotations", SHAPE_LIST},
	{"container_create_timeout", SHAPE_VALUE},
	{"container_min_memory", SHAPE_VALUE},
	{"default_annotations", SHAPE_TABLE},
	{"exec_cpu_affinity", SHAPE_VALUE},
	{"monitor_cgroup", SHAPE_VALUE},
	{"monitor_env", SHAPE_LIST},
	{"monitor_exec_cgroup", SHAPE_VALUE},
	{"monitor_path", SHAPE_VALUE},
	{"no_sync_log", SHAPE_VALUE},
	{"privileged_without_host_devices", SHAPE_VALUE},
	{"seccomp_profile", SHAPE_VALUE},
	{"stream_websockets", SHAPE_VALUE},
	/* The program and its place, of which our handler has its own. */
	{"runtime_path", SHAPE_OURS},
	{"runtime_root", SHAPE_OURS},
	{"runtime_type", SHAPE_OURS},
	/* Other programs by the image's platform, and the default runtime's program in this one's place. */
	{"platform_runtime_paths", SHAPE_OURS},
	{"inherit_default_runtime", SHAPE_OURS},
	/* For the type "vm" alone, which runs no OCI runtime. */
	{"runtime_config_path", SHAPE_OURS},
	{"runtime_pull_image", SHAPE_OURS},
};

/* CRI-O 1.31 and newer have this handler without any file; crun needs less than other runtimes. */
static const char built_in[] = "[crio.runtime.runtimes.crun]\ncontainer_min_memory = \"500KiB\"\n";

static bool is_handlers(const struct toml_entry *e)
{
	struct toml_entry up = *e;

	up.nparts = KEY_PART;
	return e->nparts >= KEY_PART && toml_is(&up, "crio/runtime/runtimes/?");
}

static void drop_handler(struct toml *all, const char *name)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < all->n; i++)
		if (strcmp(all->entry[i].part[HANDLER_PART], name) != 0)
			all->entry[kept++] = all->entry[i];
	all->n = kept;
}

/* A handler's table in a later file takes the place of the whole earlier one (CRI-O decodes into a map). */
static int take_text(struct toml *all, const struct install *in, const char *text, const char *where,
		     struct err *err)
{
	struct toml one = {0};

	if (toml_read(&one, in->arena, text, where, err) < 0)
		return -1;
	for (uint32_t i = 0; i < one.n; i++)
		if (is_handlers(&one.entry[i]))
			drop_handler(all, one.entry[i].part[HANDLER_PART]);
	for (uint32_t i = 0; i < one.n; i++)
		if (is_handlers(&one.entry[i]) && toml_add(all, in->arena, &one.entry[i]) < 0)
			return err_set(err, ERR_LIMIT, "out of memory");
	return 0;
}

static int take_file(struct toml *all, const struct install *in, const char *path, struct err *err)
{
	struct nodefile file;

	if (nodefs_read(&file, &in->fs, in->arena, path, err) < 0)
		return -1;
	return take_text(all, in, file.text, path, err);
}

/* All files whatever they are called, by name, those of a folder where its name stands; ours is not one. */
static int take_folder(struct toml *all, const struct install *in, const char *dir, unsigned depth,
		       struct err *err)
{
	const char *here = nodefs_here(&in->fs, in->arena, dir);
	struct folder *names = arena_alloc(in->arena, sizeof(*names));

	if (!here || !names)
		return err_set(err, ERR_LIMIT, "out of memory");
	*names = (struct folder){0};
	if (folder_read(names, in->arena, here, "", err) < 0)
		return -1;
	for (size_t i = 0; i < names->n; i++) {
		const char *path = install_join(in->arena, dir, names->v[i]);

		if (!path)
			return err_set(err, ERR_LIMIT, "out of memory");
		if (strcmp(path, in->file.path) == 0)
			continue;
		CLEANUP_FD int fd = nodefs_fd(&in->fs, path, O_PATH | O_DIRECTORY);
		if (fd >= 0 && depth == FOLDERS_MAX)
			return err_set(err, ERR_LIMIT, "%s: more than %d folders below one another", path,
				       FOLDERS_MAX);
		if ((fd >= 0 ? take_folder(all, in, path, depth + 1, err) : take_file(all, in, path, err)) <
		    0)
			return -1;
	}
	return 0;
}

/* crio.conf lies beside the folder that has the drop-in. */
static int take_all(struct toml *all, const struct install *in, struct err *err)
{
	const char *slash = strrchr(in->file.path, '/');
	const char *dir = arena_strndup(in->arena, in->file.path, (size_t)(slash - in->file.path));
	const char *above = dir ? strrchr(dir, '/') : NULL, *main = NULL;

	if (above)
		main = install_join(in->arena, arena_strndup(in->arena, dir, (size_t)(above - dir)),
				    "crio.conf");
	if (!dir || (above && !main))
		return err_set(err, ERR_LIMIT, "out of memory");
	if (take_text(all, in, built_in, "built in", err) < 0 || (main && take_file(all, in, main, err) < 0))
		return -1;
	return take_folder(all, in, dir, 0, err);
}

static const char *value_of(const struct toml *all, const char *handler, const char *key)
{
	for (uint32_t i = 0; i < all->n; i++) {
		const struct toml_entry *e = &all->entry[i];

		if (e->nparts == NAME_PART && e->kind != TOML_TABLE &&
		    strcmp(e->part[HANDLER_PART], handler) == 0 && strcmp(e->part[KEY_PART], key) == 0)
			return e->text;
	}
	return "";
}

/* How surely CRI-O's handler is the runtime that ours stands in front of: the same program, the name that the
 * runtime usually has, a program that is called so. */
static unsigned likeness(const struct toml *all, const char *name, const struct install *in,
			 const struct handler *h)
{
	const char *path = value_of(all, name, "runtime_path"), *slash = strrchr(path, '/');
	const char *real = h->inner ? h->inner : h->path, *kind = runtime_name(install_runtime(in, h));
	bool same = h->searched == SEARCHED_NOTHING && real && strcmp(path, real) == 0;

	return (same ? 4U : 0U) + (strcmp(name, kind) == 0 ? 2U : 0U) +
	       (slash && strcmp(slash + 1, kind) == 0 ? 1U : 0U);
}

/* NULL: CRI-O has no handler for that runtime. */
static const char *find_real(const struct toml *all, const struct install *in, const struct handler *h)
{
	const char *best = NULL;
	unsigned most = 0;

	for (uint32_t i = 0; h && i < all->n; i++) {
		unsigned like = likeness(all, all->entry[i].part[HANDLER_PART], in, h);

		if (like > most) {
			most = like;
			best = all->entry[i].part[HANDLER_PART];
		}
	}
	return best;
}

static void put_value(struct buf *out, const struct toml_entry *e)
{
	if (e->kind == TOML_STRING)
		buf_jstr(out, e->text, strlen(e->text));
	else
		buf_puts(out, e->text);
}

/* `KEY = VALUE`, as the real handler has it; nothing where it does not. */
static void put_key(struct buf *out, const struct toml *all, const char *real, const struct key *k)
{
	static const char *const open[] = {[SHAPE_LIST] = "[", [SHAPE_TABLE] = "{"},
				 *const close[] = {[SHAPE_LIST] = "]", [SHAPE_TABLE] = "}"};
	uint32_t depth = k->shape == SHAPE_TABLE ? NAME_PART + 1 : NAME_PART, n = 0;

	for (uint32_t i = 0; i < all->n; i++) {
		const struct toml_entry *e = &all->entry[i];

		if (e->nparts != depth || e->kind == TOML_TABLE || strcmp(e->part[HANDLER_PART], real) != 0 ||
		    strcmp(e->part[KEY_PART], k->name) != 0 || (k->shape == SHAPE_VALUE && n))
			continue;
		if (n++)
			buf_puts(out, ", ");
		else
			buf_printf(out, "%s = %s", k->name, open[k->shape] ? open[k->shape] : "");
		if (k->shape == SHAPE_TABLE) {
			buf_jstr(out, e->part[NAME_PART], strlen(e->part[NAME_PART]));
			buf_puts(out, " = ");
		}
		put_value(out, e);
	}
	if (n)
		buf_printf(out, "%s\n", close[k->shape] ? close[k->shape] : "");
}

static void note_unknown(struct install *in, const struct toml *all, const char *real, const char *handler)
{
	const char *last = "";

	for (uint32_t i = 0; i < all->n; i++) {
		const struct toml_entry *e = &all->entry[i];
		bool known = false;

		if (e->nparts < NAME_PART || strcmp(e->part[HANDLER_PART], real) != 0)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			known = known || strcmp(e->part[KEY_PART], keys[k].name) == 0;
		if (!known && strcmp(last, e->part[KEY_PART]) != 0)
			install_note(in,
				     "note: CRI-O's handler %s sets %s, which clampctl does not know: the "
				     "handler %s does without",
				     real, e->part[KEY_PART], handler);
		last = e->part[KEY_PART];
	}
}

/* real: CRI-O's handler for the same runtime, or NULL. */
static void put_handler(struct buf *out, struct install *in, const struct toml *all, const char *handler,
			const char *real)
{
	const char *type = real ? value_of(all, real, "runtime_type") : "";
	CLEANUP_BUF struct buf copied = {0};

	for (size_t i = 0; real && i < ARRAY_LEN(keys); i++)
		if (keys[i].shape != SHAPE_OURS)
			put_key(&copied, all, real, &keys[i]);
	buf_printf(out,
		   "\n[crio.runtime.runtimes.\"%s\"]\n"
		   "runtime_path = \"%s\"\n"
		   "runtime_type = \"%s\"\n"
		   "runtime_root = \"/run/crio-%s\"\n"
		   "# io.runclamp. annotations are handed on without it; it takes only CRI-O's own names.\n",
		   handler, dropin_program(in, handler), strcmp(type, "pod") == 0 ? type : "oci", handler);
	if (!copied.len || !strstr(copied.data, "allowed_annotations = "))
		buf_puts(out, "allowed_annotations = []\n");
	if (copied.len)
		buf_put(out, copied.data, copied.len);
	if (copied.failed)
		out->failed = true;
	if (real)
		note_unknown(in, all, real, handler);
}

/* CRI-O hands a pod's annotations on, but for a fixed list of its own that allowed_annotations picks from;
 * another name there keeps it from starting. What can't be read keeps nobody from uninstalling. */
static int add(struct buf *out, struct install *in, struct err *err)
{
	const struct installed *e = in->entry;
	struct err unread = {0}, config_err = {0};
	struct toml all = {0};
	struct config config;
	bool known;

	if (dropin_check(in, err) < 0)
		return -1;
	if (take_all(&all, in, &unread) < 0) {
		all = (struct toml){0};
		install_note(in, "note: what CRI-O's own handlers have is not known: %s", unread.msg);
	}
	known = install_config(&config, in, &config_err) == 0;
	if (!known)
		install_note(in, "note: which runtimes the handlers have is not known: %s", config_err.msg);
	dropin_head(out, in);
	if (e->preferred)
		buf_printf(out, "[crio.runtime]\ndefault_runtime = \"%s\"\n", e->preferred);
	for (unsigned i = 0; i < e->handlers.n; i++)
		put_handler(out, in, &all, e->handlers.v[i],
			    known ? find_real(&all, in, config_handler(&config, e->handlers.v[i])) : NULL);
	return 0;
}

/* A later file's table of the handler takes the place of ours, whatever program it names. */
static int verify(struct install *in, struct err *err)
{
	static const char *const past[] = {"platform_runtime_paths", "inherit_default_runtime"};
	int code = dropin_verify(in, "", "crio/runtime/runtimes", "/runtime_path",
				 "crio/runtime/default_runtime");

	(void)err;
	for (size_t i = 0; code == CTL_OK && i < ARRAY_LEN(past); i++) {
		struct dropin_later later;
		struct err ignored; /* then dropin_verify has said so */
		char pattern[256];

		(void)snprintf(pattern, sizeof(pattern), "crio/runtime/runtimes/%s/%s", in->handler, past[i]);
		if (dropin_later(&later, in, "", pattern, &ignored) < 0 || !later.file)
			continue;
		install_note(in,
			     "it does not take effect: %s, which crio reads after it, sets %s for %s, by "
			     "which CRI-O starts another program: take that out",
			     later.file, past[i], in->handler);
		code = CTL_NO;
	}
	return code;
}

const struct install_engine install_crio = {
	.name = "crio",
	.file = "/etc/crio/crio.conf.d/90-runclamp.conf",
	.reload = "now run: systemctl restart crio",
	.reload_less = "now run: systemctl restart crio",
	.whole = true,
	.add = add,
	.take = dropin_take,
	.verify = verify,
};
