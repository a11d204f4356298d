/* A question to a runtime: run it, read its answer, with a deadline. */
#include "run/identity.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* The engine's environment could change the answer (GODEBUG, LD_PRELOAD). */
static char *const clean_environment[] = {
	(char[]){"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, (char[]){"LC_ALL=C"},
	(char[]){"HOME=/"}, (char[]){IDENTITY_ASKING "=1"}, NULL};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	int r = posix_spawnattr_setsigmask(attr, &none);
	r = r ? r : posix_spawnattr_setsigdefault(attr, &all);
	r = r ? r : posix_spawnattr_setpgroup(attr, 0);
	return r ? r
		 : posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
							  POSIX_SPAWN_SETPGROUP);
}

static int set_files(posix_spawn_file_actions_t *files, int out, bool with_stderr)
{
	int r = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);

	r = r ? r : posix_spawn_file_actions_adddup2(files, out, 1);
	r = r		  ? r
	    : with_stderr ? posix_spawn_file_actions_adddup2(files, out, 2)
			  : posix_spawn_file_actions_addopen(files, 2, "/dev/null", O_WRONLY, 0);
	/* What the engine hands to the container is not for this child. */
	return r ? r : posix_spawn_file_actions_addclosefrom_np(files, 3);
}

static int spawn(pid_t *ret_pid, char *const argv[], int out, bool with_stderr)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int r = posix_spawn_file_actions_init(&files);

	if (r)
		return r;
	r = posix_spawnattr_init(&attr);
	if (!r) {
		r = set_attributes(&attr);
		r = r ? r : set_files(&files, out, with_stderr);
		r = r ? r : posix_spawn(ret_pid, argv[0], &files, &attr, argv, clean_environment);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return r;
}

/* Reads until the end of file, the deadline, or more than max bytes. */
static int collect(int fd, char *data, size_t max, int64_t deadline, size_t *ret_len, const char *name,
		   struct err *err)
{
	size_t len = 0;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - now_ms();
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "%s: poll", name);
		if (n == 0)
			return err_set(err, ERR_RUNTIME, "%s did not answer in time", name);
		ssize_t got = read(fd, data + len, max + 1 - len);
		if (got < 0 && errno != EINTR)
			return err_sys(err, "%s: reading its answer", name);
		if (got == 0)
			break;
		len += got > 0 ? (size_t)got : 0;
		if (len > max)
			return err_set(err, ERR_LIMIT, "%s answered with more than %zu bytes", name, max);
	}
	*ret_len = len;
	return 0;
}

/* It closed its output; it should be gone at once. */
static int reap(pid_t pid, int64_t deadline, int *ret_status, const char *name, struct err *err)
{
	for (;;) {
		pid_t r = waitpid(pid, ret_status, WNOHANG);
		if (r == pid)
			return 0;
		if (r < 0 && errno != EINTR)
			return err_sys(err, "%s: waitpid", name);
		if (now_ms() >= deadline)
			return err_set(err, ERR_RUNTIME, "%s did not end in time", name);
		(void)nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
	}
}

static int converse(char *const argv[], bool with_stderr, size_t max, int64_t deadline, char *data,
		    size_t *ret_len, int *ret_status, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	CLEANUP_FD int in = fds[0];
	CLEANUP_FD int out = fds[1];
	pid_t pid;
	int r = spawn(&pid, argv, out, with_stderr);
	if (r) {
		errno = r;
		return err_sys(err, "cannot run %s", argv[0]);
	}
	(void)close(TAKE_FD(out));
	if (collect(in, data, max, deadline, ret_len, argv[0], err) == 0 &&
	    reap(pid, deadline, ret_status, argv[0], err) == 0)
		return 0;
	(void)kill(-pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return -1;
}

int identity_ask(char *const argv[], bool with_stderr, size_t max, unsigned deadline_ms, char **ret_out,
		 size_t *ret_len, int *ret_status, struct err *err)
{
	CLEANUP_FREE char *data = malloc(max + 2);
	struct sigaction plain = {.sa_handler = SIG_DFL}, before;
	size_t len = 0;
	int r;

	if (!data)
		return err_set(err, ERR_LIMIT, "out of memory");
	/* An engine may have left SIGCHLD ignored: then there would be no status. */
	if (sigaction(SIGCHLD, &plain, &before) < 0)
		return err_sys(err, "sigaction");
	r = converse(argv, with_stderr, max, now_ms() + deadline_ms, data, &len, ret_status, err);
	(void)sigaction(SIGCHLD, &before, NULL);
	if (r < 0)
		return -1;
	data[len] = '\0';
	*ret_out = TAKE_PTR(data);
	*ret_len = len;
	return 0;
}
