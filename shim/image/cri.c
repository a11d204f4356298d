#include "image/cri.h"
#include <string.h>

enum cri_key { KEY_TYPE, KEY_SANDBOX_ID, KEY_NAME, CRI_KEYS };

/* containerd, pkg/cri/annotations/annotations.go; CRI-O, pkg/annotations/annotations.go. */
static const struct {
	enum cri_engine engine;
	const char *key[CRI_KEYS];
} families[] = {
	{CRI_CONTAINERD,
	 {"io.kubernetes.cri.container-type", "io.kubernetes.cri.sandbox-id",
	  "io.kubernetes.cri.container-name"}},
	{CRI_CRIO,
	 {"io.kubernetes.cri-o.ContainerType", "io.kubernetes.cri-o.SandboxID",
	  "io.kubernetes.cri-o.ContainerName"}},
};

static const char *value_of(const struct bundle *b, const char *key)
{
	const struct annotation *a = bundle_annotation(b, key);

	return a ? a->value : NULL;
}

bool cri_claimed(const struct bundle *b)
{
	static const char prefix[] = "io.kubernetes.cri";

	/* A look at each key is cheaper than a search for six: few bundles have any. */
	for (size_t i = 0; i < b->nannot; i++)
		if (strncmp(b->annot[i].key, prefix, strlen(prefix)) == 0)
			for (size_t f = 0; f < ARRAY_LEN(families); f++)
				for (size_t k = 0; k < CRI_KEYS; k++)
					if (strcmp(b->annot[i].key, families[f].key[k]) == 0)
						return true;
	return false;
}

void cri_from_annotations(struct cri *ret, const struct bundle *b)
{
	*ret = (struct cri){0};
	for (size_t f = 0; f < ARRAY_LEN(families) && !ret->engine; f++) {
		const char *type = value_of(b, families[f].key[KEY_TYPE]);
		const char *name = value_of(b, families[f].key[KEY_NAME]);

		if (!type && !name)
			continue;
		ret->engine = families[f].engine;
		ret->sandbox = type && strcmp(type, "sandbox") == 0;
		ret->sandbox_id = value_of(b, families[f].key[KEY_SANDBOX_ID]);
		ret->name = name;
	}
	if (ret->engine != CRI_CRIO)
		return;
	/* Its ContainerName is a name of its own making; the pod's stands in the kubelet's annotation. */
	ret->full_name = ret->name;
	const char *name = value_of(b, "io.kubernetes.container.name");
	if (name)
		ret->name = name;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool bears_out(const struct cri *record, enum cri_engine engine, enum cri_key key, const char *value)
{
	/* Podman writes a SandboxID, which nobody reads without a type; a sandbox joins nobody's. */
	if (record->engine == CRI_NONE)
		return key == KEY_TYPE ? same(value, "sandbox") : engine == CRI_CRIO && key == KEY_SANDBOX_ID;
	if (record->engine != engine)
		return false;
	switch (key) {
	case KEY_TYPE:
		return same(value, record->sandbox ? "sandbox" : "container");
	case KEY_SANDBOX_ID:
		return same(value, record->sandbox_id);
	case KEY_NAME:
	case CRI_KEYS:
		break;
	}
	return same(value, engine == CRI_CRIO ? record->full_name : record->name);
}

const struct annotation *cri_disagrees(const struct cri *record, const struct bundle *b)
{
	for (size_t f = 0; f < ARRAY_LEN(families); f++)
		for (size_t k = 0; k < CRI_KEYS; k++) {
			const struct annotation *a = bundle_annotation(b, families[f].key[k]);

			if (a && !bears_out(record, families[f].engine, (enum cri_key)k, a->value))
				return a;
		}
	return NULL;
}
