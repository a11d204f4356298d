/* The members that runtimes read, from the OCI runtime specification 1.3.0
 * (specs-go/config.go), and the check that all runtimes see the same ones.
 *
 * runc and runsc match names without case, the last of duplicates wins and
 * objects are merged; crun on yajl takes the first, on json-c the last, both by
 * exact name. So a name that is spelled otherwise, or stands there twice, means
 * different things to this program and to a runtime. */
#include "oci/bundle_shape.h"
#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	S = 1 << JTOK_STRING,
	N = 1 << JTOK_NUMBER,
	A = 1 << JTOK_ARRAY,
	O = 1 << JTOK_OBJECT,
	B = 1 << JTOK_TRUE | 1 << JTOK_FALSE,
};

struct shape;
struct member {
	const char *name;
	int types;
	uint16_t slot;		   /* of the value's token in struct bundle; 0: none */
	const struct shape *shape; /* of the object, or of each element of the array */
};
struct shape {
	const char *where; /* in messages; "" is the top level */
	const struct member *members;
	size_t n;
};

#define LEAF(name, types)                                                                                    \
	{                                                                                                    \
		name, types, 0, NULL                                                                         \
	}
#define KEPT(name, types, field)                                                                             \
	{                                                                                                    \
		name, types, offsetof(struct bundle, field), NULL                                            \
	}
#define TREE(name, types, shape)                                                                             \
	{                                                                                                    \
		name, types, 0, &(shape)                                                                     \
	}
#define KEPT_TREE(name, types, field, shape)                                                                 \
	{                                                                                                    \
		name, types, offsetof(struct bundle, field), &(shape)                                        \
	}
#define SHAPE(name, where_)                                                                                  \
	static const struct shape name##_shape = {                                                           \
		.where = (where_), .members = name##_members, .n = ARRAY_LEN(name##_members)}

static const struct member arg_members[] = {LEAF("index", N), LEAF("value", N), LEAF("valueTwo", N),
					    LEAF("op", S)};
SHAPE(arg, "linux.seccomp.syscalls[].args[]");

/* "name": the specification's draft, which runtimes took before 1.0. */
static const struct member syscall_members[] = {
	LEAF("names", A), LEAF("name", S), LEAF("action", S), LEAF("errnoRet", N), TREE("args", A, arg_shape),
};
SHAPE(syscall, "linux.seccomp.syscalls[]");

static const struct member seccomp_members[] = {
	LEAF("defaultAction", S),
	LEAF("defaultErrnoRet", N),
	LEAF("architectures", A),
	LEAF("flags", A),
	LEAF("listenerPath", S),
	LEAF("listenerMetadata", S),
	TREE("syscalls", A, syscall_shape),
};
SHAPE(seccomp, "linux.seccomp");

static const struct member namespace_members[] = {LEAF("type", S), LEAF("path", S)};
SHAPE(namespace, "linux.namespaces[]");

static const struct member linux_members[] = {
	LEAF("uidMappings", A),
	LEAF("gidMappings", A),
	LEAF("sysctl", O),
	LEAF("resources", O),
	LEAF("cgroupsPath", S),
	KEPT_TREE("namespaces", A, namespaces, namespace_shape),
	LEAF("devices", A),
	LEAF("netDevices", O),
	KEPT_TREE("seccomp", O, seccomp, seccomp_shape),
	LEAF("rootfsPropagation", S),
	LEAF("maskedPaths", A),
	LEAF("readonlyPaths", A),
	LEAF("mountLabel", S),
	LEAF("intelRdt", O),
	LEAF("memoryPolicy", O),
	LEAF("personality", O),
	LEAF("timeOffsets", O),
};
SHAPE(linux, "linux");

static const struct member caps_members[] = {
	LEAF("bounding", A),  LEAF("effective", A), LEAF("inheritable", A),
	LEAF("permitted", A), LEAF("ambient", A),
};
SHAPE(caps, "process.capabilities");

