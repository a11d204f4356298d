#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A little more than fits, so that text_clean sees that something was cut. */
enum { SCRATCH = sizeof(((struct err *)0)->msg) + 8 };

static void err_store(struct err *err, enum err_kind kind, int sys, const char *text)
{
	err->kind = kind;
	err->sys = sys;
	(void)text_clean(err->msg, sizeof(err->msg), text);
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	char text[SCRATCH];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_store(err, kind, 0, text);
	return -1;
}

/* containerd and Docker take these phrases for a broken entrypoint of the
 * image and answer 126 or 127, whoever said them. */
static const struct {
	int sys;
	const char *text;
} reworded[] = {
	{EACCES, "access refused"},
	{EPERM, "not permitted"},
	{ENOENT, "does not exist"},
	{ENOTDIR, "a part of the path is no folder"},
};

static const char *sys_text(int sys)
{
	for (size_t i = 0; i < ARRAY_LEN(reworded); i++)
		if (reworded[i].sys == sys)
			return reworded[i].text;
	const char *text = strerrordesc_np(sys);
	return text ? text : "unknown error";
}

int err_sys(struct err *err, const char *fmt, ...)
{
	int sys = errno;
	char what[SCRATCH], text[SCRATCH];
	const char *name = strerrorname_np(sys);
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	/* The reason is what must not be cut. */
	(void)snprintf(text, sizeof(text), "%.400s: %s (%s)", what, sys_text(sys), name ? name : "?");
	err_store(err, ERR_SYSTEM, sys, text);
	return -1;
}

/* Of a context that leaves too little room (a path can be long) the end is
 * kept: the message itself must not be cut. */
int err_wrap(struct err *err, const char *fmt, ...)
{
	char context[4096 + SCRATCH], text[2 * SCRATCH];
	const char *from = context, *mark = "";
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	size_t len = strlen(context), used = strlen(err->msg) + sizeof("…: ");
	size_t room = used < sizeof(err->msg) ? sizeof(err->msg) - used : 0;
	if (len > room) {
		mark = "…";
		from += len - room;
		while ((*from & 0xc0) == 0x80)
			from++;
	}
	int n = snprintf(text, sizeof(text), "%s%s: %s", mark, from, err->msg);
	if (n < 0)
		return -1;
	err_store(err, err->kind, err->sys, text);
	return -1;
}

int err_exit_code(enum err_kind kind)
{
	/* Above what runc, crun and runsc use themselves, below a shell's 126. */
	static const int code[ERR_KIND_COUNT] = {
		[ERR_NONE] = 0,	    [ERR_USAGE] = 101,	[ERR_CONFIG] = 102,
		[ERR_BUNDLE] = 103, [ERR_NEEDS] = 104,	[ERR_RUNTIME] = 105,
		[ERR_LIMIT] = 106,  [ERR_SYSTEM] = 107, [ERR_INTERNAL] = 108,
	};
	return kind > ERR_NONE && kind < ERR_KIND_COUNT ? code[kind] : code[ERR_INTERNAL];
}
