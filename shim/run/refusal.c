#include "run/refusal.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include <fcntl.h>
#include <string.h>

static void put_log_line(struct buf *b, const char *sentence)
{
	struct timespec now;
	char text[CLOCK_TEXT];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	buf_puts(b, "{\"level\":\"error\",\"msg\":");
	buf_jstr(b, sentence, strlen(sentence));
	/* RFC 3339, or containerd drops the line. */
	buf_printf(b, ",\"time\":\"%s\"}\n", clock_format(&now, 0, text));
}

/* Closed again before anything else is written: with stderr closed its number would be that of stderr. */
static void tell_log(const char *path, const char *sentence)
{
	CLEANUP_FD int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	CLEANUP_BUF struct buf line = {0};
	struct err ignored; /* stderr is left */

	put_log_line(&line, sentence);
	if (fd >= 0 && !line.failed)
		(void)!file_append_line(fd, line.data, line.len, &ignored);
}

/* The log first: a pipe that is full, or that nobody reads, may be all that stderr is. */
void refusal_tell(const char *log, const char *sentence)
{
	CLEANUP_BUF struct buf line = {0};
	struct err ignored; /* nobody is left to tell */

	if (log && strncmp(log, "file:", 5) == 0)
		log += 5;
	if (log && strncmp(log, "syslog:", 7) != 0 && strncmp(log, "journald:", 9) != 0)
		tell_log(log, sentence);
	buf_printf(&line, "runclamp: %s\n", sentence);
	if (!line.failed)
		(void)!file_append_line(STDERR_FILENO, line.data, line.len, &ignored);
}
