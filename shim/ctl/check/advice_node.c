/* What on this node is not as it should be, whichever bundle is asked about. */
#include "base/text.h"
#include "ctl/check/advice.h"
#include "ctl/folder.h"
#include "decide/doors.h"
#include "site/floorfile.h"
#include <string.h>
#include <sys/wait.h>

enum { FEATURES_MAX = 1 << 20, FEATURES_DEADLINE_MS = 10000, UNSAFE_TOLD = 12 };

static const struct file_trust trust = {.allow_overflow_uid = true};

/* The shim goes on without a record unless the config requires one. */
static void look_at_log(struct lines *w, struct ask *a)
{
	const char *log = a->config.decision_log, *slash = log ? strrchr(log, '/') : NULL;
	char dir[4096];
	struct stat st;

	if (!log) {
		lines_add(w, &a->arena, "the decision log is switched off: no decision is recorded");
		return;
	}
	if (!slash || slash == log)
		return;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - log), log);
	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
		lines_add(w, &a->arena, "the decision log's folder %s does not exist: %s", dir,
			  a->config.decision_log_required
				  ? "every container is refused, as decision_log_required says"
				  : "no decision is recorded");
}

/* A file that is broken refuses only those handlers that name it: the operator
 * hears of it before. */
static void look_at_whitelists(struct lines *w, struct ask *a)
{
	struct folder names = {0};
	struct err err = {0};

	for (const char *const *dir = config_whitelist_dirs; *dir; dir++)
		if (folder_read(&names, &a->arena, *dir, ".json", &err) < 0)
			lines_add(w, &a->arena, "%s", err.msg);
	for (size_t i = 0; i < names.n; i++) {
		CLEANUP_ARENA struct arena one = {0};
		struct ceiling *c = arena_alloc(&one, sizeof(*c));

		if (c && ceiling_load(c, &one, names.v[i], config_whitelist_dirs, &trust, &err) < 0)
			lines_add(w, &a->arena, "%s", err.msg);
	}
}

/* A file of floors.d is named RUNTIME-KEY.json. */
static void look_at_floor(struct lines *w, struct ask *a, const char *name)
{
	CLEANUP_ARENA struct arena one = {0};
	size_t len = strcspn(name, "-");
	int kind = runtime_from_name(name, len);
	struct floor *f = arena_alloc(&one, sizeof(*f));
	struct err err = {0};
	bool found;

	if (kind < 0 || name[len] == '\0')
		lines_add(w, &a->arena, "%s/%s.json: not named RUNTIME-KEY.json, so nothing reads it",
			  config_floors_dir, name);
	else if (f && floorfile_load(f, &found, &one, config_floors_dir, (enum runtime_kind)kind,
				     name + len + 1, false, &trust, &err) < 0)
		lines_add(w, &a->arena, "%s", err.msg);
}

static void look_at_floors(struct lines *w, struct ask *a)
{
	struct folder names = {0};
	struct err err = {0};

	if (folder_read(&names, &a->arena, config_floors_dir, ".json", &err) < 0)
		lines_add(w, &a->arena, "%s", err.msg);
	for (size_t i = 0; i < names.n; i++)
		look_at_floor(w, a, names.v[i]);
}

static void add_unsafe(struct lines *w, struct ask *a, const struct jdoc *doc, uint32_t list)
{
	CLEANUP_BUF struct buf b = {0};
	unsigned n = 0;

	for (uint32_t i = 0, t = list + 1; i < doc->tok[list].count; i++, t = doc->tok[t].next) {
		char shown[80];
		size_t len;
		const char *s;

		if (doc->tok[t].type != JTOK_STRING)
			continue;
		s = jdoc_string(doc, t, &a->arena, &len);
		if (!s || backdoor_knows(a->handler->runtime, s))
			continue;
		if (n < UNSAFE_TOLD)
			buf_printf(&b, "%s%s", n ? ", " : "", text_show(shown, sizeof(shown), s, len));
		n++;
	}
	if (n > UNSAFE_TOLD)
		buf_printf(&b, " and %u more", n - UNSAFE_TOLD);
	if (n > 0 && !b.failed)
		lines_add(w, &a->arena,
			  "%s calls annotations unsafe that this version of runclamp does not know, so they "
			  "are "
			  "let through: %s",
			  a->identity.path, b.data);
}

/* runc 1.1.5 and older, and crun before 1.9, have no such list. */
static void look_at_features(struct lines *w, struct ask *a)
{
	static const struct jlimits limits = {.depth = 32, .tokens = 1 << 16};
	char features[] = "features";
	char *argv[] = {(char *)(uintptr_t)a->identity.path, features, NULL};
	CLEANUP_FREE char *text = NULL;
	struct jdoc doc;
	struct err err = {0};
	uint32_t list;
	size_t len;
	int status;

	if (!a->has_identity ||
	    identity_ask(argv, false, FEATURES_MAX, FEATURES_DEADLINE_MS, &text, &len, &status, &err) < 0 ||
	    !WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
	    jdoc_parse(&doc, &a->arena, text, len, &limits, ERR_RUNTIME, &err) < 0 ||
	    doc.tok[0].type != JTOK_OBJECT)
		return;
	list = jdoc_get(&doc, 0, "potentiallyUnsafeConfigAnnotations");
	if (list && doc.tok[list].type == JTOK_ARRAY)
		add_unsafe(w, a, &doc, list);
}

void advice_node(struct lines *warnings, struct ask *a)
{
	look_at_log(warnings, a);
	look_at_whitelists(warnings, a);
	look_at_floors(warnings, a);
	look_at_features(warnings, a);
}