static const struct member process_members[] = {
	LEAF("terminal", B),
	LEAF("consoleSize", O),
	LEAF("user", O),
	KEPT("args", A, process_args),
	LEAF("commandLine", S),
	LEAF("env", A),
	LEAF("cwd", S),
	KEPT_TREE("capabilities", O, process_caps, caps_shape),
	LEAF("rlimits", A),
	KEPT("noNewPrivileges", B, process_nnp),
	LEAF("apparmorProfile", S),
	LEAF("oomScoreAdj", N),
	LEAF("scheduler", O),
	LEAF("selinuxLabel", S),
	LEAF("ioPriority", O),
	LEAF("execCPUAffinity", O),
};
SHAPE(process, "process");

static const struct member root_members[] = {KEPT("path", S, root_path), LEAF("readonly", B)};
SHAPE(root, "root");

static const struct member hooks_members[] = {
	LEAF("prestart", A),	    LEAF("createRuntime", A),
	LEAF("createContainer", A), KEPT("startContainer", A, hooks_start_container),
	LEAF("poststart", A),	    LEAF("poststop", A),
};
SHAPE(hooks, "hooks");

static const struct member mount_members[] = {
	LEAF("destination", S), LEAF("type", S),	LEAF("source", S),
	LEAF("options", A),	LEAF("uidMappings", A), LEAF("gidMappings", A),
};
SHAPE(mount, "mounts[]");

static const struct member top_members[] = {
	LEAF("ociVersion", S),
	KEPT_TREE("process", O, process, process_shape),
	TREE("root", O, root_shape),
	KEPT("hostname", S, hostname),
	LEAF("domainname", S),
	KEPT_TREE("mounts", A, mounts, mount_shape),
	KEPT_TREE("hooks", O, hooks, hooks_shape),
	KEPT("annotations", O, annotations),
	KEPT_TREE("linux", O, linux_obj, linux_shape),
	LEAF("solaris", O),
	LEAF("windows", O),
	LEAF("vm", O),
	LEAF("zos", O),
	LEAF("freebsd", O),
};
SHAPE(top, "");

static const char *type_names(int types)
{
	return types == S   ? "a string"
	       : types == N ? "a number"
	       : types == A ? "an array"
	       : types == B ? "true or false"
			    : "an object";
}

static const char *dot(const struct shape *shape)
{
	return *shape->where ? "." : "";
}

static const struct member *find_exact(const struct jdoc *doc, const struct shape *shape, uint32_t key)
{
	/* An empty name's first character is its closing quote. */
	char first = doc->tok[key].escaped ? '\0' : doc->text[doc->tok[key].start + 1];
	for (size_t i = 0; i < shape->n; i++) {
		const char *name = shape->members[i].name;
		if ((!first || first == *name) && jdoc_streq(doc, key, name))
			return &shape->members[i];
	}
	return NULL;
}

static int refuse_fold(const struct jdoc *doc, const struct shape *shape, uint32_t key, struct err *err)
{
	char shown[64];
	for (size_t i = 0; i < shape->n; i++) {
		if (!jdoc_strfold(doc, key, shape->members[i].name))
			continue;
		text_show(shown, sizeof(shown), doc->text + doc->tok[key].start + 1,
			  doc->tok[key].end - doc->tok[key].start - 2);
		return jdoc_fail(doc, key, ERR_BUNDLE, err,
				 "the key \"%s%s%s\" is \"%s\" to some runtimes and unknown to others",
				 shape->where, dot(shape), shown, shape->members[i].name);
	}
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct bundle_key *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int r = memcmp(x->text, y->text, n);
	if (r)
		return r;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->tok < y->tok ? -1 : x->tok > y->tok;
}

int bundle_no_repeats(const struct jdoc *doc, struct bundle_key *keys, size_t n, const char *where,
		      struct err *err)
{
	char shown[64];
	if (n < 2)
		return 0;
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < n; i++) {
		if (keys[i].len != keys[i - 1].len || memcmp(keys[i].text, keys[i - 1].text, keys[i].len))
			continue;
		text_show(shown, sizeof(shown), keys[i].text, keys[i].len);
		return jdoc_fail(doc, keys[i].tok, ERR_BUNDLE, err, "the key \"%s%s\" stands there twice",
				 where, shown);
	}
	return 0;
}

