/*
 * works WORK: what an ordinary program does, and one line of what came of it. Built against glibc and musl,
 * static and dynamic; a copy of it is setuid, another has file capabilities.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 200, CHILDREN = 60 };
#define NR_IO_URING_SETUP 425

extern char **environ;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int counter;
static volatile sig_atomic_t caught;

static const char *answer(long ret)
{
	return ret < 0 ? strerror(errno) : "ok";
}

static void on_signal(int sig)
{
	(void)sig;
	caught++;
}

static void *count(void *turn)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		while (counter % THREADS != *(const int *)turn)
			pthread_cond_wait(&turned, &mutex);
		counter++;
		pthread_cond_broadcast(&turned);
		pthread_mutex_unlock(&mutex);
	}
	free(malloc(1 << 20));
	return NULL;
}

static int threads(void)
{
	pthread_t thread[THREADS];
	int turn[THREADS];

	for (int i = 0; i < THREADS; i++) {
		turn[i] = i;
		if ((errno = pthread_create(&thread[i], NULL, count, &turn[i])) != 0)
			return printf("pthread_create: %s\n", strerror(errno)), 1;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("counted to %d\n", counter);
	return 0;
}

static int timers(void)
{
	struct itimerval alarm_soon = {.it_value.tv_usec = 20000};
	struct itimerspec soon = {.it_value.tv_nsec = 20000000};
	struct sigevent by_signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct timespec nap = {.tv_nsec = 500000000};
	unsigned long long expired = 0;
	timer_t timer;
	int fd;

	signal(SIGALRM, on_signal);
	signal(SIGUSR1, on_signal);
	printf("setitimer %s\n", answer(setitimer(ITIMER_REAL, &alarm_soon, NULL)));
	printf("nanosleep %s\n", answer(nanosleep(&nap, NULL)));
	printf("timer_create %s\n", answer(timer_create(CLOCK_MONOTONIC, &by_signal, &timer)));
	printf("timer_settime %s\n", answer(timer_settime(timer, 0, &soon, NULL)));
	printf("clock_nanosleep %s\n", strerror(clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL)));
	timer_delete(timer);
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	printf("timerfd %s\n", answer(timerfd_settime(fd, 0, &soon, NULL)));
	printf("read %s", answer(read(fd, &expired, sizeof expired)));
	printf(" %llu\n", expired);
	printf("%d signals\n", (int)caught);
	return 0;
}

static int wait_for(const sigset_t *set)
{
	struct timespec limit = {.tv_sec = 5};

	return sigtimedwait(set, NULL, &limit);
}

static int signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	stack_t stack = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ};
	struct signalfd_siginfo info;
	union sigval value = {.sival_int = 7};
	sigset_t set, old;
	int fd;

	printf("sigaltstack %s\n", answer(sigaltstack(&stack, NULL)));
	sigaction(SIGUSR2, &action, NULL);
	printf("raise %s\n", answer(raise(SIGUSR2)));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	printf("sigqueue %s\n", answer(sigqueue(getpid(), SIGUSR1, value)));
	printf("sigtimedwait %s\n", answer(wait_for(&set)));
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	printf("signalfd %s\n", answer(fd));
	kill(getpid(), SIGUSR1);
	printf("read %s\n", answer(read(fd, &info, sizeof info)));
	kill(getpid(), SIGUSR1);
	sigaction(SIGUSR1, &action, NULL);
	sigsuspend(&old);
	printf("sigsuspend %s, caught %d\n", strerror(errno), (int)caught);
	return 0;
}

/* As a package manager does: many children, by fork and by posix_spawn, that talk through pipes. */
static int forks(char *self)
{
	char *argv[] = {self, "nothing", NULL}, byte;
	int forked = 0, spawned = 0, status, ends[2];
	pid_t pid;

	for (int i = 0; i < CHILDREN; i++) {
		if (pipe(ends) != 0 || (pid = fork()) < 0)
			break;
		if (pid == 0)
			_exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
		close(ends[1]);
		forked += read(ends[0], &byte, 1) == 1 && waitpid(pid, &status, 0) == pid && status == 0;
		close(ends[0]);
		if (posix_spawn(&pid, self, NULL, NULL, argv, environ) == 0)
			spawned += waitpid(pid, &status, 0) == pid && status == 0;
	}
	printf("forked %d, spawned %d\n", forked, spawned);
	return 0;
}

/* As many processes as there may be. */
static int bomb(void)
{
	int made = 0, fds[2];

	if (pipe(fds) != 0)
		return 1;
	for (pid_t pid; made < 100 && (pid = fork()) >= 0; made++)
		if (pid == 0)
			_exit(close(fds[1]) != 0 || read(fds[0], &made, 1) != 0);
	printf("%s processes: %s\n", made < 60 ? "few" : "100", made < 100 ? strerror(errno) : "ok");
	return 0;
}

