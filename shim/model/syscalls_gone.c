#include "base/cleanup.h"
#include "model/syscalls.h"
#include <string.h>

/* Names with a number here that no kernel answers any more, or never did: what static analysis finds in a
 * library's table of numbers. "no entry": syscall_64.tbl has had no function for it since its first version
 * (Linux 3.3, before that unistd_64.h's sys_ni_syscall); syscalls(2), unimplemented(2). Left out on purpose:
 * set_thread_area and get_thread_area, which 32-bit programs have; sysfs and lookup_dcookie, which
 * kernels that are still in use have. */
static const struct {
	const char *name;
	const char *source;
} gone_calls[] = {
	{"_sysctl", "removed in Linux 5.5, sysctl(2)"},
	{"afs_syscall", "no entry"},
	{"create_module", "no entry; removed in Linux 2.6, create_module(2)"},
	{"epoll_ctl_old", "no entry"},
	{"epoll_wait_old", "no entry"},
	{"get_kernel_syms", "no entry; removed in Linux 2.6"},
	{"getpmsg", "no entry"},
	{"nfsservctl", "removed in Linux 3.1, nfsservctl(2)"},
	{"putpmsg", "no entry"},
	{"query_module", "no entry; removed in Linux 2.6"},
	{"security", "no entry"},
	{"tuxcall", "no entry"},
	{"uselib", "no entry; of a.out programs"},
	{"vserver", "no entry"},
};

void gone_set(struct sysset *ret)
{
	*ret = (struct sysset){0};
	for (size_t i = 0; i < ARRAY_LEN(gone_calls); i++) {
		int id = sys_lookup(gone_calls[i].name, strlen(gone_calls[i].name));

		if (id >= 0)
			sysset_add(ret, id);
	}
}
