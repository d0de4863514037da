/* Tell others that a call is done: a command with the call's JSON on its standard input, an HTTP POST, or both.
 */
#include "watch/private.h"

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "store/records.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ANSWER_BYTES 65536 /* of what a server answers nothing is used */

int cq_hook_begin(struct cq_watch *w, struct cq_job *job, struct cq_task *t, bool *ret_given,
                  struct cq_error *err)
{
    struct cq_analysis a = {0};
    pthread_mutex_lock(&w->lock);
    char *json = NULL;
    int r = cq_store_load(w->store, job->call, err, &a);
    if (!r)
        json = cq_records_call_json(w->store, job->call, &a);
    if (!r && !json)
        r = -ENOMEM;
    cq_analysis_done(&a);
    job->todo_ms = cq_watch_now_ms() + (int64_t)(w->settings->s->opts.hook_timeout_s * 2000.0) + 1000;
    if (!r) /* so that it is not begun again while it runs */
        r = cq_jobs_put(w->store, job, NULL, cq_watch_now_ms(), err);
    pthread_mutex_unlock(&w->lock);
    if (r) {
        free(json);
        return r == -ENOENT ? 0 : r;
    }
    t->kind = CQ_TASK_HOOK;
    t->job = job->id;
    t->call = job->call;
    t->json = json;
    t->settings = w->settings;
    w->settings->n_users++;
    cq_pool_give(w->pool, t);
    *ret_given = true;
    return 0;
}

static size_t swallow(char *data, size_t size, size_t n, void *user)
{
    size_t *total = user;
    (void)data;
    *total += size * n;
    return *total > MAX_ANSWER_BYTES ? 0 : size * n;
}

static int post(const struct cq_watch_opts *o, const char *json, struct cq_error *err)
{
    long status = 0;
    size_t n_answer = 0;
    CURL *c = curl_easy_init();
    struct curl_slist *head = c ? curl_slist_append(NULL, "Content-Type: application/json") : NULL;
    if (!head) {
        curl_easy_cleanup(c);
        return -ENOMEM;
    }
    curl_easy_setopt(c, CURLOPT_URL, o->hook_url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, head);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, json);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(json));
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(o->hook_timeout_s * 1000.0));
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &n_answer);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "callqa");
    CURLcode rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(head);
    curl_easy_cleanup(c);
    if (rc != CURLE_OK)
        return cq_error_set(err, -EIO, NULL, 0, "the hook's address could not be reached: %s",
                            curl_easy_strerror(rc));
    if (status < 200 || status > 299)
        return cq_error_set(err, -EIO, NULL, 0, "the hook's address answered %ld", status);
    return 0;
}

/* Feed the child and wait for it, within the time that hooks have. */
static int feed_child(pid_t pid, int fd, const char *json, double limit_s, int *ret_status)
{
    double until_s = cq_time_monotonic_s() + limit_s;
    size_t n = strlen(json), at = 0;
    for (;;) {
        if (waitpid(pid, ret_status, WNOHANG) == pid)
            break;
        if (cq_time_monotonic_s() >= until_s) {
            kill(pid, SIGKILL);
            while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
                ;
            close(fd);
            return -ETIMEDOUT;
        }
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        (void)poll(&p, fd >= 0, 20);
        if (fd < 0)
            continue;
        ssize_t put = at < n ? write(fd, json + at, n - at) : -1;
        if (put > 0)
            at += (size_t)put;
        if (at == n || (put < 0 && errno != EAGAIN && errno != EINTR)) {
            close(fd); /* a hook need not read */
            fd = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    return 0;
}

static int run_command(const struct cq_watch_opts *o, int64_t call, const char *json, struct cq_error *err)
{
    extern char **environ;
    char number[32];
    int in[2], status = 0;
    pid_t pid;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    snprintf(number, sizeof number, "%lld", (long long)call);
    char *argv[] = {o->hook_command, number, NULL};
    if (pipe(in))
        return -errno;
    fcntl(in[1], F_SETFD, FD_CLOEXEC);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_addclose(&actions, in[0]);
    posix_spawnattr_init(&attr);
    sigemptyset(&none); /* the service blocks signals, its children must not */
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    int r = -posix_spawn(&pid, o->hook_command, &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    close(in[0]);
    if (r) {
        close(in[1]);
        return cq_error_set(err, r, NULL, 0, "the hook's command could not be started: %s", cq_error_name(r));
    }
    r = feed_child(pid, in[1], json, o->hook_timeout_s, &status);
    if (r)
        return cq_error_set(err, r, NULL, 0, "the hook's command took longer than %g s", o->hook_timeout_s);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return cq_error_set(err, -EIO, NULL, 0, "the hook's command failed with status %d",
                            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}

void cq_hook_work(struct cq_task *t)
{
    const struct cq_watch_opts *o = &t->settings->s->opts;
    if (o->hook_command)
        t->err = run_command(o, t->call, t->json, &t->why);
    if (!t->err && o->hook_url)
        t->err = post(o, t->json, &t->why);
}

int cq_hook_finish(struct cq_watch *w, struct cq_task *t, struct cq_error *err)
{
    struct cq_job j = {0};
    int64_t now = cq_watch_now_ms();
    const char *text =
        t->err ? t->why.what[0] ? t->why.what : cq_error_name(t->err) : CQ_REASON("the hook was told");
    pthread_mutex_lock(&w->lock);
    int r = cq_jobs_load(w->store, t->job, err, &j);
    if (!r) {
        if (t->err) {
            j.todo_tries++;
            j.todo_ms = now + cq_states_pause_ms(&w->settings->s->opts, j.todo_tries);
        } else {
            j.todo &= ~CQ_TODO_HOOK;
            j.todo_tries = 0;
            j.todo_ms = now;
        }
        r = cq_jobs_put(w->store, &j, text, now, err);
    }
    pthread_mutex_unlock(&w->lock);
    if (!r && t->err)
        cq_watch_say(w, CQ_LOG_WARNING, &j, text);
    cq_job_done(&j);
    return r == -ENOENT ? 0 : r;
}
