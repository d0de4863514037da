/*
 * Zone files hold every change of a zone's offset up to 2037 (Debian builds them in full); later times are
 * looked up 28 years before, when the calendar and with it the rules fall on the same days.
 */
#include "watch/zone.h"

#include "base/number.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE_BYTES (256u << 10) /* the largest zone file of tzdata has 4 KB */
#define MAX_CHANGES 4096
#define MAX_NAME 64
#define HEAD_BYTES 44
#define CYCLE_S (28LL * 365 * 86400 + 7 * 86400) /* 28 years with their 7 leap days */
#define LAST_LISTED_S 2145916800LL               /* 2038-01-01 */

struct change {
    int64_t at_s;
    int offset_s;
};

struct cq_zone {
    int first_offset_s; /* before the first change */
    struct change *v;
    size_t n;
};

struct cq_zone *cq_zone_free(struct cq_zone *zone)
{
    if (zone)
        free(zone->v);
    free(zone);
    return NULL;
}

static int64_t big_endian(const unsigned char *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    if (n == 4)
        return (int32_t)(uint32_t)v;
    return (int64_t)v;
}

struct head {
    int64_t n_utc, n_std, n_leap, n_times, n_types, n_chars;
};

static int read_head(const unsigned char *p, size_t n, struct head *h)
{
    if (n < HEAD_BYTES || memcmp(p, "TZif", 4))
        return -EBADMSG;
    int64_t *const fields[] = {&h->n_utc, &h->n_std, &h->n_leap, &h->n_times, &h->n_types, &h->n_chars};
    for (int i = 0; i < 6; i++) {
        *fields[i] = big_endian(p + 20 + 4 * i, 4);
        if (*fields[i] < 0 || *fields[i] > MAX_CHANGES)
            return -EBADMSG;
    }
    return h->n_types ? 0 : -EBADMSG;
}

static size_t body_bytes(const struct head *h, int time_bytes)
{
    return (size_t)(h->n_times * (time_bytes + 1) + h->n_types * 6 + h->n_chars + h->n_leap * (time_bytes + 4) +
                    h->n_std + h->n_utc);
}

static int read_body(const unsigned char *p, const struct head *h, struct cq_zone *z)
{
    const unsigned char *index = p + h->n_times * 8, *types = index + h->n_times;
    z->v = calloc((size_t)h->n_times + 1, sizeof *z->v);
    if (!z->v)
        return -ENOMEM;
    z->first_offset_s = (int)big_endian(types, 4);
    for (int64_t i = 0; i < h->n_times; i++) {
        if (index[i] >= h->n_types)
            return -EBADMSG;
        z->v[i] = (struct change){big_endian(p + i * 8, 8), (int)big_endian(types + index[i] * 6, 4)};
    }
    z->n = (size_t)h->n_times;
    return 0;
}

/* The second block of a version 2 file has times of 64 bits; files of version 1 are no longer made. */
static int parse(const unsigned char *p, size_t n, struct cq_zone *z)
{
    struct head h;
    int r = read_head(p, n, &h);
    if (r)
        return r;
    size_t skip = HEAD_BYTES + body_bytes(&h, 4);
    if (p[4] < '2' || skip > n)
        return -EBADMSG;
    r = read_head(p + skip, n - skip, &h);
    if (r)
        return r;
    if (HEAD_BYTES + body_bytes(&h, 8) > n - skip)
        return -EBADMSG;
    return read_body(p + skip + HEAD_BYTES, &h, z);
}

/* "+08:00", "-0330", "+8" */
static int parse_fixed(const char *name, int *ret_offset_s)
{
    int64_t h = 0, m = 0;
    const char *digits = name + 1, *colon = strchr(digits, ':');
    size_t n = colon ? (size_t)(colon - digits) : strlen(digits) > 2 ? strlen(digits) - 2 : strlen(digits);
    const char *minutes = colon ? colon + 1 : digits + n;
    if (cq_number_parse_int(digits, n, &h) || (*minutes && cq_number_parse_int(minutes, strlen(minutes), &m)))
        return -EINVAL;
    if (h < 0 || h > 14 || m < 0 || m > 59)
        return -EINVAL;
    *ret_offset_s = (int)(h * 3600 + m * 60) * (*name == '-' ? -1 : 1);
    return 0;
}

static bool is_plain_name(const char *name)
{
    return strlen(name) <= MAX_NAME && name[0] != '/' && !strstr(name, "..") &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(name);
}

static int load(const char *name, struct cq_zone *z)
{
    char *path = NULL, *text = NULL;
    size_t n = 0;
    if (name && *name && !is_plain_name(name))
        return -EINVAL;
    path = name && *name ? cq_path_join("/usr/share/zoneinfo", name) : cq_path_join("/etc", "localtime");
    if (!path)
        return -ENOMEM;
    int r = cq_path_read(path, MAX_FILE_BYTES, &text, &n);
    if (r == -ENOENT && !(name && *name))
        r = 0; /* a machine without the file keeps UTC */
    else if (!r)
        r = parse((const unsigned char *)text, n, z);
    free(text);
    free(path);
    return r == -EISDIR ? -ENOENT : r;
}

int cq_zone_new(const char *name, struct cq_zone **ret_zone)
{
    struct cq_zone *z = calloc(1, sizeof *z);
    if (!z)
        return -ENOMEM;
    int r = 0;
    if (name && (*name == '+' || *name == '-'))
        r = parse_fixed(name, &z->first_offset_s);
    else if (!name || (strcmp(name, "UTC") && strcmp(name, "Z")))
        r = load(name, z);
    if (r) {
        cq_zone_free(z);
        return r;
    }
    *ret_zone = z;
    return 0;
}

int cq_zone_offset_s(const struct cq_zone *z, int64_t utc_s)
{
    while (utc_s >= LAST_LISTED_S)
        utc_s -= CYCLE_S;
    size_t low = 0, high = z->n; /* changes before `low` have happened */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (z->v[mid].at_s <= utc_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? z->v[low - 1].offset_s : z->first_offset_s;
}

int64_t cq_zone_to_utc(const struct cq_zone *z, int64_t civil_s)
{
    /* the offsets in force a day before and after enclose any change */
    int before = cq_zone_offset_s(z, civil_s - 86400), after = cq_zone_offset_s(z, civil_s + 86400);
    int64_t first = civil_s - before, second = civil_s - after;
    if (cq_zone_offset_s(z, first) == before)
        return first;
    return cq_zone_offset_s(z, second) == after ? second : first;
}
