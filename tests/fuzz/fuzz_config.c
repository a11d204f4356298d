/* Configurations: what is accepted is complete and within bounds, and reads the
 * same twice; what is refused has a sentence. */
#include "site/config.h"

#include <stdint.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_handler(const struct handler *h)
{
	require(h->name && *h->name && !strchr(h->name, '/'));
	require(h->runtime < RUNTIME_KIND_COUNT && h->level < LEVEL_COUNT);
	require(!h->path || h->path[0] == '/');
	require(!h->inner || h->inner[0] == '/');
	require(h->args && !h->args[h->nargs]);
	require(h->mode == MODE_ENFORCE || h->mode == MODE_AUDIT);
	require(h->limit_syscalls <= 1000 && h->limit_over <= OVER_NONE);
	require(h->limit_over != OVER_NONE || h->level == LEVEL_PERMISSIVE);
	require(h->on_missing_set || h->level != LEVEL_STRICT || h->on_missing == ON_MISSING_DENY);
	require(h->ceiling && *h->ceiling && *h->ceiling != '.');
	require(strcmp(h->ceiling, "runtime") != 0 || h->runtime == RUNTIME_RUNSC);
}

static void check(const struct config *c)
{
	require(c->nhandlers > 0);
	for (uint32_t i = 0; i < c->nhandlers; i++) {
		check_handler(&c->handlers[i]);
		require(config_handler(c, c->handlers[i].name) == &c->handlers[i]);
	}
	require(c->sources <= (SOURCE_ANNOTATION | SOURCE_LABEL | SOURCE_CATALOGUE));
	require(c->aliases && (!c->decision_log || c->decision_log[0] == '/'));
	require(!c->decision_log_required || c->decision_log);
	require(c->max_config_bytes >= 4096 && c->max_config_bytes <= 32 << 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {0};
	struct config c, again, untouched;
	struct err err = {0};
	/* Of the exact size, so that a read behind the end is seen. */
	CLEANUP_FREE char *text = malloc(size ? size : 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	memset(&c, 0x5a, sizeof(c));
	untouched = c;
	if (config_parse(&c, &arena, text, size, "FILE", &err) < 0) {
		require(memcmp(&c, &untouched, sizeof(c)) == 0);
		require((err.kind == ERR_CONFIG || err.kind == ERR_LIMIT) && strstr(err.msg, "FILE"));
		return 0;
	}
	check(&c);
	require(config_parse(&again, &arena, text, size, "FILE", &err) == 0);
	require(again.nhandlers == c.nhandlers && again.sources == c.sources);
	for (uint32_t i = 0; i < c.nhandlers; i++)
		require(strcmp(again.handlers[i].name, c.handlers[i].name) == 0 &&
			strcmp(again.handlers[i].ceiling, c.handlers[i].ceiling) == 0);
	return 0;
}
