/* Decisions in this process: a handler as the configuration would give it, a
 * bundle in memory, whitelists in a folder of the test's own, and a runsc whose
 * table lies in the cache already. */
#ifndef TESTS_DECISION_FIXTURE_H
#define TESTS_DECISION_FIXTURE_H

#include "decide/decision.h"
#include "ownrun.h"
#include "profile_fixture.h"
#include "tmpdir.h"

/* As Podman's default profile answers socket, with 32-bit programs. */
#define TWO_ANSWERS                                                                                          \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"architectures\":[\"SCMP_ARCH_X86_"   \
	"64\","                                                                                              \
	"\"SCMP_ARCH_X86\"],\"syscalls\":[{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","            \
	"\"errnoRet\":22,"                                                                                   \
	"\"args\":[{\"index\":0,\"value\":16,\"op\":\"SCMP_CMP_EQ\"}]},{\"names\":[\"socket\"],\"action\":"  \
	"\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":16,\"op\":\"SCMP_CMP_NE\"}]},{\"names\":["      \
	"\"read\","                                                                                          \
	"\"write\",\"execve\",\"exit_group\",\"close\",\"fstatfs\",\"futex\",\"getdents64\",\"openat\","     \
	"\"socketcall\"],"                                                                                   \
	"\"action\":\"SCMP_ACT_ALLOW\"}]}"

/* As a table's row says it; what is not named has the value that engines and
 * the default configuration give. */
struct setup {
	enum runtime_kind kind;
	runtime_version version; /* 0: the one of Debian 12 */
	const char *config;	 /* further members of the configuration, each with a comma behind it */
	const char *handler;	 /* further members of the handler, each with a comma before it */
	const char *ceiling;	 /* "@tiny": of this folder; NULL: the level's */
	const char *annotations; /* members, or NULL */
	const char *seccomp;	 /* linux.seccomp, or NULL */
	const char *members;	 /* further members of config.json, each with a comma before it */
	bool nnp_off;
};

/* Large: in static memory, one at a time. */
struct decider {
	struct arena arena;
	struct config config;
	const struct handler *handler;
	struct identity id;
	struct bundle bundle;
	struct decision d;
	struct err err;
	char text[1 << 18];
};

#define BINARY_KEY "1-2-3-4-5"
#define SYSCALLS(names) "\"io.runclamp.syscalls\":\"" names "\""
#define ALLOW_ALL "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"
#define ENTRY(n, act) "{\"names\":[" n "],\"action\":\"SCMP_ACT_" act "\"}"
#define DENY_LIST(n, act) "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" ENTRY(n, act) "]}"

/* Both architectures: what they do not share is not named here. */
#define BOTH(s) "\"amd64\":{" s "},\"arm64\":{" s "}}"
#define WHITELIST(s) "{\"version\":1,\"name\":\"t\",\"about\":\"a test's\",\"source\":\"the test\"," BOTH(s)

static const struct {
	const char *name, *text;
} whitelists[] = {
	{"tiny",
	 WHITELIST("\"syscalls\":[\"execve\",\"exit_group\",\"read\",\"write\",\"close\",\"statx\","
		   "{\"name\":\"socket\",\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":2}]},"
		   "{\"name\":\"socket\",\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":10}]},"
		   "{\"name\":\"personality\",\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":"
		   "0}]}]")},
	/* The runtime's own calls in `floor`, and one more name there. */
	{"floored", WHITELIST("\"syscalls\":[\"read\"],\"partial\":[\"write\"],"
			      "\"floor\":[\"execve\",\"exit_group\",\"mount\"]")},
	{"unfloored", WHITELIST("\"syscalls\":[\"execve\",\"read\",\"write\"]")},
	{"half",
	 WHITELIST("\"syscalls\":[\"exit_group\",\"read\",{\"name\":\"execve\",\"args\":[{\"index\":0,"
		   "\"op\":\"SCMP_CMP_NE\",\"value\":0}]}]")},
	{"wide", WHITELIST("\"syscalls\":[\"execve\",\"exit_group\",\"read\",\"write\",\"socket\",\"ioctl\","
			   "\"mount\",\"bpf\",\"clone\",\"clone3\",\"personality\",\"openat2\",\"mseal\"]")},
	/* What runc's margin needs, with clone for anybody. */
	{"margin",
	 WHITELIST("\"syscalls\":[\"execve\",\"exit_group\",\"read\",\"write\",\"clone\",\"clone3\","
		   "\"close\",\"fstatfs\",\"futex\",\"getdents64\",\"openat\"]")},
	{"strict",
	 WHITELIST("\"syscalls\":[\"read\"],\"floor\":[\"faccessat2\",\"close\",\"execve\",\"exit_group\","
		   "\"fstatfs\",\"futex\",\"getdents64\",\"openat\",\"write\",\"capget\",\"capset\","
		   "\"chdir\",\"fstat\",\"getcwd\",\"getppid\",\"newfstatat\",\"prctl\",\"setgid\","
		   "\"setgroups\",\"setuid\"]")},
	{"three", WHITELIST("\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],"
			    "\"syscalls\":[\"execve\",\"exit_group\",\"read\",\"ioctl\"]")},
};

/* A sentry: ptrace is partial, clone3 and openat2 answer ENOSYS there; statx,
 * mseal and bpf are not in its table. */
static const char sentry_table[] =
	WHITELIST("\"syscalls\":[\"execve\",\"exit_group\",\"read\",\"write\",\"socket\",\"pselect6\"],"
		  "\"partial\":[\"ptrace\"],\"unimplemented\":[\"clone3\",\"openat2\",\"mount\"],"
		  "\"spelling\":{\"pselect6\":\"pselect\"}");

