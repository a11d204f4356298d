#include "oci/seccomp.h"
#include "site/floorfile.h"

#include <errno.h>
#include <string.h>

/* What p allows of the calls in `of`. */
static void put_part(const char *key, const struct profile *p, const struct sysset *of, struct arena *arena,
		     struct buf *out)
{
	struct profile *part = arena_alloc(arena, sizeof(*part));

	out->failed |= part == NULL;
	if (!part)
		return;
	profile_init(part, p->def, ARCHSET_ALL);
	for (int id = sysset_next(of, 0); id >= 0; id = sysset_next(of, id + 1))
		profile_put(part, id, profile_call(p, id));
	buf_printf(out, "\"%s\": ", key);
	allowlist_write(part, out);
}

static void put_fallbacks(const struct floor *f, struct buf *out)
{
	buf_puts(out, "\"fallbacks\": [");
	for (unsigned i = 0; i < f->nfallbacks; i++) {
		const struct floor_fallback *way = &f->fallback[i];
		const char *between = "";

		buf_printf(out, "%s{\"denied\":\"%s\"", i ? "," : "", sys_name(way->denied));
		if (way->answer)
			buf_printf(out, ",\"answer\":\"%s\"", way->answer == EPERM ? "EPERM" : "ENOSYS");
		buf_puts(out, ",\"instead\":[");
		for (int id = sysset_next(&way->instead, 0); id >= 0;
		     id = sysset_next(&way->instead, id + 1), between = ",")
			buf_printf(out, "%s\"%s\"", between, sys_name(id));
		buf_puts(out, "]}");
	}
	buf_puts(out, "]");
}

static void put_floor(const char *key, const struct floor *f, struct arena *arena, struct buf *out)
{
	struct sysset need = {0}, margin = {0};

	for (int id = 0; id < sys_count(); id++) {
		if (profile_allows_some(&f->need, id))
			sysset_add(&need, id);
		if (profile_allows_some(&f->margin, id))
			sysset_add(&margin, id);
	}
	sysset_subtract(&margin, &f->exec);
	sysset_subtract(&margin, &f->effect);
	buf_printf(out, ",\n \"%s\": {\n  ", key);
	put_part("need", &f->need, &need, arena, out);
	buf_puts(out, ",\n  ");
	put_part("exec", &f->margin, &f->exec, arena, out);
	buf_puts(out, ",\n  ");
	put_part("effect", &f->margin, &f->effect, arena, out);
	buf_puts(out, ",\n  ");
	put_part("margin", &f->margin, &margin, arena, out);
	buf_puts(out, ",\n  ");
	put_fallbacks(f, out);
	buf_puts(out, "\n }");
}

void floorfile_write(const struct floorfile *f, struct arena *arena, struct buf *out)
{
	const struct {
		const char *key, *value;
	} words[] = {
		{"runtime", runtime_name(f->kind)},
		{"runtime_version", f->runtime_version},
		{"binary", f->binary_key},
		{"measured", f->measured},
	};

	buf_puts(out, "{\n \"version\": 1");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		buf_printf(out, ",\n \"%s\": ", words[i].key);
		buf_jstr(out, words[i].value, strlen(words[i].value));
	}
	put_floor("nnp_true", f->floor[1], arena, out);
	put_floor("nnp_false", f->floor[0], arena, out);
	buf_puts(out, "\n}\n");
}
