#include "load/reference.h"
#include <stddef.h>
#include <string.h>

static const char hub[] = "docker.io", library[] = "library/", latest[] = "latest";

/* A name in its parts, borrowed from the text. */
struct parts {
	const char *host, *path, *tag, *digest;
	size_t host_len, path_len, tag_len;
	bool in_library; /* "library/" belongs before path */
};

static bool is_host(const char *s, size_t len)
{
	return memchr(s, '.', len) || memchr(s, ':', len) || (len == 9 && !memcmp(s, "localhost", 9));
}

static void split(struct parts *p, const char *s)
{
	const char *at = strchr(s, '@'), *slash, *colon = NULL;
	size_t len = at ? (size_t)(at - s) : strlen(s);

	*p = (struct parts){.host = hub, .host_len = strlen(hub), .digest = at ? at + 1 : ""};
	slash = memchr(s, '/', len);
	if (slash && is_host(s, (size_t)(slash - s))) {
		p->host = s;
		p->host_len = (size_t)(slash - s);
		len -= p->host_len + 1;
		s = slash + 1;
	}
	/* The hub's old name. */
	if (p->host_len == 15 && !memcmp(p->host, "index.docker.io", 15)) {
		p->host = hub;
		p->host_len = strlen(hub);
	}
	for (size_t i = len; i > 0 && s[i - 1] != '/' && !colon; i--)
		if (s[i - 1] == ':')
			colon = s + i - 1;
	p->path = s;
	p->path_len = colon ? (size_t)(colon - s) : len;
	p->tag = colon ? colon + 1 : latest;
	p->tag_len = colon ? len - p->path_len - 1 : strlen(latest);
	if (*p->digest)
		p->tag_len = 0;
	if (p->host_len != strlen(hub) || memcmp(p->host, hub, p->host_len) != 0)
		return;
	if (p->path_len > strlen(library) && !memcmp(p->path, library, strlen(library)) &&
	    !memchr(p->path + strlen(library), '/', p->path_len - strlen(library))) {
		p->path += strlen(library);
		p->path_len -= strlen(library);
		p->in_library = true;
	} else {
		p->in_library = !memchr(p->path, '/', p->path_len);
	}
}

static bool same(const char *a, size_t alen, const char *b, size_t blen)
{
	return alen == blen && !memcmp(a, b, alen);
}

bool reference_same(const char *a, const char *b)
{
	struct parts x, y;

	if (!strcmp(a, b))
		return true;
	split(&x, a);
	split(&y, b);
	return same(x.host, x.host_len, y.host, y.host_len) && x.in_library == y.in_library &&
	       same(x.path, x.path_len, y.path, y.path_len) && same(x.tag, x.tag_len, y.tag, y.tag_len) &&
	       !strcmp(x.digest, y.digest);
}
