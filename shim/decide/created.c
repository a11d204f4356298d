#include "decide/created.h"
#include "base/sha256.h"
#include "base/statedir.h"
#include "oci/seccomp.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum { CREATED_DEPTH = 8, CREATED_TOKENS = 4096, WORD_HEX = 16, ASKED_BYTES = 2048 };

static void say_sets(struct created *c, const struct profile *engine)
{
	int count = sys_count();

	for (int id = 0; id < count; id++) {
		const struct sysrules s = profile_call(engine, id);

		/* Nearly every call has no rules: this is on every create's way. */
		if (s.nrules ? profile_allows_all(engine, id) : s.other.kind <= ACT_LOG)
			sysset_add(&c->all, id);
		else if (s.nrules && profile_allows_some(engine, id))
			sysset_add(&c->part, id);
	}
}

static void fill(struct created *ret, const struct bundle *b, const struct decision *d)
{
	*ret = (struct created){.dev = b->dev, .ino = b->ino, .has_engine = d->has_engine, .asked = d->asked};
	memcpy(ret->sha256, d->sha256, sizeof(ret->sha256));
	if (d->has_engine)
		say_sets(ret, &d->sides->engine);
}

static unsigned set_words(void)
{
	return ((unsigned)sys_count() + 63) / 64;
}

/* Many calls or most of them: a digit for four. */
static void put_set(struct buf *out, const struct sysset *s)
{
	static const char digits[] = "0123456789abcdef";
	char hex[WORD_HEX * ARRAY_LEN(s->w)];
	unsigned n = 0;

	for (unsigned i = 0; i < set_words(); i++)
		for (unsigned shift = 64; shift > 0; shift -= 4)
			hex[n++] = digits[s->w[i] >> (shift - 4) & 15];
	buf_put(out, hex, n);
}

/* A handful of calls. */
static void put_ids(struct buf *out, const struct sysset *s)
{
	const char *before = "";

	for (int id = sysset_next(s, 0); id >= 0; id = sysset_next(s, id + 1)) {
		buf_puts(out, before);
		buf_u64(out, (uint64_t)id);
		before = ",";
	}
}

/* Whole or not at all: some of them would say of the others that nobody asked there. */
static void put_asked(struct buf *out, const char *const *asked)
{
	size_t total = 0;

	for (size_t i = 0; asked && asked[i]; i++)
		total += strlen(asked[i]);
	if (!total || total > ASKED_BYTES)
		return;
	for (size_t i = 0; asked[i]; i++) {
		buf_puts(out, i ? "," : ",\"asked\":[");
		buf_jstr(out, asked[i], strlen(asked[i]));
	}
	buf_putc(out, ']');
}

/* A call's place in the sets is its id, which means nothing to a version with
 * another table: "calls" says how many there are. */
