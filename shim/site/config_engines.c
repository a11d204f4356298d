/* The configuration's key "engines": where an engine keeps what it knows of
 * images, for those that are not in their usual places. */
#include "site/config.h"
#include "site/config_read.h"
#include <string.h>

enum { ENGINE_DOCKER_KEY, ENGINE_CONTAINERD_KEY, ENGINE_STORAGE_KEY, ENGINE_CRI_KEY, ENGINE_KEYS };
static const char *const engine_keys[] = {"docker", "containerd", "storage", "cri", NULL};
enum { DOCKER_DATA_ROOT, DOCKER_NAMESPACE, DOCKER_KEYS };
static const char *const docker_keys[] = {"data_root", "namespace", NULL};
enum { CONTAINERD_ADDRESS, CONTAINERD_ROOT, CONTAINERD_KEYS };
static const char *const containerd_keys[] = {"address", "root", NULL};
static const char *const storage_keys[] = {"root", NULL};
static const char *const cri_keys[] = {"bundles", NULL};

static int read_path(const struct cfg_parser *p, uint32_t tok, const char *key, const char **ret)
{
	return tok ? cfg_read_path(p, tok, key, ret) : 0;
}

static int read_docker(const struct cfg_parser *p, uint32_t tok, struct engine_config *ret)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	static const char must[] =
		"a namespace of containerd, made of letters, digits, \".\", \"_\" and \"-\"";
	uint32_t vals[DOCKER_KEYS] = {0};

	if (cfg_members(p, tok, "engines.docker", docker_keys, vals) < 0 ||
	    read_path(p, vals[DOCKER_DATA_ROOT], "engines.docker.data_root", &ret->docker_data_root) < 0)
		return -1;
	if (!vals[DOCKER_NAMESPACE])
		return 0;
	if (cfg_read_string(p, vals[DOCKER_NAMESPACE], "engines.docker.namespace", must,
			    &ret->docker_namespace) < 0)
		return -1;
	const char *s = ret->docker_namespace;
	return *s && s[strspn(s, chars)] == '\0'
		       ? 0
		       : cfg_wrong(p, vals[DOCKER_NAMESPACE], "engines.docker.namespace", must);
}

static int read_containerd(const struct cfg_parser *p, uint32_t tok, struct engine_config *ret)
{
	uint32_t vals[CONTAINERD_KEYS] = {0};

	if (cfg_members(p, tok, "engines.containerd", containerd_keys, vals) < 0)
		return -1;
	if (read_path(p, vals[CONTAINERD_ADDRESS], "engines.containerd.address", &ret->containerd_address) <
	    0)
		return -1;
	return read_path(p, vals[CONTAINERD_ROOT], "engines.containerd.root", &ret->containerd_root);
}

static int read_cri(const struct cfg_parser *p, uint32_t tok, struct engine_config *ret)
{
	uint32_t val = 0;

	if (cfg_members(p, tok, "engines.cri", cri_keys, &val) < 0)
		return -1;
	return read_path(p, val, "engines.cri.bundles", &ret->cri_bundles);
}

/* One path, or a list of them. */
static int read_storage(const struct cfg_parser *p, uint32_t tok, struct engine_config *ret)
{
	static const char key[] = "engines.storage.root";
	uint32_t val = 0;

	if (cfg_members(p, tok, "engines.storage", storage_keys, &val) < 0)
		return -1;
	if (!val || p->doc.tok[val].type != JTOK_STRING)
		return val ? cfg_read_paths(p, val, key, &ret->storage_roots) : 0;
	const char **roots = arena_array(p->arena, 2, sizeof(*roots));
	if (!roots)
		return err_set(p->err, ERR_LIMIT, "%s: out of memory", p->where);
	roots[1] = NULL;
	ret->storage_roots = roots;
	return cfg_read_path(p, val, key, &roots[0]);
}

int cfg_read_engines(const struct cfg_parser *p, uint32_t tok, struct engine_config *ret)
{
	uint32_t vals[ENGINE_KEYS] = {0};

	if (cfg_members(p, tok, "engines", engine_keys, vals) < 0)
		return -1;
	if (vals[ENGINE_DOCKER_KEY] && read_docker(p, vals[ENGINE_DOCKER_KEY], ret) < 0)
		return -1;
	if (vals[ENGINE_CONTAINERD_KEY] && read_containerd(p, vals[ENGINE_CONTAINERD_KEY], ret) < 0)
		return -1;
	if (vals[ENGINE_STORAGE_KEY] && read_storage(p, vals[ENGINE_STORAGE_KEY], ret) < 0)
		return -1;
	return vals[ENGINE_CRI_KEY] ? read_cri(p, vals[ENGINE_CRI_KEY], ret) : 0;
}
