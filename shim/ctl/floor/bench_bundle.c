/* The bundles of `clampctl floor measure`. */
#include "base/file.h"
#include "ctl/floor/bench.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { USER = 1000, COPY_MAX = 1 << 20 };

static int write_at(const struct bench *b, const char *name, const char *text, size_t len, mode_t mode,
		    uid_t owner, struct err *err)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", b->dir, name);
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0 || fchown(fd, owner, owner) < 0 || fchmod(fd, mode) < 0)
		return err_sys(err, "cannot write %s", path);
	return file_write_all(fd, text, len, err);
}

/* The user's own program: nobody else may run it, as runtimes check. */
int bench_prepare(const struct bench *b, struct err *err)
{
	static const char *const folders[] = {"root",
					      "brief",
					      "brief/rootfs",
					      "whole",
					      "whole/rootfs",
					      "whole/rootfs/etc",
					      "whole/rootfs/home"};
	static const char users[] = "root:x:0:0::/:/\nuser:x:1000:1000::/home:/\n";
	CLEANUP_FREE char *text = NULL;
	char path[256];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->dir, folders[i]);
		if (mkdir(path, 0755) < 0)
			return err_sys(err, "cannot make %s", path);
	}
	CLEANUP_FD int fd = open(b->payload, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "cannot read %s", b->payload);
	if (file_read_fd(fd, COPY_MAX, &text, &len, err) < 0)
		return -1;
	if (write_at(b, "brief/rootfs/payload", text, len, 0755, 0, err) < 0 ||
	    write_at(b, "whole/rootfs/payload", text, len, 0755, 0, err) < 0 ||
	    write_at(b, "whole/rootfs/own", text, len, 0700, USER, err) < 0)
		return -1;
	return write_at(b, "whole/rootfs/etc/passwd", users, strlen(users), 0644, 0, err);
}

struct process {
	const char *program, *mode;
	const char *cwd, *umask; /* umask: NULL is root with nothing of its own */
	bool terminal;
};
static const struct process brief = {"/payload", "end", "/", NULL, false};
static const struct process user = {"/own", "wait", "/home", "63", false};
static const struct process by_engine = {"/own", "wait", "/", "7", false};
static const struct process with_terminal = {"/own", "wait", "/", "7", true};

static void put_process(struct buf *out, const struct process *p, bool nnp)
{
	static const char caps[] = "[\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"]";

	buf_printf(out, "{\"terminal\":%s,\"args\":[\"%s\",\"%s\"],\"cwd\":\"%s\",\"env\":[\"PATH=/\"],",
		   p->terminal ? "true" : "false", p->program, p->mode, p->cwd);
	if (p->umask)
		buf_printf(out,
			   "\"oomScoreAdj\":321,\"user\":{\"uid\":%d,\"gid\":%d,\"additionalGids\":[5,6],"
			   "\"umask\":%s},",
			   USER, USER, p->umask);
	else
		buf_puts(out, "\"user\":{\"uid\":0,\"gid\":0},");
	buf_printf(out, "\"noNewPrivileges\":%s,\"capabilities\":{\"bounding\":%s", nnp ? "true" : "false",
		   caps);
	buf_printf(out, ",\"effective\":%s,\"permitted\":%s}}", caps, caps);
}

static int write_process(const struct bench *b, const char *name, const struct process *p, bool nnp,
			 struct err *err)
{
	CLEANUP_BUF struct buf text = {0};

	put_process(&text, p, nnp);
	return text.failed ? err_set(err, ERR_SYSTEM, "out of memory")
			   : write_at(b, name, text.data, text.len, 0600, 0, err);
}

/* The least that is a container. */
static int write_config(const struct bench *b, const char *name, const struct process *p, bool nnp,
			const struct buf *section, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};

	buf_puts(&text, "{\"ociVersion\":\"1.0.0\",\"process\":");
	put_process(&text, p, nnp);
	buf_puts(&text,
		 ",\"root\":{\"path\":\"rootfs\",\"readonly\":false},\"mounts\":["
		 "{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
		 "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"nosuid\","
		 "\"mode=755\"]},{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":\"devpts\","
		 "\"options\":[\"newinstance\",\"ptmxmode=0666\"]}],\"linux\":{\"namespaces\":["
		 "{\"type\":\"pid\"},{\"type\":\"mount\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},"
		 "{\"type\":\"network\"}],");
	if (p->umask)
		buf_puts(&text, "\"personality\":{\"domain\":\"LINUX32\"},");
	buf_puts(&text, "\"seccomp\":");
	buf_put(&text, section->data, section->len);
	buf_puts(&text, "}}\n");
	return text.failed ? err_set(err, ERR_SYSTEM, "out of memory")
			   : write_at(b, name, text.data, text.len, 0600, 0, err);
}

int bench_write(const struct bench *b, const struct buf *section, bool no_new_privileges, struct err *err)
{
	if (write_config(b, "brief/config.json", &brief, no_new_privileges, section, err) < 0 ||
	    write_config(b, "whole/config.json", &user, no_new_privileges, section, err) < 0 ||
	    write_process(b, "exec.json", &by_engine, no_new_privileges, err) < 0)
		return -1;
	return write_process(b, "tty.json", &with_terminal, no_new_privileges, err);
}
