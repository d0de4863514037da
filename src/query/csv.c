#include "query/writer.h"

#include "base/number.h"
#include "base/time.h"
#include "callqa/scorecard.h"

#include <string.h>

/* Spreadsheets run a cell that begins so as a formula, also one that came out of a file name (OWASP, "CSV
 * injection"): with a quote in front it stays text. */
static bool is_formula(const char *text)
{
    return *text && strchr("=+-@\t\r\n", *text);
}

void cq_csv_text(struct cq_str *out, const char *text)
{
    if (!text)
        return;
    bool guard = is_formula(text);
    if (!guard && !strpbrk(text, ",\"\r\n")) {
        cq_str_add(out, text);
        return;
    }
    cq_str_add(out, guard ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"')
            cq_str_add_char(out, '"');
        cq_str_add_char(out, *text);
    }
    cq_str_add_char(out, '"');
}

static void sep(struct cq_writer *w)
{
    if (w->line.n)
        cq_str_add_char(&w->line, ',');
}

static void put_text(struct cq_writer *w, const char *text)
{
    sep(w);
    cq_csv_text(&w->line, text);
}

static void put_number(struct cq_writer *w, double v, int decimals)
{
    char buf[CQ_NUMBER_MAX];
    sep(w);
    cq_number_format(buf, v, decimals);
    cq_str_add(&w->line, buf);
}

static void put_time(struct cq_writer *w, int64_t time_s)
{
    char iso[CQ_TIME_ISO_MAX];
    put_text(w, cq_time_format_utc(time_s, iso));
}

void cq_csv_head(struct cq_writer *w)
{
    cq_str_add(&w->line,
               "id,file,started_at,agent,queue,duration_s,status,reason,score,coverage,partial,severity,"
               "flags");
    if (w->opts.review)
        cq_str_add(&w->line, ",review,assigned_to,due_at");
    for (size_t i = 0; i < w->opts.n_columns; i++)
        put_text(w, w->opts.columns[i].name);
    cq_str_add(&w->line, "\r\n");
}

static void put_cell(struct cq_writer *w, const struct cq_cell *cell)
{
    if (cell->is_null) {
        put_text(w, NULL);
        return;
    }
    switch (cell->type) {
    case CQ_FIELD_NUMBER:
        put_number(w, cell->number, CQ_EXPORT_DECIMALS);
        break;
    case CQ_FIELD_TEXT:
    case CQ_FIELD_WORD:
        put_text(w, cell->text);
        break;
    case CQ_FIELD_TIME:
        put_time(w, cell->time_s);
        break;
    case CQ_FIELD_BOOL:
        put_text(w, cell->number != 0 ? "true" : "false");
        break;
    }
}

void cq_csv_row(struct cq_writer *w, const struct cq_row *row)
{
    put_number(w, (double)row->id, 0);
    put_text(w, row->file);
    if (row->has_started)
        put_time(w, row->started_s);
    else
        put_text(w, NULL);
    put_text(w, row->agent);
    put_text(w, row->queue);
    put_number(w, row->duration_s, 3);
    put_text(w, row->unscorable ? "unscorable" : "scored");
    put_text(w, row->reason);
    if (row->has_score) {
        put_number(w, row->score, 3);
        put_number(w, row->coverage, 3);
    } else {
        put_text(w, NULL);
        put_text(w, NULL);
    }
    put_text(w, row->partial ? "true" : "false");
    put_text(w, row->severity < 0 ? NULL : cq_severity_name((enum cq_severity)row->severity));
    put_text(w, row->flags);
    if (w->opts.review) {
        put_text(w, row->has_review ? cq_review_status_name(row->review) : NULL);
        put_text(w, row->assigned);
        if (row->due_s)
            put_time(w, row->due_s);
        else
            put_text(w, NULL);
    }
    for (size_t i = 0; i < row->n_cells; i++)
        put_cell(w, &row->cells[i]);
    cq_str_add(&w->line, "\r\n");
}
