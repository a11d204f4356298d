/* Docker: the ways. */
#include "ctl/node/node.h"
#include <string.h>

/* The names that dockerd reserves for runc: they can't be configured. */
static bool is_stock(const char *name)
{
	return strcmp(name, "runc") == 0 || strcmp(name, "io.containerd.runc.v2") == 0 ||
	       strcmp(name, "io.containerd.runc.v1") == 0 ||
	       strcmp(name, "io.containerd.runtime.v1.linux") == 0;
}

/* What a plug-in that is asked before each request denies is its own affair. */
static void ask_plugin(const struct node *n, struct seen *s)
{
	if (s->state != WAY_OPEN || !n->docker_authz)
		return;
	s->state = WAY_UNKNOWN;
	say(s, WAY_UNKNOWN, "the authorization plug-in %s may deny it, which cannot be seen from here",
	    n->docker_authz);
}

void look_docker_default(struct node *n, struct seen *s)
{
	const struct setup *d = docker_setup(n);

	if (d->present && d->err.kind == ERR_NONE && is_stock(d->chosen))
		say_leads(n, s, "the default is runc, which", "runc");
	else
		say_default(n, s, d);
	ask_plugin(n, s);
}

void look_docker_runc(struct node *n, struct seen *s)
{
	if (!docker_setup(n)->present)
		return;
	say_leads(n, s, "the name runc", "runc");
	ask_plugin(n, s);
}

void look_docker_runtimes(struct node *n, struct seen *s)
{
	const struct setup *d = docker_setup(n);
	struct setup own = *d;

	own.entries.n = 0;
	for (uint32_t i = 0; i < d->entries.n; i++)
		if (!is_stock(d->entries.v[i].name))
			own.entries.v[own.entries.n++] = d->entries.v[i];
	say_others(n, s, &own);
	ask_plugin(n, s);
}

/* Docker 23 and newer: --runtime=io.containerd.NAME.VERSION executes the shim of
 * that name from PATH. Absolute paths are refused there. */
static bool takes_shims(const struct node *n)
{
	return !n->docker_version || strtoul(n->docker_version, NULL, 10) >= 23;
}

void look_docker_shims(struct node *n, struct seen *s)
{
	static const char prefix[] = "containerd-shim-";
	CLEANUP_BUF struct buf found = {0};

	if (!docker_setup(n)->present)
		return;
	if (!takes_shims(n)) {
		say(s, WAY_CLOSED, "Docker %s takes no names of shims", n->docker_version);
		return;
	}
	for (const char *const *dir = node_path; *dir; dir++)
		for (const char *const *name = node_list(n, *dir, ""); *name; name++)
			if (strncmp(*name, prefix, sizeof(prefix) - 1) == 0 &&
			    strncmp(*name + sizeof(prefix) - 1, "runc-", 5) != 0)
				buf_printf(&found, "%s%s/%s", found.len ? ", " : "", *dir, *name);
	if (found.len && !found.failed)
		say(s, WAY_OPEN, "%s", found.data);
	else
		say(s, WAY_CLOSED, "no shim but runc's lies in PATH");
	ask_plugin(n, s);
}

/* dockerd's own BuildKit executes runc from PATH, whatever the default runtime is. */
void look_docker_build(struct node *n, struct seen *s)
{
	const char *command;

	if (!docker_setup(n)->present)
		return;
	command = proc_environ(n, node_proc(n, "dockerd", 0), "DOCKER_BUILDKIT_RUNC_COMMAND");
	if (command && n->docker_version && strtoul(n->docker_version, NULL, 10) >= 25)
		say_leads(n, s, "DOCKER_BUILDKIT_RUNC_COMMAND", command);
	else
		say_leads(n, s, "the name runc", "runc");
	ask_plugin(n, s);
}

/* moby, daemon.go: a managed plug-in gets the default runtime. */
void look_docker_plugin(struct node *n, struct seen *s)
{
	look_docker_default(n, s);
}

void look_docker_socket(struct node *n, struct seen *s)
{
	const struct setup *d = docker_setup(n);

	if (!d->present)
		return;
	say_socket(n, s, d->address);
	ask_plugin(n, s);
}

void look_docker_hosts(struct node *n, struct seen *s)
{
	const struct setup *d = docker_setup(n);
	unsigned others = 0;

	if (!d->present)
		return;
	if (n->docker_hosts_err.kind != ERR_NONE)
		say(s, WAY_UNKNOWN, "%s", n->docker_hosts_err.msg);
	for (unsigned i = 0; i < n->docker_hosts.n; i++) {
		const char *host = n->docker_hosts.v[i], *socket = address_socket(host);

		/* What systemd hands over is the socket at the usual path. */
		if (strncmp(host, "fd://", 5) == 0 || (socket && strcmp(socket, d->address) == 0))
			continue;
		say_address(n, s, "dockerd", host);
		others++;
	}
	if (others == 0)
		say(s, WAY_CLOSED, "dockerd listens nowhere else");
	ask_plugin(n, s);
}

/* dockerd has a containerd of its own, or shares the node's. */
void look_docker_containerd(struct node *n, struct seen *s)
{
	static const char *const usual[] = {"/run/docker/containerd/containerd.sock",
					    "/run/containerd/containerd.sock"};
	const char *given;

	if (!docker_setup(n)->present)
		return;
	given = n->docker_containerd;
	if (given)
		say_socket(n, s, given);
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (!given || strcmp(given, usual[i]) != 0)
			say_socket(n, s, usual[i]);
}

/* A builder of its own: it looks for buildkit-runc, then runc. */
void look_buildkitd(struct node *n, struct seen *s)
{
	const struct proc *p = node_proc(n, "buildkitd", 0);
	struct err err = {0};
	struct toml t = {0};
	const char *binary;
	char *text;
	size_t len;
	int r;

	if (!p && !node_find(n, "buildkitd"))
		return;
	r = node_read(n, "/etc/buildkit/buildkitd.toml", &text, &len, &err);
	if (r < 0 || (r == 0 && toml_read(&t, &n->arena, text, "/etc/buildkit/buildkitd.toml", &err) < 0)) {
		say(s, WAY_UNKNOWN, "%s", err.msg);
		return;
	}
	binary = proc_value(p, "oci-worker-binary");
	binary = binary ? binary : toml_value(&t, "worker/oci/binary");
	if (binary) {
		say_leads(n, s, "its runtime", binary);
		return;
	}
	if (node_find(n, "buildkit-runc"))
		say_leads(n, s, "the name buildkit-runc", "buildkit-runc");
	else
		say_leads(n, s, "the name runc", "runc");
}
