/* The records: found again, told apart, marked, swept, and not trusted when
 * somebody else could have written them. */
#include "registry_fixture.h"

static void nothing_is_there_at_first(void **state)
{
	const struct registry_key key = {NULL, "c1", RUNTIME_RUNC};
	(void)state;
	NEEDS_OWN_RUN();
	assert_null(get(&key));
	registry_mark(&key);
	registry_sweep(10);
	assert_int_equal(access("/run/runclamp", F_OK), -1);
}

static void a_record_is_found_again(void **state)
{
	static const char *const args[] = {"--debug", "", "--x=\"\n\xc3\xa4", NULL};
	const struct registry_key key = {"/r", "c1", RUNTIME_CRUN};
	CLEANUP_ARENA struct arena arena = {0};
	struct registration r = registration(RUNTIME_CRUN, "/opt/crun", args);
	struct stat st;
	struct err err;
	bool found;
	(void)state;
	NEEDS_OWN_RUN();
	r.handler = "h";
	put(&key, &r);
	assert_int_equal(registry_get(&r, &found, &arena, &key, &err), 0);
	assert_true(found);
	assert_string_equal(r.handler, "h");
	assert_int_equal(r.runtime, RUNTIME_CRUN);
	assert_string_equal(r.path, "/opt/crun");
	for (int i = 0; i < 3; i++)
		assert_string_equal(r.args[i], args[i]);
	assert_null(r.args[3]);
	assert_int_equal(stat("/run/runclamp", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void keys_are_told_apart(void **state)
{
	static const struct registry_key keys[] = {
		{NULL, "same", RUNTIME_RUNC},  {NULL, "same", RUNTIME_CRUN},  {NULL, "same", RUNTIME_RUNSC},
		{NULL, "same", RUNTIME_YOUKI}, {"/a", "same", RUNTIME_RUNC},  {"/b", "same", RUNTIME_CRUN},
		{"/", "same", RUNTIME_RUNC},   {"/a", "same2", RUNTIME_RUNC}, {"/a/same", "", RUNTIME_RUNC},
	};
	char path[32];
	(void)state;
	NEEDS_OWN_RUN();
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		(void)snprintf(path, sizeof(path), "/opt/%zu", i);
		struct registration r = registration(RUNTIME_RUNC, path, no_args);
		assert_null(get(&keys[i]));
		put(&keys[i], &r);
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		(void)snprintf(path, sizeof(path), "/opt/%zu", i);
		assert_string_equal(get(&keys[i]), path);
	}
}

/* However a root is spelled and whichever runtime asks: what is one folder is
 * one key, also before the runtime has created it. /run/x is there, with the
 * links /run/lx to it and /run/x/out to /run/deep/in; so is /run/deep. */
static const struct {
	struct registry_key put, get;
	const char *xdg;
	bool same;
} spellings[] = {
	{{"/run/x/root", "1", RUNTIME_RUNC}, {"/run/x/root/", "1", RUNTIME_RUNC}, NULL, true},
	{{"/run/x/root", "2", RUNTIME_RUNC}, {"/run//x/./root", "2", RUNTIME_CRUN}, NULL, true},
	{{"/run/x/root", "3", RUNTIME_RUNC}, {"root", "3", RUNTIME_RUNC}, NULL, true},
	{{"./root//", "4", RUNTIME_CRUN}, {"/run/x/root", "4", RUNTIME_RUNSC}, NULL, true},
	{{"/run/x/root", "5", RUNTIME_RUNC}, {"/run/x/roo", "5", RUNTIME_RUNC}, NULL, false},
	{{"/run/x/root", "6", RUNTIME_RUNC}, {"/run/lx/root", "6", RUNTIME_CRUN}, NULL, true},
	{{"/run/lx/new/er", "7", RUNTIME_RUNC}, {"/run/x/new/er", "7", RUNTIME_RUNC}, NULL, true},
	{{"/run/x", "8", RUNTIME_RUNC}, {"/run/lx", "8", RUNTIME_RUNC}, NULL, true},
	{{"/run/x/a/..", "9", RUNTIME_RUNC}, {"/run/x", "9", RUNTIME_CRUN}, NULL, true},
	{{"/run/x/a/../b", "10", RUNTIME_CRUN}, {"/run/x/b", "10", RUNTIME_RUNC}, NULL, true},
	{{"/run/x/a/../b", "11", RUNTIME_CRUN}, {"/run/x/a/b", "11", RUNTIME_CRUN}, NULL, false},
	/* The kernel's ".." and Go's. */
	{{"out/..", "12", RUNTIME_CRUN}, {"/run/deep", "12", RUNTIME_CRUN}, NULL, true},
	{{"out/..", "13", RUNTIME_RUNC}, {"/run/x", "13", RUNTIME_RUNC}, NULL, true},
	{{"/../../run/x", "14", RUNTIME_RUNC}, {"/run/x", "14", RUNTIME_YOUKI}, NULL, true},
	{{"/..", "15", RUNTIME_RUNC}, {"/", "15", RUNTIME_CRUN}, NULL, true},
	{{NULL, "16", RUNTIME_RUNC}, {"/run/runc", "16", RUNTIME_CRUN}, NULL, true},
	{{"/run/crun/", "17", RUNTIME_CRUN}, {NULL, "17", RUNTIME_CRUN}, NULL, true},
	{{NULL, "18", RUNTIME_RUNSC}, {"/run/runsc", "18", RUNTIME_RUNC}, NULL, true},
	{{NULL, "19", RUNTIME_YOUKI}, {"/run/youki", "19", RUNTIME_YOUKI}, NULL, true},
	{{NULL, "20", RUNTIME_RUNC}, {"/", "20", RUNTIME_RUNC}, NULL, false},
	/* As root in the initial user namespace. */
	{{NULL, "21", RUNTIME_RUNC}, {"/run/runc", "21", RUNTIME_RUNC}, "/run/lx", true},
	{{NULL, "22", RUNTIME_YOUKI}, {"/run/youki", "22", RUNTIME_YOUKI}, "/run/lx", true},
	{{NULL, "23", RUNTIME_CRUN}, {"/run/x/crun", "23", RUNTIME_RUNC}, "/run/lx", true},
	{{NULL, "24", RUNTIME_RUNSC}, {"/run/x/runsc", "24", RUNTIME_RUNC}, "/run/lx", true},
	{{NULL, "25", RUNTIME_CRUN}, {"/run/crun", "25", RUNTIME_CRUN}, "", true},
};

static void spellings_of_a_root_are_one(void **state)
{
	struct registration r = registration(RUNTIME_RUNC, "/opt/one", no_args);
	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(mkdir("/run/x", 0755), 0);
	assert_int_equal(mkdir("/run/deep", 0755), 0);
	assert_int_equal(mkdir("/run/deep/in", 0755), 0);
	assert_int_equal(symlink("x", "/run/lx"), 0);
	assert_int_equal(symlink("/run/deep/in", "/run/x/out"), 0);
	assert_int_equal(chdir("/run/x"), 0);
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		if (spellings[i].xdg)
			assert_int_equal(setenv("XDG_RUNTIME_DIR", spellings[i].xdg, 1), 0);
		put(&spellings[i].put, &r);
		if ((get(&spellings[i].get) != NULL) != spellings[i].same)
			fail_msg("row %s: %s", spellings[i].put.id,
				 spellings[i].same ? "missed" : "confused");
		assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
	}
	assert_int_equal(chdir("/"), 0);
}

/* The runtime creates its root after the record was written. */
static void a_root_created_later_is_the_same(void **state)
{
	const struct registry_key key = {"/run/later/on/root", "c1", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/one", no_args);
	(void)state;
	NEEDS_OWN_RUN();
	put(&key, &r);
	assert_int_equal(mkdir("/run/later", 0755), 0);
	assert_string_equal(get(&key), "/opt/one");
	assert_int_equal(mkdir("/run/later/on", 0755), 0);
	assert_int_equal(mkdir("/run/later/on/root", 0755), 0);
	assert_string_equal(get(&key), "/opt/one");
}

/* A root in the handler's args: found without --root, and with it spelled out. */
static void a_root_of_the_handlers_counts(void **state)
{
	static const char *const args[] = {"--root", "/run/of-args", NULL};
	const struct registry_key without = {NULL, "of-args", RUNTIME_RUNC};
	const struct registry_key with = {"/run/of-args", "of-args", RUNTIME_CRUN};
	struct registration r = registration(RUNTIME_RUNC, "/opt/one", args);
	(void)state;
	NEEDS_OWN_RUN();
	put(&without, &r);
	assert_string_equal(get(&without), "/opt/one");
	assert_string_equal(get(&with), "/opt/one");
}

/* The handler's runtime was swapped while a container of that name lives. */
static void a_living_container_is_not_handed_over(void **state)
{
	const struct registry_key key = {"/run/hand", "c1", RUNTIME_RUNC};
	struct registration runc = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	struct registration other = registration(RUNTIME_RUNC, "/opt/runc-new", no_args);
	struct registration crun = registration(RUNTIME_CRUN, "/opt/crun", no_args);
	struct err err = {0};
	(void)state;
	NEEDS_OWN_RUN();
	put(&key, &runc);
	make_path("/run/hand/c1");
	put(&key, &runc);
	assert_int_equal(try_put(&key, &crun, &err), -1);
	assert_int_equal(err.kind, ERR_RUNTIME);
	assert_non_null(strstr(err.msg, "still belongs to runc (/opt/runc)"));
	assert_int_equal(try_put(&key, &other, &err), -1);
	static const char *const new_args[] = {"--systemd-cgroup", NULL};
	other = registration(RUNTIME_RUNC, "/opt/runc", new_args);
	assert_int_equal(try_put(&key, &other, &err), -1);
	registry_mark(&key);
	assert_int_equal(try_put(&key, &crun, &err), -1);
	assert_string_equal(get(&key), "/opt/runc");
	assert_int_equal(rmdir("/run/hand/c1"), 0);
	put(&key, &crun);
	assert_string_equal(get(&key), "/opt/crun");
}

/* What a record may look like: older and newer ones, and what is none. */
static const struct {
	const char *text;
	bool readable;
} texts[] = {
#define REST                                                                                                 \
	"\"handler\":\"h\",\"runtime\":\"runc\",\"path\":\"/opt/"                                            \
	"runc\",\"args\":[],\"id\":\"text\",\"roots\":[]}"
	{"{\"version\":1," REST, true},
	{"{\"version\":2,\"new\":{\"a\":[1]}," REST, true},
	{"{\"version\":0," REST, false},
	{"{\"version\":\"1\"," REST, false},
	{"{" REST, false},
	{"{\"version\":1,\"runtime\":\"runc\"}", false},
	{"{\"version\":1,\"handler\":\"h\",\"runtime\":\"docker\",\"path\":\"/"
	 "x\",\"args\":[],\"id\":\"text\","
	 "\"roots\":[]}",
	 false},
	{"{\"version\":1,\"handler\":\"h\",\"runtime\":\"runc\",\"path\":\"x\",\"args\":[],\"id\":\"text\","
	 "\"roots\":[]}",
	 false},
	{"{\"version\":1,\"handler\":\"h\",\"runtime\":\"runc\",\"path\":\"/x\",\"args\":[1],\"id\":\"text\","
	 "\"roots\":[]}",
	 false},
	{"{\"version\":1,\"handler\":\"h\",\"runtime\":\"runc\",\"path\":\"/x\",\"args\":[],\"id\":\"other\","
	 "\"roots\":[]}",
	 false},
	{"{\"version\":1,\"handler\":\"h\",\"runtime\":\"runc\",\"path\":\"/x\",\"args\":[],\"id\":\"text\","
	 "\"roots\":[\"a\",\"b\",\"c\",\"d\"]}",
	 false},
	{"", false},
	{"[]", false},
	{"{\"version\":1," REST "x", false},
};

static void write_file(const char *path, const char *text, mode_t mode)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
}

static int try_get(const struct registry_key *key, struct err *err)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct registration r;
	bool found;

	*err = (struct err){0};
	return registry_get(&r, &found, &arena, key, err);
}

