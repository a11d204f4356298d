#include "image/image.h"
#include <string.h>

/* The second one is containerd 1's first shim, which Docker 20.10 still takes as a --runtime of that name. */
static const char *const task_folders[] = {"/io.containerd.runtime.v2.task/",
					   "/io.containerd.runtime.v1.linux/"};
static const char containers_suffix[] = "-containers";
static const char userdata[] = "/userdata";

/* The last component of path[0..len), without its slash; its length in *ret. */
static const char *last_component(const char *path, size_t len, size_t *ret)
{
	size_t start = len;

	while (start > 0 && path[start - 1] != '/')
		start--;
	*ret = len - start;
	return path + start;
}

static int out_of_memory(struct err *err)
{
	return err_set(err, ERR_LIMIT, "out of memory");
}

size_t engine_docker_remap(const char *s)
{
	size_t uid = strspn(s, "0123456789");
	size_t gid = s[uid] == '.' ? strspn(s + uid + 1, "0123456789") : 0;

	return uid && gid ? uid + 1 + gid : 0;
}

/* Docker's namespace, or the one that Docker 28 makes of it for remapped users. */
static bool is_docker_space(const char *space, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(space, name, len) != 0)
		return false;
	if (!space[len])
		return true;
	size_t remap = space[len] == '-' ? engine_docker_remap(space + len + 1) : 0;
	return remap && !space[len + 1 + remap];
}

static int containerd_place(struct engine_place *ret, struct arena *arena, const char *rest,
			    const struct engine_config *c, struct err *err)
{
	const char *slash = strchr(rest, '/');

	/* NAMESPACE/ID and nothing more */
	if (!slash || slash == rest || !slash[1] || strchr(slash + 1, '/'))
		return 0;
	ret->space = arena_strndup(arena, rest, (size_t)(slash - rest));
	ret->id = arena_strndup(arena, slash + 1, strlen(slash + 1));
	if (!ret->space || !ret->id)
		return out_of_memory(err);
	ret->kind = is_docker_space(ret->space, c->docker_namespace) ? ENGINE_DOCKER : ENGINE_CONTAINERD;
	return 0;
}

static int storage_place(struct engine_place *ret, struct arena *arena, const char *path, struct err *err)
{
	size_t len = strlen(path), tail = strlen(userdata), n;

	if (len <= tail || strcmp(path + len - tail, userdata) != 0)
		return 0;
	len -= tail;
	const char *id = last_component(path, len, &n);
	if (n == 0 || id - path < 2)
		return 0;
	size_t id_len = n;
	len = (size_t)(id - path) - 1;
	const char *dir = last_component(path, len, &n);
	size_t suffix = strlen(containers_suffix);
	if (n <= suffix || memcmp(dir + n - suffix, containers_suffix, suffix) != 0 || dir - path < 2)
		return 0;
	ret->id = arena_strndup(arena, id, id_len);
	ret->driver = arena_strndup(arena, dir, n - suffix);
	ret->root = arena_strndup(arena, path, (size_t)(dir - path) - 1);
	if (!ret->id || !ret->driver || !ret->root)
		return out_of_memory(err);
	ret->kind = ENGINE_STORAGE;
	return 0;
}

int engine_place(struct engine_place *ret, struct arena *arena, const char *path,
		 const struct engine_config *c, struct err *err)
{
	const char *found = NULL;

	*ret = (struct engine_place){0};
	/* The last one: what stands before it is whoever's choice of a state folder. */
	for (size_t i = 0; i < ARRAY_LEN(task_folders); i++)
		for (const char *at = path; (at = strstr(at, task_folders[i])); at++)
			if (!found || at + strlen(task_folders[i]) > found)
				found = at + strlen(task_folders[i]);
	if (found)
		return containerd_place(ret, arena, found, c, err);
	return storage_place(ret, arena, path, err);
}
