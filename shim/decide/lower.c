#include "decide/lower.h"
#include <errno.h>
#include <string.h>

/* The names that a section written from p would hold. */
static void written_names(const struct profile *p, struct sysset *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (int id = 0; id < sys_count(); id++)
		if (profile_has_rules(p, id) || !action_equal(p->other[id], p->def) || profile_written(p, id))
			sysset_add(ret, id);
}

/* runc answers ENOSYS above the highest number that a section names, without
 * asking the filter (libcontainer/seccomp/patchbpf, from 1.0.0-rc94). A shorter
 * list must not lower that line: what the engine's profile answers below it
 * would change. */
static void keep_stub_line(struct lowering *l, const struct profile *engine)
{
	static const enum arch_id archs[] = {ARCH_X86_64, ARCH_X86, ARCH_X32, ARCH_AARCH64, ARCH_ARM};
	struct sysset written;
	size_t n = 0;

	written_names(&l->profile, &written);
	for (size_t i = 0; i < ARRAY_LEN(archs) && n < ARRAY_LEN(l->style.stub_names); i++) {
		int was, is;

		if (!(l->profile.archs & 1u << archs[i]))
			continue;
		was = sys_top(&engine->named, archs[i]);
		is = sys_top(&written, archs[i]);
		if (was < 0 || (is >= 0 && sys_number(is, archs[i]) >= sys_number(was, archs[i])))
			continue;
		sysset_add(&written, was);
		l->style.stub_names[n++] = sys_name(was);
	}
}

static int lower_runc(struct lowering *l, runtime_version version, struct err *err)
{
	l->style.errno_ret = true;
	if (l->profile.flags && version < RUNTIME_VERSION(1, 2, 0))
		return err_set(err, ERR_RUNTIME,
			       "this runc refuses linux.seccomp.flags: they need runc 1.2; remove them from "
			       "the engine's profile");
	return 0;
}

static void lower_crun(struct lowering *l, runtime_version version)
{
	l->style.errno_ret = true;
	/* crun 1.9 began to keep compiled filters; 1.8.1 does not. */
	l->style.cache_key = version >= RUNTIME_VERSION(1, 9, 0);
}

/* What is not a rule stays as the engine wrote it. runc 1.1.5 has an ENOSYS stub for
 * the architectures that are named alone (1.1.15 adds the native one, as libseccomp
 * does). crun dials a listener whether a rule notifies it or not, and whoever
 * listens waits for that. */
static void keep_members(struct lowering *l, const struct profile *engine)
{
	l->style.archs = engine->named_archs;
	l->profile.listener_path = engine->listener_path;
	l->profile.listener_metadata = engine->listener_metadata;
}

/* On X86 socketcall and ipc stand for others, and a rule of their own would take the
 * place of those that libseccomp writes for their members. Where nobody decided on
 * the call itself they do what their members do, whatever errno the default has. */
static void follow_members(struct profile *p, const struct profile *engine)
{
	for (unsigned i = 0; i < MULTIPLEXERS && p->def.kind >= ACT_ERRNO; i++) {
		int id = multiplexer(i);
		const struct sysrules s = profile_call(p, id);
		bool decided = engine && (profile_has_rules(engine, id) ||
					  (!action_equal(engine->other[id], engine->def) &&
					   engine->other[id].kind != ACT_ALLOW));

		if (!decided && !s.nrules && s.other.kind == ACT_ERRNO)
			profile_set(p, id, p->def);
	}
}

/* The last number of libseccomp 2.5.4's table, set_mempolicy_home_node. */
enum { LIBSECCOMP_254_LAST = 450 };

static void forget_new_names(struct profile *p, const struct profile *engine)
{
	bool open = p->def.kind <= ACT_LOG; /* audit mode: nothing is lost */

	for (int id = 0; id < sys_count(); id++)
		if (sys_number(id, ARCH_NATIVE) > LIBSECCOMP_254_LAST && !profile_has_rules(p, id) &&
		    (open || p->other[id].kind == ACT_ERRNO) && !(engine && sysset_has(&engine->named, id)))
			p->other[id] = p->def;
}

static bool runsc_knows(enum act_kind kind)
{
	return kind == ACT_ALLOW || kind == ACT_TRACE || kind == ACT_ERRNO || kind == ACT_TRAP ||
	       kind == ACT_KILL_THREAD;
}

static int check_runsc_action(struct action act, const char *name, struct err *err)
{
	if (runsc_knows(act.kind))
		return 0;
	return err_set(err, ERR_RUNTIME,
		       "runsc cannot enforce %s (%s): it knows SCMP_ACT_KILL, TRAP, ERRNO, TRACE and ALLOW; "
		       "change the engine's profile",
		       act_name(act.kind), name);
}

/* The sentry answers EPERM for every ERRNO rule. Where ENOSYS is due, if only for
 * some arguments, and the sentry does not implement the call, it is passed on: then
 * it answers ENOSYS itself. Without it glibc's pthread_create fails on clone3. */
