/* runclamp-containerd ADDRESS NAMESPACE ID [NAME...]: which image a container of
 * containerd has, by containerd's own records, as one JSON object:
 *
 *   image    the name in the container's record; "": it was made from none
 *   target   the digest that this name (with CRI: the image's ID) has now, or null
 *   config   the digest of the image's config, where the record itself holds it, as CRI's does, or null
 *   parent   the chain ID of the layers that the container's root file system lies on, or null
 *   cri      by CRI's own record, where it made the container: {"type": "sandbox" or "container", "sandbox":
 *            its ID, "name": the container's in its pod}; or null. Of a sandbox no more is looked up
 *   content  the folder of the content store
 *   names    of the names of images that were given those that there are, each with the digest that it has
 *            now: [["NAME", "sha256:…"], …]
 *
 * ID -: of no container; the names and the store alone.
 *
 * Tags move, so `target` alone proves nothing; `parent` is what binds it.
 * Otherwise one sentence on standard error and an exit code other than 0. */
#include "base/buf.h"
#include "base/clock.h"
#include "containerd.pb-c.h"
#include "containerd/call.h"
#include "containerd/dial.h"
#include "containerd/jail.h"
#include "containerd/reply.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

enum {
	DEADLINE_MS = 2000,
	/* containerd's own bound on names (identifiers/validate.go) */
	NAME_MAX_LEN = 76,
	/* A remapped root file system, or Docker's with its "-init" layer, stands one or two above the
	   image's. */
	PARENTS_MAX = 4,
};

struct query {
	const char *address, *space, *id;
	char *const *names; /* NULL-terminated */
	uint32_t nnames;
	struct connection *connection;
	struct arena *arena;
	struct err *err;
};

struct answer {
	struct reply_container container;
	const char *target, *parent, *content;
	const char **targets; /* of the query's names; NULL: there is none of that name */
};

static int check_name(const char *s, const char *what, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(s);

	if (!len || len > NAME_MAX_LEN || strspn(s, allowed) != len)
		return err_set(err, ERR_USAGE, "\"%s\" is no %s of containerd's", s, what);
	return 0;
}

