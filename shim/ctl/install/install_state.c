#include "base/file.h"
#include "ctl/install/install.h"
#include "format/jsontok.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

static const char folder[] = "/var/lib/runclamp", state_file[] = "/var/lib/runclamp/install.json";

int install_state_lock(const struct nodefs *fs, struct arena *arena, struct err *err)
{
	const char *here = nodefs_here(fs, arena, folder);
	struct stat st;

	if (!here)
		return err_set(err, ERR_LIMIT, "out of memory");
	/* 0700: daemon.json may hold a proxy's password, and its text is kept here. */
	if (mkdir(here, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "cannot create %s", here);
	CLEANUP_FD int fd = open(here, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "%s", here);
	if (st.st_uid != 0 || (st.st_mode & 022))
		return err_set(err, ERR_SYSTEM, "%s must belong to root and be writable by nobody else",
			       here);
	if (flock(fd, LOCK_EX) < 0)
		return err_sys(err, "locking %s", here);
	return TAKE_FD(fd);
}

static void put_string(struct buf *out, const char *key, const char *text, size_t len)
{
	buf_printf(out, ",\n   \"%s\": ", key);
	if (text)
		buf_jstr(out, text, len);
	else
		buf_puts(out, "null");
}

static void put_names(struct buf *out, const struct names *list)
{
	buf_putc(out, '[');
	for (unsigned i = 0; i < list->n; i++) {
		buf_puts(out, i ? ", " : "");
		buf_jstr(out, list->v[i], strlen(list->v[i]));
	}
	buf_putc(out, ']');
}

static void put_entry(struct buf *out, const struct installed *e)
{
	buf_puts(out, "  {\"engine\": ");
	buf_jstr(out, e->engine, strlen(e->engine));
	put_string(out, "file", e->path, strlen(e->path));
	buf_puts(out, ",\n   \"handlers\": ");
	put_names(out, &e->handlers);
	put_string(out, "default", e->preferred, e->preferred ? strlen(e->preferred) : 0);
	buf_puts(out, ",\n   \"earlier\": ");
	put_names(out, &e->earlier);
	buf_puts(out, ",\n   \"folders\": ");
	put_names(out, &e->folders);
	put_string(out, "after", e->after, strlen(e->after));
	put_string(out, "before", e->before, e->before_len);
	buf_putc(out, '}');
}

int install_state_write(const struct install_state *s, const struct nodefs *fs, struct arena *arena,
			struct err *err)
{
	CLEANUP_BUF struct buf out = {0};
	struct nodefile old;

	if (nodefs_read(&old, fs, arena, state_file, err) < 0)
		return -1;
	if (s->n == 0 && s->links.n == 0)
		return old.exists ? nodefs_remove(fs, &old, err) : 0;
	buf_puts(&out, "{\"version\": 1,\n \"links\": ");
	put_names(&out, &s->links);
	buf_puts(&out, ",\n \"files\": [\n");
	for (unsigned i = 0; i < s->n; i++) {
		buf_puts(&out, i ? ",\n" : "");
		put_entry(&out, &s->v[i]);
	}
	buf_puts(&out, "]}\n");
	if (out.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	return nodefs_write(fs, arena, &old, out.data, out.len, 0600, NULL, err);
}

struct reader {
	const struct jdoc *doc;
	struct arena *arena;
	bool failed;
};

/* A string, or NULL for null. */
static const char *get_string(struct reader *r, uint32_t obj, const char *key, bool may_be_null,
			      size_t *ret_len)
{
	uint32_t tok = jdoc_get(r->doc, obj, key);
	const char *text = NULL;

	*ret_len = 0;
	if (tok && r->doc->tok[tok].type == JTOK_STRING)
		text = jdoc_string(r->doc, tok, r->arena, ret_len);
	if (!text && !(may_be_null && tok && r->doc->tok[tok].type == JTOK_NULL))
		r->failed = true;
	return text;
}

static void get_names(struct reader *r, uint32_t obj, const char *key, struct names *ret)
{
	uint32_t tok = jdoc_get(r->doc, obj, key);
	size_t len;

	if (!tok || r->doc->tok[tok].type != JTOK_ARRAY) {
		r->failed = true;
		return;
	}
	for (uint32_t i = tok + 1; i < r->doc->tok[tok].next; i = r->doc->tok[i].next) {
		const char *s =
			r->doc->tok[i].type == JTOK_STRING ? jdoc_string(r->doc, i, r->arena, &len) : NULL;

		if (!s || names_add(ret, s) < 0)
			r->failed = true;
	}
}

static void get_entry(struct reader *r, uint32_t obj, struct installed *e)
{
	size_t len;

	if (r->doc->tok[obj].type != JTOK_OBJECT) {
		r->failed = true;
		return;
	}
	e->engine = get_string(r, obj, "engine", false, &len);
	e->path = get_string(r, obj, "file", false, &len);
	e->after = get_string(r, obj, "after", false, &len);
	e->preferred = get_string(r, obj, "default", true, &len);
	e->before = get_string(r, obj, "before", true, &e->before_len);
	get_names(r, obj, "handlers", &e->handlers);
	get_names(r, obj, "folders", &e->folders);
	if (jdoc_get(r->doc, obj, "earlier")) /* the first ones had no such key */
		get_names(r, obj, "earlier", &e->earlier);
}

int install_state_read(struct install_state *ret, const struct nodefs *fs, struct arena *arena,
		       struct err *err)
{
	static const struct jlimits limits = {.depth = 8, .tokens = 4096};
	struct install_state *s = arena_alloc(arena, sizeof(*s));
	struct nodefile file;
	struct jdoc doc;

	if (!s)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (nodefs_read(&file, fs, arena, state_file, err) < 0)
		return -1;
	if (file.exists) {
		if (jdoc_parse(&doc, arena, file.text, file.len, &limits, ERR_CONFIG, err) < 0)
			return err_wrap(err, "%s", state_file);
		struct reader r = {.doc = &doc, .arena = arena, .failed = doc.tok[0].type != JTOK_OBJECT};
		uint32_t files = r.failed ? 0 : jdoc_get(&doc, 0, "files");

		if (files && doc.tok[files].type == JTOK_ARRAY && doc.tok[files].count <= INSTALLED_MAX) {
			get_names(&r, 0, "links", &s->links);
			for (uint32_t t = files + 1; t < doc.tok[files].next; t = doc.tok[t].next)
				get_entry(&r, t, &s->v[s->n++]);
		} else {
			r.failed = true;
		}
		if (r.failed)
			return err_set(
				err, ERR_CONFIG,
				"%s does not have the form in which clampctl writes it: mend or remove it; "
				"without it, uninstall takes out what it finds",
				state_file);
	}
	*ret = *s;
	return 0;
}
