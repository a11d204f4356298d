/* From an index or manifest to the configuration that a container really has
 * (OCI image-spec: image-index.md, manifest.md, config.md). */
#include "image/content.h"

#include "base/sha256.h"
#include "format/jread.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

const char content_folder[] = "io.containerd.content.v1.content";

enum {
	DEPTH_MAX = 4, /* an index of indexes, and its manifest */
	BLOBS_MAX = 64,
	LAYERS_MAX = 1024, /* the kernel's overlay stops at 500 */
};

/* What containerd takes on this machine, best first (its platforms package, platformVector). */
#if defined(__x86_64__)
static const char *const native[] = {"amd64", "386"};
#elif defined(__aarch64__)
static const char *const native[] = {"arm64", "arm"};
#else
#error "runclamp knows x86_64 and aarch64"
#endif
enum { RANK_UNSAID = -1, RANK_FOREIGN = -2 };

static const char *const index_types[] = {
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
};
static const char *const manifest_types[] = {
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json",
};

struct found {
	const char *text, *where;
	size_t len;
	const char *config; /* NULL: nothing yet */
	const char *path[DEPTH_MAX];
	uint32_t npath;
	int rank;
};

struct walk {
	const struct content_query *q;
	struct arena *arena;
	struct err *err;
	const char *path[DEPTH_MAX]; /* the digests from the target to here */
	uint32_t npath, nblobs;
	struct found found;
	bool twice;	     /* another configuration fits as well */
	bool other;	     /* there was one with other layers */
	const char *missing; /* a blob that is not in the store */
};

static bool is_one_of(const struct jdoc *doc, uint32_t tok, const char *const names[static 2])
{
	return jdoc_streq(doc, tok, names[0]) || jdoc_streq(doc, tok, names[1]);
}

/* Opens a blob as an object. *ret_there: false if the store lacks it. */
static int open_blob(struct walk *w, struct jread *r, struct jdoc *doc, const char *digest, bool *ret_there)
{
	char path[PATH_MAX];
	const char *text;
	size_t len;
	int n = snprintf(path, sizeof(path), "%s/blobs/sha256/%s", w->q->store, digest + strlen("sha256:"));

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(w->err, ERR_LIMIT, "the content store %s: the path is too long", w->q->store);
	if (++w->nblobs > BLOBS_MAX)
		return err_set(w->err, ERR_LIMIT, "the image %s: more than %d blobs to look at", w->q->name,
			       BLOBS_MAX);
	*ret_there = true;
	if (image_blob(&text, &len, w->arena, path, digest, w->err) < 0) {
		*ret_there = false;
		w->missing = digest;
		return w->err->sys == ENOENT ? 0 : -1;
	}
	char *where = arena_strndup(w->arena, path, (size_t)n);
	if (!where)
		return err_set(w->err, ERR_LIMIT, "out of memory");
	*r = (struct jread){.arena = w->arena, .where = where, .kind = ERR_NEEDS, .err = w->err};
	if (jread_open(r, doc, text, len) < 0)
		return -1;
	return doc->tok[0].type == JTOK_OBJECT ? 0 : jread_fail(r, 0, "the document must be an object");
}

static int read_digest(const struct jread *r, uint32_t object, const char *what, const char **ret)
{
	if (jread_type(r, object, JTOK_OBJECT, what) < 0)
		return -1;
	const struct jread in = jread_in(r, object);
	return digest_read(&in, jdoc_get(r->doc, object, "digest"), "digest", ret);
}

/* How well an object with os and architecture fits this machine. */
static int rank_of(const struct jdoc *doc, uint32_t object)
{
	uint32_t os = jdoc_get(doc, object, "os"), arch = jdoc_get(doc, object, "architecture");

	if (!os || !arch || doc->tok[arch].type != JTOK_STRING || doc->tok[os].type != JTOK_STRING ||
	    !jdoc_streq(doc, os, "linux"))
		return RANK_FOREIGN;
	for (int i = 0; i < (int)ARRAY_LEN(native); i++)
		if (jdoc_streq(doc, arch, native[i]))
			return i;
	return RANK_FOREIGN;
}

/* OCI image-spec, config.md: ChainID(L0) = DiffID(L0); ChainID(L0|…|Ln) =
 * Digest(ChainID(L0|…|Ln-1) + " " + DiffID(Ln)). */
