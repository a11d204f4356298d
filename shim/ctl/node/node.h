/* clampctl check --node: who can go round. The table of ways is node_ways.c; how
 * each is looked at stands in node_ENGINE.c. Files are read, processes listed, an
 * engine asked on its own socket or by its own command; nothing is changed. */
#ifndef RUNCLAMP_CTL_NODE_NODE_H
#define RUNCLAMP_CTL_NODE_NODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "ctl/node/nodefs.h"
#include "format/jsontok.h"
#include "format/toml.h"
#include <sys/stat.h>

/* The worst of what was seen counts: the later one in this order. */
enum way_state { WAY_ABSENT, WAY_CLOSED, WAY_UNKNOWN, WAY_OPEN, WAY_STATES };

/* What one look found; nothing said: the engine is not installed. */
struct seen {
	enum way_state state;
	struct buf text;
};
void say(struct seen *s, enum way_state state, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* A process of an engine, root's and outside of containers, and its words. */
struct proc {
	const char *pid;
	const char *name; /* "dockerd" */
	char *const *argv;
	int argc;
};

/* What one handler of an engine executes. */
struct runtime_entry {
	const char *name;
	const char *path;  /* "" or a bare name: looked for in PATH */
	const char *shim;  /* "io.containerd.runc.v2", "" for the engine's own way */
	const char *other; /* an absolute path to a shim, which ignores `path`; or NULL */
	bool inherits;	   /* the default's program, whatever `path` says */
};
enum { ENTRIES_MAX = 64 };
struct entries {
	struct runtime_entry v[ENTRIES_MAX];
	uint32_t n;
};

/* What was read of an engine's configuration, once, for several ways. */
struct setup {
	bool present, tried;
	bool off;	     /* containerd: its CRI plugin is switched off */
	struct err err;	     /* kind: why it is not known; else known */
	const char *chosen;  /* the default handler's name */
	const char *source;  /* where this was read, for people */
	const char *address; /* the socket */
	struct entries entries;
};

/* A mount namespace that was looked into: proc_contained's answer. */
struct mntns {
	ino_t ino;
	int contained;
};

struct node {
	const char *root; /* "/" or a folder: the node's root as it is seen from here */
	int rootfd;
	struct arena arena;
	struct proc *procs;
	uint32_t nprocs;
	struct err procs_err; /* kind: the processes could not be listed */
	struct mntns mntns[128];
	uint32_t nmntns;
	struct setup docker, containerd, crio, podman;
	const char *docker_authz; /* names of authorization plug-ins, or NULL */
	const char *docker_version;
	struct names docker_hosts;     /* each with its scheme */
	struct err docker_hosts_err;   /* kind: not all of them are known */
	const char *docker_containerd; /* the socket that it is told to use, or NULL */
	struct names podman_addresses; /* those that `podman system service` was given */
	const char *containerd_port;   /* its TCP address, or NULL */
};

struct way {
	const char *id;
	const char *engine;
	const char *what;
	const char *cure;
	void (*look)(struct node *n, struct seen *s);
};
extern const struct way ways[]; /* a row without an id ends it */

/* node_files.c: paths are the node's own, absolute; links do not lead out of the root. */
int node_open(const struct node *n, const char *path, int flags);
/* 1: there is no such file. The text is in the arena, NUL-terminated. */
int node_read(struct node *n, const char *path, char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;
bool node_stat(const struct node *n, const char *path, struct stat *ret);
/* The path with links followed, or as it is if nothing is there. */
const char *node_real(struct node *n, const char *path);
/* The names in a folder that end in suffix, sorted, NULL-terminated; none if it is not there. */
const char *const *node_list(struct node *n, const char *dir, const char *suffix);
/* The first of name in the usual folders of PATH, or NULL. */
const char *node_find(struct node *n, const char *name);
extern const char *const node_path[]; /* these folders, NULL-terminated */

/* node_leads.c: whether what is executed under this path is the shim. */
enum leads { LEADS_ABSENT, LEADS_SHIM, LEADS_UNKNOWN, LEADS_ELSEWHERE };
enum leads node_leads_command(struct node *n, const char *command, const char **ret_path);
/* Says it: closed if it leads to the shim; what: "the name runc". */
void say_leads(struct node *n, struct seen *s, const char *what, const char *command);
void say_entry(struct node *n, struct seen *s, const char *what, const struct runtime_entry *e);
const struct runtime_entry *entries_find(const struct entries *es, const char *name);
/* The entry of this name, new or as it is. NULL: there are too many. */
struct runtime_entry *entries_put(struct entries *es, const char *name);

/* node_access.c: who but root may open a socket (or what a file is). */
void say_socket(struct node *n, struct seen *s, const char *path);

/* node_acl.c: what a file's access list adds to its mode. */
enum { ACL_MAX = 256, ACL_WRITE = 2 };
enum { ACL_TAG_USER = 0x02, ACL_TAG_GROUP_OBJ = 0x04, ACL_TAG_GROUP = 0x08, ACL_TAG_MASK = 0x10 };
struct acl_entry {
	uint16_t tag, perm;
	uint32_t id;
};
struct acl {
	struct acl_entry v[ACL_MAX];
	uint32_t n; /* 0: it has none */
};
int acl_read(struct acl *ret, int fd, const char *path, struct err *err) MUST_CHECK;
/* Of a user or a group: its own word under the mask. */
bool acl_lets_write(const struct acl *acl, const struct acl_entry *e);

/* node_address.c: "unix:///run/x.sock", "tcp:127.0.0.1:1". The absolute path of a socket, or NULL. */
const char *address_socket(const char *address);
/* Who may open it; every other address is a port. */
void say_address(struct node *n, struct seen *s, const char *who, const char *address);
/* The engines' sockets: the usual ones, and those that their configurations name. -1: too many. */
int node_sockets(struct node *n, struct names *ret) MUST_CHECK;

/* node_proc.c */
void node_list_procs(struct node *n);
/* The i-th process of this name, or NULL. */
const struct proc *node_proc(const struct node *n, const char *name, uint32_t i);
/* The value of the i-th --NAME (or -NAME) of its words, as the next word or behind a '='. */
const char *proc_option(const struct proc *p, const char *name, uint32_t i);
/* The last one, which wins where there is to be one only. */
const char *proc_value(const struct proc *p, const char *name);
/* The value of the i-th -L of its words, also as -LVALUE, -L=VALUE, and behind those of
 * `switches`, which take no value. */
const char *proc_short(const struct proc *p, char letter, const char *switches, uint32_t i);
/* Reads DIR/pid/file of the node's /proc. */
int proc_read(struct node *n, const char *pid, const char *file, char **ret_text, size_t *ret_len) MUST_CHECK;
const char *proc_environ(struct node *n, const struct proc *p, const char *name);

/* node_mount.c: one line of mountinfo, as far as it is needed here. */
struct mount {
	char dev[32], root[256], point[256];
};
/* The next line; *at: what follows it. */
bool mount_next(const char **at, struct mount *ret);
/* Where a path lies: its device, and as `root` its path on that. */
bool mount_locate(const char *table, const char *path, struct mount *ret);
/* Whether a process with this table has another root than the node's first one, whose table is top. */
bool mount_is_container(const char *top, const char *table);
/* node_mntns.c: the same of a process, also of one that has gone back to the node's root. -1: that can't be
 * told. */
int proc_contained(struct node *n, const char *pid, const char *top, const char *table);
/* Whether path is dir or lies below it; *ret_rest: what follows. */
bool is_below(const char *path, const char *dir, const char **ret_rest);

/* node_ask.c: the body of an answer to GET path on a unix socket. */
int node_ask(struct node *n, const char *socket, const char *path, const char **ret_body, size_t *ret_len,
	     struct err *err) MUST_CHECK;

/* Each reads its engine's configuration the first time. */
const struct setup *docker_setup(struct node *n);
const struct setup *containerd_setup(struct node *n);
const struct setup *crio_setup(struct node *n);
const struct setup *podman_setup(struct node *n);
/* The default handler, and every other: what each engine's looks have in common. */
void say_default(struct node *n, struct seen *s, const struct setup *e);
void say_others(struct node *n, struct seen *s, const struct setup *e);

/* The looks, in the order of the table. */
void look_docker_default(struct node *n, struct seen *s);
void look_docker_runc(struct node *n, struct seen *s);
void look_docker_runtimes(struct node *n, struct seen *s);
void look_docker_shims(struct node *n, struct seen *s);
void look_docker_build(struct node *n, struct seen *s);
void look_docker_plugin(struct node *n, struct seen *s);
void look_docker_socket(struct node *n, struct seen *s);
void look_docker_hosts(struct node *n, struct seen *s);
void look_docker_containerd(struct node *n, struct seen *s);
void look_buildkitd(struct node *n, struct seen *s);
void look_containerd_default(struct node *n, struct seen *s);
void look_containerd_runc(struct node *n, struct seen *s);
void look_containerd_handlers(struct node *n, struct seen *s);
void look_containerd_ctr(struct node *n, struct seen *s);
void look_containerd_socket(struct node *n, struct seen *s);
void look_kubernetes_default(struct node *n, struct seen *s);
void look_kubernetes_handlers(struct node *n, struct seen *s);
void look_kubernetes_static(struct node *n, struct seen *s);
void look_kubernetes_kubelet(struct node *n, struct seen *s);
void look_kubernetes_ephemeral(struct node *n, struct seen *s);
void look_podman_default(struct node *n, struct seen *s);
void look_podman_flags(struct node *n, struct seen *s);
void look_podman_build(struct node *n, struct seen *s);
void look_podman_socket(struct node *n, struct seen *s);
void look_crio_default(struct node *n, struct seen *s);
void look_crio_handlers(struct node *n, struct seen *s);
void look_crio_workloads(struct node *n, struct seen *s);
void look_crio_socket(struct node *n, struct seen *s);
void look_direct_binaries(struct node *n, struct seen *s);
void look_direct_sudo(struct node *n, struct seen *s);
void look_direct_mounts(struct node *n, struct seen *s);
void look_direct_privileged(struct node *n, struct seen *s);
void look_runclamp_audit(struct node *n, struct seen *s);

#endif
