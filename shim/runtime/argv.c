#include "runtime/argv.h"
#include "runtime/scan.h"
#include <string.h>

/* Whether options ask for help or a version: the runtime answers that and ends,
 * whatever else stands there. */
struct question {
	bool asked;
	bool unsure; /* a word is not understood, or "--help=false" may take it back */
};

/* What the words before the subcommand said, beside the values in cmdline. */
struct globals {
	const struct sub_spec *sub; /* NULL: none, or one that the table lacks */
	struct item trouble;	    /* the first word that is not understood; word NULL: none */
	struct question question;
};

static void hear(struct question *q, const struct item *it)
{
	bool info = it->kind == ITEM_OPTION && it->opt->role == OPT_INFO;

	if (info && !it->value)
		q->asked = true;
	else if (info || it->kind != ITEM_OPTION || it->opt->role >= OPT_REFUSED || it->dashed_value)
		q->unsure = true;
}

static void take_value(struct cmdline *cl, const struct item *it)
{
	switch (it->opt->role) {
	case OPT_ROOT:
		cl->root = it->value;
		break;
	case OPT_LOG:
		cl->log = it->value;
		break;
	case OPT_LOG_FORMAT:
		cl->log_format = it->value;
		break;
	case OPT_BUNDLE:
		cl->bundle = it->value;
		break;
	case OPT_PLAIN:
	case OPT_INFO:
	case OPT_DEBUGGING:
	case OPT_MISREAD:
	case OPT_REPLACES_CONFIG:
		break;
	}
}

/* "--name=value" in the arena, whatever the caller's spelling. */
static char *spell(struct arena *arena, const char *name, size_t name_len, const char *value)
{
	size_t value_len = value ? strlen(value) + 1 : 0;
	char *word = arena_alloc(arena, 2 + name_len + value_len + 1);

	if (!word)
		return NULL;
	memcpy(word, "--", 2);
	memcpy(word + 2, name, name_len);
	if (value) {
		word[2 + name_len] = '=';
		memcpy(word + 2 + name_len + 1, value, value_len - 1);
	}
	return word;
}

static int put_option(struct cmdline *cl, struct arena *arena, int *n, const struct item *it, struct err *err)
{
	const char *name = it->opt ? it->opt->name : it->word + strspn(it->word, "-");
	size_t len = it->opt ? strlen(name) : strcspn(name, "=");

	cl->canonical[*n] = spell(arena, name, len, it->value);
	if (!cl->canonical[*n])
		return err_set(err, ERR_LIMIT, "the command line is too long");
	(*n)++;
	return 0;
}

static const char *refused_because(enum opt_role role)
{
	if (role == OPT_REPLACES_CONFIG)
		return "replaces config.json by another file, which runclamp would not have judged";
	if (role == OPT_MISREAD)
		return "is read as --root by some releases of crun (1.8.1) and ignored by others: leave it "
		       "out";
	return "is glibc's own, for debugging";
}

/* Why a word may not stand in a create or run, or 0. */
static int refuse_item(const struct grammar *g, enum runtime_kind runtime, const struct item *it,
		       struct err *err)
{
	const char *name = runtime_name(runtime);

	switch (it->kind) {
	case ITEM_WORD:
		return 0;
	case ITEM_UNKNOWN:
		if (it->why)
			return err_set(err, ERR_USAGE, "\"%.80s\" is not clear to %s: %s; spell it in full",
				       it->word, name, it->why);
		if (g->open_globals)
			return err_set(err, ERR_USAGE,
				       "\"%.80s\" is no option of %s that runclamp knows (up to %s), so it "
				       "can't tell whether a value follows: write it as --name=value",
				       it->word, name, g->newest);
		return err_set(
			err, ERR_USAGE,
			"\"%.80s\" is no option of %s that runclamp knows (up to %s); it may be one of a "
			"newer release, and runclamp does not pass on to create and run what it can't read",
			it->word, name, g->newest);
	case ITEM_WRONG:
		return err_set(err, ERR_USAGE, "\"%.80s\" would be refused by %s: %s", it->word, name,
			       it->why);
	case ITEM_OPTION:
		break;
	}
	if (it->opt->role >= OPT_REFUSED)
		return err_set(err, ERR_USAGE, "%s's option --%s (written \"%.80s\") %s", name, it->opt->name,
			       it->word, refused_because(it->opt->role));
	if (it->opt->role == OPT_INFO)
		return err_set(err, ERR_USAGE, "\"%.80s\" stands in a command that makes a container",
			       it->word);
	/* urfave/cli sorts words before it parses them, and releases differ in
	 * how they treat such a value. argp's reading is plain. */
	if (it->dashed_value && g->style == STYLE_GO)
		return err_set(
			err, ERR_USAGE,
			"the value of \"%.80s\" begins with a dash (\"%.80s\"): write it as --%s=VALUE",
			it->word, it->value, it->opt->name);
	if (it->opt->role == OPT_ROOT && !*it->value)
		return err_set(err, ERR_USAGE, "--root is empty");
	return 0;
}

