#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The first block does for pass-through; a create needs about 220 KiB. */
enum { ALIGN = 16, BLOCK_FIRST = 8 << 10, BLOCK_NEXT = 512 << 10 };

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	_Alignas(ALIGN) unsigned char data[];
};

#if defined(__SANITIZE_ADDRESS__)
#define ONE_PER_BLOCK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_PER_BLOCK 1
#endif
#endif
#ifndef ONE_PER_BLOCK
#define ONE_PER_BLOCK 0
#endif

/* calloc maps a block of this size: its pages cost nothing until they are used,
 * so an upper estimate of what is needed is cheap. */
static struct arena_block *block_calloc(size_t cap)
{
	struct arena_block *b = calloc(1, sizeof(*b) + cap);

	if (b)
		b->cap = cap;
	return b;
}

static struct arena_block *block_new(struct arena *a, size_t size)
{
	bool own = ONE_PER_BLOCK || size > BLOCK_NEXT / 4;
	struct arena_block *b;

	if (own)
		b = block_calloc(size);
	else
		b = block_calloc(a->head || size > BLOCK_FIRST ? BLOCK_NEXT : BLOCK_FIRST);
	if (!b)
		return NULL;
	/* A block made for one large allocation is full: the open one stays in front. */
	if (a->head && own) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t max = a->max ? a->max : ARENA_MAX_DEFAULT;
	size_t need = size;
	if (!ONE_PER_BLOCK) {
		if (size > SIZE_MAX - ALIGN)
			return NULL;
		need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	}
	if (need > max || a->used > max - need)
		return NULL;
	struct arena_block *b = a->head;
	if (ONE_PER_BLOCK || !b || b->cap - b->used < need) {
		b = block_new(a, need);
		if (!b)
			return NULL;
	}
	void *p = b->data + b->used;
	b->used += need;
	a->used += need;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

void *arena_room(struct arena *a, void *v, size_t n, size_t *cap, size_t first, size_t size)
{
	size_t bigger = *cap ? *cap * 2 : first;
	void *to;

	if (n < *cap)
		return v;
	to = arena_array(a, bigger, size);
	if (!to)
		return NULL;
	if (n)
		memcpy(to, v, n * size);
	*cap = bigger;
	return to;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	if (len == SIZE_MAX)
		return NULL;
	char *p = arena_alloc(a, len + 1);
	if (p && len)
		memcpy(p, s, len);
	return p;
}

void arena_free(struct arena *a)
{
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	a->head = NULL;
	a->used = 0;
}
