/* The node's processes, as far as they are of an engine. */
#include "ctl/node.h"
#include <ctype.h>
#include <string.h>

enum { PROCS_MAX = 64, WORDS_MAX = 256 };

static const char *const engines[] = {"dockerd", "containerd", "kubelet", "crio", "buildkitd", NULL};

int proc_read(struct node *n, const char *pid, const char *file, char **ret_text, size_t *ret_len)
{
	struct err err = {0};
	char path[128];

	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	return node_read(n, path, ret_text, ret_len, &err);
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *engine_name(const char *word)
{
	for (const char *const *e = engines; *e; e++)
		if (strcmp(base(word), *e) == 0)
			return *e;
	return NULL;
}

static bool is_root_user(struct node *n, const char *pid)
{
	char *text, *at;
	size_t len;

	if (proc_read(n, pid, "status", &text, &len) != 0)
		return true;
	at = strstr(text, "\nUid:");
	return !at || strtoul(at + 5, NULL, 10) == 0;
}

/* Of a process that cannot be looked at we would rather say it is the node's. */
static bool is_inside(struct node *n, const char *pid, const char *top)
{
	char *text;
	size_t len;

	return top && proc_read(n, pid, "mountinfo", &text, &len) == 0 && mount_is_container(top, text);
}

static void add_proc(struct node *n, const char *pid, char *text, size_t len, const char *top)
{
	const char *name = len ? engine_name(text) : NULL;
	struct proc *p = &n->procs[n->nprocs];
	char **argv;

	if (!name || n->nprocs == PROCS_MAX)
		return;
	argv = arena_array(&n->arena, WORDS_MAX, sizeof(*argv));
	if (!argv)
		return;
	*p = (struct proc){.pid = pid, .name = name, .argv = argv, .root_user = is_root_user(n, pid)};
	p->inside = is_inside(n, pid, top);
	for (char *word = text; word < text + len && p->argc < WORDS_MAX - 1; word += strlen(word) + 1)
		argv[p->argc++] = word;
	n->nprocs++;
}

void node_list_procs(struct node *n)
{
	const char *const *pids = node_list(n, "/proc", "");
	char *top;
	size_t top_len;

	n->procs = arena_array(&n->arena, PROCS_MAX, sizeof(*n->procs));
	if (!n->procs || !*pids) {
		(void)err_set(&n->procs_err, ERR_SYSTEM, "the node's processes cannot be listed (%s/proc)",
			      strcmp(n->root, "/") == 0 ? "" : n->root);
		return;
	}
	if (proc_read(n, "1", "mountinfo", &top, &top_len) != 0)
		top = NULL;
	for (; *pids; pids++) {
		char *text;
		size_t len;

		if (isdigit((unsigned char)**pids) && proc_read(n, *pids, "cmdline", &text, &len) == 0)
			add_proc(n, *pids, text, len, top);
	}
}

const struct proc *node_proc(const struct node *n, const char *name, uint32_t i)
{
	for (uint32_t at = 0; at < n->nprocs; at++) {
		const struct proc *p = &n->procs[at];

		if (!p->inside && p->root_user && strcmp(p->name, name) == 0 && i-- == 0)
			return p;
	}
	return NULL;
}

const char *proc_option(const struct proc *p, const char *name, uint32_t i)
{
	size_t len = strlen(name);

	for (int at = 1; p && at < p->argc; at++) {
		const char *word = p->argv[at] + strspn(p->argv[at], "-");

		if (word == p->argv[at] || strncmp(word, name, len) != 0)
			continue;
		if (word[len] == '=' && i-- == 0)
			return word + len + 1;
		if (word[len] == '\0' && at + 1 < p->argc && i-- == 0)
			return p->argv[at + 1];
	}
	return NULL;
}

const char *proc_environ(struct node *n, const struct proc *p, const char *name)
{
	size_t len, want = strlen(name);
	char *text;

	if (!p || proc_read(n, p->pid, "environ", &text, &len) != 0)
		return NULL;
	for (const char *at = text; at < text + len; at += strlen(at) + 1)
		if (strncmp(at, name, want) == 0 && at[want] == '=')
			return at + want + 1;
	return NULL;
}
