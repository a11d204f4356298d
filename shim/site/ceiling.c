#include "site/ceiling.h"
#include "base/text.h"
#include "format/jread.h"
#include "oci/seccomp.h"

#include <errno.h>
#include <string.h>

#define NATIVE_KEY (ARCH_NATIVE == ARCH_X86_64 ? FILE_AMD64 : FILE_ARM64)

enum file_key { FILE_VERSION, FILE_NAME, FILE_ABOUT, FILE_SOURCE, FILE_AMD64, FILE_ARM64, FILE_KEYS };
static const char *const file_keys[] = {"version", "name", "about", "source", "amd64", "arm64", NULL};

enum arch_key {
	KEY_ARCHITECTURES,
	KEY_SYSCALLS,
	KEY_PARTIAL,
	KEY_UNIMPLEMENTED,
	KEY_FLOOR,
	KEY_SPELLING,
	ARCH_KEYS
};
static const char *const arch_keys[] = {"architectures", "syscalls", "partial", "unimplemented",
					"floor",	 "spelling", NULL};

enum { WORDS_MAX = 2048, SPELLING_MAX = 64 };

static int read_archs(const struct jread *r, uint32_t array, archset *ret)
{
	archset archs = 0;

	if (jread_type(r, array, JTOK_ARRAY, "architectures"))
		return -1;
	JREAD_EACH(i, t, r->doc, array)
	{
		const char *s;
		char shown[80];
		size_t len;

		if (jread_string(r, t, "an architecture", &s, &len))
			return -1;
		int arch = arch_from_oci(s, len);
		if (arch < 0)
			return jread_fail(r, t, "unknown architecture \"%s\"",
					  text_show(shown, sizeof(shown), s, len));
		archs |= (archset)1 << arch;
	}
	if (!(archs >> ARCH_NATIVE & 1))
		return jread_fail(r, array, "architectures must hold %s", arch_oci_name(ARCH_NATIVE));
	*ret = archs;
	return 0;
}

static int known_name(const struct jread *r, uint32_t tok, int *ret_id)
{
	const char *s;
	size_t len;

	if (jread_string(r, tok, "a name", &s, &len))
		return -1;
	int id = sys_lookup(s, len);
	if (id < 0)
		return syscall_unknown(r->where, r->kind, s, len, r->err);
	*ret_id = id;
	return 0;
}

static int read_unimplemented(struct ceiling *c, const struct profile *partial, const struct jread *r,
			      uint32_t array)
{
	if (jread_type(r, array, JTOK_ARRAY, "unimplemented"))
		return -1;
	JREAD_EACH(i, t, r->doc, array)
	{
		int id = -1;

		if (known_name(r, t, &id))
			return -1;
		if (profile_allows_some(&c->allow, id) || profile_allows_some(partial, id))
			return jread_fail(r, t, "\"%s\" is both allowed and unimplemented", sys_name(id));
		sysset_add(&c->unimplemented, id);
	}
	return 0;
}

/* These names are written into a bundle as they are. */
static bool spelling_ok(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(s);
}

static int read_spelling(struct ceiling *c, const struct jread *r, uint32_t object)
{
	if (jread_type(r, object, JTOK_OBJECT, "spelling"))
		return -1;
	JREAD_EACH_MEMBER(i, k, r->doc, object)
	{
		const char *own;
		int id = -1;

		if (known_name(r, k, &id) || jread_line(r, k + 1, "a spelling", SPELLING_MAX, &own))
			return -1;
		if (!spelling_ok(own))
			return jread_fail(r, k + 1, "a spelling must be a name");
		if (c->spelling[id])
			return jread_fail(r, k, "spelling has \"%s\" twice", sys_name(id));
		c->spelling[id] = own;
	}
	return 0;
}

static int read_list(struct profile *into, const struct jread *r, uint32_t array)
{
	return array ? allowlist_read(into, r->arena, r->doc, array, r->where, r->kind, false, r->err) : 0;
}

