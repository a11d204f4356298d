#include "ctl/bench.h"
#include "base/buf.h"
#include "ctl/runtime.h"
#include "load/lower.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <sys/wait.h>

enum {
	PAYLOAD_STATUS = 42, /* as in libexec/floor-payload.c */
	OUTPUT_MAX = 1 << 16,
	/* Without some calls runc waits for good. */
	START_DEADLINE_MS = 10000,
};

static volatile sig_atomic_t interrupted;

static void note_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

bool bench_interrupted(void)
{
	return interrupted;
}

/* The folder must be removed, and a container deleted, before we end. */
static void catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction act = {.sa_handler = note_signal};

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		(void)sigaction(signals[i], &act, NULL);
}

/* crun refuses a node where cgroup v1 and v2 are mixed. */
static int enter_cgroup2(struct err *err)
{
	struct statfs st;

	if (statfs("/sys/fs/cgroup", &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC)
		return 0;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(err, "cannot make a mount namespace");
	if (mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL) < 0)
		return err_sys(err, "cannot mount cgroup2 for crun");
	return 0;
}

static int make_folders(struct bench *b, struct err *err)
{
	static const char *const subs[] = {"bundle", "bundle/rootfs", "root"};
	const char *tmp = getenv("TMPDIR");
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/runclamp-floor.XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (strlen(path) >= sizeof(b->dir) || !mkdtemp(path))
		return err_sys(err, "cannot make a temporary folder %s", path);
	(void)snprintf(b->dir, sizeof(b->dir), "%.*s", (int)sizeof(b->dir) - 1, path);
	for (size_t i = 0; i < ARRAY_LEN(subs); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->dir, subs[i]);
		if (mkdir(path, 0755) < 0)
			return err_sys(err, "cannot make %s", path);
	}
	return 0;
}

int bench_open(struct bench *ret, struct arena *arena, const struct identity *id, struct err *err)
{
	*ret = (struct bench){.id = id};
	if (!config_is_initial_root())
		return err_set(err, ERR_USAGE, "starting containers needs root");
	if (runtime_helper(&ret->payload, arena, "floor-payload", err) < 0)
		return -1;
	catch_signals();
	if (id->kind == RUNTIME_CRUN && enter_cgroup2(err) < 0)
		return -1;
	return make_folders(ret, err);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	(void)remove(path);
	return 0;
}

void bench_close(struct bench *b)
{
	if (b->dir[0])
		(void)nftw(b->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	b->dir[0] = '\0';
}

/* The least that is a container: the payload bound into an empty root. */
static void put_config(struct buf *out, const struct bench *b, bool nnp, const struct buf *section)
{
	static const char caps[] = "[\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"]";

	buf_puts(out,
		 "{\"ociVersion\":\"1.0.0\",\"process\":{\"terminal\":false,\"user\":{\"uid\":0,\"gid\":0},"
		 "\"args\":[\"/payload\"],\"env\":[],\"cwd\":\"/\",\"capabilities\":{");
	buf_printf(out, "\"bounding\":%s,\"effective\":%s,\"permitted\":%s}", caps, caps, caps);
	buf_printf(out, ",\"noNewPrivileges\":%s}", nnp ? "true" : "false");
	buf_puts(out,
		 ",\"root\":{\"path\":\"rootfs\",\"readonly\":false},\"mounts\":["
		 "{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
		 "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"nosuid\","
		 "\"mode=755\"]},{\"destination\":\"/payload\",\"type\":\"none\",\"source\":");
	buf_jstr(out, b->payload, strlen(b->payload));
	buf_puts(out, ",\"options\":[\"bind\",\"ro\"]}],\"linux\":{\"namespaces\":[{\"type\":\"pid\"},"
		      "{\"type\":\"mount\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},{\"type\":\"network\"}],"
		      "\"seccomp\":");
	buf_put(out, section->data, section->len);
	buf_puts(out, "}}\n");
}

static int write_config(const struct bench *b, const struct buf *text, struct err *err)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/bundle/config.json", b->dir);
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, "cannot write %s", path);
	return file_write_all(fd, text->data, text->len, err);
}

int bench_filter(struct bench *b, const struct profile *p, bool no_new_privileges, struct err *err)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf section = {0};
	CLEANUP_BUF struct buf text = {0};
	struct lowering *low = arena_alloc(&arena, sizeof(*low));

	if (!low)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (lower_profile(low, p, NULL, b->id->kind, b->id->version, NULL, err) < 0 ||
	    profile_write(&low->profile, &low->style, &arena, &section, err) < 0)
		return -1;
	put_config(&text, b, no_new_privileges, &section);
	if (section.failed || text.failed)
		return err_set(err, ERR_SYSTEM, "out of memory");
	return write_config(b, &text, err);
}

enum { WORDS_MAX = 10 };

/* PATH, what this node asks of the runtime, --root, the caller's words. */
static int call(const struct bench *b, const char *const words[], char **ret_out, size_t *ret_len,
		int *ret_status, struct err *err)
{
	char root[160];
	const char *argv[WORDS_MAX + 5];
	size_t n = 0;

	(void)snprintf(root, sizeof(root), "%s/root", b->dir);
	argv[n++] = b->id->path;
	if (b->id->kind == RUNTIME_CRUN)
		argv[n++] = "--cgroup-manager=disabled";
	argv[n++] = "--root";
	argv[n++] = root;
	for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
		argv[n++] = words[i];
	argv[n] = NULL;
	return identity_ask((char *const *)(uintptr_t)argv, true, OUTPUT_MAX, START_DEADLINE_MS, ret_out,
			    ret_len, ret_status, err);
}

/* The last line that is not empty. */
static void note_complaint(struct bench *b, const char *out, size_t len)
{
	size_t from;

	while (len && (out[len - 1] == '\n' || out[len - 1] == ' '))
		len--;
	from = len;
	while (from && out[from - 1] != '\n')
		from--;
	(void)snprintf(b->complaint, sizeof(b->complaint), "%.*s", (int)(len - from), out + from);
}

static void delete (const struct bench *b, const char *name)
{
	const char *const words[] = {"delete", "--force", name, NULL};
	CLEANUP_FREE char *out = NULL;
	struct err ignored = {0};
	size_t len;
	int status;

	(void)!call(b, words, &out, &len, &status, &ignored);
}

int bench_start(struct bench *b, bool *ret_ok, struct err *err)
{
	char bundle[160], name[64];
	const char *const words[] = {"run", "--bundle", bundle, name, NULL};
	CLEANUP_FREE char *out = NULL;
	struct err late = {0};
	size_t len = 0;
	int status = 0;
	bool ok;

	(void)snprintf(bundle, sizeof(bundle), "%s/bundle", b->dir);
	(void)snprintf(name, sizeof(name), "runclamp-floor-%d-%u", (int)getpid(), b->started++);
	if (call(b, words, &out, &len, &status, &late) < 0) {
		ok = false;
		note_complaint(b, late.msg, strlen(late.msg));
	} else {
		ok = WIFEXITED(status) && WEXITSTATUS(status) == PAYLOAD_STATUS;
		if (!ok)
			note_complaint(b, out, len);
	}
	if (!ok)
		delete (b, name);
	if (interrupted)
		return err_set(err, ERR_SYSTEM, "interrupted: nothing was written");
	if (late.kind == ERR_SYSTEM) {
		*err = late;
		return -1;
	}
	*ret_ok = ok;
	return 0;
}
