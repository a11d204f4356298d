/* Docker's `includes` and `excludes`, as moby (profiles/seccomp, 20.10 to 28) and
 * Podman (containers/common, pkg/seccomp) resolve them for one container. */
#include "base/text.h"
#include "oci/seccomp_reader.h"

#include <string.h>
#include <sys/utsname.h>

enum { FILTER_CAPS, FILTER_ARCHES, FILTER_KERNEL, FILTER_KEYS };
static const char *const filter_keys[] = {"caps", "arches", "minKernel", NULL};

/* libseccomp's word for the architecture, which both compare with. */
static const char *const native = ARCH_NATIVE == ARCH_X86_64 ? "amd64" : "arm64";

static bool list_has(const struct jdoc *doc, uint32_t array, const char *s, size_t len)
{
	JREAD_EACH(i, t, doc, array)
	{
		const struct jtok *tok = &doc->tok[t];

		/* What is compared with has no escapes: capabilities and architectures. */
		if (tok->type == JTOK_STRING && tok->end - tok->start - 2 == len &&
		    !memcmp(doc->text + tok->start + 1, s, len))
			return true;
	}
	return false;
}

/* Whether the container's bounding set holds it. Podman takes a container whose
 * configuration has no capabilities at all for one that may count on any. */
static bool has_cap(const struct bundle *b, const char *s, size_t len, bool without)
{
	uint32_t bounding = b->process_caps ? jdoc_get(&b->doc, b->process_caps, "bounding") : 0;

	if (!b->process_caps)
		return without;
	return bounding && b->doc.tok[bounding].type == JTOK_ARRAY && list_has(&b->doc, bounding, s, len);
}

static int read_list(const struct jread *r, uint32_t array, const char *what)
{
	if (array && jread_type(r, array, JTOK_ARRAY, what))
		return -1;
	for (uint32_t i = 0, t = array + 1; array && i < r->doc->tok[array].count;
	     i++, t = r->doc->tok[t].next)
		if (jread_type(r, t, JTOK_STRING, what))
			return -1;
	return 0;
}

/* "KERNEL.MAJOR" of two numbers up to 255; anything may follow in a release. */
static bool read_version(const char *s, size_t len, bool whole, unsigned ret[static 2])
{
	size_t at = 0;

	for (int part = 0; part < 2; part++) {
		size_t first = at;

		ret[part] = 0;
		for (; at < len && s[at] >= '0' && s[at] <= '9' && ret[part] <= 255; at++)
			ret[part] = ret[part] * 10 + (unsigned)(s[at] - '0');
		if (at == first || ret[part] > 255 || (part == 0 && (at == len || s[at++] != '.')))
			return false;
	}
	return !whole || (at == len && (ret[0] || ret[1]));
}

/* Whether this kernel is at least the one that the token names; an empty one is none. */
static int kernel_reaches(const struct jread *r, uint32_t tok, const char *what, bool *ret)
{
	unsigned wanted[2], here[2];
	struct utsname u;
	const char *s;
	size_t len;

	if (jread_string(r, tok, what, &s, &len))
		return -1;
	if (!read_version(s, len, true, wanted))
		return jread_fail(r, tok, "%s must be a kernel's version like 4.8", what);
	if (uname(&u) < 0 || !read_version(u.release, strlen(u.release), false, here))
		return jread_fail(r, tok, "%s: this kernel does not say its version", what);
	*ret = here[0] != wanted[0] ? here[0] > wanted[0] : here[1] >= wanted[1];
	return 0;
}

/* How much of a filter the container fulfils. */
struct match {
	bool caps_any, caps_all;
	bool arches, arches_given;
	bool kernel, kernel_given;
};

/* `without`: what is said of a capability where the container's are not told. */
static int match_filter(const struct profile_reader *rd, uint32_t object, const char *what, bool without,
			struct match *ret)
{
	struct match m = {.caps_all = true};
	const struct jdoc *doc = rd->r.doc;
	uint32_t key[FILTER_KEYS + 1];
	struct jread in;

	*ret = m;
	if (!object)
		return 0;
	if (jread_object(&in, &rd->r, object, what, filter_keys, key) ||
	    read_list(&in, key[FILTER_CAPS], "each of caps") ||
	    read_list(&in, key[FILTER_ARCHES], "each of arches"))
		return -1;
	for (uint32_t i = 0, t = key[FILTER_CAPS] + 1;
	     key[FILTER_CAPS] && i < doc->tok[key[FILTER_CAPS]].count; i++, t = doc->tok[t].next) {
		const char *s;
		size_t len;

		if (jread_string(&in, t, "a capability", &s, &len))
			return -1;
		bool has = has_cap(rd->label, s, len, without);
		m.caps_any |= has;
		m.caps_all &= has;
	}
	m.arches_given = key[FILTER_ARCHES] && doc->tok[key[FILTER_ARCHES]].count > 0;
	m.arches = m.arches_given && list_has(doc, key[FILTER_ARCHES], native, strlen(native));
	m.kernel_given = key[FILTER_KERNEL] && !(doc->tok[key[FILTER_KERNEL]].type == JTOK_STRING &&
						 jdoc_streq(doc, key[FILTER_KERNEL], ""));
	if (m.kernel_given && kernel_reaches(&in, key[FILTER_KERNEL], "minKernel", &m.kernel))
		return -1;
	*ret = m;
	return 0;
}

int profile_filter(const struct profile_reader *rd, uint32_t includes, uint32_t excludes, bool *ret_counts)
{
	struct match in, ex;

	if (match_filter(rd, includes, "includes", true, &in) ||
	    match_filter(rd, excludes, "excludes", false, &ex))
		return -1;
	*ret_counts = !ex.arches && !ex.caps_any && !ex.kernel && in.caps_all &&
		      (in.arches || !in.arches_given) && (in.kernel || !in.kernel_given);
	return 0;
}
