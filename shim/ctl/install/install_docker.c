/* Docker: /etc/docker/daemon.json, member by member, all else in it untouched. */
#include "ctl/files/jsonedit.h"
#include "ctl/install/install.h"
#include "ctl/node/node.h"
#include "format/jsontok.h"
#include <string.h>

static const char RUNTIMES[] = "runtimes", DEFAULT[] = "default-runtime";

/* The text as far as it is changed, read anew after each step. */
struct work {
	struct install *in;
	const char *where;
	struct jdoc doc;
	struct jsonstyle style;
	uint32_t runtimes, own, preferred; /* tokens of values, or 0 */
};

static int count(const struct jdoc *doc, uint32_t obj, const char *name)
{
	uint32_t key = obj + 1;
	int n = 0;

	for (uint32_t i = 0; i < doc->tok[obj].count; i++, key = doc->tok[key + 1].next)
		n += jdoc_streq(doc, key, name);
	return n;
}

static int check_once(const struct work *w, uint32_t obj, const char *name, struct err *err)
{
	if (count(&w->doc, obj, name) < 2)
		return 0;
	return err_set(err, ERR_CONFIG,
		       "%s: \"%s\" stands there twice; it was left as it is: keep one of them", w->where,
		       name);
}

/* dockerd refuses other spellings as unknown; so nobody means them. */
static int check_spelling(const struct work *w, struct err *err)
{
	uint32_t key = 1;

	for (uint32_t i = 0; i < w->doc.tok[0].count; i++, key = w->doc.tok[key + 1].next)
		if ((jdoc_strfold(&w->doc, key, RUNTIMES) && !jdoc_streq(&w->doc, key, RUNTIMES)) ||
		    (jdoc_strfold(&w->doc, key, DEFAULT) && !jdoc_streq(&w->doc, key, DEFAULT)))
			return jdoc_fail(
				&w->doc, key, ERR_CONFIG, err,
				"dockerd knows \"runtimes\" and \"default-runtime\", in lower case only");
	return 0;
}

static int look(struct work *w, struct err *err)
{
	const struct jdoc *doc = &w->doc;

	if (doc->tok[0].type != JTOK_OBJECT)
		return err_set(err, ERR_CONFIG, "%s: it holds no JSON object; it was left as it is",
			       w->where);
	if (check_spelling(w, err) < 0)
		return err_wrap(err, "%s", w->where);
	w->runtimes = jdoc_get(doc, 0, RUNTIMES);
	w->preferred = jdoc_get(doc, 0, DEFAULT);
	w->own = 0;
	if (w->runtimes && doc->tok[w->runtimes].type == JTOK_OBJECT)
		w->own = jdoc_get(doc, w->runtimes, w->in->handler);
	else if (w->runtimes)
		return err_set(err, ERR_CONFIG, "%s: \"runtimes\" is no object; it was left as it is",
			       w->where);
	if (w->own && doc->tok[w->own].type != JTOK_OBJECT)
		return err_set(err, ERR_CONFIG,
			       "%s: \"runtimes\" has a \"%s\" that is no object; it was left as it is",
			       w->where, w->in->handler);
	if (check_once(w, 0, RUNTIMES, err) < 0 || check_once(w, 0, DEFAULT, err) < 0 ||
	    (w->runtimes && check_once(w, w->runtimes, w->in->handler, err) < 0) ||
	    (w->own && check_once(w, w->own, "path", err) < 0))
		return -1;
	return 0;
}

static int read_text(struct work *w, const char *text, size_t len, struct err *err)
{
	static const struct jlimits limits = {.depth = 64, .tokens = 1 << 20};

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return err_set(
			err, ERR_CONFIG,
			"%s begins with a byte-order mark, which not every dockerd takes; it was left as it "
			"is: remove the mark",
			w->where);
	if (jdoc_parse(&w->doc, w->in->arena, text, len, &limits, ERR_CONFIG, err) < 0)
		return err_wrap(err, "%s is not JSON and was left as it is", w->where);
	return look(w, err);
}

/* The next step works on what this one wrote. */
static int next(struct work *w, const struct buf *text, struct err *err)
{
	const char *copy = text->failed ? NULL : arena_strndup(w->in->arena, text->data, text->len);

	if (!copy)
		return err_set(err, ERR_LIMIT, "out of memory");
	return read_text(w, copy, text->len, err);
}

static int insert(struct work *w, uint32_t obj, unsigned depth, const char *const keys[], const char *string,
		  struct err *err)
{
	CLEANUP_BUF struct buf text = {0};

	jsonedit_insert(&text, &w->doc, &w->style, obj, depth, keys, string);
	return next(w, &text, err);
}

static int replace(struct work *w, uint32_t tok, const char *string, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};

	jsonedit_replace(&text, &w->doc, tok, string);
	return next(w, &text, err);
}

static int take_out(struct work *w, uint32_t obj, uint32_t tok, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};

	jsonedit_remove(&text, &w->doc, obj, tok);
	return next(w, &text, err);
}

static bool is_string(const struct work *w, uint32_t tok, const char *s)
{
	return tok && w->doc.tok[tok].type == JTOK_STRING && jdoc_streq(&w->doc, tok, s);
}

static bool is_blank(const struct nodefile *f)
{
	return strspn(f->text, " \t\r\n") == f->len;
}

/* A file that holds nothing counts as one that is not there. */
static int begin(struct work *w, struct install *in, struct err *err)
{
	const char *text = in->file.text;
	size_t len = in->file.len;

	*w = (struct work){.in = in, .where = in->file.path};
	if (is_blank(&in->file)) {
		text = "{}\n";
		len = 3;
	}
	if (read_text(w, text, len, err) < 0)
		return -1;
	jsonedit_style(&w->style, &w->doc);
	return 0;
}

