#include "model/capability.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <ctype.h>
#include <linux/capability.h>
#include <string.h>

static const char prefix[] = "CAP_";
enum { PREFIX = sizeof(prefix) - 1, LONGEST = 40 };

#define NAME(cap) [cap] = #cap
static const char names[][LONGEST] = {
	NAME(CAP_CHOWN),
	NAME(CAP_DAC_OVERRIDE),
	NAME(CAP_DAC_READ_SEARCH),
	NAME(CAP_FOWNER),
	NAME(CAP_FSETID),
	NAME(CAP_KILL),
	NAME(CAP_SETGID),
	NAME(CAP_SETUID),
	NAME(CAP_SETPCAP),
	NAME(CAP_LINUX_IMMUTABLE),
	NAME(CAP_NET_BIND_SERVICE),
	NAME(CAP_NET_BROADCAST),
	NAME(CAP_NET_ADMIN),
	NAME(CAP_NET_RAW),
	NAME(CAP_IPC_LOCK),
	NAME(CAP_IPC_OWNER),
	NAME(CAP_SYS_MODULE),
	NAME(CAP_SYS_RAWIO),
	NAME(CAP_SYS_CHROOT),
	NAME(CAP_SYS_PTRACE),
	NAME(CAP_SYS_PACCT),
	NAME(CAP_SYS_ADMIN),
	NAME(CAP_SYS_BOOT),
	NAME(CAP_SYS_NICE),
	NAME(CAP_SYS_RESOURCE),
	NAME(CAP_SYS_TIME),
	NAME(CAP_SYS_TTY_CONFIG),
	NAME(CAP_MKNOD),
	NAME(CAP_LEASE),
	NAME(CAP_AUDIT_WRITE),
	NAME(CAP_AUDIT_CONTROL),
	NAME(CAP_SETFCAP),
	NAME(CAP_MAC_OVERRIDE),
	NAME(CAP_MAC_ADMIN),
	NAME(CAP_SYSLOG),
	NAME(CAP_WAKE_ALARM),
	NAME(CAP_BLOCK_SUSPEND),
	NAME(CAP_AUDIT_READ),
	NAME(CAP_PERFMON),
	NAME(CAP_BPF),
	NAME(CAP_CHECKPOINT_RESTORE),
};

int capability_from_name(const char *name, size_t len)
{
	size_t skip = len > PREFIX && memcmp(name, prefix, PREFIX) == 0 ? PREFIX : 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == len - skip + PREFIX &&
		    memcmp(names[i] + PREFIX, name + skip, len - skip) == 0)
			return (int)i;
	return -1;
}

const char *capability_name(int number)
{
	return number >= 0 && (size_t)number < ARRAY_LEN(names) ? names[number] : NULL;
}

const char *capability_nearest(const char *name, size_t len)
{
	const char *list[ARRAY_LEN(names) + 1] = {NULL};
	char upper[LONGEST];

	if (len >= sizeof(upper))
		return NULL;
	for (size_t i = 0; i < len; i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	size_t skip = len > PREFIX && memcmp(upper, prefix, PREFIX) == 0 ? PREFIX : 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		list[i] = names[i] + PREFIX;
	return text_nearest(upper + skip, len - skip, list);
}
