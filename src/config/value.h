/* config/value.h - one option's value on its way in. Private to config. */
#ifndef CQ_CONFIG_VALUE_H
#define CQ_CONFIG_VALUE_H

#include "config/config.h"

/* number: also the index of an enum's word and 0/1 of a bool. text: borrowed, NULL is unset. */
struct value {
    double number;
    const char *text;
};

/* -EINVAL where the type does not fit. */
int cq_value_from_text(const struct cq_option *o, const char *text, struct value *ret_v);
int cq_value_from_json(const struct cq_option *o, const struct cq_json *json, struct value *ret_v);

/* -ERANGE outside the row's range or words. */
int cq_value_check(const struct cq_option *o, const struct value *v);

/* "talk.dead_air_s is 0.5 to 120 s, not "x"": fill err, give code back. */
int cq_value_complain(const struct cq_option *o, const char *got, const char *file, int line, int code,
                      struct cq_error *err);

/* A JSON value as it may stand in a message. */
void cq_value_add_json(struct cq_str *out, const struct cq_json *json);

#endif
