#include "cli/command.h"
#include "cli/examples.h"
#include "cli/find_calls.h"
#include "cli/signals.h"
#include "cli/term.h"
#include "tui/tui.h"

#include <errno.h>

int cq_examples_run(const char *db, bool writes, cq_examples_step step, void *user)
{
    struct cq_error err = {0};
    struct cq_signals signals = {.before_exit = cq_screen_rescue};
    struct cq_store *store = NULL;
    int r = cq_store_open(cq_cli_db_path(db), writes ? CQ_STORE_WRITE : CQ_STORE_READ, &err, &store);
    if (r)
        return cq_cli_tell(&err, r, CQ_EXIT_DATABASE);
    r = cq_signals_init(&signals);
    if (!r)
        r = step(user, store, &signals.stop, &err);
    bool stopped = signals.running && atomic_load(&signals.caught);
    cq_signals_done(&signals);
    cq_store_close(store);
    if (stopped)
        return CQ_EXIT_INTERRUPTED;
    return r ? cq_cli_tell(&err, r, r == -EINVAL ? CQ_EXIT_USAGE : CQ_EXIT_SOME) : CQ_EXIT_OK;
}
