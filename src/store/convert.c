#include "store/db.h"

#include <errno.h>
#include <math.h>
#include <string.h>

int64_t cq_db_ms_of(double seconds)
{
    double down = floor(seconds * 1000.0);
    double rest = fma(seconds, 1000.0, -down); /* exact: seconds * 1000.0 alone is rounded */
    int64_t ms = (int64_t)down;
    if (rest > 0.5 || (rest == 0.5 && ms % 2 != 0))
        ms++;
    return ms;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int cq_db_hash_bytes(const char *hex, unsigned char ret_bytes[32])
{
    unsigned char bytes[32];
    if (strlen(hex) != 64)
        return -EINVAL;
    for (int i = 0; i < 32; i++) {
        int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return -EINVAL;
        bytes[i] = (unsigned char)(hi << 4 | lo);
    }
    memcpy(ret_bytes, bytes, sizeof bytes);
    return 0;
}

void cq_db_hash_hex(const void *bytes, char ret_hex[CQ_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *b = bytes;
    for (int i = 0; i < 32; i++) {
        ret_hex[2 * i] = digits[b[i] >> 4];
        ret_hex[2 * i + 1] = digits[b[i] & 15];
    }
    ret_hex[64] = '\0';
}
