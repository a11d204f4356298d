/* The whole decision: config.json, and behind a NUL needs that are added to it.
 * The first byte picks runtime, level and mode. What is injected is read back:
 * every side allows what it allows, a second decision changes nothing, and the
 * splice moves no other byte. */
#include "decide/decision.h"
#include "oci/seccomp.h"
#include "oci/splice.h"
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BINARY_KEY "1-2-3-4-5"
enum { RULES_SAMPLED = 6 };

static const char *const no_strings[] = {NULL};
static const struct config config = {.sources = SOURCE_ANNOTATION, .aliases = no_strings};
static const runtime_version versions[RUNTIME_KIND_COUNT][2] = {
	[RUNTIME_RUNC] = {RUNTIME_VERSION(1, 1, 5), RUNTIME_VERSION(1, 5, 2)},
	[RUNTIME_CRUN] = {RUNTIME_VERSION(1, 8, 1), RUNTIME_VERSION(1, 28, 0)},
	[RUNTIME_RUNSC] = {20221219, 20260905},
	[RUNTIME_YOUKI] = {RUNTIME_VERSION(0, 7, 0), RUNTIME_VERSION(0, 7, 0)},
};

#define TABLE                                                                                                \
	"{\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_AARCH64\"],\"syscalls\":[\"execve\",\"exit_"   \
	"group\","                                                                                           \
	"\"read\",\"write\",\"socket\",\"pselect6\",\"clone\",\"personality\"],\"partial\":[\"ptrace\"],"    \
	"\"unimplemented\":[\"clone3\",\"openat2\",\"mount\"],\"spelling\":{\"pselect6\":\"pselect\"}}"
static const char sentry[] = "{\"version\":1,\"name\":\"t\",\"about\":\"a\",\"source\":\"s\",\"amd64\":" TABLE
			     ",\"arm64\":" TABLE "}";
static bool has_sentry;

/* A /run of its own, with the table that a runsc would have told. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[160];

	(void)argc;
	(void)argv;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/run", "tmpfs", 0, "mode=0755") < 0 || mkdir("/run/runclamp", 0700) < 0 ||
	    mkdir("/run/runclamp/cache", 0700) < 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/run/runclamp/cache/runsc-" BINARY_KEY ".%s.ceiling",
		       RUNCLAMP_VERSION);
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	has_sentry = fd >= 0 && write(fd, sentry, strlen(sentry)) == (ssize_t)strlen(sentry);
	return 0;
}

static void check(bool good)
{
	if (!good)
		__builtin_trap();
}

struct input {
	struct handler handler;
	struct identity id;
	char *text;
	size_t len;
};

static void pick(struct input *in, uint8_t byte)
{
	in->id.kind = (enum runtime_kind)(byte & 3);
	if (in->id.kind == RUNTIME_RUNSC && !has_sentry)
		in->id.kind = RUNTIME_CRUN;
	in->id.version = versions[in->id.kind][byte >> 2 & 1];
	in->id.version_text = "1";
	in->id.path = "/nonexistent";
	(void)snprintf(in->id.key, sizeof(in->id.key), BINARY_KEY);
	in->handler = (struct handler){
		.name = "t",
		.runtime = in->id.kind,
		.path = in->id.path,
		.args = no_strings,
		.level = (enum level)((byte >> 3 & 3) % LEVEL_COUNT),
		.mode = byte & 32 ? MODE_AUDIT : MODE_ENFORCE,
		.on_missing = ON_MISSING_CEILING,
		.limit_over = OVER_WARN,
		.ceiling = byte & 64			  ? "strict-137"
			   : in->id.kind == RUNTIME_RUNSC ? "runtime"
							  : "node-default",
	};
}

/* The needs become the first member, {"annotations":{…}. */
static void add_needs(struct buf *out, const char *text, size_t len, const char *needs, size_t needs_len)
{
	size_t at = 0;

	while (at < len && strchr(" \t\r\n", text[at]))
		at++;
	if (at == len || text[at] != '{') {
		buf_put(out, text, len);
		return;
	}
	buf_puts(out, "{\"annotations\":{");
	buf_puts(out,
		 needs_len && needs[0] == '{' ? "\"io.runclamp.closure\":" : "\"io.runclamp.syscalls\":");
	buf_jstr(out, needs, needs_len);
	at++;
	buf_puts(out, memchr(text + at, '"', len - at) ? "}," : "}");
	buf_put(out, text + at, len - at);
}

static bool allows(const struct profile *p, int id, const uint64_t args[static COND_ARGS])
{
	return profile_eval(p, id, args).kind <= ACT_LOG;
}

struct view {
	const struct decision *d;
	const struct profile *back;
};

static void check_vector(const struct view *v, int id, const uint64_t args[static COND_ARGS])
{
	const struct decision_sides *s = v->d->sides;

	if (!allows(v->back, id, args))
		return;
	/* The sentry answers ENOSYS to what it does not implement. */
	if (v->d->sentry && sysset_has(&v->d->sentry->unimplemented, id))
		return;
	check(allows(&s->engine, id, args));
	if (v->d->audit)
		return;
	check(!v->d->needs.declared || allows(&s->needs, id, args));
	check(allows(s->ceiling, id, args));
	check(allows(&s->closure, id, args));
}

