/* The needs of a decision, from the sources that are switched on, intersected:
 * a later one can only narrow. */
#include "decide/created.h"
#include "decide/decision_work.h"
#include "image/image.h"
#include "image/origin.h"
#include "needs/pause.h"
#include <string.h>

/* Compiled-in folders: the host's root may be seen as the overflow uid. */
static const struct file_trust trust = {.allow_overflow_uid = true};

/* A source that can't be read: as on_source_error says, never silently. */
static int source_failed(struct work *w, const char *what, const struct err *err)
{
	/* A bound is no accident: whoever can exceed it must not be able to switch a source off by it. */
	bool bound = err->kind == ERR_LIMIT;

	if (w->config->source_refuse || bound) {
		*w->err = *err;
		w->err->kind = ERR_NEEDS;
		return err_wrap(w->err, "%s can't be read (%s)", what,
				bound ? "a bound, whatever on_source_error says"
				      : "on_source_error = \"refuse\"");
	}
	work_warn(w, "%s can't be read, and nothing of it was used (on_source_error = \"skip\"): %s", what,
		  err->msg);
	return 0;
}

/* The image that `clampctl check --image` names. */
static int named_image(struct work *w, const struct catalogue *c)
{
	struct image *image = work_alloc(w, sizeof(*image));
	size_t len = strlen(w->image);

	if (!image || image_begin(image, w->arena, c, w->err) < 0)
		return -1;
	image->name = w->image;
	w->d->image = image;
	if (digest_ok(w->image, len))
		return image_add_digest(image, w->arena, w->image, len, w->err);
	image_add_name(image, w->image, len);
	return 0;
}

static int find_image(struct work *w, const struct engine_place *place, const struct catalogue *c)
{
	struct err err = {0};

	if (w->image)
		return named_image(w, c);
	if (engine_image(&w->d->image, &w->cri, &w->d->asked, w->arena, w->config, w->bundle, place, c,
			 &err) == 0)
		return 0;
	w->d->image = NULL;
	return source_failed(w, "the image", &err);
}

static int read_labels(struct work *w)
{
	struct needs *more;

	if (!(w->config->sources & SOURCE_LABEL) || !w->d->image || !w->d->image->config)
		return 0;
	more = work_alloc(w, sizeof(*more));
	if (!more)
		return -1;
	/* What was read and is wrong refuses, as an annotation does. */
	if (needs_from_labels(more, w->arena, w->d->image, w->bundle, w->config->aliases, w->err) < 0)
		return -1;
	return needs_intersect(&w->d->needs, w->arena, more, w->err);
}

static int open_catalogue(struct work *w, struct catalogue *ret)
{
	struct err err = {0};

	*ret = (struct catalogue){0};
	if (!(w->config->sources & SOURCE_CATALOGUE) ||
	    catalogue_read(ret, w->arena, w->config->catalogue_dir, &trust, &err) == 0)
		return 0;
	return source_failed(w, "the catalogue", &err);
}

static int read_catalogue(struct work *w, const struct catalogue *c)
{
	struct err err = {0};
	struct needs *more;

	if (!c->n || !w->d->image)
		return 0;
	if (w->d->image->names_err.kind != ERR_NONE &&
	    source_failed(w, "the list of the image's names", &w->d->image->names_err) < 0)
		return -1;
	more = work_alloc(w, sizeof(*more));
	if (!more)
		return -1;
	if (needs_from_catalogue(more, w->arena, c, w->d->image, &trust, &err) < 0)
		return source_failed(w, "the catalogue", &err);
	return needs_intersect(&w->d->needs, w->arena, more, w->err);
}

/* A bundle that no engine made is believed where nothing is created from it (clampctl), and below the folder
 * of a CRI engine that runclamp does not know. */
static void believe_annotations(struct work *w, const struct engine_place *place)
{
	if (w->container && !place->cri)
		return;
	cri_from_annotations(&w->cri, w->bundle);
	/* From containerd a sandbox has no name, and whoever adds annotations does not know its ID
	 * beforehand. */
	if (w->cri.sandbox &&
	    ((w->cri.engine == CRI_CONTAINERD && w->cri.name) ||
	     (w->container && (!w->cri.sandbox_id || strcmp(w->cri.sandbox_id, w->container) != 0))))
		w->cri = (struct cri){0};
}

/* Whether the engine's records are needed: for the image, or because the annotations speak of a pod. */
static bool must_ask(const struct work *w, const struct engine_place *place)
{
	bool has_pods = place->kind == ENGINE_CONTAINERD || place->kind == ENGINE_STORAGE;

	return w->config->sources & (SOURCE_LABEL | SOURCE_CATALOGUE) || (has_pods && cri_claimed(w->bundle));
}

/* First whose images the catalogue speaks of, as only these are looked for. */
int sources_ask(struct work *w)
{
	struct engine_place place = {0};
	struct err err = {0};

	if (!w->image && engine_find(&place, w->arena, w->config, w->bundle, &err) < 0)
		return source_failed(w, "the image", &err);
	if (w->d->created)
		place.asked = w->d->created->asked;
	if (place.kind == ENGINE_NONE)
		believe_annotations(w, &place);
	if (w->image ? !(w->config->sources & (SOURCE_LABEL | SOURCE_CATALOGUE))
		     : place.kind == ENGINE_NONE || !must_ask(w, &place))
		return 0;
	if (open_catalogue(w, &w->catalogue) < 0 || find_image(w, &place, &w->catalogue) < 0)
		return -1;
	/* The record is that of the folder's container. */
	if (w->container && place.id && strcmp(w->container, place.id) != 0)
		w->cri = (struct cri){0};
	return 0;
}

static int read_sandbox(struct work *w)
{
	struct needs *n = &w->d->needs;

	sandbox_needs(&n->allow, &n->named);
	n->declared = true;
	n->source[0] = "built in: the pod's pause container";
	n->nsources = 1;
	return 0;
}

int sources_read(struct work *w)
{
	struct needs *n = &w->d->needs;

	if (w->config->sources & SOURCE_ANNOTATION &&
	    needs_from_annotations(n, w->arena, w->bundle, w->cri.name, w->config->aliases, w->err) < 0)
		return -1;
	/* A pod's annotations come with its pause container too: they speak of
	 * the containers. */
	w->d->is_sandbox = w->cri.sandbox;
	if (w->d->is_sandbox)
		return read_sandbox(w);
	if (n->unnamed_key)
		return err_set(w->err, ERR_NEEDS,
			       "the annotation \"%s\" speaks of one container of a pod, and this engine does "
			       "not say which container this is; use the key without \"/NAME\"",
			       n->unnamed_key);
	return read_labels(w) < 0 || read_catalogue(w, &w->catalogue) < 0 ? -1 : 0;
}
