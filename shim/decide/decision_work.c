#include "decide/decision_work.h"
#include "decide/sentence.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool work_refuse(struct work *w, enum gate gate, const char *fmt, ...)
{
	va_list ap;

	if (w->d->verdict != VERDICT_REFUSE) {
		va_start(ap, fmt);
		(void)vsnprintf(w->d->sentence, sizeof(w->d->sentence), fmt, ap);
		va_end(ap);
		w->d->verdict = VERDICT_REFUSE;
		w->d->gate = gate;
	}
	return !w->d->audit;
}

void work_warn(struct work *w, const char *fmt, ...)
{
	char text[384];
	va_list ap;
	char *kept;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	kept = arena_strndup(w->arena, text, strlen(text));
	if (kept && w->d->nwarnings < DECISION_WARNINGS)
		w->d->warning[w->d->nwarnings++] = kept;
}

/* crun takes every value but "0" for yes. */
bool work_fails_unknown(const struct work *w)
{
	const struct annotation *a = bundle_annotation(w->bundle, "run.oci.seccomp_fail_unknown_syscall");

	return w->id->kind == RUNTIME_CRUN && a && strcmp(a->value, "0") != 0;
}

const char *work_names(struct work *w, const struct sysset *set)
{
	CLEANUP_BUF struct buf b = {0};
	const char *s;

	sentence_names(&b, set, SENTENCE_NAMES);
	s = b.failed || !b.data ? NULL : arena_strndup(w->arena, b.data, b.len);
	return s ? s : "(out of memory)";
}

void *work_alloc(struct work *w, size_t size)
{
	void *p = arena_alloc(w->arena, size);

	if (!p)
		(void)err_set(w->err, ERR_SYSTEM, "out of memory");
	return p;
}
