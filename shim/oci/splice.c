#include "oci/splice.h"
#include "base/file.h"
#include "format/edit.h"

#include <fcntl.h>
#include <string.h>

/* The edits so far, in the order of their places; a member is at most PIECES of them. */
enum { PIECES = 7 };
struct plan {
	const struct jdoc *doc;
	struct edit edit[SPLICE_MEMBERS * PIECES];
	size_t n;
};

/* Behind what already goes in there. The first piece takes the place of the old bytes, the others follow it.
 */
static void add(struct plan *p, uint32_t from, uint32_t to, const char *const pieces[])
{
	size_t at = p->n, n = 0;

	while (at > 0 && p->edit[at - 1].from > from)
		at--;
	while (pieces[n])
		n++;
	memmove(&p->edit[at + n], &p->edit[at], (p->n - at) * sizeof(*p->edit));
	for (size_t i = 0; i < n; i++)
		p->edit[at + i] = (struct edit){i ? to : from, to, pieces[i], strlen(pieces[i])};
	p->n += n;
}
#define PIECES_OF(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Whether something goes in between there already: into an object that had no member. */
static bool goes_in(const struct plan *p, uint32_t at)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->edit[i].from == at && p->edit[i].to == at)
			return true;
	return false;
}

static void add_parent(struct plan *p, uint32_t parent, const struct splice_member *m)
{
	const struct jtok *doc = &p->doc->tok[0], *old = &p->doc->tok[parent];

	if (parent) {
		add(p, old->start, old->end, PIECES_OF("{\"", m->name, "\":", m->value, "}"));
		return;
	}
	/* Last, so that the first bytes, which people look at, stay the engine's. */
	uint32_t brace = doc->end - 1;
	const char *comma = doc->count || goes_in(p, brace) ? ",\"" : "\"";
	add(p, brace, brace, PIECES_OF(comma, m->parent, "\":{\"", m->name, "\":", m->value, "}"));
}

static void add_member(struct plan *p, const struct splice_member *m)
{
	uint32_t parent = jdoc_get(p->doc, 0, m->parent);

	if (!parent || p->doc->tok[parent].type != JTOK_OBJECT) {
		add_parent(p, parent, m);
		return;
	}
	uint32_t old = jdoc_get(p->doc, parent, m->name), inside = p->doc->tok[parent].start + 1;
	if (old)
		add(p, p->doc->tok[old].start, p->doc->tok[old].end, PIECES_OF(m->value));
	else if (p->doc->tok[parent].count)
		add(p, inside, inside, PIECES_OF("\"", m->name, "\":", m->value, ","));
	else
		add(p, inside, inside,
		    PIECES_OF(goes_in(p, inside) ? ",\"" : "\"", m->name, "\":", m->value));
}

/* Whether two of them would go into an object that is not there yet: each would write one of its own. */
static bool share_absent(const struct plan *p, const struct splice_member *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			uint32_t parent = jdoc_get(p->doc, 0, v[i].parent);

			if (!strcmp(v[i].parent, v[k].parent) && (!strcmp(v[i].name, v[k].name) || !parent ||
								  p->doc->tok[parent].type != JTOK_OBJECT))
				return true;
		}
	return false;
}

int splice_apply(const struct bundle *b, const struct splice_member *v, size_t n, struct buf *out,
		 struct err *err)
{
	struct plan p = {.doc = &b->doc};

	if (n > SPLICE_MEMBERS || share_absent(&p, v, n))
		return err_set(err, ERR_INTERNAL, "members that cannot be written into config.json together");
	for (size_t i = 0; i < n; i++)
		add_member(&p, &v[i]);
	edit_apply(out, b->doc.text, b->doc.len, p.edit, p.n);
	if (out->failed)
		return err_set(err, ERR_LIMIT, "out of memory for the new config.json");
	return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

int splice_commit(const struct bundle *b, const char *text, size_t len, struct err *err)
{
	struct stat now;
	if (fstatat(b->dirfd, "config.json", &now, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "%s/config.json", b->path);
	if (!same_file(&now, &b->st))
		return err_set(err, ERR_BUNDLE, "%s/config.json was changed by another program meanwhile",
			       b->path);
	if (!b->exposed && len == b->doc.len && !memcmp(text, b->doc.text, len))
		return 0;
	if (file_replace_at(b->dirfd, "config.json", text, len, &b->st, b->fd, err) < 0)
		return err_wrap(err, "%s", b->path);
	return 0;
}