void created_write(const struct created *c, struct buf *out)
{
	buf_puts(out, ",\"created\":{\"dev\":");
	buf_u64(out, c->dev);
	buf_puts(out, ",\"ino\":");
	buf_u64(out, c->ino);
	buf_puts(out, ",\"section\":\"");
	buf_puts(out, c->sha256);
	buf_puts(out, "\",\"calls\":");
	buf_u64(out, (uint64_t)sys_count());
	if (c->has_engine) {
		buf_puts(out, ",\"engine_all\":\"");
		put_set(out, &c->all);
		buf_puts(out, "\",\"engine_part\":[");
		put_ids(out, &c->part);
		buf_putc(out, ']');
	}
	put_asked(out, c->asked);
	buf_putc(out, '}');
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_set(struct sysset *ret, const struct jdoc *doc, uint32_t tok)
{
	const struct jtok *t = &doc->tok[tok];
	const char *s = doc->text + t->start + 1;

	if (!tok || t->type != JTOK_STRING || t->end - t->start - 2 != set_words() * WORD_HEX)
		return false;
	for (unsigned i = 0; i < set_words() * WORD_HEX; i++) {
		int v = hex_value(s[i]);

		if (v < 0)
			return false;
		ret->w[i / WORD_HEX] = ret->w[i / WORD_HEX] << 4 | (unsigned)v;
	}
	return true;
}

static bool read_ids(struct sysset *ret, const struct jdoc *doc, uint32_t array)
{
	uint64_t id;

	if (!array || doc->tok[array].type != JTOK_ARRAY)
		return false;
	for (uint32_t t = array + 1; t < doc->tok[array].next; t = doc->tok[t].next) {
		if (!jdoc_u64(doc, t, &id) || id >= (uint64_t)sys_count())
			return false;
		sysset_add(ret, (int)id);
	}
	return true;
}

/* NULL where it is not there; false: it has another form. */
static bool read_asked(const char *const **ret, struct arena *arena, const struct jdoc *doc, uint32_t array)
{
	const char **list;
	size_t n = 0, len;

	if (!array)
		return true;
	if (doc->tok[array].type != JTOK_ARRAY || !doc->tok[array].count ||
	    doc->tok[array].count > IMAGE_ASKED_MAX)
		return false;
	list = arena_array(arena, IMAGE_ASKED_MAX + 1, sizeof(*list));
	for (uint32_t t = array + 1; list && t < doc->tok[array].next; t = doc->tok[t].next) {
		if (doc->tok[t].type != JTOK_STRING)
			return false;
		list[n] = jdoc_string(doc, t, arena, &len);
		if (!list[n] || *list[n++] != '/')
			return false;
	}
	if (list)
		list[n] = NULL;
	*ret = list;
	return list != NULL;
}

/* Whether it is a registration's, of this version's calls. */
static bool read_created(struct created *ret, struct arena *arena, const struct jdoc *doc)
{
	uint32_t obj = jdoc_get(doc, 0, "created"), id = jdoc_get(doc, 0, "id");
	struct created c = {0};
	uint64_t calls;
	size_t len;

	if (!obj || !id || doc->tok[id].type != JTOK_STRING)
		return false;
	uint32_t section = jdoc_get(doc, obj, "section"), all = jdoc_get(doc, obj, "engine_all");
	if (!jdoc_u64(doc, jdoc_get(doc, obj, "dev"), &c.dev) ||
	    !jdoc_u64(doc, jdoc_get(doc, obj, "ino"), &c.ino) ||
	    !jdoc_u64(doc, jdoc_get(doc, obj, "calls"), &calls) || calls != (uint64_t)sys_count() ||
	    !section || doc->tok[section].type != JTOK_STRING ||
	    doc->tok[section].end - doc->tok[section].start - 2 != sizeof(c.sha256) - 1)
		return false;
	memcpy(c.sha256, doc->text + doc->tok[section].start + 1, sizeof(c.sha256) - 1);
	c.has_engine = all != 0;
	if (all &&
	    (!read_set(&c.all, doc, all) || !read_ids(&c.part, doc, jdoc_get(doc, obj, "engine_part"))))
		return false;
	if (!read_asked(&c.asked, arena, doc, jdoc_get(doc, obj, "asked")))
		return false;
	c.id = jdoc_string(doc, id, arena, &len);
	*ret = c;
	return c.id != NULL;
}

/* A folder that is younger than a registration's file is not the one that it speaks of: a file system gives
 * the number of a removed folder to the next one. Not known everywhere: then false. */
static bool is_younger(const struct bundle *b, int dirfd, const char *name)
{
	struct statx folder, file;

	if (statx(b->dirfd, "", AT_EMPTY_PATH, STATX_BTIME, &folder) < 0 ||
	    statx(dirfd, name, AT_SYMLINK_NOFOLLOW, STATX_MTIME, &file) < 0 ||
	    !(folder.stx_mask & STATX_BTIME) || !(file.stx_mask & STATX_MTIME))
		return false;
	if (folder.stx_btime.tv_sec != file.stx_mtime.tv_sec)
		return folder.stx_btime.tv_sec > file.stx_mtime.tv_sec;
	return folder.stx_btime.tv_nsec > file.stx_mtime.tv_nsec;
}

static bool parse(struct created *ret, struct arena *arena, const char *text, size_t len)
{
	static const struct jlimits limits = {.depth = CREATED_DEPTH, .tokens = CREATED_TOKENS};
	CLEANUP_ARENA struct arena scratch = {0};
	struct err ignored;
	struct jdoc doc;

	return jdoc_parse(&doc, &scratch, text, len, &limits, ERR_RUNTIME, &ignored) == 0 &&
	       read_created(ret, arena, &doc);
}

static bool is_of(const struct created *c, const struct created *want)
{
	return c->dev == want->dev && c->ino == want->ino && !strcmp(c->sha256, want->sha256);
}

/* 1: this file is the registration; 0: not this one. What can't be read is some
 * other container's affair. */
static int look_at(struct created *ret, struct arena *arena, int dirfd, const char *name,
		   const struct created *want, const struct bundle *b)
{
	CLEANUP_FREE char *text = NULL;
	struct err ignored;
	size_t len = 0;

	return statedir_read(dirfd, name, &text, &len, &ignored) == 0 && text &&
	       memmem(text, len, want->sha256, strlen(want->sha256)) && parse(ret, arena, text, len) &&
	       is_of(ret, want) && !is_younger(b, dirfd, name);
}

static int look_in(struct created *ret, struct arena *arena, const char *sub, const struct created *want,
		   const struct bundle *b, struct err *err)
{
	CLEANUP_FD int fd = statedir_open(sub, false, err);
	struct dirent *entry;
	int found = 0;

	if (fd < 0)
		return err->sys == ENOENT ? 0 : -1;
	CLEANUP_DIR DIR *dir = fdopendir(fd);
	if (!dir)
		return err_sys(err, "the records");
	int dirfd = TAKE_FD(fd);
	while (!found && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && entry->d_type != DT_DIR)
			found = look_at(ret, arena, dirfd, entry->d_name, want, b);
	return found;
}

int created_find(struct created *ret, bool *ret_found, struct arena *arena, const struct bundle *b,
		 struct err *err)
{
	static const char *const folders[] = {NULL, "gone"};
	struct created want = {.dev = b->dev, .ino = b->ino};
	const struct jtok *section = &b->doc.tok[b->seccomp];
	int found = 0;

	if (b->seccomp)
		sha256_hex(b->doc.text + section->start, section->end - section->start, want.sha256);
	for (size_t i = 0; b->seccomp && !found && i < ARRAY_LEN(folders); i++)
		found = look_in(ret, arena, folders[i], &want, b, err);
	if (found < 0)
		return err_wrap(err, "what create did to this bundle");
	*ret_found = found > 0;
	return 0;
}

static const struct jtok *section_of(const struct bundle *b)
{
	return &b->doc.tok[b->seccomp];
}

bool created_already(const struct bundle *b)
{
	const struct jtok *t = section_of(b);

	return b->seccomp && profile_wrote(b->doc.text + t->start, t->end - t->start);
}

static bool is_same(const struct decision *d, const struct bundle *b)
{
	const struct jtok *t = section_of(b);

	return d->section.len == t->end - t->start &&
	       !memcmp(d->section.data, b->doc.text + t->start, d->section.len);
}

static void warn(struct decision *d, struct arena *arena, const char *text)
{
	const char *kept = arena_strndup(arena, text, strlen(text));

	if (kept && d->nwarnings < DECISION_WARNINGS)
		d->warning[d->nwarnings++] = kept;
}

const char created_follows[] =
	"an earlier create wrote its closure into this bundle, and it counted as the engine's profile here: "
	"what that closure denied stays denied, whatever the configuration and the needs say by now; create "
	"the container from a bundle that its engine writes anew";

static void warn_already(struct decision *d, struct arena *arena, const char *id)
{
	char text[320];

	(void)snprintf(text, sizeof(text),
		       "the section in config.json is one that runclamp wrote, %s%.80s: what is said here of "
		       "the engine's profile is said of that section",
		       id ? "for container " : "and there is no record of the create", id ? id : "");
	warn(d, arena, text);
}

int created_settle(struct created *ret, bool *ret_known, struct arena *arena, const struct bundle *b,
		   struct decision *d, struct err *err)
{
	struct created older;

	*ret_known = true;
	fill(ret, b, d);
	if (!created_already(b))
		return 0;
	if (created_find(&older, ret_known, arena, b, err) < 0)
		return -1;
	if (*ret_known) {
		ret->has_engine = older.has_engine;
		ret->all = older.all;
		ret->part = older.part;
		ret->follows = !is_same(d, b);
	}
	if (ret->follows)
		warn(d, arena, created_follows);
	else
		warn_already(d, arena, *ret_known ? older.id : NULL);
	return 0;
}

void created_restore(struct profile *engine, const struct created *c)
{
	if (!c->has_engine) {
		profile_init(engine, (struct action){ACT_ALLOW, 0}, ARCHSET_ALL);
		return;
	}
	for (int id = 0; id < sys_count(); id++) {
		if (sysset_has(&c->all, id))
			profile_set(engine, id, (struct action){ACT_ALLOW, 0});
		/* Passed on to a sentry that answers ENOSYS (decide/lower.c). */
		else if (!sysset_has(&c->part, id) && profile_allows_some(engine, id))
			profile_set(engine, id, (struct action){ACT_ERRNO, ENOSYS});
	}
}
