/* The engines' addresses: sockets and ports of their APIs. */
#include "ctl/node/node.h"
#include <ctype.h>
#include <string.h>

static const char *const usual[] = {"/run/docker.sock",
				    "/run/containerd/containerd.sock",
				    "/run/docker/containerd/containerd.sock",
				    "/run/crio/crio.sock",
				    "/run/podman/podman.sock",
				    "/run/buildkit/buildkitd.sock",
				    NULL};

static const char *after_scheme(const char *address, const char *scheme)
{
	size_t len = strlen(scheme);

	return strncasecmp(address, scheme, len) == 0 ? address + len : NULL;
}

const char *address_socket(const char *address)
{
	const char *path = after_scheme(address, "unix:");

	if (path && strncmp(path, "//", 2) == 0)
		path += 2;
	/* Podman reads a URL: %6f is an o there. */
	return path && *path == '/' && !strpbrk(path, "%?#") ? path : NULL;
}

void say_address(struct node *n, struct seen *s, const char *who, const char *address)
{
	const char *socket = address_socket(address);

	if (socket)
		say_socket(n, s, socket);
	else if (after_scheme(address, "unix:"))
		say(s, WAY_UNKNOWN, "%s listens on %s, which is no plain absolute path", who, address);
	else
		say(s, WAY_OPEN, "%s listens on %s", who, address);
}

/* Where it lies with links followed: mounts know no others. */
static int add(struct node *n, struct names *into, const char *path)
{
	path = path ? node_real(n, path) : NULL;
	return path ? names_add(into, path) : 0;
}

static int add_addresses(struct node *n, struct names *into, const struct names *from)
{
	int r = 0;

	for (unsigned i = 0; i < from->n; i++)
		r |= add(n, into, address_socket(from->v[i]));
	return r;
}

int node_sockets(struct node *n, struct names *ret)
{
	const char *addr;
	int r = 0;

	for (const char *const *path = usual; *path; path++)
		r |= add(n, ret, *path);
	if (docker_setup(n)->present)
		r |= add(n, ret, n->docker_containerd);
	r |= add_addresses(n, ret, &n->docker_hosts);
	r |= add(n, ret, containerd_setup(n)->address);
	r |= add(n, ret, crio_setup(n)->address);
	if (podman_setup(n)->present)
		r |= add_addresses(n, ret, &n->podman_addresses);
	for (uint32_t i = 0; (addr = proc_option(node_proc(n, "buildkitd", 0), "addr", i)); i++)
		r |= add(n, ret, address_socket(addr));
	return r < 0 ? -1 : 0;
}
