/* base/log.h - log lines on standard error. Libraries return errors; only programs and services log. */
#ifndef CQ_BASE_LOG_H
#define CQ_BASE_LOG_H

enum cq_log_level { CQ_LOG_ERROR, CQ_LOG_WARNING, CQ_LOG_INFO, CQ_LOG_DEBUG };

void cq_log_set_level(enum cq_log_level level);
enum cq_log_level cq_log_get_level(void);

/* One line "callqa: LEVEL: text" ("callqa: text" for errors); safe from any thread. */
void cq_log(enum cq_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
