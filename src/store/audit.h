/*
 * store/audit.h - who changed what, when, from what to what. Entries are only ever added: triggers refuse
 * anything else, and each entry's hash covers the entry before it, so that a change made around the triggers is
 * found by cq_audit_verify().
 *
 * A change and its entry stand in one transaction:
 *
 *     r = cq_store_begin(s, err);
 *     ... the change ...
 *     r = cq_audit_append(s, &entry, err);
 *     r ? cq_store_rollback(s) : cq_store_commit(s, err)
 */
#ifndef CQ_STORE_AUDIT_H
#define CQ_STORE_AUDIT_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define CQ_AUDIT_MAX_NAME 256       /* bytes of who, action and subject */
#define CQ_AUDIT_MAX_JSON (1 << 20) /* bytes of before and after */

/* One entry. Texts are borrowed. */
struct cq_audit_entry {
    const char *who;     /* a person's or a service's name; never empty */
    const char *action;  /* "review.submit", "records.import": subject and verb, in the program's words */
    const char *subject; /* "call:12", "review:3", "form:skills-form/1.2.0" */
    const char *before;  /* JSON, or NULL where there was nothing */
    const char *after;   /* JSON, or NULL where nothing is left */
};

/*
 * Add an entry, inside the caller's transaction where there is one. -EINVAL an empty name, or text that is no
 * JSON; -EFBIG too long.
 */
int cq_audit_append(struct cq_store *store, const struct cq_audit_entry *entry, struct cq_error *err);

/* An entry as it stands. Borrowed until the callback returns. */
struct cq_audit_row {
    int64_t id; /* 1, 2, 3, ... without a gap */
    int64_t at_s;
    struct cq_audit_entry entry;
    char sha256[CQ_SHA256_HEX];
};

struct cq_audit_filter {
    const char *who;     /* NULL: anybody */
    const char *action;  /* NULL: any; "review" also finds "review.submit" */
    const char *subject; /* NULL: any */
    int64_t since_s;     /* INT64_MIN: any */
    int64_t until_s;     /* INT64_MAX: any */
    int64_t limit;       /* -1: all */
};

#define CQ_AUDIT_FILTER_INIT                                                                                   \
    {                                                                                                          \
        .since_s = INT64_MIN, .until_s = INT64_MAX, .limit = -1                                                \
    }

/* Entries, the newest first. A negative return of the callback ends the list and is returned. */
int cq_audit_list(struct cq_store *store, const struct cq_audit_filter *filter,
                  int (*row)(void *user, const struct cq_audit_row *row), void *user, struct cq_error *err);

struct cq_audit_state {
    int64_t n;                /* entries read */
    int64_t bad;              /* number of the first entry that is wrong; 0: all are right */
    bool cut;                 /* entries at the end are missing */
    char head[CQ_SHA256_HEX]; /* hash of the last entry; "" without any. Written down elsewhere, it proves later
                                 that nothing before it was changed */
};

/*
 * Read all entries and work their hashes out again. Damage is no error: *ret_state tells of it. `head`, where
 * not NULL, is a hash written down earlier: -ENOENT where no entry has it.
 */
int cq_audit_verify(struct cq_store *store, const char *head, struct cq_error *err,
                    struct cq_audit_state *ret_state);

#endif
