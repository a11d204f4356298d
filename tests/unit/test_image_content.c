/* From a digest to the configuration of a container's image, in content stores
 * made by hand. What has to come out is OCI image-spec's (image-index.md,
 * manifest.md, config.md), and that nothing but the container's own image counts.
 * Runs as root. */
#include "base/buf.h"
#include "base/sha256.h"
#include "image/content.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#if defined(__x86_64__)
#define NATIVE "amd64"
#define SECOND "386"
#define FOREIGN "arm64"
#else
#define NATIVE "arm64"
#define SECOND "arm"
#define FOREIGN "amd64"
#endif
#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define DOCKER_INDEX "application/vnd.docker.distribution.manifest.list.v2+json"
#define DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"

/* Three layers, and their chain IDs, computed with coreutils: printf '%s %s' … | sha256sum. */
#define LAYER_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LAYER_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LAYER_C "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define CHAIN_AB "sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c"
#define CHAIN_ABC "sha256:c1377126441fb2f5ec2c21ae2a60255331d639e830f0ee1b40a36e52d4c40588"
#define A "\"" LAYER_A "\""
#define AB A ", \"" LAYER_B "\""
#define ABC AB ", \"" LAYER_C "\""

struct digest {
	char s[DIGEST_SIZE];
};

static struct digest digest_of(const char *text)
{
	struct digest d = {"sha256:"};

	sha256_hex(text, strlen(text), d.s + 7);
	return d;
}

static const char *blob_path(const struct digest *d)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "s/blobs/sha256/%s", d->s + 7);
	return tmpdir_path(name);
}

static void put_as(const struct digest *d, const char *text)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "s/blobs/sha256/%s", d->s + 7);
	tmpdir_write(name, text, strlen(text), 0444);
}

static struct digest put(const char *fmt, ...) PRINTF_LIKE(1, 2);
static struct digest put(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	assert_true(vasprintf(&text, fmt, ap) >= 0);
	va_end(ap);
	struct digest d = digest_of(text);
	put_as(&d, text);
	free(text);
	return d;
}

static struct digest put_config(const char *arch, const char *layers, const char *label)
{
	return put("{\"os\": \"linux\", \"architecture\": \"%s\", \"config\": {\"Labels\": {\"l\": \"%s\"}}, "
		   "\"rootfs\": {\"type\": \"layers\", \"diff_ids\": [%s]}}",
		   arch, label, layers);
}

static struct digest put_manifest(const char *type, struct digest config)
{
	return put("{\"schemaVersion\": 2, \"mediaType\": \"%s\", \"config\": {\"digest\": \"%s\"}, "
		   "\"layers\": []}",
		   type, config.s);
}

/* The image of one label. */
static struct digest put_image(const char *arch, const char *layers, const char *label)
{
	return put_manifest(OCI_MANIFEST, put_config(arch, layers, label));
}

struct entry {
	struct digest d;
	const char *type, *os, *arch; /* os NULL: no platform */
};

static struct digest put_index(const char *type, const struct entry *e, size_t n)
{
	CLEANUP_BUF struct buf b = {0};

	buf_printf(&b, "{\"schemaVersion\": 2, \"mediaType\": \"%s\", \"manifests\": [", type);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "%s{\"mediaType\": \"%s\", \"digest\": \"%s\"", i ? ", " : "", e[i].type,
			   e[i].d.s);
		if (e[i].os)
			buf_printf(&b, ", \"platform\": {\"os\": \"%s\", \"architecture\": \"%s\"}", e[i].os,
				   e[i].arch);
		buf_putc(&b, '}');
	}
	buf_puts(&b, "]}");
	return put("%s", b.data);
}

static int fresh(void **state)
{
	if (tmpdir_make(state))
		return -1;
	return mkdir(tmpdir_path("s"), 0755) || mkdir(tmpdir_path("s/blobs"), 0755) ||
	       mkdir(tmpdir_path("s/blobs/sha256"), 0755);
}

static struct arena arena;

static int drop(void **state)
{
	arena_free(&arena);
	return tmpdir_remove(state);
}

static struct image image;
static struct err err;

static int find(const char *digest, const char *config, const char *parent)
{
	const struct content_query q = {.store = tmpdir_path("s"),
					.digest = digest,
					.config = config,
					.parent = parent,
					.name = "app:1"};

	image = (struct image){0};
	err = (struct err){0};
	return content_find(&image, &arena, &q, &err);
}

