/* A record of the registry: any bytes. What reads is written and reads again to
 * the same; a refusal has a sentence without control bytes. */
#include "base/buf.h"
#include "run/regfile.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const char *a, const char *b)
{
	if (strcmp(a, b) != 0)
		__builtin_trap();
}

static void same_list(const char *const *a, const char *const *b)
{
	for (; *a && *b; a++, b++)
		same(*a, *b);
	if (*a || *b)
		__builtin_trap();
}

static void check_refused(const struct err *err)
{
	if (!err->msg[0])
		__builtin_trap();
	for (const char *c = err->msg; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena = {0};
	CLEANUP_BUF struct buf out = {0};
	struct regfile f, back;
	struct err err = {0};

	if (regfile_read(&f, &arena, (const char *)data, size, &err) < 0) {
		check_refused(&err);
		return 0;
	}
	regfile_write(&f, &out);
	if (out.failed || regfile_read(&back, &arena, out.data, out.len, &err) < 0)
		__builtin_trap();
	if (f.reg.runtime != back.reg.runtime || f.reg.of_run != back.reg.of_run)
		__builtin_trap();
	same(f.reg.handler, back.reg.handler);
	same(f.reg.path, back.reg.path);
	same(f.id, back.id);
	same_list(f.reg.args, back.reg.args);
	same_list(f.roots, back.roots);
	return 0;
}
