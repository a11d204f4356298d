#include "base/text.h"
#include "oci/condition.h"
#include "oci/seccomp_reader.h"

#include <errno.h>
#include <string.h>

/* The kernel cuts a filter's errno at MAX_ERRNO; a tracer's message has 16 bits. */
enum { ERRNO_MAX = 4095, TRACE_MAX = UINT16_MAX };

enum entry_key {
	ENTRY_NAMES,
	ENTRY_ACTION,
	ENTRY_ERRNO,
	ENTRY_ARGS,
	/* From here on: only in a label. */
	ENTRY_NAME,
	ENTRY_INCLUDES,
	ENTRY_EXCLUDES,
	ENTRY_COMMENT,
	ENTRY_ERRNO_WORD,
	ENTRY_KEYS
};
static const char *const entry_oci[] = {"names", "action", "errnoRet", "args", NULL};
static const char *const entry_label[] = {"names",    "action",	  "errnoRet", "args",  "name",
					  "includes", "excludes", "comment",  "errno", NULL};

int profile_reader_unknown(const struct jread *r, uint32_t tok, const char *what, const char *s, size_t len)
{
	char shown[80];

	return jread_fail(r, tok, "unknown %s \"%s\"", what, text_show(shown, sizeof(shown), s, len));
}

int profile_reader_action(const struct jread *r, uint32_t tok, uint32_t errno_tok, const char *what,
			  struct action *ret)
{
	const char *s;
	size_t len;
	uint64_t number = EPERM;

	if (jread_string(r, tok, what, &s, &len))
		return -1;
	int kind = act_from_name(s, len);
	if (kind < 0)
		return profile_reader_unknown(r, tok, "action", s, len);
	if (errno_tok &&
	    jread_u64(r, errno_tok, "errnoRet", kind == ACT_TRACE ? TRACE_MAX : ERRNO_MAX, &number))
		return -1;
	/* runc, youki and runsc drop errnoRet elsewhere, crun refuses it:
	 * engines write it beside ALLOW, so it has to pass. */
	if (kind != ACT_ERRNO && kind != ACT_TRACE)
		number = 0;
	*ret = (struct action){(enum act_kind)kind, (uint16_t)number};
	return 0;
}

/* The rules of one entry: one, or as many as conditions where an index is
 * repeated: all runtimes then OR the conditions. */
static int read_rules(const struct jread *r, uint32_t args, struct action act, const struct rule **ret,
		      uint32_t *ret_n)
{
	struct condition list[COND_ARGS];
	uint32_t n = 0;
	bool repeated = false;

	if (args && conditions_read(r, args, list, &n, &repeated))
		return -1;

	uint32_t nrules = repeated ? n : 1;
	struct rule *rules = arena_array(r->arena, nrules, sizeof(*rules));
	if (!rules)
		return jread_nomem(r);
	for (uint32_t i = 0; i < n; i++) {
		struct conj *when = &rules[repeated ? i : 0].when;

		when->used |= (uint8_t)(1u << list[i].index);
		when->arg[list[i].index] = list[i].cond;
	}
	for (uint32_t i = 0; i < nrules; i++)
		rules[i].act = act;
	*ret = rules;
	*ret_n = nrules;
	return 0;
}

static int note_unknown(struct profile_reader *rd, uint32_t tok, const char *s, size_t len,
			const struct rulebag_entry *entry)
{
	struct unknown_names *u = &rd->unknown;

	if (!len)
		return jread_fail(&rd->r, tok, "a name is empty");
	if (rd->label)
		return syscall_unknown(rd->r.where, rd->r.kind, s, len, rd->r.err);
	if (u->n == rd->unknown_cap) {
		size_t cap = u->n ? 2 * u->n : 8;
		const char **v = arena_array(rd->r.arena, cap, sizeof(*v));
		if (!v)
			return jread_nomem(&rd->r);
		if (u->n)
			memcpy(v, u->v, u->n * sizeof(*v));
		u->v = v;
		rd->unknown_cap = cap;
	}
	u->v[u->n] = arena_strndup(rd->r.arena, s, len);
	if (!u->v[u->n])
		return jread_nomem(&rd->r);
	if (!u->acting && !action_equal(entry->rules[0].act, rd->def))
		u->acting = u->v[u->n];
	u->n++;
	return 0;
}

