/* store/record_row.h - private: a row of `records`, with what stands beside its fields. */
#ifndef CQ_STORE_RECORD_ROW_H
#define CQ_STORE_RECORD_ROW_H

#include "store/db.h"
#include "store/records.h"

/*
 * The number of the record of a call `c`: the one that its side-car made, else the one with its external_id,
 * else one that is known by its file's name. A name that several calls have is the first one's.
 */
#define CQ_RECORD_OF_CALL                                                                                      \
    "coalesce((SELECT r.id FROM records r WHERE r.call_id = c.id),"                                            \
    " (SELECT r.id FROM records r WHERE r.external_id = c.external_id),"                                       \
    " (SELECT r.id FROM call_paths p JOIN records r ON r.external_id = p.name WHERE p.call_id = c.id"          \
    " AND r.call_id IS NULL AND p.call_id = (SELECT min(q.call_id) FROM call_paths q WHERE q.name = p.name)"   \
    " ORDER BY p.path LIMIT 1))"

struct cq_record_row {
    int64_t id;   /* 0: not stored yet */
    int64_t call; /* whose side-car made it; 0 */
    bool imported;
    char *sidecar_fields; /* names, with commas between them; NULL */
    char *source;
    struct cq_record record;
};

void cq_record_row_done(struct cq_record_row *row);
/* -ENOENT */
int cq_record_row_by_key(struct cq_store *s, const char *external_id, struct cq_error *err,
                         struct cq_record_row *ret);
int cq_record_row_of_call(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_record_row *ret);
/* A new row where it has no id. */
int cq_record_row_write(struct cq_store *s, const struct cq_record_row *row, struct cq_error *err);

bool cq_record_same_value(int field, const struct cq_record_value *a, const struct cq_record_value *b);
bool cq_record_is_named(const char *list, const char *name); /* list may be NULL */

/* old or now may be NULL. */
int cq_record_audit(struct cq_store *s, const struct cq_record_source *from, const char *action,
                    const struct cq_record *old, const struct cq_record *now, struct cq_error *err);

#endif
