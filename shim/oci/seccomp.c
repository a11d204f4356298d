#include "oci/flags.h"
#include "oci/seccomp_reader.h"

enum { PATH_LIMIT = 4096, METADATA_LIMIT = 64 << 10 };

enum section_key {
	KEY_DEFAULT_ACTION,
	KEY_DEFAULT_ERRNO,
	KEY_ARCHITECTURES,
	KEY_FLAGS,
	KEY_LISTENER_PATH,
	KEY_LISTENER_METADATA,
	KEY_SYSCALLS,
	/* From here on: only in a label. */
	KEY_ARCH_MAP,
	KEY_COMMENT,
	KEY_ERRNO_WORD,
	SECTION_KEYS
};
static const char *const section_oci[] = {"defaultAction", "defaultErrnoRet",  "architectures", "flags",
					  "listenerPath",  "listenerMetadata", "syscalls",	NULL};
static const char *const section_label[] = {
	"defaultAction",
	"defaultErrnoRet",
	"architectures",
	"flags",
	"listenerPath",
	"listenerMetadata",
	"syscalls",
	"archMap",
	"comment",
	"defaultErrno",
	NULL,
};

static int read_archs(const struct jread *r, uint32_t array, archset *into)
{
	if (jread_type(r, array, JTOK_ARRAY, "architectures"))
		return -1;
	JREAD_EACH(i, t, r->doc, array)
	{
		const char *s;
		size_t len;

		if (jread_string(r, t, "an architecture", &s, &len))
			return -1;
		int arch = arch_from_oci(s, len);
		if (arch < 0)
			return profile_reader_unknown(r, t, "architecture", s, len);
		*into |= (archset)1 << arch;
	}
	return 0;
}

/* Docker's archMap: the first row of the native architecture names those beside
 * it. The other rows are not looked at, as newer ones may name what is unknown here. */
static int read_arch_map(const struct jread *r, uint32_t array, archset *into)
{
	static const char *const keys[] = {"architecture", "subArchitectures", NULL};

	if (jread_type(r, array, JTOK_ARRAY, "archMap"))
		return -1;
	JREAD_EACH(i, t, r->doc, array)
	{
		uint32_t vals[ARRAY_LEN(keys)];
		const char *s;
		struct jread in;
		size_t len;

		if (jread_object(&in, r, t, "an entry of archMap", keys, vals) ||
		    jread_string(&in, vals[0], "architecture", &s, &len))
			return -1;
		if (arch_from_oci(s, len) == ARCH_NATIVE)
			return vals[1] ? read_archs(r, vals[1], into) : 0;
	}
	return 0;
}

static int read_flags(const struct jread *r, uint32_t array, uint32_t *into)
{
	if (jread_type(r, array, JTOK_ARRAY, "flags"))
		return -1;
	JREAD_EACH(i, t, r->doc, array)
	{
		const char *s;
		size_t len;

		if (jread_string(r, t, "a flag", &s, &len))
			return -1;
		uint32_t flag = secflag_from_name(s, len);
		if (!flag)
			return profile_reader_unknown(r, t, "flag", s, len);
		*into |= flag;
	}
	return 0;
}

/* Go writes an empty string for what it does not set. */
static int read_text(const struct jread *r, uint32_t tok, const char *what, size_t max, const char **ret)
{
	const struct jtok *t = &r->doc->tok[tok];

	if (!tok || (t->type == JTOK_STRING && t->end - t->start == 2))
		return 0;
	return jread_line(r, tok, what, max, ret);
}

/* To Docker and Podman an empty list is as good as none. */
static bool has_elements(const struct jread *r, uint32_t array)
{
	return array && r->doc->tok[array].count > 0;
}

