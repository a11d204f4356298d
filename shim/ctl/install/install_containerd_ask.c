#include "base/file.h"
#include "ctl/files/tomllines.h"
#include "ctl/install/install_containerd.h"
#include "ctl/node/noderun.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

static const char *const places[] = {"/usr/bin/containerd", "/usr/local/bin/containerd", "/bin/containerd",
				     "/opt/bin/containerd"};

static const char *find_program(const struct nodefs *fs, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		CLEANUP_FD int fd = nodefs_fd(fs, places[i], O_PATH);

		if (fd >= 0)
			return places[i];
	}
	(void)err_set(
		err, ERR_RUNTIME,
		"no containerd in the usual places (%s, …): its own reading of its configuration is needed",
		places[0]);
	return NULL;
}

static int dump(const char **ret, struct install *in, const char *config, struct err *err)
{
	static char word_flag[] = "--config", word_config[] = "config", word_dump[] = "dump",
		    word_default[] = "default";
	const char *program = find_program(&in->fs, err);
	char *with[] = {(char *)(uintptr_t)program,
			word_flag,
			(char *)(uintptr_t)config,
			word_config,
			word_dump,
			NULL};
	char *without[] = {(char *)(uintptr_t)program, word_config, word_default, NULL};

	/* Where there is no config.toml, containerd 1 cannot dump; nothing is imported then. */
	return program ? noderun(&in->fs, in->arena, config ? with : without, ret, err) : -1;
}

/* The files that containerd 1 imported, without config.toml and ours, as an array. */
static void put_imports(struct buf *out, const struct install *in, const struct containerd *c)
{
	size_t len, n = 0;
	const char *list = tomlline_top(c->dump, "imports", &len), *end = list ? list + len : NULL;

	buf_putc(out, '[');
	for (const char *p = list; p && (p = memchr(p, '"', (size_t)(end - p)));) {
		const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));
		size_t one = close ? (size_t)(close - p - 1) : 0;

		if (!close)
			break;
		if (!(one == strlen(c->main) && memcmp(p + 1, c->main, one) == 0) &&
		    !(one == strlen(in->file.path) && memcmp(p + 1, in->file.path, one) == 0)) {
			buf_puts(out, n++ ? ", \"" : "\"");
			buf_put(out, p + 1, one);
			buf_putc(out, '"');
		}
		p = close + 1;
	}
	buf_putc(out, ']');
}

/* containerd 1 puts an imported plugin section in the place of the one that was
 * there, so with our drop-in imported the dump shows only what was current when it
 * was written. Without it: a copy of config.toml that imports all others. */
static int dump_without_own(struct containerd *c, struct install *in, struct err *err)
{
	const char *here = nodefs_here(&in->fs, in->arena, "/tmp/.runclamp-containerd-XXXXXX");
	CLEANUP_BUF struct buf text = {0};
	size_t len;
	const char *imports = tomlline_top(c->file.text, "imports", &len);
	char *path = (char *)(uintptr_t)here;
	int r;

	if (!imports || !here)
		return here ? 0 : err_set(err, ERR_LIMIT, "out of memory");
	buf_put(&text, c->file.text, (size_t)(imports - c->file.text));
	put_imports(&text, in, c);
	buf_puts(&text, imports + len);
	if (text.failed)
		return err_set(err, ERR_LIMIT, "out of memory");
	CLEANUP_FD int fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "%s", path);
	r = file_write_all(fd, text.data, text.len, err);
	if (r == 0)
		r = dump(&c->dump, in, path + strlen(in->fs.prefix), err);
	(void)unlink(path);
	return r;
}

/* 0: the key is not there. */
static unsigned version_of(const struct toml *t)
{
	const char *value = toml_value(t, "version");

	return value ? (unsigned)strtoul(value, NULL, 10) : 0;
}

const char *containerd_value(const struct containerd *c, const char *path)
{
	char pattern[512];

	(void)snprintf(pattern, sizeof(pattern), "plugins/%s/%s", c->cri[1], path);
	return toml_value(&c->values, pattern);
}

