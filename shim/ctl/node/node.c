/* clampctl check --node: looks at each way of the table and tells of it. */
#include "ctl/node/node.h"
#include "ctl/check/check.h"
#include "ctl/ctl.h"
#include "ctl/sheet.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

static const char *const state_names[WAY_STATES] = {[WAY_ABSENT] = "not installed",
						    [WAY_CLOSED] = "closed",
						    [WAY_UNKNOWN] = "unknown",
						    [WAY_OPEN] = "open"};

/* Said once, as no state fits: it is not defended. */
static const char out_of_scope[] =
	"root on the node, and a user without rights against himself: rootless Podman and Docker, and any "
	"runtime in a user namespace of his own, start what that user could run anyway";

struct tally {
	unsigned count[WAY_STATES];
};

static void put_member(struct buf *out, const char *key, const char *value)
{
	if (out->len && out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	buf_printf(out, "\"%s\":", key);
	buf_jstr(out, value, strlen(value));
}

static void tell_json(const struct way *w, const struct seen *s, bool first, struct buf *out)
{
	if (!first)
		buf_putc(out, ',');
	buf_putc(out, '{');
	put_member(out, "id", w->id);
	put_member(out, "engine", w->engine);
	put_member(out, "state", state_names[s->state]);
	put_member(out, "what", w->what);
	put_member(out, "seen", s->text.len ? s->text.data : "");
	put_member(out, "cure", w->cure);
	buf_putc(out, '}');
}

/* A cure is told where something is left to do. */
static void tell_text(const struct way *w, const struct seen *s, struct buf *out)
{
	sheet_line(out, state_names[s->state], "%s: %s", w->id, w->what);
	if (s->text.len)
		sheet_line(out, "  seen", "%s", s->text.data);
	if (s->state >= WAY_UNKNOWN)
		sheet_line(out, "  cure", "%s", w->cure);
}

static bool is_installed(const struct way *w, const struct seen *all)
{
	for (const struct way *o = ways; o->id; o++)
		if (strcmp(o->engine, w->engine) == 0 && all[o - ways].state != WAY_ABSENT)
			return true;
	return false;
}

static void tell_all(const struct seen *all, const struct tally *t, bool json, struct buf *out)
{
	const char *engine = "";

	if (json)
		buf_puts(out, "\"ways\":[");
	for (const struct way *w = ways; w->id; w++) {
		bool new = strcmp(engine, w->engine) != 0;

		engine = w->engine;
		if (json) {
			tell_json(w, &all[w - ways], w == ways, out);
			continue;
		}
		if (new)
			buf_printf(out, "%s%s%s\n", w == ways ? "" : "\n", engine,
				   is_installed(w, all) ? "" : ": not installed");
		if (all[w - ways].state != WAY_ABSENT)
			tell_text(w, &all[w - ways], out);
	}
	if (json) {
		buf_putc(out, ']');
		put_member(out, "out_of_scope", out_of_scope);
		return;
	}
	buf_putc(out, '\n');
	sheet_line(out, "not looked at", "%s", out_of_scope);
	sheet_line(out, "ways", "%u open, %u unknown, %u closed", t->count[WAY_OPEN], t->count[WAY_UNKNOWN],
		   t->count[WAY_CLOSED]);
}

static int look_at_all(struct node *n, bool json, struct buf *out)
{
	static struct seen all[64];
	struct tally t = {0};
	int code;

	for (const struct way *w = ways; w->id; w++) {
		struct seen *s = &all[w - ways];

		w->look(n, s);
		/* Without its processes an engine's command line is not known. */
		if (s->state == WAY_CLOSED && n->procs_err.kind != ERR_NONE)
			say(s, WAY_UNKNOWN, "%s", n->procs_err.msg);
		t.count[s->state]++;
		out->failed = out->failed || s->text.failed;
	}
	code = t.count[WAY_OPEN] ? CTL_NO : t.count[WAY_UNKNOWN] ? CTL_UNDECIDED : CTL_OK;
	if (json) {
		buf_putc(out, '{');
		put_member(out, "verdict", code == CTL_OK ? "closed" : code == CTL_NO ? "open" : "undecided");
		put_member(out, "root", n->root);
		buf_putc(out, ',');
	}
	tell_all(all, &t, json, out);
	if (json)
		buf_puts(out, "}\n");
	for (const struct way *w = ways; w->id; w++)
		buf_free(&all[w - ways].text);
	return code;
}

int node_check(const char *root, bool json)
{
	CLEANUP_BUF struct buf out = {0};
	struct node n = {.root = root ? root : "/", .rootfd = -1};
	struct err err = {0};
	int code;

	if (n.root[0] != '/')
		(void)err_set(&err, ERR_USAGE, "--root must be an absolute path, not \"%.64s\"", n.root);
	else
		n.rootfd = open(n.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (n.rootfd < 0) {
		if (err.kind == ERR_NONE)
			(void)err_sys(&err, "--root %s", n.root);
		return ctl_complain(&err);
	}
	node_list_procs(&n);
	code = look_at_all(&n, json, &out);
	(void)close(n.rootfd);
	arena_free(&n.arena);
	if (out.failed) {
		(void)err_set(&err, ERR_SYSTEM, "out of memory");
		return ctl_complain(&err);
	}
	(void)fwrite(out.data, 1, out.len, stdout);
	return code;
}
