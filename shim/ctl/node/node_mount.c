/* mountinfo: where a path lies, and whether a process is in a container. */
#include "ctl/node/node.h"
#include <string.h>

bool mount_next(const char **at, struct mount *ret)
{
	while (*at && **at) {
		const char *line = *at, *end = strchr(line, '\n');

		*at = end ? end + 1 : NULL;
		if (sscanf(line, "%*d %*d %31s %255s %255s", ret->dev, ret->root, ret->point) == 3)
			return true;
	}
	return false;
}

bool is_below(const char *path, const char *dir, const char **ret_rest)
{
	size_t len = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	*ret_rest = path + len;
	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

bool mount_locate(const char *table, const char *path, struct mount *ret)
{
	size_t best = 0;
	struct mount m;
	const char *rest;

	ret->dev[0] = '\0';
	while (mount_next(&table, &m))
		if (is_below(path, m.point, &rest) && strlen(m.point) >= best) {
			best = strlen(m.point);
			*ret = m;
			(void)snprintf(ret->root, sizeof(ret->root), "%s%s",
				       strcmp(m.root, "/") == 0 ? "" : m.root, rest);
		}
	return ret->dev[0] != '\0';
}

bool mount_is_container(const char *top, const char *table)
{
	struct mount first, own;

	return mount_locate(top, "/", &first) && mount_locate(table, "/", &own) &&
	       (strcmp(own.dev, first.dev) != 0 || strcmp(own.root, first.root) != 0);
}
