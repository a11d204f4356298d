#include "decide/doors.h"
#include "base/file.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ON(kind) (1u << RUNTIME_##kind)

/* One name: no path leads out of the folder that it is put behind. */
static bool is_name(const struct annotation *a, const struct bundle *b, const struct cri *cri)
{
	(void)b;
	(void)cri;
	return !strchr(a->value, '/') && strcmp(a->value, ".") != 0 && strcmp(a->value, "..") != 0;
}

/* The four that SELinux's mount options know (mount(8)); crun writes the word into the options as it stands.
 */
static bool is_mount_context(const struct annotation *a, const struct bundle *b, const struct cri *cri)
{
	static const char *const words[] = {"context", "fscontext", "defcontext", "rootcontext"};

	(void)b;
	(void)cri;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(a->value, words[i]) == 0)
			return true;
	return false;
}

/* Absolute, and no "." or ".." leads elsewhere. */
static bool is_plain_path(const char *path)
{
	if (*path != '/')
		return false;
	for (const char *name = path; name; name = strchr(name, '/')) {
		size_t len = strcspn(++name, "/");

		if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
			return false;
	}
	return true;
}

/* runsc 2026 keeps a tmpfs's pages in a file (.gvisor.filestore.ID) in the folder that `source` names, also
 * where the container has that read-only. gVisor's containerd shim names the kubelet's folders for emptyDir
 * volumes (pkg/shim/v1/utils/volumes.go); a relative one would be looked for in runsc's working directory.
 * Types, shares and options are no paths. */
static bool is_mount_hint(const struct annotation *a, const struct bundle *b, const struct cri *cri)
{
	static const char source[] = ".source";
	const size_t end = strlen(source);

	(void)b;
	(void)cri;
	if (*a->value != '/' && (a->key_len < end || strcmp(a->key + a->key_len - end, source) != 0))
		return true;
	return is_plain_path(a->value) && strstr(a->value, "/volumes/kubernetes.io~empty-dir/");
}

/* As gVisor's containerd shim writes it, by the kubelet's cgroup path: …/podUID, which the pause container's
 * own cgroup lies below (pkg/shim/v1/runsc/service.go, setPodCgroup). */
static bool is_pod_cgroup(const struct annotation *a, const struct bundle *b, const struct cri *cri)
{
	uint32_t tok = b->linux_obj ? jdoc_get(&b->doc, b->linux_obj, "cgroupsPath") : 0;
	const struct jtok *own = &b->doc.tok[tok];
	const char *value = a->value;
	size_t len = strlen(value);

	if (cri->engine != CRI_CONTAINERD || !cri->sandbox || !tok || own->type != JTOK_STRING)
		return false;
	if (!is_plain_path(value) || strncmp(strrchr(value, '/'), "/pod", 4) != 0)
		return false;
	const char *path = b->doc.text + own->start + 1; /* an escape in it matches nothing */
	return own->end - own->start > len + 2 && memcmp(path, value, len) == 0 && path[len] == '/';
}

#define SYSTEMD(name)                                                                                        \
	{                                                                                                    \
		"org.systemd.property." name, ON(RUNC) | ON(CRUN), NULL, NULL                                \
	}

/* Annotations that a runtime acts on, by the question what root can be made to read, write, run or connect to
 * by them, and what becomes of the filter. `refuse` is what it would do; NULL: known and harmless. With
 * `check` only the values are refused that it says no to. The first row that matches decides, so a prefix
 * stands behind what it makes an exception of. Tests: integration/runtimes/backdoor.bats,
 * integration/runtimes/reach.bats and tests/unit/test_backdoor.c. */
