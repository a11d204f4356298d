#include "ctl/folder.h"
#include <errno.h>
#include <string.h>

int folder_add(struct folder *f, struct arena *arena, const char *name, size_t len, struct err *err)
{
	const char *kept = arena_strndup(arena, name, len);
	size_t at = f->n;

	if (!kept || f->n == FOLDER_MAX)
		return err_set(err, ERR_LIMIT, "more than %d files", FOLDER_MAX);
	while (at > 0 && strcmp(f->v[at - 1], kept) > 0)
		at--;
	if (at > 0 && strcmp(f->v[at - 1], kept) == 0)
		return 0;
	memmove(f->v + at + 1, f->v + at, (f->n - at) * sizeof(f->v[0]));
	f->v[at] = kept;
	f->n++;
	return 0;
}

int folder_read(struct folder *into, struct arena *arena, const char *dir, const char *suffix,
		struct err *err)
{
	CLEANUP_DIR DIR *d = opendir(dir);
	size_t cut = strlen(suffix);
	const struct dirent *e;

	if (!d)
		return errno == ENOENT ? 0 : err_sys(err, "%s: cannot read the folder", dir);
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (e->d_name[0] == '.' || len <= cut || strcmp(e->d_name + len - cut, suffix) != 0)
			continue;
		if (folder_add(into, arena, e->d_name, len - cut, err) < 0)
			return err_wrap(err, "%s", dir);
	}
	return 0;
}
