/* The node's configuration, /etc/runclamp/config.json. */
#ifndef RUNCLAMP_SITE_CONFIG_H
#define RUNCLAMP_SITE_CONFIG_H

#include "base/arena.h"
#include "base/file.h"
#include "runtime/runtime.h"

enum level { LEVEL_STRICT, LEVEL_STANDARD, LEVEL_PERMISSIVE, LEVEL_COUNT };
enum mode { MODE_ENFORCE, MODE_AUDIT };
enum on_missing { ON_MISSING_CEILING, ON_MISSING_DENY };
enum limit_over { OVER_WARN, OVER_DENY, OVER_NONE };
enum { SOURCE_ANNOTATION = 1, SOURCE_LABEL = 2, SOURCE_CATALOGUE = 4 };

/* Everything that applies to one handler, resolved: the handler's own value,
 * else the config's, else the level's. */
/* What the configuration leaves to be found in the usual places. */
enum searched { SEARCHED_NOTHING, SEARCHED_PATH, SEARCHED_RUNTIME };

struct handler {
	const char *name; /* "runclamp" */
	enum runtime_kind runtime;
	const char *path; /* absolute; NULL: no such runtime was found (passes to an error) */
	enum searched searched;
	const char *inner;	 /* where path is a wrapper: the binary that counts; NULL: path itself */
	const char *const *args; /* NULL-terminated: before the subcommand's own */
	uint32_t nargs;
	enum level level;
	enum mode mode;
	enum on_missing on_missing;
	uint32_t limit_syscalls;
	enum limit_over limit_over;
	bool limit_set, on_missing_set; /* set by config, not by the level (for `clampctl check`) */
	const char *ceiling;		/* a name, "runtime", or an absolute path */
};

/* Where the engines keep what they know of images; NULL: the engine's own default. */
struct engine_config {
	const char *docker_data_root;	/* else daemon.json's data-root, else /var/lib/docker */
	const char *docker_namespace;	/* containerd's, where Docker's containers are: "moby" */
	const char *docker_daemon_json; /* compiled in: /etc/docker/daemon.json */
	const char *containerd_address; /* a socket, where the shim's environment names none */
	const char *containerd_root;	/* where the folder that containerd names is not there */
	const char *cri_bundles;	/* below it, a CRI engine's that runclamp does not know; NULL: none */
	/* Stores of containers/storage, beside that in which a bundle lies; NULL-terminated; NULL: those of
	 * storage.conf */
	const char *const *storage_roots;
	const char *storage_conf[2]; /* compiled in: the first that there is counts */
};

struct config {
	const char *path;	    /* the file that was read; NULL: defaults */
	bool source_refuse;	    /* on_source_error */
	unsigned sources;	    /* SOURCE_… */
	const char *const *aliases; /* NULL-terminated label/annotation aliases of io.runclamp.syscalls
				       ("aliases": ["syscalls"]) */
	const char *decision_log;   /* absolute; NULL: switched off (null) */
	bool decision_log_required;
	bool startcontainer_hooks; /* hooks.startContainer allowed */
	/* Sockets, and folders of such, that a profile's listenerPath may name; NULL-terminated; NULL: none
	 */
	const char *const *seccomp_listeners;
	uint64_t max_config_bytes; /* of a bundle's config.json: "max_bundle_bytes" */
	const struct handler *handlers;
	uint32_t nhandlers;
	const char *catalogue_dir; /* compiled in: /etc/runclamp/closures.d */
	struct engine_config engines;
};

/* Where things are; compiled in, a test build can set another prefix. */
extern const char config_default_path[];	  /* /etc/runclamp/config.json */
extern const char *const config_whitelist_dirs[]; /* NULL-terminated */
extern const char config_floors_dir[];		  /* /etc/runclamp/floors.d */
extern const char config_catalogue_dir[];	  /* /etc/runclamp/closures.d */

/* Reads the config: $RUNCLAMP_CONFIG for root in the initial user namespace (else
 * ignored), else the default path. No file at the default path: the defaults of
 * runclamp.json(5), with the first of runc, crun found in the usual places. Errors name
 * file, line and column, and what would be right. */
int config_load(struct config *ret, struct arena *arena, struct err *err) MUST_CHECK;
int config_parse(struct config *ret, struct arena *arena, const char *text, size_t len, const char *where,
		 struct err *err) MUST_CHECK;
/* The defaults alone, whatever the file says: for what must work under a broken one. */
int config_fallback(struct config *ret, struct arena *arena, struct err *err) MUST_CHECK;
const struct handler *config_handler(const struct config *c, const char *name);

#endif
