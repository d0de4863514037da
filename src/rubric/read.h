/* rubric/read.h - checked reading of a rubric file's objects. Private to rubric. */
#ifndef CQ_RUBRIC_READ_H
#define CQ_RUBRIC_READ_H

#include "rubric/model.h"

/*
 * The first error sticks: `status` turns negative, err is filled, and every later call does nothing and gives a
 * harmless value back. So a parser reads on without checks and looks at status at the end of each loop.
 */
struct reader {
    const char *name; /* of the file, for errors */
    struct cq_error *err;
    int status;
    struct cq_rubric *rubric; /* languages and scale, once they are known */
    struct {
        const char **v;
        size_t n;
        size_t cap;
    } ids; /* taken so far */
};

/* Complain about the value at `at` with -EBADMSG. */
void cq_read_bad(struct reader *r, const struct cq_json *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* `obj` must be an object with no other keys than those of the list (ends in NULL). `what` names it in errors.
 */
void cq_read_object(struct reader *r, const struct cq_json *obj, const char *what, const char *const keys[]);

/* A member that must be there and of that type; NULL once the status is negative. */
const struct cq_json *cq_read_need(struct reader *r, const struct cq_json *obj, const char *what,
                                   const char *key, enum cq_json_type type);

/* The same where it may be missing: NULL then. */
const struct cq_json *cq_read_may(struct reader *r, const struct cq_json *obj, const char *key,
                                  enum cq_json_type type);

/* A list with 1..max members; `key` may be missing where !needed (NULL then). */
const struct cq_json *cq_read_list(struct reader *r, const struct cq_json *obj, const char *what,
                                   const char *key, bool needed, size_t max);

/* A non-empty single-line text of at most CQ_RUBRIC_MAX_TEXT bytes; "" on failure. */
const char *cq_read_line(struct reader *r, const struct cq_json *obj, const char *what, const char *key);

/* An id: a-z, then a-z 0-9 _ (and '-' where dash), not used before in this file. "" on failure. */
const char *cq_read_id(struct reader *r, const struct cq_json *obj, const char *what, bool dash);

/* A text in every language of the form; NULL where missing and not needed. */
cq_rubric_text cq_read_text(struct reader *r, const struct cq_json *obj, const char *what, const char *key,
                            bool needed);

/* Check that a value is such a text. */
void cq_read_check_text(struct reader *r, const struct cq_json *v, const char *what);

/* A number within lo..hi. */
double cq_read_number(struct reader *r, const struct cq_json *obj, const char *what, const char *key, double lo,
                      double hi);

/* The same where it may be missing: `otherwise` then. */
double cq_read_number_or(struct reader *r, const struct cq_json *obj, const char *key, double lo, double hi,
                         double otherwise);

/* A weight in per cent, given back as 0..1. */
double cq_read_weight(struct reader *r, const struct cq_json *obj, const char *what);

bool cq_read_bool_or(struct reader *r, const struct cq_json *obj, const char *key, bool otherwise);

/* One word of the list (ends in NULL), as its index; where missing and `otherwise` >= 0, that. */
int cq_read_word(struct reader *r, const struct cq_json *obj, const char *what, const char *key,
                 const char *const words[], int otherwise);

/* Weights (0..1) must add up to 100 %; `n` of them read under `list`. */
void cq_read_check_sum(struct reader *r, const struct cq_json *list, double sum, const char *what);

/* Zeroed memory for n records; NULL and -ENOMEM where there is none. */
void *cq_read_alloc(struct reader *r, size_t n, size_t size);

#endif
