#include "store/peaks.h"

#include "base/error.h"
#include "store/db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cq_peaks_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_peaks *ret_peaks)
{
    struct cq_db_st q = cq_db_st(s, "SELECT channels, n, levels FROM peaks WHERE call_id = ?");
    cq_db_int(&q, call);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    int64_t channels = cq_db_get_int(&q, 0), n = cq_db_get_int(&q, 1);
    size_t bytes = (size_t)sqlite3_column_bytes(q.st, 2);
    const void *levels = sqlite3_column_blob(q.st, 2);
    if (channels < 1 || channels > 2 || n < 0 || n > CQ_PEAKS_MAX || bytes != (size_t)(channels * n)) {
        r = cq_error_set(err, -EBADMSG, s->path, 0, "the stored shape of call %lld is damaged",
                         (long long)call);
        goto out;
    }
    struct cq_peaks p = {.channels = (int)channels, .n = (int)n, .levels = malloc(bytes ? bytes : 1)};
    r = p.levels ? 0 : -ENOMEM;
    if (r)
        goto out;
    if (bytes)
        memcpy(p.levels, levels, bytes);
    *ret_peaks = p;
out:
    cq_db_reset(&q);
    return r;
}

int cq_peaks_save(struct cq_store *s, int64_t call, const struct cq_peaks *p, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO peaks(call_id, channels, n, levels) VALUES(?, ?, ?, ?)"
                    " ON CONFLICT(call_id) DO UPDATE SET channels = excluded.channels, n = excluded.n,"
                    " levels = excluded.levels");
    cq_db_int(&q, call);
    cq_db_int(&q, p->channels);
    cq_db_int(&q, p->n);
    cq_db_blob(&q, p->levels, (size_t)p->channels * (size_t)p->n);
    return cq_db_run(&q, err);
}
