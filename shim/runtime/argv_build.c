#include "runtime/argv.h"
#include "runtime/grammar.h"
#include <string.h>

/* The program's name for a runtime that acts by it: DIR/crun. */
static char *program_name(struct arena *arena, const char *path, const char *wanted)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
	size_t len = strlen(path);
	char *copy;

	if (!wanted || strcmp(path + dir, wanted) == 0)
		return arena_strndup(arena, path, len);
	copy = arena_alloc(arena, dir + strlen(wanted) + 1);
	if (!copy)
		return NULL;
	memcpy(copy, path, dir);
	memcpy(copy + dir, wanted, strlen(wanted));
	return copy;
}

static size_t count_words(const char *const *words)
{
	size_t n = 0;
	while (words && words[n])
		n++;
	return n;
}

int argv_build(char ***ret, struct arena *arena, enum runtime_kind runtime, const char *path,
	       const char *const *args, int argc, char *const argv[], const struct cmdline *cl,
	       struct err *err)
{
	const struct grammar *g = grammar_of(runtime);
	char *const *words = cl->canonical ? cl->canonical : argv + 1;
	size_t nwords = cl->canonical ? count_words((const char *const *)cl->canonical)
				      : (size_t)(argc > 0 ? argc - 1 : 0);
	size_t flags_at = cl->canonical ? (size_t)cl->sub_in_canonical : (size_t)cl->flags_index - 1;
	bool force = g->forced && (cl->canonical || cl->flags_index > 0);
	size_t nargs = count_words(args), nforced = force ? count_words(g->forced) : 0, n = 0;
	char **out = arena_array(arena, 1 + nargs + nforced + nwords + 1, sizeof(*out));

	if (out)
		out[n++] = program_name(arena, path, g->argv0);
	if (!out || !out[0])
		return err_set(err, ERR_LIMIT, "the command line is too long");
	for (size_t i = 0; i < nargs; i++)
		out[n++] = (char *)(uintptr_t)args[i];
	for (size_t i = 0; i < nwords; i++) {
		for (size_t k = 0; i == flags_at && k < nforced; k++)
			out[n++] = (char *)(uintptr_t)g->forced[k];
		out[n++] = words[i];
	}
	*ret = out;
	return 0;
}
