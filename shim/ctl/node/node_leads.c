/* What an engine would execute: the shim, or something else? */
#include "ctl/node/node.h"
#include "run/mark.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

enum { BINARY_MAX = 256 << 20 };

void say(struct seen *s, enum way_state state, const char *fmt, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0) {
		text = NULL;
		s->text.failed = true;
		return;
	}
	buf_printf(&s->text, "%s%s", s->text.len ? "; " : "", text);
	if (state > s->state)
		s->state = state;
}

static bool has_mark(const char *data, size_t len)
{
	static const char first[] = MARK_FIRST, second[] = MARK_SECOND;
	const char *end = data + len;

	for (const char *p = data; (p = memmem(p, (size_t)(end - p), first, sizeof(first) - 1)); p++) {
		const char *next = p + sizeof(first) - 1;

		if ((size_t)(end - next) >= sizeof(second) && memcmp(next, second, sizeof(second)) == 0)
			return true;
	}
	return false;
}

static enum leads node_leads(struct node *n, const char *path)
{
	CLEANUP_FD int fd = node_open(n, path, O_RDONLY);
	enum leads found = LEADS_ELSEWHERE;
	struct stat st;
	char *data;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? LEADS_ABSENT : LEADS_UNKNOWN;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 4)
		return LEADS_UNKNOWN;
	if (st.st_size > BINARY_MAX)
		return LEADS_ELSEWHERE;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return LEADS_UNKNOWN;
	/* A script may lead anywhere. */
	if (memcmp(data, "\177ELF", 4) != 0)
		found = LEADS_UNKNOWN;
	else if (has_mark(data, (size_t)st.st_size))
		found = LEADS_SHIM;
	(void)munmap(data, (size_t)st.st_size);
	return found;
}

/* A path, or a bare name (as which every one in PATH has to lead there). *ret_path: the one that
 * decided. */
enum leads node_leads_command(struct node *n, const char *command, const char **ret_path)
{
	enum leads worst = LEADS_ABSENT;
	char path[512];

	*ret_path = command;
	if (strchr(command, '/'))
		return node_leads(n, command);
	/* Which PATH the engine has is not known here: all of them have to lead to the shim. */
	for (const char *const *dir = node_path; *dir; dir++) {
		enum leads one;

		(void)snprintf(path, sizeof(path), "%s/%s", *dir, command);
		one = node_leads(n, path);
		if (one <= worst)
			continue;
		worst = one;
		*ret_path = arena_strndup(&n->arena, path, strlen(path));
	}
	return worst;
}

void say_leads(struct node *n, struct seen *s, const char *what, const char *command)
{
	const char *path;

	switch (node_leads_command(n, command, &path)) {
	case LEADS_SHIM:
		say(s, WAY_CLOSED, "%s leads to runclamp (%s)", what, path);
		break;
	case LEADS_ELSEWHERE:
		say(s, WAY_OPEN, "%s leads to %s", what, path);
		break;
	case LEADS_UNKNOWN:
		say(s, WAY_UNKNOWN, "%s leads to %s, which is a script or cannot be read", what, path);
		break;
	case LEADS_ABSENT:
		say(s, WAY_CLOSED, "%s leads to %s, which is not there", what, command);
		break;
	}
}

/* The shims that call a runtime by a name of their own. */
static bool is_runc_shim(const char *shim)
{
	return !*shim || strcmp(shim, "io.containerd.runc.v2") == 0 ||
	       strcmp(shim, "io.containerd.runc.v1") == 0 ||
	       strcmp(shim, "io.containerd.runtime.v1.linux") == 0;
}

void say_entry(struct node *n, struct seen *s, const char *what, const struct runtime_entry *e)
{
	if (e->other)
		say(s, WAY_OPEN, "%s is started by %s, whatever its binary is", what, e->other);
	else if (!is_runc_shim(e->shim))
		say(s, WAY_OPEN, "%s is started by the shim of %s, which calls no OCI runtime of that name",
		    what, e->shim);
	else
		say_leads(n, s, what, *e->path ? e->path : "runc");
}

const struct runtime_entry *entries_find(const struct entries *es, const char *name)
{
	for (uint32_t i = 0; i < es->n; i++)
		if (strcmp(es->v[i].name, name) == 0)
			return &es->v[i];
	return NULL;
}

struct runtime_entry *entries_put(struct entries *es, const char *name)
{
	for (uint32_t i = 0; i < es->n; i++)
		if (strcmp(es->v[i].name, name) == 0)
			return &es->v[i];
	if (es->n == ENTRIES_MAX)
		return NULL;
	es->v[es->n] = (struct runtime_entry){.name = name, .path = "", .shim = ""};
	return &es->v[es->n++];
}

void say_default(struct node *n, struct seen *s, const struct setup *e)
{
	const struct runtime_entry *found;
	char what[160];

	if (!e->present)
		return;
	if (e->err.kind != ERR_NONE) {
		say(s, WAY_UNKNOWN, "%s", e->err.msg);
		return;
	}
	(void)snprintf(what, sizeof(what), "%s: the default, %s,", e->source, e->chosen);
	found = entries_find(&e->entries, e->chosen);
	if (found)
		say_entry(n, s, what, found);
	else
		say_leads(n, s, what, e->chosen);
}

void say_others(struct node *n, struct seen *s, const struct setup *e)
{
	bool any = false;

	if (!e->present)
		return;
	if (e->err.kind != ERR_NONE) {
		say(s, WAY_UNKNOWN, "%s", e->err.msg);
		return;
	}
	for (uint32_t i = 0; i < e->entries.n; i++) {
		const struct runtime_entry *one = &e->entries.v[i];
		struct seen each = {0};
		char what[160];

		(void)snprintf(what, sizeof(what), "%.64s", one->name);
		say_entry(n, &each, what, one);
		/* Those that lead to runclamp are not worth a line each. */
		if (each.state > WAY_CLOSED)
			say(s, each.state, "%s", each.text.failed ? one->name : each.text.data);
		any = any || each.state > WAY_CLOSED;
		buf_free(&each.text);
	}
	if (!any && e->entries.n == 0)
		say(s, WAY_CLOSED, "%s: there is no other", e->source);
	else if (!any)
		say(s, WAY_CLOSED, "%s: all %u lead to runclamp", e->source, e->entries.n);
}
