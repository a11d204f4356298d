/* Kubernetes, as far as a node knows of it: the kubelet's own configuration. */
#include "ctl/node.h"
#include <string.h>

struct kubelet {
	const struct proc *proc;
	const char *path; /* its configuration */
	char *text;	  /* NULL: there is none */
	struct err err;
	bool present;
};

static struct kubelet find_kubelet(struct node *n)
{
	struct kubelet k = {.proc = node_proc(n, "kubelet", 0)};
	struct stat st;
	size_t len;

	k.path = proc_value(k.proc, "config");
	k.path = k.path ? k.path : "/var/lib/kubelet/config.yaml";
	k.present = k.proc || node_find(n, "kubelet") || node_stat(n, k.path, &st);
	if (k.present && node_read(n, k.path, &k.text, &len, &k.err) == 0 &&
	    k.text[strspn(k.text, " \t\r\n")] == '{')
		(void)err_set(&k.err, ERR_CONFIG, "%s is JSON, which this look does not read", k.path);
	return k;
}

/* A key of a block of YAML, by its indentation: "a" at the margin, "b" below it.
 * What is written in one line in braces is not read: it is unknown then. */
struct yaml {
	const char *line;
	size_t indent, key;
};

static bool next_key(const char **at, struct yaml *ret)
{
	for (const char *line = *at; line && *line; line = *at) {
		const char *end = line + strcspn(line, "\n");

		*at = *end ? end + 1 : NULL;
		ret->indent = strspn(line, " ");
		ret->line = line + ret->indent;
		ret->key = strcspn(ret->line, ":\n");
		if (ret->line[0] != '#' && ret->line[0] != '-' && ret->line[ret->key] == ':')
			return true;
	}
	return false;
}

static const char *yaml_text(struct node *n, const struct yaml *y)
{
	const char *value = y->line + y->key + 1;
	size_t len;

	value += strspn(value, " \t");
	len = strcspn(value, " \t\r\n#");
	if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value) {
		value++;
		len -= 2;
	}
	return arena_strndup(&n->arena, value, len);
}

/* What begins a form that is more than one plain word. */
static bool is_other_form(const char *value)
{
	return *value && strchr("{[|>&*!", *value);
}

/* The value at `keys` (NULL-terminated), "" for a block, NULL if it is not there.
 * Where a block was written in another form, that form's beginning. */
static const char *yaml_get(struct node *n, const char *text, const char *const *keys)
{
	size_t depth = 0, indent[4] = {0};
	struct yaml y;

	while (text && next_key(&text, &y)) {
		while (depth > 0 && y.indent <= indent[depth - 1])
			depth--;
		if (depth == 0 && y.indent > 0)
			continue;
		if (strlen(keys[depth]) != y.key || memcmp(keys[depth], y.line, y.key) != 0)
			continue;
		const char *value = yaml_text(n, &y);
		if (!keys[depth + 1] || !value || is_other_form(value))
			return value;
		indent[depth++] = y.indent;
	}
	return NULL;
}

static const char *setting(struct node *n, const struct kubelet *k, const char *flag, const char *const *keys)
{
	const char *word = proc_value(k->proc, flag);

	return word ? word : k->text ? yaml_get(n, k->text, keys) : NULL;
}

const struct setup *kubelet_engine(struct node *n)
{
	static const char *const keys[] = {"containerRuntimeEndpoint", NULL};
	const struct kubelet k = find_kubelet(n);
	const char *endpoint;

	if (!k.present)
		return NULL;
	endpoint = setting(n, &k, "container-runtime-endpoint", keys);
	if (endpoint ? strstr(endpoint, "crio") != NULL : !containerd_setup(n)->present)
		return crio_setup(n);
	return containerd_setup(n);
}

void look_kubernetes_default(struct node *n, struct seen *s)
{
	const struct setup *e = kubelet_engine(n);

	if (!e)
		return;
	say_default(n, s, e);
	if (s->state == WAY_OPEN)
		say(s, WAY_OPEN, "an admission rule that asks for a RuntimeClass cannot be seen from a node");
	else if (!e->present)
		say(s, WAY_UNKNOWN, "which engine the kubelet asks is not known");
}

void look_kubernetes_handlers(struct node *n, struct seen *s)
{
	const struct setup *e = kubelet_engine(n);

	if (!e)
		return;
	say_others(n, s, e);
	if (!e->present)
		say(s, WAY_UNKNOWN, "which engine the kubelet asks is not known");
}

static void say_folder(struct node *n, struct seen *s, const char *path)
{
	struct stat st;

	if (node_stat(n, path, &st) && (st.st_uid != 0 || (st.st_mode & 0022)))
		say(s, WAY_OPEN, "static pods are read from %s, where others than root may write", path);
}

void look_kubernetes_static(struct node *n, struct seen *s)
{
	static const char *const path_keys[] = {"staticPodPath", NULL}, *const url_keys[] = {"staticPodURL",
											     NULL};
	const struct kubelet k = find_kubelet(n);
	const char *path, *url;

	if (!k.present)
		return;
	if (k.err.kind != ERR_NONE) {
		say(s, WAY_UNKNOWN, "%s", k.err.msg);
		return;
	}
	path = setting(n, &k, "pod-manifest-path", path_keys);
	url = setting(n, &k, "manifest-url", url_keys);
	if ((path && is_other_form(path)) || (url && is_other_form(url))) {
		say(s, WAY_UNKNOWN, "%s has a form that is not read here", k.path);
		return;
	}
	if ((!path || !*path) && (!url || !*url)) {
		say(s, WAY_CLOSED, "the kubelet reads no static pods");
		return;
	}
	if (path && *path)
		say_folder(n, s, path);
	say(s, WAY_CLOSED, "static pods are read from %s", path && *path ? path : url);
	say_default(n, s, kubelet_engine(n));
}

/* The kubelet's own port runs commands in containers that are there; it starts none. */
void look_kubernetes_kubelet(struct node *n, struct seen *s)
{
	static const char *const anonymous_keys[] = {"authentication", "anonymous", "enabled", NULL},
				 *const mode_keys[] = {"authorization", "mode", NULL};
	const struct kubelet k = find_kubelet(n);
	const char *anonymous, *mode;

	if (!k.present)
		return;
	if (k.err.kind != ERR_NONE) {
		say(s, WAY_UNKNOWN, "%s", k.err.msg);
		return;
	}
	anonymous = setting(n, &k, "anonymous-auth", anonymous_keys);
	mode = setting(n, &k, "authorization-mode", mode_keys);
	/* Without a file the flags' own defaults hold, which let everyone in. */
	anonymous = anonymous ? anonymous : k.text ? "false" : "true";
	mode = mode ? mode : k.text ? "Webhook" : "AlwaysAllow";
	if (strcmp(anonymous, "true") == 0 && strcmp(mode, "AlwaysAllow") == 0)
		say(s, WAY_OPEN, "anonymous requests are let in (%s)", k.text ? k.path : "flags");
	else if (!is_other_form(anonymous) && !is_other_form(mode) &&
		 (strcmp(anonymous, "false") == 0 || strcmp(mode, "Webhook") == 0))
		say(s, WAY_CLOSED, "anonymous: %s, authorization: %s", anonymous, mode);
	else
		say(s, WAY_UNKNOWN, "anonymous: %s, authorization: %s", anonymous, mode);
}

void look_kubernetes_ephemeral(struct node *n, struct seen *s)
{
	if (find_kubelet(n).present)
		say(s, WAY_CLOSED, "they run in their pod's sandbox, under its handler");
}
