#include "base/userns.h"
#include "base/cleanup.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

bool userns_is_initial_root(void)
{
	static int known = -1;
	char map[64] = "";
	unsigned long inside, outside, count;

	if (known >= 0)
		return known;
	known = 0;
	if (geteuid() != 0)
		return false;
	CLEANUP_FD int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, map, sizeof(map) - 1) > 0 &&
	    sscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3)
		known = inside == 0 && outside == 0 && count == UINT32_MAX;
	return known;
}

struct range {
	unsigned long inside, outside, count;
};

/* The map's next line. */
static bool next_range(FILE *map, struct range *r)
{
	return map && fscanf(map, "%lu %lu %lu", &r->inside, &r->outside, &r->count) == 3;
}

static bool has(const struct range *r, unsigned long id)
{
	return id >= r->inside && id - r->inside < r->count;
}

bool userns_lacks_root(void)
{
	CLEANUP_FILE FILE *map = fopen("/proc/self/uid_map", "re");
	struct range r;
	bool any = false;

	while (next_range(map, &r)) {
		any = true;
		if (!r.outside)
			return false;
	}
	return any;
}

uid_t userns_overflow_uid(void)
{
	CLEANUP_FILE FILE *f = fopen("/proc/sys/kernel/overflowuid", "re");
	unsigned uid;

	return f && fscanf(f, "%u", &uid) == 1 ? uid : 65534;
}

bool userns_has_uid(uid_t uid)
{
	CLEANUP_FILE FILE *map = fopen("/proc/self/uid_map", "re");
	struct range r;

	while (next_range(map, &r))
		if (has(&r, uid))
			return true;
	return false;
}

bool userns_is_users(void)
{
	CLEANUP_FILE FILE *map = fopen("/proc/self/uid_map", "re");
	struct range r;

	while (next_range(map, &r))
		if (!r.inside)
			return r.count == 1 && userns_lacks_root();
	return false;
}

bool userns_is_rootless(void)
{
	return geteuid() != 0 || userns_is_users();
}

static unsigned long outer(const char *path, unsigned long id)
{
	CLEANUP_FILE FILE *map = fopen(path, "re");
	struct range r;

	while (next_range(map, &r))
		if (has(&r, id))
			return r.outside + (id - r.inside);
	return (unsigned long)-1;
}

uid_t userns_outer_user(void)
{
	return (uid_t)outer("/proc/self/uid_map", geteuid());
}

gid_t userns_outer_group(gid_t gid)
{
	return (gid_t)outer("/proc/self/gid_map", gid);
}
