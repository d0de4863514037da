#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_BYTES 65536
#define DIGEST_BYTES ((CQ_HASH_HEX - 1) / 2)

static void to_hex(const unsigned char digest[DIGEST_BYTES], char ret_hex[CQ_HASH_HEX])
{
    for (int i = 0; i < DIGEST_BYTES; i++)
        snprintf(ret_hex + (size_t)2 * (size_t)i, 3, "%02x", digest[i]);
}

/* Fails only where memory is out or the system's policy took SHA-256 away: nothing could be told apart then. */
static EVP_MD_CTX *begin(void)
{
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    if (!state || !EVP_DigestInit_ex(state, EVP_sha256(), NULL)) {
        fputs("callqa: libcrypto has no SHA-256\n", stderr);
        abort();
    }
    return state;
}

static void finish(EVP_MD_CTX *state, char ret_hex[CQ_HASH_HEX])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    EVP_DigestFinal_ex(state, digest, NULL);
    to_hex(digest, ret_hex);
}

void cq_hash_bytes(const void *bytes, size_t n, char ret_hex[CQ_HASH_HEX])
{
    EVP_MD_CTX *state = begin();
    EVP_DigestUpdate(state, bytes, n);
    finish(state, ret_hex);
    EVP_MD_CTX_free(state);
}

int cq_hash_file(const char *path, char ret_hex[CQ_HASH_HEX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = 0;
    EVP_MD_CTX *state = begin();
    unsigned char *block = malloc(BLOCK_BYTES);
    if (!block) {
        err = -ENOMEM;
        goto out;
    }
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
        EVP_DigestUpdate(state, block, (size_t)n);
    }
    finish(state, ret_hex);
out:
    EVP_MD_CTX_free(state);
    free(block);
    close(fd);
    return err;
}
