#include "site/ceiling_builtin.h"

#include <errno.h>
#include <string.h>

static const char full_suffix[] = ":full";

/* A name of a file in our folders: never a path. */
static bool name_ok(const char *s, size_t len)
{
	if (!len || len > 128 || s[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
		      (s[i] >= '0' && s[i] <= '9') || s[i] == '-' || s[i] == '_' || s[i] == '.'))
			return false;
	return true;
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum { LISTED_MAX = 64 };

struct listed {
	const char *v[LISTED_MAX];
	size_t n;
};

static void list_dir(struct listed *names, struct arena *arena, const char *dir)
{
	CLEANUP_DIR DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && names->n < LISTED_MAX && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (e->d_name[0] == '.' || len < 6 || strcmp(e->d_name + len - 5, ".json") != 0)
			continue;
		names->v[names->n] = arena_strndup(arena, e->d_name, len - 5);
		names->n += names->v[names->n] != NULL;
	}
}

static int not_found(struct arena *arena, const char *name, const char *const *dirs, struct err *err)
{
	CLEANUP_BUF struct buf out = {0};
	struct listed names = {0};

	for (; *dirs; dirs++)
		list_dir(&names, arena, *dirs);
	for (size_t i = 0; ceiling_builtin_name(i) && names.n < LISTED_MAX; i++)
		names.v[names.n++] = ceiling_builtin_name(i);
	qsort(names.v, names.n, sizeof(names.v[0]), name_compare);
	for (size_t i = 0; i < names.n; i++)
		if (!i || strcmp(names.v[i], names.v[i - 1]) != 0)
			buf_printf(&out, "%s%s", i ? ", " : "", names.v[i]);
	return err_set(err, ERR_CONFIG, "ceiling \"%s\": no such whitelist; there are: %s", name,
		       out.failed ? "" : out.data);
}

/* Reads one file. *ret_found false: it is not there. */
static int load_file(struct ceiling *ret, bool *ret_found, struct arena *arena, const char *path,
		     bool full_only, const struct file_trust *trust, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;

	*ret_found = true;
	if (file_read_trusted(path, trust, CEILING_MAX, &text, &len, err)) {
		*ret_found = !(err->kind == ERR_SYSTEM && err->sys == ENOENT);
		return *ret_found ? err_wrap(err, "ceiling") : 0;
	}
	return ceiling_parse(ret, arena, text, len, path, full_only, err);
}

static int load_path(struct ceiling *ret, struct arena *arena, const char *path, bool full_only,
		     const struct file_trust *trust, struct err *err)
{
	bool found;

	if (load_file(ret, &found, arena, path, full_only, trust, err))
		return -1;
	if (!found)
		return err_set(err, ERR_CONFIG, "ceiling \"%s\": no such file", path);
	ret->name = path;
	return 0;
}

static int load_name(struct ceiling *ret, struct arena *arena, const char *name, const char *const *dirs,
		     bool full_only, const struct file_trust *trust, struct err *err)
{
	if (!name_ok(name, strlen(name)))
		return err_set(err, ERR_CONFIG, "ceiling \"%.128s\": neither a name nor an absolute path",
			       name);
	for (const char *const *dir = dirs; *dir; dir++) {
		char path[4096] UNFILLED;
		bool found;
		int n = snprintf(path, sizeof(path), "%s/%s.json", *dir, name);

		if (n < 0 || (size_t)n >= sizeof(path))
			return err_set(err, ERR_CONFIG, "ceiling \"%s\": the path is too long", name);
		const char *kept = arena_strndup(arena, path, (size_t)n);
		if (!kept)
			return err_set(err, ERR_LIMIT, "ceiling \"%s\": out of memory", name);
		if (load_file(ret, &found, arena, kept, full_only, trust, err))
			return -1;
		if (found)
			return 0;
	}
	if (ceiling_builtin(ret, name, full_only))
		return 0;
	return not_found(arena, name, dirs, err);
}

int ceiling_load(struct ceiling *ret, struct arena *arena, const char *name, const char *const *dirs,
		 const struct file_trust *trust, struct err *err)
{
	size_t len = strlen(name), cut = strlen(full_suffix);
	bool full_only = len > cut && !strcmp(name + len - cut, full_suffix);
	const char *plain = arena_strndup(arena, name, full_only ? len - cut : len);
	const char *shown = arena_strndup(arena, name, len);

	if (!plain || !shown)
		return err_set(err, ERR_LIMIT, "ceiling: out of memory");
	int failed = plain[0] == '/' ? load_path(ret, arena, plain, full_only, trust, err)
				     : load_name(ret, arena, plain, dirs, full_only, trust, err);
	if (!failed)
		ret->name = shown;
	return failed;
}
