/* Network egress as manifests declare it: CIDR[:port[-port]][/tcp|udp]. */
#include "base/text.h"
#include "needs/form.h"

#include <arpa/inet.h>
#include <string.h>

enum { EGRESS_MAX = 256, EGRESS_TEXT = 96 };

enum proto { PROTO_ANY, PROTO_TCP, PROTO_UDP };
static const char *const proto_text[] = {"", "/tcp", "/udp"};

struct egress {
	int family;
	unsigned char addr[16];
	unsigned bits; /* of the prefix */
	unsigned first, last;
	enum proto proto;
};

enum { PORT_ANY_FIRST = 0, PORT_ANY_LAST = 65535 };

static unsigned width(const struct egress *e)
{
	return e->family == AF_INET ? 32 : 128;
}

/* A decimal number without sign or leading zeros. NULL: none. */
static const char *number(const char *s, unsigned max, unsigned *ret)
{
	unsigned v = 0;
	size_t n = 0;

	for (; s[n] >= '0' && s[n] <= '9'; n++) {
		v = v * 10 + (unsigned)(s[n] - '0');
		if (v > max)
			return NULL;
	}
	if (!n || (n > 1 && s[0] == '0'))
		return NULL;
	*ret = v;
	return s + n;
}

static bool bit_is_set(const struct egress *e, unsigned i)
{
	return e->addr[i / 8] >> (7 - i % 8) & 1;
}

/* An address with bits behind its prefix means a host to one reader and its
 * network to another. */
static bool host_bits(const struct egress *e)
{
	for (unsigned i = e->bits; i < width(e); i++)
		if (bit_is_set(e, i))
			return true;
	return false;
}

static const char *parse_ports(const char *s, struct egress *e)
{
	e->first = PORT_ANY_FIRST;
	e->last = PORT_ANY_LAST;
	if (*s != ':')
		return s;
	s = number(s + 1, PORT_ANY_LAST, &e->first);
	if (!s || !e->first)
		return NULL;
	e->last = e->first;
	if (*s == '-')
		s = number(s + 1, PORT_ANY_LAST, &e->last);
	return s && e->first <= e->last ? s : NULL;
}

/* NULL, or what is wrong. */
static const char *parse(const char *s, struct egress *e)
{
	char addr[INET6_ADDRSTRLEN];
	size_t n = strcspn(s, "/");

	*e = (struct egress){.family = memchr(s, ':', n) ? AF_INET6 : AF_INET};
	if (n >= sizeof(addr) || !s[n])
		return "must be CIDR[:port[-port]][/tcp|udp]";
	memcpy(addr, s, n);
	addr[n] = '\0';
	if (inet_pton(e->family, addr, e->addr) != 1)
		return "has no IPv4 or IPv6 address";
	s = number(s + n + 1, width(e), &e->bits);
	if (!s)
		return "has no valid prefix length";
	if (host_bits(e))
		return "has address bits behind its prefix";
	s = parse_ports(s, e);
	if (!s)
		return "has no valid port or range of ports";
	for (size_t p = PROTO_ANY; p < ARRAY_LEN(proto_text); p++)
		if (!strcmp(s, proto_text[p])) {
			e->proto = (enum proto)p;
			return NULL;
		}
	return "ends in something other than /tcp or /udp";
}

static const char *format(const struct egress *e, struct arena *arena)
{
	char text[EGRESS_TEXT], addr[INET6_ADDRSTRLEN], ports[16] = "";

	if (!inet_ntop(e->family, e->addr, addr, sizeof(addr)))
		return NULL;
	if (e->first == e->last)
		(void)snprintf(ports, sizeof(ports), ":%u", e->first);
	else if (e->first != PORT_ANY_FIRST)
		(void)snprintf(ports, sizeof(ports), ":%u-%u", e->first, e->last);
	int n = snprintf(text, sizeof(text), "%s/%u%s%s", addr, e->bits, ports, proto_text[e->proto]);
	return arena_strndup(arena, text, (size_t)n);
}

int egress_read(struct needs_extra *into, const struct jread *r, uint32_t array)
{
	uint32_t n = 0;

	if (jread_type(r, array, JTOK_ARRAY, "egress"))
		return -1;
	if (r->doc->tok[array].count > EGRESS_MAX)
		return jread_fail(r, array, "more than %d entries in egress", EGRESS_MAX);

	const char **v = arena_array(r->arena, r->doc->tok[array].count, sizeof(*v));
	if (!v)
		return jread_nomem(r);
	JREAD_EACH(i, t, r->doc, array)
	{
		struct egress e;
		const char *s, *wrong;
		char shown[EGRESS_TEXT];

		if (jread_line(r, t, "an entry of egress", EGRESS_TEXT, &s))
			return -1;
		wrong = parse(s, &e);
		if (wrong)
			return jread_fail(r, t, "egress \"%s\" %s",
					  text_show(shown, sizeof(shown), s, strlen(s)), wrong);
		v[n] = format(&e, r->arena);
		if (!v[n++])
			return jread_nomem(r);
	}
	into->egress = v;
	into->negress = n;
	into->has_egress = true;
	return 0;
}

/* Both sides of an intersection: false if it is empty. */
static bool meet(const struct egress *a, const struct egress *b, struct egress *ret)
{
	const struct egress *narrow = a->bits >= b->bits ? a : b, *wide = narrow == a ? b : a;

	if (a->family != b->family || (a->proto && b->proto && a->proto != b->proto))
		return false;
	for (unsigned i = 0; i < wide->bits; i++)
		if (bit_is_set(a, i) != bit_is_set(b, i))
			return false;
	*ret = *narrow;
	ret->first = a->first > b->first ? a->first : b->first;
	ret->last = a->last < b->last ? a->last : b->last;
	ret->proto = a->proto ? a->proto : b->proto;
	return ret->first <= ret->last;
}

static struct egress *parse_all(const struct needs_extra *x, struct arena *arena)
{
	struct egress *v = arena_array(arena, x->negress, sizeof(*v));

	/* egress_read wrote them. */
	for (uint32_t i = 0; v && i < x->negress; i++)
		if (parse(x->egress[i], &v[i]))
			return NULL;
	return v;
}

int egress_intersect(struct needs_extra *into, const struct needs_extra *other, struct arena *arena)
{
	uint32_t n = 0;

	if (!other->has_egress)
		return 0;
	if (!into->has_egress) {
		into->has_egress = true;
		into->egress = other->egress;
		into->negress = other->negress;
		return 0;
	}

	struct egress *a = parse_all(into, arena), *b = parse_all(other, arena), both;
	const char **v = arena_array(arena, (size_t)into->negress * other->negress, sizeof(*v));
	if (!a || !b || !v)
		return -1;
	for (uint32_t i = 0; i < into->negress; i++)
		for (uint32_t j = 0; j < other->negress; j++) {
			if (!meet(&a[i], &b[j], &both))
				continue;
			v[n] = format(&both, arena);
			if (!v[n++])
				return -1;
		}
	into->egress = v;
	into->negress = n;
	return 0;
}