/* The last resort, if the loop's own deadline should fail: the default action ends the process. */
static void set_alarm(void)
{
	static const struct itimerval late = {.it_value.tv_sec = DEADLINE_MS / 1000 + 1};
	sigset_t none;

	(void)sigemptyset(&none);
	(void)signal(SIGALRM, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setitimer(ITIMER_REAL, &late, NULL);
}

static ProtobufCBinaryData bytes(const char *s)
{
	return (ProtobufCBinaryData){strlen(s), (uint8_t *)(uintptr_t)s};
}

/* Packs a request and sends it off with the next wait. */
static int ask(const struct query *q, struct call *call, const char *path, const ProtobufCMessage *request,
	       size_t max)
{
	size_t len = protobuf_c_message_get_packed_size(request);
	uint8_t *packed = arena_alloc(q->arena, len + 1);

	if (!packed)
		return err_set(q->err, ERR_LIMIT, "out of memory");
	(void)protobuf_c_message_pack(request, packed);
	*call = (struct call){.path = path, .request = packed, .len = len, .max = max};
	return connection_ask(q->connection, call, q->err);
}

static int ask_word(const struct query *q, struct call *call, const char *path, const char *word, size_t max)
{
	C8d__Ask request = C8D__ASK__INIT;

	request.word = bytes(word);
	return ask(q, call, path, &request.base, max);
}

static int ask_name(const struct query *q, struct call *call, const char *name)
{
	return ask_word(q, call, "/containerd.services.images.v1.Images/Get", name, REPLY_OTHER_MAX);
}

static int ask_stat(const struct query *q, struct call *call, const char *snapshotter, const char *key)
{
	C8d__AskStat request = C8D__ASK_STAT__INIT;

	request.snapshotter = bytes(snapshotter);
	request.key = bytes(key);
	return ask(q, call, "/containerd.services.snapshots.v1.Snapshots/Stat", &request.base,
		   REPLY_OTHER_MAX);
}

/* Waits for an answer of status 0. */
static int take(const struct query *q, const struct call *call)
{
	if (connection_wait(q->connection, call, q->err))
		return -1;
	if (call->grpc)
		return err_set(q->err, ERR_SYSTEM, "%s: gRPC status %ld: %s", call->path, call->grpc,
			       call->says);
	return 0;
}

static int take_container(const struct query *q, const struct call *call, struct answer *into)
{
	if (connection_wait(q->connection, call, q->err))
		return -1;
	if (call->grpc == CALL_STATUS_NOT_FOUND)
		return err_set(q->err, ERR_SYSTEM, "it has no container %s in its namespace %s", q->id,
			       q->space);
	if (take(q, call))
		return -1;
	return reply_container(&into->container, q->arena, call->answer.body, call->answer.len, q->err);
}

/* The name may be gone by now: then there is no target. */
static int take_digest(const struct query *q, const struct call *call, const char **ret)
{
	*ret = NULL;
	if (connection_wait(q->connection, call, q->err))
		return -1;
	if (call->grpc == CALL_STATUS_NOT_FOUND)
		return 0;
	if (take(q, call))
		return -1;
	return reply_target(ret, q->arena, call->answer.body, call->answer.len, q->err);
}

static int take_target(const struct query *q, const struct call *call, const char **ret)
{
	if (take_digest(q, call, ret))
		return -1;
	if (*ret && !reply_is_digest(*ret))
		return err_set(q->err, ERR_SYSTEM, "the image's digest is none of SHA-256: %s", *ret);
	return 0;
}

/* Up from the container's snapshot to the first that is named by a digest, the
 * image's topmost layer (containerd's rootfs/apply.go names it by chain ID). A
 * copy with other owners is called CHAINID-UID-GID and stands upon it
 * (container_opts_unix.go, withRemappedSnapshotBase). */
static int take_parent(const struct query *q, struct call *call, struct answer *into)
{
	const char *parent;

	for (int i = 0; i < PARENTS_MAX; i++) {
		if (take(q, call) ||
		    reply_parent(&parent, q->arena, call->answer.body, call->answer.len, q->err))
			return -1;
		if (!*parent)
			return err_set(q->err, ERR_SYSTEM,
				       "the container's root file system lies on no layers of an image");
		if (reply_is_digest(parent)) {
			into->parent = parent;
			return 0;
		}
		if (ask_stat(q, call, into->container.snapshotter, parent))
			return -1;
	}
	return err_set(q->err, ERR_SYSTEM,
		       "no image's layer was found under the container's root file system");
}

static int take_content(const struct query *q, const struct call *call, struct answer *into)
{
	return take(q, call)
		       ? -1
		       : reply_content(&into->content, q->arena, call->answer.body, call->answer.len, q->err);
}

static int take_names(const struct query *q, const struct call *calls, struct answer *into)
{
	into->targets = arena_array(q->arena, q->nnames + (size_t)1, sizeof(*into->targets));
	if (!into->targets)
		return err_set(q->err, ERR_LIMIT, "out of memory");
	for (uint32_t i = 0; i < q->nnames; i++) {
		if (take_digest(q, &calls[i], &into->targets[i]))
			return -1;
		/* Of another algorithm: it leads to no configuration of ours. */
		if (into->targets[i] && !reply_is_digest(into->targets[i]))
			into->targets[i] = NULL;
	}
	return 0;
}

/* What the container's record names: its snapshot and its image. */
static int look_up_image(const struct query *q, struct answer *into)
{
	struct call stat, image;
	struct reply_container *c = &into->container;
	/* CRI keeps each image under its config's digest too. */
	const char *name = c->config ? c->config : c->image;

	/* A pod's pause container needs nothing of its image. */
	if (c->cri_type && !strcmp(c->cri_type, "sandbox"))
		return 0;
	if (*c->snapshot_key && ask_stat(q, &stat, c->snapshotter, c->snapshot_key))
		return -1;
	if (*name && ask_name(q, &image, name))
		return -1;
	if (*c->snapshot_key && take_parent(q, &stat, into))
		return -1;
	return *name ? take_target(q, &image, &into->target) : 0;
}

/* Two round trips: the container, the content store and the names; then what the record names. */
static int look_up(const struct query *q, struct answer *into)
{
	bool any = strcmp(q->id, "-") != 0;
	struct call container, plugins;
	struct call *names = arena_array(q->arena, q->nnames + (size_t)1, sizeof(*names));

	if (!names)
		return err_set(q->err, ERR_LIMIT, "out of memory");
	if (any && ask_word(q, &container, "/containerd.services.containers.v1.Containers/Get", q->id,
			    REPLY_CONTAINER_MAX))
		return -1;
	if (ask_word(q, &plugins, "/containerd.services.introspection.v1.Introspection/Plugins",
		     "type==io.containerd.content.v1", REPLY_OTHER_MAX))
		return -1;
	for (uint32_t i = 0; i < q->nnames; i++)
		if (ask_name(q, &names[i], q->names[i]))
			return -1;
	if (any && (take_container(q, &container, into) || look_up_image(q, into)))
		return -1;
	return take_content(q, &plugins, into) || take_names(q, names, into) ? -1 : 0;
}

static void member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s\"%s\": ", out->len ? ", " : "{", name);
	if (value)
		buf_jstr(out, value, strlen(value));
	else
		buf_puts(out, "null");
}

