#include "containerd/dial.h"

#include "base/cleanup.h"
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Whoever listens there is believed: root, or in a user's own containerd that user. */
static int check_peer(int fd, struct err *err)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return err_sys(err, "SO_PEERCRED");
	if (peer.uid && peer.uid != geteuid())
		return err_set(err, ERR_SYSTEM, "it is not trusted: uid %u listens there, not root",
			       peer.uid);
	return 0;
}

int dial(const char *address, int patience_ms, struct err *err)
{
	const struct timeval patience = {.tv_sec = patience_ms / 1000};
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t len = strlen(address);

	if (*address != '/' || len >= sizeof(a.sun_path))
		return err_set(err, ERR_USAGE, "the address must be the absolute path of a socket");
	memcpy(a.sun_path, address, len + 1);
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, "socket");
	/* connect blocks while the listener's queue is full. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return err_sys(err, "SO_SNDTIMEO");
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		return err_sys(err, "connecting");
	if (check_peer(fd, err))
		return -1;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(err, "fcntl");
	return TAKE_FD(fd);
}
