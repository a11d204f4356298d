/* Readers of single values of the configuration. Each message says what the key
 * must be, what it is, and where. */
#ifndef RUNCLAMP_SITE_CONFIG_READ_H
#define RUNCLAMP_SITE_CONFIG_READ_H

#include "format/jsontok.h"

struct cfg_parser {
	struct jdoc doc;
	struct arena *arena;
	const char *where; /* the file, and the handler */
	struct err *err;
};

/* "WHERE: KEY must be MUST, not VALUE (line L, column C)". Returns -1. */
int cfg_wrong(const struct cfg_parser *p, uint32_t tok, const char *key, const char *must);

/* One of words (NULL-terminated); *ret is its index. */
int cfg_read_word(const struct cfg_parser *p, uint32_t tok, const char *key, const char *const words[],
		  int *ret) MUST_CHECK;
/* A list of words, each at most once; *ret gets a bit per word. */
int cfg_read_words(const struct cfg_parser *p, uint32_t tok, const char *key, const char *const words[],
		   unsigned *ret) MUST_CHECK;
int cfg_read_bool(const struct cfg_parser *p, uint32_t tok, const char *key, bool *ret) MUST_CHECK;
int cfg_read_number(const struct cfg_parser *p, uint32_t tok, const char *key, uint64_t min, uint64_t max,
		    uint64_t *ret) MUST_CHECK;
/* In the arena. */
int cfg_read_string(const struct cfg_parser *p, uint32_t tok, const char *key, const char *must,
		    const char **ret) MUST_CHECK;
/* Absolute, and not a folder's ("/x/"). */
int cfg_read_path(const struct cfg_parser *p, uint32_t tok, const char *key, const char **ret) MUST_CHECK;
/* A list of such; NULL-terminated. */
int cfg_read_paths(const struct cfg_parser *p, uint32_t tok, const char *key,
		   const char *const **ret) MUST_CHECK;
/* As jdoc_members, for an object at `key` ("" for the one that `where` names). */
int cfg_members(const struct cfg_parser *p, uint32_t tok, const char *key, const char *const names[],
		uint32_t vals[]) MUST_CHECK;

/* The key "engines". */
struct engine_config;
int cfg_read_engines(const struct cfg_parser *p, uint32_t tok, struct engine_config *ret) MUST_CHECK;

#endif
