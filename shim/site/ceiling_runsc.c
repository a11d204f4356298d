#include "base/text.h"
#include "format/jread.h"
#include "site/ceiling.h"

#include <string.h>

enum support { SUPPORT_FULL, SUPPORT_PARTIAL, SUPPORT_NONE, SUPPORT_COUNT };
static const struct {
	const char *words; /* runsc's */
	const char *key;   /* a whitelist's */
} supports[SUPPORT_COUNT] = {
	{"Full Support", "syscalls"},
	{"Partial Support", "partial"},
	{"Unimplemented", "unimplemented"},
};

/* The architectures, as runsc and a whitelist both call them. */
static const struct {
	const char *name;
	enum arch_id id;
} archs[] = {{"amd64", ARCH_X86_64}, {"arm64", ARCH_AARCH64}};

struct table {
	struct sysset set[SUPPORT_COUNT];
	const char *spelling[SYS_MAX];
};

static int read_number(const struct jread *r, uint32_t key, int *ret)
{
	const char *s;
	size_t len;
	int nr = 0;

	if (jread_string(r, key, "a number", &s, &len))
		return -1;
	if (!len || len > 5 || strspn(s, "0123456789") < len)
		return jread_fail(r, key, "a call's key must be its number");
	for (size_t i = 0; i < len; i++)
		nr = nr * 10 + (s[i] - '0');
	*ret = nr;
	return 0;
}

static int read_support(const struct jread *r, uint32_t tok, enum support *ret)
{
	const char *s;
	char shown[80];
	size_t len;

	if (jread_string(r, tok, "support", &s, &len))
		return -1;
	for (unsigned i = 0; i < SUPPORT_COUNT; i++)
		if (strlen(supports[i].words) == len && !memcmp(supports[i].words, s, len)) {
			*ret = (enum support)i;
			return 0;
		}
	return jread_fail(r, tok, "unknown support \"%s\"", text_show(shown, sizeof(shown), s, len));
}

static int read_call(struct table *table, const struct jread *r, uint32_t key, enum arch_id arch)
{
	static const char *const keys[] = {"name", "support", "note", "urls", NULL};
	uint32_t val[ARRAY_LEN(keys)];
	enum support support = SUPPORT_NONE;
	const char *name;
	struct jread in;
	int nr = -1;

	if (read_number(r, key, &nr) || jread_object(&in, r, key + 1, "a call", keys, val) ||
	    jread_line(&in, val[0], "name", 64, &name) || read_support(&in, val[1], &support))
		return -1;
	if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") < strlen(name))
		return jread_fail(r, val[0], "a call's name holds more than letters, digits and _");
	int id = sys_from_number(arch, nr);
	if (id < 0)
		return 0;
	for (unsigned i = 0; i < SUPPORT_COUNT; i++)
		if (sysset_has(&table->set[i], id))
			return jread_fail(r, key, "number %d stands there twice", nr);
	sysset_add(&table->set[support], id);
	if (strcmp(name, sys_name(id)) != 0)
		table->spelling[id] = name;
	return 0;
}

static int read_table(struct table *table, const struct jread *r, uint32_t arch_tok, enum arch_id arch)
{
	static const char *const keys[] = {"syscalls", NULL};
	uint32_t val[ARRAY_LEN(keys)];
	struct jread in;

	if (jread_object(&in, r, arch_tok, "an architecture", keys, val) ||
	    jread_type(&in, val[0], JTOK_OBJECT, "syscalls"))
		return -1;
	if (r->doc->tok[val[0]].count < 100)
		return jread_fail(r, val[0], "fewer than 100 calls: this is no whole table");
	JREAD_EACH_MEMBER(i, k, r->doc, val[0])
	if (read_call(table, r, k, arch))
		return -1;
	return 0;
}

static void put_set(const struct sysset *set, const char *key, struct buf *out)
{
	const char *before = "";

	buf_printf(out, ",\n    \"%s\": [", key);
	for (int id = sysset_next(set, 0); id >= 0; id = sysset_next(set, id + 1)) {
		buf_printf(out, "%s\"%s\"", before, sys_name(id));
		before = ", ";
	}
	buf_puts(out, "]");
}

static void put_arch(const struct table *table, const char *name, enum arch_id arch, struct buf *out)
{
	const char *before = "";

	buf_printf(out, ",\n  \"%s\": {\n    \"architectures\": [\"%s\"]", name, arch_oci_name(arch));
	for (unsigned i = 0; i < SUPPORT_COUNT; i++)
		put_set(&table->set[i], supports[i].key, out);
	buf_puts(out, ",\n    \"spelling\": {");
	for (int id = 0; id < sys_count(); id++) {
		if (!table->spelling[id])
			continue;
		buf_printf(out, "%s\"%s\": ", before, sys_name(id));
		buf_jstr(out, table->spelling[id], strlen(table->spelling[id]));
		before = ", ";
	}
	buf_puts(out, "}\n  }");
}

static int put_archs(const struct jread *r, uint32_t os, struct buf *out)
{
	size_t found = 0;

	for (size_t a = 0; a < ARRAY_LEN(archs); a++) {
		uint32_t arch = jdoc_get(r->doc, os, archs[a].name);
		struct table table = {0};

		if (!arch)
			continue;
		if (read_table(&table, r, arch, archs[a].id))
			return -1;
		put_arch(&table, archs[a].name, archs[a].id, out);
		found++;
	}
	return found ? 0 : jread_fail(r, os, "neither amd64 nor arm64 is there");
}

int ceiling_from_runsc(const char *text, size_t len, const char *release, struct buf *out, struct err *err)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct jread r = {.arena = &arena, .where = "runsc help syscalls", .kind = ERR_RUNTIME, .err = err};
	CLEANUP_BUF struct buf text_out = {0};
	struct jdoc doc;

	if (jread_open(&r, &doc, text, len))
		return -1;
	uint32_t os = jdoc_get(&doc, 0, "linux");
	if (jread_type(&r, os, JTOK_OBJECT, "linux"))
		return -1;
	buf_puts(&text_out, "{\n  \"version\": 1,\n  \"name\": ");
	buf_jstr(&text_out, release, strlen(release));
	buf_puts(&text_out, ",\n  \"source\": \"runsc help syscalls -format json -os linux\"");
	if (put_archs(&r, os, &text_out))
		return -1;
	buf_puts(&text_out, "\n}\n");
	if (text_out.failed)
		return jread_nomem(&r);
	buf_put(out, text_out.data, text_out.len);
	return 0;
}
