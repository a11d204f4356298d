#include "load/image.h"
#include <string.h>

static const char task_folder[] = "/io.containerd.runtime.v2.task/";
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
	ret->kind = strcmp(ret->space, c->docker_namespace) == 0 ? ENGINE_DOCKER : ENGINE_CONTAINERD;
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
	for (const char *at = path; (at = strstr(at, task_folder)); at++)
		found = at;
	if (found)
		return containerd_place(ret, arena, found + strlen(task_folder), c, err);
	return storage_place(ret, arena, path, err);
}
