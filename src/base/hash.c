#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

static void to_hex(const unsigned char *digest, char *ret_hex)
{
    sodium_bin2hex(ret_hex, CQ_HASH_HEX, digest, crypto_hash_sha256_BYTES);
}

void cq_hash_bytes(const void *bytes, size_t n, char ret_hex[CQ_HASH_HEX])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, bytes, n);
    to_hex(digest, ret_hex);
}

int cq_hash_file(const char *path, char ret_hex[CQ_HASH_HEX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = 0;
    unsigned char *block = malloc(BLOCK_BYTES);
    if (!block) {
        err = -ENOMEM;
        goto out;
    }
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (;;) {
        ssize_t n = read(fd, block, BLOCK_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err = -errno;
            goto out;
        }
        if (n == 0)
            break;
        crypto_hash_sha256_update(&state, block, (unsigned long long)n);
    }
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&state, digest);
    to_hex(digest, ret_hex);
out:
    free(block);
    close(fd);
    return err;
}
