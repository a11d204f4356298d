/* SHA-256 of a byte string as 64 lower-case hex digits and a NUL. */
#ifndef RUNCLAMP_BASE_SHA256_H
#define RUNCLAMP_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32 };

void sha256_hex(const void *data, size_t len, char ret_hex[static 65]);

/* By the processor's own instructions, where it has them; else libmd does it. */
bool sha256_x86_there(void);
void sha256_x86(const void *data, size_t len, uint8_t ret[static SHA256_SIZE]);

#endif