static void unreadable_records_are_errors(void **state)
{
	const struct registry_key key = {NULL, "text", RUNTIME_RUNC};
	char path[128];
	struct err err;
	(void)state;
	NEEDS_OWN_RUN();
	record_path(path, sizeof(path), "", &key);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		write_file(path, texts[i].text, 0600);
		int r = try_get(&key, &err);
		if ((r == 0) != texts[i].readable)
			fail_msg("row %zu: %s", i, err.msg);
		if (r < 0) {
			assert_non_null(strstr(err.msg, "the record of container \"text\""));
			assert_non_null(strstr(err.msg, "if the container is gone, remove /run/runclamp/"));
			assert_non_null(strstr(err.msg, path));
		}
	}
	/* A broken one does not stand in the way of a new one. */
	struct registration reg = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	put(&key, &reg);
	assert_string_equal(get(&key), "/opt/runc");
}

static void others_files_are_not_trusted(void **state)
{
	const struct registry_key key = {NULL, "trust", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	char path[128];
	struct err err;
	(void)state;
	NEEDS_OWN_RUN();
	put(&key, &r);
	record_path(path, sizeof(path), "", &key);
	assert_int_equal(chmod(path, 0620), 0);
	assert_int_equal(try_get(&key, &err), -1);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(try_get(&key, &err), -1);
	assert_non_null(strstr(err.msg, "not trusted"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_int_equal(try_get(&key, &err), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chmod("/run/runclamp", 0755), 0); /* others read, and write nothing */
	put(&key, &r);
	assert_string_equal(get(&key), "/opt/runc");
	assert_int_equal(chmod("/run/runclamp", 0770), 0);
	assert_int_equal(try_get(&key, &err), -1);
	assert_int_equal(try_put(&key, &r, &err), -1);
	assert_non_null(strstr(err.msg, "not trusted"));
	assert_int_equal(chmod("/run/runclamp", 0700), 0);
	assert_int_equal(chown("/run/runclamp", 65534, 0), 0);
	assert_int_equal(try_get(&key, &err), -1);
	assert_int_equal(chown("/run/runclamp", 0, 0), 0);
	assert_int_equal(rename("/run/runclamp", "/run/elsewhere"), 0);
	assert_int_equal(symlink("/run/elsewhere", "/run/runclamp"), 0);
	assert_int_equal(try_get(&key, &err), -1);
	assert_int_equal(unlink("/run/runclamp"), 0);
	assert_int_equal(rename("/run/elsewhere", "/run/runclamp"), 0);
	put(&key, &r);
	assert_string_equal(get(&key), "/opt/runc");
}

/* Many writers and a reader: the record is there, whole, at any time. */
static void writers_do_not_disturb_a_reader(void **state)
{
	const struct registry_key key = {NULL, "busy", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	struct err err;
	pid_t pid[3];
	(void)state;
	NEEDS_OWN_RUN();
	put(&key, &r);
	for (size_t i = 0; i < ARRAY_LEN(pid); i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		for (int n = 0; pid[i] == 0; n++) {
			if (n == 200)
				_exit(0);
			if (try_put(&key, &r, &err) < 0)
				_exit(1);
		}
	}
	for (int n = 0; n < 2000; n++)
		assert_string_equal(get(&key), "/opt/runc");
	for (size_t i = 0; i < ARRAY_LEN(pid); i++) {
		int status;
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
}

static int as_another_user(void)
{
	const struct registry_key key = {NULL, "mine", RUNTIME_RUNC};
	struct registration r = registration(RUNTIME_RUNC, "/opt/runc", no_args);
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	const char *dir;

	if (setuid(65534) < 0)
		return 1;
	if (try_put(&key, &r, &err) == 0 || !strstr(err.msg, "XDG_RUNTIME_DIR"))
		return 2;
	if (setenv("XDG_RUNTIME_DIR", "relative", 1) < 0 || try_put(&key, &r, &err) == 0)
		return 3;
	if (setenv("XDG_RUNTIME_DIR", "/run/theirs", 1) < 0 || try_put(&key, &r, &err) < 0)
		return 4;
	if (registry_dir(&dir, &arena, false, &err) < 0 || strcmp(dir, "/run/theirs/runclamp") != 0)
		return 5;
	return access("/run/theirs/runclamp", R_OK | X_OK) == 0 ? 0 : 6;
}

static void without_root_it_lies_in_the_users_folder(void **state)
{
	CLEANUP_ARENA struct arena arena = {0};
	const char *dir;
	struct err err;
	int status;
	(void)state;
	NEEDS_OWN_RUN();
	assert_int_equal(registry_dir(&dir, &arena, true, &err), 0);
	assert_string_equal(dir, "/run/runclamp");
	assert_int_equal(mkdir("/run/theirs", 0700), 0);
	assert_int_equal(chown("/run/theirs", 65534, 65534), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* Known from before as root: a fresh process finds out anew. */
		char *argv[] = {(char[]){"/proc/self/exe"}, (char[]){"as-another-user"}, NULL};
		(void)execv(argv[0], argv);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_there_at_first),
		cmocka_unit_test(a_record_is_found_again),
		cmocka_unit_test(keys_are_told_apart),
		cmocka_unit_test(spellings_of_a_root_are_one),
		cmocka_unit_test(a_root_created_later_is_the_same),
		cmocka_unit_test(a_root_of_the_handlers_counts),
		cmocka_unit_test(a_living_container_is_not_handed_over),
		cmocka_unit_test(unreadable_records_are_errors),
		cmocka_unit_test(others_files_are_not_trusted),
		cmocka_unit_test(writers_do_not_disturb_a_reader),
		cmocka_unit_test(without_root_it_lies_in_the_users_folder),
	};
	(void)argv;
	if (argc > 1)
		return as_another_user();
	return cmocka_run_group_tests(tests, ownrun_make, NULL);
}
