#include "base/text.h"
#include "image/image.h"
#include "needs/form.h"
#include "oci/seccomp.h"

#include <string.h>

static int read_capabilities(struct needs *into, const struct jread *r, uint32_t array)
{
	uint64_t set = 0;

	if (jread_type(r, array, JTOK_ARRAY, "capabilities"))
		return -1;
	JREAD_EACH(i, t, r->doc, array)
	{
		const char *s;
		size_t len;

		if (jread_string(r, t, "a capability", &s, &len) ||
		    capability_add(&set, s, len, r->where, r->err))
			return -1;
	}
	return capability_names(&into->extra, set, r->arena) ? jread_nomem(r) : 0;
}

static int read_network(struct needs *into, const struct jread *r, uint32_t network)
{
	static const char *const keys[] = {"egress", NULL};
	uint32_t key[ARRAY_LEN(keys)];
	struct jread in;

	if (jread_object(&in, r, network, "network", keys, key))
		return -1;
	return egress_read(&into->extra, &in, key[0]);
}

enum manifest_key { KEY_VERSION, KEY_IMAGE, KEY_SYSCALLS, KEY_CAPABILITIES, KEY_NETWORK, KEY_COUNT };

static int read_manifest(struct needs *into, const struct jread *r, const char **ret_reference,
			 const char **ret_digest)
{
	static const char *const keys[] = {"version", "image", "syscalls", "capabilities", "network", NULL};
	uint32_t key[KEY_COUNT];
	uint64_t version;

	if (jread_root(r, keys, key) || jread_u64(r, key[KEY_VERSION], "version", UINT64_MAX, &version))
		return -1;
	if (version != 1)
		return jread_fail(r, key[KEY_VERSION], "version must be 1");
	if (key[KEY_IMAGE] && manifest_image(r, key[KEY_IMAGE], ret_reference, ret_digest))
		return -1;
	if (jread_type(r, key[KEY_SYSCALLS], JTOK_ARRAY, "syscalls"))
		return -1;
	needs_declare(into);
	if (allowlist_read(&into->allow, r->arena, r->doc, key[KEY_SYSCALLS], r->where, ERR_NEEDS, false,
			   r->err))
		return -1;
	if (key[KEY_CAPABILITIES] && read_capabilities(into, r, key[KEY_CAPABILITIES]))
		return -1;
	if (key[KEY_NETWORK] && read_network(into, r, key[KEY_NETWORK]))
		return -1;
	return needs_settle(into, r->arena, r->err);
}

int needs_from_manifest(struct needs *ret, struct arena *arena, const char *text, size_t len,
			const char *where, const char **ret_reference, const char **ret_digest,
			struct err *err)
{
	struct jread r = {.arena = arena, .where = where, .kind = ERR_NEEDS, .err = err};
	const char *reference = NULL, *digest = NULL;
	struct needs one = {.source = {where}, .nsources = 1};
	struct jdoc doc;

	if (len > NEEDS_TEXT_MAX)
		return err_set(err, ERR_LIMIT, "%s: larger than %d bytes", where, NEEDS_TEXT_MAX);
	if (jread_open(&r, &doc, text, len) || read_manifest(&one, &r, &reference, &digest))
		return -1;
	*ret = one;
	if (ret_reference)
		*ret_reference = reference;
	if (ret_digest)
		*ret_digest = digest;
	return 0;
}
