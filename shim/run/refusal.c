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

void refusal_tell(const char *log, const char *sentence)
{
	CLEANUP_BUF struct buf b = {0};
	CLEANUP_FD int fd = -1;
	struct err ignored; /* nobody is left to tell */

	buf_printf(&b, "runclamp: %s\n", sentence);
	if (!b.failed)
		(void)!file_write_all(STDERR_FILENO, b.data, b.len, &ignored);
	if (!log || strncmp(log, "syslog:", 7) == 0 || strncmp(log, "journald:", 9) == 0)
		return;
	if (strncmp(log, "file:", 5) == 0)
		log += 5;
	b.len = 0;
	put_log_line(&b, sentence);
	fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (fd >= 0 && !b.failed)
		(void)!file_write_all(fd, b.data, b.len, &ignored);
}
