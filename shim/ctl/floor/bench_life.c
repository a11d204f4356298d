/* One container of `clampctl floor measure`, from its create to its end. */
#include "base/clock.h"
#include "base/file.h"
#include "ctl/floor/bench.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

enum { PAYLOAD_STATUS = 42 }; /* as in libexec/floor-payload.c */

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

/* The payload's process, once the runtime has come back. */
static pid_t read_pid(const struct bench *b)
{
	char path[160], text[24] = "";
	long pid;

	(void)snprintf(path, sizeof(path), "%s/pid", b->dir);
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	(void)unlink(path);
	pid = strtol(text, NULL, 10);
	return pid > 1 && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* As an engine does it: create, then start. With `run` a runtime would not wait under the
 * filter, and needs less (crun: neither pselect6 nor read). Every other start
 * comes only when the runtime is surely waiting. */
static int create_and_start(struct bench *b, const char *name, const char *kind, pid_t *ret, struct err *err)
{
	char bundle[160], pid_file[160];
	const char *const create[] = {"create", "--bundle", bundle, "--pid-file", pid_file, name, NULL};
	const char *const start[] = {"start", name, NULL};
	const struct timespec waiting = {.tv_nsec = 10000000};
	bool ok;

	*ret = 0;
	(void)snprintf(bundle, sizeof(bundle), "%s/%s", b->dir, kind);
	(void)snprintf(pid_file, sizeof(pid_file), "%s/pid", b->dir);
	if (bench_call(b, create, &ok, err) < 0)
		return -1;
	pid_t pid = read_pid(b);
	if (!ok || bench_interrupted)
		return 0;
	if (b->started % 2)
		(void)nanosleep(&waiting, NULL);
	if (bench_call(b, start, &ok, err) < 0)
		return -1;
	*ret = ok ? pid : 0;
	return 0;
}

static int begin(struct bench *b, char name[static 64], struct err *err)
{
	(void)snprintf(name, 64, "runclamp-floor-%d-%u", (int)getpid(), b->started++);
	b->trace.ngone = b->trace.npayloads = 0;
	b->late = false;
	return ftruncate(b->output, 0) < 0 ? err_sys(err, "the output's file") : 0;
}

/* Nothing is left of the container: its processes first, for runc's delete waits for them. */
static int finish(struct bench *b, const char *name, bool ok, struct err *err)
{
	const char *const delete[] = {"delete", "--force", name, NULL};
	struct err ignored = {0};
	bool gone, traced = b->traced, late = b->late;

	if (!ok)
		note_complaint(b);
	trace_kill_all(&b->trace);
	b->traced = false;
	(void)!bench_call(b, delete, &gone, &ignored);
	trace_kill_all(&b->trace);
	b->traced = traced;
	b->late = late;
	return bench_interrupted ? err_set(err, ERR_SYSTEM, "interrupted: nothing was written") : 0;
}

int bench_start(struct bench *b, bool *ret_ok, struct err *err)
{
	char name[64];
	int status = 0;
	pid_t pid;

	if (begin(b, name, err) < 0)
		return -1;
	int r = create_and_start(b, name, "brief", &pid, err);
	bool ok = r == 0 && pid && bench_await(b, pid, &bench_interrupted, &status) == 0 &&
		  WIFEXITED(status) && WEXITSTATUS(status) == PAYLOAD_STATUS;
	if (finish(b, name, ok, err) < 0 || r < 0)
		return -1;
	*ret_ok = ok;
	return 0;
}

/* Once the program itself runs. */
static void describe(struct bench *b, pid_t pid, struct buf *out)
{
	int64_t deadline = clock_now_ms() + b->patience;
	int status;

	while (pid && !bench_interrupted && !sight_waits(pid)) {
		if (trace_ended(&b->trace, pid, &status))
			return;
		if (clock_now_ms() >= deadline) {
			b->late = true;
			return;
		}
		trace_step(&b->trace);
	}
	/* A traced process says so only when it is past its exec. */
	if (pid && !bench_interrupted)
		sight_describe(out, pid);
}

/* Where a runtime sends the terminal: it lies there, and the terminal lives, until we close. */
static int open_console(const struct bench *b, struct err *err)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if ((size_t)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/console", b->dir) >=
	    sizeof(addr.sun_path))
		errno = ENAMETOOLONG;
	else if (fd >= 0 && (unlink(addr.sun_path) == 0 || errno == ENOENT) &&
		 bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(fd, 4) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return err_sys(err, "cannot listen on %s/console", b->dir);
}

static int exec_in(struct bench *b, const char *name, enum bench_way way, struct life *l, struct err *err)
{
	char by_engine[160], terminal[160], console[160], pid_file[160];
	const char *const words[WAY_COUNT][10] = {
		[WAY_EXEC] = {"exec", "--detach", "--pid-file", pid_file, "--process", by_engine, name},
		[WAY_HAND] = {"exec", "--detach", "--pid-file", pid_file, "--user", "0:0", name, "/payload",
			      "wait"},
		[WAY_TTY] = {"exec", "--detach", "--pid-file", pid_file, "--process", terminal,
			     "--console-socket", console, name},
	};
	CLEANUP_FD int fd = way == WAY_TTY ? open_console(b, err) : -1;
	bool ok;

	if (way == WAY_TTY && fd < 0)
		return -1;
	(void)snprintf(pid_file, sizeof(pid_file), "%s/pid", b->dir);
	(void)snprintf(by_engine, sizeof(by_engine), "%s/exec.json", b->dir);
	(void)snprintf(terminal, sizeof(terminal), "%s/tty.json", b->dir);
	(void)snprintf(console, sizeof(console), "%s/console", b->dir);
	if (bench_call(b, words[way], &ok, err) < 0)
		return -1;
	pid_t pid = read_pid(b);
	describe(b, ok ? pid : 0, &l->way[way]);
	return 0;
}

int bench_live(struct bench *b, struct life *ret, struct err *err)
{
	char name[64];
	pid_t pid;

	*ret = (struct life){0};
	if (begin(b, name, err) < 0)
		return -1;
	int r = create_and_start(b, name, "whole", &pid, err);
	if (r == 0)
		describe(b, pid, &ret->way[WAY_CREATE]);
	ret->started = ret->way[WAY_CREATE].len > 0;
	for (int way = WAY_EXEC; way < WAY_COUNT && r == 0 && ret->started && !bench_interrupted; way++)
		r = exec_in(b, name, (enum bench_way)way, ret, err);
	ret->late = b->late;
	return finish(b, name, ret->started, err) < 0 || r < 0 ? -1 : 0;
}

void life_free(struct life *l)
{
	for (unsigned i = 0; i < WAY_COUNT; i++)
		buf_free(&l->way[i]);
}
