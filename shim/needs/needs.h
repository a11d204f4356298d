/* The needs a bundle declares in its annotations, or a catalogue manifest. */
#ifndef RUNCLAMP_NEEDS_NEEDS_H
#define RUNCLAMP_NEEDS_NEEDS_H

#include "base/file.h"
#include "model/profile.h"
#include "oci/bundle.h"

enum { NEEDS_TEXT_MAX = 256 << 10, NEEDS_SOURCES_MAX = 16 };

/* What is parsed strictly but not enforced by this version. */
struct needs_extra {
	const char *const *capabilities; /* "CAP_NET_BIND_SERVICE", by number; in the arena */
	uint32_t ncapabilities;
	bool has_capabilities;
	const char *const *egress; /* "10.0.0.0/8:443/tcp" */
	uint32_t negress;
	bool has_egress;
	bool has_signature;
};

struct needs {
	bool declared;	     /* at least one source said something about syscalls */
	struct sysset named; /* names in `allow`: the count that the limit judges */
	/* which sources were read, for the record: "annotation io.runclamp.syscalls"; the first
	 * NEEDS_SOURCES_MAX of them (all are intersected) */
	const char *source[NEEDS_SOURCES_MAX];
	uint32_t nsources;
	const char *const *absent; /* names known, but of no kernel or not of this architecture: noted;
				      dropped unless a 32-bit architecture has them */
	uint32_t nabsent;
	/* A key for a named container, while the bundle does not say which container it is (Podman's
	 * pods): whose needs they are is then unknown. NULL: none. Of annotations only. */
	const char *unnamed_key;
	struct needs_extra extra;
	struct profile allow; /* the intersection of all sources (valid if declared); last: needs_move */
};

/* Reads every io.runclamp.* annotation and io.containers.seccomp.profile of the
 * bundle. A key may end in "/NAME", which for the container of that name replaces the plain key
 * (`container`: its name in its pod, by who made it; NULL: that is not known); keys for other containers are
 * ignored, but must be known ones. Several forms are intersected. Refused: any other io.runclamp. key
 * (nearest known one), an unknown syscall name (nearest known one), malformed values, an unknown capability,
 * an image digest of the wrong form. `aliases`: config's extra annotation names: "signature" is one for
 * io.runclamp.signature, any other for io.runclamp.syscalls; at most NEEDS_ALIASES_MAX, NULL-terminated; may
 * be NULL. */
int needs_from_annotations(struct needs *ret, struct arena *arena, const struct bundle *b,
			   const char *container, const char *const *aliases, struct err *err) MUST_CHECK;
enum { NEEDS_ALIASES_MAX = 8 };

/* The same keys as labels of the image itself (config.Labels of its configuration). An image has no
 * container's name: a key with "/NAME" is refused, and so are two members that Go would take for one. */
struct image;
int needs_from_labels(struct needs *ret, struct arena *arena, const struct image *image,
		      const struct bundle *b, const char *const *aliases, struct err *err) MUST_CHECK;

/* A manifest (runclamp-needs(7): version, image, syscalls, capabilities, network) from
 * text; `where` names it in messages. ret_reference/ret_digest may be NULL. */
int needs_from_manifest(struct needs *ret, struct arena *arena, const char *text, size_t len,
			const char *where, const char **ret_reference, const char **ret_digest,
			struct err *err) MUST_CHECK;

/* What the entries for this image declare, intersected; for none ret->declared is false. */
struct catalogue;
int needs_from_catalogue(struct needs *ret, struct arena *arena, const struct catalogue *c,
			 const struct image *image, const struct file_trust *trust,
			 struct err *err) MUST_CHECK;

/* *to = *from; what nobody declared has no profile that would be worth its copy. */
void needs_move(struct needs *to, const struct needs *from);
/* Narrows `into` by another source. */
int needs_intersect(struct needs *into, struct arena *arena, const struct needs *other,
		    struct err *err) MUST_CHECK;

#endif