/* The first pass over the words before the subcommand. A bare unknown option
 * may own the next word: it does if that is neither an option nor a subcommand. */
static void read_globals(struct cmdline *cl, const struct grammar *g, struct scan *s, struct globals *ret)
{
	struct item it;

	while (scan_next(s, &it)) {
		if (it.kind == ITEM_WORD) {
			cl->sub_index = it.index;
			cl->flags_index = s->end_mark ? s->end_mark : it.index;
			cl->sub_name = it.word;
			ret->sub = grammar_sub(g, it.word);
			return;
		}
		hear(&ret->question, &it);
		if (it.kind == ITEM_OPTION) {
			take_value(cl, &it);
			continue;
		}
		if (it.kind == ITEM_UNKNOWN && !it.bare && g->open_globals)
			continue;
		if (!ret->trouble.word)
			ret->trouble = it;
		if (it.kind == ITEM_UNKNOWN && it.bare && s->at < s->argc && s->argv[s->at][0] != '-' &&
		    !grammar_sub(g, s->argv[s->at]))
			s->at++;
	}
}

/* An unknown word makes the subcommand uncertain: refuse if any that could be
 * meant starts processes. */
static int check_trouble(const struct grammar *g, enum runtime_kind runtime, const struct globals *gl,
			 int argc, char *const argv[], struct err *err)
{
	const struct item *t = &gl->trouble;

	if (!t->word)
		return 0;
	if (gl->sub && gl->sub->starts)
		return refuse_item(g, runtime, t, err);
	for (int i = t->index + 1; t->bare && i < argc; i++) {
		const struct sub_spec *sub = grammar_sub(g, argv[i]);
		if (sub && sub->starts)
			return refuse_item(g, runtime, t, err);
	}
	return 0;
}

/* The container's ID where nothing is judged. */
static void read_lenient(struct cmdline *cl, const struct sub_spec *sub, struct scan *s)
{
	struct item it;

	while (sub->has_id && scan_next(s, &it)) {
		if (it.kind != ITEM_WORD)
			continue;
		cl->id = it.word;
		return;
	}
}

