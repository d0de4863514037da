/*
 * All calls of a filter as a file. CSV is made while it is sent. A workbook is a ZIP, which is finished at its
 * end only: it is written, row by row, to a file without a name and sent from there.
 */
#include "web/search.h"

#include "base/error.h"
#include "query/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT_BLOCK_ROWS 200
#define XLSX_MAX_ROWS                                                                                          \
    500000 /* callqa default: a dozen seconds of work; beyond it spreadsheets are slow too                     \
            */

/*
 * An export under way. It keeps its connection to the database until it is sent, and everything that the select
 * points to: the request is gone by then.
 */
struct export
{
    struct cq_web_pool *pool;
    struct cq_store *db;
    struct cq_web_search s;
    struct cq_str texts[CQ_SELECT_MAX_FLAGS + 6]; /* copies of what the request lent */
    size_t n_texts;
    struct cq_cursor *cur;
    struct cq_writer *writer;
    FILE *f;
    char *block; /* what the writer has written and is not sent */
    size_t n_block;
    size_t sent; /* of it */
    bool ended;
};

static void free_export(void *user)
{
    struct export *x = user;
    cq_select_close(x->cur);
    cq_writer_free(x->writer);
    if (x->f)
        fclose(x->f);
    free(x->block);
    cq_web_pool_give_back(x->pool, x->db);
    cq_web_search_done(&x->s);
    for (size_t i = 0; i < x->n_texts; i++)
        cq_str_done(&x->texts[i]);
    free(x);
}

/* The next rows into the block. */
static int fill_block(struct export *x)
{
    struct cq_row row;
    int step = 1, r = 0;
    rewind(x->f);
    for (int i = 0; !r && i < EXPORT_BLOCK_ROWS && step > 0; i++) {
        step = cq_select_next(x->cur, NULL, &row);
        if (step > 0)
            r = cq_writer_row(x->writer, &row);
    }
    x->ended = step == 0;
    if (!r && x->ended)
        r = cq_writer_end(x->writer);
    x->sent = 0;
    if (fflush(x->f))
        return -ENOMEM;
    return step < 0 ? step : r;
}

static int64_t read_export(void *user, int64_t at, char *buf, size_t max)
{
    struct export *x = user;
    (void)at; /* in order */
    while (x->sent == x->n_block) {
        if (x->ended)
            return 0;
        int r = fill_block(x);
        if (r)
            return r;
    }
    size_t n = x->n_block - x->sent < max ? x->n_block - x->sent : max;
    memcpy(buf, x->block + x->sent, n);
    x->sent += n;
    return (int64_t)n;
}

static const char *own(struct export *x, const char *text)
{
    if (!text)
        return NULL;
    struct cq_str *copy = &x->texts[x->n_texts++];
    cq_str_add(copy, text);
    return copy->s;
}

static struct cq_write_opts opts_of(const struct cq_web_search *s)
{
    return (struct cq_write_opts){
        .format = CQ_WRITE_CSV, .columns = s->columns, .n_columns = s->sel.n_columns, .review = true};
}

static int begin_csv(struct cq_web_turn *t, struct export *x)
{
    const struct cq_write_opts opts = opts_of(&x->s);
    struct cq_select *sel = &x->s.sel;
    const char **const texts[] = {&sel->agent, &sel->queue, &sel->viewer, &sel->assigned, &sel->reviewed};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = own(x, *texts[i]);
    for (size_t i = 0; i < sel->n_flags; i++)
        x->s.flags[i] = own(x, x->s.flags[i]);
    sel->flags = x->s.flags;
    sel->columns = x->s.columns;
    sel->after = NULL;
    x->f = open_memstream(&x->block, &x->n_block);
    if (!x->f)
        return -ENOMEM;
    int r = cq_select_open(x->db, sel, &t->err, &x->cur);
    if (!r)
        r = cq_writer_new(x->f, &opts, &x->writer);
    if (!r && fflush(x->f))
        r = -ENOMEM;
    return r == -ENOENT ? -EINVAL : r;
}

/* What was asked for goes on record with it. */
static int audit(struct cq_web_turn *t, const char *format)
{
    static const char *const names[] = {"where", "flag",   "severity", "agent",       "queue", "since",
                                        "until", "review", "assigned", "reviewed_by", "order", "columns"};
    struct cq_str json = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &json, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "format", format);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *v = cq_web_arg(t->req, names[i]);
        if (v && *v)
            cq_json_put_string(&w, names[i], v);
    }
    cq_json_close_object(&w);
    int r = json.failed ? -ENOMEM : cq_web_audit_read(t, "calls.export", "user", t->session.user.id, json.s);
    cq_str_done(&json);
    return r;
}

