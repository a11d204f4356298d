/* clampctl: the operator's tool beside the shim. */
#include "ctl/ctl.h"
#include "ctl/words.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static int ctl_version(const struct ctl_args *args);
static int ctl_help(const struct ctl_args *args);

static const struct ctl_sub subs[] = {
	{"check", "[BUNDLE]", "what runclamp would decide for a bundle, and why; who can go round",
	 ctl_check_opts, ctl_check},
	{"closure", "BUNDLE", "prints the seccomp section that would be injected", ctl_closure_opts,
	 ctl_closure},
	{"ceiling list", "", "the whitelists of this node", NULL, ctl_ceiling_list},
	{"ceiling show", "NAME", "a whitelist's calls, with their conditions", ctl_ceiling_show_opts,
	 ctl_ceiling_show},
	{"ceiling diff", "A B", "what whitelist B adds to A and leaves out of it", NULL, ctl_ceiling_diff},
	{"ceiling from-runsc", "", "prints the table of an installed runsc as a whitelist file",
	 ctl_from_runsc_opts, ctl_from_runsc},
	{"floor show", "", "the calls that a runtime itself makes under the filter", ctl_floor_show_opts,
	 ctl_floor_show},
	{"floor measure", "", "finds a runtime's floor on this node, by real starts", ctl_floor_measure_opts,
	 ctl_floor_measure},
	{"install", "ENGINE", "makes a handler known to docker, containerd, crio or podman", ctl_install_opts,
	 ctl_install},
	{"uninstall", "ENGINE", "takes it out again (all: of every engine)", ctl_uninstall_opts,
	 ctl_uninstall},
	{"version", "", "prints the version", NULL, ctl_version},
	{"help", "[SUB [SUB]]", "this text, or a subcommand's options", NULL, ctl_help},
	{0},
};

int ctl_complain(const struct err *err)
{
	(void)fprintf(stderr, "clampctl: %s\n", err->msg);
	return CTL_UNDECIDED;
}

static int ctl_version(const struct ctl_args *args)
{
	(void)args;
	puts("clampctl " RUNCLAMP_VERSION);
	return CTL_OK;
}

static void print_usage(void)
{
	puts("clampctl SUBCOMMAND [OPTION]... [WORD]...\n");
	for (const struct ctl_sub *s = subs; s->name; s++)
		printf("  %-18s %-12s %s\n", s->name, s->words, s->about);
	puts("\n`clampctl help SUBCOMMAND` lists its options; clampctl(8) explains them.");
}

static void print_sub(const struct ctl_sub *s)
{
	printf("clampctl %s%s%s%s\n  %s\n", s->name, s->opts ? " [OPTION]..." : "", *s->words ? " " : "",
	       s->words, s->about);
	for (const struct ctl_opt *o = s->opts; o && o->name; o++)
		printf("    %s%s%-*s %s\n", o->name, o->value ? " " : "",
		       20 - (int)strlen(o->name) - (o->value ? 1 : 0), o->value ? o->value : "", o->about);
}

/* "help ceiling" is about all of its subcommands. */
static int ctl_help(const struct ctl_args *args)
{
	char group[24] = "";
	char *argv[] = {group, group, group};
	struct err err = {0};
	const struct ctl_sub *found;
	bool any = false;
	int used;

	if (args->nwords == 0) {
		print_usage();
		return CTL_OK;
	}
	for (int i = 0; i < args->nwords; i++)
		argv[i + 1] = (char *)(uintptr_t)args->word[i];
	found = words_find(subs, args->nwords + 1, argv, &used, &err);
	if (found) {
		print_sub(found);
		return CTL_OK;
	}
	(void)snprintf(group, sizeof(group), "%.20s ", args->word[0]);
	for (const struct ctl_sub *s = subs; args->nwords == 1 && s->name; s++) {
		if (strncmp(s->name, group, strlen(group)) != 0)
			continue;
		print_sub(s);
		any = true;
	}
	return any ? CTL_OK : ctl_complain(&err);
}

/* stdout may be a full disk or a closed pipe: an answer that did not arrive
 * must not look like one. */
static int finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	(void)fputs("clampctl: cannot write the output\n", stderr);
	return CTL_UNDECIDED;
}

static bool asks_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int dispatch(int argc, char *argv[])
{
	struct err err = {0};
	struct ctl_args args;
	bool help;
	int used;
	const struct ctl_sub *sub;

	if (argc == 2 && asks_help(argv[1]))
		return ctl_help(&(struct ctl_args){0});
	/* "floor --help": floor alone is no subcommand. */
	if (argc == 3 && asks_help(argv[2]))
		return ctl_help(&(struct ctl_args){.word = {argv[1]}, .nwords = 1});
	if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0))
		return ctl_version(NULL);
	sub = words_find(subs, argc, argv, &used, &err);
	if (!sub || words_read(&args, &help, sub, argc - 1 - used, argv + 1 + used, &err) < 0) {
		(void)fprintf(stderr, "clampctl: %s (see `clampctl help%s%s`)\n", err.msg, sub ? " " : "",
			      sub ? sub->name : "");
		return CTL_UNDECIDED;
	}
	if (help) {
		print_sub(sub);
		return CTL_OK;
	}
	return sub->run(&args);
}

int main(int argc, char *argv[])
{
	return finish(dispatch(argc, argv));
}