static void put_cri(struct buf *out, const struct reply_container *c)
{
	CLEANUP_BUF struct buf cri = {0};

	if (!c->cri_type) {
		member(out, "cri", NULL);
		return;
	}
	member(&cri, "type", c->cri_type);
	member(&cri, "sandbox", c->cri_sandbox);
	if (c->cri_name)
		member(&cri, "name", c->cri_name);
	buf_puts(out, ", \"cri\": ");
	buf_put(out, cri.data, cri.len);
	buf_puts(out, "}");
	out->failed |= cri.failed;
}

static void put_names(struct buf *out, const struct query *q, const struct answer *a)
{
	const char *before = "";

	buf_puts(out, ", \"names\": [");
	for (uint32_t i = 0; i < q->nnames; i++) {
		if (!a->targets[i])
			continue;
		buf_printf(out, "%s[", before);
		buf_jstr(out, q->names[i], strlen(q->names[i]));
		buf_printf(out, ", \"%s\"]", a->targets[i]);
		before = ", ";
	}
	buf_puts(out, "]");
}

static int print(const struct query *q, const struct answer *a)
{
	CLEANUP_BUF struct buf out = {0};

	member(&out, "image", a->container.image ? a->container.image : "");
	member(&out, "target", a->target);
	member(&out, "config", a->container.config);
	member(&out, "parent", a->parent);
	put_cri(&out, &a->container);
	member(&out, "content", a->content);
	put_names(&out, q, a);
	buf_puts(&out, "}\n");
	if (out.failed)
		return err_set(q->err, ERR_LIMIT, "out of memory");
	for (size_t at = 0; at < out.len;) {
		ssize_t n = write(STDOUT_FILENO, out.data + at, out.len - at);
		if (n < 0)
			return err_sys(q->err, "writing the answer");
		at += (size_t)n;
	}
	return 0;
}

static int run(struct query q)
{
	struct err *err = q.err;
	CLEANUP_ARENA struct arena arena = {.max = REPLY_ARENA_MAX};
	const int64_t deadline = clock_now_ms() + DEADLINE_MS;
	struct answer answer = {0};

	q.arena = &arena;
	if (check_name(q.space, "namespace", err) || check_name(q.id, "container ID", err))
		return -1;
	/* Never closed: the process may not, from here on. */
	int fd = dial(q.address, DEADLINE_MS, err);
	if (fd < 0 || jail_enter(fd, err))
		return -1;
	q.connection = connection_open(JAIL_SOCKET, q.space, deadline, &arena, err);
	if (!q.connection)
		return -1;
	int wrong = look_up(&q, &answer);
	connection_close(q.connection);
	return wrong ? -1 : print(&q, &answer);
}

int main(int argc, char **argv)
{
	static const char usage[] = "usage: runclamp-containerd ADDRESS NAMESPACE ID [NAME...]\n";
	struct err err = {0};
	char line[sizeof(err.msg) + 1];

	if (argc < 4) {
		(void)!write(STDERR_FILENO, usage, strlen(usage));
		return err_exit_code(ERR_USAGE);
	}
	set_alarm();
	const struct query q = {.address = argv[1],
				.space = argv[2],
				.id = argv[3],
				.names = argv + 4,
				.nnames = (uint32_t)(argc - 4),
				.err = &err};
	if (!run(q))
		return 0;
	(void)err_wrap(&err, "containerd at %s", argv[1]);
	int n = snprintf(line, sizeof(line), "%s\n", err.msg);
	(void)!write(STDERR_FILENO, line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
	return err_exit_code(err.kind);
}