/* Names that the tables do not hold may be read by a newer runtime: twice the
 * same is ambiguous there too. Rare, so a second pass collects them. */
static int check_unknown(const struct jdoc *doc, struct arena *arena, const struct shape *shape, uint32_t obj,
			 uint32_t unknown, struct err *err)
{
	struct bundle_key *keys = arena_array(arena, unknown, sizeof(*keys));
	uint32_t n = 0;
	if (!keys)
		return err_set(err, ERR_LIMIT, "out of memory");
	for (uint32_t key = obj + 1; key < doc->tok[obj].next && n < unknown; key = doc->tok[key + 1].next) {
		if (find_exact(doc, shape, key))
			continue;
		struct bundle_key *k = &keys[n++];
		k->tok = key;
		k->text = jdoc_string(doc, key, arena, &k->len);
		if (!k->text)
			return err_set(err, ERR_LIMIT, "out of memory");
	}
	char where[64];
	(void)snprintf(where, sizeof(where), "%s%s", shape->where, dot(shape));
	return bundle_no_repeats(doc, keys, n, where, err);
}

struct check {
	struct bundle *b;
	const struct jdoc *doc;
	struct arena *arena;
	struct err *err;
};

static int check_object(const struct check *c, const struct shape *shape, uint32_t obj);

static int check_elements(const struct check *c, const struct shape *shape, uint32_t array)
{
	for (uint32_t t = array + 1; t < c->doc->tok[array].next; t = c->doc->tok[t].next) {
		if (c->doc->tok[t].type != JTOK_OBJECT)
			return jdoc_fail(c->doc, t, ERR_BUNDLE, c->err, "%s must be an object", shape->where);
		if (check_object(c, shape, t) < 0)
			return -1;
	}
	return 0;
}

static int check_value(const struct check *c, const struct shape *shape, const struct member *m, uint32_t val)
{
	enum jtok_type type = c->doc->tok[val].type;
	if (type == JTOK_NULL)
		return 0;
	if (!(m->types >> type & 1))
		return jdoc_fail(c->doc, val, ERR_BUNDLE, c->err, "%s%s%s must be %s", shape->where,
				 dot(shape), m->name, type_names(m->types));
	if (m->slot)
		memcpy((char *)c->b + m->slot, &val, sizeof(val));
	if (!m->shape)
		return 0;
	return type == JTOK_ARRAY ? check_elements(c, m->shape, val) : check_object(c, m->shape, val);
}

/* No deeper than the tables are: the recursion is bounded. */
static int check_object(const struct check *c, const struct shape *shape, uint32_t obj)
{
	const struct jdoc *doc = c->doc;
	uint32_t seen = 0, unknown = 0;
	for (uint32_t key = obj + 1; key < doc->tok[obj].next; key = doc->tok[key + 1].next) {
		const struct member *m = find_exact(doc, shape, key);
		if (!m) {
			if (refuse_fold(doc, shape, key, c->err) < 0)
				return -1;
			unknown++;
			continue;
		}
		uint32_t bit = UINT32_C(1) << (m - shape->members);
		if (seen & bit)
			return jdoc_fail(doc, key, ERR_BUNDLE, c->err,
					 "the key \"%s%s%s\" stands there twice", shape->where, dot(shape),
					 m->name);
		seen |= bit;
		if (check_value(c, shape, m, key + 1) < 0)
			return -1;
	}
	return unknown > 1 ? check_unknown(doc, c->arena, shape, obj, unknown, c->err) : 0;
}

int bundle_shape(struct bundle *b, struct arena *arena, struct err *err)
{
	struct check c = {.b = b, .doc = &b->doc, .arena = arena, .err = err};
	if (b->doc.tok[0].type != JTOK_OBJECT)
		return jdoc_fail(&b->doc, 0, ERR_BUNDLE, err, "the document must be an object");
	return check_object(&c, &top_shape, 0);
}
