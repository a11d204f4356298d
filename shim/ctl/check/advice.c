#include "ctl/check/advice.h"
#include <stdarg.h>
#include <string.h>

void lines_add(struct lines *lines, struct arena *arena, const char *fmt, ...)
{
	char text[1024];
	const char *kept;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	kept = lines->n < LINES_MAX ? arena_strndup(arena, text, strlen(text)) : NULL;
	if (kept)
		lines->v[lines->n++] = kept;
	else
		lines->more++;
}

/* What else the levels are to refuse, as far as it is not yet built.
 * Raw-filter annotations are the gate "backdoor". */
static const struct {
	unsigned levels; /* set of 1 << level */
	const char *rule;
} not_yet[] = {
	{1 << LEVEL_STRICT | 1 << LEVEL_STANDARD, "mounts of an engine's socket"},
	{1 << LEVEL_STRICT, "privileged containers"},
	{1 << LEVEL_STRICT, "unconfined seccomp"},
	{1 << LEVEL_STRICT, "CAP_SYS_ADMIN"},
	{1 << LEVEL_STRICT, "the host's namespaces"},
};

static void add_not_yet(struct lines *lines, struct ask *a)
{
	for (size_t i = 0; i < ARRAY_LEN(not_yet); i++)
		if (not_yet[i].levels & 1u << a->handler->level)
			lines_add(lines, &a->arena, "%s", not_yet[i].rule);
}

static void add_not_read(struct lines *lines, struct ask *a)
{
	static const struct {
		unsigned source;
		const char *name;
	} sources[] = {
		{SOURCE_ANNOTATION, "annotations"},
		{SOURCE_LABEL, "labels"},
		{SOURCE_CATALOGUE, "the catalogue"},
	};

	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (!(a->config.sources & sources[i].source))
			lines_add(lines, &a->arena, "%s: switched off in the configuration", sources[i].name);
	bool image = a->has_decision && a->decision.image;
	if (a->config.sources & SOURCE_LABEL && !(image && a->decision.image->config))
		lines_add(lines, &a->arena, "labels of the image: no engine made this bundle from an image");
	if (a->config.sources & SOURCE_CATALOGUE && !image)
		lines_add(lines, &a->arena,
			  "the catalogue: no image is known; --image REF names the one to look up");
}

/* "a, b and 3 more" */
static void join(struct buf *out, const char *const *v, uint32_t n)
{
	for (uint32_t i = 0; i < n && i < 24; i++)
		buf_printf(out, "%s%s", i ? ", " : "", v[i]);
	if (n > 24)
		buf_printf(out, " and %u more", n - 24);
}

static void add_list(struct lines *lines, struct ask *a, const char *what, const char *const *v, uint32_t n)
{
	CLEANUP_BUF struct buf b = {0};

	join(&b, v, n);
	lines_add(lines, &a->arena, "%s: %s", what, n == 0 || b.failed ? "none" : b.data);
}

static void add_not_enforced(struct lines *lines, struct ask *a)
{
	const struct needs_extra *x = &a->decision.needs.extra;

	if (x->has_capabilities)
		add_list(lines, a, "capabilities", x->capabilities, x->ncapabilities);
	if (x->has_egress)
		add_list(lines, a, "network egress", x->egress, x->negress);
	if (x->has_signature)
		lines_add(lines, &a->arena, "the signature: it is not verified");
}

/* Of the declared calls that this machine has no number for: what each is, by the architectures of the
 * closure. */
static void add_absent(struct lines *lines, struct ask *a)
{
	static const char *const what[] = {"declared, but in no kernel",
					   "declared, and of the closure's other architectures alone",
					   "declared, but not on this container's architectures"};
	const struct needs *n = &a->decision.needs;
	archset archs = a->decision.sides ? a->decision.sides->closure.archs : 1u << ARCH_NATIVE;
	const char **names = arena_array(&a->arena, n->nabsent + (size_t)1, sizeof(*names));
	struct sysset gone;

	gone_set(&gone);
	for (unsigned kind = 0; names && kind < ARRAY_LEN(what); kind++) {
		uint32_t found = 0;

		for (uint32_t i = 0; i < n->nabsent; i++) {
			int id = sys_lookup(n->absent[i], strlen(n->absent[i]));
			unsigned is = id < 0 || sysset_has(&gone, id) ? 0 : 2;

			for (unsigned arch = 0; is == 2 && arch < ARCH_NUMBERED; arch++)
				if (archs >> arch & 1 && sys_number(id, (enum arch_id)arch) >= 0)
					is = 1;
			if (is == kind)
				names[found++] = n->absent[i];
		}
		if (found)
			add_list(lines, a, what[kind], names, found);
	}
}

void advice_collect(struct advice *ret, struct ask *a)
{
	for (uint32_t i = 0; i < a->decision.nwarnings; i++)
		lines_add(&ret->warnings, &a->arena, "%s", a->decision.warning[i]);
	const char *note = ask_section_note(a);
	if (note)
		lines_add(&ret->warnings, &a->arena, "%s", note);
	add_absent(&ret->warnings, a);
	advice_node(&ret->warnings, a);
	add_not_enforced(&ret->not_enforced, a);
	add_not_read(&ret->not_read, a);
	add_not_yet(&ret->not_yet, a);
}
