/*
 * store/records.h - business data of contacts: ticket, promise, resolution, rating. A record is one contact of
 * a customer, known by the telephone system's id; the call with the same external_id (or file name) is its
 * recording, but it may have none. What the rates mean, with examples: docs/records.md.
 */
#ifndef CQ_STORE_RECORDS_H
#define CQ_STORE_RECORDS_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum cq_record_type { CQ_RECORD_IS_TEXT, CQ_RECORD_IS_TIME, CQ_RECORD_IS_NUMBER, CQ_RECORD_IS_PRIORITY };

/* X(id, column, name, type, lowest, highest, meaning): the column of `records`, and the name in files, mappings
 * and queries. Numbers only have limits. Only ever added to, at the end. */
#define CQ_RECORD_FIELDS(X)                                                                                    \
    X(EXTERNAL_ID, "external_id", "external_id", TEXT, 0, 0,                                                   \
      "the telephone system's id of the contact; needed")                                                      \
    X(AGENT, "agent", "agent", TEXT, 0, 0, "agent id")                                                         \
    X(CUSTOMER, "customer", "customer", TEXT, 0, 0, "customer id or number")                                   \
    X(MATTER, "matter", "matter", TEXT, 0, 0, "what it is about: the same word for the same matter")           \
    X(REASON, "reason", "reason", TEXT, 0, 0, "reason of the contact")                                         \
    X(TICKET, "ticket", "ticket", TEXT, 0, 0, "ticket number")                                                 \
    X(ORDER, "order_number", "order_number", TEXT, 0, 0, "order number")                                       \
    X(PRIORITY, "priority", "priority", PRIORITY, 0, 0, "urgent, routine, simple or complex")                  \
    X(STARTED, "started_s", "started_at", TIME, 0, 0, "when the customer made contact")                        \
    X(RESPONDED, "responded_s", "responded_at", TIME, 0, 0, "when it was first answered by a person")          \
    X(PROGRESSED, "progressed_s", "progressed_at", TIME, 0, 0, "when the customer first heard of progress")    \
    X(PROMISED, "promised_s", "promised_at", TIME, 0, 0, "until when a solution was promised")                 \
    X(RESOLVED, "resolved_s", "resolved_at", TIME, 0, 0, "when it was resolved")                               \
    X(WAIT, "wait_s", "wait_s", NUMBER, 0, 86400, "seconds the customer waited for an answer")                 \
    X(AFTER_CALL, "after_call_s", "after_call_s", NUMBER, 0, 86400, "seconds of work after the call")          \
    X(CSAT, "csat", "csat", NUMBER, 1, 5, "satisfaction, 1 to 5")                                              \
    X(NPS, "nps", "nps", NUMBER, 0, 10, "would recommend, 0 to 10")                                            \
    X(PROMISE, "promise", "promise", TEXT, 0, 0, "what the customer was promised")                             \
    X(RESOLUTION, "resolution", "resolution", TEXT, 0, 0, "how it was resolved")

#define CQ_X_RECORD(id, column, name, type, lo, hi, help) CQ_RECORD_##id,
enum cq_record_field { CQ_RECORD_FIELDS(CQ_X_RECORD) CQ_N_RECORD_FIELDS };
#undef CQ_X_RECORD

struct cq_record_info {
    const char *column;
    const char *name; /* in files, mappings and queries: "started_at" for the column started_s */
    enum cq_record_type type;
    double lowest, highest;
    const char *help;
};

const struct cq_record_info *cq_record_info(enum cq_record_field field);
/* -ENOENT */
int cq_record_find(const char *name, enum cq_record_field *ret_field);

enum cq_priority {
    CQ_PRIORITY_URGENT,
    CQ_PRIORITY_ROUTINE,
    CQ_PRIORITY_SIMPLE,
    CQ_PRIORITY_COMPLEX,
    CQ_N_PRIORITIES
};
const char *cq_priority_name(enum cq_priority priority);

struct cq_record_value {
    bool has;
    char *text;    /* TEXT; owned */
    double number; /* NUMBER; TIME and PRIORITY as whole numbers */
};

struct cq_record {
    struct cq_record_value v[CQ_N_RECORD_FIELDS];
};

