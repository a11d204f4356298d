/* What an image declares, in every form, and what several forms leave. */
#include "image/image.h"
#include "needs_fixture.h"
#include "tmpdir.h"

#define S "io.runclamp.syscalls"
#define CAPS "io.runclamp.capabilities"
#define CLOSURE "io.runclamp.closure"
#define PROFILE "io.containers.seccomp.profile"
#define CRI "io.kubernetes.cri.container-name"
#define CRIO "io.kubernetes.cri-o.ContainerName"

static const struct {
	const char *pairs[2 * FIXTURE_PAIRS + 1];
	const char *names;  /* what is named, sorted; NULL: nothing declared */
	const char *absent; /* noted and dropped */
} cases[] = {
	{{NULL}, NULL, ""},
	{{"org.example", "read"}, NULL, ""},
	/* The prefix is exact. */
	{{"IO.Runclamp.syscalls", "read"}, NULL, ""},
	{{"io.runclampx.syscalls", "read"}, NULL, ""},
	{{"io.runclamp", "read"}, NULL, ""},
	/* Lists. */
	{{S, "read"}, "read", ""},
	{{S, "write,read"}, "read write", ""},
	{{S, " write ,\n\tread close\r\n"}, "close read write", ""},
	{{S, "read read,read"}, "read", ""},
	{{S, ""}, "", ""},
	{{S, " \n"}, "", ""},
	{{S, "[]"}, "", ""},
	{{S, " [\"read\", \"\\u0077rite\"] "}, "read write", ""},
#if defined(__x86_64__)
	/* Known, but not here. */
	{{S, "read,socketcall,mmap2"}, "read", "mmap2 socketcall"},
	/* Known, with a number, and in no kernel; but what 32-bit programs or older kernels have is a need.
	 */
	{{S, "read,tuxcall,_sysctl,afs_syscall"}, "read", "_sysctl afs_syscall tuxcall"},
	{{S, "read,set_thread_area,sysfs,lookup_dcookie"}, "lookup_dcookie read set_thread_area sysfs", ""},
#else
	{{S, "read,open,fork"}, "read", "fork open"},
#endif
	/* Per container. */
	{{S, "read", S "/web", "write", CRI, "web"}, "write", ""},
	{{S "/web", "write", S, "read", CRI, "web"}, "write", ""},
	{{S, "read", S "/web", "write", CRIO, "web"}, "write", ""},
	{{S, "read", S "/web", "nonsense", CRI, "db"}, "read", ""},
	{{S, "read", S "/web", "write", CRI, "we"}, "read", ""},
	{{S, "read", S "/web", "write"}, "read", ""},
	{{S "/web", "write", CRI, "db"}, NULL, ""},
	{{S, "read", S "/web", "", CRI, "web", CRIO, "web"}, "", ""},
	/* Several forms are intersected. */
	{{S, "read write", CLOSURE, "{\"version\":1,\"syscalls\":[\"write\",\"close\"]}"}, "write", ""},
	{{S, "read", CLOSURE, "{\"version\":1,\"syscalls\":[\"write\"]}"}, "", ""},
	{{CAPS, "NET_RAW"}, NULL, ""},
	{{CAPS, "NET_RAW", S, "read"}, "read", ""},
	/* Podman's label. */
	{{PROFILE,
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":"
	  "\"SCMP_ACT_ALLOW\"},{\"name\":\"write\",\"action\":\"SCMP_ACT_LOG\"},{\"names\":[\"bpf\"],"
	  "\"action\":\"SCMP_ACT_TRACE\"}]}"},
	 "read write",
	 ""},
	{{PROFILE,
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\",\"write\"],"
	  "\"action\":\"SCMP_ACT_ALLOW\"}]}",
	  S, "write close"},
	 "write",
	 ""},
	{{PROFILE,
	  "{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":[\"bpf\"],\"action\":"
	  "\"SCMP_ACT_ERRNO\"}]}",
	  S, "bpf mount"},
	 "mount",
	 ""},
};

static void append(struct buf *out, const char *name)
{
	if (out->len)
		buf_putc(out, ' ');
	buf_puts(out, name);
}

static void check_names(const struct needs *n, const char *want, const char *absent, size_t i)
{
	CLEANUP_BUF struct buf named = {0};
	CLEANUP_BUF struct buf gone = {0};

	buf_puts(&named, "");
	buf_puts(&gone, "");
	for (int id = sysset_next(&n->named, 0); id >= 0; id = sysset_next(&n->named, id + 1)) {
		append(&named, sys_name(id));
		assert_true(profile_allows_some(&n->allow, id));
	}
	for (uint32_t k = 0; k < n->nabsent; k++)
		append(&gone, n->absent[k]);
	if (n->declared != (want != NULL) || (want && strcmp(named.data, want) != 0) ||
	    strcmp(gone.data, absent) != 0)
		fail_msg("%zu: named \"%s\", absent \"%s\"", i, named.data, gone.data);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		struct needs n;

		if (needs_of(&n, &arena, cases[i].pairs, NULL, &err))
			fail_msg("%zu: %s", i, err.msg);
		check_names(&n, cases[i].names, cases[i].absent, i);
	}
}