static const struct {
	const char *key; /* ends in '*': a prefix */
	unsigned on;
	const char *refuse;
	bool (*check)(const struct annotation *a, const struct bundle *b, const struct cri *cri);
} doors[] = {
	/* crun's documentation, "Annotations"; all versions from 1.8 to 1.28. */
	{"run.oci.seccomp_fail_unknown_syscall", ON(CRUN), NULL, NULL},
	{"run.oci.seccomp_bpf_data", ON(CRUN), "makes crun load a raw BPF program in place of the filter",
	 NULL},
	{"run.oci.seccomp.receiver", ON(CRUN), "hands the container's system calls to another program", NULL},
	{"run.oci.seccomp.plugins", ON(CRUN), "makes crun load shared objects that answer system calls",
	 NULL},
	{"run.oci.seccomp*", ON(CRUN), "changes how crun filters system calls", NULL},
	{"run.oci.handler", ON(CRUN) | ON(YOUKI), "picks a handler that need not load the filter", NULL},
	{"module.wasm.image/variant", ON(CRUN) | ON(YOUKI), "picks a handler that need not load the filter",
	 NULL},
	/* open(O_CREAT | O_APPEND) outside the container: a whitelist's folder is within reach, too. */
	{"run.oci.hooks.stdout", ON(CRUN), "has crun create a file of the node, or append to it, as root",
	 NULL},
	{"run.oci.hooks.stderr", ON(CRUN), "has crun create a file of the node, or append to it, as root",
	 NULL},
	{"run.oci.pidfd_receiver", ON(CRUN), "has crun connect to a socket of the node as root", NULL},
	{"run.oci.systemd.force_cgroup_v1", ON(CRUN),
	 "mounts a cgroup hierarchy of the node in the container", NULL},
	/* CRI-O and Podman write the next three; a path in them would lead into another container's cgroup.
	 */
	{"run.oci.systemd.subgroup", ON(CRUN), "puts the container into another cgroup", is_name},
	{"run.oci.delegate-cgroup", ON(CRUN), "puts the container into another cgroup", is_name},
	{"run.oci.mount_context_type", ON(CRUN), "adds options of its own to the container's mounts",
	 is_mount_context},
	/* Podman's --group-add keep-groups: the groups of the engine's own process. */
	{"run.oci.keep_original_groups", ON(CRUN), NULL, NULL},
	{"run.oci.timens_offset", ON(CRUN), NULL, NULL}, /* of a new time namespace, checked by the kernel */
	{"run.oci.*", ON(CRUN), "is not known to this version of runclamp, and may change how crun runs it",
	 NULL},
	{"krun.*", ON(CRUN), NULL, NULL}, /* read by the krun handler alone */
	/* On every container of a CRI engine; crun's handlers alone read it. */
	{"io.kubernetes.cri.container-type", ON(CRUN), NULL, NULL},
	/* criu(8), --config: `action-script` is a program that root runs at a checkpoint. */
	{"org.criu.*", ON(RUNC) | ON(CRUN),
	 "gives CRIU a configuration, which can have it run programs as root", NULL},
	/* What Podman and CRI-O write, and its like. Others (systemd.unit(5), OnFailure=, Conflicts=, PIDs=)
	 * start and stop other units and move other processes, or (systemd.resource-control(5)) undo limits.
	 */
	SYSTEMD("After"),
	SYSTEMD("CollectMode"),
	SYSTEMD("DefaultDependencies"),
	SYSTEMD("Description"),
	SYSTEMD("KillMode"),
	SYSTEMD("KillSignal"),
	SYSTEMD("SendSIGHUP"),
	SYSTEMD("SendSIGKILL"),
	SYSTEMD("TimeoutStopUSec"),
	{"org.systemd.property.*", ON(RUNC) | ON(CRUN),
	 "sets a property of the container's systemd unit that may reach other units, or lift limits", NULL},
	/* runc 1.1 to 1.5 keep their own label of that name last, and that is the one that hooks and state
	 * are told (libcontainer/utils, Annotations): measured. */
	{"bundle", ON(RUNC), NULL, NULL},
	/* gvisor runsc/specutils, runsc/config, runsc/boot and runsc/container. */
	{"dev.gvisor.flag.oci-seccomp", ON(RUNSC), "switches the sentry's filter", NULL},
	{"dev.gvisor.flag.*", ON(RUNSC), "overrides runsc's flags, the filter's among them", NULL},
	{"dev.gvisor.bundle.*", ON(RUNSC), "overrides runsc's flags by force, the filter's among them", NULL},
	{"dev.gvisor.internal.seccomp.*", ON(RUNSC), "makes runsc drop the container's filter", NULL},
	{"dev.gvisor.internal.nvproxy", ON(RUNSC),
	 "opens the node's GPUs to the sandbox; the handler's args are the place for it", NULL},
	{"dev.gvisor.internal.tpuproxy", ON(RUNSC),
	 "opens the node's TPUs to the sandbox; the handler's args are the place for it", NULL},
	{"dev.gvisor.internal.*", ON(RUNSC),
	 "is an internal switch of runsc that this version of runclamp does not know", NULL},
	{"dev.gvisor.tar.*", ON(RUNSC), "has runsc unpack a file of the node as root into the container",
	 NULL},
	/* runsc keeps a pod's containers by name: an exec in the other gets this one's filter. */
	{"dev.gvisor.container-name-remap.*", ON(RUNSC),
	 "lets the container take another's name, and with it its execs", NULL},
	{"dev.gvisor.spec.rootfs.*", ON(RUNSC),
	 "replaces the container's root file system by one of the node's", NULL},
	/* Else how a mount is cached and shared within the sandbox. */
	{"dev.gvisor.spec.mount.*", ON(RUNSC),
	 "has runsc keep a file of its own in a folder of the node, as root", is_mount_hint},
	{"dev.gvisor.spec.cgroup-parent", ON(RUNSC), "puts the sandbox into another control group",
	 is_pod_cgroup},
	{"dev.gvisor.empty-dir.*", ON(RUNSC), NULL, NULL}, /* read by gVisor's containerd shim alone */
	{"dev.gvisor.*", ON(RUNSC),
	 "is not known to this version of runclamp, and may change how runsc runs it", NULL},
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

/* runsc joins the sentry of the sandbox that the annotations name, and keeps containers there by their names:
 * one that bears another's replaces its filter. */
static bool find_pod(const struct bundle *b, enum runtime_kind kind, const struct cri *cri,
		     struct backdoor_hit *ret_hit)
{
	/* What it calls a container that has no name (runsc/boot/loader.go, registerContainerLocked). */
	static const char no_name[] = "__no_name_";

	if (kind != RUNTIME_RUNSC)
		return false;
	const struct annotation *a = cri_disagrees(cri, b);
	if (a) {
		*ret_hit = (struct backdoor_hit){
			"annotation", a->key,
			"has runsc start the container as one of a pod, in the sandbox or under the name of "
			"another, and no CRI engine's record says the same"};
		return true;
	}
	if (!cri->name || strncmp(cri->name, no_name, strlen(no_name)) != 0)
		return false;
	*ret_hit = (struct backdoor_hit){"container's name", cri->name,
					 "is one that runsc itself gives to containers without a name"};
	return true;
}

static bool find_hooks(const struct bundle *b, struct backdoor_hit *ret_hit)
{
	if (!b->hooks_start_container || !b->doc.tok[b->hooks_start_container].count)
		return false;
	*ret_hit = (struct backdoor_hit){
		"config.json member", "hooks.startContainer",
		"runs programs inside the container under its filter, which would need calls of their own "
		"(startcontainer_hooks in the configuration allows it)"};
	return true;
}

static bool is_listed(const char *path, const char *const *listed)
{
	for (; listed && *listed; listed++) {
		size_t len = strlen(*listed);

		if (strncmp(path, *listed, len) == 0 && (path[len] == '\0' || path[len] == '/'))
			return true;
	}
	return false;
}

/* Nobody but root can have put another socket into its folder. What may hold a bundle or root's own file is
 * not enough: a folder of a containers' uid, or a sticky one. */
static bool is_roots(const char *socket)
{
	CLEANUP_ARENA struct arena arena = {0};
	char folder[PATH_MAX];
	struct stat st;
	struct err err;
	size_t len = (size_t)(strrchr(socket, '/') - socket);

	if (len >= sizeof(folder))
		return false;
	memcpy(folder, socket, len);
	folder[len] = '\0';
	return file_check_folder(len ? folder : "/", &arena, &st, &err) &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH)) && !file_is_containers_uid(st.st_uid);
}

