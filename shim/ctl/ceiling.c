/* clampctl ceiling list, show, diff: the whitelists of this node. */
#include "ctl/ctl.h"
#include "ctl/folder.h"
#include "decide/describe.h"
#include "oci/seccomp.h"
#include "site/ceiling_builtin.h"
#include "site/config.h"
#include <limits.h>
#include <string.h>

enum { OPT_JSON };
const struct ctl_opt ctl_ceiling_show_opts[] = {
	[OPT_JSON] = {"--json", NULL, "one JSON object"},
	{0},
};

static const struct file_trust trust = {.allow_overflow_uid = true};

/* A ceiling is large: it lies in the arena. */
static struct ceiling *load(struct arena *arena, const char *name, struct err *err)
{
	struct ceiling *c = arena_alloc(arena, sizeof(*c));

	if (!c) {
		(void)err_set(err, ERR_SYSTEM, "out of memory");
		return NULL;
	}
	return ceiling_load(c, arena, name, config_whitelist_dirs, &trust, err) < 0 ? NULL : c;
}

/* A name that is there for the runtime's own calls alone. */
static bool floor_alone(const struct ceiling *c, int id)
{
	return !profile_allows_some(&c->allow, id) && profile_allows_some(&c->floor, id);
}

static unsigned count(const struct ceiling *c, unsigned *ret_floor)
{
	unsigned n = 0;

	*ret_floor = 0;
	for (int id = 0; id < sys_count(); id++) {
		n += profile_allows_some(&c->allow, id);
		*ret_floor += floor_alone(c, id);
	}
	return n + *ret_floor;
}

/* One call as show and diff print it; nothing where the ceiling lacks it. */
static void put_call(struct buf *out, const struct ceiling *c, int id)
{
	if (profile_allows_some(&c->allow, id)) {
		buf_puts(out, sys_name(id));
		if (!profile_allows_all(&c->allow, id)) {
			buf_puts(out, "  ");
			describe_where(out, profile_call(&c->allow, id), UINT_MAX);
		}
	} else if (floor_alone(c, id)) {
		buf_printf(out, "%s  for the runtime's own calls only", sys_name(id));
	}
}

static int list_one(struct arena *arena, const char *name)
{
	struct err err = {0};
	const struct ceiling *c = load(arena, name, &err);
	unsigned n, floor;

	if (!c)
		return ctl_complain(&err);
	n = count(c, &floor);
	printf("%-22s %4u  %s\n", name, n, c->source ? c->source : "");
	return CTL_OK;
}

int ctl_ceiling_list(const struct ctl_args *args)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct folder names = {0};
	struct err err = {0};
	int code = CTL_OK;

	(void)args;
	for (const char *const *dir = config_whitelist_dirs; *dir; dir++)
		if (folder_read(&names, &arena, *dir, ".json", &err) < 0)
			return ctl_complain(&err);
	for (size_t i = 0; ceiling_builtin_name(i); i++)
		if (folder_add(&names, &arena, ceiling_builtin_name(i), strlen(ceiling_builtin_name(i)),
			       &err) < 0)
			return ctl_complain(&err);
	for (size_t i = 0; i < names.n; i++) {
		CLEANUP_ARENA struct arena one = {0};

		if (list_one(&one, names.v[i]) != CTL_OK)
			code = CTL_UNDECIDED;
	}
	return code;
}

static void show_json(const struct ceiling *c)
{
	CLEANUP_BUF struct buf out = {0};
	const char *before = "";
	unsigned n, floor;

	n = count(c, &floor);
	buf_puts(&out, "{\"name\":");
	buf_jstr(&out, c->name, strlen(c->name));
	buf_puts(&out, ",\"source\":");
	buf_jstr(&out, c->source ? c->source : "", c->source ? strlen(c->source) : 0);
	buf_printf(&out, ",\"count\":%u,\"architectures\":[", n);
	for (unsigned a = 0; a < ARCH_COUNT; a++) {
		if (!(c->allow.archs & 1u << a))
			continue;
		buf_printf(&out, "%s\"%s\"", before, arch_oci_name((enum arch_id)a));
		before = ",";
	}
	buf_puts(&out, "],\"syscalls\":");
	allowlist_write(&c->allow, &out);
	buf_puts(&out, ",\"floor\":");
	allowlist_write(&c->floor, &out);
	buf_puts(&out, "}");
	puts(out.failed ? "" : out.data);
}

int ctl_ceiling_show(const struct ctl_args *args)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf line = {0};
	struct err err = {0};
	const struct ceiling *c = load(&arena, args->word[0], &err);

	if (!c)
		return ctl_complain(&err);
	if (args->opt[OPT_JSON]) {
		show_json(c);
		return CTL_OK;
	}
	for (int id = 0; id < sys_count(); id++) {
		size_t before = line.len;

		put_call(&line, c, id);
		if (line.len > before)
			buf_putc(&line, '\n');
	}
	(void)fwrite(line.data, 1, line.len, stdout);
	return CTL_OK;
}

/* Lines as diff(1) writes them, name by name. */
int ctl_ceiling_diff(const struct ctl_args *args)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	const struct ceiling *a = load(&arena, args->word[0], &err);
	const struct ceiling *b = a ? load(&arena, args->word[1], &err) : NULL;
	int code = CTL_OK;

	if (!b)
		return ctl_complain(&err);
	for (int id = 0; id < sys_count(); id++) {
		CLEANUP_BUF struct buf in_a = {0};
		CLEANUP_BUF struct buf in_b = {0};

		put_call(&in_a, a, id);
		put_call(&in_b, b, id);
		if (in_a.len == in_b.len && (in_a.len == 0 || memcmp(in_a.data, in_b.data, in_a.len) == 0))
			continue;
		if (in_a.len)
			printf("-%s\n", in_a.data);
		if (in_b.len)
			printf("+%s\n", in_b.data);
		code = CTL_NO;
	}
	return code;
}
