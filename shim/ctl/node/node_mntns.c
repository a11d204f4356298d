/* Whether a process is in a container. Its own table of mounts shows what lies below its root, and a program
 * may have made that the node's again (`chroot /host`): then the root of its mount namespace tells. */
#include "base/buf.h"
#include "ctl/node/node.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

/* How the child answers. */
enum { NODES_OWN, CONTAINERS, UNTOLD };

static int open_mntns(const struct node *n, const char *pid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%s/ns", pid);
	CLEANUP_FD int dir = node_open(n, path, O_PATH | O_DIRECTORY);
	/* A link of the kernel's own, which node_open would not follow. */
	return dir < 0 ? -1 : openat(dir, "mnt", O_RDONLY | O_CLOEXEC);
}

/* In a child: whoever enters a mount namespace stands at its root, and sees all of it. */
static int judge(int ns, int proc, const char *top)
{
	struct buf table = {0};
	char part[4096];
	ssize_t len;

	if (setns(ns, CLONE_NEWNS) < 0)
		return UNTOLD;
	int fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return UNTOLD;
	while ((len = read(fd, part, sizeof(part))) > 0)
		buf_put(&table, part, (size_t)len);
	if (len < 0 || table.failed || !table.data)
		return UNTOLD;
	return mount_is_container(top, table.data) ? CONTAINERS : NODES_OWN;
}

static int ask_child(int ns, const char *top)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int status;

	if (proc < 0)
		return UNTOLD;
	pid_t child = fork();
	if (child == 0)
		_exit(judge(ns, proc, top));
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return UNTOLD;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : UNTOLD;
}

int proc_contained(struct node *n, const char *pid, const char *top, const char *table)
{
	struct stat own, first;

	if (mount_is_container(top, table))
		return 1;
	CLEANUP_FD int ns = open_mntns(n, pid), nodes = open_mntns(n, "1");
	if (ns < 0 || fstat(ns, &own) < 0)
		return 0;
	/* A short cut: the first process's namespace needs no look, if one is allowed. */
	if (nodes >= 0 && fstat(nodes, &first) == 0 && own.st_ino == first.st_ino)
		return 0;
	for (uint32_t i = 0; i < n->nmntns; i++)
		if (n->mntns[i].ino == own.st_ino)
			return n->mntns[i].contained;
	int told = ask_child(ns, top), contained = told == UNTOLD ? -1 : told == CONTAINERS;
	if (n->nmntns < ARRAY_LEN(n->mntns))
		n->mntns[n->nmntns++] = (struct mntns){own.st_ino, contained};
	return contained;
}
