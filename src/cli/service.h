/* cli/service.h - what systemd is told, and structured log lines. Without systemd the lines go to standard
 * error. */
#ifndef CQ_CLI_SERVICE_H
#define CQ_CLI_SERVICE_H

#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>

/* "READY=1" and the like; nothing where no service manager listens. */
void cq_service_notify(const char *state);

/* A sign of life, as often as the service manager wants one; cheap. */
void cq_service_watchdog(void);

struct cq_journal {
    bool on; /* standard error is the journal's: send fields */
};

void cq_journal_init(struct cq_journal *j);

/* path, source and state may be NULL, call 0: the journal's fields CALLQA_PATH, CALLQA_SOURCE, CALLQA_STATE and
 * CALLQA_CALL, or words behind the line. */
void cq_journal_say(const struct cq_journal *j, enum cq_log_level level, const char *text, const char *path,
                    const char *source, const char *state, int64_t call);

#endif
