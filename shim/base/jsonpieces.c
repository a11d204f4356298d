#include "base/jsonpieces.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

void jpieces_open(struct jpieces *p, int fd, char opens, uint32_t level, size_t max)
{
	p->fd = fd;
	p->opens = opens;
	p->level = level;
	p->max = max;
	p->piece = (struct buf){0};
	p->cut = p->member = p->string = p->escape = p->ended = false;
	p->depth = 0;
	p->at = p->len = 0;
}

void jpieces_close(struct jpieces *p)
{
	buf_free(&p->piece);
}

/* 1: there is more to read; 0: the file's end. */
static int fill(struct jpieces *p, struct err *err)
{
	ssize_t n;

	do
		n = read(p->fd, p->in, sizeof(p->in));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "reading");
	p->at = 0;
	p->len = (size_t)n;
	return n > 0;
}

static void keep(struct jpieces *p, const char *s, size_t len)
{
	if (p->depth < p->level || p->cut)
		return;
	p->cut = p->piece.len + len > p->max;
	if (!p->cut)
		buf_put(&p->piece, s, len);
}

/* To the end of the string, or of the block. */
static void take_string(struct jpieces *p)
{
	size_t from = p->at;

	while (p->string && p->at < p->len) {
		char c = p->in[p->at++];

		if (p->escape)
			p->escape = false;
		else if (c == '\\')
			p->escape = true;
		else if (c == '"')
			p->string = false;
	}
	keep(p, p->in + from, p->at - from);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int wrong(struct err *err, const char *what)
{
	return err_set(err, ERR_NEEDS, "%s", what);
}

/* What stands outside of strings. 1: a piece ended with it. */
static int take_byte(struct jpieces *p, char c, struct err *err)
{
	bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';

	if (!p->depth && is_space(c))
		return 0;
	if (!p->depth && p->ended)
		return wrong(err, "something stands behind the document");
	if (!p->depth && c != p->opens)
		return wrong(err, p->opens == '[' ? "must be an array" : "must be an object");
	if (p->depth == p->level && (c == ',' || closes)) {
		p->depth -= closes;
		p->ended = !p->depth;
		return p->piece.len || p->cut;
	}
	p->depth -= closes;
	if (p->piece.len || !is_space(c)) {
		if (p->member && !p->piece.len)
			keep(p, "{", 1);
		keep(p, &c, 1);
	}
	p->depth += opens;
	if (opens && p->depth == p->level)
		p->member = c == '{';
	p->string = c == '"';
	p->ended = !p->depth;
	return 0;
}

int jpieces_next(struct jpieces *p, const char **ret_text, size_t *ret_len, bool *ret_whole, struct err *err)
{
	int r = 0;

	p->piece.len = 0;
	p->cut = false;
	while (r == 0) {
		int more = p->at < p->len ? 1 : fill(p, err);

		if (more <= 0)
			return more < 0 || p->ended ? more : wrong(err, "the text ends too early");
		if (p->string)
			take_string(p);
		else
			r = take_byte(p, p->in[p->at++], err);
	}
	if (r < 0)
		return -1;
	if (p->member)
		buf_putc(&p->piece, '}');
	if (p->piece.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	*ret_text = p->piece.data;
	*ret_len = p->piece.len;
	*ret_whole = !p->cut;
	return 1;
}
