#include "base/sha256.h"

#include <sha2.h>

void sha256_hex(const void *data, size_t len, char ret_hex[static 65])
{
	(void)SHA256Data(data, len, ret_hex);
}
