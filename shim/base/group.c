#include "base/group.h"
#include "base/file.h"
#include "base/userns.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TABLE_MAX = 8 << 20 };

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end && end[1] ? end + 1 : NULL;
}

/* The field of a line between colons, counted from 0; *ret_len is 0 if it has none such. */
static const char *field(const char *line, unsigned n, size_t *ret_len)
{
	size_t len = strcspn(line, ":\n");

	for (; n && line[len] == ':'; n--) {
		line += len + 1;
		len = strcspn(line, ":\n");
	}
	*ret_len = n ? 0 : len;
	return line;
}

static bool field_is(const char *line, unsigned n, unsigned long id)
{
	char *end = NULL;
	size_t len;
	const char *text = field(line, n, &len);

	return len && strtoul(text, &end, 10) == id && end == text + len;
}

/* Whether all of that name in passwd are the user, or root. */
static bool is_user(const char *passwd, const char *name, size_t len, uid_t user)
{
	bool any = false;

	for (const char *line = passwd; line && *line; line = next_line(line)) {
		size_t n;
		const char *has = field(line, 0, &n);

		if (n != len || memcmp(has, name, len) != 0)
			continue;
		if (!field_is(line, 2, user) && !field_is(line, 2, 0))
			return false;
		any = true;
	}
	return any;
}

/* "name:password:gid:member,member" */
static bool only_user(const char *passwd, const char *line, uid_t user)
{
	size_t left;
	const char *at = field(line, 3, &left);
	const char *end = at + left;

	while (at < end) {
		size_t len = strcspn(at, ",:\n");

		if (len && !is_user(passwd, at, len, user))
			return false;
		at += len + 1;
	}
	return true;
}

bool group_is_of(const char *passwd, const char *group, uid_t user, gid_t gid)
{
	bool any = false;

	for (const char *line = passwd; line && *line; line = next_line(line))
		if (field_is(line, 3, gid) && !field_is(line, 2, user) && !field_is(line, 2, 0))
			return false;
	for (const char *line = group; line && *line; line = next_line(line)) {
		if (!field_is(line, 2, gid))
			continue;
		if (!only_user(passwd, line, user))
			return false;
		any = true;
	}
	return any || gid == user;
}

/* Root's; or the caller's own, in a namespace of his, for himself. */
static char *read_table(const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct err ignored;
	char *text = NULL;
	size_t len;

	return fd >= 0 && file_read_fd(fd, TABLE_MAX, &text, &len, &ignored) == 0 ? text : NULL;
}

bool group_is_callers(gid_t gid)
{
	CLEANUP_FREE char *passwd = NULL, *group = NULL;
	uid_t user = userns_outer_user();
	gid_t outer = userns_outer_group(gid);

	if (gid != getegid() || user == (uid_t)-1 || outer == (gid_t)-1)
		return false;
	passwd = read_table("/etc/passwd");
	group = read_table("/etc/group");
	return passwd && group && group_is_of(passwd, group, user, outer);
}