/* A name that only version 1 has. As long as no file says version 2, containerd 1
 * reads it; with our drop-in imported it does not start (1.6.20). */
static const char *name_of_version_1(const struct toml *t)
{
	static const char prefix[] = "io.containerd.";

	for (uint32_t i = 0; i < t->n; i++) {
		const struct toml_entry *e = &t->entry[i];
		const char *name = NULL;

		if (e->nparts >= 2 && strcmp(e->part[0], "plugins") == 0)
			name = e->part[1];
		else if (toml_is(e, "disabled_plugins") || toml_is(e, "required_plugins"))
			name = e->kind == TOML_STRING ? e->text : NULL;
		if (name && strncmp(name, prefix, strlen(prefix)) != 0)
			return name;
	}
	return NULL;
}

/* Version 1 is what a file has that says none, too; one without such names means
 * the same in version 2. containerd 2 skips what it does not know (2.1). */
static int refuse_version_1(const struct containerd *c, unsigned own, const struct toml *own_values,
			    struct err *err)
{
	const char *name = own == 0 && !c->merges ? name_of_version_1(own_values) : NULL;

	if (own != 1 && !name)
		return 0;
	return err_set(err, ERR_CONFIG,
		       "%s has version 1%s%.64s%s, which knows no runtime by a drop-in; nothing was changed: "
		       "convert it first (`containerd config %s` prints it)",
		       c->main, name ? " (it says none, and names the plugin \"" : "", name ? name : "",
		       name ? "\" as only that one does)" : "", c->merges ? "migrate" : "dump");
}

static int check_versions(struct containerd *c, const struct toml *own_values, struct err *err)
{
	unsigned effective = version_of(&c->values), own = version_of(own_values);

	c->merges = effective >= 3;
	if (refuse_version_1(c, own, own_values, err) < 0)
		return -1;
	if (effective < 2 || effective > 3 || own > effective)
		return err_set(err, ERR_CONFIG,
			       "%s has version %u: clampctl knows 2, and 3 with containerd 2", c->main,
			       own > effective ? own : effective);
	/* A drop-in of another version is ignored, or has config.toml misread (2.1, 2.2). A
	 * file that says none is read as the newest one by containerd 2 (2.1). */
	c->version = own ? own : effective;
	c->cri[0] = "plugins";
	c->cri[1] = c->merges ? "io.containerd.cri.v1.runtime" : "io.containerd.grpc.v1.cri";
	return 0;
}

/* config.toml is the one beside whose conf.d the drop-in lies. */
static const char *main_of(const struct install *in)
{
	static const char below[] = "/conf.d/";
	const char *at = strstr(in->file.path, below), *last = NULL;

	for (; at; at = strstr(at + 1, below))
		last = at;
	return in->config ? in->config
	       : last	  ? install_join(in->arena,
					 arena_strndup(in->arena, in->file.path, (size_t)(last - in->file.path)),
					 "config.toml")
			  : NULL;
}

int containerd_ask(struct containerd *ret, struct install *in, bool with_own, struct err *err)
{
	struct containerd c = {.main = main_of(in)};
	struct toml own = {0};

	if (!c.main)
		return err_set(err, ERR_LIMIT, "out of memory");
	if (nodefs_read(&c.file, &in->fs, in->arena, c.main, err) < 0 ||
	    toml_read(&own, in->arena, c.file.text, c.main, err) < 0 ||
	    dump(&c.dump, in, c.file.exists ? c.main : NULL, err) < 0 ||
	    toml_read(&c.values, in->arena, c.dump, "containerd config dump", err) < 0 ||
	    check_versions(&c, &own, err) < 0)
		return -1;
	if (!with_own && !c.merges) {
		c.values = (struct toml){0};
		if (dump_without_own(&c, in, err) < 0 ||
		    toml_read(&c.values, in->arena, c.dump, "containerd config dump", err) < 0)
			return -1;
	}
	*ret = c;
	return 0;
}