static inline void put_cached(const char *key)
{
	char path[160];

	(void)mkdir("/run/runclamp", 0700);
	(void)mkdir("/run/runclamp/cache", 0700);
	(void)snprintf(path, sizeof(path), "/run/runclamp/cache/runsc-%s.%s.ceiling", key, RUNCLAMP_VERSION);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, sentry_table, strlen(sentry_table)) != (ssize_t)strlen(sentry_table) ||
	    close(fd) < 0)
		abort();
}

static inline int decider_start(void **state)
{
	if (tmpdir_make(state) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(whitelists); i++)
		tmpdir_write(whitelists[i].name, whitelists[i].text, strlen(whitelists[i].text), 0644);
	if (ownrun_make(state) == 0 && ownrun)
		put_cached(BINARY_KEY);
	return 0;
}

static inline runtime_version usual_version(enum runtime_kind kind)
{
	static const runtime_version versions[RUNTIME_KIND_COUNT] = {
		[RUNTIME_RUNC] = RUNTIME_VERSION(1, 1, 5),
		[RUNTIME_CRUN] = RUNTIME_VERSION(1, 8, 1),
		[RUNTIME_RUNSC] = 20221219,
		[RUNTIME_YOUKI] = RUNTIME_VERSION(0, 7, 0),
	};

	return versions[kind];
}

static inline const char *or_nothing(const char *s)
{
	return s ? s : "";
}

static inline void put_bundle(struct buf *out, const struct setup *s)
{
	buf_puts(out, "{\"ociVersion\":\"1.0.2\",\"process\":{\"args\":[\"x\"],\"noNewPrivileges\":");
	buf_puts(out, s->nnp_off ? "false" : "true");
	buf_printf(out, "},\"root\":{\"path\":\"r\"},\"annotations\":{%s},\"linux\":{",
		   or_nothing(s->annotations));
	if (s->seccomp)
		buf_printf(out, "\"seccomp\":%s", s->seccomp);
	buf_printf(out, "}%s}", or_nothing(s->members));
}

static inline void put_config(struct buf *out, const struct setup *s)
{
	bool own = s->ceiling && s->ceiling[0] == '@';

	buf_printf(out,
		   "{\"decision_log\":null,%s\"handlers\":{\"t\":{\"runtime\":\"%s\",\"path\":\"/bin/true\"",
		   or_nothing(s->config), runtime_name(s->kind));
	if (s->ceiling)
		buf_printf(out, ",\"ceiling\":\"%s\"", own ? tmpdir_path(s->ceiling + 1) : s->ceiling);
	buf_printf(out, "%s}}}", or_nothing(s->handler));
}

static inline const char *keep(struct decider *x, struct buf *b)
{
	assert_false(b->failed);
	const char *s = arena_strndup(&x->arena, b->data, b->len);
	assert_non_null(s);
	return s;
}

/* decision_make for a bundle's text; the caller ends with decider_free. */
static inline int decide_text(struct decider *x, const struct setup *s, const char *bundle, size_t len)
{
	CLEANUP_BUF struct buf config = {0};

	memset(x, 0, offsetof(struct decider, text));
	put_config(&config, s);
	if (config_parse(&x->config, &x->arena, keep(x, &config), config.len, "config", &x->err))
		fail_msg("%s: %s", config.data, x->err.msg);
	x->handler = config_handler(&x->config, "t");
	x->id.kind = s->kind;
	x->id.version = s->version ? s->version : usual_version(s->kind);
	x->id.version_text = "1.1.5";
	x->id.path = "/nonexistent/runtime";
	(void)snprintf(x->id.key, sizeof(x->id.key), BINARY_KEY);
	if (bundle_parse(&x->bundle, &x->arena, bundle, len, &x->err))
		fail_msg("%.4000s: %s", bundle, x->err.msg);
	return decision_make(&x->d, &x->arena, &x->config, x->handler, &x->bundle, &x->id, NULL, NULL,
			     &x->err);
}

static inline int decide_setup(struct decider *x, const struct setup *s)
{
	CLEANUP_BUF struct buf bundle = {0};

	put_bundle(&bundle, s);
	assert_false(bundle.failed);
	assert_true(bundle.len < sizeof(x->text));
	memcpy(x->text, bundle.data, bundle.len + 1);
	return decide_text(x, s, x->text, bundle.len);
}

static inline void decider_free(struct decider *x)
{
	decision_free(&x->d);
	bundle_close(&x->bundle);
	arena_free(&x->arena);
}

/* The section as this runtime reads it, by the reader alone. */
static inline void read_section(struct decider *x, struct profile *ret)
{
	struct jdoc doc;
	struct unknown_names unknown = {0};
	struct err err = {0};
	int r;

	assert_true(x->d.inject);
	if (jdoc_parse(&doc, &x->arena, x->d.section.data, x->d.section.len,
		       &(struct jlimits){.depth = 32, .tokens = 1 << 20}, ERR_BUNDLE, &err))
		fail_msg("%s", err.msg);
	if (x->id.kind == RUNTIME_RUNSC)
		r = profile_read_sentry(ret, &x->arena, &doc, 0, x->d.sentry->spelling, &unknown, &err);
	else
		r = profile_read(ret, &x->arena, &doc, 0, RULES_LIBSECCOMP, &unknown, &err);
	if (r < 0)
		fail_msg("%s: %s", x->d.section.data, err.msg);
	assert_int_equal(unknown.n, 0);
}

static inline bool warns(const struct decision *d, const char *words)
{
	for (uint32_t i = 0; i < d->nwarnings; i++)
		if (strstr(d->warning[i], words))
			return true;
	return false;
}

#endif
