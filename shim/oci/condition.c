#include "oci/condition.h"
#include "base/text.h"

static int read_one(const struct jread *r, uint32_t tok, struct condition *ret)
{
	static const char *const keys[] = {"index", "value", "valueTwo", "op", NULL};
	uint32_t key[ARRAY_LEN(keys)];
	uint64_t index, value, two = 0;
	struct jread in;
	const char *s;
	size_t len;

	if (jread_object(&in, r, tok, "a condition", keys, key) ||
	    jread_u64(&in, key[0], "index", COND_ARGS - 1, &index) ||
	    jread_u64(&in, key[1], "value", UINT64_MAX, &value) ||
	    (key[2] && jread_u64(&in, key[2], "valueTwo", UINT64_MAX, &two)) ||
	    jread_string(&in, key[3], "op", &s, &len))
		return -1;
	int op = cond_op_from_name(s, len);
	if (op < 0) {
		char shown[80];

		return jread_fail(r, key[3], "unknown operator \"%s\"",
				  text_show(shown, sizeof(shown), s, len));
	}
	/* Docker writes "valueTwo": 0 beside every operator. */
	ret->index = (unsigned)index;
	ret->cond = (struct cond){(enum cond_op)op, value, op == COND_MASKED_EQ ? two : 0};
	return 0;
}

int conditions_read(const struct jread *r, uint32_t array, struct condition ret[static COND_ARGS],
		    uint32_t *ret_n, bool *ret_repeated)
{
	unsigned used = 0;

	if (jread_type(r, array, JTOK_ARRAY, "args"))
		return -1;
	if (r->doc->tok[array].count > COND_ARGS)
		return jread_fail(r, array,
				  "more than %d conditions in one entry: some runtimes drop the rest",
				  COND_ARGS);
	*ret_repeated = false;
	JREAD_EACH(i, t, r->doc, array)
	{
		if (read_one(r, t, &ret[i]))
			return -1;
		*ret_repeated |= used >> ret[i].index & 1;
		used |= 1u << ret[i].index;
	}
	*ret_n = r->doc->tok[array].count;
	return 0;
}

void conditions_write(const struct conj *c, struct buf *out)
{
	const char *before = ",\"args\":[";

	for (unsigned i = 0; i < COND_ARGS; i++) {
		if (!(c->used >> i & 1))
			continue;
		buf_puts(out, before);
		buf_puts(out, "{\"index\":");
		buf_u64(out, i);
		buf_puts(out, ",\"value\":");
		buf_u64(out, c->arg[i].value);
		if (c->arg[i].op == COND_MASKED_EQ) {
			buf_puts(out, ",\"valueTwo\":");
			buf_u64(out, c->arg[i].value_two);
		}
		buf_puts(out, ",\"op\":\"");
		buf_puts(out, cond_op_name(c->arg[i].op));
		buf_puts(out, "\"}");
		before = ",";
	}
	if (c->used)
		buf_putc(out, ']');
}
