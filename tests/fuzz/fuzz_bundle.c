/* A bundle that is accepted means one thing to everybody: jansson finds no
 * name twice on the way to the section, and a reader that folds names as Go
 * does finds only those that are spelled exactly. */
#include "oci/bundle.h"
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

/* Go's fold of a name, as far as it ends in ASCII letters. */
static void go_fold(char *dst, const char *s)
{
	for (; *s; s++, dst++) {
		if (!strncmp(s, "\xc5\xbf", 2)) {
			*dst = 's';
			s += 1;
		} else if (!strncmp(s, "\xe2\x84\xaa", 3)) {
			*dst = 'k';
			s += 2;
		} else {
			*dst = *s >= 'A' && *s <= 'Z' ? (char)(*s + 32) : *s;
		}
	}
	*dst = '\0';
}

/* The member's value; no other spelling of its name may be there. */
static json_t *only(json_t *obj, const char *name)
{
	const char *key;
	json_t *value, *found = NULL;
	json_object_foreach(obj, key, value)
	{
		char *folded = malloc(strlen(key) + 1);
		check(folded != NULL);
		go_fold(folded, key);
		check(strcmp(folded, name) || (!strcmp(key, name) && !found));
		if (!strcmp(key, name))
			found = value;
		free(folded);
	}
	return found;
}

static void check_token(const struct bundle *b, uint32_t tok, const json_t *j, enum jtok_type type)
{
	bool there = j && !json_is_null(j);
	check(there == (tok != 0) && (!there || b->doc.tok[tok].type == type));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct bundle b;
	struct err err = {0};
	json_object_seed(1);
	if (bundle_parse(&b, &a, (const char *)data, size, &err) < 0) {
		check(err.kind == ERR_BUNDLE || err.kind == ERR_LIMIT);
	} else {
		json_t *j = json_loadb((const char *)data, size, 0, NULL), *linux_obj = only(j, "linux");
		if (j) { /* else a number that jansson cannot hold */
			check_token(&b, b.linux_obj, linux_obj, JTOK_OBJECT);
			check_token(&b, b.seccomp, only(linux_obj, "seccomp"), JTOK_OBJECT);
			check_token(&b, b.hooks, only(j, "hooks"), JTOK_OBJECT);
			check_token(&b, b.process, only(j, "process"), JTOK_OBJECT);
			check(json_object_size(only(j, "annotations")) == b.nannot);
			for (size_t i = 0; i < b.nannot; i++)
				check(bundle_annotation(&b, b.annot[i].key) == &b.annot[i]);
		}
		json_decref(j);
	}
	arena_free(&a);
	return 0;
}
