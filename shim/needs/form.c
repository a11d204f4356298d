#include "needs/form.h"
#include "base/text.h"
#include "oci/seccomp.h"

#include <errno.h>
#include <string.h>

enum { SIGNATURE_MAX = 16 << 10 };

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool starts_array(const struct needs_text *t)
{
	size_t i = 0;

	while (i < t->len && is_space(t->s[i]))
		i++;
	return i < t->len && t->s[i] == '[';
}

typedef int name_fn(void *cookie, const char *name, size_t len);

static int each_in_array(const struct needs_text *t, name_fn *each, void *cookie)
{
	struct jread r = {.arena = t->arena, .where = t->where, .kind = ERR_NEEDS, .err = t->err};
	struct jdoc doc;

	if (jread_open(&r, &doc, t->s, t->len))
		return -1;
	JREAD_EACH(i, tok, &doc, 0)
	{
		const char *s;
		size_t len;

		if (jread_string(&r, tok, "a name", &s, &len) || each(cookie, s, len))
			return -1;
	}
	return 0;
}

/* An empty place beside a comma is what a template leaves whose variable was
 * empty: somebody meant a name there. */
static int each_in_list(const struct needs_text *t, name_fn *each, void *cookie)
{
	bool comma = false, any = false;

	for (size_t i = 0; i < t->len;) {
		size_t start = i;

		while (i < t->len && !is_space(t->s[i]) && t->s[i] != ',')
			i++;
		if (i > start) {
			if (each(cookie, t->s + start, i - start))
				return -1;
			any = true;
			comma = false;
			continue;
		}
		if (t->s[i++] != ',')
			continue;
		if (comma || !any)
			return err_set(t->err, ERR_NEEDS, "%s: a name is missing before a comma", t->where);
		comma = true;
	}
	if (comma)
		return err_set(t->err, ERR_NEEDS, "%s: a name is missing behind the last comma", t->where);
	return 0;
}

/* A comma stands between two names, never alone. */
static int each_name(const struct needs_text *t, name_fn *each, void *cookie)
{
	return starts_array(t) ? each_in_array(t, each, cookie) : each_in_list(t, each, cookie);
}

struct name_sink {
	const struct needs_text *t;
	struct needs *needs;
	uint64_t capabilities;
};

static int add_syscall(void *cookie, const char *name, size_t len)
{
	struct name_sink *sink = cookie;
	int id = sys_lookup(name, len);

	if (id < 0)
		return syscall_unknown(sink->t->where, ERR_NEEDS, name, len, sink->t->err);
	profile_set(&sink->needs->allow, id, (struct action){ACT_ALLOW, 0});
	return 0;
}

int needs_form_syscalls(struct needs *into, const struct needs_text *t)
{
	struct name_sink sink = {.t = t, .needs = into};

	needs_declare(into);
	if (each_name(t, add_syscall, &sink))
		return -1;
	return needs_settle(into, t->arena, t->err);
}

static int add_capability(void *cookie, const char *name, size_t len)
{
	struct name_sink *sink = cookie;

	return capability_add(&sink->capabilities, name, len, sink->t->where, sink->t->err);
}

int needs_form_capabilities(struct needs *into, const struct needs_text *t)
{
	struct name_sink sink = {.t = t};

	if (each_name(t, add_capability, &sink))
		return -1;
	if (capability_names(&into->extra, sink.capabilities, t->arena))
		return err_set(t->err, ERR_LIMIT, "%s: out of memory", t->where);
	return 0;
}

int needs_form_manifest(struct needs *into, const struct needs_text *t)
{
	return needs_from_manifest(into, t->arena, t->s, t->len, t->where, NULL, NULL, t->err);
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One text for one byte string: padded, and no bits behind the last byte. */
static bool base64_canonical(const char *s, size_t len)
{
	size_t pad = 0;

	if (!len || len % 4)
		return false;
	while (pad < 2 && s[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len - pad; i++)
		if (base64_digit(s[i]) < 0)
			return false;
	int spare = pad == 2 ? 15 : pad == 1 ? 3 : 0;
	return !(base64_digit(s[len - pad - 1]) & spare);
}

int needs_form_signature(struct needs *into, const struct needs_text *t)
{
	if (t->len > SIGNATURE_MAX)
		return err_set(t->err, ERR_LIMIT, "%s: larger than %d bytes", t->where, SIGNATURE_MAX);
	if (!base64_canonical(t->s, t->len))
		return err_set(t->err, ERR_NEEDS, "%s: must be base64, padded, on one line", t->where);
	into->extra.has_signature = true;
	return 0;
}

/* What a call answers, as a need: logged calls are needed too. */
static struct action as_need(struct action a)
{
	if (a.kind == ACT_ALLOW || a.kind == ACT_LOG)
		return (struct action){ACT_ALLOW, 0};
	return (struct action){ACT_ERRNO, EPERM};
}

static int rules_as_needs(struct profile *p, int id, struct arena *arena)
{
	const struct sysrules s = profile_call(p, id);
	struct rule *rules = NULL;

	if (s.nrules) {
		rules = arena_array(arena, s.nrules, sizeof(*rules));
		if (!rules)
			return -1;
	}
	for (uint32_t i = 0; i < s.nrules; i++)
		rules[i] = (struct rule){s.rules[i].when, as_need(s.rules[i].act)};
	profile_put(p, id, (struct sysrules){as_need(s.other), s.nrules, rules});
	return 0;
}

int needs_form_profile(struct needs *into, const struct needs_text *t)
{
	struct jread r = {.arena = t->arena, .where = t->where, .kind = ERR_NEEDS, .err = t->err};
	struct jdoc doc;
	int count = sys_count();

	if (jread_open(&r, &doc, t->s, t->len) ||
	    profile_read_label(&into->allow, t->arena, &doc, t->where, t->bundle, t->err))
		return -1;
	for (int id = 0; id < count; id++)
		if (rules_as_needs(&into->allow, id, t->arena))
			return jread_nomem(&r);
	into->allow.def = as_need(into->allow.def);
	/* Flags and a listener are the engine's affair, not the image's. */
	into->allow.flags = 0;
	into->allow.has_flags = false;
	into->allow.listener_path = into->allow.listener_metadata = NULL;
	into->declared = true;
	return needs_settle(into, t->arena, t->err);
}