int cq_web_export_csv(struct cq_web_turn *t)
{
    struct cq_web_search s;
    int r = cq_web_search_read(t, &s);
    struct export *x = r ? NULL : calloc(1, sizeof *x);
    if (!x) {
        cq_web_search_done(&s);
        return r ? r : -ENOMEM;
    }
    x->pool = t->app->pool;
    x->s = s;
    x->db = t->db; /* taken over from the turn */
    t->db = NULL;
    r = begin_csv(t, x);
    if (!r)
        r = audit(t, "csv");
    if (r) {
        free_export(x);
        return r;
    }
    cq_web_header(t->res, "Content-Disposition", "attachment; filename=\"calls.csv\"");
    cq_web_answer_stream(
        t->req, t->res, "text/csv; charset=utf-8",
        &(struct cq_web_stream){.read = read_export, .free = free_export, .user = x, .size = -1});
    return 0;
}

/* An open file that has no name any more. */
static int64_t read_file(void *user, int64_t at, char *buf, size_t max)
{
    ssize_t n = pread(*(const int *)user, buf, max, (off_t)at);
    return n < 0 ? -errno : n;
}

static void free_file(void *user)
{
    close(*(const int *)user);
    free(user);
}

static int write_rows(struct cq_web_turn *t, struct cq_web_search *s, const char *path)
{
    const struct cq_write_opts opts = opts_of(s);
    struct cq_cursor *cur = NULL;
    struct cq_xlsx *x = NULL;
    struct cq_row row;
    int step = 0;
    s->sel.after = NULL;
    int r = cq_select_open(t->db, &s->sel, &t->err, &cur);
    if (r)
        return r == -ENOENT ? -EINVAL : r;
    r = cq_xlsx_new(path, &opts, &x);
    while (!r && (step = cq_select_next(cur, &t->err, &row)) > 0)
        r = cq_xlsx_row(x, &row);
    int ended = cq_xlsx_end(x);
    cq_select_close(cur);
    return r ? r : step < 0 ? step : ended;
}

/* Counted before anything is written: a workbook that cannot be finished would cost as much. */
static int check_rows(struct cq_web_turn *t, const struct cq_web_search *s)
{
    int64_t n = 0;
    int r = cq_select_count(t->db, &s->sel, XLSX_MAX_ROWS + 1, &t->err, &n);
    if (r)
        return r == -ENOENT ? -EINVAL : r;
    return n <= XLSX_MAX_ROWS
               ? 0
               : cq_error_set(&t->err, -EFBIG, NULL, 0,
                              "a workbook has at most %d calls; narrow the filter, or take CSV", XLSX_MAX_ROWS);
}

/* Write it and keep it open. */
static int make_file(struct cq_web_turn *t, struct cq_web_search *s, int *ret_fd, int64_t *ret_size)
{
    const char *folder = getenv("TMPDIR");
    char path[256];
    int n = snprintf(path, sizeof path, "%s/callqa-XXXXXX", folder && *folder ? folder : "/tmp");
    if (n < 0 || n >= (int)sizeof path)
        return -ENAMETOOLONG;
    int fd = mkstemp(path);
    if (fd < 0)
        return cq_error_set(&t->err, -errno, path, 0, "cannot be written (%s); set TMPDIR", strerror(errno));
    close(fd);
    int r = write_rows(t, s, path);
    fd = r ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (!r && fd < 0)
        r = -errno;
    unlink(path);
    if (r)
        return r;
    *ret_size = lseek(fd, 0, SEEK_END);
    *ret_fd = fd;
    return 0;
}

int cq_web_export_xlsx(struct cq_web_turn *t)
{
    struct cq_web_search s;
    int64_t size = 0;
    int *fd = NULL;
    int r = cq_web_search_read(t, &s);
    if (!r)
        r = check_rows(t, &s);
    if (!r)
        r = audit(t, "xlsx");
    if (!r) {
        fd = malloc(sizeof *fd);
        r = fd ? make_file(t, &s, fd, &size) : -ENOMEM;
    }
    cq_web_search_done(&s);
    if (r) {
        free(fd);
        return r;
    }
    cq_web_header(t->res, "Content-Disposition", "attachment; filename=\"calls.xlsx\"");
    cq_web_answer_stream(
        t->req, t->res, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        &(struct cq_web_stream){.read = read_file, .free = free_file, .user = fd, .size = size});
    return 0;
}
