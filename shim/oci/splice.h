/* Replacing members of config.json without moving any other byte. */
#ifndef RUNCLAMP_OCI_SPLICE_H
#define RUNCLAMP_OCI_SPLICE_H

#include "base/buf.h"
#include "oci/bundle.h"

/* A member of an object on the document's top level: what "linux": {"seccomp": VALUE} is to be. */
struct splice_member {
	const char *parent, *name; /* "linux", "seccomp": no character that JSON escapes */
	const char *value;	   /* JSON, NUL-terminated */
};

/* Appends to out the bundle's text in which each of n members (at most SPLICE_MEMBERS, each named once) has
 * its value: in the place of a present or null member; as the first member of a present parent; in a null
 * parent's place or, where there is none, as a new last member of the document: {"seccomp": section}. */
enum { SPLICE_MEMBERS = 8 };
int splice_apply(const struct bundle *b, const struct splice_member *v, size_t n, struct buf *out,
		 struct err *err) MUST_CHECK;

/* Writes text as the bundle's config.json, atomically, with owner, mode and
 * security attributes of the old one, but without others' right to write;
 * unchanged text writes nothing, unless they had that right (dockerd 29, whose
 * umask is 0, gives it to everybody for BuildKit's). The file
 * must still be the one that was read (device, inode, mtime, ctime, size):
 * else the bundle was changed meanwhile, an error. */
int splice_commit(const struct bundle *b, const char *text, size_t len, struct err *err) MUST_CHECK;

#endif
