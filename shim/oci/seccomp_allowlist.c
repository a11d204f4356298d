#include "base/text.h"
#include "oci/condition.h"
#include "oci/rulebag.h"
#include "oci/seccomp.h"

#include <string.h>

/* "READ" is one letter from nothing, but "read" is what was meant. */
static const char *nearest(const char *name, size_t len)
{
	char low[64];

	if (len >= sizeof(low))
		return NULL;
	for (size_t i = 0; i < len; i++)
		low[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
	int id = sys_lookup(low, len);
	return id >= 0 ? sys_name(id) : sys_nearest(name, len);
}

int syscall_unknown(const char *where, enum err_kind kind, const char *name, size_t len, struct err *err)
{
	const char *near = nearest(name, len);
	char shown[80];

	text_show(shown, sizeof(shown), name, len);
	if (!near)
		return err_set(err, kind, "%s: unknown system call \"%s\"", where, shown);
	return err_set(err, kind, "%s: unknown system call \"%s\"; did you mean \"%s\"?", where, shown, near);
}

/* The conditions of one entry, all of which must hold. */
static int read_when(const struct jread *r, uint32_t args, struct conj *ret)
{
	struct condition list[COND_ARGS];
	bool repeated = false;
	uint32_t n = 0;

	if (conditions_read(r, args, list, &n, &repeated))
		return -1;
	/* A runtime would take such an entry as alternatives, a reader as both:
	 * neither guess is ours to make. */
	if (repeated)
		return jread_fail(r, args,
				  "two conditions on one argument: write one entry for each alternative");
	for (uint32_t i = 0; i < n; i++) {
		ret->used |= (uint8_t)(1u << list[i].index);
		ret->arg[list[i].index] = list[i].cond;
	}
	return 0;
}

/* One entry: its name's token, and its conditions. */
static int read_entry(const struct jread *r, uint32_t tok, uint32_t *ret_name, struct conj *ret_when)
{
	static const char *const keys[] = {"name", "args", NULL};
	uint32_t key[ARRAY_LEN(keys)];
	struct jread in;

	if (r->doc->tok[tok].type == JTOK_STRING) {
		*ret_name = tok;
		return 0;
	}
	if (r->doc->tok[tok].type != JTOK_OBJECT)
		return jread_fail(r, tok, "an entry must be a name or {\"name\": …, \"args\": […]}");
	if (jread_object(&in, r, tok, "an entry", keys, key) || jread_type(&in, key[0], JTOK_STRING, "name"))
		return -1;
	*ret_name = key[0];
	return key[1] ? read_when(r, key[1], ret_when) : 0;
}

int allowlist_read(struct profile *into, struct arena *arena, const struct jdoc *doc, uint32_t array,
		   const char *where, enum err_kind kind, bool skip_unknown, struct err *err)
{
	const struct jread r = {.doc = doc, .arena = arena, .where = where, .kind = kind, .err = err};
	uint32_t n = 0;

	if (jread_type(&r, array, JTOK_ARRAY, "the list of system calls"))
		return -1;

	struct rulebag *bag = arena_alloc(arena, sizeof(*bag));
	struct rulebag_entry *entries = arena_array(arena, doc->tok[array].count, sizeof(*entries));
	static const struct rule allow = {.act = {ACT_ALLOW, 0}};
	if (!bag || !entries)
		return jread_nomem(&r);
	JREAD_EACH(i, t, doc, array)
	{
		struct conj when = {0};
		const struct rule *rule = &allow;
		uint32_t name = 0;
		const char *s;
		size_t len;

		if (read_entry(&r, t, &name, &when) || jread_string(&r, name, "name", &s, &len))
			return -1;
		int id = sys_lookup(s, len);
		if (id < 0 && skip_unknown)
			continue;
		if (id < 0)
			return syscall_unknown(where, kind, s, len, err);
		if (when.used) {
			struct rule *own = arena_alloc(arena, sizeof(*own));
			if (!own)
				return jread_nomem(&r);
			*own = (struct rule){when, allow.act};
			rule = own;
		}
		entries[n] = (struct rulebag_entry){.rules = rule, .n = 1};
		if (rulebag_add(bag, arena, id, &entries[n++]))
			return jread_nomem(&r);
	}
	if (rulebag_apply(bag, into, arena, RULES_LIBSECCOMP, true, err))
		return err_wrap(err, "%s", where);
	return 0;
}

static void put_entry(int id, const struct conj *when, bool *first, struct buf *out)
{
	buf_puts(out, *first ? "" : ",");
	*first = false;
	buf_puts(out, when ? "{\"name\":\"" : "\"");
	buf_puts(out, sys_name(id));
	buf_putc(out, '"');
	if (!when)
		return;
	conditions_write(when, out);
	buf_putc(out, '}');
}

void allowlist_write(const struct profile *p, struct buf *out)
{
	int count = sys_count();
	bool first = true;

	buf_putc(out, '[');
	for (int id = 0; id < count; id++) {
		const struct sysrules s = profile_call(p, id);

		if (s.other.kind == ACT_ALLOW)
			put_entry(id, NULL, &first, out);
		for (uint32_t i = 0; i < s.nrules; i++)
			if (s.rules[i].act.kind == ACT_ALLOW)
				put_entry(id, &s.rules[i].when, &first, out);
	}
	buf_putc(out, ']');
}
