/* A folder of a test's own, removed with what is in it. The
 * tests of trust set owners, so they run as root. */
#ifndef RUNCLAMP_TESTS_TMPDIR_H
#define RUNCLAMP_TESTS_TMPDIR_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tmpdir[64];

static inline int tmpdir_make(void **state)
{
	(void)state;
	(void)snprintf(tmpdir, sizeof(tmpdir), "%s", "/tmp/runclamp-test-XXXXXX");
	return mkdtemp(tmpdir) ? 0 : -1;
}

static inline int tmpdir_drop(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int tmpdir_remove(void **state)
{
	(void)state;
	return nftw(tmpdir, tmpdir_drop, 16, FTW_DEPTH | FTW_PHYS);
}

/* TMPDIR/NAME, in one of four buffers. */
static inline const char *tmpdir_path(const char *name)
{
	static char paths[4][256];
	static unsigned turn;
	char *p = paths[turn++ % 4];
	(void)snprintf(p, sizeof(paths[0]), "%s/%s", tmpdir, name);
	return p;
}

/* Never through a link: one that a failed test left may lead out of the folder. */
static inline void tmpdir_write(const char *name, const void *data, size_t len, mode_t mode)
{
	const char *path = tmpdir_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len || fchmod(fd, mode) < 0 || close(fd) < 0) {
		perror(path);
		abort();
	}
}

/* How many entries a folder has. */
static inline unsigned tmpdir_count(const char *name)
{
	unsigned n = 0;
	DIR *d = opendir(tmpdir_path(name));
	for (struct dirent *e; d && (e = readdir(d));)
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	if (d)
		(void)closedir(d);
	return n;
}

#endif
