/* containerd's word on a container: a small executable of its own asks it over
 * gRPC, so that the shim, on the path of every container, links none of that. */
#include "image/content.h"
#include "image/origin.h"
#include "site/identity.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char asker[] = RUNCLAMP_LIBEXECDIR "/runclamp-containerd";
static const char default_address[] = "/run/containerd/containerd.sock";
/* The helper's own deadline is shorter: this one is for a helper that hangs. */
enum { ANSWER_MAX = 4 << 20, DEADLINE_MS = 5000 };

/* The containerd that started this container: its shim hands the address on in the environment, which is the
 * engine's, not the container's (containerd, runtime/v2/shim/util.go). A node may have several (a user's own,
 * one for Kubernetes): the configuration's speaks for none that says where it is. */
static const char *address_of(struct arena *arena, const struct engine_place *place,
			      const struct engine_config *c, struct err *err)
{
	static const char ttrpc[] = ".ttrpc";
	const char *grpc = getenv("GRPC_ADDRESS"), *other = getenv("TTRPC_ADDRESS"), *address;
	size_t len = other ? strlen(other) : 0, tail = strlen(ttrpc);

	if (place->asked)
		return place->asked[0];
	if (grpc && *grpc)
		return grpc;
	if (len <= tail || strcmp(other + len - tail, ttrpc) != 0)
		return c->containerd_address ? c->containerd_address : default_address;
	address = arena_strndup(arena, other, len - tail);
	if (!address)
		(void)err_set(err, ERR_LIMIT, "out of memory");
	return address;
}

/* Who can put another socket there could forge the answer. */
static int check_address(const char *address, struct arena *arena, struct err *err)
{
	const char *slash = strrchr(address, '/');
	char *folder;

	if (*address != '/')
		return err_set(err, ERR_NEEDS, "containerd's address \"%.200s\" is no absolute path",
			       address);
	folder = arena_strndup(arena, address, slash > address ? (size_t)(slash - address) : 1);
	if (!folder)
		return err_set(err, ERR_LIMIT, "out of memory");
	return file_check_folder(folder, arena, NULL, err) ? 0 : -1;
}

static int answer_failed(const char *text, size_t len, int status, struct err *err)
{
	/* A bound stays one: decision_sources.c does not let it switch a source off. */
	enum err_kind kind =
		WIFEXITED(status) && WEXITSTATUS(status) == err_exit_code(ERR_LIMIT) ? ERR_LIMIT : ERR_NEEDS;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_NEEDS, "%s was killed by signal %d", asker, WTERMSIG(status));
	if (len == 0)
		return err_set(err, kind, "%s ended with %d", asker, WEXITSTATUS(status));
	return err_set(err, kind, "%.*s", (int)(len < 400 ? len : 400), text);
}

/* The forms that a key is also known by: `ctr image tag` takes a name as it is typed. */
static uint32_t add_forms(const char **names, const char *key)
{
	static const char hub[] = "docker.io/", library[] = "library/";
	uint32_t n = 0;

	names[n++] = key;
	if (strncmp(key, hub, strlen(hub)) != 0)
		return n;
	key += strlen(hub);
	names[n++] = key;
	if (strncmp(key, library, strlen(library)) == 0)
		names[n++] = key + strlen(library);
	return n;
}

enum { FORMS = 3 };

/* The helper's command line: ADDRESS NAMESPACE ID and the catalogue's names, as engines complete them, in
 * short, and as they stand there. */
static char **command(struct arena *arena, const char *address, const char *space, const char *id,
		      const struct catalogue *c, struct err *err)
{
	const char **argv = arena_array(arena, 5 + FORMS * (size_t)c->nkeys + c->n, sizeof(*argv));
	uint32_t n = 0;

	if (!argv) {
		(void)err_set(err, ERR_LIMIT, "out of memory");
		return NULL;
	}
	argv[n++] = asker;
	argv[n++] = address;
	argv[n++] = space;
	argv[n++] = id;
	for (uint32_t i = 0; i < c->nkeys; i++)
		n += add_forms(argv + n, c->key[i]);
	for (uint32_t i = 0; i < c->n; i++)
		if (c->entry[i].reference && strcmp(c->entry[i].reference, c->entry[i].key) != 0)
			argv[n++] = c->entry[i].reference;
	argv[n] = NULL;
	return (char **)(uintptr_t)argv;
}

/* `id` "-": of no container. */
static int ask(struct content_answer *ret, struct image *image, struct arena *arena,
	       const struct engine_place *place, const char *id, const struct engine_config *c,
	       struct err *err)
{
	static const struct file_trust trust = {.allow_overflow_uid = true};
	const char *address = address_of(arena, place, c, err);
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int status;

	image->asked[0] = address;
	if (!address || check_address(address, arena, err) < 0)
		return -1;
	if (file_check_executable(asker, &trust, NULL, err) < 0)
		return err_wrap(err, "what asks containerd for images");
	char **argv = command(arena, address, place->space, id, image->catalogue, err);
	if (!argv || identity_ask(argv, true, ANSWER_MAX, DEADLINE_MS, &text, &len, &status, err) < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return answer_failed(text, len, status, err);
	return content_answer_parse(ret, arena, text, len, err);
}

int engine_ask_containerd(struct image *into, bool *ret_found, struct arena *arena,
			  const struct engine_place *place, const struct engine_config *c, struct err *err)
{
	struct content_answer answer;

	if (ask(&answer, into, arena, place, place->id, c, err) < 0)
		return -1;
	/* As with the address: another containerd's store is not this one's. */
	if (c->containerd_root && access(answer.content, F_OK) < 0) {
		answer.content = image_path(arena, err, "%s/%s", c->containerd_root, content_folder);
		if (!answer.content)
			return -1;
	}
	if (image_from_content(into, arena, &answer, err) < 0)
		return -1;
	*ret_found = into->config != NULL || into->cri.sandbox;
	return 0;
}

int engine_ask_names(struct image *into, struct arena *arena, const struct engine_place *place,
		     const struct engine_config *c, struct err *err)
{
	struct content_answer answer;

	if (ask(&answer, into, arena, place, "-", c, err) < 0)
		return -1;
	content_add_names(into, answer.names, answer.nnames);
	return 0;
}
