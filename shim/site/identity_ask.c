/* A question to a runtime: run it, read its answer, with a deadline. */
#include "base/clock.h"
#include "base/spawn.h"
#include "site/identity.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

/* Reads until the end of file, the deadline, or more than max bytes. */
static int collect(int fd, char *data, size_t max, int64_t deadline, size_t *ret_len, const char *name,
		   struct err *err)
{
	size_t len = 0;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_now_ms();
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
	int64_t left = deadline - clock_now_ms();
	int r = spawn_wait(pid, left > 0 ? (unsigned)left : 0, NULL, ret_status, err);

	return r > 0 ? err_set(err, ERR_RUNTIME, "%s did not end in time", name) : r;
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
	if (spawn(out, with_stderr ? out : -1, argv, &pid, err) < 0)
		return -1;
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
	r = converse(argv, with_stderr, max, clock_now_ms() + deadline_ms, data, &len, ret_status, err);
	(void)sigaction(SIGCHLD, &before, NULL);
	if (r < 0)
		return -1;
	data[len] = '\0';
	*ret_out = TAKE_PTR(data);
	*ret_len = len;
	return 0;
}
