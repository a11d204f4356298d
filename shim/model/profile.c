#include "model/profile.h"
#include "model/rules.h"

#include <stddef.h>
#include <string.h>

static const char *const act_names[] = {
	[ACT_ALLOW] = "SCMP_ACT_ALLOW",
	[ACT_LOG] = "SCMP_ACT_LOG",
	[ACT_TRACE] = "SCMP_ACT_TRACE",
	[ACT_NOTIFY] = "SCMP_ACT_NOTIFY",
	[ACT_ERRNO] = "SCMP_ACT_ERRNO",
	[ACT_TRAP] = "SCMP_ACT_TRAP",
	[ACT_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[ACT_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
};

int act_from_name(const char *name, size_t len)
{
	static const char kill[] = "SCMP_ACT_KILL";

	if (len == sizeof(kill) - 1 && memcmp(name, kill, len) == 0)
		return ACT_KILL_THREAD;
	for (size_t i = ACT_ALLOW; i < ARRAY_LEN(act_names); i++)
		if (strlen(act_names[i]) == len && memcmp(act_names[i], name, len) == 0)
			return (int)i;
	return -1;
}

const char *act_name(enum act_kind kind)
{
	return act_names[kind];
}

void profile_init(struct profile *p, struct action def, archset archs)
{
	memset(p, 0, offsetof(struct profile, list));
	p->def = def;
	p->archs = archs;
	for (int id = 0; id < SYS_MAX; id++)
		p->other[id] = def;
}

void profile_copy(struct profile *to, const struct profile *from)
{
	memcpy(to, from, offsetof(struct profile, list) + from->nlists * sizeof(from->list[0]));
}

void profile_put(struct profile *p, int id, struct sysrules s)
{
	p->other[id] = s.other;
	if (!p->place[id] && !s.nrules)
		return;
	if (!p->place[id])
		p->place[id] = (uint16_t)++p->nlists;
	p->list[p->place[id] - 1] = (struct rule_list){s.nrules, s.rules};
}

void profile_set(struct profile *p, int id, struct action act)
{
	profile_put(p, id, (struct sysrules){.other = act});
	sysset_remove(&p->as_written, id);
}

const struct written *profile_find_written(const struct profile *p, int id)
{
	for (uint32_t i = 0; i < p->nwritten; i++)
		if (p->written[i].id == id)
			return &p->written[i];
	return NULL;
}

enum { WRITTEN_FIRST = 8 };

int written_add(struct profile *p, struct arena *arena, const struct written *w, struct err *err)
{
	struct written *v = p->written;
	uint32_t n = p->nwritten;

	sysset_add(&p->as_written, w->id);
	for (uint32_t i = 0; i < n; i++)
		if (v[i].id == w->id) {
			v[i] = *w;
			return 0;
		}

	/* Full where it is a power of two. */
	if (n == 0 || (n >= WRITTEN_FIRST && (n & (n - 1)) == 0)) {
		v = arena_array(arena, n ? 2 * (size_t)n : WRITTEN_FIRST, sizeof(*v));
		if (!v)
			return err_set(err, ERR_LIMIT, "argument conditions: out of memory");
		if (n)
			memcpy(v, p->written, n * sizeof(*v));
		p->written = v;
	}
	v[n] = *w;
	p->nwritten = n + 1;
	return 0;
}

void profile_allow_names(struct profile *p, const char *names)
{
	for (size_t len; *names; names += len + (names[len] == ' ')) {
		len = strcspn(names, " ");
		int id = sys_lookup(names, len);

		if (id >= 0)
			profile_set(p, id, (struct action){ACT_ALLOW, 0});
	}
}

struct action profile_eval(const struct profile *p, int id, const uint64_t args[static COND_ARGS])
{
	const struct sysrules s = profile_call(p, id);

	for (uint32_t i = 0; i < s.nrules; i++)
		if (conj_holds(&s.rules[i].when, args))
			return s.rules[i].act;
	return s.other;
}

uint32_t profile_allowing_rules(const struct profile *p, int id)
{
	const struct sysrules s = profile_call(p, id);
	uint32_t n = 0;

	for (uint32_t i = 0; i < s.nrules; i++)
		n += action_allows(s.rules[i].act);
	return n;
}

int profile_check_total(const struct profile *p, struct err *err)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->nlists; i++)
		n += p->list[i].n;
	if (n <= PROFILE_MAX_RULES)
		return 0;
	return err_set(err, ERR_LIMIT, "argument conditions: more than %d rules with conditions",
		       PROFILE_MAX_RULES);
}

archset narrow_archs(void)
{
	archset set = 0;
	for (unsigned i = 0; i < ARCH_COUNT; i++)
		if (arch_is_32bit((enum arch_id)i))
			set |= 1u << i;
	return set;
}

bool profile_loses_bits(const struct profile *p, int id)
{
	struct sysrules s;

	/* Asked of every call; most have no rules. */
	if (!profile_has_rules(p, id) || profile_written(p, id) || !(p->archs & narrow_archs()))
		return false;
	s = profile_call(p, id);
	for (uint32_t i = 0; i < s.nrules; i++)
		if (conj_needs_64bit(&s.rules[i].when))
			return true;
	return false;
}
