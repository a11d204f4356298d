/* clampctl closure: the section that would be injected, and nothing else. */
#include "base/text.h"
#include "ctl/check/ask.h"
#include "ctl/ctl.h"
#include <string.h>

enum { OPT_HANDLER, OPT_IMAGE, OPT_WHY };
const struct ctl_opt ctl_closure_opts[] = {
	[OPT_HANDLER] = {"--handler", "NAME", "the handler to act for (default: runclamp)"},
	[OPT_IMAGE] = {"--image", "REF", "also read the catalogue, for this image"},
	[OPT_WHY] = {"--why", "CALL", "one line instead: which gate kept or removed this call"},
	{0},
};

static int find_call(const char *name, int *ret, struct err *err)
{
	int id = sys_lookup(name, strlen(name));
	const char *nearest;

	if (id >= 0) {
		*ret = id;
		return 0;
	}
	nearest = sys_nearest(name, strlen(name));
	return err_set(err, ERR_USAGE, "unknown system call \"%.64s\"%s%s%s", name,
		       nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

/* What a script that reads stdout should still hear. */
static void tell_verdict(struct ask *a)
{
	const struct decision *d = &a->decision;
	const char *note = ask_section_note(a);

	if (d->verdict == VERDICT_REFUSE)
		(void)fprintf(stderr, "clampctl: %s%s\n",
			      d->audit ? "audit mode would let it start, but: " : "", d->sentence);
	else if (!d->inject)
		(void)fputs(
			"clampctl: nothing would be injected: runsc has no audit mode, the engine's section "
			"stays\n",
			stderr);
	if (note)
		(void)fprintf(stderr, "clampctl: %s\n", note);
	for (uint32_t i = 0; i < d->nwarnings; i++)
		(void)fprintf(stderr, "clampctl: warning: %s\n", d->warning[i]);
}

static int put_line(const struct buf *b)
{
	struct err err = {0};

	if (b->failed) {
		(void)err_set(&err, ERR_SYSTEM, "out of memory");
		return ctl_complain(&err);
	}
	(void)fwrite(b->data, 1, b->len, stdout);
	putchar('\n');
	return CTL_OK;
}

int ctl_closure(const struct ctl_args *args)
{
	CLEANUP_ASK struct ask a;
	CLEANUP_BUF struct buf line = {0};
	struct err err = {0};
	int id = -1, decided;

	decided = ask_decide(&a, args->word[0], args->opt[OPT_HANDLER], args->opt[OPT_IMAGE], &err);
	if (args->opt[OPT_WHY] && find_call(args->opt[OPT_WHY], &id, &err) < 0)
		return ctl_complain(&err);
	if (decided < 0)
		return ctl_complain(&err);
	tell_verdict(&a);
	if (id >= 0) {
		decision_why(&a.decision, id, &line);
		if (put_line(&line) != CTL_OK)
			return CTL_UNDECIDED;
	} else if (a.decision.inject && put_line(&a.decision.section) != CTL_OK) {
		return CTL_UNDECIDED;
	}
	return ask_exit_code(&a);
}
