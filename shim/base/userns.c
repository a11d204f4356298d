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