static void test_aliases(void **state)
{
	static const char *const aliases[] = {"syscalls", "signature", "example.com/calls", NULL};
	static const char *const pairs[] = {
		"syscalls", "read write", "example.com/calls", "[\"write\"]", "signature", "AAAA", NULL};
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	struct needs n;

	(void)state;
	assert_int_equal(needs_of(&n, &arena, pairs, aliases, &err), 0);
	check_names(&n, "write", "", 0);
	assert_true(n.extra.has_signature);
	assert_int_equal(n.nsources, 3);
	assert_string_equal(n.source[0], "annotation syscalls");
	/* Off unless the config names them. */
	assert_int_equal(needs_of(&n, &arena, pairs, NULL, &err), 0);
	assert_false(n.declared || n.extra.has_signature);
}

static const char full[] = "{\"version\":1,\"image\":{\"reference\":\"registry.example/app:1.4\",\"digest\":"
			   "\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"},"
			   "\"syscalls\":[\"read\",{\"name\":\"socket\",\"args\":[{\"index\":0,\"op\":\"SCMP_"
			   "CMP_EQ\",\"value\":2}]},"
			   "{\"name\":\"socket\",\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":10},"
			   "{\"index\":1,\"op\":\"SCMP_CMP_EQ\",\"value\":1}]}],"
			   "\"capabilities\":[\"NET_BIND_SERVICE\",\"CAP_CHOWN\",\"CHOWN\"],"
			   "\"network\":{\"egress\":[\"10.0.0.0/8:443/tcp\",\"2001:db8::/32\",\"0.0.0.0/"
			   "0:1-1024\",\"::1/128:53/udp\"]}}";

static void test_manifest(void **state)
{
	static const struct {
		uint64_t args[COND_ARGS];
		bool allowed;
	} sockets[] = {{{2, 7}, true}, {{10, 1}, true}, {{10, 2}, false}, {{1, 1}, false}};
	static const char *const egress[] = {"10.0.0.0/8:443/tcp", "2001:db8::/32", "0.0.0.0/0:1-1024",
					     "::1/128:53/udp"};
	CLEANUP_ARENA struct arena arena = {0};
	const char *reference = NULL, *digest = NULL;
	struct err err = {0};
	struct needs n;

	(void)state;
	assert_int_equal(
		needs_from_manifest(&n, &arena, full, strlen(full), "m.json", &reference, &digest, &err), 0);
	check_names(&n, "read socket", "", 0);
	assert_string_equal(reference, "registry.example/app:1.4");
	assert_int_equal(strlen(digest), 71);
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++)
		assert_int_equal(profile_eval(&n.allow, sys_lookup("socket", 6), sockets[i].args).kind,
				 sockets[i].allowed ? ACT_ALLOW : ACT_ERRNO);
	assert_int_equal(n.extra.ncapabilities, 2);
	assert_string_equal(n.extra.capabilities[0], "CAP_CHOWN");
	assert_string_equal(n.extra.capabilities[1], "CAP_NET_BIND_SERVICE");
	assert_int_equal(n.extra.negress, ARRAY_LEN(egress));
	for (size_t i = 0; i < ARRAY_LEN(egress); i++)
		assert_string_equal(n.extra.egress[i], egress[i]);
}

/* Two lists of egress, and what both allow. */
static const struct {
	const char *a, *b, *both;
} egresses[] = {
	{"10.0.0.0/8", "10.1.0.0/16:80/tcp", "10.1.0.0/16:80/tcp"},
	{"10.0.0.0/8:1-100", "0.0.0.0/0:50-200/udp", "10.0.0.0/8:50-100/udp"},
	{"10.0.0.0/8/tcp", "10.0.0.0/8/udp", ""},
	{"10.0.0.0/8:1-5", "10.0.0.0/8:6", ""},
	{"10.0.0.0/8", "11.0.0.0/8", ""},
	{"::/0", "0.0.0.0/0", ""},
	{"2001:db8::/32", "2001:db8:1::/48:53", "2001:db8:1::/48:53"},
	{"10.0.0.0/8:80", "10.0.0.0/8:1-65535", "10.0.0.0/8:80"},
	{"10.0.0.0/8:1-65535", "10.0.0.0/8", "10.0.0.0/8:1-65535"},
	{"10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8"},
};

static void read_egress(struct needs *ret, struct arena *arena, const char *egress)
{
	char text[200];
	struct err err = {0};

	int len = snprintf(text, sizeof(text),
			   "{\"version\":1,\"syscalls\":[],\"network\":{\"egress\":[\"%s\"]}}", egress);
	const char *kept = arena_strndup(arena, text, (size_t)len);
	if (needs_from_manifest(ret, arena, kept, (size_t)len, "m", NULL, NULL, &err))
		fail_msg("%s", err.msg);
}