static int check_id(const char *id, struct err *err)
{
	size_t len = strlen(id);

	if (len == 0)
		return err_set(err, ERR_USAGE, "the container's ID is empty");
	if (len > ARGV_ID_MAX)
		return err_set(err, ERR_USAGE, "the container's ID has %zu characters; %d are allowed", len,
			       ARGV_ID_MAX);
	for (const char *p = id; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.,", *p))
			return err_set(
				err, ERR_USAGE,
				"the container's ID \"%.80s\" may hold letters, digits and _ + - . , only",
				id);
	if (*id == '-' || strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return err_set(err, ERR_USAGE, "\"%.80s\" is no name for a container", id);
	return 0;
}

static int put_globals(struct cmdline *cl, struct arena *arena, const struct grammar *g,
		       enum runtime_kind runtime, int *n, int argc, char *const argv[], struct err *err)
{
	struct scan s = {.style = g->style, .opts = g->globals, .argc = argc, .argv = argv, .at = 1};
	struct item it;

	while (scan_next(&s, &it) && it.kind != ITEM_WORD) {
		bool kept = it.kind == ITEM_UNKNOWN && !it.bare && g->open_globals;
		if (!kept && refuse_item(g, runtime, &it, err) < 0)
			return -1;
		if (put_option(cl, arena, n, &it, err) < 0)
			return -1;
	}
	return 0;
}

/* create and run, behind the subcommand. */
static int read_strict(struct cmdline *cl, struct arena *arena, const struct grammar *g,
		       enum runtime_kind runtime, const struct sub_spec *sub, int *n, struct scan *s,
		       struct err *err)
{
	struct grammar words = *g;
	struct item it;

	words.open_globals = false;
	while (scan_next(s, &it)) {
		if (cl->id && (it.kind == ITEM_WORD || !sub->flags_after_id))
			return err_set(err, ERR_USAGE,
				       "%s %s takes one container ID, but \"%.80s\" follows \"%.80s\"%s",
				       runtime_name(runtime), sub->name, it.word, cl->id,
				       sub->flags_after_id ? "" : "; its options stand before the ID");
		if (it.kind == ITEM_WORD) {
			cl->id = it.word;
			continue;
		}
		if (refuse_item(&words, runtime, &it, err) < 0)
			return -1;
		if (it.opt->role == OPT_BUNDLE && !*it.value)
			return err_set(err, ERR_USAGE, "--bundle is empty");
		if (it.opt->role == OPT_BUNDLE && cl->bundle && strcmp(cl->bundle, it.value) != 0)
			return err_set(err, ERR_USAGE,
				       "--bundle is given twice, as \"%.80s\" and as \"%.80s\"", cl->bundle,
				       it.value);
		take_value(cl, &it);
		if (put_option(cl, arena, n, &it, err) < 0)
			return -1;
	}
	if (!cl->id)
		return err_set(err, ERR_USAGE, "%s %s needs a container ID", runtime_name(runtime),
			       sub->name);
	return check_id(cl->id, err);
}

static int read_creator(struct cmdline *cl, struct arena *arena, enum runtime_kind runtime,
			const struct sub_spec *sub, int argc, char *const argv[], struct err *err)
{
	const struct grammar *g = grammar_of(runtime);
	struct scan s = {
		.style = g->style, .opts = sub->opts, .argc = argc, .argv = argv, .at = cl->sub_index + 1};
	int n = 0;

	/* A cluster (-dbX) gives at most one word per letter. */
	size_t words = 2;
	for (int i = 1; i < argc; i++)
		words += 1 + strlen(argv[i]);
	cl->canonical = arena_array(arena, words, sizeof(*cl->canonical));
	if (!cl->canonical)
		return err_set(err, ERR_LIMIT, "the command line is too long");
	if (put_globals(cl, arena, g, runtime, &n, argc, argv, err) < 0)
		return -1;
	cl->sub_in_canonical = n;
	cl->canonical[n++] = argv[cl->sub_index];
	if (read_strict(cl, arena, g, runtime, sub, &n, &s, err) < 0)
		return -1;
	cl->canonical[n] = (char *)(uintptr_t)cl->id;
	return 0;
}

/* Whether the runtime will only answer a question: nothing is made or started. */
static bool asks(const struct grammar *g, const struct globals *gl, int at, int argc, char *const argv[])
{
	static const struct opt_spec help_alone[] = {{"help", 'h', TAKES_NOTHING, OPT_INFO}, {.name = ""}};
	struct scan s = {.style = g->style, .argc = argc, .argv = argv, .at = at};
	struct question q = {0};
	struct item it;

	if (gl->question.asked && !gl->question.unsure)
		return true;
	if (!gl->sub || gl->trouble.word)
		return false;
	s.opts = gl->sub->opts ? gl->sub->opts : help_alone;
	while (scan_next(&s, &it)) {
		if (it.kind != ITEM_WORD)
			hear(&q, &it);
		else if (!gl->sub->flags_after_id)
			break;
	}
	return q.asked && !q.unsure;
}

int argv_parse(struct cmdline *ret, struct arena *arena, enum runtime_kind runtime, int argc,
	       char *const argv[], struct err *err)
{
	const struct grammar *g = grammar_of(runtime);
	struct scan s = {.style = g->style, .opts = g->globals, .argc = argc, .argv = argv, .at = 1};
	struct globals gl = {0};
	struct cmdline cl = {0};

	read_globals(&cl, g, &s, &gl);
	if (asks(g, &gl, cl.sub_index + 1, argc, argv)) {
		cl.flags_index = 0;
		*ret = cl;
		return 0;
	}
	if (check_trouble(g, runtime, &gl, argc, argv, err) < 0)
		return -1;
	cl.sub = gl.sub ? gl.sub->kind : cl.sub_name ? SUB_UNKNOWN : SUB_NONE;
	if (gl.sub && (cl.sub == SUB_CREATE || cl.sub == SUB_RUN)) {
		if (read_creator(&cl, arena, runtime, gl.sub, argc, argv, err) < 0)
			return -1;
	} else if (gl.sub) {
		struct scan rest = {.style = g->style,
				    .opts = gl.sub->opts,
				    .argc = argc,
				    .argv = argv,
				    .at = cl.sub_index + 1};
		read_lenient(&cl, gl.sub, &rest);
	}
	*ret = cl;
	return 0;
}
