#include "run/regfile.h"
#include "base/sha256.h"
#include "decide/created.h"
#include "format/jsontok.h"
#include "runtime/argv.h"
#include "runtime/stateroot.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { RECORD_VERSION = 1, RECORD_DEPTH = 8, RECORD_TOKENS = 4096 };

int regfile_name(char dst[static REGFILE_NAME], const struct registry_key *key, struct err *err)
{
	char root[PATH_MAX] UNFILLED;

	if (stateroot_path(root, key->runtime, key->root, err) < 0)
		return -1;
	return regfile_name_below(dst, root, key->id, err);
}

int regfile_name_below(char dst[static REGFILE_NAME], const char *root, const char *id, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};
	char hex[65];

	buf_put(&text, root, strlen(root) + 1);
	buf_put(&text, id, strlen(id));
	if (text.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	sha256_hex(text.data, text.len, hex);
	memcpy(dst, hex, REGFILE_NAME - 1);
	dst[REGFILE_NAME - 1] = '\0';
	return 0;
}

static int add_root(struct regfile *f, struct arena *arena, const char *root, struct err *err)
{
	char path[PATH_MAX] UNFILLED;
	int n = 0;

	if (stateroot_path(path, f->reg.runtime, root, err) < 0)
		return -1;
	while (n < REGFILE_ROOTS && f->roots[n])
		n++;
	if (n == REGFILE_ROOTS)
		return err_set(err, ERR_INTERNAL, "too many state folders");
	f->roots[n] = arena_strndup(arena, path, strlen(path));
	return f->roots[n] ? 0 : err_set(err, ERR_LIMIT, "out of memory");
}

/* runc takes $XDG_RUNTIME_DIR unless it is root, crun, runsc and youki even
 * then; so both count. */
static int default_roots(struct regfile *f, struct arena *arena, struct err *err)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR"), *name = runtime_name(f->reg.runtime);
	char path[PATH_MAX] UNFILLED;

	(void)snprintf(path, sizeof(path), "/run/%s", name);
	if (add_root(f, arena, path, err) < 0)
		return -1;
	if (!xdg || !*xdg)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/%s", xdg, name);
	return add_root(f, arena, path, err);
}

const char *regfile_root_of_args(struct arena *arena, const struct registration *r)
{
	struct cmdline cmd;
	struct err ignored;
	char **words;
	int n = 0;

	while (r->args && r->args[n])
		n++;
	words = arena_array(arena, (size_t)n + 2, sizeof(*words));
	if (!words)
		return NULL;
	for (int i = 0; i < n; i++)
		words[i + 1] = (char *)(uintptr_t)r->args[i];
	return argv_parse(&cmd, arena, r->runtime, n + 1, words, &ignored) == 0 ? cmd.root : NULL;
}

/* statx(2), Linux 6.8. */
enum { WANT_UNIQUE_MOUNT = 0x4000 };

/* The mount that is the root there: no other namespace has it, nor one that comes later. A first look at a
 * process's own folder in /proc costs ten times as much. */
uint64_t regfile_mount_ns(void)
{
	struct statx root;
	struct stat st;

	if (statx(AT_FDCWD, "/", AT_SYMLINK_NOFOLLOW, WANT_UNIQUE_MOUNT, &root) == 0 &&
	    root.stx_mask & WANT_UNIQUE_MOUNT)
		return root.stx_mnt_id;
	return stat("/proc/self/ns/mnt", &st) == 0 ? st.st_ino : 0;
}

int regfile_fill(struct regfile *ret, struct arena *arena, const struct registry_key *key,
		 const struct registration *r, struct err *err)
{
	struct regfile f = {.reg = *r, .id = key->id};
	const char *root = key->root ? key->root : regfile_root_of_args(arena, r);

	if ((root ? add_root(&f, arena, root, err) : default_roots(&f, arena, err)) < 0)
		return -1;
	f.mount_ns = regfile_mount_ns();
	*ret = f;
	return 0;
}

static void put_string(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, ",\"%s\":", key);
	buf_jstr(out, value, strlen(value));
}

static void put_list(struct buf *out, const char *key, const char *const *list)
{
	buf_printf(out, ",\"%s\":[", key);
	for (int i = 0; list && list[i]; i++) {
		if (i)
			buf_putc(out, ',');
		buf_jstr(out, list[i], strlen(list[i]));
	}
	buf_putc(out, ']');
}