static bool sentry_answers_enosys(const struct sysrules *s, const struct sysset *enosys,
				  const struct ceiling *sentry, int id)
{
	const struct action due = {ACT_ERRNO, ENOSYS};
	bool found = s->nrules == 0 && action_equal(s->other, due);

	if (!sysset_has(enosys, id) || !sysset_has(&sentry->unimplemented, id) || s->other.kind > ACT_ERRNO)
		return false;
	for (uint32_t i = 0; i < s->nrules; i++) {
		if (s->rules[i].act.kind != ACT_ALLOW && s->rules[i].act.kind != ACT_ERRNO)
			return false;
		found |= action_equal(s->rules[i].act, due);
	}
	return found;
}

/* The sentry answers EPERM to every errno, and knows one TRACE. */
static bool forget_errno(struct action *act)
{
	bool other = (act->kind == ACT_ERRNO || act->kind == ACT_TRACE) && act->errno_ret != EPERM;

	if (other)
		act->errno_ret = EPERM;
	return other;
}

/* Rules that differ in their errno alone are one. */
static int forget_errnos(struct profile *p, struct arena *arena, int id, struct err *err)
{
	const struct sysrules s = profile_call(p, id);
	struct rule *rules = s.nrules ? arena_array(arena, s.nrules, sizeof(*rules)) : NULL;
	bool other = forget_errno(&p->other[id]);

	if (s.nrules && !rules)
		return err_set(err, ERR_LIMIT, "out of memory");
	for (uint32_t i = 0; i < s.nrules; i++) {
		rules[i] = s.rules[i];
		other |= forget_errno(&rules[i].act);
	}
	if (!other || !rules)
		return 0;
	return profile_set_rules(p, arena, id, rules, s.nrules, RULES_FIRST_MATCH, err);
}

static int lower_runsc(struct lowering *l, struct arena *arena, const struct ceiling *sentry, struct err *err)
{
	struct sysset enosys;

	enosys_set(&enosys);
	l->style.kill_as_kill = true;
	memset(l->spelling, 0, sizeof(l->spelling));
	l->style.spelling = l->spelling;
	if (check_runsc_action(l->profile.def, "defaultAction", err) < 0)
		return -1;
	(void)forget_errno(&l->profile.def);
	for (int id = 0; id < sys_count(); id++) {
		/* A name that its table lacks cannot be written: an entry that is
		 * left with no names crashes the sentry. */
		if (!sysset_has(&sentry->table, id))
			continue;
		l->spelling[id] = sentry->spelling[id] ? sentry->spelling[id] : sys_name(id);
		struct sysrules s = profile_call(&l->profile, id);
		if (sentry_answers_enosys(&s, &enosys, sentry, id))
			profile_set(&l->profile, id, (struct action){ACT_ALLOW, 0});
		if (forget_errnos(&l->profile, arena, id, err) < 0)
			return -1;
		s = profile_call(&l->profile, id);
		if (check_runsc_action(s.other, sys_name(id), err) < 0)
			return -1;
		for (uint32_t i = 0; i < s.nrules; i++)
			if (check_runsc_action(s.rules[i].act, sys_name(id), err) < 0)
				return -1;
	}
	return 0;
}

/* Nothing that is written would be wrong; what libseccomp makes of it could be. */
static int check_shared(const struct profile *p, struct err *err)
{
	int call, other;

	if (!profile_shares_blocks(p, &call, &other))
		return 0;
	return err_set(
		err, ERR_RUNTIME,
		"libseccomp may confuse the conditions on %s with those on %s, and allow more than they "
		"say; declare one of the two without conditions, or fewer of them",
		sys_name(call), sys_name(other));
}

int lower_profile(struct lowering *ret, struct arena *arena, const struct profile *closure,
		  const struct profile *engine, enum runtime_kind kind, runtime_version version,
		  bool known_only, const struct ceiling *sentry, struct err *err)
{
	int r = 0;

	memset(&ret->style, 0, sizeof(ret->style));
	ret->style.archs = ARCHSET_ALL;
	profile_copy(&ret->profile, closure);
	switch (kind) {
	case RUNTIME_RUNC:
		r = lower_runc(ret, version, err);
		break;
	case RUNTIME_CRUN:
		lower_crun(ret, version);
		break;
	case RUNTIME_RUNSC:
		r = lower_runsc(ret, arena, sentry, err);
		break;
	case RUNTIME_YOUKI:
		ret->style.errno_ret = true;
		break;
	case RUNTIME_KIND_COUNT:
		return err_set(err, ERR_INTERNAL, "no lowering for runtime %d", (int)kind);
	}
	if (r < 0)
		return -1;
	if (known_only)
		forget_new_names(&ret->profile, engine);
	if (kind != RUNTIME_RUNSC)
		follow_members(&ret->profile, engine);
	ret->dropped = profile_drop_narrow_archs(&ret->profile, engine);
	if (kind != RUNTIME_RUNSC && check_shared(&ret->profile, err) < 0)
		return -1;
	if (engine)
		keep_members(ret, engine);
	if (kind == RUNTIME_RUNC && engine)
		keep_stub_line(ret, engine);
	return 0;
}
