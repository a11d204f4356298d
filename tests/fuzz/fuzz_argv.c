/* Command lines: the first byte picks the runtime, the rest are words, one a
 * line. What is accepted must mean the same when its canonical form is read
 * again; what is passed through must keep every byte. */
#include "runtime/argv.h"
#include "runtime/grammar.h"

#include <stdint.h>
#include <string.h>

enum { WORDS_MAX = 64 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Every word of the canonical line is an option in full, the subcommand, or the ID. */
static void check_canonical(const struct cmdline *cl, enum runtime_kind runtime)
{
	int n = 0;

	for (; cl->canonical[n]; n++) {
		const char *w = cl->canonical[n];
		if (n == cl->sub_in_canonical)
			require(w == cl->sub_name);
		else if (!cl->canonical[n + 1])
			require(w == cl->id && *w != '-' && !strchr(w, '/'));
		else
			require(strncmp(w, "--", 2) == 0 && w[2] && w[2] != '-' && w[2] != '=');
		require(runtime != RUNTIME_CRUN || strncmp(w, "--config", 8) != 0);
	}
	require(n >= 2 && cl->sub_in_canonical < n - 1);
}

static void check_again(const struct cmdline *cl, struct arena *arena, enum runtime_kind runtime)
{
	static char program[] = "runclamp";
	char *argv[WORDS_MAX * 64];
	struct cmdline again;
	struct err err;
	int argc = 0;

	argv[argc++] = program;
	for (char **w = cl->canonical; *w; w++)
		argv[argc++] = *w;
	argv[argc] = NULL;
	require(argv_parse(&again, arena, runtime, argc, argv, &err) == 0);
	require(again.sub == cl->sub && same(again.id, cl->id) && same(again.bundle, cl->bundle));
	require(same(again.root, cl->root) && same(again.log, cl->log) &&
		same(again.log_format, cl->log_format));
	require(again.sub_in_canonical == cl->sub_in_canonical);
	for (int i = 0; i < argc; i++)
		require(same(again.canonical[i], cl->canonical[i]));
}

/* The built line is path, args, and the words, with runsc's flags in one place. */
static void check_built(const struct cmdline *cl, struct arena *arena, enum runtime_kind runtime, int argc,
			char *const argv[])
{
	static const char *const args[] = {"--first=1", NULL};
	const struct grammar *g = grammar_of(runtime);
	char *const *words = cl->canonical ? cl->canonical : argv + 1;
	struct err err;
	char **out;
	bool forced = false;

	require(argv_build(&out, arena, runtime, "/x/rt", args, argc, argv, cl, &err) == 0);
	require(same(out[1], args[0]));
	out += 2;
	for (; *out; out++) {
		if (g->forced && *out == g->forced[0]) {
			require(!forced && out[1] == g->forced[1]);
			require(same(out[2], cl->sub_name) ||
				(same(out[2], "--") && same(out[3], cl->sub_name)));
			forced = true;
			out++;
			continue;
		}
		require(*out == *words);
		words++;
	}
	require(!*words);
	require(forced == (g->forced && cl->sub != SUB_NONE));
}

/* Starts nothing: there is no subcommand, or an option asks about it. */
static void check_question(const struct cmdline *cl, int argc, char *const argv[])
{
	bool dashed = false;

	for (int i = 1; i < argc; i++)
		dashed |= argv[i][0] == '-' && argv[i][1];
	require(dashed || !cl->sub_name);
	require(!cl->id && !cl->bundle && !cl->flags_index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {0};
	char text[2048], *argv[WORDS_MAX + 2];
	struct cmdline cl, untouched;
	struct err err = {0};
	int argc = 1;

	if (size < 1 || size > sizeof(text) - 1)
		return 0;
	enum runtime_kind runtime = (enum runtime_kind)(data[0] % RUNTIME_KIND_COUNT);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	argv[0] = text + size - 1;
	for (char *p = text; p && argc < WORDS_MAX; argc++) {
		argv[argc] = p;
		p = strchr(p, '\n');
		if (p)
			*p++ = '\0';
	}
	argv[argc] = NULL;
	memset(&cl, 0x5a, sizeof(cl));
	untouched = cl;
	if (argv_parse(&cl, &arena, runtime, argc, argv, &err) < 0) {
		require(memcmp(&cl, &untouched, sizeof(cl)) == 0);
		require(err.kind == ERR_USAGE && err.msg[0]);
		return 0;
	}
	require((cl.canonical != NULL) == (cl.sub == SUB_CREATE || cl.sub == SUB_RUN));
	if (cl.sub == SUB_NONE)
		check_question(&cl, argc, argv);
	else
		require(cl.sub_name && cl.flags_index > 0);
	if (cl.canonical) {
		check_canonical(&cl, runtime);
		check_again(&cl, &arena, runtime);
	}
	check_built(&cl, &arena, runtime, argc, argv);
	return 0;
}
