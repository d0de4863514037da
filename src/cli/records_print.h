/* cli/records_print.h - what records say, for people and as JSON. */
#ifndef CQ_CLI_RECORDS_PRINT_H
#define CQ_CLI_RECORDS_PRINT_H

#include "base/json.h"
#include "store/records.h"

int cq_records_print(const struct cq_records_measures *m);
int cq_records_print_json(const struct cq_records_measures *m);

/* The members of that object into one that is open. */
void cq_records_put_json(struct cq_json_writer *w, const struct cq_records_measures *m);

/* "answer_30_s", ...: the word of the JSON; and its label, N_(). */
const char *cq_on_time_name(enum cq_on_time on_time);
const char *cq_on_time_label(enum cq_on_time on_time);

#endif
