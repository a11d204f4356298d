/* An image's configuration, which whoever built the image wrote. What its labels declare is what jansson's
 * reading of them declares as annotations; what jansson does not read is refused. */
#include "image/image.h"
#include "needs/needs.h"
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAIRS = 64 };

/* As annotations; false: they can't be told so (too many, NUL, other types). */
static bool as_annotations(struct annotation annot[static PAIRS], size_t *n, json_t *root)
{
	json_t *labels = json_object_get(json_object_get(root, "config"), "Labels"), *value;
	const char *key;

	*n = 0;
	json_object_foreach(labels, key, value)
	{
		if (*n == PAIRS || !json_is_string(value))
			return false;
		annot[(*n)++] = (struct annotation){.key = key,
						    .key_len = strlen(key),
						    .value = json_string_value(value),
						    .value_len = json_string_length(value)};
	}
	return true;
}

static void compare(struct arena *arena, const struct needs *n, json_t *root)
{
	static struct needs expected;
	struct annotation annot[PAIRS];
	struct bundle b = {.annot = annot};
	struct err err = {0};

	if (!as_annotations(annot, &b.nannot, root))
		return;
	b.annot = annot;
	if (needs_from_annotations(&expected, arena, &b, NULL, NULL, &err))
		__builtin_trap();
	if (expected.declared != n->declared ||
	    (n->declared && memcmp(&expected.named, &n->named, sizeof(n->named)) != 0))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {0};
	static struct needs n;
	const char *text = arena_strndup(&arena, (const char *)data, size);
	const struct image image = {.where = "image", .config = text, .config_len = size};
	struct err err = {0};

	if (!text || needs_from_labels(&n, &arena, &image, &(struct bundle){0}, NULL, &err))
		return 0;
	json_t *root = json_loadb(text, size, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
	if (root)
		compare(&arena, &n, root);
	json_decref(root);
	return 0;
}
