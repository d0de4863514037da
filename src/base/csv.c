#include "base/csv.h"

#include "base/csv_input.h"
#include "base/error.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What reads from memory. */
struct memory {
    struct cq_csv_input in; /* first, so that both are freed as one */
    const char *text;
    size_t n;
};

static ssize_t read_memory(void *user, char *buf, size_t n)
{
    struct memory *m = user;
    n = n < m->n ? n : m->n;
    if (n) /* there may be no text at all */
        memcpy(buf, m->text, n);
    m->text += n;
    m->n -= n;
    return (ssize_t)n;
}

static ssize_t read_file(void *user, char *buf, size_t n)
{
    int fd = (int)(intptr_t)user;
    for (;;) {
        ssize_t got = read(fd, buf, n);
        if (got >= 0 || errno != EINTR)
            return got >= 0 ? got : -errno;
    }
}

static int begin(struct cq_csv *csv, const char *name, size_t size)
{
    *csv = (struct cq_csv){.name = name, .next_line = 1};
    csv->in = calloc(1, size);
    return csv->in ? 0 : -ENOMEM;
}

int cq_csv_of(struct cq_csv *csv, const char *name, cq_csv_read read, void *user)
{
    int r = begin(csv, name, sizeof *csv->in);
    if (!r) {
        csv->in->read = read;
        csv->in->user = user;
    }
    return r;
}

int cq_csv_of_file(struct cq_csv *csv, const char *name, int fd)
{
    return cq_csv_of(csv, name, read_file, (void *)(intptr_t)fd);
}

int cq_csv_of_text(struct cq_csv *csv, const char *name, const char *text, size_t n)
{
    int r = begin(csv, name, sizeof(struct memory));
    if (r)
        return r;
    struct memory *m = (struct memory *)(void *)csv->in;
    m->text = text;
    m->n = n;
    m->in.read = read_memory;
    m->in.user = m;
    return 0;
}

/* See that there is a byte at in->at; *ret_end where there is none any more. */
static int more(struct cq_csv *csv, struct cq_error *err, bool *ret_end)
{
    *ret_end = false;
    if (csv->in->at < csv->in->n)
        return 0;
    int r = cq_csv_input_fill(csv->in);
    if (r == -EILSEQ)
        return cq_error_set(err, -EBADMSG, csv->name, csv->next_line,
                            csv->in->coding == CQ_CSV_UTF8
                                ? "has bytes that are not UTF-8, as the rest is; save it as UTF-8"
                                : "is neither UTF-8 nor GB18030; save it as UTF-8");
    if (r < 0)
        return cq_error_set(err, r, csv->name, 0, "cannot be read: %s", cq_error_name(r));
    *ret_end = r == 0;
    return 0;
}

/* The separator that the first row has most of outside its quotes. */
static void find_separator(struct cq_csv *csv)
{
    static const char separators[] = {',', ';', '\t'};
    size_t count[sizeof separators] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = csv->in->at; i < csv->in->n; i++) {
        char c = csv->in->text[i];
        quoted = quoted != (c == '"');
        if (!quoted && (c == '\n' || c == '\r'))
            break;
        for (size_t k = 0; k < sizeof separators && !quoted; k++)
            count[k] += c == separators[k];
    }
    for (size_t k = 1; k < sizeof separators; k++)
        best = count[k] > count[best] ? k : best;
    csv->separator = separators[best];
}

static bool ends_field(const struct cq_csv *csv, char c)
{
    return c == csv->separator || c == '\r' || c == '\n';
}

static int add(struct cq_csv *csv, char c, struct cq_error *err)
{
    if (!c)
        return cq_error_set(err, -EBADMSG, csv->name, csv->next_line, "has a NUL byte; save it as UTF-8");
    cq_str_add_char(&csv->buf, c);
    if (csv->buf.failed)
        return -ENOMEM;
    if (csv->buf.n - csv->start[csv->n_fields - 1] > CQ_CSV_MAX_FIELD)
        return cq_error_set(err, -EBADMSG, csv->name, csv->line,
                            "a field is too long; is a quotation mark missing?");
    return csv->buf.n > CQ_CSV_MAX_ROW ? cq_error_set(err, -EBADMSG, csv->name, csv->line, "a row is too long")
                                       : 0;
}

