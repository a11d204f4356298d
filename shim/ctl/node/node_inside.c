/* Containers that could start others: with an engine's socket, or as good as root. */
#include "ctl/node/node.h"
#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { TOLD = 6, CAP_SYS_ADMIN_BIT = 21 };

/* One look at all processes, for both ways. */
struct inside {
	struct node *n;
	const char *top; /* mountinfo of the node's first process */
	const struct names *sockets;
	uint32_t seen, unread;
	uint32_t ntold;
	char told[TOLD][64]; /* a container is told of once, whatever its processes */
};

static bool tell_once(struct inside *in, const char *table)
{
	struct mount m = {0};
	char own[64];

	(void)mount_locate(table, "/", &m);
	(void)snprintf(own, sizeof(own), "%s %.24s", m.dev, m.root);
	for (uint32_t i = 0; i < in->ntold; i++)
		if (strcmp(in->told[i], own) == 0)
			return false;
	if (in->ntold == TOLD)
		return false;
	memcpy(in->told[in->ntold++], own, sizeof(own));
	return true;
}

typedef void looker(struct inside *in, struct seen *s, const char *pid, const char *table);

/* Whether nothing runs there any more: it ended, or waits for its parent to notice. */
static bool is_gone(struct node *n, const char *pid)
{
	char path[64], *text;
	struct stat st;
	size_t len;

	(void)snprintf(path, sizeof(path), "/proc/%s", pid);
	return !node_stat(n, path, &st) || (proc_read(n, pid, "cmdline", &text, &len) == 0 && len == 0);
}

static void look_at(struct inside *in, struct seen *s, const char *pid, looker *each)
{
	char *text;
	size_t len;

	/* A thread of the kernel has no words. */
	if (proc_read(in->n, pid, "cmdline", &text, &len) == 0 && len == 0)
		return;
	if (proc_read(in->n, pid, "mountinfo", &text, &len) != 0) {
		in->unread += !is_gone(in->n, pid);
		return;
	}
	int contained = proc_contained(in->n, pid, in->top, text);
	in->unread += contained < 0;
	if (contained <= 0)
		return;
	in->seen++;
	each(in, s, pid, text);
}

/* Calls `each` for every process that is found in a container. */
static void walk(struct node *n, struct seen *s, const struct names *sockets, looker *each)
{
	struct inside in = {.n = n, .sockets = sockets};
	struct mount top;
	char *text;
	size_t len;

	if (proc_read(n, "1", "mountinfo", &text, &len) != 0 || !mount_locate(text, "/", &top)) {
		say(s, WAY_UNKNOWN, "the node's processes cannot be looked at");
		return;
	}
	in.top = text;
	for (const char *const *pid = node_list(n, "/proc", ""); *pid; pid++) {
		struct arena all = n->arena;

		if (!isdigit((unsigned char)**pid))
			continue;
		/* What is read of one process is not kept: there may be many, with long tables. */
		n->arena = (struct arena){0};
		look_at(&in, s, *pid, each);
		arena_free(&n->arena);
		n->arena = all;
	}
	if (in.unread)
		say(s, WAY_UNKNOWN, "%u processes could not be looked at", in.unread);
	if (s->state == WAY_ABSENT)
		say(s, WAY_CLOSED, "%u processes in containers were looked at", in.seen);
}

static const char *command_name(struct node *n, const char *pid)
{
	char *text;
	size_t len;

	if (proc_read(n, pid, "comm", &text, &len) != 0)
		return "?";
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void find_sockets(struct inside *in, struct seen *s, const char *pid, const char *table)
{
	for (unsigned i = 0; i < in->sockets->n; i++) {
		const char *path = in->sockets->v[i], *at = table, *rest;
		struct mount node, m;
		struct stat st;

		if (!node_stat(in->n, path, &st) || !mount_locate(in->top, path, &node))
			continue;
		while (mount_next(&at, &m))
			if (strcmp(m.dev, node.dev) == 0 && is_below(node.root, m.root, &rest)) {
				if (!tell_once(in, table))
					return;
				say(s, WAY_OPEN, "process %s (%s) in a container has %s at %s%s", pid,
				    command_name(in->n, pid), path, m.point, rest);
				break;
			}
	}
}

void look_direct_mounts(struct node *n, struct seen *s)
{
	struct names sockets = {.n = 0};
	const struct err *unread[] = {&n->docker_hosts_err, &n->containerd.err, &n->crio.err};

	if (node_sockets(n, &sockets) < 0)
		say(s, WAY_UNKNOWN, "more than %d sockets of engines", NAMES_LIST);
	for (size_t i = 0; i < ARRAY_LEN(unread); i++)
		if (unread[i]->kind != ERR_NONE)
			say(s, WAY_UNKNOWN, "an engine's socket may be elsewhere: %s", unread[i]->msg);
	walk(n, s, &sockets, find_sockets);
}

/* In a user namespace of its own its capabilities are worth nothing here. */
static bool is_node_user(struct node *n, const char *pid)
{
	char *text;
	size_t len;
	unsigned long inner, outer, count;

	return proc_read(n, pid, "uid_map", &text, &len) != 0 ||
	       (sscanf(text, "%lu %lu %lu", &inner, &outer, &count) == 3 && inner == 0 && outer == 0 &&
		count == UINT32_MAX);
}

static void find_privileged(struct inside *in, struct seen *s, const char *pid, const char *table)
{
	unsigned long long caps;
	const char *line;
	char *text;
	size_t len;

	if (proc_read(in->n, pid, "status", &text, &len) != 0)
		return;
	line = strstr(text, "\nCapEff:");
	caps = line ? strtoull(line + 8, NULL, 16) : 0;
	if ((caps >> CAP_SYS_ADMIN_BIT & 1) && is_node_user(in->n, pid) && tell_once(in, table))
		say(s, WAY_OPEN, "process %s (%s) in a container has CAP_SYS_ADMIN", pid,
		    command_name(in->n, pid));
}

void look_direct_privileged(struct node *n, struct seen *s)
{
	walk(n, s, NULL, find_privileged);
}
