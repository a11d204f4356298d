#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t text_utf8_len(const char *s, size_t avail)
{
	const unsigned char *u = (const unsigned char *)s;
	if (!avail)
		return 0;
	if (u[0] < 0x80)
		return 1;
	/* Unicode 15, table 3-7: the second byte's range says it all. */
	unsigned char low = 0x80, high = 0xbf;
	size_t n;
	if (u[0] >= 0xc2 && u[0] <= 0xdf) {
		n = 2;
	} else if (u[0] >= 0xe0 && u[0] <= 0xef) {
		n = 3;
		low = u[0] == 0xe0 ? 0xa0 : 0x80;
		high = u[0] == 0xed ? 0x9f : 0xbf;
	} else if (u[0] >= 0xf0 && u[0] <= 0xf4) {
		n = 4;
		low = u[0] == 0xf0 ? 0x90 : 0x80;
		high = u[0] == 0xf4 ? 0x8f : 0xbf;
	} else {
		return 0;
	}
	if (avail < n || u[1] < low || u[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool text_misleads(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (n == 2) /* C1, the soft hyphen, the Arabic letter mark */
		return (u[0] == 0xc2 && (u[1] < 0xa0 || u[1] == 0xad)) || (u[0] == 0xd8 && u[1] == 0x9c);
	if (n != 3)
		return false;
	if (u[0] == 0xef) /* U+FEFF */
		return u[1] == 0xbb && u[2] == 0xbf;
	if (u[0] != 0xe2)
		return false;
	if (u[1] == 0x80) /* U+200B to U+200F; U+2028 to U+202E */
		return (u[2] >= 0x8b && u[2] <= 0x8f) || (u[2] >= 0xa8 && u[2] <= 0xae);
	return u[1] == 0x81 && u[2] >= 0xa0 && u[2] <= 0xaf; /* U+2060 to U+206F */
}

/* One character's form in a message, `quotes` escaped as well: at most 12 bytes.
 * Returns its length; *used is how much of s it stands for. */
static size_t show_one(char out[static 12], const char *s, size_t avail, const char *quotes, size_t *used)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *u = (const unsigned char *)s;
	size_t n = text_utf8_len(s, avail), len = 0;
	*used = n ? n : 1;
	bool plain =
		n > 1 ? !text_misleads(s, n) : n && u[0] >= 0x20 && u[0] != 0x7f && !strchr(quotes, u[0]);
	if (plain) {
		memcpy(out, s, n);
		return n;
	}
	for (size_t i = 0; i < *used; i++) {
		out[len++] = '\\';
		out[len++] = 'x';
		out[len++] = hex[u[i] >> 4];
		out[len++] = hex[u[i] & 15];
	}
	return len;
}

/* Nearly every character of a message. */
static bool stays(char c, const char *quotes)
{
	while (*quotes && *quotes != c)
		quotes++;
	return !*quotes && c >= 0x20 && c < 0x7f;
}

static char *show(char *dst, size_t cap, const char *s, size_t len, const char *quotes)
{
	static const char cut[] = "…";
	const size_t cut_len = sizeof(cut) - 1;
	size_t at = 0, safe = 0; /* safe: the last end that leaves room for the mark */
	if (!cap)
		return dst;
	while (at < len && at + cut_len + 1 < cap && stays(s[at], quotes)) {
		dst[at] = s[at];
		safe = ++at;
	}
	for (size_t i = at; i < len;) {
		char one[12];
		size_t used, n = show_one(one, s + i, len - i, quotes, &used);
		if (at + n >= cap) {
			if (cut_len < cap) {
				memcpy(dst + safe, cut, cut_len);
				at = safe + cut_len;
			}
			break;
		}
		memcpy(dst + at, one, n);
		at += n;
		i += used;
		if (at + cut_len < cap)
			safe = at;
	}
	dst[at] = '\0';
	return dst;
}

char *text_show(char *dst, size_t cap, const char *s, size_t len)
{
	return show(dst, cap, s, len, "\"'\\");
}

char *text_clean(char *dst, size_t cap, const char *s)
{
	return show(dst, cap, s, strlen(s), "");
}

enum { DISTANCE_MAX = 64 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned text_distance(const char *a, size_t alen, const char *b, size_t blen, unsigned max)
{
	uint8_t rows[3][DISTANCE_MAX + 1];
	if (alen > DISTANCE_MAX || blen > DISTANCE_MAX || (alen > blen ? alen - blen : blen - alen) > max)
		return max + 1;
	uint8_t *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= blen; j++)
		above[j] = (uint8_t)j;
	for (size_t i = 1; i <= alen; i++) {
		row[0] = (uint8_t)i;
		for (size_t j = 1; j <= blen; j++) {
			unsigned d = least(above[j], row[j - 1]) + 1u;
			unsigned swap = a[i - 1] != b[j - 1];
			d = least(d, above[j - 1] + swap);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d = least(d, before[j - 2] + 1u);
			row[j] = (uint8_t)d;
		}
		uint8_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return least(above[blen], max + 1);
}

const char *text_nearest(const char *s, size_t len, const char *const names[])
{
	unsigned best = len < 6 ? 1 : (unsigned)(len / 3);
	const char *found = NULL;
	for (; *names; names++) {
		unsigned d = text_distance(s, len, *names, strlen(*names), best);
		if (d > best || (found && d == best))
			continue;
		best = d;
		found = *names;
	}
	return found;
}
