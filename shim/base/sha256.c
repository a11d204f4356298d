#include "base/sha256.h"

#include <sha2.h>

void sha256_hex(const void *data, size_t len, char ret_hex[static 65])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t digest[SHA256_SIZE];

	if (!sha256_x86_there()) {
		(void)SHA256Data(data, len, ret_hex);
		return;
	}
	sha256_x86(data, len, digest);
	for (int i = 0; i < SHA256_SIZE; i++) {
		ret_hex[2 * i] = hex[digest[i] >> 4];
		ret_hex[2 * i + 1] = hex[digest[i] & 15];
	}
	ret_hex[64] = '\0';
}