/* At and around the boundaries of a side's rules, one argument at a time. */
static void check_around(const struct view *v, int id, struct sysrules rules)
{
	for (uint32_t r = 0; r < rules.nrules && r < RULES_SAMPLED; r++) {
		const struct conj *when = &rules.rules[r].when;
		uint64_t args[COND_ARGS] = {0};

		for (unsigned i = 0; i < COND_ARGS; i++)
			if (when->used >> i & 1)
				args[i] = when->arg[i].op == COND_MASKED_EQ ? when->arg[i].value_two
									    : when->arg[i].value;
		check_vector(v, id, args);
		for (unsigned i = 0; i < COND_ARGS; i++) {
			const uint64_t near[] = {args[i] - 1, args[i] + 1, ~args[i], UINT32_MAX, 0};
			uint64_t kept = args[i];

			for (size_t k = 0; k < ARRAY_LEN(near) && when->used >> i & 1; k++) {
				args[i] = near[k];
				check_vector(v, id, args);
			}
			args[i] = kept;
		}
	}
}

static void check_narrower(const struct decision *d, const struct profile *back)
{
	static const uint64_t zero[COND_ARGS];
	const struct view v = {d, back};

	check(d->audit || back->def.kind > ACT_LOG);
	for (int id = 0; id < sys_count(); id++) {
		check_vector(&v, id, zero);
		check_around(&v, id, profile_call(back, id));
		check_around(&v, id, profile_call(&d->sides->engine, id));
		check_around(&v, id, profile_call(d->sides->ceiling, id));
		if (d->needs.declared)
			check_around(&v, id, profile_call(&d->sides->needs, id));
	}
}

static void read_back(struct profile *ret, struct arena *arena, const struct decision *d)
{
	struct unknown_names unknown = {0};
	struct jdoc doc;
	struct err err = {0};

	check(!jdoc_parse(&doc, arena, d->section.data, d->section.len,
			  &(struct jlimits){.depth = 32, .tokens = 1 << 20}, ERR_BUNDLE, &err));
	check(!(d->sentry ? profile_read_sentry(ret, arena, &doc, 0, d->sentry->spelling, &unknown, &err)
			  : profile_read(ret, arena, &doc, 0, RULES_LIBSECCOMP, &unknown, &err)));
	check(unknown.n == 0);
}

/* What stands before and behind the section is what stood there. */
static void check_outside(const struct bundle *b, const struct decision *d, const struct buf *after)
{
	const char *before = b->doc.text;
	size_t len = b->doc.len, head = 0, tail = 0;

	if (b->seccomp) {
		const struct jtok *t = &b->doc.tok[b->seccomp];

		check(after->len == len - (t->end - t->start) + d->section.len);
		check(!memcmp(after->data, before, t->start));
		check(!memcmp(after->data + after->len - (len - t->end), before + t->end, len - t->end));
		return;
	}
	while (head < len && after->data[head] == before[head])
		head++;
	while (tail < len && after->data[after->len - 1 - tail] == before[len - 1 - tail])
		tail++;
	/* A null member's four bytes are replaced. */
	check(head + tail + strlen("null") >= len);
}

static void check_again(const struct input *in, struct arena *arena, const struct decision *first,
			const struct buf *text)
{
	struct decision *d = arena_alloc(arena, sizeof(*d));
	struct bundle b = {0};
	struct err err = {0};

	check(d && !bundle_parse(&b, arena, text->data, text->len, &err));
	check(!decision_make(d, arena, &config, &in->handler, &b, &in->id, NULL, NULL, &err));
	check(d->inject && d->section.len == first->section.len &&
	      !memcmp(d->section.data, first->section.data, d->section.len));
	decision_free(d);
	bundle_close(&b);
}

static void check_injected(const struct input *in, struct arena *arena, const struct bundle *b,
			   const struct decision *d)
{
	CLEANUP_BUF struct buf after = {0};
	struct profile *back = arena_alloc(arena, sizeof(*back));
	struct err err = {0};

	check(back &&
	      !splice_apply(b, &(struct splice_member){"linux", "seccomp", d->section.data}, 1, &after,
			    &err) &&
	      !after.failed);
	read_back(back, arena, d);
	check_narrower(d, back);
	check_outside(b, d, &after);
	check_again(in, arena, d, &after);
}

static void decide(const struct input *in)
{
	struct arena arena = {0};
	struct bundle b = {0};
	struct err err = {0};
	struct decision *d = arena_alloc(&arena, sizeof(*d));

	check(d != NULL);
	if (!bundle_parse(&b, &arena, in->text, in->len, &err)) {
		if (decision_make(d, &arena, &config, &in->handler, &b, &in->id, NULL, NULL, &err))
			check(err.msg[0] && err.kind != ERR_INTERNAL && err.kind != ERR_SYSTEM);
		else
			check((d->verdict == VERDICT_REFUSE) == (d->sentence[0] != '\0') &&
			      (d->audit || d->inject == (d->verdict == VERDICT_ALLOW)));
		if (d->inject)
			check_injected(in, &arena, &b, d);
		decision_free(d);
		bundle_close(&b);
	}
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf text = {0};
	struct input in = {0};

	if (size < 2)
		return 0;
	pick(&in, data[0]);
	const char *s = (const char *)data + 1, *nul = memchr(s, '\0', size - 1);
	if (nul)
		add_needs(&text, s, (size_t)(nul - s), nul + 1, size - 2 - (size_t)(nul - s));
	else
		buf_put(&text, s, size - 1);
	if (text.failed || !text.data)
		return 0;
	in.text = text.data;
	in.len = text.len;
	decide(&in);
	return 0;
}