static void found(struct digest d, const char *parent, const char *label)
{
	char want[64];

	if (find(d.s, NULL, parent) < 0)
		fail_msg("%s", err.msg);
	(void)snprintf(want, sizeof(want), "{\"l\": \"%s\"}", label);
	if (!strstr(image.config, want))
		fail_msg("not %s: %s", want, image.config);
}

static void refused(struct digest d, const char *parent, const char *sentence)
{
	assert_int_equal(find(d.s, NULL, parent), -1);
	if (!strstr(err.msg, sentence))
		fail_msg("not \"%s\": %s", sentence, err.msg);
	assert_null(image.config);
	assert_int_equal(image.ndigests, 0);
}

static void manifest_leads_to_its_config(void **state)
{
	struct digest c = put_config(NATIVE, AB, "x"), m = put_manifest(OCI_MANIFEST, c);
	(void)state;

	found(m, CHAIN_AB, "x");
	assert_int_equal(image.ndigests, 2);
	assert_string_equal(image.digest[0], c.s);
	assert_string_equal(image.digest[1], m.s);
	assert_string_equal(image.where, blob_path(&c));
	assert_int_equal(image.config_len, strlen(image.config));
	found(put_manifest(DOCKER_MANIFEST, c), CHAIN_AB, "x");
	found(m, NULL, "x");
	/* OCI's documents need not say their type. */
	found(put("{\"config\": {\"digest\": \"%s\"}, \"layers\": [{}]}", c.s), CHAIN_AB, "x");
	found(put("{\"manifests\": [{\"mediaType\": \"%s\", \"digest\": \"%s\"}]}", OCI_MANIFEST, m.s),
	      CHAIN_AB, "x");
}

static void chain_id_is_the_specs(void **state)
{
	static const struct {
		const char *layers, *chain;
	} cases[] = {{A, LAYER_A}, {AB, CHAIN_AB}, {ABC, CHAIN_ABC}};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
			struct digest d = put_image(NATIVE, cases[i].layers, "x");
			if (i == k)
				found(d, cases[k].chain, "x");
			else
				refused(d, cases[k].chain,
					"the name app:1 stands for another image now than the one that the "
					"container was made from");
		}
}

static void index_leads_to_this_platform(void **state)
{
	const struct entry e[] = {
		{digest_of("not pulled"), OCI_MANIFEST, "linux", FOREIGN},
		{digest_of("an attestation"), OCI_MANIFEST, "unknown", "unknown"},
		{digest_of("another system's"), OCI_MANIFEST, "windows", NATIVE},
		{digest_of("no image"), "application/vnd.cncf.notary.signature", NULL, NULL},
		{put_image(NATIVE, AB, "own"), OCI_MANIFEST, "linux", NATIVE},
	};
	struct digest i = put_index(OCI_INDEX, e, ARRAY_LEN(e));
	(void)state;

	found(i, CHAIN_AB, "own");
	assert_int_equal(image.ndigests, 3);
	assert_string_equal(image.digest[1], i.s);
	assert_string_equal(image.digest[2], e[4].d.s);
	found(i, NULL, "own");
	found(put_index(DOCKER_INDEX, e, ARRAY_LEN(e)), CHAIN_AB, "own");
	refused(put_index(OCI_INDEX, e, 4), CHAIN_AB, "the image app:1 holds nothing for linux/" NATIVE);
	refused(put_index(OCI_INDEX, e, 0), CHAIN_AB, "the image app:1 holds nothing for linux/" NATIVE);
}

static void layers_decide_between_several(void **state)
{
	struct digest one = put_image(NATIVE, A, "one"), two = put_image(NATIVE, AB, "two"),
		      twin = put_image(NATIVE, AB, "twin"), second = put_image(SECOND, AB, "second");
#define ON(d, arch)                                                                                          \
	{                                                                                                    \
		d, OCI_MANIFEST, "linux", arch                                                               \
	}
	const struct entry both[] = {ON(one, NATIVE), ON(two, NATIVE)};
	const struct entry same[] = {ON(two, NATIVE), ON(twin, NATIVE)};
	const struct entry again[] = {ON(two, NATIVE), ON(two, NATIVE)};
	const struct entry lesser[] = {ON(second, SECOND), ON(two, NATIVE)};
	const struct entry unpulled[] = {ON(digest_of("no"), NATIVE), ON(two, NATIVE)};
#undef ON
	static const char ambiguous[] = "the image app:1 holds two configurations that fit this node";
	(void)state;

	found(put_index(OCI_INDEX, both, 2), LAYER_A, "one");
	found(put_index(OCI_INDEX, both, 2), CHAIN_AB, "two");
	refused(put_index(OCI_INDEX, both, 2), CHAIN_ABC, "stands for another image now");
	refused(put_index(OCI_INDEX, both, 2), NULL, ambiguous);
	refused(put_index(OCI_INDEX, same, 2), CHAIN_AB, ambiguous);
	found(put_index(OCI_INDEX, again, 2), CHAIN_AB, "two");
	found(put_index(OCI_INDEX, lesser, 2), CHAIN_AB, "two");
	found(put_index(OCI_INDEX, lesser, 1), CHAIN_AB, "second");
	found(put_index(OCI_INDEX, unpulled, 2), CHAIN_AB, "two");
	refused(put_index(OCI_INDEX, unpulled, 1), CHAIN_AB, "pull the image again");
}