static int chain_id(const struct jread *r, char ret[static DIGEST_SIZE])
{
	uint32_t rootfs = jdoc_get(r->doc, 0, "rootfs"), ids;
	char both[2 * DIGEST_SIZE];

	if (jread_type(r, rootfs, JTOK_OBJECT, "rootfs") < 0)
		return -1;
	const struct jread in = jread_in(r, rootfs);
	ids = jdoc_get(r->doc, rootfs, "diff_ids");
	if (jread_type(&in, ids, JTOK_ARRAY, "rootfs.diff_ids") < 0)
		return -1;
	if (!r->doc->tok[ids].count)
		return jread_fail(r, ids, "rootfs.diff_ids must have a layer");
	if (r->doc->tok[ids].count > LAYERS_MAX)
		return err_set(r->err, ERR_LIMIT, "%s: rootfs.diff_ids has more than %d layers", r->where,
			       LAYERS_MAX);
	JREAD_EACH(i, t, r->doc, ids)
	{
		const char *id;
		size_t len;

		if (jread_string(r, t, "a layer", &id, &len) < 0)
			return -1;
		if (!digest_ok(id, len))
			return jread_fail(r, t, "a layer must be a sha256 digest");
		if (!i) {
			(void)snprintf(ret, DIGEST_SIZE, "%.*s", DIGEST_SIZE - 1, id);
			continue;
		}
		int n = snprintf(both, sizeof(both), "%s %.*s", ret, DIGEST_SIZE - 1, id);
		sha256_hex(both, (size_t)n, ret + strlen("sha256:"));
	}
	return 0;
}

static void keep(struct walk *w, const struct jread *r, const char *digest, int rank)
{
	struct found *f = &w->found;

	if (f->config && rank > f->rank)
		return;
	if (f->config && rank == f->rank) {
		w->twice = w->twice || strcmp(f->config, digest) != 0;
		return;
	}
	w->twice = false;
	*f = (struct found){.text = r->doc->text,
			    .where = r->where,
			    .len = r->doc->len,
			    .config = digest,
			    .npath = w->npath,
			    .rank = rank};
	memcpy(f->path, w->path, sizeof(f->path));
}

/* Whether this configuration is the container's. */
static int visit_config(struct walk *w, const char *digest, int rank)
{
	char chain[DIGEST_SIZE];
	struct jread r;
	struct jdoc doc;
	bool there;

	if (w->q->config && strcmp(w->q->config, digest) != 0) {
		w->other = true;
		return 0;
	}
	if (open_blob(w, &r, &doc, digest, &there) < 0)
		return -1;
	if (!there)
		return 0;
	if (chain_id(&r, chain) < 0)
		return -1;
	if (rank == RANK_UNSAID)
		rank = rank_of(&doc, 0);
	if (rank == RANK_FOREIGN)
		return 0;
	if (w->q->parent && strcmp(w->q->parent, chain) != 0) {
		w->other = true;
		return 0;
	}
	keep(w, &r, digest, rank);
	return 0;
}

static int visit(struct walk *w, const char *digest, int rank);

static int visit_index(struct walk *w, const struct jread *r, uint32_t manifests)
{
	if (jread_type(r, manifests, JTOK_ARRAY, "manifests") < 0)
		return -1;
	JREAD_EACH(i, t, r->doc, manifests)
	{
		const struct jread in = jread_in(r, t);
		const char *digest;

		if (jread_type(r, t, JTOK_OBJECT, "an entry of manifests") < 0 ||
		    jread_line(&in, jdoc_get(r->doc, t, "digest"), "digest", 256, &digest) < 0)
			return -1;
		uint32_t type = jdoc_get(r->doc, t, "mediaType"), platform = jdoc_get(r->doc, t, "platform");
		if (!type || r->doc->tok[type].type != JTOK_STRING ||
		    !(is_one_of(r->doc, type, index_types) || is_one_of(r->doc, type, manifest_types)))
			continue;
		/* What describes the image, not an image: attestations are of platform unknown/unknown. */
		platform = platform ? jread_unless_null(r->doc, platform) : 0;
		if (platform && jread_type(r, platform, JTOK_OBJECT, "platform") < 0)
			return -1;
		int rank = platform ? rank_of(r->doc, platform) : RANK_UNSAID;
		if (rank == RANK_FOREIGN)
			continue;
		if (read_digest(r, t, "an entry of manifests", &digest) < 0 || visit(w, digest, rank) < 0)
			return -1;
	}
	return 0;
}

/* An index or a manifest, by what it holds; where it says its type, that must
 * be the same, and it can't be both (CVE-2021-41190). */
static int visit_document(struct walk *w, const struct jread *r, int rank)
{
	const struct jdoc *doc = r->doc;
	uint32_t type = jdoc_get(doc, 0, "mediaType"), manifests = jdoc_get(doc, 0, "manifests"),
		 config = jdoc_get(doc, 0, "config"), layers = jdoc_get(doc, 0, "layers");
	const char *digest;

	if (!manifests == !(config && layers) || (manifests && (config || layers)))
		return jread_fail(r, 0, "it is neither an index nor a manifest of an image");
	if (type && (doc->tok[type].type != JTOK_STRING ||
		     !is_one_of(doc, type, manifests ? index_types : manifest_types)))
		return jread_fail(r, type, "mediaType is not that of %s",
				  manifests ? "an index" : "a manifest of an image");
	if (manifests)
		return visit_index(w, r, manifests);
	return read_digest(r, config, "config", &digest) < 0 ? -1 : visit_config(w, digest, rank);
}

