/* Compiles whitelist files into C for shim/site/ceiling_builtin.c, with the same
 * parser that reads an operator's own. Usage: compile FILE… >ceilings.inc */
#include "site/ceiling_builtin.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct tables {
	struct arena arena;
	struct buf rules, conditions, spellings, ceilings;
	unsigned nrules, nconditions, nspellings;
};

static void put_set(struct buf *b, const char *name, const struct sysset *set)
{
	buf_printf(b, "\t\t.%s = {{", name);
	for (size_t i = 0; i < ARRAY_LEN(set->w); i++)
		buf_printf(b, "UINT64_C(0x%llx),", (unsigned long long)set->w[i]);
	buf_puts(b, "}},\n");
}

static void put_rule(struct buf *b, const struct rule *r)
{
	buf_printf(b, "\t{.when = {.used = %u, .arg = {", r->when.used);
	for (unsigned i = 0; i < COND_ARGS; i++)
		if (r->when.used & 1u << i)
			buf_printf(b, "[%u] = {%d, UINT64_C(%llu), UINT64_C(%llu)},", i,
				   (int)r->when.arg[i].op, (unsigned long long)r->when.arg[i].value,
				   (unsigned long long)r->when.arg[i].value_two);
	buf_printf(b, "}}, .act = {%d, %u}},\n", (int)r->act.kind, r->act.errno_ret);
}

/* The names that are always allowed into ret_set, the others' rules into the tables. */
static void split(struct tables *t, const struct profile *p, bool floor, struct sysset *ret_set)
{
	for (int id = 0; id < sys_count(); id++) {
		const struct sysrules s = profile_call(p, id);

		if (profile_allows_all(p, id)) {
			sysset_add(ret_set, id);
		} else if (profile_allows_some(p, id)) {
			buf_printf(&t->conditions, "\t{%d, %u, %u, %d}, /* %s */\n", id, t->nrules, s.nrules,
				   floor, sys_name(id));
			t->nconditions++;
			t->nrules += s.nrules;
			for (uint32_t i = 0; i < s.nrules; i++)
				put_rule(&t->rules, &s.rules[i]);
		}
	}
}

static void put_ceiling(struct tables *t, const struct ceiling *all, const struct ceiling *full)
{
	struct sysset allow = {0}, full_allow = {0}, partial, floor = {0};
	struct tables unused = {0};
	unsigned condition_first = t->nconditions, spelling_first = t->nspellings;

	split(t, &all->allow, false, &allow);
	split(&unused, &full->allow, false, &full_allow);
	split(t, &all->floor, true, &floor);
	buf_free(&unused.rules);
	buf_free(&unused.conditions);
	partial = allow;
	sysset_subtract(&partial, &full_allow);
	sysset_subtract(&allow, &partial);
	for (int id = 0; id < sys_count(); id++) {
		if (!all->spelling[id])
			continue;
		buf_printf(&t->spellings, "\t{%d, \"%s\"},\n", id, all->spelling[id]);
		t->nspellings++;
	}
	buf_puts(&t->ceilings, "\t{\n\t\t.name = ");
	buf_jstr(&t->ceilings, all->name, strlen(all->name));
	buf_puts(&t->ceilings, ",\n\t\t.source = ");
	buf_jstr(&t->ceilings, all->source, strlen(all->source));
	buf_printf(&t->ceilings, ",\n\t\t.archs = %u,\n\t\t.has_floor = %d,\n", all->allow.archs,
		   all->has_floor);
	put_set(&t->ceilings, "allow", &allow);
	put_set(&t->ceilings, "partial", &partial);
	put_set(&t->ceilings, "floor", &floor);
	put_set(&t->ceilings, "unimplemented", &all->unimplemented);
	put_set(&t->ceilings, "table", &all->table);
	buf_printf(
		&t->ceilings,
		"\t\t.condition_first = %u, .conditions = %u, .spelling_first = %u, .spellings = %u,\n\t},\n",
		condition_first, t->nconditions - condition_first, spelling_first,
		t->nspellings - spelling_first);
}

static int compile_file(struct tables *t, const char *path, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP_FREE char *text = NULL;
	struct ceiling *all = arena_alloc(&t->arena, sizeof(*all));
	struct ceiling *full = arena_alloc(&t->arena, sizeof(*full));
	size_t len;

	if (fd < 0)
		return err_sys(err, "%s", path);
	if (!all || !full)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (file_read_fd(fd, CEILING_MAX, &text, &len, err) < 0 ||
	    ceiling_parse(all, &t->arena, text, len, path, false, err) < 0 ||
	    ceiling_parse(full, &t->arena, text, len, path, true, err) < 0)
		return -1;
	put_ceiling(t, all, full);
	return 0;
}

static void put_table(const char *type, const char *name, const struct buf *b)
{
	/* C has no empty arrays. */
	(void)printf("static const struct %s %s[] = {\n%s};\n", type, name, b->data ? b->data : "\t{0},\n");
}

int main(int argc, char *argv[])
{
	struct tables t = {0};
	struct err err = {0};

	for (int i = 1; i < argc; i++) {
		if (compile_file(&t, argv[i], &err) == 0)
			continue;
		(void)fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	put_table("rule", "builtin_rules", &t.rules);
	put_table("builtin_condition", "builtin_conditions", &t.conditions);
	put_table("builtin_spelling", "builtin_spellings", &t.spellings);
	put_table("builtin_ceiling", "builtin_ceilings", &t.ceilings);
	buf_free(&t.rules);
	buf_free(&t.conditions);
	buf_free(&t.spellings);
	buf_free(&t.ceilings);
	arena_free(&t.arena);
	return 0;
}
