/* web/reads.h - private: which reads of this hour are on record already. */
#ifndef CQ_WEB_READS_H
#define CQ_WEB_READS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A player asks for a recording in many parts, and each would be a line of the audit. Remembered by session and
 * subject in a table of fixed size: what falls out of it is put on record once more, never once less.
 */
struct cq_web_reads;

struct cq_web_reads *cq_web_reads_new(void); /* NULL when out of memory */
struct cq_web_reads *cq_web_reads_free(struct cq_web_reads *r);

/* Is this the first such read of the session within an hour? */
bool cq_web_reads_first(struct cq_web_reads *r, int64_t session, int64_t subject, int64_t now_s);

#endif
