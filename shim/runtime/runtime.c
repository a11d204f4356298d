#include "runtime/runtime.h"
#include <stdio.h>
#include <string.h>

/* A version is looked for behind this word of the runtime's --version output. */
static const struct {
	const char *name;
	const char *before_version;
} runtimes[RUNTIME_KIND_COUNT] = {
	[RUNTIME_RUNC] = {"runc", "runc version "},
	[RUNTIME_CRUN] = {"crun", "crun version "},
	[RUNTIME_RUNSC] = {"runsc", "runsc version "},
	[RUNTIME_YOUKI] = {"youki", "youki version "},
};

const char *runtime_name(enum runtime_kind kind)
{
	return runtimes[kind].name;
}

int runtime_from_name(const char *name, size_t len)
{
	for (int i = 0; i < RUNTIME_KIND_COUNT; i++)
		if (strlen(runtimes[i].name) == len && memcmp(runtimes[i].name, name, len) == 0)
			return i;
	return -1;
}

/* Reads decimal digits; -1 if there are none or the number is above max. */
static int64_t read_number(const char **p, const char *end, int64_t max)
{
	int64_t n = 0;

	if (*p == end || **p < '0' || **p > '9')
		return -1;
	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
		n = n * 10 + (**p - '0');
		if (n > max)
			return -1;
	}
	return n;
}

static int parse_dotted(const char *p, const char *end, runtime_version *ret)
{
	int64_t part[3] = {0, 0, 0};

	for (int i = 0; i < 3; i++) {
		part[i] = read_number(&p, end, 1023);
		if (part[i] < 0)
			return -1;
		if (p == end || *p != '.')
			return i == 0 ? -1 : (*ret = RUNTIME_VERSION(part[0], part[1], part[2]), 0);
		p++;
	}
	*ret = RUNTIME_VERSION(part[0], part[1], part[2]);
	return 0;
}

/* runsc has no versions but release dates: "release-20260905.0", Debian's
 * "0.0~20221219.0". The first eight digits in a row are the date. */
static int parse_release(const char *p, const char *end, runtime_version *ret)
{
	while (p < end && *p != '\n') {
		const char *start = p;
		int64_t n = read_number(&p, end, 99999999);

		if (p - start == 8 && n >= 20180101) {
			*ret = (runtime_version)n;
			return 0;
		}
		if (p == start)
			p++;
	}
	return -1;
}

int runtime_version_parse(enum runtime_kind kind, const char *text, size_t len, runtime_version *ret)
{
	const char *word = runtimes[kind].before_version;
	const char *p = memmem(text, len, word, strlen(word));

	if (!p)
		return -1;
	p += strlen(word);
	if (kind == RUNTIME_RUNSC)
		return parse_release(p, text + len, ret);
	return parse_dotted(p, text + len, ret);
}
