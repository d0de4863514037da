/* A call by what a person types. */
#include "store/db.h"

#include "base/error.h"
#include "base/number.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIN_HASH_DIGITS 4
#define MAX_LISTED 5

/* One hit is the answer; more are listed. 1 means none. */
static int take_hits(struct cq_db_st *q, const char *key, const char *what, struct cq_error *err,
                     int64_t *ret_call)
{
    struct cq_str list = {0};
    int64_t id = 0, n = 0;
    int r;
    while ((r = cq_db_step(q, err)) > 0) {
        int64_t call = cq_db_get_int(q, 0);
        if (n && call == id)
            continue;
        id = call;
        if (n++ < MAX_LISTED)
            cq_str_printf(&list, "%s%lld", n > 1 ? ", " : "", (long long)call);
    }
    if (!r && n > 1)
        r = cq_error_set(err, -EEXIST, NULL, 0, "%s '%s' fits several calls: %s%s; give a call's number", what,
                         key, list.s ? list.s : "", n > MAX_LISTED ? ", ..." : "");
    cq_str_done(&list);
    if (r)
        return r;
    if (n == 0)
        return 1;
    *ret_call = id;
    return 0;
}

static int by_number(struct cq_store *s, const char *key, struct cq_error *err, int64_t *ret_call)
{
    int64_t id;
    if (strspn(key, "0123456789") != strlen(key) || cq_number_parse_int(key, strlen(key), &id))
        return 1;
    struct cq_db_st q = cq_db_st(s, "SELECT id FROM calls WHERE id = ?");
    cq_db_int(&q, id);
    return take_hits(&q, key, "number", err, ret_call);
}

/* All hashes that begin with these digits lie between the digits followed by zeros and by f's. */
static int by_hash(struct cq_store *s, const char *key, struct cq_error *err, int64_t *ret_call)
{
    size_t n = strlen(key);
    char hex[CQ_SHA256_HEX];
    unsigned char low[32], high[32];
    if (n < MIN_HASH_DIGITS || n > 64 || strspn(key, "0123456789abcdefABCDEF") != n)
        return 1;
    memset(hex, '0', 64);
    hex[64] = '\0';
    memcpy(hex, key, n);
    (void)cq_db_hash_bytes(hex, low);
    memset(hex + n, 'f', 64 - n);
    (void)cq_db_hash_bytes(hex, high);
    struct cq_db_st q = cq_db_st(s, "SELECT id FROM calls WHERE sha256 BETWEEN ? AND ? LIMIT 100");
    cq_db_blob(&q, low, sizeof low);
    cq_db_blob(&q, high, sizeof high);
    return take_hits(&q, key, "hash", err, ret_call);
}

static int by_path(struct cq_store *s, const char *key, struct cq_error *err, int64_t *ret_call)
{
    char *whole = NULL;
    int r = cq_path_absolute(key, &whole);
    if (r == -ENOMEM)
        return r;
    struct cq_db_st full = cq_db_st(
        s, "SELECT call_id FROM call_paths WHERE name = ? AND path IN (?, ?) ORDER BY call_id LIMIT 100");
    cq_db_text(&full, cq_path_base(key));
    cq_db_text(&full, key);
    cq_db_text(&full, whole); /* NULL, and equal to nothing, where there is no such folder */
    r = take_hits(&full, key, "path", err, ret_call);
    free(whole);
    if (r != 1)
        return r;
    /* stored as "/calls/2026/a.wav", asked for as "2026/a.wav" or "a.wav" */
    struct cq_db_st tail =
        cq_db_st(s, "SELECT DISTINCT call_id FROM call_paths WHERE name = ?1"
                    " AND substr(path, -1 - length(?2)) = '/' || ?2 ORDER BY call_id LIMIT 100");
    cq_db_text(&tail, cq_path_base(key));
    cq_db_text(&tail, key);
    return take_hits(&tail, key, "file name", err, ret_call);
}

/* Is `path` a file that can be read, from here or from the folder of the database? -ENOENT. */
static int locate(const struct cq_store *s, const char *path, char **ret_path)
{
    char *found = path[0] == '/' ? cq_str_dup(path) : NULL;
    int r = found ? 0 : path[0] == '/' ? -ENOMEM : cq_path_absolute(path, &found);
    if (!r && access(found, R_OK)) {
        free(found);
        found = NULL;
        r = -ENOENT;
    }
    if (r && r != -ENOMEM && path[0] != '/') {
        char *beside = cq_str_format("%.*s%s", (int)(cq_path_base(s->path) - s->path), s->path, path);
        r = beside ? cq_path_absolute(beside, &found) : -ENOMEM;
        free(beside);
        if (!r && access(found, R_OK)) {
            free(found);
            r = -ENOENT;
        }
    }
    if (!r)
        *ret_path = found;
    return r == -ENOMEM ? r : r ? -ENOENT : 0;
}

int cq_store_find_recording(struct cq_store *store, int64_t call, struct cq_error *err, char **ret_path)
{
    struct cq_db_st q = cq_db_st(store, "SELECT path FROM call_paths WHERE call_id = ?"
                                        " ORDER BY analysed DESC, substr(path, 1, 1) <> '/', path");
    char first[sizeof err->file] = "";
    int r, found = -ENOENT;
    cq_db_int(&q, call);
    while (found == -ENOENT && (r = cq_db_step(&q, err)) > 0) {
        const char *path = cq_db_peek_text(&q, 0);
        if (!first[0])
            snprintf(first, sizeof first, "%s", path);
        found = locate(store, path, ret_path);
    }
    cq_db_reset(&q);
    if (found == -ENOENT && r < 0)
        return r;
    if (found == -ENOENT)
        return cq_error_set(
            err, -ENOENT, first, 0,
            "the recording is not there any more; put it back, or analyse it where it lies now");
    return found;
}

static int by_external_id(struct cq_store *s, const char *key, struct cq_error *err, int64_t *ret_call)
{
    struct cq_db_st q = cq_db_st(s, "SELECT id FROM calls WHERE external_id = ? ORDER BY id LIMIT 100");
    cq_db_text(&q, key);
    return take_hits(&q, key, "external id", err, ret_call);
}

int cq_store_find_call(struct cq_store *store, const char *key, struct cq_error *err, int64_t *ret_call)
{
    int (*const ways[])(struct cq_store *, const char *, struct cq_error *,
                        int64_t *) = {by_number, by_path, by_hash, by_external_id};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int r = ways[i](store, key, err, ret_call);
        if (r != 1)
            return r;
    }
    return cq_error_set(err, -ENOENT, NULL, 0,
                        "no call '%s'; 'callqa list' shows numbers, a path or a hash's first digits do too",
                        key);
}
