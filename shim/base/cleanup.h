/* Scope cleanup: what a variable owns is released when it goes out of scope,
 * unless it is handed on with TAKE_PTR or TAKE_FD. */
#ifndef RUNCLAMP_BASE_CLEANUP_H
#define RUNCLAMP_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fdp(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cleanup_dirp(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static inline void cleanup_filep(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

#define CLEANUP_FREE __attribute__((cleanup(cleanup_freep)))
#define CLEANUP_FD __attribute__((cleanup(cleanup_fdp)))
#define CLEANUP_DIR __attribute__((cleanup(cleanup_dirp)))
#define CLEANUP_FILE __attribute__((cleanup(cleanup_filep)))

/* The value, with the variable emptied: ownership moves to the caller. */
#define TAKE_PTR(p)                                                                                          \
	({                                                                                                   \
		__typeof__(p) take_ = (p);                                                                   \
		(p) = NULL;                                                                                  \
		take_;                                                                                       \
	})
#define TAKE_FD(fd)                                                                                          \
	({                                                                                                   \
		int take_ = (fd);                                                                            \
		(fd) = -1;                                                                                   \
		take_;                                                                                       \
	})

/* A large buffer that is written before it is read: exempt from the zeroing of
 * automatic variables, which was a tenth of a create's cost. */
#define UNFILLED __attribute__((uninitialized))
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
