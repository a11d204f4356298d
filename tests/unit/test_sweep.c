/* Which records are swept, and when: never that of a container that may live. */
#include "registry_fixture.h"
#include <sched.h>

static void make_old(const char *path, time_t seconds)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};

	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

static void make_all_old(const char *folder, time_t seconds)
{
	char path[512];
	DIR *dir = opendir(folder);

	for (struct dirent *e; dir && (e = readdir(dir));) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_type == DT_REG)
			make_old(path, seconds);
	}
	if (dir)
		(void)closedir(dir);
}

/* Once the runtimes of all creates have begun. */
static void sweep_later(unsigned max)
{
	make_all_old("/run/runclamp/gone", REGISTRY_GRACE + 1);
	registry_sweep(max);
}

static void a_marked_one_is_found_until_it_is_swept(void **state)
{
	const struct registry_key key = {"/run/state", "marked", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(mkdir("/run/state", 0755), 0);
	assert_int_equal(mkdir("/run/state/marked", 0755), 0);
	put(&key, &r);
	make_all_old("/run/runclamp", REGISTRY_IDLE + 1);
	registry_sweep(100); /* not marked, and the runtime has it */
	registry_mark(&key);
	registry_mark(&key);
	assert_string_equal(get(&key), "/opt/runc");
	sweep_later(100); /* the runtime still has it */
	assert_string_equal(get(&key), "/opt/runc");
	assert_int_equal(rmdir("/run/state/marked"), 0);
	assert_string_equal(get(&key), "/opt/runc");
	sweep_later(100);
	assert_null(get(&key));
}

/* `run` is followed by no delete: its record is marked from the start, and kept
 * while the runtime may still begin. */
static void one_of_run_is_swept_without_a_delete(void **state)
{
	const struct registry_key key = {"/run/of-run", "ran", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(mkdir("/run/of-run", 0755), 0);
	r.of_run = true;
	put(&key, &r);
	assert_string_equal(get(&key), "/opt/runc");
	registry_sweep(100); /* young */
	assert_string_equal(get(&key), "/opt/runc");
	assert_int_equal(mkdir("/run/of-run/ran", 0755), 0);
	sweep_later(100); /* running */
	assert_string_equal(get(&key), "/opt/runc");
	assert_int_equal(rmdir("/run/of-run/ran"), 0);
	sweep_later(100);
	assert_null(get(&key));
}

static void a_new_container_of_that_name_is_not_swept(void **state)
{
	const struct registry_key key = {"/run/state", "again", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	char gone[128];
	(void)state;
	NEEDS_OWN_RUN();
	put(&key, &r);
	registry_mark(&key);
	record_path(gone, sizeof(gone), "gone/", &key);
	assert_int_equal(access(gone, F_OK), 0);
	put(&key, &r);
	assert_int_equal(access(gone, F_OK), -1);
	sweep_later(100);
	assert_string_equal(get(&key), "/opt/runc");
}

static void sweeping_is_bounded(void **state)
{
	char id[16];
	unsigned left = 0;
	(void)state;
	NEEDS_OWN_RUN();
	for (int i = 0; i < 12; i++) {
		struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
		(void)snprintf(id, sizeof(id), "many%d", i);
		put(&(struct registry_key){"/run/none", id, RUNTIME_RUNC}, &r);
		registry_mark(&(struct registry_key){"/run/none", id, RUNTIME_RUNC});
	}
	sweep_later(5);
	for (int i = 0; i < 12; i++) {
		(void)snprintf(id, sizeof(id), "many%d", i);
		left += get(&(struct registry_key){"/run/none", id, RUNTIME_RUNC}) != NULL;
	}
	assert_int_equal(left, 7);
	sweep_later(100);
	assert_null(get(&(struct registry_key){"/run/none", "many3", RUNTIME_RUNC}));
}

/* Removed only if a root is there, without the container, and no create can be under way. */
static void a_lost_one_is_swept(void **state)
{
	const struct registry_key key = {"/run/lost", "lost", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	char path[128];

	(void)state;
	NEEDS_OWN_RUN();
	put(&key, &r);
	record_path(path, sizeof(path), "", &key);
	make_old(path, REGISTRY_IDLE + 1);
	CLEANUP_FD int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	registry_sweep(100); /* no root: it may be in the other mount namespace */
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(setns(own, CLONE_NEWNS), 0);
	assert_int_equal(mkdir("/run/lost", 0755), 0);
	make_old(path, REGISTRY_IDLE - 5);
	registry_sweep(100); /* young */
	assert_int_equal(access(path, F_OK), 0);
	make_old(path, REGISTRY_IDLE + 1);
	registry_sweep(100);
	assert_null(get(&key));
}

/* Its whole root is gone, in the namespace that had it. */
static void one_whose_root_is_gone_is_swept(void **state)
{
	const struct registry_key key = {"/run/rootless", "lost", RUNTIME_RUNC},
				  runsc = {"/run/rootless", "sandbox", RUNTIME_RUNSC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	char path[128];

	(void)state;
	NEEDS_OWN_RUN();
	put(&key, &r);
	r.runtime = RUNTIME_RUNSC;
	put(&runsc, &r);
	registry_sweep(100); /* young: the runtime may not have begun */
	assert_non_null(get(&key));
	for (int i = 0; i < 2; i++) {
		record_path(path, sizeof(path), "", i ? &runsc : &key);
		make_old(path, REGISTRY_IDLE + 1);
	}
	registry_sweep(100);
	assert_null(get(&key));
	assert_null(get(&runsc));
}

static unsigned count_records(const char *folder)
{
	unsigned n = 0;
	DIR *dir = opendir(folder);

	for (struct dirent *e; dir && (e = readdir(dir));)
		n += e->d_type == DT_REG;
	if (dir)
		(void)closedir(dir);
	return n;
}

/* 10,000 starts whose runtime fails or whose engine deletes by itself, among 40 containers that live on. One
 * create in eight sweeps. */
static void the_folder_stays_small(void **state)
{
	enum { STARTS = 10000, LIVING = 40, SWEEP_EVERY = 8, SMALL = 400 };
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	char id[32], path[128];
	unsigned most = 0;

	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(mkdir("/run/many", 0755), 0);
	for (int i = 0; i < STARTS; i++) {
		const struct registry_key key = {"/run/many", id, RUNTIME_RUNC};

		(void)snprintf(id, sizeof(id), "c%d", i);
		(void)snprintf(path, sizeof(path), "/run/many/c%d", i);
		if (i < LIVING)
			assert_int_equal(mkdir(path, 0755), 0);
		put(&key, &r);
		record_path(path, sizeof(path), "", &key);
		make_old(path, REGISTRY_IDLE + 1);
		if (i % SWEEP_EVERY == 0)
			registry_sweep(32);
		unsigned n = count_records("/run/runclamp") + count_records("/run/runclamp/gone");
		most = n > most ? n : most;
	}
	if (most > SMALL)
		fail_msg("%u records", most);
	for (int i = 0; i < LIVING; i++) {
		(void)snprintf(id, sizeof(id), "c%d", i);
		assert_non_null(get(&(struct registry_key){"/run/many", id, RUNTIME_RUNC}));
	}
}

/* Where each runtime keeps its state, and that its presence keeps the record. */
static const struct {
	enum runtime_kind runtime;
	const char *root; /* --root */
	const char *arg;  /* the handler's */
	const char *xdg;
	const char *state; /* made by the test */
	bool alive;
} lives[] = {
	{RUNTIME_RUNC, "/run/l", NULL, NULL, "/run/l/ID", true},
	{RUNTIME_RUNC, "/run/l", NULL, NULL, "/run/l/ID2", false},
	{RUNTIME_RUNC, NULL, NULL, NULL, "/run/runc/ID", true},
	{RUNTIME_CRUN, NULL, NULL, NULL, "/run/crun/ID", true},
	{RUNTIME_CRUN, NULL, NULL, NULL, "/run/runc/ID", false},
	{RUNTIME_CRUN, NULL, NULL, "/run/user/0", "/run/user/0/crun/ID", true},
	{RUNTIME_CRUN, NULL, NULL, "/run/user/0", "/run/crun/ID", true},
	{RUNTIME_YOUKI, NULL, NULL, NULL, "/run/youki/ID", true},
	{RUNTIME_RUNC, NULL, "--root=/run/a", NULL, "/run/a/ID", true},
	{RUNTIME_RUNC, NULL, "--root=/run/a", NULL, "/run/runc/ID", false},
	{RUNTIME_RUNC, "/run/l", "--root=/run/a", NULL, "/run/a/ID", false},
	{RUNTIME_RUNSC, "/run/l", NULL, NULL, "/run/l/ID_sandbox:ID.state", true},
	{RUNTIME_RUNSC, "/run/l", NULL, NULL, "/run/l/ID_sandbox:POD.lock", true},
	{RUNTIME_RUNSC, "/run/l", NULL, NULL, "/run/l/ID.state", true},
	{RUNTIME_RUNSC, "/run/l", NULL, NULL, "/run/l/ID2_sandbox:ID2.state", false},
	{RUNTIME_RUNSC, "/run/l", NULL, NULL, "/run/l/POD_sandbox:ID.state", false},
	{RUNTIME_RUNSC, NULL, "-root=/run/a", NULL, "/run/a/ID_sandbox:ID.state", true},
	{RUNTIME_RUNSC, NULL, NULL, NULL, "/run/runsc/ID_sandbox:ID.state", true},
};

static void the_runtimes_state_keeps_a_record(void **state)
{
	(void)state;
	NEEDS_OWN_RUN();
	for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
		const struct registry_key key = {lives[i].root, "ID", lives[i].runtime};
		const char *args[] = {lives[i].arg, NULL};
		struct registration r = registration(lives[i].runtime, "/opt/x", args);

		if (lives[i].xdg)
			assert_int_equal(setenv("XDG_RUNTIME_DIR", lives[i].xdg, 1), 0);
		put(&key, &r);
		make_path(lives[i].state);
		registry_mark(&key);
		sweep_later(100);
		if ((get(&key) != NULL) != lives[i].alive)
			fail_msg("row %zu (%s): %s", i, lives[i].state, lives[i].alive ? "swept" : "kept");
		assert_int_equal(rmdir(lives[i].state), 0);
		sweep_later(100);
		assert_null(get(&key));
		assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_marked_one_is_found_until_it_is_swept),
		cmocka_unit_test(one_of_run_is_swept_without_a_delete),
		cmocka_unit_test(a_new_container_of_that_name_is_not_swept),
		cmocka_unit_test(sweeping_is_bounded),
		cmocka_unit_test_setup(a_lost_one_is_swept, ownrun_make),
		cmocka_unit_test_setup(one_whose_root_is_gone_is_swept, ownrun_make),
		cmocka_unit_test_setup(the_folder_stays_small, ownrun_make),
		cmocka_unit_test_setup(the_runtimes_state_keeps_a_record, ownrun_make),
	};
	return cmocka_run_group_tests(tests, ownrun_make, NULL);
}