static void indexes_nest_so_deep(void **state)
{
	struct entry e = {put_image(NATIVE, A, "x"), OCI_MANIFEST, NULL, NULL};
	(void)state;

	for (int depth = 1; depth <= 3; depth++) {
		e = (struct entry){put_index(OCI_INDEX, &e, 1), OCI_INDEX, NULL, NULL};
		found(e.d, LAYER_A, "x");
		assert_int_equal(image.ndigests, 2 + depth);
	}
	refused(put_index(OCI_INDEX, &e, 1), LAYER_A, "indexes in indexes, more than 4 levels");
}

static void an_index_costs_so_many_blobs(void **state)
{
	struct entry e[70];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(e); i++)
		e[i] = (struct entry){put_image(NATIVE, AB, "x"), OCI_MANIFEST, NULL, NULL};
	refused(put_index(OCI_INDEX, e, ARRAY_LEN(e)), CHAIN_AB, "more than 64 blobs to look at");
	found(put_index(OCI_INDEX, e, 20), CHAIN_AB, "x");
}

/* Documents that are none, each in the place of an index, a manifest and a configuration. */
static void what_is_no_document(void **state)
{
	static const struct {
		const char *text, *as_document, *as_config;
	} cases[] = {
		{"", "the text ends too early", "the text ends too early"},
		{"{", "the text ends too early", "the text ends too early"},
		{"hello", "a value is expected here", "a value is expected here"},
		{"[]", "the document must be an object", "the document must be an object"},
		{"{}", "neither an index nor a manifest", "rootfs is missing"},
		{"{} {}", "something stands behind", "something stands behind"},
		{"{\"schemaVersion\": 1, \"fsLayers\": [], \"history\": []}", "neither an index", "rootfs"},
		{"{\"manifests\": [], \"config\": {}, \"layers\": []}", "neither an index", "rootfs"},
		{"{\"manifests\": [], \"layers\": []}", "neither an index", "rootfs"},
		{"{\"config\": {\"digest\": \"" LAYER_A "\"}}", "neither an index", "rootfs"},
		{"{\"manifests\": {}}", "manifests must be an array", "rootfs"},
		{"{\"manifests\": [1]}", "an entry of manifests must be an object", "rootfs"},
		{"{\"manifests\": [\n{}]}", "digest is missing (line 2, column 1)", "rootfs"},
		{"{\"manifests\": [{\"mediaType\": \"" OCI_MANIFEST "\", \"digest\": \"sha256:12\"}]}",
		 "must be a sha256 digest", "rootfs"},
		/* Of another machine: whatever its digest is made by. */
		{"{\"manifests\": [{\"mediaType\": \"" OCI_MANIFEST
		 "\", \"digest\": \"sha512:12\", \"platform\": {\"os\": \"windows\", \"architecture\": "
		 "\"amd64\"}}]}",
		 "holds nothing for linux", "rootfs"},
		{"{\"manifests\": [{\"mediaType\": \"" OCI_MANIFEST
		 "\", \"digest\": \"sha256:../../../etc/passwd\"}]}",
		 "must be a sha256 digest", "rootfs"},
		{"{\"mediaType\": \"" OCI_MANIFEST "\", \"manifests\": []}",
		 "mediaType is not that of an index", "rootfs"},
		{"{\"mediaType\": \"" OCI_INDEX "\", \"config\": {}, \"layers\": []}",
		 "mediaType is not that of a manifest", "rootfs"},
		{"{\"mediaType\": 1, \"manifests\": []}", "mediaType is not that of an index", "rootfs"},
		{"{\"config\": 1, \"layers\": []}", "config must be an object", "rootfs"},
		{"{\"config\":\n {}, \"layers\": []}", "digest is missing (line 2, column 2)", "rootfs"},
		{"{\"rootfs\": []}", "neither an index", "rootfs must be an object"},
		{"{\"rootfs\":\n{}}", "neither an index", "rootfs.diff_ids is missing (line 2, column 1)"},
		{"{\"rootfs\": {\"diff_ids\": null}}", "neither an index", "diff_ids must be an array"},
		{"{\"rootfs\": {\"diff_ids\": []}}", "neither an index", "must have a layer"},
		{"{\"rootfs\": {\"diff_ids\": [1]}}", "neither an index", "a layer must be a string"},
		{"{\"rootfs\": {\"diff_ids\": [\"sha256:AA\"]}}", "neither an index",
		 "a layer must be a sha256 digest"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct digest d = put("%s", cases[i].text);
		refused(d, NULL, cases[i].as_document);
		refused(put_manifest(OCI_MANIFEST, d), NULL, cases[i].as_config);
		const struct entry e = {d, OCI_MANIFEST, "linux", NATIVE};
		refused(put_index(OCI_INDEX, &e, 1), NULL, cases[i].as_document);
	}
}

static void blobs_are_what_they_are_called(void **state)
{
	struct digest good = put_config(NATIVE, AB, "good"), bad = put_config(NATIVE, AB, "bad");
	struct digest m = put_manifest(OCI_MANIFEST, good);
	(void)state;

	found(m, CHAIN_AB, "good");
	/* Another blob in its place, whole and well-formed. */
	assert_int_equal(rename(blob_path(&bad), blob_path(&good)), 0);
	refused(m, CHAIN_AB, "its content has the digest");
	assert_int_equal(unlink(blob_path(&good)), 0);
	refused(m, CHAIN_AB, "pull the image again");
	refused(digest_of("never there"), CHAIN_AB, "pull the image again");
}

static void blobs_have_a_bound(void **state)
{
	char *big = malloc(IMAGE_BLOB_MAX + 2);
	(void)state;

	memset(big, ' ', IMAGE_BLOB_MAX + 1);
	big[IMAGE_BLOB_MAX + 1] = '\0';
	struct digest d = digest_of(big);
	put_as(&d, big);
	free(big);
	refused(d, CHAIN_AB, "more than the 4194304 allowed");
	refused(put_manifest(OCI_MANIFEST, d), CHAIN_AB, "more than the 4194304 allowed");
}

static void only_root_may_have_written_them(void **state)
{
	struct digest c = put_config(NATIVE, AB, "x"), m = put_manifest(OCI_MANIFEST, c);
	const char *folder = tmpdir_path("s/blobs");
	(void)state;

	assert_int_equal(chmod(folder, 0777), 0);
	refused(m, CHAIN_AB, "is not trusted: everybody may write to it");
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(blob_path(&c), 0664), 0);
	refused(m, CHAIN_AB, "is not trusted: its group may write to it");
	assert_int_equal(chmod(blob_path(&c), 0444), 0);
	assert_int_equal(chown(blob_path(&c), 1000, 0), 0);
	refused(m, CHAIN_AB, "it belongs to uid 1000, not to root");
	assert_int_equal(chown(blob_path(&c), 0, 0), 0);
	found(m, CHAIN_AB, "x");

	/* A link of somebody else's, and one into somebody else's folder. */
	assert_int_equal(rename(blob_path(&c), tmpdir_path("s/elsewhere")), 0);
	assert_int_equal(symlink("../../elsewhere", blob_path(&c)), 0);
	found(m, CHAIN_AB, "x");
	assert_int_equal(lchown(blob_path(&c), 1000, 1000), 0);
	refused(m, CHAIN_AB, "is not trusted");
	assert_int_equal(unlink(blob_path(&c)), 0);
	assert_int_equal(mkfifo(blob_path(&c), 0444), 0);
	refused(m, CHAIN_AB, "is not a regular file");
}

