/* YAML, as kubelets' configurations are written, by libyaml, which go-yaml, the kubelet's reader, was made
 * from. What means more than it says (aliases, merges, tags, several documents, a key that is there twice) is
 * an error: clampctl would rather say "unknown" than guess. */
#ifndef RUNCLAMP_CTL_FILES_YAML_H
#define RUNCLAMP_CTL_FILES_YAML_H

#include "format/toml.h"
#include <stddef.h>

/* Adds the text's entries behind those that are there, to be asked as TOML's are. The items of a list are
 * below a part
 * "-"; null is an empty value, a boolean true or false however it is written. */
int yaml_read(struct toml *into, struct arena *arena, const char *text, size_t len, const char *where,
	      struct err *err) MUST_CHECK;

#endif
