#include "base/csv.h"

#include "base/error.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int bad(const struct cq_csv *csv, struct cq_error *err, const char *what)
{
    return cq_error_set(err, -EBADMSG, csv->name, csv->line, "%s", what);
}

/* From behind the opening quote to behind the closing one. */
static int read_quoted(struct cq_csv *csv, struct cq_error *err)
{
    for (;;) {
        if (csv->at >= csv->n)
            return bad(csv, err, "a quoted field has no end");
        char c = csv->text[csv->at++];
        if (c == '"') {
            if (csv->at >= csv->n || csv->text[csv->at] != '"')
                return 0;
            csv->at++;
        }
        if (c == '\n')
            csv->next_line++;
        cq_str_add_char(&csv->buf, c);
        if (csv->buf.n - csv->start[csv->n_fields - 1] > CQ_CSV_MAX_FIELD)
            return bad(csv, err, "a field is too long");
    }
}

static bool at_end_of_field(const struct cq_csv *csv)
{
    return csv->at >= csv->n || csv->text[csv->at] == ',' || csv->text[csv->at] == '\r' ||
           csv->text[csv->at] == '\n';
}

static int read_field(struct cq_csv *csv, struct cq_error *err)
{
    if (csv->n_fields == CQ_CSV_MAX_FIELDS)
        return bad(csv, err, "a row has too many fields");
    csv->start[csv->n_fields++] = csv->buf.n;
    if (csv->at < csv->n && csv->text[csv->at] == '"') {
        csv->at++;
        int r = read_quoted(csv, err);
        if (r)
            return r;
        if (!at_end_of_field(csv))
            return bad(csv, err, "text follows a quoted field; double the quotes inside it");
    }
    while (!at_end_of_field(csv)) {
        if (!csv->text[csv->at])
            return bad(csv, err, "a field has a NUL byte");
        cq_str_add_char(&csv->buf, csv->text[csv->at++]);
        if (csv->buf.n - csv->start[csv->n_fields - 1] > CQ_CSV_MAX_FIELD)
            return bad(csv, err, "a field is too long");
    }
    cq_str_add_n(&csv->buf, "", 1);
    return csv->buf.failed ? -ENOMEM : 0;
}

static void skip_line_end(struct cq_csv *csv)
{
    if (csv->at < csv->n && csv->text[csv->at] == '\r')
        csv->at++;
    if (csv->at < csv->n && csv->text[csv->at] == '\n')
        csv->at++;
    csv->next_line++;
}

int cq_csv_next(struct cq_csv *csv, struct cq_error *err)
{
    if (!csv->next_line) {
        csv->next_line = 1;
        if (csv->n >= 3 && !memcmp(csv->text, "\xef\xbb\xbf", 3))
            csv->at = 3;
    }
    while (csv->at < csv->n && (csv->text[csv->at] == '\n' || csv->text[csv->at] == '\r'))
        skip_line_end(csv);
    if (csv->at >= csv->n)
        return 0;
    csv->line = csv->next_line;
    csv->n_fields = 0;
    cq_str_clear(&csv->buf);
    for (;;) {
        int r = read_field(csv, err);
        if (r)
            return r;
        if (csv->at >= csv->n || csv->text[csv->at] != ',')
            break;
        csv->at++;
    }
    skip_line_end(csv);
    return 1;
}

const char *cq_csv_field(const struct cq_csv *csv, size_t i)
{
    return i < csv->n_fields ? csv->buf.s + csv->start[i] : "";
}

void cq_csv_done(struct cq_csv *csv)
{
    cq_str_done(&csv->buf);
    csv->n_fields = 0;
}
