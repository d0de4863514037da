/* cli/signals.h - Ctrl-C and SIGTERM as a flag that work in progress can poll. */
#ifndef CQ_CLI_SIGNALS_H
#define CQ_CLI_SIGNALS_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Embedded; between _init and _done the two signals set `stop` instead of ending the program. */
struct cq_signals {
    atomic_bool stop;
    atomic_bool caught; /* stop was set by a signal and by nothing else */
    pthread_t thread;
    sigset_t before;
    bool running;
    void (*before_exit)(void); /* a second signal: called before the program ends at once; may be NULL */
};

/*
 * Call before other threads are started, so that they inherit the blocked signals. A second signal ends the
 * program at once (the database is consistent at any moment). Returns 0 or negative errno.
 */
int cq_signals_init(struct cq_signals *s);
void cq_signals_done(struct cq_signals *s);

#endif
