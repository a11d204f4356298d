#include "base/spawn.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

/* The engine's environment could change the answer (GODEBUG, LD_PRELOAD). */
static char *const clean_environment[] = {
	(char[]){"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, (char[]){"LC_ALL=C"},
	(char[]){"HOME=/"}, (char[]){SPAWN_MARK "=1"}, NULL};

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

static int set_files(posix_spawn_file_actions_t *files, int out, int errors)
{
	int r = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);

	r = r ? r : posix_spawn_file_actions_adddup2(files, out, 1);
	r = r		  ? r
	    : errors >= 0 ? posix_spawn_file_actions_adddup2(files, errors, 2)
			  : posix_spawn_file_actions_addopen(files, 2, "/dev/null", O_WRONLY, 0);
	/* What the engine hands to the container is not for this child. */
	return r ? r : posix_spawn_file_actions_addclosefrom_np(files, 3);
}

int spawn(int out, int errors, char *const argv[], pid_t *ret_pid, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int r = posix_spawn_file_actions_init(&files);

	if (r == 0) {
		r = posix_spawnattr_init(&attr);
		if (r == 0) {
			r = set_attributes(&attr);
			r = r ? r : set_files(&files, out, errors);
			r = r ? r : posix_spawn(ret_pid, argv[0], &files, &attr, argv, clean_environment);
			(void)posix_spawnattr_destroy(&attr);
		}
		(void)posix_spawn_file_actions_destroy(&files);
	}
	if (r == 0)
		return 0;
	errno = r;
	return err_sys(err, "cannot run %s", argv[0]);
}

int spawn_wait(pid_t pid, unsigned deadline_ms, const volatile int *stop, int *ret_status, struct err *err)
{
	const struct timespec pause = {.tv_nsec = 200000};
	int64_t deadline = clock_now_ms() + deadline_ms;

	for (;;) {
		pid_t r = waitpid(pid, ret_status, WNOHANG);

		if (r == pid)
			return 0;
		if (r < 0 && errno != EINTR)
			return err_sys(err, "waiting for process %d", (int)pid);
		if ((stop && *stop) || clock_now_ms() >= deadline)
			return 1;
		(void)nanosleep(&pause, NULL);
	}
}
