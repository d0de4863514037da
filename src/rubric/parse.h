/* rubric/parse.h - the parts of the rubric parser. Private to rubric. */
#ifndef CQ_RUBRIC_PARSE_H
#define CQ_RUBRIC_PARSE_H

#include "rubric/read.h"

/* One item from its object into *item, which is zeroed; what it allocates is freed by cq_rubric_free(). */
void cq_parse_item(struct reader *r, const struct cq_json *obj, struct cq_rubric_item *item);

/* Parts that items and flags share. */
void cq_parse_measure(struct reader *r, const struct cq_json *obj, const char *what, const char *key,
                      struct cq_measure *ret_m);
void cq_parse_condition(struct reader *r, const struct cq_json *obj, const char *what, bool with_card,
                        struct cq_condition *ret_c);
void cq_parse_minimums(struct reader *r, const struct cq_json *obj, struct cq_minimums *ret_min);
void cq_parse_filters(struct reader *r, const struct cq_json *obj, struct cq_filters *ret_filters);

/* The form's flags; items must have been read. */
void cq_parse_flags(struct reader *r, const struct cq_json *root);

#endif