void regfile_write(const struct regfile *f, struct buf *out)
{
	buf_printf(out, "{\"version\":%d", RECORD_VERSION);
	put_string(out, "handler", f->reg.handler);
	put_string(out, "runtime", runtime_name(f->reg.runtime));
	put_string(out, "path", f->reg.path);
	put_list(out, "args", f->reg.args);
	put_string(out, "id", f->id);
	put_list(out, "roots", f->roots);
	if (f->mount_ns)
		buf_printf(out, ",\"mount_ns\":%llu", (unsigned long long)f->mount_ns);
	if (f->reg.created)
		created_write(f->reg.created, out);
	if (f->reg.of_run)
		buf_puts(out, ",\"of_run\":true");
	buf_puts(out, "}\n");
}

static const char *get_string(const struct jdoc *doc, const char *name, struct arena *arena)
{
	uint32_t tok = jdoc_get(doc, 0, name);
	size_t len;

	return tok && doc->tok[tok].type == JTOK_STRING ? jdoc_string(doc, tok, arena, &len) : NULL;
}

/* NULL if it is no list of strings, or longer than max. */
static const char **get_list(const struct jdoc *doc, const char *name, struct arena *arena, uint32_t max)
{
	uint32_t tok = jdoc_get(doc, 0, name), n = 0;
	const char **list;
	size_t len;

	if (!tok || doc->tok[tok].type != JTOK_ARRAY || doc->tok[tok].count > max)
		return NULL;
	list = arena_array(arena, doc->tok[tok].count + 1, sizeof(*list));
	for (uint32_t i = tok + 1; list && i < doc->tok[tok].next; i = doc->tok[i].next) {
		if (doc->tok[i].type != JTOK_STRING)
			return NULL;
		list[n] = jdoc_string(doc, i, arena, &len);
		if (!list[n++])
			return NULL;
	}
	return list;
}

int regfile_read(struct regfile *ret, struct arena *arena, const char *text, size_t len, struct err *err)
{
	static const struct jlimits limits = {.depth = RECORD_DEPTH, .tokens = RECORD_TOKENS};
	const char *runtime, **roots;
	struct regfile f = {0};
	struct jdoc doc;
	uint64_t version;

	if (jdoc_parse(&doc, arena, text, len, &limits, ERR_RUNTIME, err) < 0)
		return -1;
	if (doc.tok[0].type != JTOK_OBJECT)
		return err_set(err, ERR_RUNTIME, "no JSON object");
	if (!jdoc_u64(&doc, jdoc_get(&doc, 0, "version"), &version) || version < 1)
		return err_set(err, ERR_RUNTIME, "no version");
	runtime = get_string(&doc, "runtime", arena);
	int kind = runtime ? runtime_from_name(runtime, strlen(runtime)) : -1;
	f.reg.handler = get_string(&doc, "handler", arena);
	f.reg.path = get_string(&doc, "path", arena);
	f.reg.args = get_list(&doc, "args", arena, RECORD_TOKENS);
	f.id = get_string(&doc, "id", arena);
	roots = get_list(&doc, "roots", arena, REGFILE_ROOTS);
	if (kind < 0 || !f.reg.handler || !f.reg.path || f.reg.path[0] != '/' || !f.reg.args || !f.id ||
	    !roots)
		return err_set(err, ERR_RUNTIME, "a value is missing or has the wrong form");
	f.reg.runtime = (enum runtime_kind)kind;
	f.reg.of_run = jdoc_get(&doc, 0, "of_run") != 0;
	if (!jdoc_u64(&doc, jdoc_get(&doc, 0, "mount_ns"), &f.mount_ns))
		f.mount_ns = 0;
	for (int i = 0; i < REGFILE_ROOTS && roots[i]; i++)
		f.roots[i] = roots[i];
	*ret = f;
	return 0;
}

/* runsc keeps files: ID_sandbox:SANDBOX.state and .lock, older ones ID.state. */
static bool sandbox_alive(const char *root, const char *id)
{
	CLEANUP_DIR DIR *dir = opendir(root);
	size_t len = strlen(id);
	struct dirent *entry;

	if (!dir)
		return errno != ENOENT;
	while ((entry = readdir(dir)))
		if (strncmp(entry->d_name, id, len) == 0 && strchr("_.", entry->d_name[len]))
			return true;
	return false;
}

bool regfile_alive(const struct regfile *f)
{
	for (int i = 0; f->roots[i]; i++) {
		char path[PATH_MAX] UNFILLED;

		if (f->reg.runtime == RUNTIME_RUNSC) {
			if (sandbox_alive(f->roots[i], f->id))
				return true;
			continue;
		}
		int n = snprintf(path, sizeof(path), "%s/%s", f->roots[i], f->id);
		if (n < 0 || (size_t)n >= sizeof(path) || access(path, F_OK) == 0 || errno != ENOENT)
			return true;
	}
	return false;
}
