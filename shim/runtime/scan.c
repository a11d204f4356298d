#include "runtime/scan.h"
#include <string.h>

static const struct opt_spec *find_letter(const struct opt_spec *opts, char letter)
{
	for (; opts && opts->name[0]; opts++)
		if (opts->letter == letter)
			return opts;
	return NULL;
}

static const struct opt_spec *find_name(const struct opt_spec *opts, const char *name, size_t len)
{
	for (; opts && opts->name[0]; opts++)
		if (strncmp(opts->name, name, len) == 0 && opts->name[len] == '\0')
			return opts;
	return NULL;
}

/* getopt_long: an exact name, else the only name that it begins. *ret_several:
 * there is more than one. */
static const struct opt_spec *find_prefix(const struct opt_spec *opts, const char *name, size_t len,
					  bool *ret_several)
{
	const struct opt_spec *exact = find_name(opts, name, len), *hit = NULL;

	*ret_several = false;
	if (exact)
		return exact;
	for (; opts && opts->name[0]; opts++) {
		if (strncmp(opts->name, name, len) != 0)
			continue;
		if (hit && strcmp(hit->name, opts->name) != 0)
			*ret_several = true;
		hit = opts;
	}
	return *ret_several ? NULL : hit;
}

static void wrong(struct item *it, const char *why)
{
	it->kind = ITEM_WRONG;
	it->why = why;
}

static void unknown(struct item *it, const char *equals)
{
	it->kind = ITEM_UNKNOWN;
	it->bare = !equals;
	it->value = equals ? equals + 1 : NULL;
}

/* The next word becomes the value. */
static void take_next(struct scan *s, struct item *it)
{
	if (s->at >= s->argc) {
		wrong(it, "its value is missing");
		return;
	}
	it->value = s->argv[s->at++];
	it->dashed_value = it->value[0] == '-';
	if (it->dashed_value && s->style == STYLE_CLAP) {
		s->at--;
		wrong(it, "its value is missing");
	}
}

static bool go_bool(const char *v)
{
	static const char *const known[] = {"1", "t", "T", "TRUE",  "true",  "True",
					    "0", "f", "F", "FALSE", "false", "False"};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(v, known[i]) == 0)
			return true;
	return false;
}

static void go_option(struct scan *s, struct item *it, const char *word)
{
	const char *name = word + (word[1] == '-' ? 2 : 1);
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);

	if (len == 0 || *name == '-' || *name == '=') {
		wrong(it, "that is no way to write an option");
		return;
	}
	it->opt = len == 1 ? find_letter(s->opts, *name) : NULL;
	if (!it->opt)
		it->opt = find_name(s->opts, name, len);
	if (!it->opt) {
		unknown(it, equals);
		return;
	}
	it->kind = ITEM_OPTION;
	it->value = equals ? equals + 1 : NULL;
	if (it->opt->takes == TAKES_VALUE && !equals)
		take_next(s, it);
	else if (it->opt->takes == TAKES_NOTHING && equals && !go_bool(it->value))
		wrong(it, "it is a switch, and its value must be true or false");
}

static void long_option(struct scan *s, struct item *it, const char *word)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	bool several = false;

	it->opt = s->style == STYLE_ARGP ? find_prefix(s->opts, name, len, &several)
					 : find_name(s->opts, name, len);
	if (!it->opt) {
		unknown(it, equals);
		if (several)
			it->why = "it could mean several options";
		return;
	}
	it->kind = ITEM_OPTION;
	it->value = equals ? equals + 1 : NULL;
	if (it->opt->takes == TAKES_NOTHING && equals)
		wrong(it, "it is a switch and takes no value");
	else if (it->opt->takes == TAKES_VALUE && !equals)
		take_next(s, it);
}

/* The letter at s->cluster. */
static void short_option(struct scan *s, struct item *it)
{
	const char *p = s->cluster;

	s->cluster = p[1] ? p + 1 : NULL;
	it->opt = find_letter(s->opts, *p);
	if (!it->opt) {
		unknown(it, NULL);
		s->cluster = NULL;
		return;
	}
	it->kind = ITEM_OPTION;
	if (it->opt->takes == TAKES_NOTHING)
		return;
	it->value = s->cluster;
	s->cluster = NULL;
	/* clap takes -b=X for X, getopt for "=X". */
	if (it->value && s->style == STYLE_CLAP && *it->value == '=')
		it->value++;
	if (!it->value && it->opt->takes == TAKES_VALUE)
		take_next(s, it);
}

bool scan_next(struct scan *s, struct item *ret)
{
	struct item it = {0};

	if (s->cluster) {
		it.index = s->at - 1;
		it.word = s->argv[it.index];
		short_option(s, &it);
		*ret = it;
		return true;
	}
	if (!s->end_mark && s->at < s->argc && strcmp(s->argv[s->at], "--") == 0)
		s->end_mark = s->at++;
	if (s->at >= s->argc)
		return false;
	it.index = s->at++;
	it.word = s->argv[it.index];
	if (s->end_mark || it.word[0] != '-' || it.word[1] == '\0')
		it.kind = ITEM_WORD;
	else if (s->style == STYLE_GO)
		go_option(s, &it, it.word);
	else if (it.word[1] == '-')
		long_option(s, &it, it.word);
	else {
		s->cluster = it.word + 1;
		short_option(s, &it);
	}
	*ret = it;
	return true;
}
