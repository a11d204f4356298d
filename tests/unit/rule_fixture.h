/* Rules for a call, as short as a table wants them. */
#ifndef TESTS_RULE_FIXTURE_H
#define TESTS_RULE_FIXTURE_H

#include "model/profile.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ALLOW                                                                                                \
	{                                                                                                    \
		ACT_ALLOW, 0                                                                                 \
	}
#define LOG                                                                                                  \
	{                                                                                                    \
		ACT_LOG, 0                                                                                   \
	}
#define EP                                                                                                   \
	{                                                                                                    \
		ACT_ERRNO, EPERM                                                                             \
	}
#define NOSYS                                                                                                \
	{                                                                                                    \
		ACT_ERRNO, ENOSYS                                                                            \
	}
#define KILL                                                                                                 \
	{                                                                                                    \
		ACT_KILL_THREAD, 0                                                                           \
	}
#define A(n, op, v) .used = 1 << (n), .arg = {[n] = {op, v, 0}}
#define MASKED(m, v) .used = 1, .arg = {{COND_MASKED_EQ, m, v}}
#define ALWAYS .used = 0

static const struct action allow = ALLOW, eperm = EP;
static int id_read, id_socket;

static inline int set_up(void **state)
{
	(void)state;
	id_read = sys_lookup("read", 4);
	id_socket = sys_lookup("socket", 6);
	return 0;
}

static inline void make(struct profile *p, struct arena *arena, struct action def, archset archs,
			const struct rule *rules, size_t n)
{
	struct err err = {0};

	profile_init(p, def, archs);
	assert_int_equal(profile_set_rules(p, arena, id_socket, rules, n, RULES_LIBSECCOMP, &err), 0);
}

#endif
