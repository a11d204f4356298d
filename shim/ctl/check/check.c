/* clampctl check: what the shim would decide, and why. */
#include "ctl/check/check.h"
#include "ctl/ctl.h"
#include <string.h>

enum { OPT_JSON, OPT_HANDLER, OPT_IMAGE, OPT_NODE, OPT_ROOT, OPT_CONFIG };
const struct ctl_opt ctl_check_opts[] = {
	[OPT_JSON] = {"--json", NULL, "one JSON object"},
	[OPT_HANDLER] = {"--handler", "NAME", "the handler to act for (default: runclamp)"},
	[OPT_IMAGE] = {"--image", "REF", "look this image up in the catalogue"},
	[OPT_NODE] = {"--node", NULL, "instead of a bundle: who can go round runclamp on this node"},
	[OPT_ROOT] = {"--root", "DIR", "with --node: the node's root, as seen from here"},
	[OPT_CONFIG] = {"--config", "FILE", "instead of a bundle: would runclamp take this configuration?"},
	{0},
};

const char *check_level_name(enum level l)
{
	static const char *const names[LEVEL_COUNT] = {
		[LEVEL_STRICT] = "strict", [LEVEL_STANDARD] = "standard", [LEVEL_PERMISSIVE] = "permissive"};

	return names[l];
}

const char *check_over_name(enum limit_over o)
{
	static const char *const names[] = {[OVER_WARN] = "warn", [OVER_DENY] = "deny", [OVER_NONE] = "none"};

	return names[o];
}

const char *check_verdict_name(const struct ask *a)
{
	if (!a->has_decision)
		return "error";
	return a->decision.verdict == VERDICT_ALLOW ? "allow" : "refuse";
}

/* Which of the three questions it is. */
static int ask_what(const struct ctl_args *args, struct err *err)
{
	for (int i = 0; args->opt[OPT_CONFIG] && i < OPT_CONFIG; i++)
		if (args->opt[i] || args->nwords)
			return err_set(err, ERR_USAGE, "check --config takes nothing else");
	if (args->opt[OPT_CONFIG])
		return 0;
	if (!args->opt[OPT_NODE] && args->nwords == 0)
		return err_set(err, ERR_USAGE, "check needs BUNDLE, --node or --config FILE");
	if (args->opt[OPT_NODE] && (args->nwords || args->opt[OPT_HANDLER] || args->opt[OPT_IMAGE]))
		return err_set(err, ERR_USAGE, "check --node takes no %s",
			       args->nwords ? "bundle" : "--handler and no --image");
	if (!args->opt[OPT_NODE] && args->opt[OPT_ROOT])
		return err_set(err, ERR_USAGE, "check takes --root with --node only");
	return 0;
}

static int check_bundle(const struct ctl_args *args)
{
	CLEANUP_ASK struct ask a;
	CLEANUP_BUF struct buf out = {0};
	struct advice advice = {0};
	struct err err = {0};

	/* An error is an answer too: it is printed like the others. */
	(void)!ask_decide(&a, args->word[0], args->opt[OPT_HANDLER], args->opt[OPT_IMAGE], &err);
	if (a.handler)
		advice_collect(&advice, &a);
	if (args->opt[OPT_JSON])
		check_json(&a, &advice, &err, &out);
	else
		check_text(&a, &advice, &err, &out);
	if (out.failed) {
		(void)err_set(&err, ERR_SYSTEM, "out of memory");
		return ctl_complain(&err);
	}
	(void)fwrite(out.data, 1, out.len, stdout);
	return ask_exit_code(&a);
}

/* Its text alone: a draft need not lie where it will, nor be root's. */
static int check_config(const char *path)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct config config;
	struct err err = {0};

	if (ask_config_file(&config, &arena, path, &err) < 0)
		return ctl_complain(&err);
	printf("%s: %u handler%s:", path, config.nhandlers, config.nhandlers == 1 ? "" : "s");
	for (uint32_t i = 0; i < config.nhandlers; i++)
		printf(" %s", config.handlers[i].name);
	printf("\n");
	return CTL_OK;
}

int ctl_check(const struct ctl_args *args)
{
	struct err err = {0};

	if (ask_what(args, &err) < 0)
		return ctl_complain(&err);
	if (args->opt[OPT_CONFIG])
		return check_config(args->opt[OPT_CONFIG]);
	return args->opt[OPT_NODE] ? node_check(args->opt[OPT_ROOT], args->opt[OPT_JSON] != NULL)
				   : check_bundle(args);
}
