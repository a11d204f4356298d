/* clampctl floor measure: the floor of one very binary on this node. */
#include "ctl/ctl.h"
#include "ctl/floor/measure.h"
#include "ctl/runtime.h"
#include "site/floorfile.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <time.h>

enum { OPT_RUNTIME, OPT_STARTS, OPT_CONFIRM, OPT_OUTPUT };
const struct ctl_opt ctl_floor_measure_opts[] = {
	[OPT_RUNTIME] = {"--runtime", "PATH", "the binary to measure"},
	[OPT_STARTS] = {"--starts", "N", "starts without each call (default: 20)"},
	[OPT_CONFIRM] = {"--confirm", "N", "starts with the result (default: 100)"},
	[OPT_OUTPUT] = {"--output", "FILE", "write here instead of into floors.d"},
	{0},
};

enum { STARTS_DEFAULT = 20, CONFIRM_DEFAULT = 100, STARTS_MAX = 100000 };

static int read_number(unsigned *ret, const char *text, unsigned otherwise, const char *what, struct err *err)
{
	unsigned long n;
	char *end;

	*ret = otherwise;
	if (!text)
		return 0;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n < 1 || n > STARTS_MAX)
		return err_set(err, ERR_USAGE, "%s must be a number from 1 to %d", what, STARTS_MAX);
	*ret = (unsigned)n;
	return 0;
}

/* Both settings; the file's text into out. */
static int measure(struct buf *out, const struct identity *id, const struct measure_plan *plan,
		   struct arena *arena, struct err *err)
{
	CLEANUP_BENCH struct bench bench = {.output = -1};
	struct floor *f = arena_array(arena, 2, sizeof(*f));
	char when[32];
	time_t now = time(NULL);
	struct tm tm;

	if (!f)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (bench_open(&bench, arena, id, err) < 0)
		return -1;
	for (int nnp = 1; nnp >= 0; nnp--)
		if (measure_floor(&f[nnp], &bench, arena, plan, nnp, err) < 0)
			return -1;
	(void)gmtime_r(&now, &tm);
	(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	floorfile_write(
		&(struct floorfile){
			.kind = id->kind,
			.runtime_version = id->version_text,
			.binary_key = id->key,
			.measured = when,
			.floor = {&f[0], &f[1]},
		},
		arena, out);
	return out->failed ? err_set(err, ERR_SYSTEM, "out of memory") : 0;
}

/* /etc/runclamp/floors.d, and the folder that holds it. */
static int make_floors_dir(struct err *err)
{
	char dir[] = RUNCLAMP_SYSCONFDIR "/runclamp";
	mode_t before = umask(022);
	int r = 0;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		r = err_sys(err, "cannot make %s", dir);
	else if (mkdir(config_floors_dir, 0755) < 0 && errno != EEXIST)
		r = err_sys(err, "cannot make %s", config_floors_dir);
	(void)umask(before);
	return r;
}

static int output_path(const char **ret, struct arena *arena, const struct identity *id, const char *wanted,
		       struct err *err)
{
	char name[FLOORFILE_NAME], path[512];

	*ret = wanted;
	if (wanted)
		return 0;
	if (floorfile_name(name, id->kind, id->key, err) < 0 || make_floors_dir(err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/%s", config_floors_dir, name);
	*ret = arena_strndup(arena, path, strlen(path));
	return *ret ? 0 : err_set(err, ERR_SYSTEM, "out of memory");
}

static int write_file(const char *path, const struct buf *text, struct err *err)
{
	const struct stat like = {.st_mode = S_IFREG | 0644, .st_uid = geteuid(), .st_gid = getegid()};
	CLEANUP_FREE char *for_dir = strdup(path);
	CLEANUP_FREE char *for_name = strdup(path);

	if (!for_dir || !for_name)
		return err_set(err, ERR_SYSTEM, "out of memory");
	CLEANUP_FD int dir = open(dirname(for_dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(err, "the folder of %s", path);
	return file_replace_at(dir, basename(for_name), text->data, text->len, &like, -1, err);
}

static int run(const struct ctl_args *args, struct arena *arena, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};
	struct measure_plan plan;
	struct handler h;
	struct identity id;
	const char *path;

	if (!args->opt[OPT_RUNTIME])
		return err_set(err, ERR_USAGE, "floor measure needs --runtime PATH");
	if (read_number(&plan.starts, args->opt[OPT_STARTS], STARTS_DEFAULT, "--starts", err) < 0 ||
	    read_number(&plan.confirm, args->opt[OPT_CONFIRM], CONFIRM_DEFAULT, "--confirm", err) < 0 ||
	    runtime_at(&h, &id, arena, args->opt[OPT_RUNTIME], err) < 0)
		return -1;
	if (id.kind == RUNTIME_RUNSC) {
		puts("runsc has no floor: it loads the filter after the exec, and makes no call of its own "
		     "under it");
		return 0;
	}
	if (id.kind == RUNTIME_YOUKI)
		return err_set(err, ERR_USAGE, "floor measure knows runc and crun, not youki");
	if (measure(&text, &id, &plan, arena, err) < 0 ||
	    output_path(&path, arena, &id, args->opt[OPT_OUTPUT], err) < 0 ||
	    write_file(path, &text, err) < 0)
		return -1;
	printf("%s\n", path);
	return 0;
}

int ctl_floor_measure(const struct ctl_args *args)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};

	return run(args, &arena, &err) < 0 ? ctl_complain(&err) : CTL_OK;
}
