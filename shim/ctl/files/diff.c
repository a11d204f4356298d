#include "ctl/files/diff.h"
#include <stdint.h>
#include <string.h>

enum { CONTEXT = 3, TABLE_MAX = 1 << 20 };

struct lines {
	struct line {
		const char *at;
		size_t len; /* with its newline, if it has one */
	} * v;
	size_t n;
};

static bool split(struct lines *ret, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	ret->v = calloc(n + 1, sizeof(*ret->v));
	ret->n = 0;
	if (!ret->v)
		return false;
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t one = end ? (size_t)(end - text) + 1 : len;

		ret->v[ret->n++] = (struct line){text, one};
		text += one;
		len -= one;
	}
	return true;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static void put_line(struct buf *out, char mark, const struct line *l)
{
	buf_putc(out, mark);
	buf_put(out, l->at, l->len);
	if (l->at[l->len - 1] != '\n')
		buf_puts(out, "\n\\ No newline at end of file\n");
}

/* The middle, where both differ: by the longest common subsequence, t[i][j] its
 * length from line i of a and line j of b on. */
static void put_middle(struct buf *out, const struct line *a, size_t na, const struct line *b, size_t nb)
{
	CLEANUP_FREE uint32_t *t = NULL;
	size_t i = 0, j = 0, w = nb + 1;

	if (na < TABLE_MAX / w)
		t = calloc((na + 1) * w, sizeof(*t));
	for (size_t k = na; t && k-- > 0;)
		for (size_t l = nb; l-- > 0;) {
			uint32_t down = t[(k + 1) * w + l], right = t[k * w + l + 1];

			t[k * w + l] = same(&a[k], &b[l]) ? t[(k + 1) * w + l + 1] + 1
							  : (down > right ? down : right);
		}
	while (i < na || j < nb) {
		if (t && i < na && j < nb && same(&a[i], &b[j])) {
			put_line(out, ' ', &a[i]);
			i++, j++;
		} else if (i < na && (!t || j == nb || t[(i + 1) * w + j] >= t[i * w + j + 1])) {
			put_line(out, '-', &a[i++]);
		} else {
			put_line(out, '+', &b[j++]);
		}
	}
}

static void put_range(struct buf *out, char mark, size_t first, size_t n)
{
	buf_printf(out, "%c%zu,%zu", mark, n ? first + 1 : first, n);
}

static void put_hunk(struct buf *out, const struct lines *a, const struct lines *b)
{
	size_t head = 0, tail = 0, before, after;

	while (head < a->n && head < b->n && same(&a->v[head], &b->v[head]))
		head++;
	while (tail < a->n - head && tail < b->n - head &&
	       same(&a->v[a->n - 1 - tail], &b->v[b->n - 1 - tail]))
		tail++;
	before = head < CONTEXT ? head : CONTEXT;
	after = tail < CONTEXT ? tail : CONTEXT;
	buf_puts(out, "@@ ");
	put_range(out, '-', head - before, a->n - head - tail + before + after);
	buf_putc(out, ' ');
	put_range(out, '+', head - before, b->n - head - tail + before + after);
	buf_puts(out, " @@\n");
	for (size_t i = head - before; i < head; i++)
		put_line(out, ' ', &a->v[i]);
	put_middle(out, a->v + head, a->n - head - tail, b->v + head, b->n - head - tail);
	for (size_t i = 0; i < after; i++)
		put_line(out, ' ', &a->v[a->n - tail + i]);
}

void diff_put(struct buf *out, const char *path, const char *old, size_t old_len, const char *new,
	      size_t new_len)
{
	struct lines a = {0}, b = {0};

	if (!old == !new &&old_len == new_len && (!old || memcmp(old, new, old_len) == 0))
		return;
	if (split(&a, old, old ? old_len : 0) && split(&b, new, new ? new_len : 0)) {
		buf_printf(out, "--- %s\n+++ %s\n", old ? path : "/dev/null", new ? path : "/dev/null");
		put_hunk(out, &a, &b);
	} else {
		out->failed = true;
	}
	free(a.v);
	free(b.v);
}
