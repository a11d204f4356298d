#include "policy/backdoor.h"
#include <stdlib.h>
#include <string.h>

#define ON(kind) (1u << RUNTIME_##kind)

/* Annotations that a runtime acts on. `refuse` is what it would do; NULL: known
 * and harmless to the filter. The first row that matches decides, so a prefix
 * stands behind what it makes an exception of. Tests: integration/backdoor.bats
 * and tests/unit/test_backdoor.c. */
static const struct {
	const char *key; /* ends in '*': a prefix */
	unsigned on;
	const char *refuse;
} doors[] = {
	/* crun's documentation, "Annotations"; all versions from 1.8 to 1.28. */
	{"run.oci.seccomp_fail_unknown_syscall", ON(CRUN), NULL},
	{"run.oci.seccomp_bpf_data", ON(CRUN), "makes crun load a raw BPF program in place of the filter"},
	{"run.oci.seccomp.receiver", ON(CRUN), "hands the container's system calls to another program"},
	{"run.oci.seccomp.plugins", ON(CRUN), "makes crun load shared objects that answer system calls"},
	{"run.oci.seccomp*", ON(CRUN), "changes how crun filters system calls"},
	{"run.oci.handler", ON(CRUN) | ON(YOUKI), "picks a handler that need not load the filter"},
	{"module.wasm.image/variant", ON(CRUN) | ON(YOUKI), "picks a handler that need not load the filter"},
	{"run.oci.hooks.stdout", ON(CRUN), NULL},
	{"run.oci.hooks.stderr", ON(CRUN), NULL},
	{"run.oci.keep_original_groups", ON(CRUN), NULL},
	{"run.oci.systemd.force_cgroup_v1", ON(CRUN), NULL},
	{"run.oci.systemd.subgroup", ON(CRUN), NULL},
	{"run.oci.delegate-cgroup", ON(CRUN), NULL},
	{"run.oci.mount_context_type", ON(CRUN), NULL},
	{"run.oci.timens_offset", ON(CRUN), NULL},
	{"run.oci.pidfd_receiver", ON(CRUN), NULL}, /* gets the init's pidfd, no say in its filter */
	{"run.oci.*", ON(CRUN), "is not known to this version of runclamp, and may change how crun runs it"},
	{"krun.*", ON(CRUN), NULL}, /* read by the krun handler alone */
	/* On every container of a CRI engine; crun takes it for the cgroup layout. */
	{"io.kubernetes.cri.container-type", ON(CRUN), NULL},
	/* Read at checkpoint and restore. Restore is refused. */
	{"org.criu*", ON(RUNC) | ON(CRUN), NULL},
	{"org.systemd.property.*", ON(RUNC) | ON(CRUN), NULL}, /* of the cgroup's scope */
	{"bundle", ON(RUNC), NULL},
	/* gvisor runsc/specutils and runsc/config. */
	{"dev.gvisor.flag.oci-seccomp", ON(RUNSC), "switches the sentry's filter"},
	{"dev.gvisor.flag.*", ON(RUNSC), "overrides runsc's flags, the filter's among them"},
	{"dev.gvisor.bundle.*", ON(RUNSC), "overrides runsc's flags by force, the filter's among them"},
	{"dev.gvisor.internal.seccomp.*", ON(RUNSC), "makes runsc drop the container's filter"},
	{"dev.gvisor.internal.nvproxy", ON(RUNSC), NULL},
	{"dev.gvisor.internal.tpuproxy", ON(RUNSC), NULL},
	{"dev.gvisor.internal.*", ON(RUNSC),
	 "is an internal switch of runsc that this version of runclamp does not know"},
	{"dev.gvisor.tar.rootfs.upper", ON(RUNSC), NULL},
	{"dev.gvisor.container-name-remap.*", ON(RUNSC), NULL}, /* matters to internal.seccomp.NAME only */
	{"dev.gvisor.spec.*", ON(RUNSC), NULL},			/* hints about mounts */
};

/* Index into doors, or -1. `key` may itself be a prefix, as `features` lists
 * them ("run.oci.", "dev.gvisor.flag.*"). */
static int find_door(enum runtime_kind kind, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(doors); i++) {
		size_t len = strlen(doors[i].key);
		bool prefix = doors[i].key[len - 1] == '*';

		if (!(doors[i].on & 1u << kind))
			continue;
		if (prefix ? strncmp(doors[i].key, key, len - 1) == 0 : strcmp(doors[i].key, key) == 0)
			return (int)i;
	}
	return -1;
}

static bool find_environment(enum runtime_kind kind, struct backdoor_hit *ret_hit)
{
	static const char receiver[] = "RUN_OCI_SECCOMP_RECEIVER";

	if (kind != RUNTIME_CRUN || !getenv(receiver))
		return false;
	*ret_hit = (struct backdoor_hit){"environment variable", receiver,
					 "hands the container's system calls to another program"};
	return true;
}

bool backdoor_find(const struct bundle *b, enum runtime_kind kind, bool startcontainer_hooks,
		   struct backdoor_hit *ret_hit)
{
	for (size_t i = 0; i < b->nannot; i++) {
		int door = find_door(kind, b->annot[i].key);

		if (door < 0 || !doors[door].refuse)
			continue;
		*ret_hit = (struct backdoor_hit){"annotation", b->annot[i].key, doors[door].refuse};
		return true;
	}
	if (!startcontainer_hooks && b->hooks_start_container &&
	    b->doc.tok[b->hooks_start_container].count > 0) {
		*ret_hit = (struct backdoor_hit){"config.json member", "hooks.startContainer",
						 "runs programs inside the container under its filter, which "
						 "would need calls of their "
						 "own (startcontainer_hooks in the configuration allows it)"};
		return true;
	}
	return find_environment(kind, ret_hit);
}

bool backdoor_knows(enum runtime_kind kind, const char *annotation)
{
	return find_door(kind, annotation) >= 0;
}
