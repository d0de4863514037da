/*
 * The rows of a query as a workbook. The library's "constant memory" mode writes each row out when the next one
 * begins; texts then stand in their cells rather than in one table of the file. It takes texts as they are, so
 * what no XML may hold (control characters, bytes that are no UTF-8) becomes '?'.
 */
#include "query/writer.h"

#include "base/str.h"
#include "callqa/scorecard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#define WIDE 26 /* characters */
#define NARROW 12
#define MAX_TEXT 2000      /* bytes of a cell; Excel takes 32767 characters */
#define EPOCH_DAYS 25569.0 /* 1970-01-01 as Excel counts days */
#define DAY_S 86400.0

struct cq_xlsx {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *head, *time;
    struct cq_write_opts opts;
    lxw_row_t row;
    lxw_col_t col;
    lxw_error error; /* the first */
};

static void note(struct cq_xlsx *x, lxw_error e)
{
    x->error = x->error ? x->error : e;
    x->col++;
}

static void put_text(struct cq_xlsx *x, const char *text)
{
    char clean[MAX_TEXT + 1];
    if (!text || !*text) {
        x->col++;
        return;
    }
    size_t n = strlen(text);
    n = n < MAX_TEXT ? n : MAX_TEXT;
    memcpy(clean, text, n);
    clean[n] = '\0';
    for (size_t at = 0;;) {
        at += cq_str_utf8_prefix(clean + at);
        if (at >= n)
            break;
        clean[at] = '?';
    }
    for (char *c = clean; *c; c++)
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c;
    note(x, worksheet_write_string(x->sheet, x->row, x->col, clean, NULL));
}

static void put_number(struct cq_xlsx *x, bool is, double v)
{
    if (!is)
        x->col++;
    else
        note(x, worksheet_write_number(x->sheet, x->row, x->col, v, NULL));
}

static void put_time(struct cq_xlsx *x, bool is, int64_t at_s)
{
    if (!is)
        x->col++;
    else
        note(x, worksheet_write_number(x->sheet, x->row, x->col, (double)at_s / DAY_S + EPOCH_DAYS, x->time));
}

static void put_head(struct cq_xlsx *x)
{
    static const char *const names[] = {
        "id",     "file",  "started_at", "agent",   "queue",    "duration_s", "status",
        "reason", "score", "coverage",   "partial", "severity", "flags",
    };
    static const char *const review[] = {"review", "assigned_to", "due_at"};
    const char *all[sizeof names / sizeof *names + sizeof review / sizeof *review + CQ_SELECT_MAX_COLUMNS];
    size_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        all[n++] = names[i];
    for (size_t i = 0; x->opts.review && i < sizeof review / sizeof *review; i++)
        all[n++] = review[i];
    for (size_t i = 0; i < x->opts.n_columns; i++)
        all[n++] = x->opts.columns[i].name;
    for (size_t i = 0; i < n; i++) {
        bool wide = !strcmp(all[i], "file") || !strcmp(all[i], "flags") || !strcmp(all[i], "reason");
        note(x, worksheet_set_column(x->sheet, (lxw_col_t)i, (lxw_col_t)i, wide ? WIDE : NARROW, NULL));
        x->col = (lxw_col_t)i;
        note(x, worksheet_write_string(x->sheet, 0, x->col, all[i], x->head));
    }
    worksheet_freeze_panes(x->sheet, 1, 0);
}

int cq_xlsx_new(const char *path, const struct cq_write_opts *opts, struct cq_xlsx **ret_xlsx)
{
    lxw_workbook_options how = {.constant_memory = LXW_TRUE};
    struct cq_xlsx *x = calloc(1, sizeof *x);
    if (!x)
        return -ENOMEM;
    x->opts = *opts;
    if (x->opts.n_columns > CQ_SELECT_MAX_COLUMNS)
        x->opts.n_columns = CQ_SELECT_MAX_COLUMNS;
    x->book = workbook_new_opt(path, &how);
    x->sheet = x->book ? workbook_add_worksheet(x->book, "calls") : NULL;
    x->head = x->sheet ? workbook_add_format(x->book) : NULL;
    x->time = x->head ? workbook_add_format(x->book) : NULL;
    if (!x->time) {
        cq_xlsx_end(x);
        return -ENOMEM;
    }
    format_set_bold(x->head);
    format_set_num_format(x->time, "yyyy-mm-dd hh:mm:ss");
    put_head(x);
    *ret_xlsx = x;
    return 0;
}

static void put_cell(struct cq_xlsx *x, const struct cq_cell *cell)
{
    switch (cell->type) {
    case CQ_FIELD_NUMBER:
        put_number(x, !cell->is_null, cell->number);
        break;
    case CQ_FIELD_TEXT:
    case CQ_FIELD_WORD:
        put_text(x, cell->is_null ? NULL : cell->text);
        break;
    case CQ_FIELD_TIME:
        put_time(x, !cell->is_null, cell->time_s);
        break;
    case CQ_FIELD_BOOL:
        put_text(x, cell->is_null ? NULL : cell->number != 0 ? "true" : "false");
        break;
    }
}

static int error_of(lxw_error e)
{
    return !e ? 0 : e == LXW_ERROR_MEMORY_MALLOC_FAILED ? -ENOMEM : -EIO;
}

int cq_xlsx_row(struct cq_xlsx *x, const struct cq_row *row)
{
    if (x->row == CQ_XLSX_MAX_ROWS)
        return -EFBIG;
    x->row++;
    x->col = 0;
    put_number(x, true, (double)row->id);
    put_text(x, row->file);
    put_time(x, row->has_started, row->started_s);
    put_text(x, row->agent);
    put_text(x, row->queue);
    put_number(x, true, row->duration_s);
    put_text(x, row->unscorable ? "unscorable" : "scored");
    put_text(x, row->reason);
    put_number(x, row->has_score, row->score);
    put_number(x, row->has_score, row->coverage);
    put_text(x, row->partial ? "true" : "false");
    put_text(x, row->severity < 0 ? NULL : cq_severity_name((enum cq_severity)row->severity));
    put_text(x, row->flags);
    if (x->opts.review) {
        put_text(x, row->has_review ? cq_review_status_name(row->review) : NULL);
        put_text(x, row->assigned);
        put_time(x, row->due_s != 0, row->due_s);
    }
    for (size_t i = 0; i < row->n_cells; i++)
        put_cell(x, &row->cells[i]);
    return error_of(x->error);
}

int cq_xlsx_end(struct cq_xlsx *x)
{
    if (!x)
        return 0;
    lxw_error e = x->book ? workbook_close(x->book) : LXW_NO_ERROR; /* writes the file, frees the book */
    int r = error_of(x->error ? x->error : e);
    free(x);
    return r;
}
