/* One question to an engine on its own socket. */
#include "ctl/node/node.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

enum { ANSWER_MAX = 4 << 20, DEADLINE_S = 5 };

/* Under another root the socket has a longer path. */
static int connect_to(const struct node *n, const char *path, struct err *err)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const struct timeval limit = {.tv_sec = DEADLINE_S};
	CLEANUP_FD int fd = -1;
	int len = snprintf(to.sun_path, sizeof(to.sun_path), "%s%s", strcmp(n->root, "/") == 0 ? "" : n->root,
			   path);

	if (len < 0 || (size_t)len >= sizeof(to.sun_path))
		return err_set(err, ERR_SYSTEM, "%s: the path is too long for a socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return err_sys(err, "%s", path);
	return TAKE_FD(fd);
}

static int collect(int fd, const char *socket, struct buf *b, struct err *err)
{
	UNFILLED char block[16384];
	time_t end = time(NULL) + 2 * DEADLINE_S;
	ssize_t got;

	while ((got = recv(fd, block, sizeof(block), 0)) != 0) {
		if (got < 0 && errno != EINTR)
			return err_sys(err, "%s: reading the answer", socket);
		if (got > 0)
			buf_put(b, block, (size_t)got);
		if (b->failed || b->len > ANSWER_MAX || time(NULL) > end)
			return err_set(err, ERR_LIMIT, "%s: the answer is too long, or too slow", socket);
	}
	return 0;
}

int node_ask(struct node *n, const char *socket, const char *path, const char **ret_body, size_t *ret_len,
	     struct err *err)
{
	CLEANUP_FD int fd = connect_to(n, socket, err);
	CLEANUP_BUF struct buf b = {0};
	char ask[256];
	int len = snprintf(ask, sizeof(ask), "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
	const char *body;

	if (fd < 0)
		return -1;
	if (send(fd, ask, (size_t)len, MSG_NOSIGNAL) != len)
		return err_sys(err, "%s: asking", socket);
	if (collect(fd, socket, &b, err) < 0)
		return -1;
	body = b.len ? strstr(b.data, "\r\n\r\n") : NULL;
	if (!body || strncmp(b.data, "HTTP/1.", 7) != 0 || strncmp(b.data + 8, " 200", 4) != 0)
		return err_set(err, ERR_SYSTEM, "%s did not answer what it was asked (%.40s)", socket,
			       b.len ? b.data : "nothing");
	*ret_len = b.len - (size_t)(body + 4 - b.data);
	*ret_body = arena_strndup(&n->arena, body + 4, *ret_len);
	return *ret_body ? 0 : err_set(err, ERR_LIMIT, "out of memory");
}
