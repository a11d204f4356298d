/* What a container is to a CRI engine, containerd's plugin or CRI-O: by its own record, or by the annotations
 * that it writes. Who may set annotations can write these, too, so on their own they prove nothing. */
#ifndef RUNCLAMP_IMAGE_CRI_H
#define RUNCLAMP_IMAGE_CRI_H

#include "oci/bundle.h"

enum cri_engine { CRI_NONE, CRI_CONTAINERD, CRI_CRIO };

struct cri {
	enum cri_engine engine; /* CRI_NONE: no CRI engine made the container */
	bool sandbox;		/* a pod's pause container */
	const char *sandbox_id; /* of its pod */
	const char *name;	/* in its pod, as the pod's author wrote it; or NULL */
	const char *full_name;	/* CRI-O's own, "k8s_web_pod_…"; else NULL */
};

/* Whether an annotation speaks of a pod: then a record has to be asked for. */
bool cri_claimed(const struct bundle *b);
/* By the annotations alone. */
void cri_from_annotations(struct cri *ret, const struct bundle *b);
/* The first such annotation that `record` does not bear out; or NULL. */
const struct annotation *cri_disagrees(const struct cri *record, const struct bundle *b);

#endif
