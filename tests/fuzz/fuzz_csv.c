/*
 * CSV: anything is read or refused with a line. Every field is text in UTF-8, and reading it byte by byte gives
 * the same rows as reading it in one piece.
 */
#include "base/csv.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

struct drip {
    const char *text;
    size_t n;
};

static ssize_t read_byte(void *user, char *buf, size_t n)
{
    struct drip *d = user;
    if (!n || !d->n)
        return 0;
    *buf = *d->text++;
    d->n--;
    return 1;
}

static int read_all(struct cq_csv *csv, struct cq_str *rows)
{
    struct cq_error err = {0};
    int r, line = 0;
    while ((r = cq_csv_next(csv, &err)) > 0) {
        if (csv->line <= line || csv->n_fields == 0 || csv->n_fields > CQ_CSV_MAX_FIELDS)
            abort();
        line = csv->line;
        for (size_t i = 0; i < csv->n_fields; i++) {
            const char *field = cq_csv_field(csv, i);
            if (cq_str_utf8_prefix(field) != strlen(field) || strlen(field) > CQ_CSV_MAX_FIELD)
                abort();
            cq_str_printf(rows, "%d %zu %s\n", line, i, field);
        }
    }
    if (r && (!err.what[0] || err.line <= 0))
        abort(); /* a refusal that says nothing, or not where */
    cq_csv_done(csv);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct drip d = {(const char *)data, size};
    struct cq_str whole = {0}, slow = {0};
    struct cq_csv csv;
    if (cq_csv_of_text(&csv, "a.csv", (const char *)data, size))
        abort();
    int r = read_all(&csv, &whole);
    if (cq_csv_of(&csv, "a.csv", read_byte, &d))
        abort();
    if (read_all(&csv, &slow) != r || whole.n != slow.n || (whole.n && memcmp(whole.s, slow.s, whole.n)))
        abort();
    cq_str_done(&whole);
    cq_str_done(&slow);
    return 0;
}
