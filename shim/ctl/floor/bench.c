#include "ctl/floor/bench.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "base/userns.h"
#include "ctl/runtime.h"
#include "decide/lower.h"
#include <errno.h>
#include <fcntl.h>
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
	DEADLINE_MS = 10000, /* without some calls runc waits for good */
	NOBODYS = 65533,
};

volatile int bench_interrupted;

static void note_signal(int sig)
{
	(void)sig;
	bench_interrupted = 1;
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
static int enter_namespace(enum runtime_kind kind, struct err *err)
{
	struct statfs st;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(err, "cannot make a mount namespace");
	if (kind != RUNTIME_CRUN || (statfs("/sys/fs/cgroup", &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC))
		return 0;
	if (mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL) < 0)
		return err_sys(err, "cannot mount cgroup2 for crun");
	return 0;
}

/* The folder is a file system of its own, in a mount namespace of our own: whatever ends us, no file is left
 * behind, and no option of the node's (noexec) is in the way. */
static int make_folder(struct bench *b, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/runclamp-floor.XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (strlen(path) >= sizeof(b->dir) || !mkdtemp(path))
		return err_sys(err, "cannot make a temporary folder %s", path);
	(void)snprintf(b->dir, sizeof(b->dir), "%.*s", (int)sizeof(b->dir) - 1, path);
	if (mount("none", b->dir, "tmpfs", MS_NODEV, "mode=755") < 0)
		return err_sys(err, "cannot mount a tmpfs on %s", b->dir);
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
	*ret = (struct bench){.id = id, .output = -1, .patience = DEADLINE_MS};
	if (!userns_is_initial_root())
		return err_set(err, ERR_USAGE, "starting containers needs root");
	if (runtime_helper(&ret->payload, arena, "floor-payload", err) < 0)
		return -1;
	catch_signals();
	if (enter_namespace(id->kind, err) < 0)
		return -1;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return err_sys(err, "cannot become a subreaper");
	if (make_folder(ret, err) < 0 || open_output(ret, err) < 0)
		return -1;
	return bench_prepare(ret, err);
}

void bench_close(struct bench *b)
{
	if (b->output >= 0)
		(void)close(TAKE_FD(b->output));
	if (b->dir[0] && (umount2(b->dir, MNT_DETACH) == 0 || errno == EINVAL))
		(void)rmdir(b->dir);
	b->dir[0] = '\0';
}

int bench_filter(struct bench *b, const struct profile *p, bool no_new_privileges, struct err *err)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf section = {0};
	struct lowering *low = arena_alloc(&arena, sizeof(*low));

	if (!low)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (lower_profile(low, &arena, p, NULL, b->id->kind, b->id->version, false, NULL, err) < 0 ||
	    profile_write(&low->profile, &low->style, &arena, &section, err) < 0)
		return -1;
	return section.failed ? err_set(err, ERR_SYSTEM, "out of memory")
			      : bench_write(b, &section, no_new_privileges, err);
}

int bench_await(struct bench *b, pid_t pid, const volatile int *stop, int *ret_status)
{
	int64_t deadline = clock_now_ms() + b->patience;

	while (!trace_ended(&b->trace, pid, ret_status)) {
		if (*stop || clock_now_ms() >= deadline)
			return 1;
		trace_step(&b->trace);
	}
	return 0;
}

enum { CALL_WORDS = 16 };

/* The stub, the runtime, what this node asks of it, --root, the caller's words. */
static void put_words(const struct bench *b, const char *root, const char *const words[],
		      const char *argv[static CALL_WORDS + 1])
{
	size_t n = 0;

	argv[n++] = b->payload;
	argv[n++] = b->traced ? "trace" : "run";
	argv[n++] = b->id->path;
	if (b->id->kind == RUNTIME_CRUN)
		argv[n++] = "--cgroup-manager=disabled";
	argv[n++] = "--root";
	argv[n++] = root;
	for (size_t i = 0; words[i] && n < CALL_WORDS; i++)
		argv[n++] = words[i];
	argv[n] = NULL;
}

int bench_call(struct bench *b, const char *const words[], bool *ret_ok, struct err *err)
{
	char root[160];
	const char *argv[CALL_WORDS + 1];
	int64_t from = clock_now_ms();
	static const int never;
	pid_t pid;
	int status = 0;

	(void)snprintf(root, sizeof(root), "%s/root", b->dir);
	put_words(b, root, words, argv);
	/* The containers' streams, which a runtime may have given away: of nobody in them. */
	if (fchown(b->output, NOBODYS, NOBODYS) < 0)
		return err_sys(err, "the output's file");
	if (spawn(b->output, b->output, (char *const *)(uintptr_t)argv, &pid, err) < 0 ||
	    (b->traced && trace_begin(pid, err) < 0))
		return -1;
	/* Also where we are interrupted: a create that is killed in its midst leaves cgroups that its delete
	 * does not know. */
	bool late = bench_await(b, pid, &never, &status) != 0;
	if (late) {
		(void)kill(-pid, SIGKILL);
		(void)dprintf(b->output, "%s %s did not end in %u ms\n", b->id->path, words[0], b->patience);
	}
	*ret_ok = !late && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	b->late |= late;
	if (*ret_ok && clock_now_ms() - from > b->slowest)
		b->slowest = (unsigned)(clock_now_ms() - from);
	return 0;
}
