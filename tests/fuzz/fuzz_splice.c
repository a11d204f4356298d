/* Whatever bundle is accepted: after the splice it is accepted again, the
 * section stands where runtimes look, one run of bytes is new, and a second
 * splice changes nothing. */
#include "oci/splice.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_bytes(const struct bundle *old, const struct bundle *new, const char *section)
{
	const struct jdoc *o = &old->doc, *n = &new->doc;
	const struct jtok *t = &n->tok[new->seccomp];
	check(t->end - t->start == strlen(section) && !memcmp(n->text + t->start, section, strlen(section)));
	/* Longest equal head and tail: what is left of the old text is at most the value replaced. */
	size_t head = 0, tail = 0;
	while (head < o->len && head < n->len && o->text[head] == n->text[head])
		head++;
	while (tail < o->len - head && tail < n->len - head &&
	       o->text[o->len - 1 - tail] == n->text[n->len - 1 - tail])
		tail++;
	size_t gone = o->len - head - tail;
	const struct jtok *s = &o->tok[old->seccomp];
	check(gone <= (old->seccomp ? s->end - s->start : 4));
	check(n->len - head - tail <= strlen(section) + strlen(",\"linux\":{\"seccomp\":}"));
}

/* Several members at once: all of them stand there, and once more changes nothing. */
static void check_several(const struct bundle *old, struct arena *a)
{
	static const struct splice_member v[] = {{"process", "noNewPrivileges", "true"},
						 {"linux", "seccomp", "{}"},
						 {"hooks", "startContainer", "[]"}};
	struct buf once = {0}, twice = {0};
	struct bundle new;
	struct err err = {0};

	check(!splice_apply(old, v, ARRAY_LEN(v), &once, &err));
	if (!bundle_parse(&new, a, once.data, once.len, &err)) {
		check(bundle_no_new_privileges(&new) && new.seccomp &&new.hooks_start_container);
		check(!splice_apply(&new, v, ARRAY_LEN(v), &twice, &err));
		check(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
	} else {
		check(strstr(err.msg, "too many") != NULL);
	}
	buf_free(&once);
	buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const sections[] = {"{}",
					       "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[]}"};
	struct arena a = {0};
	struct bundle old, new;
	struct err err = {0};
	if (!bundle_parse(&old, &a, (const char *)data, size, &err)) {
		const char *section = sections[size % 2];
		const struct splice_member member = {"linux", "seccomp", section};
		struct buf once = {0}, twice = {0};
		check(!splice_apply(&old, &member, 1, &once, &err));
		/* Two more levels and three more values may pass the limits. */
		if (!bundle_parse(&new, &a, once.data, once.len, &err)) {
			check_bytes(&old, &new, section);
			check(!splice_apply(&new, &member, 1, &twice, &err));
			check(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
		} else {
			check(strstr(err.msg, "too many") != NULL);
		}
		check_several(&old, &a);
		buf_free(&once);
		buf_free(&twice);
	}
	arena_free(&a);
	return 0;
}
