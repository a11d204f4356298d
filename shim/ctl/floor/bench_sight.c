/* A process of a container, looked at from outside: so it needs no calls of its own. */
#include "base/file.h"
#include "ctl/floor/bench.h"
#include "ctl/folder.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static ssize_t read_file(pid_t pid, const char *name, char *text, size_t cap)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, cap - 1);

	text[n > 0 ? n : 0] = '\0';
	return n;
}

bool sight_is_payload(pid_t pid)
{
	char link[32], exe[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	/* No runtime has such a path. */
	return strcmp(exe, "/payload") == 0 || strcmp(exe, "/own") == 0;
}

/* In the middle of an exec the new program has no environment yet. */
bool sight_waits(pid_t pid)
{
	char text[1024], *end;

	(void)read_file(pid, "stat", text, sizeof(text));
	end = strrchr(text, ')');
	return end && strncmp(end, ") S", 3) == 0 && sight_is_payload(pid);
}

static void put_status(struct buf *out, pid_t pid)
{
	static const char *const fields[] = {"Umask:",	    "Uid:",    "Gid:",	  "Groups:", "Cap",
					     "NoNewPrivs:", "SigBlk:", "SigIgn:", "Seccomp:"};
	char text[4096], *rest = text, *line;

	(void)read_file(pid, "status", text, sizeof(text));
	while ((line = strsep(&rest, "\n")))
		for (size_t i = 0; i < ARRAY_LEN(fields); i++)
			if (strncmp(line, fields[i], strlen(fields[i])) == 0)
				buf_printf(out, "%s\n", line);
}

/* One number, or one line, of a file. */
static void put_value(struct buf *out, pid_t pid, const char *name)
{
	char text[128];

	(void)read_file(pid, name, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	buf_printf(out, "%s %s\n", name, text);
}

/* Nice and the scheduler's class: fields 19 and 41; whether there is a terminal: field 7. */
static void put_schedule(struct buf *out, pid_t pid)
{
	char text[1024], *rest, *word;
	unsigned field = 2;

	(void)read_file(pid, "stat", text, sizeof(text));
	rest = strrchr(text, ')');
	while (rest && (word = strsep(&rest, " ")) && field < 42) {
		if (field == 19 || field == 41)
			buf_printf(out, "schedule %s\n", word);
		if (field == 7)
			buf_printf(out, "terminal %d\n", strcmp(word, "0") != 0);
		field++;
	}
}

static void put_environment(struct buf *out, pid_t pid)
{
	char text[4096];
	ssize_t n = read_file(pid, "environ", text, sizeof(text));

	for (ssize_t at = 0; at < n; at += (ssize_t)strlen(text + at) + 1)
		buf_printf(out, "environment %s\n", text + at);
}

static void put_limits(struct buf *out, pid_t pid)
{
	char text[4096];

	(void)read_file(pid, "limits", text, sizeof(text));
	buf_puts(out, text);
}

/* Numbers that differ from start to start do not count. */
static void put_descriptor(struct buf *out, pid_t pid, unsigned fd)
{
	char path[64], target[256];
	struct stat st;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%u", (int)pid, fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return;
	target[n] = '\0';
	target[strcspn(target, ":0123456789")] = '\0';
	buf_printf(out, "descriptor %u %s", fd, target);
	if (fd <= 2 && stat(path, &st) == 0)
		buf_printf(out, " of %u:%u, mode %o", st.st_uid, st.st_gid, st.st_mode & 07777);
	buf_putc(out, '\n');
}

void sight_describe(struct buf *out, pid_t pid)
{
	static const char *const values[] = {"oom_score_adj", "personality"};
	char path[64], cwd[256];
	ssize_t n;

	put_status(out, pid);
	for (unsigned fd = 0; fd < 32; fd++)
		put_descriptor(out, pid, fd);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		put_value(out, pid, values[i]);
	put_schedule(out, pid);
	(void)snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	n = readlink(path, cwd, sizeof(cwd) - 1);
	buf_printf(out, "cwd %.*s\n", (int)(n > 0 ? n : 0), cwd);
	put_environment(out, pid);
	put_limits(out, pid);
}
