#include "cli/watch_status.h"

#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const words[] = {N_("seen"), N_("settling"), N_("queued"),      N_("running"),
                                    N_("done"), N_("failed"),   N_("quarantined"), N_("ignored"),
                                    N_("gone"), N_("paired")};

static const char *const meanings[] = {
    N_("noticed, looked at once"),
    N_("waited for until they are whole"),
    N_("whole, waiting for their turn"),
    N_("being analysed"),
    N_("stored"),
    N_("failed for a reason that may pass, tried again by itself"),
    N_("cannot be read as what they are; left where they lie"),
    N_("no recordings, or set aside by a person"),
    N_("removed before they were analysed"),
    N_("one leg of a call, waiting for or analysed with the other"),
};

const char *cq_watch_state_word(enum cq_job_state state)
{
    return (unsigned)state < CQ_N_JOB_STATES ? _(words[state]) : "?";
}

void cq_watch_status_print(const struct cq_jobs_counts *c)
{
    int64_t all = 0;
    for (int i = 0; i < CQ_N_JOB_STATES; i++) {
        all += c->n[i];
        if (c->n[i])
            printf("%9lld  %s: %s\n", (long long)c->n[i], cq_watch_state_word((enum cq_job_state)i),
                   _(meanings[i]));
    }
    if (!all)
        printf("%s\n", _("no file has been seen yet"));
    if (c->oldest_due_s) {
        char clock[CQ_TIME_CLOCK_MAX];
        printf(_("the oldest queued recording is %s old\n"),
               cq_time_format_clock((double)(cq_time_now_s() - c->oldest_due_s), clock));
    }
    if (c->todo)
        printf(P_("%lld done call has something left to do (move, hook, side-car)\n",
                  "%lld done calls have something left to do (move, hook, side-car)\n", c->todo),
               (long long)c->todo);
}

static int print_json(const struct cq_jobs_counts *c, int running)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_json_put_bool(&w, "service_running", running > 0);
    for (int i = 0; i < CQ_N_JOB_STATES; i++)
        cq_json_put_int(&w, cq_job_state_name((enum cq_job_state)i), c->n[i]);
    cq_json_put_int(&w, "todo", c->todo);
    cq_json_key(&w, "oldest_queued_s");
    if (c->oldest_due_s)
        cq_json_int(&w, c->oldest_due_s);
    else
        cq_json_null(&w);
    cq_json_close_object(&w);
    char *text = cq_str_take(&out);
    if (!text)
        return -ENOMEM;
    puts(text);
    free(text);
    return 0;
}

/* Does a service hold the lock beside the database? 1 yes, 0 no, -1 cannot be told. */
static int is_running(const char *db_path)
{
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char *path = cq_str_format("%s.watch", db_path);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    int is = -1;
    if (fd >= 0 && fcntl(fd, F_GETLK, &fl) == 0)
        is = fl.l_type != F_UNLCK;
    else if (path && access(path, F_OK))
        is = 0;
    if (fd >= 0)
        close(fd);
    free(path);
    return is;
}

int cq_watch_status_run(const char *db_path, bool json)
{
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_jobs_counts c;
    int running = is_running(db_path);
    int r = cq_store_open(db_path, CQ_STORE_READ, &err, &s);
    if (!r)
        r = cq_jobs_count(s, &err, &c);
    if (!r && json)
        r = print_json(&c, running);
    else if (!r) {
        printf("%s\n", running > 0 ? _("the service is running") : _("the service is not running"));
        cq_watch_status_print(&c);
    }
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : CQ_EXIT_OK;
}
