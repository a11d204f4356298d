/* Kubernetes, as far as a node knows of it: the kubelet's own configuration. */
#include "ctl/files/yaml.h"
#include "ctl/node/node.h"
#include <fcntl.h>
#include <string.h>

enum { DROPINS_MAX = 1000 };

struct kubelet {
	const struct proc *proc;
	const char *path; /* its configuration; NULL: it was given none */
	struct toml t;	  /* that and its drop-ins, in their order */
	bool file;
	struct err err;
	bool present;
};

/* What is looked for, with the blocks that it stands in. */
static const struct {
	const char *path;
	bool block;
} wanted[] = {
	{"containerRuntimeEndpoint", false},
	{"staticPodPath", false},
	{"staticPodURL", false},
	{"authentication", true},
	{"authentication/anonymous", true},
	{"authentication/anonymous/enabled", false},
	{"authorization", true},
	{"authorization/mode", false},
};

/* The kubelet would not start with it. */
static int check_kinds(struct kubelet *k)
{
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		for (uint32_t j = 0; j < k->t.n; j++) {
			const struct toml_entry *e = &k->t.entry[j];
			bool block = e->kind == TOML_TABLE;

			/* A block may be empty: null. */
			if (toml_is(e, wanted[i].path) && block != wanted[i].block &&
			    !(wanted[i].block && !*e->text))
				return err_set(&k->err, ERR_CONFIG, "the kubelet's %s must be a %s",
					       wanted[i].path, wanted[i].block ? "mapping" : "plain value");
		}
	return 0;
}

static void read_config(struct node *n, struct kubelet *k, const char *path)
{
	char *text;
	size_t len;

	int r;

	if (k->err.kind != ERR_NONE)
		return;
	r = node_read(n, path, &text, &len, &k->err);
	if (r == 0)
		r = yaml_read(&k->t, &n->arena, text, len, path, &k->err);
	else if (r > 0 && k->proc)
		(void)err_set(&k->err, ERR_CONFIG, "the kubelet reads %s, which is not there", path);
	k->file = k->file || r == 0;
}

/* The kubelet walks into folders and reads hidden files, too (cmd/kubelet/app, WalkDir). */
static bool has_more(struct node *n, const char *dir)
{
	CLEANUP_FD int fd = node_open(n, dir, O_RDONLY | O_DIRECTORY);
	CLEANUP_DIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	unsigned count = 0;

	if (!d)
		return true;
	(void)TAKE_FD(fd);
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN || e->d_name[0] == '.' ||
		     ++count > DROPINS_MAX))
			return true;
	return false;
}

/* --config-dir, Kubernetes 1.28 and newer: each file there is laid over those before. */
static void read_dropins(struct node *n, struct kubelet *k)
{
	const char *dir = proc_value(k->proc, "config-dir");
	char path[512];

	if (!dir || !*dir)
		return;
	if (has_more(n, dir))
		(void)err_set(&k->err, ERR_CONFIG,
			      "%s holds more than plain files, or cannot be listed, which is not read here",
			      dir);
	for (const char *const *name = node_list(n, dir, ".conf"); *name; name++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, *name);
		read_config(n, k, path);
	}
}

static struct kubelet find_kubelet(struct node *n)
{
	struct kubelet k = {.proc = node_proc(n, "kubelet", 0)};
	struct stat st;

	k.path = proc_value(k.proc, "config");
	if (!k.path && !k.proc)
		k.path = "/var/lib/kubelet/config.yaml";
	k.present = k.proc || node_find(n, "kubelet") || node_stat(n, k.path, &st);
	if (!k.present)
		return k;
	if (k.path && *k.path)
		read_config(n, &k, k.path);
	read_dropins(n, &k);
	if (k.err.kind == ERR_NONE)
		(void)!check_kinds(&k);
	return k;
}

/* A flag stands above every file. */
static const char *setting(const struct kubelet *k, const char *flag, const char *key)
{
	const char *word = proc_value(k->proc, flag);

	return word ? word : toml_value(&k->t, key);
}

/* Which of containerd and CRI-O the kubelet asks; NULL: there is no kubelet. */
static const struct setup *find_engine(struct node *n, struct seen *s)
{
	const struct kubelet k = find_kubelet(n);
	const char *endpoint;

	if (!k.present)
		return NULL;
	endpoint = setting(&k, "container-runtime-endpoint", "containerRuntimeEndpoint");
	if (!endpoint && k.err.kind != ERR_NONE)
		say(s, WAY_UNKNOWN, "%s", k.err.msg);
	if (endpoint && strstr(endpoint, "crio"))
		return crio_setup(n);
	if (endpoint && *endpoint && !strstr(endpoint, "containerd"))
		say(s, WAY_UNKNOWN, "the kubelet asks %s, which is not known", endpoint);
	return (endpoint && *endpoint) || containerd_setup(n)->present ? containerd_setup(n) : crio_setup(n);
}

void look_kubernetes_default(struct node *n, struct seen *s)
{
	const struct setup *e = find_engine(n, s);

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
	const struct setup *e = find_engine(n, s);

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
	const struct kubelet k = find_kubelet(n);
	const char *path, *url;

	if (!k.present)
		return;
	if (k.err.kind != ERR_NONE) {
		say(s, WAY_UNKNOWN, "%s", k.err.msg);
		return;
	}
	path = setting(&k, "pod-manifest-path", "staticPodPath");
	url = setting(&k, "manifest-url", "staticPodURL");
	if ((!path || !*path) && (!url || !*url)) {
		say(s, WAY_CLOSED, "the kubelet reads no static pods");
		return;
	}
	if (path && *path)
		say_folder(n, s, path);
	say(s, WAY_CLOSED, "static pods are read from %s", path && *path ? path : url);
	say_default(n, s, find_engine(n, s));
}

/* The kubelet's own port runs commands in containers that are there; it starts none. */
void look_kubernetes_kubelet(struct node *n, struct seen *s)
{
	const struct kubelet k = find_kubelet(n);
	const char *anonymous, *mode;

	if (!k.present)
		return;
	if (k.err.kind != ERR_NONE) {
		say(s, WAY_UNKNOWN, "%s", k.err.msg);
		return;
	}
	anonymous = setting(&k, "anonymous-auth", "authentication/anonymous/enabled");
	mode = setting(&k, "authorization-mode", "authorization/mode");
	/* Without a file the flags' own defaults hold, which let everyone in. */
	anonymous = anonymous ? anonymous : k.file ? "false" : "true";
	mode = mode ? mode : k.file ? "Webhook" : "AlwaysAllow";
	if (strcmp(anonymous, "true") == 0 && strcmp(mode, "AlwaysAllow") == 0)
		say(s, WAY_OPEN, "anonymous requests are let in (%s)", k.path ? k.path : "its flags");
	else if (strcmp(anonymous, "false") == 0 || strcmp(mode, "Webhook") == 0)
		say(s, WAY_CLOSED, "anonymous: %s, authorization: %s", anonymous, mode);
	else
		say(s, WAY_UNKNOWN, "anonymous: %s, authorization: %s", anonymous, mode);
}

void look_kubernetes_ephemeral(struct node *n, struct seen *s)
{
	if (find_kubelet(n).present)
		say(s, WAY_CLOSED, "they run in their pod's sandbox, under its handler");
}
