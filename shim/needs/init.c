#include "needs/init.h"
#include "base/file.h"
#include "model/syscalls.h"
#include <errno.h>
#include <string.h>

/* Docker (daemon/oci_linux.go); Podman from 2 on, before it (libpod/container_internal.go). */
static const char *const destinations[] = {"/sbin/docker-init", "/run/podman-init", "/dev/init"};

/* strace shows `need` of Debian 12's and sid's on x86-64, as root and as a user, with signals handed on and
 * orphans reaped. `more` is the same in other builds (musl's fork, glibc's older and newer start), on kernels
 * without close_range, and the line in which they say what is wrong. */
static const char tini_need[] = "brk clone execve exit_group getpgrp getpid ioctl kill mprotect rt_sigaction "
				"rt_sigprocmask rt_sigtimedwait setpgid wait4";
static const char tini_more[] = "arch_prctl fork getrandom mmap munmap prlimit64 readlink readlinkat rseq "
				"rt_sigreturn set_robust_list set_tid_address uname write writev";
static const char catatonit_need[] =
	"brk clone execve exit_group getpgrp getpid ioctl kill mprotect openat read rt_sigprocmask setpgid "
	"signalfd4 wait4";
static const char catatonit_more[] =
	"arch_prctl chdir close close_range fork fstat getdents64 getrandom lseek mmap munmap newfstatat "
	"prlimit64 readlink readlinkat rseq rt_sigreturn set_robust_list set_tid_address uname write writev";

struct init {
	const char *file; /* the last component of its path on the node */
	const char *name, *need, *more;
};
static const struct init inits[] = {
	{"docker-init", "tini", tini_need, tini_more},
	{"tini", "tini", tini_need, tini_more},
	{"tini-static", "tini", tini_need, tini_more},
	{"catatonit", "catatonit", catatonit_need, catatonit_more},
};

const char *init_name(const struct init *i)
{
	return i->name;
}

static bool is_bind(const struct jdoc *doc, uint32_t mount)
{
	uint32_t type = jdoc_get(doc, mount, "type"), options = jdoc_get(doc, mount, "options");

	if (type && doc->tok[type].type == JTOK_STRING && jdoc_streq(doc, type, "bind"))
		return true;
	if (!options || doc->tok[options].type != JTOK_ARRAY)
		return false;
	for (uint32_t t = options + 1; t < doc->tok[options].next; t = doc->tok[t].next)
		if (doc->tok[t].type == JTOK_STRING &&
		    (jdoc_streq(doc, t, "bind") || jdoc_streq(doc, t, "rbind")))
			return true;
	return false;
}

/* The source of what lies at a destination; 0: not a bind mount, or nothing is mounted there. */
static uint32_t find_source(const struct bundle *b, const char *destination)
{
	const struct jdoc *doc = &b->doc;
	uint32_t found = 0;

	if (!b->mounts || doc->tok[b->mounts].type != JTOK_ARRAY)
		return 0;
	for (uint32_t t = b->mounts + 1; t < doc->tok[b->mounts].next; t = doc->tok[t].next) {
		uint32_t at = doc->tok[t].type == JTOK_OBJECT ? jdoc_get(doc, t, "destination") : 0;

		if (at && doc->tok[at].type == JTOK_STRING && jdoc_streq(doc, at, destination))
			found = is_bind(doc, t) ? jdoc_get(doc, t, "source") : 0;
	}
	return found && doc->tok[found].type == JTOK_STRING ? found : 0;
}

static const char *find_destination(const struct bundle *b)
{
	const struct jdoc *doc = &b->doc;
	uint32_t args = b->process_args;

	if (!args || doc->tok[args].type != JTOK_ARRAY || !doc->tok[args].count ||
	    doc->tok[args + 1].type != JTOK_STRING)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(destinations); i++)
		if (jdoc_streq(doc, args + 1, destinations[i]))
			return destinations[i];
	return NULL;
}

const struct init *init_find(const struct bundle *b, struct arena *arena)
{
	static const struct file_trust trust = {.allow_overflow_uid = true};
	const char *destination = find_destination(b);
	uint32_t source = destination ? find_source(b, destination) : 0;
	struct err ignored;
	size_t len;

	if (!source)
		return NULL;
	const char *path = jdoc_string(&b->doc, source, arena, &len);
	const char *file = path ? strrchr(path, '/') : NULL;
	for (size_t i = 0; file && i < ARRAY_LEN(inits); i++)
		if (strcmp(file + 1, inits[i].file) == 0 &&
		    file_check_executable(path, &trust, NULL, &ignored) == 0)
			return &inits[i];
	return NULL;
}

void init_calls(struct profile *ret_need, struct profile *ret_all, const struct init *i)
{
	/* A fork, never a new namespace: as Docker's default profile has it. */
	static const struct rule fork_only = {
		.when = {.used = 1, .arg = {{COND_MASKED_EQ, UINT64_C(0x7E020000), 0}}},
		.act = {ACT_ALLOW, 0},
	};
	const struct action deny = {ACT_ERRNO, EPERM};
	int clone = sys_lookup("clone", strlen("clone"));

	profile_init(ret_need, deny, ARCHSET_ALL);
	profile_allow_names(ret_need, i->need);
	profile_put(ret_need, clone, (struct sysrules){.rules = &fork_only, .nrules = 1, .other = deny});
	*ret_all = *ret_need;
	profile_allow_names(ret_all, i->more);
}
