#include "image/reference.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char hub[] = "docker.io", library[] = "library/", latest[] = "latest";

/* A name in its parts, borrowed from the text. */
struct parts {
	const char *host, *path, *tag, *digest;
	size_t host_len, path_len, tag_len, digest_len;
	bool in_library; /* "library/" belongs before path */
};

/* No repository's path has a capital (distribution/reference, splitDockerDomain). */
static bool has_capital(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			return true;
	return false;
}

static bool is_host(const char *s, size_t len)
{
	return has_capital(s, len) || memchr(s, '.', len) || memchr(s, ':', len) ||
	       (len == 9 && !memcmp(s, "localhost", 9));
}

static void split(struct parts *p, const char *s, size_t whole)
{
	const char *at = memchr(s, '@', whole), *slash, *colon = NULL;
	size_t len = at ? (size_t)(at - s) : whole;

	*p = (struct parts){.host = hub, .host_len = strlen(hub)};
	if (at) {
		p->digest = at + 1;
		p->digest_len = whole - len - 1;
	}
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
	p->tag_len = colon ? len - p->path_len - 1 : at ? 0 : strlen(latest);
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

static void join(char dst[static REFERENCE_SIZE], const struct parts *p, char mark, const char *tail,
		 size_t len)
{
	int n = snprintf(dst, REFERENCE_SIZE, "%.*s/%s%.*s%c%.*s", (int)p->host_len, p->host,
			 p->in_library ? library : "", (int)p->path_len, p->path, mark, (int)len, tail);

	if (n < 0 || n >= REFERENCE_SIZE)
		*dst = '\0';
}

void reference_read(struct reference *ret, const char *s, size_t len)
{
	struct parts p;

	*ret = (struct reference){0};
	if (len >= REFERENCE_SIZE)
		return;
	split(&p, s, len);
	if (!p.path_len)
		return;
	if (p.tag_len)
		join(ret->tagged, &p, ':', p.tag, p.tag_len);
	if (p.digest_len)
		join(ret->digested, &p, '@', p.digest, p.digest_len);
}

const char *reference_key(const struct reference *r)
{
	return *r->digested ? r->digested : r->tagged;
}