/* Everything but `syscalls`. */
static int read_head(const struct jread *r, struct profile *p, const uint32_t key[])
{
	archset named = 0;
	struct action def;

	if (profile_reader_action(r, key[KEY_DEFAULT_ACTION], key[KEY_DEFAULT_ERRNO], "defaultAction", &def))
		return -1;
	if (has_elements(r, key[KEY_ARCH_MAP]) && has_elements(r, key[KEY_ARCHITECTURES]))
		return jread_fail(r, key[KEY_ARCH_MAP], "both architectures and archMap are given");
	if (key[KEY_ARCHITECTURES] && read_archs(r, key[KEY_ARCHITECTURES], &named))
		return -1;
	if (key[KEY_ARCH_MAP] && read_arch_map(r, key[KEY_ARCH_MAP], &named))
		return -1;
	profile_init(p, def, named | (archset)1 << ARCH_NATIVE);
	p->named_archs = named;
	p->has_flags = key[KEY_FLAGS] != 0;
	if (key[KEY_FLAGS] && read_flags(r, key[KEY_FLAGS], &p->flags))
		return -1;
	if (read_text(r, key[KEY_LISTENER_PATH], "listenerPath", PATH_LIMIT, &p->listener_path))
		return -1;
	return read_text(r, key[KEY_LISTENER_METADATA], "listenerMetadata", METADATA_LIMIT,
			 &p->listener_metadata);
}

static int read_section(struct profile_reader *rd, struct profile *p, uint32_t section, enum rule_order order)
{
	const struct jread *r = &rd->r;
	struct jread in = *r;
	uint32_t key[SECTION_KEYS] = {0};
	const char *const *names = rd->label ? section_label : section_oci;

	if (section ? jread_object(&in, r, section, "the profile", names, key) : jread_root(r, names, key))
		return -1;
	profile_reader_drop_nulls(r, key, ARRAY_LEN(key));
	if (read_head(&in, p, key))
		return -1;
	rd->bag = arena_alloc(r->arena, sizeof(*rd->bag));
	if (!rd->bag)
		return jread_nomem(r);
	rd->def = p->def;
	if (key[KEY_SYSCALLS]) {
		if (jread_type(r, key[KEY_SYSCALLS], JTOK_ARRAY, "syscalls"))
			return -1;
		JREAD_EACH(i, t, r->doc, key[KEY_SYSCALLS])
		if (profile_reader_entry(rd, t))
			return -1;
	}
	if (rulebag_apply(rd->bag, p, r->arena, order, false, r->err)) {
		r->err->kind = r->err->kind == ERR_LIMIT ? ERR_LIMIT : r->kind;
		return err_wrap(r->err, "%s", r->where);
	}
	p->named = rd->named;
	return 0;
}

static int read_bundle(struct profile *ret, struct arena *arena, const struct jdoc *doc, uint32_t section,
		       enum rule_order order, const char *const *spelling, struct unknown_names *ret_unknown,
		       struct err *err)
{
	struct profile_reader rd = {
		.spelling = spelling,
		/* A later specification may add keys; what they would do is
		 * unknown here, so they are refused, and the message says
		 * which keys are meant. */
		.r = {.doc = doc,
		      .arena = arena,
		      .where = "profile (runtime-spec 1.3)",
		      .kind = ERR_BUNDLE,
		      .err = err},
	};

	if (read_section(&rd, ret, section, order))
		return -1;
	if (ret_unknown)
		*ret_unknown = rd.unknown;
	return 0;
}

int profile_read(struct profile *ret, struct arena *arena, const struct jdoc *doc, uint32_t section,
		 enum rule_order order, struct unknown_names *ret_unknown, struct err *err)
{
	return read_bundle(ret, arena, doc, section, order, NULL, ret_unknown, err);
}

int profile_read_sentry(struct profile *ret, struct arena *arena, const struct jdoc *doc, uint32_t section,
			const char *const *spelling, struct unknown_names *ret_unknown, struct err *err)
{
	return read_bundle(ret, arena, doc, section, RULES_FIRST_MATCH, spelling, ret_unknown, err);
}

int profile_read_label(struct profile *ret, struct arena *arena, const struct jdoc *doc, const char *where,
		       const struct bundle *b, struct err *err)
{
	struct profile_reader rd = {
		.r = {.doc = doc, .arena = arena, .where = where, .kind = ERR_NEEDS, .err = err, .go = true},
		.label = b};
	struct profile p;

	if (read_section(&rd, &p, 0, RULES_LIBSECCOMP))
		return -1;
	profile_copy(ret, &p);
	return 0;
}