/* An entry of an index whose blob is not there was not pulled: another may be the one. */
static int visit(struct walk *w, const char *digest, int rank)
{
	struct jread r;
	struct jdoc doc;
	bool there;

	if (w->npath == DEPTH_MAX)
		return err_set(w->err, ERR_LIMIT, "the image %s: indexes in indexes, more than %d levels",
			       w->q->name, DEPTH_MAX);
	if (open_blob(w, &r, &doc, digest, &there) < 0)
		return -1;
	if (!there)
		return 0;
	w->path[w->npath++] = digest;
	int wrong = visit_document(w, &r, rank);
	w->npath--;
	return wrong;
}

static int nothing_found(const struct walk *w)
{
	const struct content_query *q = w->q;

	if (w->other)
		return err_set(w->err, ERR_NEEDS,
			       "the name %s stands for another image now than the one that the container was "
			       "made from, whose labels can't be told any more; make the container anew",
			       q->name);
	if (w->missing)
		return err_set(w->err, ERR_NEEDS,
			       "the image %s: the content store %s lacks %s; pull the image again", q->name,
			       q->store, w->missing);
	return err_set(w->err, ERR_NEEDS, "the image %s holds nothing for linux/%s, which this node is",
		       q->name, native[0]);
}

static int take(struct image *into, const struct walk *w)
{
	const struct found *f = &w->found;

	if (!f->config)
		return nothing_found(w);
	if (w->twice)
		return err_set(
			w->err, ERR_NEEDS,
			"the image %s holds two configurations that fit this node and the container, so "
			"which labels are its own can't be told; build it with one",
			w->q->name);
	if (image_add_digest(into, w->arena, f->config, strlen(f->config), w->err) < 0)
		return -1;
	for (uint32_t i = 0; i < f->npath; i++)
		if (image_add_digest(into, w->arena, f->path[i], strlen(f->path[i]), w->err) < 0)
			return -1;
	into->store = w->q->store;
	into->where = f->where;
	into->config = f->text;
	into->config_len = f->len;
	return 0;
}

int content_find(struct image *into, struct arena *arena, const struct content_query *q, struct err *err)
{
	struct walk w = {.q = q, .arena = arena, .err = err};

	return visit(&w, q->digest, RANK_UNSAID) < 0 ? -1 : take(into, &w);
}

/* The record itself names the configuration, and no name of it is left. */
static int from_config(struct image *into, struct arena *arena, const struct content_query *q,
		       struct err *err)
{
	struct walk w = {.q = q, .arena = arena, .err = err};

	return visit_config(&w, q->config, 0) < 0 ? -1 : take(into, &w);
}

int image_from_content(struct image *into, struct arena *arena, const struct content_answer *a,
		       struct err *err)
{
	const struct content_query q = {.store = a->content,
					.digest = a->target,
					.config = a->config,
					.parent = a->parent,
					.name = *a->image ? a->image : a->config};
	struct err ignored;

	into->engine = "containerd";
	into->name = *a->image ? a->image : NULL;
	into->cri = a->cri;
	/* Nobody declares needs in the image of a pod's pause container. */
	if (a->cri.sandbox || (!*a->image && !a->config))
		return 0;
	if (!a->config && !a->target)
		return err_set(err, ERR_NEEDS,
			       "containerd has no image %s any more, from which the container was made; pull "
			       "it again, or make the container anew",
			       a->image);
	if (!a->config && !a->parent)
		return err_set(err, ERR_NEEDS,
			       "the container's record names the image %s, but its root file system is no "
			       "snapshot of it",
			       a->image);
	/* What the record itself names is read first: whose index the name leads to by now may be anybody's,
	 * who brought the same configuration. It can add digests, and fail nobody else's container. */
	if ((a->config ? from_config(into, arena, &q, err) : content_find(into, arena, &q, err)) < 0)
		return -1;
	if (a->config && a->target)
		(void)!content_find(into, arena, &q, &ignored);
	image_add_name(into, a->image, strlen(a->image));
	content_add_names(into, a->names, a->nnames);
	return 0;
}

void content_add_names(struct image *into, const struct image_name *names, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (content_leads_to(into, names[i].target))
			image_add_name(into, names[i].name, strlen(names[i].name));
}

bool content_leads_to(const struct image *image, const char *digest)
{
	CLEANUP_ARENA struct arena scratch = {0};
	const struct content_query q = {
		.store = image->store, .digest = digest, .config = image->digest[0], .name = digest};
	struct image found = {0};
	struct err ignored;

	return content_find(&found, &scratch, &q, &ignored) == 0;
}
