#include "runtime/stateroot.h"
#include "base/userns.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *fallback;
	bool cleans;	   /* Go's filepath.Clean: "link/.." is the folder that holds the link */
	bool root_has_xdg; /* takes $XDG_RUNTIME_DIR also as the node's root */
} runtimes[RUNTIME_KIND_COUNT] = {
	[RUNTIME_RUNC] = {"/run/runc", true, false},
	[RUNTIME_CRUN] = {"/run/crun", false, true},
	[RUNTIME_RUNSC] = {"/var/run/runsc", true, true},
	[RUNTIME_YOUKI] = {"/run/youki", false, false},
};

/* Behind dst[0..at], without empty and "." components. Returns the new length,
 * or 0 if it is too long. */
static size_t append(char dst[static PATH_MAX], size_t at, const char *path, bool clean)
{
	while (*path) {
		path += strspn(path, "/");
		size_t n = strcspn(path, "/");
		if (at + n + 2 > PATH_MAX)
			return 0;
		if (clean && n == 2 && memcmp(path, "..", 2) == 0) {
			while (at && dst[--at] != '/')
				;
		} else if (n && !(n == 1 && *path == '.')) {
			dst[at++] = '/';
			memcpy(dst + at, path, n);
			at += n;
		}
		path += n;
	}
	if (at == 0)
		dst[at++] = '/';
	dst[at] = '\0';
	return at;
}

static int too_long(struct err *err)
{
	return err_set(err, ERR_LIMIT, "--root is too long");
}

static int absolute(char dst[static PATH_MAX], const char *root, bool clean, struct err *err)
{
	size_t at = 0;

	if (*root != '/') {
		if (!getcwd(dst, PATH_MAX))
			return err_sys(err, "the working directory");
		at = strcmp(dst, "/") == 0 ? 0 : strlen(dst);
	}
	return append(dst, at, root, clean) ? 0 : too_long(err);
}

/* What exists of it as the kernel knows it, the rest as it is written. */
static int follow(char dst[static PATH_MAX], char path[static PATH_MAX], struct err *err)
{
	char full[PATH_MAX] UNFILLED;
	size_t cut = strlen(path);

	memcpy(full, path, cut + 1);
	while (!realpath(cut ? path : "/", dst)) {
		if (!cut)
			return err_sys(err, "/");
		while (path[--cut] != '/')
			;
		path[cut] = '\0';
	}
	if (!full[cut] || !full[1])
		return 0;
	return append(dst, dst[1] ? strlen(dst) : 0, full + cut, true) ? 0 : too_long(err);
}

static const char *default_root(char buf[static PATH_MAX], enum runtime_kind kind)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");

	if (!xdg || !*xdg || (!runtimes[kind].root_has_xdg && userns_is_initial_root()))
		return runtimes[kind].fallback;
	int n = snprintf(buf, PATH_MAX, "%s/%s", xdg, runtime_name(kind));
	return n > 0 && n < PATH_MAX ? buf : runtimes[kind].fallback;
}

int stateroot_path(char dst[static PATH_MAX], enum runtime_kind kind, const char *root, struct err *err)
{
	char path[PATH_MAX] UNFILLED, buf[PATH_MAX] UNFILLED;

	if (absolute(path, root ? root : default_root(buf, kind), runtimes[kind].cleans, err) < 0)
		return -1;
	return follow(dst, path, err);
}