static void fill_table(struct ceiling *c, const struct profile *partial)
{
	int count = sys_count();

	c->table = c->unimplemented;
	for (int id = 0; id < count; id++)
		if (profile_allows_some(&c->allow, id) || profile_allows_some(partial, id))
			sysset_add(&c->table, id);
}

/* The entries of one architecture: the one that runs here. */
static int read_native(struct ceiling *c, const struct jread *r, uint32_t object, bool full_only)
{
	const struct action deny = {ACT_ERRNO, EPERM};
	archset archs = (archset)1 << ARCH_NATIVE;
	struct profile partial;
	uint32_t key[ARCH_KEYS];
	struct jread in;

	if (jread_object(&in, r, object, file_keys[NATIVE_KEY], arch_keys, key))
		return -1;
	if (key[KEY_ARCHITECTURES] && read_archs(r, key[KEY_ARCHITECTURES], &archs))
		return -1;
	if (jread_type(&in, key[KEY_SYSCALLS], JTOK_ARRAY, "syscalls"))
		return -1;
	profile_init(&c->allow, deny, archs);
	profile_init(&c->floor, deny, archs);
	c->has_floor = key[KEY_FLOOR] != 0;
	profile_init(&partial, deny, archs);
	if (read_list(&c->allow, r, key[KEY_SYSCALLS]) || read_list(&c->floor, r, key[KEY_FLOOR]) ||
	    read_list(full_only ? &partial : &c->allow, r, key[KEY_PARTIAL]))
		return -1;
	if (key[KEY_SPELLING] && read_spelling(c, r, key[KEY_SPELLING]))
		return -1;
	if (!key[KEY_UNIMPLEMENTED])
		return 0;
	if (read_unimplemented(c, &partial, r, key[KEY_UNIMPLEMENTED]))
		return -1;
	fill_table(c, &partial);
	return 0;
}

static int read_file(struct ceiling *c, const struct jread *r, bool full_only)
{
	uint32_t key[FILE_KEYS];
	const char *about;
	uint64_t version;

	if (jread_root(r, file_keys, key) || jread_u64(r, key[FILE_VERSION], "version", UINT64_MAX, &version))
		return -1;
	if (version != 1)
		return jread_fail(r, key[FILE_VERSION], "version must be 1");
	if ((key[FILE_NAME] && jread_line(r, key[FILE_NAME], "name", WORDS_MAX, &c->name)) ||
	    (key[FILE_ABOUT] && jread_line(r, key[FILE_ABOUT], "about", WORDS_MAX, &about)) ||
	    (key[FILE_SOURCE] && jread_line(r, key[FILE_SOURCE], "source", WORDS_MAX, &c->source)))
		return -1;
	for (unsigned k = FILE_AMD64; k <= FILE_ARM64; k++)
		if (key[k] && k != NATIVE_KEY &&
		    jdoc_members(r->doc, key[k], r->where, arch_keys, NULL, r->kind, r->err))
			return -1;
	if (!key[NATIVE_KEY])
		return jread_fail(r, 0, "%s is missing: this whitelist says nothing about this machine",
				  file_keys[NATIVE_KEY]);
	return read_native(c, r, key[NATIVE_KEY], full_only);
}

int ceiling_parse(struct ceiling *ret, struct arena *arena, const char *text, size_t len, const char *where,
		  bool full_only, struct err *err)
{
	struct jread r = {.arena = arena, .where = where, .kind = ERR_CONFIG, .err = err};
	struct ceiling *c = arena_alloc(arena, sizeof(*c));
	struct jdoc doc;

	if (!c)
		return jread_nomem(&r);
	if (len > CEILING_MAX)
		return err_set(err, ERR_LIMIT, "%s: larger than %d bytes", where, CEILING_MAX);
	c->name = where;
	if (jread_open(&r, &doc, text, len) || read_file(c, &r, full_only))
		return -1;
	*ret = *c;
	return 0;
}
