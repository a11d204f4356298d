/* Who may open a socket: its mode, its group's members, its access list, the folders above it. */
#include "ctl/node/node.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { MEMBERS_TOLD = 8 };

/* The next of a line's fields between colons; NULL behind the last. */
static const char *field(const char **at, size_t *ret_len)
{
	const char *start = *at;

	if (!start)
		return NULL;
	*ret_len = strcspn(start, ":\n");
	*at = start[*ret_len] == ':' ? start + *ret_len + 1 : NULL;
	return start;
}

/* fields[i] of a line of passwd or group, up to the fourth. */
static bool split(const char *line, const char *fields[4], size_t lens[4])
{
	for (int i = 0; i < 4; i++) {
		fields[i] = field(&line, &lens[i]);
		if (!fields[i])
			return false;
	}
	return true;
}

static bool is_number(const char *text, size_t len, unsigned long want)
{
	char shown[24];
	int n = snprintf(shown, sizeof(shown), "%lu", want);

	return (size_t)n == len && memcmp(text, shown, len) == 0;
}

static const char *next_line(const char *line)
{
	line = strchr(line, '\n');
	return line && line[1] ? line + 1 : NULL;
}

struct members {
	struct buf names;
	unsigned count;
};

static void add_member(struct members *m, const char *name, size_t len)
{
	/* root is who is trusted anyway. */
	if (len == 0 || (len == 4 && memcmp(name, "root", 4) == 0))
		return;
	if (m->count++ < MEMBERS_TOLD)
		buf_printf(&m->names, "%s%.*s", m->names.len ? ", " : "", (int)len, name);
}

/* The group's name, its listed members, and those whose first group it is. */
static const char *read_group(struct node *n, gid_t gid, struct members *m)
{
	const char *name = NULL, *f[4];
	size_t len[4], size;
	struct err err = {0};
	char *text;

	if (node_read(n, "/etc/group", &text, &size, &err) == 0)
		for (const char *line = text; line && *line; line = next_line(line)) {
			if (!split(line, f, len) || !is_number(f[2], len[2], gid))
				continue;
			name = arena_strndup(&n->arena, f[0], len[0]);
			for (const char *p = f[3], *end = f[3] + len[3]; p < end;) {
				size_t one = strcspn(p, ",:\n");

				add_member(m, p, one);
				p += one + 1;
			}
		}
	if (node_read(n, "/etc/passwd", &text, &size, &err) == 0)
		for (const char *line = text; line && *line; line = next_line(line))
			if (split(line, f, len) && is_number(f[3], len[3], gid))
				add_member(m, f[0], len[0]);
	return name;
}

/* "group docker (alice, bob)", or NULL if nobody but root is in it. */
static const char *node_group(struct node *n, gid_t gid)
{
	struct members m = {0};
	char shown[600], number[24];
	const char *name = read_group(n, gid, &m), *ret = NULL;

	(void)snprintf(number, sizeof(number), "%u", gid);
	if (m.count > 0 && !m.names.failed) {
		(void)snprintf(shown, sizeof(shown), "group %s (%.400s%s)", name ? name : number,
			       m.names.data, m.count > MEMBERS_TOLD ? ", …" : "");
		ret = arena_strndup(&n->arena, shown, strlen(shown));
	}
	buf_free(&m.names);
	return ret;
}

/* "user bob" */
static const char *node_user(struct node *n, uid_t uid)
{
	struct err err = {0};
	const char *f[4], *name = NULL;
	size_t len[4], size;
	char shown[64], *text;

	(void)snprintf(shown, sizeof(shown), "user %u", uid);
	if (node_read(n, "/etc/passwd", &text, &size, &err) == 0)
		for (const char *line = text; line && *line && !name; line = next_line(line))
			if (split(line, f, len) && is_number(f[2], len[2], uid)) {
				name = f[0];
				(void)snprintf(shown, sizeof(shown), "user %.*s", (int)len[0], name);
			}
	return arena_strndup(&n->arena, shown, strlen(shown));
}

/* Whether a folder on the way keeps out whoever is not root. Where it has an access
 * list, its mode's group stands for all whom that names. */
static bool is_shut_above(struct node *n, const char *path)
{
	char dir[512];
	struct stat st;

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		if (node_stat(n, dir, &st) && st.st_uid == 0 && (st.st_mode & 0011) == 0)
			return true;
	}
	return false;
}

/* With an access list the mode's middle bits are its mask, not the group's own. */
static bool is_group_let(const struct stat *st, const struct acl *acl)
{
	for (uint32_t i = 0; i < acl->n; i++)
		if (acl->v[i].tag == ACL_TAG_GROUP_OBJ)
			return acl_lets_write(acl, &acl->v[i]);
	return st->st_mode & 0020;
}

static void say_mode(struct node *n, struct seen *s, const char *path, const struct stat *st,
		     const struct acl *acl)
{
	const char *group = is_group_let(st, acl) ? node_group(n, st->st_gid) : NULL;

	if (st->st_mode & 0002)
		say(s, WAY_OPEN, "%s: every user may open it (mode %04o)", path, st->st_mode & 07777u);
	if (group)
		say(s, WAY_OPEN, "%s: %s may open it", path, group);
	if (st->st_uid != 0)
		say(s, WAY_OPEN, "%s belongs to uid %u", path, st->st_uid);
}

static void say_list(struct node *n, struct seen *s, const char *path, const struct acl *acl)
{
	for (uint32_t i = 0; i < acl->n; i++) {
		const struct acl_entry *e = &acl->v[i];
		const char *who = NULL;

		if (!acl_lets_write(acl, e))
			continue;
		if (e->tag == ACL_TAG_USER && e->id != 0)
			who = node_user(n, e->id);
		else if (e->tag == ACL_TAG_GROUP)
			who = node_group(n, e->id);
		if (who)
			say(s, WAY_OPEN, "%s: %s may open it, by its access list", path, who);
	}
}

void say_socket(struct node *n, struct seen *s, const char *path)
{
	CLEANUP_FD int fd = node_open(n, path, O_PATH);
	size_t before = s->text.len;
	struct acl acl = {.n = 0};
	struct err err = {0};
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		say(s, WAY_CLOSED, "%s is not there", path);
		return;
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		say(s, WAY_UNKNOWN, "%s cannot be looked at: %s", path, strerror(errno));
		return;
	}
	if (is_shut_above(n, node_real(n, path))) {
		say(s, WAY_CLOSED, "%s lies in a folder that only root may enter", path);
		return;
	}
	if (acl_read(&acl, fd, path, &err) < 0)
		say(s, WAY_UNKNOWN, "%s", err.msg);
	say_mode(n, s, path, &st, &acl);
	say_list(n, s, path, &acl);
	if (s->text.len == before && !s->text.failed)
		say(s, WAY_CLOSED, "%s: only root may open it (mode %04o, group %u has no other member)",
		    path, st.st_mode & 07777u, st.st_gid);
}
