/* POSIX access lists, as the kernel hands them out (linux/posix_acl_xattr.h): a
 * version, then entries of tag, permissions and id, all little-endian. */
#include "ctl/node/node.h"
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

enum { ACL_VERSION = 2, ACL_HEAD = 4, ACL_ENTRY = 8 };

static uint32_t le32_at(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint16_t le16_at(const unsigned char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static int parse(struct acl *ret, const unsigned char *data, size_t len, const char *path, struct err *err)
{
	if (len < ACL_HEAD || (len - ACL_HEAD) % ACL_ENTRY != 0 || le32_at(data) != ACL_VERSION)
		return err_set(err, ERR_SYSTEM, "%s has an access list of a form that is not known", path);
	for (const unsigned char *p = data + ACL_HEAD; p < data + len; p += ACL_ENTRY)
		ret->v[ret->n++] =
			(struct acl_entry){.tag = le16_at(p), .perm = le16_at(p + 2), .id = le32_at(p + 4)};
	return 0;
}

int acl_read(struct acl *ret, int fd, const char *path, struct err *err)
{
	UNFILLED unsigned char data[ACL_HEAD + ACL_MAX * ACL_ENTRY];
	char link[64];
	ssize_t len;

	/* A descriptor of O_PATH is not asked for attributes itself. */
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = getxattr(link, "system.posix_acl_access", data, sizeof(data));
	if (len < 0 && (errno == ENODATA || errno == ENOTSUP))
		return 0;
	if (len < 0)
		return err_sys(err, "the access list of %s cannot be read", path);
	return parse(ret, data, (size_t)len, path, err);
}

bool acl_lets_write(const struct acl *acl, const struct acl_entry *e)
{
	for (uint32_t i = 0; i < acl->n; i++)
		if (acl->v[i].tag == ACL_TAG_MASK && !(acl->v[i].perm & ACL_WRITE))
			return false;
	return e->perm & ACL_WRITE;
}
