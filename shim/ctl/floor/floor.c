/* clampctl floor show: the calls that a runtime itself makes under the filter. */
#include "ctl/check/ask.h"
#include "ctl/ctl.h"
#include "ctl/runtime.h"
#include "ctl/sheet.h"
#include "decide/describe.h"
#include "site/floorfile.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

enum { OPT_RUNTIME, OPT_HANDLER };
const struct ctl_opt ctl_floor_show_opts[] = {
	[OPT_RUNTIME] = {"--runtime", "PATH", "of this binary"},
	[OPT_HANDLER] = {"--handler", "NAME", "of this handler's runtime (default: runclamp)"},
	{0},
};

/* As the decision would read it: a measured floor wins. */
static int read_floor(struct floor *ret, struct arena *arena, const struct identity *id, bool nnp,
		      struct err *err)
{
	static const struct file_trust trust = {.allow_overflow_uid = true};
	bool measured = false;

	if (floorfile_load(ret, &measured, arena, config_floors_dir, id->kind, id->key, nnp, &trust, err) < 0)
		return -1;
	if (measured)
		floor_complete(ret, id->kind, id->version, nnp);
	else
		floor_lookup(ret, id->kind, id->version, nnp);
	return 0;
}

/* " (where …)" behind a call that is not there whatever its arguments. */
static void put_call(struct buf *out, const struct profile *p, int id, bool first)
{
	buf_printf(out, "%s%s", first ? "" : ", ", sys_name(id));
	if (profile_allows_all(p, id))
		return;
	buf_puts(out, " (");
	describe_where(out, profile_call(p, id), UINT_MAX);
	buf_puts(out, ")");
}

/* What p allows of `of`, or, if that is NULL, all that it allows and no set of `but` has. */
static void put_profile(struct buf *out, const char *label, const struct profile *p, const struct sysset *of,
			const struct sysset *const but[2])
{
	CLEANUP_BUF struct buf names = {0};
	unsigned n = 0;

	for (int id = 0; id < sys_count(); id++) {
		bool shown = of ? sysset_has(of, id) : !sysset_has(but[0], id) && !sysset_has(but[1], id);

		if (shown && profile_allows_some(p, id))
			put_call(&names, p, id, n++ == 0);
	}
	if (n > 0 || !of)
		sheet_line(out, label, "%u%s%s", n, n ? ": " : "", n && !names.failed ? names.data : "");
}

static void put_fallback(struct buf *out, const struct floor_fallback *way)
{
	CLEANUP_BUF struct buf names = {0};
	char answer[32] = "";

	if (way->answer)
		(void)snprintf(answer, sizeof(answer), " with %s",
			       way->answer == ENOSYS ? "ENOSYS" : "EPERM");
	for (int id = sysset_next(&way->instead, 0); id >= 0; id = sysset_next(&way->instead, id + 1))
		buf_printf(&names, "%s%s", names.len ? ", " : "", sys_name(id));
	sheet_line(out, "  fall-back", "%s, where %s is denied%s", names.failed ? "" : names.data,
		   sys_name(way->denied), answer);
}

static void put_floor(struct buf *out, const struct floor *f)
{
	char parts[FLOOR_PARTS_TEXT];
	static const struct sysset none = {0};
	const struct sysset *const needs[2] = {&none, &none}, *const soft[2] = {&f->exec, &f->effect};

	if (f->outside_table)
		sheet_line(out, "  warning",
			   "this version is not in the table; `clampctl floor measure` finds its own floor");
	if (f->lacks)
		sheet_line(out, "  warning",
			   "it has no %s: taken from %s; `clampctl floor measure` finds them",
			   floor_parts(f->lacks, parts), f->filled);
	put_profile(out, "  need", &f->need, NULL, needs);
	put_profile(out, "  exec", &f->margin, &f->exec, NULL);
	put_profile(out, "  effect", &f->margin, &f->effect, NULL);
	put_profile(out, "  margin", &f->margin, NULL, soft);
	for (unsigned i = 0; i < f->nfallbacks; i++)
		put_fallback(out, &f->fallback[i]);
}

static int show(const struct identity *id, struct arena *arena, struct err *err)
{
	CLEANUP_BUF struct buf out = {0};

	sheet_line(&out, "runtime", "%s %s, %s", runtime_name(id->kind), id->version_text, id->path);
	for (int nnp = 1; nnp >= 0; nnp--) {
		struct floor *f = arena_alloc(arena, sizeof(*f));

		if (!f)
			return err_set(err, ERR_SYSTEM, "out of memory");
		if (read_floor(f, arena, id, nnp, err) < 0)
			return -1;
		sheet_line(&out, nnp ? "noNewPrivileges true" : "noNewPrivileges false", "%s", f->source);
		put_floor(&out, f);
	}
	if (id->kind == RUNTIME_RUNSC)
		sheet_line(&out, "",
			   "runsc loads the filter after the exec: it makes no calls of its own under it");
	if (out.failed)
		return err_set(err, ERR_SYSTEM, "out of memory");
	(void)fwrite(out.data, 1, out.len, stdout);
	return 0;
}

static int find(struct identity *ret, struct arena *arena, const struct ctl_args *args, struct err *err)
{
	struct config config;
	const struct handler *h;
	struct handler own;

	if (args->opt[OPT_RUNTIME] && args->opt[OPT_HANDLER])
		return err_set(err, ERR_USAGE, "--runtime and --handler exclude each other");
	if (args->opt[OPT_RUNTIME])
		return runtime_at(&own, ret, arena, args->opt[OPT_RUNTIME], err);
	if (ask_config(&config, arena, err) < 0 || ask_handler(&h, &config, args->opt[OPT_HANDLER], err) < 0)
		return -1;
	return identity_get(ret, arena, h, err);
}

int ctl_floor_show(const struct ctl_args *args)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct identity id;
	struct err err = {0};

	if (find(&id, &arena, args, &err) < 0 || show(&id, &arena, &err) < 0)
		return ctl_complain(&err);
	return CTL_OK;
}
