#include "ctl/bench.h"
#include "base/buf.h"
#include "base/spawn.h"
#include "ctl/runtime.h"
#include "load/lower.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

enum {
	PAYLOAD_STATUS = 42, /* as in libexec/floor-payload.c */
	DEADLINE_MS = 10000, /* without some calls runc waits for good */
};

static volatile int interrupted;

static void note_signal(int sig)
{
	(void)sig;
	interrupted = 1;
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

static int open_output(struct bench *b, struct err *err)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/output", b->dir);
	b->output = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return b->output < 0 ? err_sys(err, "cannot make %s", path) : 0;
}

int bench_open(struct bench *ret, struct arena *arena, const struct identity *id, struct err *err)
{
	*ret = (struct bench){.id = id, .output = -1};
	if (!config_is_initial_root())
		return err_set(err, ERR_USAGE, "starting containers needs root");
	if (runtime_helper(&ret->payload, arena, "floor-payload", err) < 0)
		return -1;
	catch_signals();
	if (id->kind == RUNTIME_CRUN && enter_cgroup2(err) < 0)
		return -1;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return err_sys(err, "cannot become a subreaper");
	if (make_folders(ret, err) < 0)
		return -1;
	return open_output(ret, err);
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
	if (b->output >= 0)
		(void)close(TAKE_FD(b->output));
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
	if (lower_profile(low, &arena, p, NULL, b->id->kind, b->id->version, false, NULL, err) < 0 ||
	    profile_write(&low->profile, &low->style, &arena, &section, err) < 0)
		return -1;
	put_config(&text, b, no_new_privileges, &section);
	if (section.failed || text.failed)
		return err_set(err, ERR_SYSTEM, "out of memory");
	return write_config(b, &text, err);
}

/* Runs PATH, what this node asks of the runtime, --root, the caller's words. *ret_ok: it
 * ended with status 0 in time. */
static int call(const struct bench *b, const char *const words[], const volatile int *stop, bool *ret_ok,
		struct err *err)
{
	char root[160];
	const char *argv[16];
	size_t n = 0;
	pid_t pid;
	int status = 0;

	(void)snprintf(root, sizeof(root), "%s/root", b->dir);
	argv[n++] = b->id->path;
	if (b->id->kind == RUNTIME_CRUN)
		argv[n++] = "--cgroup-manager=disabled";
	argv[n++] = "--root";
	argv[n++] = root;
	for (size_t i = 0; words[i] && n + 1 < ARRAY_LEN(argv); i++)
		argv[n++] = words[i];
	argv[n] = NULL;
	if (spawn(b->output, b->output, (char *const *)(uintptr_t)argv, &pid, err) < 0)
		return -1;
	int r = spawn_wait(pid, DEADLINE_MS, stop, &status, err);
	if (r > 0) {
		(void)kill(-pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		(void)dprintf(b->output, "%s %s did not end in %d s\n", b->id->path, words[0],
			      DEADLINE_MS / 1000);
	}
	*ret_ok = r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return r < 0 ? -1 : 0;
}

/* The last line that is not empty. */
static void note_complaint(struct bench *b)
{
	char tail[1024];
	struct stat st;
	ssize_t n, from;

	if (fstat(b->output, &st) < 0)
		return;
	from = st.st_size > (off_t)sizeof(tail) ? st.st_size - (off_t)sizeof(tail) : 0;
	n = pread(b->output, tail, sizeof(tail), from);
	while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == ' '))
		n--;
	for (from = n; from > 0 && tail[from - 1] != '\n';)
		from--;
	if (n > 0)
		(void)snprintf(b->complaint, sizeof(b->complaint), "%.*s", (int)(n - from), tail + from);
	else
		(void)snprintf(b->complaint, sizeof(b->complaint), "(nothing)");
}

/* The payload's process, once `create` has come back. */
static pid_t read_pid(const char *path)
{
	char text[24] = "";
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	long pid;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	pid = strtol(text, NULL, 10);
	return pid > 1 && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* As an engine does it: create, start, and the end of the process, which is our
 * child since we are its subreaper. With `run` a runtime would not wait under the
 * filter, and needs less (crun: neither pselect6 nor read). Every other start
 * comes only when the runtime is surely waiting. */
static int start_once(struct bench *b, const char *name, bool *ret_ok, struct err *err)
{
	char bundle[160], pid_file[160];
	const char *const create[] = {"create", "--bundle", bundle, "--pid-file", pid_file, name, NULL};
	const char *const start[] = {"start", name, NULL};
	const struct timespec waiting = {.tv_nsec = 10000000};
	int status = 0;
	pid_t pid;

	*ret_ok = false;
	(void)snprintf(bundle, sizeof(bundle), "%s/bundle", b->dir);
	(void)snprintf(pid_file, sizeof(pid_file), "%s/pid", b->dir);
	(void)unlink(pid_file);
	if (call(b, create, &interrupted, ret_ok, err) < 0)
		return -1;
	if (*ret_ok && b->started % 2)
		(void)nanosleep(&waiting, NULL);
	if (*ret_ok && call(b, start, &interrupted, ret_ok, err) < 0)
		return -1;
	if (!*ret_ok)
		return 0;
	pid = read_pid(pid_file);
	int r = pid ? spawn_wait(pid, DEADLINE_MS, &interrupted, &status, err) : 1;
	*ret_ok = r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == PAYLOAD_STATUS;
	return r < 0 ? -1 : 0;
}

int bench_start(struct bench *b, bool *ret_ok, struct err *err)
{
	char name[64];
	const char *const delete[] = {"delete", "--force", name, NULL};
	static const int never;
	struct err ignored = {0};
	bool ok = false, gone;
	int r;

	(void)snprintf(name, sizeof(name), "runclamp-floor-%d-%u", (int)getpid(), b->started++);
	if (ftruncate(b->output, 0) < 0)
		return err_sys(err, "the output's file");
	r = start_once(b, name, &ok, err);
	if (!ok)
		note_complaint(b);
	(void)!call(b, delete, &never, &gone, &ignored);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (r < 0)
		return -1;
	if (interrupted)
		return err_set(err, ERR_SYSTEM, "interrupted: nothing was written");
	*ret_ok = ok;
	return 0;
}