static int put_path(struct work *w, struct err *err)
{
	const struct install *in = w->in;
	uint32_t path = w->own ? jdoc_get(&w->doc, w->own, "path") : 0;

	if (w->own && jdoc_get(&w->doc, w->own, "runtimeType"))
		return err_set(err, ERR_CONFIG,
			       "%s: the runtime \"%s\" is there with a \"runtimeType\": it is another one; "
			       "remove it, or "
			       "choose another --handler",
			       w->where, in->handler);
	if (path)
		return is_string(w, path, in->binary) ? 0 : replace(w, path, in->binary, err);
	if (w->own)
		return insert(w, w->own, 2, (const char *const[]){"path", NULL}, in->binary, err);
	if (w->runtimes)
		return insert(w, w->runtimes, 1, (const char *const[]){in->handler, "path", NULL}, in->binary,
			      err);
	return insert(w, 0, 0, (const char *const[]){RUNTIMES, in->handler, "path", NULL}, in->binary, err);
}

/* With the flag and the key dockerd does not start, even where they agree. */
static int check_flag(struct install *in, struct err *err)
{
	struct node n = {.root = *in->fs.prefix ? in->fs.prefix : "/", .rootfd = in->fs.fd};
	const struct proc *p;
	const char *value = NULL;
	int r = 0;

	node_list_procs(&n);
	for (uint32_t i = 0; !value && (p = node_proc(&n, "dockerd", i)); i++)
		value = proc_option(p, "default-runtime", 0);
	if (value)
		r = err_set(
			err, ERR_CONFIG,
			"dockerd runs with --default-runtime %.64s, and does not start where daemon.json has "
			"a default, too; nothing was changed: take it out of its command line first "
			"(systemctl edit docker), or leave out --set-default",
			value);
	else if (n.procs_err.kind)
		install_note(in, "whether dockerd's command line has --default-runtime is not known: %s",
			     n.procs_err.msg);
	arena_free(&n.arena);
	return r;
}

static int add(struct buf *out, struct install *in, struct err *err)
{
	struct work w;

	if (strcmp(in->handler, "runc") == 0)
		return err_set(err, ERR_USAGE,
			       "dockerd keeps the name \"runc\" for itself: choose another --handler");
	if (in->set_default && check_flag(in, err) < 0)
		return -1;
	if (begin(&w, in, err) < 0 || put_path(&w, err) < 0)
		return -1;
	if (in->set_default && !is_string(&w, w.preferred, in->handler) &&
	    (w.preferred ? replace(&w, w.preferred, in->handler, err)
			 : insert(&w, 0, 0, (const char *const[]){DEFAULT, NULL}, in->handler, err)) < 0)
		return -1;
	buf_put(out, w.doc.text, w.doc.len);
	return 0;
}

/* What stood there before the first handler came. */
struct earlier {
	bool runtimes;
	const char *preferred; /* NULL: none */
};

static void look_back(struct earlier *ret, const struct install *in)
{
	static const struct jlimits limits = {.depth = 64, .tokens = 1 << 20};
	const struct installed *e = in->entry;
	struct jdoc doc;
	struct err ignored;
	uint32_t tok;
	size_t len;

	*ret = (struct earlier){0};
	if (!e || !e->before ||
	    jdoc_parse(&doc, in->arena, e->before, e->before_len, &limits, ERR_CONFIG, &ignored) < 0 ||
	    doc.tok[0].type != JTOK_OBJECT)
		return;
	ret->runtimes = jdoc_get(&doc, 0, RUNTIMES) != 0;
	tok = jdoc_get(&doc, 0, DEFAULT);
	if (tok && doc.tok[tok].type == JTOK_STRING)
		ret->preferred = jdoc_string(&doc, tok, in->arena, &len);
}

static int take_default(struct work *w, const struct earlier *before, struct err *err)
{
	const char *ours = w->in->entry ? w->in->entry->preferred : NULL;

	if (!is_string(w, w->preferred, w->in->handler))
		return 0;
	if (!ours || !w->runtimes || !jdoc_get(&w->doc, w->runtimes, ours))
		ours = before->preferred;
	if (ours && strcmp(ours, w->in->handler) != 0) {
		install_note(w->in, "%s: the default is %s again", w->where, ours);
		return replace(w, w->preferred, ours, err);
	}
	return take_out(w, 0, w->preferred, err);
}

static int take(struct buf *out, struct install *in, struct err *err)
{
	struct earlier before;
	struct work w;

	if (is_blank(&in->file)) {
		buf_put(out, in->file.text, in->file.len);
		return 0;
	}
	if (begin(&w, in, err) < 0)
		return -1;
	look_back(&before, in);
	if (w.own && !is_string(&w, jdoc_get(&w.doc, w.own, "path"), in->binary))
		install_note(in, "the runtime \"%s\" in %s leads elsewhere than %s, and stays", in->handler,
			     w.where, in->binary);
	else if (w.own && take_out(&w, w.runtimes, w.own, err) < 0)
		return -1;
	if (w.runtimes && w.doc.tok[w.runtimes].count == 0 && !before.runtimes &&
	    take_out(&w, 0, w.runtimes, err) < 0)
		return -1;
	if (!w.own && take_default(&w, &before, err) < 0)
		return -1;
	/* A file that install created, and that holds nothing else by now. */
	in->remove = w.doc.tok[0].count == 0 && in->entry && !in->entry->before;
	buf_put(out, w.doc.text, w.doc.len);
	return 0;
}

const struct install_engine install_docker = {
	.name = "docker",
	.file = "/etc/docker/daemon.json",
	.reload = "now run: systemctl reload docker",
	.reload_less = "now run: systemctl restart docker (until then it goes on using the handler)",
	.add = add,
	.take = take,
};