/* runc, crun and youki connect to it as root, and hand over descriptors and what the container's state and
 * `listenerMetadata` say; crun does so whether a rule has NOTIFY or not. Who may pick a profile names it.
 * To runc (1.1.5 to 1.5.2) an empty string is none; crun (1.8.1 to 1.28) fails on it. */
static bool find_listener(const struct bundle *b, enum runtime_kind kind, const char *const *listed,
			  struct backdoor_hit *ret_hit)
{
	uint32_t tok = b->seccomp ? jdoc_get(&b->doc, b->seccomp, "listenerPath") : 0;
	CLEANUP_ARENA struct arena arena = {0};
	const char *path;
	size_t len;

	if (kind == RUNTIME_RUNSC || !tok || b->doc.tok[tok].type == JTOK_NULL)
		return false;
	*ret_hit = (struct backdoor_hit){
		"config.json member", "linux.seccomp.listenerPath",
		"has the runtime connect to a socket of the node as root, and seccomp_listeners in the "
		"configuration does not name it"};
	path = b->doc.tok[tok].type == JTOK_STRING ? jdoc_string(&b->doc, tok, &arena, &len) : NULL;
	if (path && len == 0 && kind == RUNTIME_RUNC)
		return false;
	if (!path || !is_plain_path(path) || !is_listed(path, listed))
		return true;
	ret_hit->sentence = "names a socket in a folder that is missing, or not root's alone to write to";
	return !is_roots(path);
}

bool backdoor_find(const struct bundle *b, enum runtime_kind kind, const struct cri *cri,
		   const struct config *c, struct backdoor_hit *ret_hit)
{
	for (size_t i = 0; i < b->nannot; i++) {
		int door = find_door(kind, b->annot[i].key);

		if (door < 0 || !doors[door].refuse ||
		    (doors[door].check && doors[door].check(&b->annot[i], b, cri)))
			continue;
		*ret_hit = (struct backdoor_hit){"annotation", b->annot[i].key, doors[door].refuse};
		return true;
	}
	if (find_pod(b, kind, cri, ret_hit))
		return true;
	if (find_listener(b, kind, c->seccomp_listeners, ret_hit))
		return true;
	if (!c->startcontainer_hooks && find_hooks(b, ret_hit))
		return true;
	return find_environment(kind, ret_hit);
}

bool backdoor_knows(enum runtime_kind kind, const char *annotation)
{
	return find_door(kind, annotation) >= 0;
}
