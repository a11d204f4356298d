/* Replacing members of config.json without moving any other byte. */
#ifndef RUNCLAMP_OCI_SPLICE_H
#define RUNCLAMP_OCI_SPLICE_H

#include "base/buf.h"
#include "oci/bundle.h"

/* Appends to out the bundle's text in which linux.seccomp is `section` (a JSON
 * value): in the place of a present or null member; as the first member of a
 * present `linux` object; in a null `linux`'s place or, where there is none, as a
 * new last member of the document: {"seccomp": section}. */
int splice_apply(const struct bundle *b, const char *section, size_t section_len, struct buf *out,
		 struct err *err) MUST_CHECK;

/* Writes text as the bundle's config.json, atomically, with owner, mode and
 * security attributes of the old one, but without others' right to write;
 * unchanged text writes nothing, unless they had that right (dockerd 29, whose
 * umask is 0, gives it to everybody for BuildKit's). The file
 * must still be the one that was read (device, inode, mtime, ctime, size):
 * else the bundle was changed meanwhile, an error. */
int splice_commit(const struct bundle *b, const char *text, size_t len, struct err *err) MUST_CHECK;

#endif