/* From behind the opening quote to behind the closing one. */
static int read_quoted(struct cq_csv *csv, struct cq_error *err)
{
    int opened = csv->next_line;
    bool end;
    for (;;) {
        int r = more(csv, err, &end);
        if (r)
            return r;
        if (end)
            return cq_error_set(err, -EBADMSG, csv->name, opened, "a quotation mark is not closed");
        char c = csv->in->text[csv->in->at++];
        if (c == '"') {
            r = more(csv, err, &end);
            if (r || end || csv->in->text[csv->in->at] != '"')
                return r;
            csv->in->at++;
        }
        csv->next_line += c == '\n';
        r = add(csv, c, err);
        if (r)
            return r;
    }
}

/* *ret_more: another field follows in this row. */
static int read_field(struct cq_csv *csv, struct cq_error *err, bool *ret_more)
{
    bool end, quoted = false;
    *ret_more = false;
    if (csv->n_fields == CQ_CSV_MAX_FIELDS)
        return cq_error_set(err, -EBADMSG, csv->name, csv->line, "has more than %d columns", CQ_CSV_MAX_FIELDS);
    csv->start[csv->n_fields++] = csv->buf.n;
    int r = more(csv, err, &end);
    if (!r && !end && csv->in->text[csv->in->at] == '"') {
        csv->in->at++;
        quoted = true;
        r = read_quoted(csv, err);
    }
    while (!r && !(r = more(csv, err, &end)) && !end) {
        char c = csv->in->text[csv->in->at];
        if (ends_field(csv, c)) {
            *ret_more = c == csv->separator;
            csv->in->at += *ret_more;
            break;
        }
        if (quoted)
            return cq_error_set(err, -EBADMSG, csv->name, csv->next_line,
                                "text follows a quoted field; double the quotation marks inside it");
        csv->in->at++;
        r = add(csv, c, err);
    }
    cq_str_add_n(&csv->buf, "", 1);
    return r ? r : csv->buf.failed ? -ENOMEM : 0;
}

/* CR, LF or both. */
static int skip_line_end(struct cq_csv *csv, struct cq_error *err)
{
    bool end;
    int r = more(csv, err, &end);
    if (r || end)
        return r;
    if (csv->in->text[csv->in->at] == '\r') {
        csv->in->at++;
        r = more(csv, err, &end);
    }
    if (!r && !end && csv->in->text[csv->in->at] == '\n')
        csv->in->at++;
    csv->next_line++;
    return r;
}

int cq_csv_next(struct cq_csv *csv, struct cq_error *err)
{
    bool end, another = true;
    int r = more(csv, err, &end);
    while (!r && !end && (csv->in->text[csv->in->at] == '\n' || csv->in->text[csv->in->at] == '\r')) {
        r = skip_line_end(csv, err);
        if (!r)
            r = more(csv, err, &end);
    }
    if (r || end)
        return r;
    if (!csv->separator)
        find_separator(csv);
    csv->line = csv->next_line;
    csv->n_fields = 0;
    cq_str_clear(&csv->buf);
    while (!r && another)
        r = read_field(csv, err, &another);
    if (!r)
        r = skip_line_end(csv, err);
    return r ? r : 1;
}

const char *cq_csv_field(const struct cq_csv *csv, size_t i)
{
    return i < csv->n_fields ? csv->buf.s + csv->start[i] : "";
}

void cq_csv_done(struct cq_csv *csv)
{
    if (csv->in && csv->in->iconv)
        iconv_close((iconv_t)csv->in->iconv);
    free(csv->in);
    csv->in = NULL;
    cq_str_done(&csv->buf);
    csv->n_fields = 0;
}