/* The id of a sentry's own name, or -1. */
static int find_spelling(const char *const *spelling, const char *s, size_t len)
{
	for (int id = 0; spelling && id < sys_count(); id++)
		if (spelling[id] && strlen(spelling[id]) == len && memcmp(spelling[id], s, len) == 0)
			return id;
	return -1;
}

static int add_name(struct profile_reader *rd, uint32_t tok, const struct rulebag_entry *entry)
{
	const char *s;
	size_t len;

	if (jread_string(&rd->r, tok, "a name", &s, &len))
		return -1;
	int id = sys_lookup(s, len);
	if (id < 0)
		id = find_spelling(rd->spelling, s, len);
	if (id < 0)
		return note_unknown(rd, tok, s, len, entry);
	sysset_add(&rd->named, id);
	return rulebag_add(rd->bag, rd->r.arena, id, entry) ? jread_nomem(&rd->r) : 0;
}

/* `array` false: the token is a name itself. */
static int read_names(struct profile_reader *rd, uint32_t names, bool array, const struct rule *rules,
		      uint32_t nrules)
{
	const struct jread *r = &rd->r;
	struct rulebag_entry *entry = arena_alloc(r->arena, sizeof(*entry));

	if (!entry)
		return jread_nomem(r);
	*entry = (struct rulebag_entry){.rules = rules, .n = nrules};
	if (!array)
		return add_name(rd, names, entry);
	JREAD_EACH(i, t, r->doc, names)
	if (add_name(rd, t, entry))
		return -1;
	return 0;
}

/* Docker's form: `name` or `names`, where an empty one is as good as none. *ret 0: it names nothing. */
static int choose_names(const struct jread *r, uint32_t name, uint32_t names, uint32_t *ret)
{
	if ((name && jread_type(r, name, JTOK_STRING, "name")) ||
	    (names && jread_type(r, names, JTOK_ARRAY, "names")))
		return -1;
	if (name && r->doc->tok[name].end - r->doc->tok[name].start == 2)
		name = 0;
	if (names && !r->doc->tok[names].count)
		names = 0;
	if (name && names)
		return jread_fail(r, names, "an entry has both name and names");
	*ret = name ? name : names;
	return 0;
}

void profile_reader_drop_nulls(const struct jread *r, uint32_t key[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		key[i] = jread_unless_null(r->doc, key[i]);
}

int profile_reader_entry(struct profile_reader *rd, uint32_t entry)
{
	const struct jread *r = &rd->r;
	uint32_t key[ENTRY_KEYS] = {0}, nrules = 0, names;
	const struct rule *rules = NULL;
	struct action act;
	bool counts = true;
	struct jread in;

	if (jread_object(&in, r, entry, "an entry of syscalls", rd->label ? entry_label : entry_oci, key))
		return -1;
	profile_reader_drop_nulls(r, key, ARRAY_LEN(key));
	names = key[ENTRY_NAMES];
	if (rd->label) {
		/* What does not count is not looked at: it may be of another architecture. */
		if (profile_filter(rd, key[ENTRY_INCLUDES], key[ENTRY_EXCLUDES], &counts) ||
		    (counts && choose_names(&in, key[ENTRY_NAME], names, &names)))
			return -1;
		if (!counts || !names)
			return 0;
	} else if (jread_type(&in, names, JTOK_ARRAY, "names")) {
		return -1;
	}
	if (profile_reader_action(&in, key[ENTRY_ACTION], key[ENTRY_ERRNO], "action", &act) ||
	    read_rules(r, key[ENTRY_ARGS], act, &rules, &nrules))
		return -1;
	return read_names(rd, names, names != key[ENTRY_NAME], rules, nrules);
}
