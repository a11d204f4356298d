/* Beside the engines: binaries with privileges, sudo, sockets in containers. */
#include "ctl/node/node.h"
#include "site/config.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/xattr.h>

static const char *const commands[] = {"runc",
				       "crun",
				       "runsc",
				       "youki",
				       "kata-runtime",
				       "docker",
				       "dockerd",
				       "podman",
				       "buildah",
				       "nerdctl",
				       "ctr",
				       "crictl",
				       "buildctl",
				       "containerd",
				       "crio",
				       "containerd-shim-runc-v2",
				       NULL};

static void look_binary(struct node *n, struct seen *s, const char *path)
{
	CLEANUP_FD int fd = node_open(n, path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if (st.st_mode & (S_ISUID | S_ISGID))
		say(s, WAY_OPEN, "%s runs with its owner's rights (mode %04o)", path, st.st_mode & 07777u);
	if (fgetxattr(fd, "security.capability", NULL, 0) > 0)
		say(s, WAY_OPEN, "%s has file capabilities", path);
	if (st.st_uid != 0 || (st.st_mode & 0022))
		say(s, WAY_OPEN, "%s can be replaced by others than root", path);
}

void look_direct_binaries(struct node *n, struct seen *s)
{
	char path[512];

	for (const char *const *dir = node_path; *dir; dir++)
		for (const char *const *name = commands; *name; name++) {
			(void)snprintf(path, sizeof(path), "%s/%s", *dir, *name);
			look_binary(n, s, path);
		}
	if (s->state == WAY_ABSENT)
		say(s, WAY_CLOSED, "no runtime or engine's command has more rights than its caller");
}

/* A word of the line that ends in a command's name: /usr/bin/docker, docker. */
static const char *names_command(const char *line, size_t len)
{
	for (const char *const *name = commands; *name; name++) {
		size_t want = strlen(*name);

		for (const char *p = line; (p = memmem(p, len - (size_t)(p - line), *name, want));
		     p += want) {
			char before = p > line ? p[-1] : ' ', after = p + want < line + len ? p[want] : ' ';

			if (!isalnum((unsigned char)before) && before != '-' &&
			    !isalnum((unsigned char)after) && after != '-')
				return *name;
		}
	}
	return NULL;
}

static void look_sudoers(struct node *n, struct seen *s, const char *path)
{
	struct err err = {0};
	unsigned number = 0;
	char *text;
	size_t len;
	int r = node_read(n, path, &text, &len, &err);

	if (r < 0)
		say(s, WAY_UNKNOWN, "%s", err.msg);
	if (r != 0)
		return;
	for (const char *line = text; *line; line += strspn(line, "\n") ? 1 : 0) {
		size_t width = strcspn(line, "\n");
		const char *name;

		number++;
		name = line[strspn(line, " \t")] == '#' ? NULL : names_command(line, width);
		if (name)
			say(s, WAY_OPEN, "%s, line %u, hands out %s", path, number, name);
		line += width;
	}
}

void look_direct_sudo(struct node *n, struct seen *s)
{
	static const char dir[] = "/etc/sudoers.d";
	char path[512];

	look_sudoers(n, s, "/etc/sudoers");
	for (const char *const *name = node_list(n, dir, ""); *name; name++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, *name);
		look_sudoers(n, s, path);
	}
	if (s->state == WAY_ABSENT)
		say(s, WAY_CLOSED, "no rule of sudo names a runtime or an engine's command");
}

void look_runclamp_audit(struct node *n, struct seen *s)
{
	struct config config = {0};
	struct err err = {0};
	unsigned handlers = 0;
	char *text;
	size_t len;
	int r = node_read(n, config_default_path, &text, &len, &err);

	if (r == 0)
		r = config_parse(&config, &n->arena, text, len, config_default_path, &err);
	else if (r > 0)
		r = config_fallback(&config, &n->arena, &err);
	if (r < 0) {
		say(s, WAY_CLOSED, "the configuration cannot be used, so every container is refused: %s",
		    err.msg);
		return;
	}
	for (uint32_t i = 0; i < config.nhandlers; i++, handlers++)
		if (config.handlers[i].mode == MODE_AUDIT)
			say(s, WAY_OPEN, "handler %s is in audit mode", config.handlers[i].name);
	if (s->state == WAY_ABSENT)
		say(s, WAY_CLOSED, "%u handlers, none in audit mode", handlers);
}
