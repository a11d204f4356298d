/* YAML, as kubelets' configurations are written: blocks of keys and lists, words
 * in one line, or JSON as a whole. What this reader does not know for certain (tabs,
 * anchors, tags, escapes, text of several lines, several documents, a key that is
 * there twice) is an error: clampctl would rather say "unknown" than guess. */
#ifndef RUNCLAMP_CTL_YAML_H
#define RUNCLAMP_CTL_YAML_H

#include "ctl/toml.h"

/* Adds the text's entries behind those that are there, to be asked as TOML's are. The
 * items of a list are below a part "-". What is written in braces or brackets is
 * one plain value, as it stands; null is an empty one. */
int yaml_read(struct toml *into, struct arena *arena, const char *text, size_t len, const char *where,
	      struct err *err) MUST_CHECK;

#endif