#define ANSWER(name, now, record, below)                                                                     \
	(&(struct content_answer){.image = (name), .target = (now), .config = (record), .parent = (below)})

static int from(const struct content_answer *a)
{
	struct content_answer with = *a;

	with.content = tmpdir_path("s");
	static const struct catalogue none;

	err = (struct err){0};
	assert_int_equal(image_begin(&image, &arena, &none, &err), 0);
	return image_from_content(&image, &arena, &with, &err);
}

static void answer_refused(const struct content_answer *a, const char *sentence)
{
	assert_int_equal(from(a), -1);
	if (!strstr(err.msg, sentence))
		fail_msg("not \"%s\": %s", sentence, err.msg);
}

static void image_is_bound_to_the_container(void **state)
{
	struct digest c = put_config(NATIVE, AB, "x"), m = put_manifest(OCI_MANIFEST, c);
	struct digest other = put_image(NATIVE, AB, "other");
	(void)state;

	assert_int_equal(from(ANSWER("app:1", m.s, NULL, CHAIN_AB)), 0);
	assert_string_equal(image.engine, "containerd");
	assert_string_equal(image.name, "app:1");
	assert_string_equal(image.digest[0], c.s);

	/* The name moved; it is gone; there is no snapshot to tell by. */
	answer_refused(ANSWER("app:1", m.s, NULL, CHAIN_ABC), "stands for another image now");
	answer_refused(ANSWER("app:1", NULL, NULL, CHAIN_AB), "containerd has no image app:1 any more");
	answer_refused(
		ANSWER("app:1", m.s, NULL, NULL),
		"the container's record names the image app:1, but its root file system is no snapshot");

	/* CRI: bound by the record, with and without a name; and by the layers as well. */
	assert_int_equal(from(ANSWER("app:1", m.s, c.s, CHAIN_AB)), 0);
	assert_int_equal(image.ndigests, 2);
	assert_int_equal(from(ANSWER("app:1", NULL, c.s, CHAIN_AB)), 0);
	assert_int_equal(image.ndigests, 1);
	assert_int_equal(from(ANSWER("", NULL, c.s, NULL)), 0);
	assert_null(image.name);
	/* Where the name leads by now fails nobody whose configuration is in the record. */
	assert_int_equal(from(ANSWER("app:1", other.s, c.s, CHAIN_AB)), 0);
	assert_int_equal(image.ndigests, 1);
	assert_int_equal(from(ANSWER("app:1", LAYER_B, c.s, CHAIN_AB)), 0);
	assert_int_equal(image.ndigests, 1);
	answer_refused(ANSWER("app:1", NULL, c.s, LAYER_A), "stands for another image now");

	/* Made from no image. */
	assert_int_equal(from(ANSWER("", NULL, NULL, NULL)), 0);
	assert_null(image.config);
	assert_int_equal(image.ndigests, 0);
}

