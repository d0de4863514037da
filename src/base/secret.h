/* base/secret.h - passwords, random tokens and what is kept of them (libsodium). Safe from any thread. */
#ifndef CQ_BASE_SECRET_H
#define CQ_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Prepare libsodium; the functions below need it once before threads start. 0 or -EIO. */
int cq_secret_init(void);

#define CQ_SECRET_HASH_MAX 128      /* of a stored password, with its terminator */
#define CQ_SECRET_TOKEN_HEX 65      /* 256 random bits as hex */
#define CQ_SECRET_MIN_PASSWORD 10   /* bytes */
#define CQ_SECRET_MAX_PASSWORD 1024 /* bytes; longer ones are refused rather than hashed */

/*
 * Argon2id with libsodium's "interactive" cost (64 MiB, two passes): some 0.1 s. The text carries its own salt
 * and cost. -ENOMEM, -E2BIG.
 */
int cq_secret_hash(const char *password, char ret_hash[CQ_SECRET_HASH_MAX]);

/* In constant time for its length. `hash` NULL takes as long and is false: who asks learns no names. */
bool cq_secret_check(const char *hash, const char *password);

void cq_secret_token(char ret_hex[CQ_SECRET_TOKEN_HEX]);

/* Compare in constant time. */
bool cq_secret_equal(const char *a, const char *b);

/* Overwrite in a way that the compiler keeps. */
void cq_secret_wipe(void *bytes, size_t n);

#endif
