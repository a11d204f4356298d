#include "base/clock.h"
#include <stdio.h>

/* A day number since 1970-01-01 to year, month and day: years begin in March,
 * so that the leap day is a year's last; 400 years are 146,097 days. */
static void civil_from_days(long days, int *ret_year, int *ret_month, int *ret_day)
{
	long z = days + 719468; /* since 0000-03-01 */
	long era = z / 146097;
	long day_of_era = z - era * 146097;
	long year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	long day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
	long month = (5 * day_of_year + 2) / 153; /* 0: March */

	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year + era * 400 + (*ret_month <= 2));
}

char *clock_format(const struct timespec *t, int micro, char dst[static CLOCK_TEXT])
{
	long seconds = t->tv_sec < 0 ? 0 : (long)t->tv_sec;
	long in_day = seconds % 86400;
	char fraction[16] = "";
	unsigned usec = (unsigned)(t->tv_nsec / 1000) % 1000000;
	int year, month, day;

	civil_from_days(seconds / 86400, &year, &month, &day);
	if (micro)
		(void)snprintf(fraction, sizeof(fraction), ".%06u", usec);
	(void)snprintf(dst, CLOCK_TEXT, "%04d-%02d-%02dT%02ld:%02ld:%02ld%sZ", year, month, day,
		       in_day / 3600, in_day / 60 % 60, in_day % 60, fraction);
	return dst;
}

int64_t clock_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
