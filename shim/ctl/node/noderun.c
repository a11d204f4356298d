#include "ctl/node/noderun.h"
#include "base/file.h"
#include "base/spawn.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { DEADLINE_MS = 60000, OUTPUT_MAX = 4 << 20, CANNOT = 126 };

static char *const environment[] = {
	(char[]){"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, (char[]){"LC_ALL=C"},
	NULL};

/* In the child. What goes wrong here is said on its stderr. */
static void become(const struct nodefs *fs, char *const argv[], int out, int errors)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)setpgid(0, 0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(errors, 2) < 0)
		_exit(CANNOT);
	if (*fs->prefix && (chroot(fs->prefix) < 0 || chdir("/") < 0))
		perror("changing into the node's root (needs CAP_SYS_CHROOT)");
	else
		(void)execve(argv[0], argv, environment), perror("executing it");
	_exit(CANNOT);
}

static const char *last_line(char *text)
{
	size_t len = strlen(text);
	char *nl;

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	nl = strrchr(text, '\n');
	return nl ? nl + 1 : text;
}

static int run(const struct nodefs *fs, char *const argv[], int out, int errors, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	struct err ignored;
	int status = 0, r;
	size_t len;
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "fork");
	if (pid == 0)
		become(fs, argv, out, errors);
	r = spawn_wait(pid, DEADLINE_MS, NULL, &status, err);
	if (r) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		return r < 0 ? -1
			     : err_set(err, ERR_RUNTIME, "%s did not end within %d s", argv[0],
				       DEADLINE_MS / 1000);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (lseek(errors, 0, SEEK_SET) < 0 || file_read_fd(errors, OUTPUT_MAX, &text, &len, &ignored) < 0)
		len = 0;
	return err_set(err, ERR_RUNTIME, "%s failed: %.300s", argv[0],
		       len ? last_line(text) : "it said nothing");
}

int noderun(const struct nodefs *fs, struct arena *arena, char *const argv[], const char **ret_out,
	    struct err *err)
{
	CLEANUP_FD int out = memfd_create("out", MFD_CLOEXEC);
	CLEANUP_FD int errors = memfd_create("errors", MFD_CLOEXEC);
	CLEANUP_FREE char *text = NULL;
	size_t len;

	if (out < 0 || errors < 0)
		return err_sys(err, "memfd_create");
	if (run(fs, argv, out, errors, err) < 0)
		return -1;
	if (lseek(out, 0, SEEK_SET) < 0 || file_read_fd(out, OUTPUT_MAX, &text, &len, err) < 0)
		return err_wrap(err, "the output of %s", argv[0]);
	*ret_out = arena_strndup(arena, text, len);
	return *ret_out ? 0 : err_set(err, ERR_LIMIT, "out of memory");
}
