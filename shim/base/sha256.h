/* SHA-256 of a byte string as 64 lower-case hex digits and a NUL (libmd). */
#ifndef RUNCLAMP_BASE_SHA256_H
#define RUNCLAMP_BASE_SHA256_H

#include <stddef.h>

void sha256_hex(const void *data, size_t len, char ret_hex[static 65]);

#endif