static void test_egress(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(egresses); i++) {
		CLEANUP_ARENA struct arena arena = {0};
		struct err err = {0};
		struct needs a, b;

		read_egress(&a, &arena, egresses[i].a);
		read_egress(&b, &arena, egresses[i].b);
		assert_int_equal(needs_intersect(&a, &arena, &b, &err), 0);
		assert_true(a.extra.has_egress);
		assert_int_equal(a.extra.negress, *egresses[i].both ? 1 : 0);
		if (a.extra.negress)
			assert_string_equal(a.extra.egress[0], egresses[i].both);
	}
}

static void test_capabilities(void **state)
{
	static const char *const pairs[] = {
		CAPS, "CAP_NET_RAW CHOWN,SYS_PTRACE", CLOSURE,
		"{\"version\":1,\"syscalls\":[],\"capabilities\":[\"NET_RAW\",\"KILL\"]}", NULL};
	CLEANUP_ARENA struct arena arena = {0};
	struct err err = {0};
	struct needs n;

	(void)state;
	assert_int_equal(needs_of(&n, &arena, pairs, NULL, &err), 0);
	assert_true(n.extra.has_capabilities);
	assert_int_equal(n.extra.ncapabilities, 1);
	assert_string_equal(n.extra.capabilities[0], "CAP_NET_RAW");
}

static void put_file(const char *name, const char *text)
{
	tmpdir_write(name, text, strlen(text), 0644);
}

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int look_up(struct needs *ret, struct arena *arena, const char *dir, const char *name, struct err *err)
{
	struct catalogue c;
	struct image image;

	if (catalogue_read(&c, arena, dir, NULL, err) < 0)
		return -1;
	assert_int_equal(image_begin(&image, arena, &c, err), 0);
	if (!strncmp(name, "sha256:", 7))
		assert_int_equal(image_add_digest(&image, arena, name, strlen(name), err), 0);
	else
		image_add_name(&image, name, strlen(name));
	return needs_from_catalogue(ret, arena, &c, &image, NULL, err);
}

static void test_catalogue(void **state)
{
	static const struct {
		const char *ref, *names;
		uint32_t sources;
	} lookups[] = {
		{"registry.example/app:1.4", "write", 2},
		/* A pin by digest takes no name away. */
		{"registry.example/app:1.4@" DIGEST, "write", 2},
		{"registry.example/app@" DIGEST, NULL, 0},
		{"busybox", "read", 1},
		{DIGEST, "close write", 1},
		{"registry.example/app:1.5", NULL, 0},
		{"", NULL, 0},
	};
	const char *dir = tmpdir;
	struct err err = {0};
	struct needs n;

	(void)state;
	put_file("a.json", "{\"version\":1,\"image\":{\"reference\":\"registry.example/"
			   "app:1.4\"},\"syscalls\":[\"read\","
			   "\"write\"]}");
	put_file("b.json",
		 "{\"version\":1,\"image\":{\"reference\":\"registry.example/app:1.4\",\"digest\":\"" DIGEST
		 "\"},\"syscalls\":[\"write\",\"close\"]}");
	put_file("c.json", "{\"image\":{\"reference\":\"other\"},\"syscalls\":[\"frob\"]}");
	put_file("hub.json", "{\"version\":1,\"image\":{\"reference\":\"docker.io/library/busybox:latest\"},"
			     "\"syscalls\":[\"read\"]}");
	put_file("README", "no entry");
	put_file(".d.json", "no entry");
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		CLEANUP_ARENA struct arena arena = {0};

		if (look_up(&n, &arena, dir, lookups[i].ref, &err))
			fail_msg("%s", err.msg);
		check_names(&n, lookups[i].names, "", i);
		assert_int_equal(n.nsources, lookups[i].sources);
	}

	CLEANUP_ARENA struct arena arena = {0};
	assert_int_equal(look_up(&n, &arena, dir, "other", &err), -1);
	assert_non_null(strstr(err.msg, "c.json: version is missing"));
	put_file("e.json", "{");
	assert_int_equal(look_up(&n, &arena, dir, "x", &err), -1);
	assert_non_null(strstr(err.msg, "e.json"));
	put_file("e.json", "{\"version\":1,\"syscalls\":[]}");
	assert_int_equal(look_up(&n, &arena, dir, "x", &err), -1);
	assert_non_null(strstr(err.msg, "must name its image"));
	put_file("e.json", "{\"version\":1,\"image\":{\"reference\":\"registry.example/\"},\"syscalls\":[]}");
	assert_int_equal(look_up(&n, &arena, dir, "x", &err), -1);
	assert_non_null(strstr(err.msg, "\"registry.example/\" is no name of an image"));
	assert_int_equal(look_up(&n, &arena, "/nonexistent/folder", "x", &err), 0);
	assert_false(n.declared);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_egress),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test_setup_teardown(test_catalogue, tmpdir_make, tmpdir_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
