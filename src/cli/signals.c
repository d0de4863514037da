/* One thread waits for the signals, so that no handler and no global variable is needed. SIGUSR1 ends it. */
#include "cli/signals.h"

#include <stddef.h>
#include <unistd.h>

static void fill(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGUSR1);
}

static void *wait_for_signals(void *arg)
{
    struct cq_signals *s = arg;
    sigset_t set;
    fill(&set);
    for (;;) {
        int got = 0;
        if (sigwait(&set, &got) != 0)
            continue;
        if (got == SIGUSR1)
            return NULL;
        if (atomic_exchange(&s->caught, true)) {
            if (s->before_exit)
                s->before_exit();
            _exit(130);
        }
        atomic_store(&s->stop, true);
    }
}

int cq_signals_init(struct cq_signals *s)
{
    atomic_init(&s->stop, false);
    atomic_init(&s->caught, false);
    s->running = false;
    sigset_t set;
    fill(&set);
    int err = pthread_sigmask(SIG_BLOCK, &set, &s->before);
    if (!err)
        err = pthread_create(&s->thread, NULL, wait_for_signals, s);
    if (err) {
        pthread_sigmask(SIG_SETMASK, &s->before, NULL);
        return -err;
    }
    s->running = true;
    return 0;
}

void cq_signals_done(struct cq_signals *s)
{
    if (!s || !s->running)
        return;
    pthread_kill(s->thread, SIGUSR1);
    pthread_join(s->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &s->before, NULL);
    s->running = false;
}