void cq_record_done(struct cq_record *record);

/* Who says what a record says. */
struct cq_record_source {
    const char *who;  /* the user, for the audit */
    const char *name; /* the file */
};

/*
 * Keep a record of an import. One with a known external_id changes the fields that it has; those that it lacks
 * stay. A change leaves an entry in the audit. Inside the caller's transaction.
 */
int cq_records_put(struct cq_store *store, const struct cq_record *record, const struct cq_record_source *from,
                   struct cq_error *err, enum cq_saved *ret_saved);

/*
 * What the side-cars of a call say now: all of it, so that what an earlier one said and these do not is taken
 * back. A field that an import has set stays the import's, whichever came first. Without an external_id the
 * record is known by the recording's name (by its path where another call has that name). A record without a
 * field of its own is not made. Each change leaves an entry in the audit.
 */
int cq_records_tell(struct cq_store *store, int64_t call, const struct cq_record *record,
                    const struct cq_record_source *from, struct cq_error *err, enum cq_saved *ret_saved);

/* The record of a call: the one that its side-car made, the one with its external_id, or the one with its
 * file's name. -ENOENT. *ret_source (the file that last changed it; "" where that is not known) is malloc'd. */
int cq_records_of_call(struct cq_store *store, int64_t call, struct cq_error *err, struct cq_record *ret_record,
                       char **ret_source);

/* {"ticket": "T1", "csat": 4, ...} of the fields that it has. */
struct cq_json_writer;
void cq_record_write_json(const struct cq_record *record, struct cq_json_writer *w);

/* The JSON of a stored call: that of its analysis, and where it has one its record as the member "record".
 * malloc'd; NULL when out of memory or where the database cannot be read. */
char *cq_records_call_json(struct cq_store *store, int64_t call, const struct cq_analysis *a);

/* n of `of`; no rate where `of` is 0. */
struct cq_rate {
    int64_t n;
    int64_t of;
};

struct cq_mean {
    int64_t n;
    double mean; /* NAN where n is 0 */
    double sd;   /* of the sample; NAN where n < 2 */
};

enum cq_on_time {
    CQ_ON_TIME_ANSWER,  /* answered within 30 s */
    CQ_ON_TIME_URGENT,  /* urgent: first response within 1 h */
    CQ_ON_TIME_ROUTINE, /* routine: first response within 24 h */
    CQ_ON_TIME_SIMPLE,  /* simple: resolved the same day */
    CQ_ON_TIME_COMPLEX, /* complex: progress within 48 h */
    CQ_N_ON_TIME
};

struct cq_records_opts {
    const char *agent; /* NULL: all */
    int64_t since_s;   /* of the contact's start */
    int64_t until_s;
    int64_t end_s;      /* the data reach up to here; INT64_MIN: to the newest time in them */
    double window_days; /* of first-contact resolution */
    double answer_s, urgent_s, routine_s, complex_s;
    double handling_target_s;
};

/* callqa default: the time limits of the appraisal forms */
#define CQ_RECORDS_OPTS_INIT                                                                                   \
    {                                                                                                          \
        .since_s = INT64_MIN, .until_s = INT64_MAX, .end_s = INT64_MIN, .window_days = 7, .answer_s = 30,      \
        .urgent_s = 3600, .routine_s = 86400, .complex_s = 172800, .handling_target_s = 360                    \
    }

struct cq_records_measures {
    int64_t contacts;    /* records in the period */
    struct cq_rate fcr;  /* first contacts without a repeat, of those that are decided */
    int64_t pending;     /* first contacts whose window is not over */
    int64_t repeats;     /* repeat contacts, charged to the agent of the first */
    struct cq_rate loop; /* tickets resolved, and in time where promised; of those resolved or overdue */
    struct cq_rate on_time[CQ_N_ON_TIME];
    struct cq_mean csat;
    struct cq_rate promoters, detractors; /* NPS: 9 and 10; 0 to 6 */
    struct cq_mean handling;              /* s: from the answer to the last word, and the work after the call */
    struct cq_rate handling_in_target;
};

int cq_records_measure(struct cq_store *store, const struct cq_records_opts *opts, struct cq_error *err,
                       struct cq_records_measures *ret_m);

#endif
