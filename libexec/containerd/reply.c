#include "containerd/reply.h"

#include "base/text.h"
#include "containerd.pb-c.h"
#include "format/jsontok.h"

#include <string.h>

/* protobuf-c allocates from the arena, which bounds it: of a field that it does
 * not know it keeps a copy, the container's specification among them. */
static void *from_arena(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void leave(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

static void *unpack(const ProtobufCMessageDescriptor *type, struct arena *arena, const uint8_t *data,
		    size_t len, const char *what, struct err *err)
{
	ProtobufCAllocator from = {.alloc = from_arena, .free = leave, .allocator_data = arena};
	void *message = protobuf_c_message_unpack(type, &from, len, data);

	if (!message)
		(void)err_set(err, ERR_SYSTEM, "the answer about %s can't be decoded", what);
	return message;
}

/* A field's text for people and for JSON: well-formed, without control bytes. */
static int text(const char **ret, struct arena *arena, const ProtobufCBinaryData *field, const char *what,
		struct err *err)
{
	const char *s = (const char *)field->data;

	if (field->len > REPLY_TEXT_MAX)
		return err_set(err, ERR_LIMIT, "%s has %zu bytes, more than the %d allowed", what, field->len,
			       REPLY_TEXT_MAX);
	for (size_t i = 0; i < field->len;) {
		size_t n = text_utf8_len(s + i, field->len - i);
		if (!n || (unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return err_set(err, ERR_SYSTEM, "%s holds bytes that no name holds", what);
		i += n;
	}
	*ret = arena_strndup(arena, field->len ? s : "", field->len);
	return *ret ? 0 : err_set(err, ERR_LIMIT, "out of memory");
}

static bool equals(const ProtobufCBinaryData *field, const char *s)
{
	return field->len == strlen(s) && !memcmp(field->data, s, field->len);
}

bool reply_is_digest(const char *s)
{
	static const char sha256[] = "sha256:";

	if (strncmp(s, sha256, strlen(sha256)) != 0)
		return false;
	s += strlen(sha256);
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

/* What CRI keeps with a container: {"Version": "v1", "Metadata": {…}}. */
struct cri_record {
	struct jdoc doc;
	uint32_t meta; /* 0: none */
	struct arena *arena;
	struct err *err;
};

static int open_cri(struct cri_record *ret, struct arena *arena, const ProtobufCBinaryData *json,
		    struct err *err)
{
	static const struct jlimits limits = {.depth = 64, .tokens = 1 << 18, .kind = ERR_LIMIT};

	*ret = (struct cri_record){.arena = arena, .err = err};
	if (jdoc_parse(&ret->doc, arena, (const char *)json->data, json->len, &limits, ERR_SYSTEM, err))
		return err_wrap(err, "CRI's record of the container");
	if (ret->doc.tok[0].type == JTOK_OBJECT)
		ret->meta = jdoc_get(&ret->doc, 0, "Metadata");
	if (ret->meta && ret->doc.tok[ret->meta].type != JTOK_OBJECT)
		ret->meta = 0;
	return 0;
}

/* A member that is a string, or NULL. */
static int cri_text(const char **ret, const struct cri_record *r, uint32_t obj, const char *member,
		    const char *what)
{
	uint32_t tok = obj && r->doc.tok[obj].type == JTOK_OBJECT ? jdoc_get(&r->doc, obj, member) : 0;
	size_t len;

	*ret = NULL;
	if (!tok || r->doc.tok[tok].type != JTOK_STRING)
		return 0;
	const char *s = jdoc_string(&r->doc, tok, r->arena, &len);
	if (!s)
		return err_set(r->err, ERR_LIMIT, "out of memory");
	const ProtobufCBinaryData field = {len, (uint8_t *)(uintptr_t)s};
	return text(ret, r->arena, &field, what, r->err);
}

/* Metadata of a container (containerd's pkg/cri/store/container/metadata.go): SandboxID, ImageRef, the digest
 * of the image's config, and Config, CRI's own ContainerConfig. */
static int cri_container(struct reply_container *into, const struct cri_record *r)
{
	const char *digest;
	uint32_t config = r->meta ? jdoc_get(&r->doc, r->meta, "Config") : 0;

	if (config && r->doc.tok[config].type == JTOK_OBJECT)
		config = jdoc_get(&r->doc, config, "metadata");
	if (cri_text(&digest, r, r->meta, "ImageRef", "the image in CRI's record") ||
	    cri_text(&into->cri_sandbox, r, r->meta, "SandboxID", "the sandbox in CRI's record") ||
	    cri_text(&into->cri_name, r, config, "name", "the name in CRI's record"))
		return -1;
	if (!digest)
		return err_set(r->err, ERR_SYSTEM, "CRI's record of the container names no image");
	if (!reply_is_digest(digest))
		return err_set(r->err, ERR_SYSTEM,
			       "the image in CRI's record of the container is no digest: %s", digest);
	into->config = digest;
	into->cri_type = "container";
	return 0;
}

/* Metadata of a sandbox (pkg/cri/store/sandbox/metadata.go): its ID is the container's. */
static int cri_sandbox(struct reply_container *into, const struct cri_record *r)
{
	into->cri_type = "sandbox";
	return cri_text(&into->cri_sandbox, r, r->meta, "ID", "the sandbox in CRI's record");
}

static int read_cri(struct reply_container *into, struct arena *arena, const C8d__Extension *x,
		    struct err *err)
{
	bool container = equals(&x->key, "io.cri-containerd.container.metadata");
	struct cri_record r;

	if (!x->value || (!container && !equals(&x->key, "io.cri-containerd.sandbox.metadata")))
		return 0;
	if (into->cri_type)
		return err_set(err, ERR_SYSTEM, "CRI has two records of the container");
	if (open_cri(&r, arena, &x->value->value, err) ||
	    (container ? cri_container(into, &r) : cri_sandbox(into, &r)))
		return -1;
	return into->cri_sandbox ? 0
				 : err_set(err, ERR_SYSTEM, "CRI's record of the container names no sandbox");
}

int reply_container(struct reply_container *ret, struct arena *arena, const uint8_t *data, size_t len,
		    struct err *err)
{
	const C8d__ContainerReply *reply =
		unpack(&c8d__container_reply__descriptor, arena, data, len, "the container", err);
	struct reply_container one = {0};

	if (!reply)
		return -1;
	const C8d__Container *c = reply->container;
	if (!c)
		return err_set(err, ERR_SYSTEM, "the answer about the container is empty");
	if (text(&one.image, arena, &c->image, "the image's name", err) ||
	    text(&one.snapshotter, arena, &c->snapshotter, "the snapshotter's name", err) ||
	    text(&one.snapshot_key, arena, &c->snapshot_key, "the snapshot's key", err))
		return -1;
	for (size_t i = 0; i < c->n_extensions; i++)
		if (read_cri(&one, arena, c->extensions[i], err))
			return -1;
	*ret = one;
	return 0;
}

int reply_content(const char **ret_root, struct arena *arena, const uint8_t *data, size_t len,
		  struct err *err)
{
	const C8d__PluginsReply *reply =
		unpack(&c8d__plugins_reply__descriptor, arena, data, len, "the content store", err);
	const char *root = NULL;

	if (!reply)
		return -1;
	for (size_t i = 0; i < reply->n_plugins; i++) {
		const C8d__Plugin *p = reply->plugins[i];
		if (!equals(&p->type, "io.containerd.content.v1") || !equals(&p->id, "content"))
			continue;
		for (size_t k = 0; k < p->n_exports; k++)
			if (equals(&p->exports[k]->key, "root") &&
			    text(&root, arena, &p->exports[k]->value, "the content store's folder", err))
				return -1;
	}
	if (!root || *root != '/')
		return err_set(err, ERR_SYSTEM, "it does not say in which folder its content store lies");
	*ret_root = root;
	return 0;
}

int reply_parent(const char **ret_parent, struct arena *arena, const uint8_t *data, size_t len,
		 struct err *err)
{
	static const ProtobufCBinaryData none = {0};
	const C8d__StatReply *reply =
		unpack(&c8d__stat_reply__descriptor, arena, data, len, "the snapshot", err);

	if (!reply)
		return -1;
	return text(ret_parent, arena, reply->info ? &reply->info->parent : &none, "the snapshot's parent",
		    err);
}

int reply_target(const char **ret_digest, struct arena *arena, const uint8_t *data, size_t len,
		 struct err *err)
{
	const C8d__ImageReply *reply =
		unpack(&c8d__image_reply__descriptor, arena, data, len, "the image", err);

	if (!reply)
		return -1;
	if (!reply->image || !reply->image->target)
		return err_set(err, ERR_SYSTEM, "the answer about the image is empty");
	return text(ret_digest, arena, &reply->image->target->digest, "the image's digest", err);
}
