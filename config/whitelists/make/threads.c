// A small threaded program whose system calls record-needs records: threads
// that wait for each other, sleep, allocate, write and read files, and a child.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 50 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static int running;

static void *work(void *arg)
{
	FILE *scratch = tmpfile();
	for (int round = 0; scratch && round < ROUNDS; round++) {
		char *block = malloc(1u << 18);
		if (!block)
			break;
		memset(block, round, 1u << 18);
		fwrite(block, 1, 100, scratch);
		free(block);
		sched_yield();
	}
	if (scratch) {
		rewind(scratch);
		(void)fgetc(scratch);
		fclose(scratch);
	}
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	pthread_mutex_lock(&lock);
	running--;
	pthread_cond_signal(&turn);
	pthread_mutex_unlock(&lock);
	return arg;
}

int main(void)
{
	pthread_t thread[THREADS];
	signal(SIGPIPE, SIG_IGN);
	running = THREADS;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, work, NULL) != 0)
			return 1;
	pthread_mutex_lock(&lock);
	while (running > 0)
		pthread_cond_wait(&turn, &lock);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	int ends[2];
	if (pipe(ends) != 0)
		return 1;
	pid_t child = fork();
	if (child == 0)
		_exit(write(ends[1], "x", 1) != 1);
	char byte;
	int status = 1;
	if (child < 0 || read(ends[0], &byte, 1) != 1 || waitpid(child, &status, 0) != child)
		return 1;
	printf("%d threads, pid %d, %ld us\n", THREADS, (int)getpid(), (long)clock());
	return status;
}
