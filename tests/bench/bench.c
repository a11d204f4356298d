/* Measures wrappers against each other: each round runs every one of them once,
 * so that what else the machine does falls on all alike.
 *
 * bench ROUNDS NAME=PROGRAM,ARG,… …
 * In an argument, %d is the number of the round. The first wrapper is the one
 * that the others are held against. Prints a line each: name, median wall
 * time in µs, its ratio to the first, median user and system time in µs, peak
 * resident memory in KiB. */
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WRAPPERS = 16, MAX_ARGS = 32, ARG_LEN = 512 };

struct sample {
	double wall_us, cpu_us;
};

struct wrapper {
	const char *name;
	char *args[MAX_ARGS + 1];
	struct sample *samples;
	long max_rss_kib;
};

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static double now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double cpu_us(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1e6 +
	       (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

static void expand(char *dst, const char *arg, unsigned round)
{
	const char *mark = strstr(arg, "%d");

	if (mark)
		(void)snprintf(dst, ARG_LEN, "%.*s%u%s", (int)(mark - arg), arg, round, mark + 2);
	else
		(void)snprintf(dst, ARG_LEN, "%s", arg);
}

static void run_once(struct wrapper *w, unsigned round, struct sample *ret)
{
	extern char **environ;
	static char text[MAX_ARGS][ARG_LEN];
	char *argv[MAX_ARGS + 1] = {NULL};
	struct rusage usage;
	double start;
	int status;
	pid_t pid;

	for (int i = 0; w->args[i]; i++) {
		expand(text[i], w->args[i], round);
		argv[i] = text[i];
	}
	start = now_us();
	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		die(argv[0]);
	if (wait4(pid, &status, 0, &usage) < 0)
		die("wait4");
	ret->wall_us = now_us() - start;
	ret->cpu_us = cpu_us(&usage);
	if (usage.ru_maxrss > w->max_rss_kib)
		w->max_rss_kib = usage.ru_maxrss;
	if (status != 0) {
		(void)fprintf(stderr, "bench: %s: %s failed in round %u (status %d)\n", w->name, argv[0],
			      round, status);
		exit(2);
	}
}

/* A create looks after old records where its process ID is a multiple of eight. With as many wrappers in a
 * round it would be the same one's every time: one process more lets it go round. */
static void skip_process_id(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) < 0)
		die("fork");
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const struct sample *s, unsigned n, int cpu)
{
	double *v = calloc(n, sizeof(*v));
	double m;

	if (!v)
		die("calloc");
	for (unsigned i = 0; i < n; i++)
		v[i] = cpu ? s[i].cpu_us : s[i].wall_us;
	qsort(v, n, sizeof(*v), compare_double);
	m = v[n / 2];
	free(v);
	return m;
}

/* "NAME=PROGRAM,ARG,…" into w; changes its argument. */
static void parse_wrapper(struct wrapper *w, char *text, unsigned rounds)
{
	char *p = strchr(text, '=');
	int n = 0;

	if (!p) {
		(void)fprintf(stderr, "bench: %s: want NAME=PROGRAM,ARG,...\n", text);
		exit(2);
	}
	*p++ = '\0';
	w->name = text;
	while (p && n < MAX_ARGS) {
		w->args[n++] = p;
		p = strchr(p, ',');
		if (p)
			*p++ = '\0';
	}
	w->samples = calloc(rounds, sizeof(*w->samples));
	if (!w->samples)
		die("calloc");
}

int main(int argc, char *argv[])
{
	static struct wrapper wrappers[MAX_WRAPPERS];
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	int n = argc - 2;
	double base;

	if (rounds == 0 || n < 1 || n > MAX_WRAPPERS) {
		(void)fprintf(stderr, "usage: bench ROUNDS NAME=PROGRAM,ARG,... ...\n");
		return 2;
	}
	for (int i = 0; i < n; i++)
		parse_wrapper(&wrappers[i], argv[i + 2], rounds);
	for (unsigned r = 0; r < rounds; r++) {
		for (int i = 0; i < n; i++)
			run_once(&wrappers[i], r, &wrappers[i].samples[r]);
		if (n % 2 == 0)
			skip_process_id();
	}
	base = median(wrappers[0].samples, rounds, 0);
	for (int i = 0; i < n; i++) {
		double wall = median(wrappers[i].samples, rounds, 0);

		(void)printf("%s %.1f %.3f %.1f %ld\n", wrappers[i].name, wall, wall / base,
			     median(wrappers[i].samples, rounds, 1), wrappers[i].max_rss_kib);
	}
	return 0;
}
