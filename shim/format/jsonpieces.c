#include "format/jsonpieces.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

void jpieces_open(struct jpieces *p, int fd, char opens, uint32_t level, size_t max)
{
	p->fd = fd;
	p->opens = opens;
	p->level = level;
	p->max = max;
	p->piece = p->within = (struct buf){0};
	p->cut = p->string = p->escape = p->ended = false;
	p->depth = p->element = p->open = p->objects = p->commas = 0;
	p->at = p->len = 0;
}

void jpieces_close(struct jpieces *p)
{
	buf_free(&p->piece);
	buf_free(&p->within);
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
	if (!p->open || p->cut)
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

bool jpieces_within(const struct jpieces *p, const char *name)
{
	size_t len = strlen(name);

	/* {"name": */
	return p->within.len >= len + 3 && p->within.data[1] == '"' && p->within.data[len + 2] == '"' &&
	       !memcmp(p->within.data + 2, name, len);
}

static bool in_object(const struct jpieces *p)
{
	return p->objects >> p->open & 1;
}

/* Into an array or object above `level`: what was kept of it until here is its key. */
static void go_in(struct jpieces *p, char c)
{
	p->within.len = 0;
	if (!p->cut && p->piece.len)
		buf_put(&p->within, p->piece.data, p->piece.len);
	p->piece.len = 0;
	p->cut = false;
	p->open++;
	p->objects &= ~(1U << p->open);
	p->objects |= (uint32_t)(c == '{') << p->open;
}

/* The end of a piece, if there was one before this comma or bracket. */
static bool end_piece(struct jpieces *p, char c)
{
	bool any = p->piece.len || p->cut;

	if (any && in_object(p))
		buf_putc(&p->piece, '}');
	p->depth = p->open;
	p->element = p->commas;
	p->commas += c == ',' && p->open == 1;
	p->open -= c != ',';
	p->ended = !p->open;
	return any;
}

static void keep_byte(struct jpieces *p, char c)
{
	if (p->cut || (!p->piece.len && is_space(c)))
		return;
	if (!p->piece.len && in_object(p))
		keep(p, "{", 1);
	keep(p, &c, 1);
}

/* What stands outside of strings. 1: a piece ended with it. */
static int take_byte(struct jpieces *p, char c, struct err *err)
{
	bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';

	if (!p->open && is_space(c))
		return 0;
	if (!p->open && p->ended)
		return wrong(err, "something stands behind the document");
	if (!p->open && c != p->opens)
		return wrong(err, p->opens == '[' ? "must be an array" : "must be an object");
	if (p->open && p->open <= p->level && (c == ',' || closes))
		return end_piece(p, c);
	if (opens && p->open < p->level) {
		go_in(p, c);
		return 0;
	}
	p->open -= closes;
	keep_byte(p, c);
	p->open += opens;
	p->string = c == '"';
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
	if (p->piece.failed || p->within.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	*ret_text = p->piece.data;
	*ret_len = p->piece.len;
	*ret_whole = !p->cut;
	return 1;
}
