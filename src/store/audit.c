/*
 * The hash of an entry is SHA-256 over
 *
 *     "callqa-audit-1" LF  then for each of: previous hash (hex, empty for the first), id, at_s, who, action,
 *     subject, before, after:  its length in bytes as decimal digits, ':', its bytes, LF ("-" LF for NULL)
 *
 * Lengths stand before the texts so that no two entries give the same bytes. Entries that were cut off at the
 * end leave a right chain; SQLite's own count of the highest number ever used (AUTOINCREMENT) tells of them,
 * and the head that somebody wrote down.
 */
#include "store/audit.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "store/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void add_field(struct cq_str *out, const char *text)
{
    if (text)
        cq_str_printf(out, "%zu:%s\n", strlen(text), text);
    else
        cq_str_add(out, "-\n");
}

static void add_int(struct cq_str *out, int64_t v)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)v);
    add_field(out, text);
}

static int hash_row(const struct cq_audit_row *row, const char *previous, char ret_hex[CQ_SHA256_HEX])
{
    struct cq_str text = {0};
    cq_str_add(&text, "callqa-audit-1\n");
    add_field(&text, previous);
    add_int(&text, row->id);
    add_int(&text, row->at_s);
    add_field(&text, row->entry.who);
    add_field(&text, row->entry.action);
    add_field(&text, row->entry.subject);
    add_field(&text, row->entry.before);
    add_field(&text, row->entry.after);
    int r = text.failed ? -ENOMEM : 0;
    if (!r)
        cq_hash_bytes(text.s, text.n, ret_hex);
    cq_str_done(&text);
    return r;
}

static int check_name(const char *what, const char *v, struct cq_error *err)
{
    if (!v || !*v)
        return cq_error_set(err, -EINVAL, NULL, 0, "an audit entry needs its %s", what);
    if (strlen(v) > CQ_AUDIT_MAX_NAME)
        return cq_error_set(err, -EFBIG, NULL, 0, "the %s of an audit entry is longer than %d bytes", what,
                            CQ_AUDIT_MAX_NAME);
    return 0;
}

static int check_json(const char *text, struct cq_error *err)
{
    struct cq_json_doc *doc = NULL;
    if (!text)
        return 0;
    if (strlen(text) > CQ_AUDIT_MAX_JSON)
        return cq_error_set(err, -EFBIG, NULL, 0, "an audit entry is longer than %d bytes", CQ_AUDIT_MAX_JSON);
    int r = cq_json_parse("audit", text, strlen(text), err, &doc);
    cq_json_free(doc);
    return r == -EBADMSG ? -EINVAL : r;
}

static int check_entry(const struct cq_audit_entry *e, struct cq_error *err)
{
    int r = check_name("author", e->who, err);
    if (!r)
        r = check_name("action", e->action, err);
    if (!r)
        r = check_name("subject", e->subject, err);
    if (!r)
        r = check_json(e->before, err);
    return r ? r : check_json(e->after, err);
}

/* Number and hash of the last entry; 0 and "" where there is none. */
static int last_entry(struct cq_store *s, struct cq_error *err, int64_t *ret_id, char ret_hex[CQ_SHA256_HEX])
{
    struct cq_db_st q = cq_db_st(s, "SELECT id, lower(hex(sha256)) FROM audit ORDER BY id DESC LIMIT 1");
    int r = cq_db_step(&q, err);
    *ret_id = 0;
    *ret_hex = '\0';
    if (r > 0) {
        *ret_id = cq_db_get_int(&q, 0);
        cq_db_get_chars(&q, 1, ret_hex, CQ_SHA256_HEX);
        cq_db_reset(&q);
    }
    return r < 0 ? r : 0;
}

static int insert(struct cq_store *s, const struct cq_audit_row *row, struct cq_error *err)
{
    unsigned char hash[32];
    int r = cq_db_hash_bytes(row->sha256, hash);
    if (r)
        return r;
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO audit(id, at_s, who, action, subject, before_json, after_json, sha256)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, row->id);
    cq_db_int(&q, row->at_s);
    cq_db_text(&q, row->entry.who);
    cq_db_text(&q, row->entry.action);
    cq_db_text(&q, row->entry.subject);
    cq_db_text(&q, row->entry.before);
    cq_db_text(&q, row->entry.after);
    cq_db_blob(&q, hash, sizeof hash);
    return cq_db_run(&q, err);
}

