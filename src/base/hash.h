/* base/hash.h - SHA-256 (libcrypto, which uses the processor's instructions for it). */
#ifndef CQ_BASE_HASH_H
#define CQ_BASE_HASH_H

#include <stddef.h>

#define CQ_HASH_HEX 65

/* Lower-case hex of SHA-256 over bytes[0..n). */
void cq_hash_bytes(const void *bytes, size_t n, char ret_hex[CQ_HASH_HEX]);

/* The same over a file's content, read in blocks. Returns 0 or negative errno. */
int cq_hash_file(const char *path, char ret_hex[CQ_HASH_HEX]);

#endif
