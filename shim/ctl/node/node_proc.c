/* The node's processes, as far as they are of an engine. */
#include "ctl/node/node.h"
#include <ctype.h>
#include <string.h>

enum { PROCS_MAX = 64, WORDS_MAX = 256 };

/* Of a command that is more than an engine: the word that makes it one. */
static const struct {
	const char *name, *word;
} engines[] = {{"dockerd", NULL}, {"containerd", NULL}, {"kubelet", NULL},
	       {"crio", NULL},	  {"buildkitd", NULL},	{"podman", "service"}};

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

static bool has_word(const char *text, size_t len, const char *want)
{
	for (const char *word = text; word < text + len; word += strlen(word) + 1)
		if (strcmp(word, want) == 0)
			return true;
	return false;
}

static const char *engine_name(const char *text, size_t len)
{
	for (size_t i = 0; len > 0 && i < ARRAY_LEN(engines); i++)
		if (strcmp(base(text), engines[i].name) == 0 &&
		    (!engines[i].word || has_word(text, len, engines[i].word)))
			return engines[i].name;
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

	return top && proc_read(n, pid, "mountinfo", &text, &len) == 0 &&
	       proc_contained(n, pid, top, text) > 0;
}

/* Only root's processes outside of containers count, and only they are bounded: what any user
 * calls his own must not keep an answer from being given. */
static void add_proc(struct node *n, const char *pid, char *text, size_t len, const char *top)
{
	const char *name = engine_name(text, len);
	struct proc *p = &n->procs[n->nprocs];
	char **argv = NULL, *word;

	if (!name || !is_root_user(n, pid) || is_inside(n, pid, top))
		return;
	if (n->nprocs < PROCS_MAX)
		argv = arena_array(&n->arena, WORDS_MAX, sizeof(*argv));
	if (!argv) {
		(void)err_set(&n->procs_err, ERR_LIMIT, "more than %d processes of engines", PROCS_MAX);
		return;
	}
	*p = (struct proc){.pid = pid, .name = name, .argv = argv};
	for (word = text; word < text + len && p->argc < WORDS_MAX - 1; word += strlen(word) + 1)
		argv[p->argc++] = word;
	if (word < text + len)
		(void)err_set(&n->procs_err, ERR_LIMIT, "process %s (%s) has more than %d words", pid, name,
			      WORDS_MAX - 1);
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
	for (uint32_t at = 0; at < n->nprocs; at++)
		if (strcmp(n->procs[at].name, name) == 0 && i-- == 0)
			return &n->procs[at];
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

const char *proc_value(const struct proc *p, const char *name)
{
	const char *last = NULL, *value;

	for (uint32_t i = 0; (value = proc_option(p, name, i)); i++)
		last = value;
	return last;
}

const char *proc_short(const struct proc *p, char letter, const char *switches, uint32_t i)
{
	for (int at = 1; p && at < p->argc; at++) {
		const char *word = p->argv[at];

		if (word[0] != '-' || word[1] == '-')
			continue;
		word += 1 + strspn(word + 1, switches);
		if (*word != letter || i-- > 0)
			continue;
		if (word[1])
			return word + (word[1] == '=' ? 2 : 1);
		return at + 1 < p->argc ? p->argv[at + 1] : NULL;
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
