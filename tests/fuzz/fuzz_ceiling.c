/* A whitelist, a runsc's table or a measured floor; the first byte says which.
 * A table that was taken is a whitelist; leaving `partial` out never allows
 * more; a floor that is written again has the same bytes, and what it lacks is filled up whatever it holds.
 */
#include "site/ceiling.h"
#include "site/floorfile.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEY "1-2-3-4-5"

static void check_sentence(const struct err *err)
{
	if (!err->msg[0])
		__builtin_trap();
	for (const char *c = err->msg; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			__builtin_trap();
}

static void fuzz_whitelist(struct arena *arena, const char *text, size_t len)
{
	static struct ceiling all, full;
	struct err err = {0};

	if (ceiling_parse(&all, arena, text, len, "w", false, &err)) {
		check_sentence(&err);
		return;
	}
	if (ceiling_parse(&full, arena, text, len, "w", true, &err))
		__builtin_trap();
	for (int id = 0; id < sys_count(); id++)
		if ((profile_allows_some(&full.allow, id) && !profile_allows_some(&all.allow, id)) ||
		    (profile_allows_all(&full.allow, id) && !profile_allows_all(&all.allow, id)))
			__builtin_trap();
	if (memcmp(&all.table, &full.table, sizeof(all.table)) != 0)
		__builtin_trap();
}

static void fuzz_runsc(struct arena *arena, const char *text, size_t len)
{
	static struct ceiling c;
	CLEANUP_BUF struct buf out = {0};
	struct err err = {0};

	if (ceiling_from_runsc(text, len, "release", &out, &err)) {
		check_sentence(&err);
		if (out.len)
			__builtin_trap();
		return;
	}
	/* Only the other architecture's table may be there. */
	if (ceiling_parse(&c, arena, out.data, out.len, "w", false, &err) &&
	    !strstr(err.msg, "says nothing about this machine"))
		__builtin_trap();
}

static void write_floor(struct buf *out, struct arena *arena, const struct floor floors[2])
{
	const struct floorfile f = {
		.kind = RUNTIME_RUNC,
		.runtime_version = "1",
		.binary_key = KEY,
		.measured = "2026-01-02T03:04:05Z",
		.floor = {&floors[0], &floors[1]},
	};

	floorfile_write(&f, arena, out);
}

static int read_floors(struct floor ret[2], struct arena *arena, const char *text, size_t len,
		       struct err *err)
{
	for (int nnp = 0; nnp < 2; nnp++)
		if (floorfile_parse(&ret[nnp], arena, text, len, "f", RUNTIME_RUNC, KEY, nnp, err))
			return -1;
	return 0;
}

static void fuzz_floor(struct arena *arena, const char *text, size_t len)
{
	static struct floor floors[2], back[2], filled;
	const int execve = sys_lookup("execve", 6);
	CLEANUP_BUF struct buf out = {0};
	CLEANUP_BUF struct buf again = {0};
	struct err err = {0};

	if (read_floors(floors, arena, text, len, &err)) {
		check_sentence(&err);
		return;
	}
	write_floor(&out, arena, floors);
	for (int nnp = 0; nnp < 2; nnp++) {
		filled = floors[nnp];
		floor_complete(&filled, RUNTIME_RUNC, RUNTIME_VERSION(1, 3, 0), nnp);
		if (!profile_allows_some(&filled.need, execve) && floors[nnp].lacks & FLOOR_NEED)
			__builtin_trap();
		for (int id = 0; id < sys_count(); id++)
			if ((sysset_has(&filled.exec, id) || sysset_has(&filled.effect, id)) &&
			    !profile_allows_some(&filled.margin, id))
				__builtin_trap();
	}
	if (read_floors(back, arena, out.data, out.len, &err)) {
		if (err.kind != ERR_LIMIT)
			__builtin_trap();
		return;
	}
	write_floor(&again, arena, back);
	if (out.len != again.len || memcmp(out.data, again.data, out.len) != 0)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const fuzz[])(struct arena *, const char *, size_t) = {fuzz_whitelist, fuzz_runsc,
									     fuzz_floor};
	CLEANUP_ARENA struct arena arena = {0};

	if (size)
		fuzz[data[0] % ARRAY_LEN(fuzz)](&arena, (const char *)data + 1, size - 1);
	return 0;
}
