#include "ctl/words.h"
#include "base/text.h"
#include <string.h>

enum { NAMES_MAX = 32 };

/* "; did you mean "x"?" into dst, or nothing. */
static const char *hint(char *dst, size_t cap, const char *word, const char *const names[])
{
	const char *nearest = text_nearest(word, strlen(word), names);

	dst[0] = '\0';
	if (nearest)
		(void)snprintf(dst, cap, "; did you mean \"%s\"?", nearest);
	return dst;
}

/* A subcommand's name has one word or two: does it begin with this one? */
static const char *behind_first(const char *name, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(name, word, len) != 0 || (name[len] != '\0' && name[len] != ' '))
		return NULL;
	return name[len] ? name + len + 1 : name + len;
}

static int fail_first(const struct ctl_sub *subs, const char *word, struct err *err)
{
	static const char *const more[] = {"--help", "--version"};
	char first[NAMES_MAX][24], why[64];
	const char *names[NAMES_MAX + 1];
	size_t n = 0;

	for (; subs->name && n < NAMES_MAX - ARRAY_LEN(more); subs++, n++) {
		(void)snprintf(first[n], sizeof(first[n]), "%.*s", (int)strcspn(subs->name, " "), subs->name);
		names[n] = first[n];
	}
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		names[n++] = more[i];
	names[n] = NULL;
	return err_set(err, ERR_USAGE, "there is no subcommand \"%.64s\"%s", word,
		       hint(why, sizeof(why), word, names));
}

/* `group` has subcommands, and `word` (NULL: nothing) is none of them. */
static int fail_second(const struct ctl_sub *subs, const char *group, const char *word, struct err *err)
{
	const char *names[NAMES_MAX + 1];
	char list[200] = "", why[64];
	size_t n = 0, at = 0;

	for (; subs->name && n < NAMES_MAX; subs++) {
		const char *second = behind_first(subs->name, group);
		int len;

		if (!second || !*second)
			continue;
		len = snprintf(list + at, sizeof(list) - at, "%s%s", n ? ", " : "", second);
		if (len > 0 && (size_t)len < sizeof(list) - at)
			at += (size_t)len;
		names[n++] = second;
	}
	names[n] = NULL;
	if (!word)
		return err_set(err, ERR_USAGE, "%s needs one of: %s", group, list);
	return err_set(err, ERR_USAGE, "%s has no \"%.64s\", only: %s%s", group, word, list,
		       hint(why, sizeof(why), word, names));
}

const struct ctl_sub *words_find(const struct ctl_sub *subs, int argc, char *const argv[], int *ret_used,
				 struct err *err)
{
	bool group = false;

	if (argc < 2) {
		(void)err_set(err, ERR_USAGE, "a subcommand is missing");
		return NULL;
	}
	for (const struct ctl_sub *s = subs; s->name; s++) {
		const char *second = behind_first(s->name, argv[1]);

		if (!second)
			continue;
		if (*second && (argc < 3 || strcmp(argv[2], second) != 0)) {
			group = true;
			continue;
		}
		*ret_used = *second ? 2 : 1;
		return s;
	}
	if (group)
		(void)fail_second(subs, argv[1], argc > 2 ? argv[2] : NULL, err);
	else
		(void)fail_first(subs, argv[1], err);
	return NULL;
}

/* The index of the option that `word` (up to a '=') names, or -1. */
static int find_option(const struct ctl_opt *opts, const char *word)
{
	size_t len = strcspn(word, "=");

	for (int i = 0; opts && opts[i].name; i++)
		if (strncmp(opts[i].name, word, len) == 0 && opts[i].name[len] == '\0')
			return i;
	return -1;
}

static int fail_option(const struct ctl_sub *sub, const char *word, struct err *err)
{
	const char *names[CTL_OPTS + 2] = {"--help"};
	char asked[40], why[64];
	size_t n = 1;

	(void)snprintf(asked, sizeof(asked), "%.*s", (int)strcspn(word, "="), word);
	for (const struct ctl_opt *o = sub->opts; o && o->name && n <= CTL_OPTS; o++)
		names[n++] = o->name;
	names[n] = NULL;
	return err_set(err, ERR_USAGE, "%s has no option \"%s\"%s", sub->name, asked,
		       hint(why, sizeof(why), asked, names));
}

/* One option; *i moves on to its value. */
static int read_option(struct ctl_args *ret, const struct ctl_sub *sub, int argc, char *const argv[], int *i,
		       struct err *err)
{
	const char *word = argv[*i], *value = strchr(word, '=');
	int o = find_option(sub->opts, word);

	if (o < 0)
		return fail_option(sub, word, err);
	if (ret->opt[o])
		return err_set(err, ERR_USAGE, "%s is given twice", sub->opts[o].name);
	if (!sub->opts[o].value) {
		ret->opt[o] = "";
		return value ? err_set(err, ERR_USAGE, "%s takes no value", sub->opts[o].name) : 0;
	}
	if (!value && *i + 1 < argc)
		ret->opt[o] = argv[++*i];
	else if (value)
		ret->opt[o] = value + 1;
	if (!ret->opt[o] || !*ret->opt[o])
		return err_set(err, ERR_USAGE, "%s needs a value: %s %s", sub->opts[o].name,
			       sub->opts[o].name, sub->opts[o].value);
	return 0;
}

static int check_count(const struct ctl_args *args, const struct ctl_sub *sub, struct err *err)
{
	int most = *sub->words ? 1 : 0;

	for (const char *p = sub->words; *p; p++)
		most += *p == ' ';
	if (args->nwords > most)
		return err_set(err, ERR_USAGE, "%s takes %s%s", sub->name,
			       most ? "only " : "no words, only options", sub->words);
	if (args->nwords < most && sub->words[0] != '[')
		return err_set(err, ERR_USAGE, "%s needs %s", sub->name, sub->words);
	return 0;
}

int words_read(struct ctl_args *ret, bool *ret_help, const struct ctl_sub *sub, int argc, char *const argv[],
	       struct err *err)
{
	bool open = true;

	*ret = (struct ctl_args){0};
	*ret_help = false;
	for (int i = 0; i < argc; i++) {
		if (open && strcmp(argv[i], "--") == 0) {
			open = false;
		} else if (open && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
			*ret_help = true;
		} else if (open && argv[i][0] == '-' && argv[i][1]) {
			if (read_option(ret, sub, argc, argv, &i, err) < 0)
				return -1;
		} else if (ret->nwords < CTL_WORDS) {
			ret->word[ret->nwords++] = argv[i];
		} else {
			return err_set(err, ERR_USAGE, "%s: too many words, from \"%.64s\" on", sub->name,
				       argv[i]);
		}
	}
	return *ret_help ? 0 : check_count(ret, sub, err);
}