/* Another manifest of the same configuration is the same image; of another, it is none. */
static void other_manifests_lead_to_it(void **state)
{
	(void)state;
	struct digest c = put_config("amd64", "\"" LAYER_A "\"", "1"), m = put_manifest(OCI_MANIFEST, c),
		      again = put_manifest(DOCKER_MANIFEST, c),
		      oc = put_config("amd64", "\"" LAYER_A "\"", "2"),
		      other = put_manifest(OCI_MANIFEST, oc);

	assert_int_equal(from(ANSWER("app:1", m.s, c.s, NULL)), 0);
	assert_true(content_leads_to(&image, m.s));
	assert_true(content_leads_to(&image, again.s));
	assert_false(content_leads_to(&image, other.s));
	assert_false(content_leads_to(&image, LAYER_A)); /* not in the store */
	assert_false(content_leads_to(&image, c.s));	 /* no manifest */
}

static void answers_are_read_strictly(void **state)
{
#define REST                                                                                                 \
	", \"config\": null, \"parent\": \"" LAYER_A "\", \"cri\": null, \"content\": \"/c\", \"names\": "   \
	"[]}"
#define NAMES                                                                                                \
	"{\"image\": \"a\", \"target\": null, \"config\": null, \"parent\": \"" LAYER_A                      \
	"\", \"cri\": null, \"content\": \"/c\", \"names\": "
#define CRI "{\"image\": \"a\", \"target\": null, \"config\": null, \"parent\": \"" LAYER_A "\", \"cri\": "
#define AFTER ", \"content\": \"/c\", \"names\": []}"
	static const struct {
		const char *text, *wrong;
	} cases[] = {
		{"{\"image\": \"a\", \"target\": null" REST, NULL},
		{"{\"image\": \"\", \"target\": \"" LAYER_B "\"" REST "\n", NULL},
		{"", "the text ends too early"},
		{"null", "must be an object"},
		{"{\"image\": \"a\"" REST, "target is missing"},
		{"{\"target\": null" REST, "image is missing"},
		{"{\"image\": null, \"target\": null" REST, "image must be a string"},
		{"{\"image\": \"a\\nb\", \"target\": null" REST, "image must not hold control characters"},
		{"{\"image\": \"a\", \"target\": 1" REST, "target must be a string"},
		{"{\"image\": \"a\", \"target\": \"\"" REST, "target must have 1 to"},
		{"{\"image\": \"a\", \"target\": \"sha512:aa\"" REST, "target must be a sha256 digest"},
		{"{\"image\": \"a\", \"target\": \"" LAYER_A "0\"" REST, "target must be a sha256 digest"},
		{"{\"image\": \"a\", \"target\": null, \"more\": 1" REST, "unknown key"},
		{"{\"image\": \"a\", \"image\": \"b\", \"target\": null" REST, "stands there twice"},
		{"{\"image\": \"a\", \"target\": null" REST "{}", "something stands behind the document"},
		{"{\"image\": \"a\", \"target\": null, \"config\": null, \"parent\": null, \"cri\": null, "
		 "\"content\": "
		 "\"c\", \"names\": []}",
		 "content must be an absolute path"},
		{"{\"image\": \"a\", \"target\": null, \"config\": null, \"parent\": null, \"cri\": null, "
		 "\"content\": "
		 "null}",
		 "content must be a string"},
		{"{\"image\": \"a\", \"target\": null, \"config\": null, \"parent\": null, \"cri\": null}",
		 "content is missing"},
		{NAMES "[[\"x\", \"" LAYER_B "\"], [\"y:1\", \"" LAYER_A "\"]]}", NULL},
		{NAMES "[]}", NULL},
		{"{\"image\": \"a\", \"target\": null, \"config\": null, \"parent\": null, \"cri\": null, "
		 "\"content\": "
		 "\"/c\"}",
		 "names is missing"},
		{CRI "{\"type\": \"container\", \"sandbox\": \"P\", \"name\": \"web\"}" AFTER, NULL},
		{CRI "{\"type\": \"sandbox\", \"sandbox\": \"P\"}" AFTER, NULL},
		{CRI "{\"type\": \"sandbox\"}" AFTER, "cri.sandbox is missing"},
		{CRI "{\"sandbox\": \"P\"}" AFTER, "cri.type is missing"},
		{CRI "{\"type\": \"sandbox\", \"sandbox\": \"P\", \"more\": 1}" AFTER, "unknown key"},
		{CRI "{\"type\": \"container\", \"sandbox\": \"P\", \"name\": 1}" AFTER,
		 "cri.name must be a string"},
		{CRI "\"x\"" AFTER, "cri must be an object"},
		{NAMES "{}}", "names must be an array"},
		{NAMES "[1]}", "an element of names must be an array"},
		{NAMES "[[]]}", "must be a name and a digest"},
		{NAMES "[[\"x\"]]}", "must be a name and a digest"},
		{NAMES "[[\"x\", \"" LAYER_A "\", 1]]}", "must be a name and a digest"},
		{NAMES "[[1, \"" LAYER_A "\"]]}", "image must be a string"},
		{NAMES "[[\"x\", [\"" LAYER_A "\"]]]}", "a name's digest must be a string"},
		{NAMES "[[\"x\", \"sha256:12\"]]}", "must be a sha256 digest"},
	};
#undef REST
#undef NAMES
#undef CRI
#undef AFTER
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct content_answer a = {.image = "untouched"};
		int r = content_answer_parse(&a, &arena, cases[i].text, strlen(cases[i].text), &err);
		if (!cases[i].wrong) {
			assert_int_equal(r, 0);
			assert_string_equal(a.parent, LAYER_A);
			assert_null(a.config);
			assert_string_equal(a.content, "/c");
			continue;
		}
		assert_int_equal(r, -1);
		assert_string_equal(a.image, "untouched");
		if (!strstr(err.msg, cases[i].wrong))
			fail_msg("%s: not \"%s\": %s", cases[i].text, cases[i].wrong, err.msg);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(manifest_leads_to_its_config),
		TEST(chain_id_is_the_specs),
		TEST(index_leads_to_this_platform),
		TEST(layers_decide_between_several),
		TEST(indexes_nest_so_deep),
		TEST(an_index_costs_so_many_blobs),
		TEST(what_is_no_document),
		TEST(blobs_are_what_they_are_called),
		TEST(blobs_have_a_bound),
		TEST(only_root_may_have_written_them),
		TEST(image_is_bound_to_the_container),
		TEST(other_manifests_lead_to_it),
		TEST(answers_are_read_strictly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
