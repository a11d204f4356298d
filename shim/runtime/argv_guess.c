#include "runtime/argv.h"
#include <string.h>

static bool is_creator(const char *word)
{
	return strcmp(word, "create") == 0 || strcmp(word, "run") == 0 || strcmp(word, "restore") == 0;
}

void argv_guess(struct cmdline_hint *ret, int argc, char *const argv[])
{
	*ret = (struct cmdline_hint){0};
	for (int i = 1; i < argc && !ret->sub_name; i++) {
		const char *word = argv[i];

		if (is_creator(word))
			ret->sub_name = word;
		if (word[0] != '-')
			continue;
		word += word[1] == '-' ? 2 : 1;
		if (strncmp(word, "log=", 4) == 0)
			ret->log = word + 4;
		else if (strcmp(word, "log") == 0 && i + 1 < argc)
			ret->log = argv[++i];
	}
}

int argv_check_args(enum runtime_kind runtime, const char *const *args, struct arena *arena, struct err *err)
{
	static char root[] = "--root=/", state[] = "state", id[] = "id";
	struct cmdline cmd;
	struct err why = {0};
	char **argv;
	int n = 0;

	while (args[n])
		n++;
	argv = arena_array(arena, (size_t)n + 5, sizeof(*argv));
	if (!argv)
		return err_set(err, ERR_SYSTEM, "out of memory");
	argv[0] = state;
	for (int i = 0; i < n; i++) {
		argv[i + 1] = arena_strndup(arena, args[i], strlen(args[i]));
		if (!argv[i + 1])
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	/* As an engine goes on. */
	argv[n + 1] = root;
	argv[n + 2] = state;
	argv[n + 3] = id;
	if (argv_parse(&cmd, arena, runtime, n + 4, argv, &why) < 0)
		return err_set(err, ERR_CONFIG, "the handler's \"args\": %s", why.msg);
	if (cmd.sub_index != n + 2 || !cmd.root || !cmd.id || strcmp(cmd.id, id) != 0)
		return err_set(
			err, ERR_CONFIG,
			"the handler's \"args\" must be global options of %s: with them it would not see the "
			"engine's subcommand",
			runtime_name(runtime));
	return 0;
}