static int waits(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = eventfd(0, EFD_CLOEXEC), pair[2];
	struct pollfd polled = {.fd = fd, .events = POLLIN};
	struct timeval soon = {.tv_usec = 1000};
	unsigned long long one = 1;
	fd_set set;

	printf("epoll_ctl %s\n", answer(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)));
	printf("write %s\n", answer(write(fd, &one, sizeof one)));
	printf("epoll_wait %d, poll %d\n", epoll_wait(epoll, &event, 1, 1000), poll(&polled, 1, 1000));
	FD_ZERO(&set);
	FD_SET(fd, &set);
	printf("select %d\n", select(fd + 1, &set, NULL, NULL, &soon));
	printf("socketpair %s\n", answer(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)));
	printf("send %s\n", answer(send(pair[0], "x", 1, 0)));
	printf("recv %s\n", answer(recv(pair[1], &one, 1, 0)));
	return 0;
}

/* A server and its client on the loopback device. */
static int network(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), on = 1, fd;
	char text[8] = "";

	printf("setsockopt %s\n", answer(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)));
	printf("bind %s\n", answer(bind(server, (struct sockaddr *)&at, size)));
	printf("listen %s\n", answer(listen(server, 1)));
	getsockname(server, (struct sockaddr *)&at, &size);
	printf("connect %s\n", answer(connect(client, (struct sockaddr *)&at, size)));
	fd = accept(server, NULL, NULL);
	printf("send %s\n", answer(send(fd, "hello", 5, 0)));
	printf("recv %s", answer(recv(client, text, 5, MSG_WAITALL)));
	printf(" %s\n", text);
	return 0;
}

static int files(void)
{
	char name[] = "/tmp/works.XXXXXX", text[8] = "";
	struct stat st;
	int fd = mkstemp(name);
	void *map;

	printf("mkstemp %s\n", answer(fd));
	printf("ftruncate %s\n", answer(ftruncate(fd, 8192)));
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	printf("mmap %s\n", map == MAP_FAILED ? strerror(errno) : "ok");
	printf("pwrite %s\n", answer(pwrite(fd, "text", 4, 100)));
	printf("pread %s", answer(pread(fd, text, 4, 100)));
	printf(" %s\n", text);
	printf("fallocate %s\n", answer(posix_fallocate(fd, 0, 4096)));
	printf("fchmod %s, fsync %s\n", answer(fchmod(fd, 0640)), answer(fsync(fd)));
	printf("stat %s", answer(stat(name, &st)));
	printf(" mode %o\n", st.st_mode & 07777);
	printf("access %s\n", answer(access(name, R_OK)));
	printf("unlink %s\n", answer(unlink(name)));
	return 0;
}

/* As a library does that would use io_uring, and does without. */
static int uring(void)
{
	char params[120] = {0};

	printf("io_uring: %s\n", syscall(NR_IO_URING_SETUP, 4, params) < 0 ? strerror(errno) : "ok");
	return 0;
}

/* The ids of a setuid program, and what it can do with them. */
static int ids(void)
{
	uid_t real, effective, saved;

	getresuid(&real, &effective, &saved);
	printf("uids %d %d %d\n", (int)real, (int)effective, (int)saved);
	printf("setuid(0) %s\n", answer(setuid(0)));
	printf("seteuid(1000) %s\n", answer(seteuid(1000)));
	printf("now %d %d\n", (int)getuid(), (int)geteuid());
	return 0;
}

/* What file capabilities are for. */
static int caps(void)
{
	struct sockaddr_in low = {.sin_family = AF_INET, .sin_port = htons(80)};
	char line[128];
	FILE *status = fopen("/proc/self/status", "r");

	while (status != NULL && fgets(line, sizeof line, status) != NULL)
		if (strncmp(line, "Cap", 3) == 0)
			fputs(line, stdout);
	printf("port 80 %s\n",
	       answer(bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&low, sizeof low)));
	printf("raw socket %s\n", answer(socket(AF_INET, SOCK_RAW, 1)));
	printf("chown %s\n", answer(chown("/tmp", getuid(), getgid())));
	return 0;
}

/* Logging to /dev/stdout is opening it again. */
static int reopen(void)
{
	static const char *const names[] = {"/dev/stdout", "/proc/self/fd/1", "/dev/stderr"};
	struct stat st;

	for (int fd = 0; fd < 3; fd++)
		if (fstat(fd, &st) == 0)
			printf("%d: owner %d, mode %o\n", fd, (int)st.st_uid, st.st_mode & 07777);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int fd = open(names[i], O_WRONLY | O_APPEND);
		printf("%s %s\n", names[i], answer(fd));
		fflush(stdout);
		dprintf(fd, "written to %s\n", names[i]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*work)(void);
	} works[] = {{"threads", threads}, {"timers", timers},	 {"signals", signals}, {"bomb", bomb},
		     {"waits", waits},	   {"network", network}, {"files", files},     {"uring", uring},
		     {"ids", ids},	   {"caps", caps},	 {"reopen", reopen}};
	int status = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int arg = 1; arg < argc; arg++) {
		if (strcmp(argv[arg], "forks") == 0)
			status |= forks(argv[0]);
		for (size_t i = 0; i < sizeof works / sizeof works[0]; i++)
			if (strcmp(argv[arg], works[i].name) == 0)
				status |= works[i].work();
	}
	return status;
}
