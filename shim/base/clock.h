/* The time as logs want it, and for deadlines. */
#ifndef RUNCLAMP_BASE_CLOCK_H
#define RUNCLAMP_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

enum { CLOCK_TEXT = 40 };

/* "2026-01-02T03:04:05Z", with `micro` "2026-01-02T03:04:05.000006Z" (RFC
 * 3339, UTC). gmtime_r would read /etc/localtime first. Returns dst. */
char *clock_format(const struct timespec *t, int micro, char dst[static CLOCK_TEXT]);

/* CLOCK_MONOTONIC in milliseconds, for deadlines. */
int64_t clock_now_ms(void);

#endif
