#include "format/edit.h"

void edit_apply(struct buf *out, const char *text, size_t len, const struct edit *v, size_t n)
{
	uint32_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].from < at || v[i].to < v[i].from || v[i].to > len) {
			out->failed = true;
			return;
		}
		buf_put(out, text + at, v[i].from - at);
		buf_put(out, v[i].text, v[i].len);
		at = v[i].to;
	}
	buf_put(out, text + at, len - at);
}