int cq_audit_append(struct cq_store *store, const struct cq_audit_entry *entry, struct cq_error *err)
{
    struct cq_audit_row row = {.at_s = cq_time_now_s(), .entry = *entry};
    char previous[CQ_SHA256_HEX];
    int64_t last;
    int r = check_entry(entry, err);
    if (r)
        return r;
    r = cq_db_begin(store, err); /* nobody else may add between the look at the last entry and the insert */
    if (r)
        return r;
    r = last_entry(store, err, &last, previous);
    row.id = last + 1;
    if (!r)
        r = hash_row(&row, previous, row.sha256);
    if (!r)
        r = insert(store, &row, err);
    return cq_db_end(store, r, err);
}

static void read_row(const struct cq_db_st *q, struct cq_audit_row *row)
{
    *row = (struct cq_audit_row){
        .id = cq_db_get_int(q, 0),
        .at_s = cq_db_get_int(q, 1),
        .entry = {.who = cq_db_peek_text(q, 2),
                  .action = cq_db_peek_text(q, 3),
                  .subject = cq_db_peek_text(q, 4),
                  .before = cq_db_peek_text(q, 5),
                  .after = cq_db_peek_text(q, 6)},
    };
    cq_db_get_chars(q, 7, row->sha256, sizeof row->sha256);
}

#define ROW "SELECT id, at_s, who, action, subject, before_json, after_json, lower(hex(sha256)) FROM audit"

int cq_audit_list(struct cq_store *store, const struct cq_audit_filter *f,
                  int (*row)(void *user, const struct cq_audit_row *row), void *user, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(store, ROW " WHERE (?1 IS NULL OR who = ?1) AND (?2 IS NULL OR action = ?2 OR"
                            " substr(action, 1, length(?2) + 1) = ?2 || '.') AND (?3 IS NULL OR subject = ?3)"
                            " AND at_s >= ?4 AND at_s <= ?5 ORDER BY id DESC LIMIT ?6");
    struct cq_audit_row one;
    cq_db_text(&q, f->who);
    cq_db_text(&q, f->action);
    cq_db_text(&q, f->subject);
    cq_db_int(&q, f->since_s);
    cq_db_int(&q, f->until_s);
    cq_db_int(&q, f->limit);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        read_row(&q, &one);
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

/* The highest number that any entry ever had. */
static int highest(struct cq_store *s, struct cq_error *err, int64_t *ret_id)
{
    struct cq_db_st q = cq_db_st(s, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'");
    int r = cq_db_one_int(&q, err, ret_id);
    if (r != -ENOENT)
        return r;
    *ret_id = 0;
    return 0;
}

int cq_audit_verify(struct cq_store *store, const char *head, struct cq_error *err,
                    struct cq_audit_state *ret_state)
{
    struct cq_audit_state st = {0};
    struct cq_db_st q = cq_db_st(store, ROW " ORDER BY id");
    struct cq_audit_row row;
    bool seen = !head;
    int64_t top = 0;
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        char hex[CQ_SHA256_HEX];
        read_row(&q, &row);
        r = hash_row(&row, st.head, hex);
        if (r)
            break;
        if (!st.bad && (row.id != st.n + 1 || strcmp(hex, row.sha256)))
            st.bad = row.id;
        seen = seen || !strcmp(head, row.sha256);
        memcpy(st.head, row.sha256, sizeof st.head);
        st.n++;
    }
    cq_db_reset(&q);
    if (!r)
        r = highest(store, err, &top);
    if (r)
        return r;
    st.cut = top != (st.n ? row.id : 0);
    *ret_state = st;
    if (!seen)
        return cq_error_set(err, -ENOENT, NULL, 0,
                            "no entry has the hash that was written down: the record was changed or cut");
    return 0;
}
