#include "site/identity.h"
#include "base/file.h"
#include "base/statedir.h"
#include "site/config_resolve.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { VERSION_MAX = 4096, VERSION_MS = 10000, TABLE_MAX = 2 << 20, TABLE_MS = 30000 };

static const char guest_arch[] =
#if defined(__x86_64__)
	"amd64";
#else
	"arm64";
#endif

int identity_check(const char *path, struct stat *ret_st, struct err *err)
{
	const struct file_trust trust = {.allow_overflow_uid = config_is_usual_path(path)};
	struct stat self;

	if (file_check_executable(path, &trust, ret_st, err) < 0)
		return -1;
	if (stat("/proc/self/exe", &self) < 0)
		return err_sys(err, "/proc/self/exe");
	if (self.st_dev == ret_st->st_dev && self.st_ino == ret_st->st_ino)
		return err_set(err, ERR_RUNTIME,
			       "%s is runclamp itself: it would call itself without end; name the real "
			       "runtime's binary",
			       path);
	return 0;
}

static void make_key(char dst[static 96], const struct stat *st)
{
	(void)snprintf(dst, 96, "%llx-%llx-%llx-%llx.%lx-%llx.%lx", (unsigned long long)st->st_dev,
		       (unsigned long long)st->st_ino, (unsigned long long)st->st_size,
		       (unsigned long long)st->st_mtim.tv_sec, (unsigned long)st->st_mtim.tv_nsec,
		       (unsigned long long)st->st_ctim.tv_sec, (unsigned long)st->st_ctim.tv_nsec);
}

/* An answer from the cache, in the arena; NULL: ask. */
static char *cached(struct arena *arena, const char *name, size_t *ret_len)
{
	struct err ignored;
	CLEANUP_FD int dirfd = statedir_open("cache", false, &ignored);
	CLEANUP_FREE char *text = NULL;

	if (dirfd < 0 || statedir_read(dirfd, name, &text, ret_len, &ignored) < 0 || !text)
		return NULL;
	return arena_strndup(arena, text, *ret_len);
}

/* A cache that can't be written costs time, no more. */
static void cache(const char *name, const char *text, size_t len)
{
	struct err ignored;
	CLEANUP_FD int dirfd = statedir_open("cache", true, &ignored);

	if (dirfd >= 0)
		(void)!file_replace_at(dirfd, name, text, len, NULL, -1, &ignored);
}

static int ask(struct arena *arena, char *const argv[], size_t max, unsigned ms, char **ret, size_t *ret_len,
	       struct err *err)
{
	CLEANUP_FREE char *out = NULL;
	int status;

	if (identity_ask(argv, false, max, ms, &out, ret_len, &status, err) < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_RUNTIME, "%s %s failed (%s %d)", argv[0], argv[1],
			       WIFEXITED(status) ? "exit code" : "signal",
			       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	*ret = arena_strndup(arena, out, *ret_len);
	return *ret ? 0 : err_set(err, ERR_LIMIT, "out of memory");
}

/* "runc version 1.1.5+ds1\n…": the word behind "version". */
static const char *version_word(struct arena *arena, const char *text)
{
	const char *p = strstr(text, "version");

	p = p ? p + strlen("version") : text;
	p += strspn(p, ": ");
	return arena_strndup(arena, p, strcspn(p, " \t\r\n"));
}

static int read_version(struct identity *id, struct arena *arena, const char *text, size_t len)
{
	if (runtime_version_parse(id->kind, text, len, &id->version) < 0)
		return -1;
	id->version_text = version_word(arena, text);
	return id->version_text ? 0 : -1;
}

static int get_version(struct identity *id, struct arena *arena, struct err *err)
{
	char *const argv[] = {(char *)(uintptr_t)id->path, (char[]){"--version"}, NULL};
	char name[NAME_MAX + 1], *text;
	size_t len;

	(void)snprintf(name, sizeof(name), "%s-%s.version", runtime_name(id->kind), id->key);
	text = cached(arena, name, &len);
	if (text && read_version(id, arena, text, len) == 0)
		return 0;
	if (ask(arena, argv, VERSION_MAX, VERSION_MS, &text, &len, err) < 0)
		return -1;
	if (read_version(id, arena, text, len) < 0)
		return err_set(err, ERR_RUNTIME, "%s --version says \"%.60s\", which is no version of %s",
			       id->path, text, runtime_name(id->kind));
	cache(name, text, len);
	return 0;
}

int identity_get(struct identity *ret, struct arena *arena, const struct handler *h, struct err *err)
{
	struct identity id = {.kind = h->runtime, .path = h->inner ? h->inner : h->path};
	struct stat st;

	if (!h->path)
		return err_set(err, ERR_RUNTIME,
			       "handler %s: no %s in the usual places; install it, or set its \"path\" in %s",
			       h->name, runtime_name(h->runtime), config_default_path);
	if (identity_check(h->path, &st, err) < 0 || (h->inner && identity_check(h->inner, &st, err) < 0))
		goto failed;
	make_key(id.key, &st);
	if (get_version(&id, arena, err) < 0)
		goto failed;
	*ret = id;
	return 0;
failed:
	(void)err_wrap(err, "handler %s", h->name);
	err->kind = ERR_RUNTIME;
	return -1;
}

static int fresh_ceiling(struct ceiling *ret, struct arena *arena, const struct identity *id,
			 const char *name, bool full_only, struct err *err)
{
	char *const argv[] = {(char *)(uintptr_t)id->path,
			      (char[]){"help"},
			      (char[]){"syscalls"},
			      (char[]){"-format"},
			      (char[]){"json"},
			      (char[]){"-os"},
			      (char[]){"linux"},
			      (char[]){"-arch"},
			      (char *)(uintptr_t)guest_arch,
			      NULL};
	CLEANUP_BUF struct buf list = {0};
	char *text;
	size_t len;

	if (ask(arena, argv, TABLE_MAX, TABLE_MS, &text, &len, err) < 0 ||
	    ceiling_from_runsc(text, len, id->version_text, &list, err) < 0)
		return -1;
	if (list.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	/* What is parsed points into its text. */
	text = arena_strndup(arena, list.data, list.len);
	if (!text)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (ceiling_parse(ret, arena, text, list.len, id->path, full_only, err) < 0)
		return -1;
	cache(name, text, list.len);
	return 0;
}

int identity_ceiling(struct ceiling *ret, struct arena *arena, const struct identity *id, bool full_only,
		     struct err *err)
{
	char name[NAME_MAX + 1], *text;
	struct err ignored;
	size_t len;

	if (id->kind != RUNTIME_RUNSC)
		return err_set(err, ERR_CONFIG,
			       "%s has no table of its own: the ceiling \"runtime\" is runsc's",
			       runtime_name(id->kind));
	/* Another runclamp may turn the same table into another list. */
	(void)snprintf(name, sizeof(name), "runsc-%s.%s.ceiling", id->key, RUNCLAMP_VERSION);
	text = cached(arena, name, &len);
	if (text && ceiling_parse(ret, arena, text, len, id->path, full_only, &ignored) == 0)
		return 0;
	if (fresh_ceiling(ret, arena, id, name, full_only, err) == 0)
		return 0;
	(void)err_wrap(err, "the syscall table of %s can't be had", id->path);
	err->kind = ERR_RUNTIME;
	return -1;
}
