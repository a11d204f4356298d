#include "ctl/floor/trace.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "ctl/floor/bench.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#define WITH_CHILDREN                                                                                        \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |               \
	 PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)

enum { KILL_MS = 10000 }; /* longer only where the kernel hangs */

int trace_begin(pid_t pid, struct err *err)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP)
		return err_set(
			err, ERR_SYSTEM,
			"process %d cannot be traced, which floor measure does to see a runtime's calls",
			(int)pid);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, WITH_CHILDREN) < 0 || ptrace(PTRACE_CONT, pid, NULL, 0) < 0)
		return err_sys(err, "cannot trace process %d", (int)pid);
	return 0;
}

static bool is_payload(const struct trace *t, pid_t pid)
{
	for (unsigned i = 0; i < t->npayloads; i++)
		if (t->payload[i] == pid)
			return true;
	return false;
}

/* Its calls are not the runtime's. */
static void note_exec(struct trace *t, pid_t pid)
{
	if (sight_is_payload(pid) && t->npayloads < TRACE_PAYLOADS)
		t->payload[t->npayloads++] = pid;
}

static void note_call(struct trace *t, pid_t pid)
{
	struct __ptrace_syscall_info info = {0};
	uint64_t args[COND_ARGS];
	int id;

	if (is_payload(t, pid) || ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return;
	id = sys_from_number(ARCH_NATIVE, (int)info.seccomp.nr);
	if (id < 0)
		return;
	for (unsigned i = 0; i < COND_ARGS; i++)
		args[i] = info.seccomp.args[i];
	sysset_add(&t->made, id);
	if (!floor_fits(id, args))
		sysset_add(&t->wide, id);
}

/* Nobody stops these processes but tracing itself: a new one's SIGSTOP is not for it. */
static void resume(struct trace *t, pid_t pid, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_SECCOMP)
		note_call(t, pid);
	else if (event == PTRACE_EVENT_EXEC)
		note_exec(t, pid);
	if (event || sig == SIGSTOP || sig == SIGTRAP)
		sig = 0;
	(void)ptrace(PTRACE_CONT, pid, NULL, (void *)(intptr_t)sig);
}

void trace_step(struct trace *t)
{
	const struct timespec pause = {.tv_nsec = 200000};
	bool any = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		any = true;
		if (WIFSTOPPED(status)) {
			resume(t, pid, status);
			continue;
		}
		t->gone[t->ngone % TRACE_GONE].pid = pid;
		t->gone[t->ngone++ % TRACE_GONE].status = status;
	}
	if (!any)
		(void)nanosleep(&pause, NULL);
}

bool trace_ended(const struct trace *t, pid_t pid, int *ret_status)
{
	for (unsigned i = 0; i < t->ngone && i < TRACE_GONE; i++) {
		if (t->gone[i].pid != pid)
			continue;
		*ret_status = t->gone[i].status;
		return true;
	}
	return false;
}

/* This process is its grandchildren's subreaper, so all that it started ends up here. */
void trace_kill_all(struct trace *t)
{
	int64_t deadline = clock_now_ms() + KILL_MS;

	while (clock_now_ms() < deadline) {
		CLEANUP_FILE FILE *f = fopen("/proc/thread-self/children", "re");
		int pid, n = 0;

		while (f && fscanf(f, "%d", &pid) == 1) {
			(void)kill(pid, SIGKILL);
			n++;
		}
		if (n == 0)
			return;
		trace_step(t);
	}
}
