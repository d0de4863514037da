#include "base/secret.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#define TOKEN_BYTES 32

static_assert(CQ_SECRET_HASH_MAX >= crypto_pwhash_STRBYTES, "a password hash fits");
static_assert(CQ_SECRET_TOKEN_HEX == TOKEN_BYTES * 2 + 1, "a token fits");

int cq_secret_init(void)
{
    return sodium_init() < 0 ? -EIO : 0;
}

int cq_secret_hash(const char *password, char ret_hash[CQ_SECRET_HASH_MAX])
{
    size_t n = strlen(password);
    if (n > CQ_SECRET_MAX_PASSWORD)
        return -E2BIG;
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(hash, password, n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE))
        return -ENOMEM;
    memcpy(ret_hash, hash, sizeof hash);
    return 0;
}

bool cq_secret_check(const char *hash, const char *password)
{
    size_t n = strlen(password);
    if (n > CQ_SECRET_MAX_PASSWORD)
        return false;
    if (hash)
        return crypto_pwhash_str_verify(hash, password, n) == 0;
    char waste[CQ_SECRET_HASH_MAX];
    (void)cq_secret_hash(password, waste);
    return false;
}

void cq_secret_token(char ret_hex[CQ_SECRET_TOKEN_HEX])
{
    unsigned char bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(ret_hex, CQ_SECRET_TOKEN_HEX, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
}

bool cq_secret_equal(const char *a, const char *b)
{
    size_t n = strlen(a);
    return n == strlen(b) && sodium_memcmp(a, b, n) == 0;
}

void cq_secret_wipe(void *bytes, size_t n)
{
    sodium_memzero(bytes, n);
}
