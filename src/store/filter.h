/*
 * store/filter.h - which calls, in which order, with which columns: what query/ parses and select.c turns into
 * SQL. Names are resolved here against fixed tables; nothing that a person typed becomes part of a statement,
 * it is bound to it.
 */
#ifndef CQ_STORE_FILTER_H
#define CQ_STORE_FILTER_H

#include "callqa/error.h"
#include "callqa/party.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a field's values are, and so what they may be compared with. */
enum cq_field_type {
    CQ_FIELD_NUMBER,
    CQ_FIELD_TEXT,
    CQ_FIELD_TIME, /* seconds since 1970 UTC */
    CQ_FIELD_WORD, /* one of a few words, in their order: severity, status, closing_by, record.priority */
    CQ_FIELD_BOOL
};

enum cq_field_kind { CQ_FIELD_OF_CALL, CQ_FIELD_MEASURE, CQ_FIELD_ITEM, CQ_FIELD_SECTION, CQ_FIELD_RECORD };

#define CQ_FIELD_NAME_MAX 80

/* A resolved name. Made by cq_field_find() only. */
struct cq_field {
    enum cq_field_kind kind;
    enum cq_field_type type;
    enum cq_party party; /* of a measure */
    int index;           /* in the table of its kind */
    char name[CQ_FIELD_NAME_MAX];
};

/*
 * "agent", "started_at", "score", "duration_s", "agent.interruptions_per_min", "item.listening",
 * "section.communication", "record.csat". 0 or -ENOENT. Whether a form has such an item is known when the query
 * is opened.
 */
int cq_field_find(const char *name, struct cq_field *ret_field);

/* The i-th name that cq_field_find() knows (items and sections left out), NULL past the last. `ret_unit` and
 * `ret_help` may be NULL. */
const char *cq_field_list(size_t i, const char **ret_unit, const char **ret_help);

/* The number that stands for a word in a WORD or BOOL field; -ENOENT. */
int cq_field_code(const struct cq_field *field, const char *word, int64_t *ret_code);
/* The i-th word of a WORD or BOOL field, NULL past the last. */
const char *cq_field_word(const struct cq_field *field, size_t i);

enum cq_cond_type { CQ_COND_AND, CQ_COND_OR, CQ_COND_NOT, CQ_COND_COMPARE, CQ_COND_NULL, CQ_COND_FLAG };
enum cq_compare { CQ_LT, CQ_LE, CQ_GT, CQ_GE, CQ_EQ, CQ_NE };

/*
 * A condition. A comparison with a field that has no value is neither true nor false, as in SQL: such calls
 * are not found, nor by NOT; CQ_COND_NULL finds them.
 */
struct cq_cond {
    enum cq_cond_type type;
    struct cq_cond *left;  /* AND, OR, NOT; owned */
    struct cq_cond *right; /* AND, OR; owned */
    enum cq_compare compare;
    struct cq_field field; /* COMPARE, NULL: left side */
    bool to_field;         /* COMPARE: with `other` (both numbers), else with the value */
    struct cq_field other;
    double number; /* NUMBER */
    int64_t code;  /* TIME, WORD, BOOL */
    char *text;    /* TEXT, and FLAG's name; owned */
};

/* Deeper trees are refused; a chain of ANDs is as deep as it is long. SQLite takes 1000. */
#define CQ_COND_MAX_DEPTH 400

struct cq_cond *cq_cond_new(enum cq_cond_type type); /* NULL when out of memory */
struct cq_cond *cq_cond_free(struct cq_cond *cond);

/* Where a page ended: the last row's order value and number. */
struct cq_key {
    bool is_null;
    double number;
    const char *text; /* NULL: `number` counts */
    int64_t id;
};

/* How far a call is with its reviewers, as one of them sees it. */
enum cq_review_status {
    CQ_CALL_NEW,     /* nobody has submitted a review of it, and it does not wait for the viewer */
    CQ_CALL_MINE,    /* it waits for the viewer: assigned to them, or a draft of theirs */
    CQ_CALL_DONE,    /* a review of it is submitted or decided */
    CQ_CALL_DISPUTED /* and this one waits for a decision */
};
/* "new", "mine", "done", "disputed"; the reverse gives -ENOENT. Not translated. */
const char *cq_review_status_name(enum cq_review_status status);
int cq_review_status_from_name(const char *name, enum cq_review_status *ret_status);

