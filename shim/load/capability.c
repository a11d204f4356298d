/* Linux capabilities by name, as libcap knows them. */
#include "base/text.h"
#include "load/needs_form.h"

#include <string.h>
#include <sys/capability.h>

enum { CAPABILITIES = 64, NAME_LONGEST = 40 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* "NET_RAW", "cap_net_raw", "Cap_Net_Raw" to "cap_net_raw"; false: too long or
 * no name at all (libcap takes numbers, too). */
static bool canonical(char dst[static NAME_LONGEST], const char *name, size_t len)
{
	size_t n = 4;

	if (len < 2 || len > NAME_LONGEST - 5)
		return false;
	memcpy(dst, "cap_", n);
	if (len > 4 && !strncasecmp(name, dst, n)) {
		name += n;
		len -= n;
	}
	for (size_t i = 0; i < len; i++) {
		char c = lower(name[i]);

		if (!((c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9' && i)))
			return false;
		dst[n++] = c;
	}
	dst[n] = '\0';
	return true;
}

static bool exact_upper(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] >= 'a' && name[i] <= 'z')
			return false;
	return true;
}

/* "cap_net_raw" to "NET_RAW". */
static void to_upper(char *dst, const char *name)
{
	for (name += 4; *name; name++)
		*dst++ = *name >= 'a' && *name <= 'z' ? (char)(*name & ~0x20) : *name;
	*dst = '\0';
}

static const char *nearest(const char *wanted, char dst[static NAME_LONGEST])
{
	unsigned best = 4;
	const char *found = NULL;

	for (cap_value_t c = 0; c < CAPABILITIES; c++) {
		char *name = cap_to_name(c);
		if (!name)
			break;
		unsigned d = text_distance(wanted, strlen(wanted), name, strlen(name), best - 1);
		if (d < best && strlen(name) < NAME_LONGEST && !strncmp(name, "cap_", 4)) {
			best = d;
			to_upper(dst, name);
			found = dst;
		}
		(void)cap_free(name);
	}
	return found;
}

int capability_add(uint64_t *set, const char *name, size_t len, const char *where, struct err *err)
{
	char low[NAME_LONGEST] = "", near[NAME_LONGEST], shown[80];
	const char *hint = NULL;
	cap_value_t number;

	if (canonical(low, name, len)) {
		bool known = !cap_from_name(low, &number) && number >= 0 && number < CAPABILITIES;

		if (known && exact_upper(name, len)) {
			*set |= UINT64_C(1) << number;
			return 0;
		}
		hint = nearest(low, near);
	}
	text_show(shown, sizeof(shown), name, len);
	if (!hint)
		return err_set(err, ERR_NEEDS, "%s: unknown capability \"%s\"", where, shown);
	return err_set(err, ERR_NEEDS, "%s: unknown capability \"%s\"; did you mean \"%s\"?", where, shown,
		       hint);
}

int capability_names(struct needs_extra *into, uint64_t set, struct arena *arena)
{
	unsigned count = (unsigned)__builtin_popcountll(set);
	const char **v = arena_array(arena, count, sizeof(*v));
	uint32_t n = 0;

	if (!v)
		return -1;
	for (cap_value_t c = 0; c < CAPABILITIES; c++) {
		char upper[NAME_LONGEST] = "CAP_";

		if (!(set >> c & 1))
			continue;
		char *name = cap_to_name(c);
		if (!name)
			return -1;
		to_upper(upper + 4, name);
		(void)cap_free(name);
		v[n] = arena_strndup(arena, upper, strlen(upper));
		if (!v[n++])
			return -1;
	}
	into->capabilities = v;
	into->ncapabilities = n;
	into->has_capabilities = true;
	return 0;
}
