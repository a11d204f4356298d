/* What create found in a bundle and wrote into it. From then on config.json holds
 * runclamp's own closure where the engine's profile stood: whoever reads the bundle
 * later learns from the registration what was the engine's. */
#ifndef RUNCLAMP_DECIDE_CREATED_H
#define RUNCLAMP_DECIDE_CREATED_H

#include "base/buf.h"
#include "decide/decision.h"
#include "oci/bundle.h"

struct created {
	uint64_t dev, ino;  /* the bundle's folder */
	char sha256[65];    /* of the section that was written */
	bool has_engine;    /* the engine had written a section; the sets are of its calls */
	struct sysset all;  /* allowed whatever the arguments */
	struct sysset part; /* allowed for some arguments: which ones is not kept */
	const char *id;	    /* the container's, once it was read; in the arena */
	const char *const
		*asked; /* where the image was asked for (struct image); NULL: nowhere, or not kept */
	bool follows;	/* an earlier create's closure counted as the engine's profile in this one */
};

/* Whether a create wrote the section in the bundle. One that is tried again takes its own closure for the
 * engine's profile, and so gets no wider. */
bool created_already(const struct bundle *b);

/* What is to be registered of a decision that has a section to inject. What the engine's profile was, only
 * the first of several creates from one bundle saw, whatever IDs they had: its registration counts, and a
 * warning says so. *ret_known false: that one is gone, and nobody knows. */
int created_settle(struct created *ret, bool *ret_known, struct arena *arena, const struct bundle *b,
		   struct decision *d, struct err *err) MUST_CHECK;

/* What a person is to read of one that follows another. */
extern const char created_follows[];

/* As a member of the registration, with the comma before it. */
void created_write(const struct created *c, struct buf *out);

/* The registration of the bundle whose config.json still holds the section that
 * was written then. *ret_found false: none, or one of a version with other calls. */
int created_find(struct created *ret, bool *ret_found, struct arena *arena, const struct bundle *b,
		 struct err *err) MUST_CHECK;

/* The engine's profile as far as it is known: what it allowed whatever the
 * arguments, and of the rest what the section in the bundle says of it. */
void created_restore(struct profile *engine, const struct created *c);

/* Whether the engine's profile allows the call for some arguments. */
static inline bool created_engine_allows(const struct decision *d, int id)
{
	return profile_allows_some(&d->sides->engine, id) ||
	       (d->created && sysset_has(&d->created->part, id));
}

#endif