#define CQ_SELECT_MAX_FLAGS 16
#define CQ_SELECT_MAX_COLUMNS 64

struct cq_select {
    const char *const *flags; /* calls with any of them; borrowed */
    size_t n_flags;
    int min_severity; /* calls with a flag of at least this enum cq_severity; -1: all */
    const char *agent;
    const char *queue;
    const char *viewer;   /* whose view of the reviews rows tell; NULL: rows have none. Borrowed */
    bool all_assigned;    /* rows name all to whom a call is assigned, not the viewer alone */
    int review;           /* enum cq_review_status as the viewer sees it; -1: any */
    const char *assigned; /* calls that wait for this reviewer; NULL: any */
    const char *reviewed; /* calls that this reviewer submitted a review of; NULL: any */
    bool untouched;       /* only calls that nobody is to review, or has begun to */
    int64_t since_s;      /* started at or after; INT64_MIN: any */
    int64_t until_s;      /* started at or before; INT64_MAX: any */
    const struct cq_cond *where;
    struct cq_field order; /* calls without a value come last, whichever way */
    bool ascending;
    int64_t limit; /* -1: all */
    int64_t offset;
    const struct cq_key *after;     /* only rows after this one in the order; or NULL */
    const struct cq_field *columns; /* asked for beside the fixed ones; borrowed */
    size_t n_columns;
};

/* Newest first. */
#define CQ_SELECT_INIT                                                                                         \
    {                                                                                                          \
        .min_severity = -1, .review = -1, .since_s = INT64_MIN, .until_s = INT64_MAX, .limit = -1              \
    }

/* One value of a column. `text` is borrowed until the next row; words of WORD fields come as text. */
struct cq_cell {
    bool is_null;
    enum cq_field_type type;
    double number; /* NUMBER; BOOL: 0 or 1 */
    int64_t time_s;
    const char *text; /* TEXT, WORD */
};

/* One call. Texts are borrowed until the next row and NULL where unknown. */
struct cq_row {
    int64_t id;
    const char *file; /* name of the recording without its folders */
    bool has_started;
    int64_t started_s;
    const char *agent;
    const char *queue;
    double duration_s;
    bool unscorable;
    const char *reason;
    bool has_score; /* `score` and `coverage`, on the current scorecard's scale */
    double score;
    double coverage;
    bool partial;
    int severity;      /* highest of its flags; -1: none */
    const char *flags; /* names, the gravest first, a space between; "" without any */
    bool has_review;   /* the three below; where the select has a viewer */
    enum cq_review_status review;
    const char *assigned; /* names of those for whom it waits, a comma between; or NULL */
    int64_t due_s;        /* the earliest day that this was to be done by; 0: none */
    struct cq_key key;    /* to go on from this row */
    struct cq_cell cells[CQ_SELECT_MAX_COLUMNS];
    size_t n_cells;
};

struct cq_cursor;

/*
 * Run a query. The select and what it points to must live until the cursor is closed. Errors: -ENOENT an item
 * or section that no stored form has, -E2BIG too many conditions, flags or columns, -ECANCELED interrupted, and
 * those of the database.
 */
int cq_select_open(struct cq_store *store, const struct cq_select *sel, struct cq_error *err,
                   struct cq_cursor **ret_cursor);
/* 1 with the next row, 0 at the end, negative errno. */
int cq_select_next(struct cq_cursor *cursor, struct cq_error *err, struct cq_row *ret_row);
struct cq_cursor *cq_select_close(struct cq_cursor *cursor);

/* How many calls the query finds, counted up to `max`; order, limit, offset and columns do not matter. */
int cq_select_count(struct cq_store *store, const struct cq_select *sel, int64_t max, struct cq_error *err,
                    int64_t *ret_n);

/* The plan that SQLite makes of it, a line a step, malloc'd: for tests and for the curious. */
int cq_select_explain(struct cq_store *store, const struct cq_select *sel, struct cq_error *err,
                      char **ret_plan);

/* Every flag that a stored call has now, with the number of calls, by name. */
int cq_store_flags(struct cq_store *store, int (*found)(void *user, const char *flag, int64_t n_calls),
                   void *user, struct cq_error *err);

#endif
