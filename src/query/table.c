/*
 * A table for a terminal. The first rows are kept back until the widths are known; what comes after them is
 * printed as it comes, so that an endless result needs no memory. Columns in which no row has anything are
 * left out, and the last one is cut where the terminal ends.
 */
#include "query/writer.h"

#include "base/number.h"
#include "base/time.h"
#include "base/width.h"
#include "callqa/scorecard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_CELL_COLUMNS 40 /* texts from outside; the rest is cut */
#define GAP 2

/* Fixed columns; those that were asked for stand before the flags. */
enum { COL_ID, COL_STARTED, COL_AGENT, COL_QUEUE, COL_LENGTH, COL_SCORE, COL_COVERAGE, COL_FIRST_ASKED };

static const char *translated(const struct cq_writer *w, const char *text)
{
    return w->opts.translate ? w->opts.translate(text) : text;
}

static size_t col_file(const struct cq_writer *w)
{
    return COL_FIRST_ASKED + w->opts.n_columns;
}

static size_t col_flags(const struct cq_writer *w)
{
    return col_file(w) + 1;
}

static const char *heading(const struct cq_writer *w, size_t col)
{
    static const char *const fixed[] = {
        [COL_ID] = "CALL",       [COL_STARTED] = "STARTED", [COL_AGENT] = "AGENT",      [COL_QUEUE] = "QUEUE",
        [COL_LENGTH] = "LENGTH", [COL_SCORE] = "SCORE",     [COL_COVERAGE] = "OF FORM",
    };
    if (col < COL_FIRST_ASKED)
        return translated(w, fixed[col]);
    if (col == col_file(w))
        return translated(w, "RECORDING");
    if (col == col_flags(w))
        return translated(w, "FLAGS");
    return w->opts.columns[col - COL_FIRST_ASKED].name;
}

static bool is_right(const struct cq_writer *w, size_t col)
{
    if (col >= COL_FIRST_ASKED && col < col_file(w))
        return w->opts.columns[col - COL_FIRST_ASKED].type == CQ_FIELD_NUMBER;
    return col == COL_ID || col == COL_LENGTH || col == COL_SCORE || col == COL_COVERAGE;
}

int cq_table_begin(struct cq_writer *w)
{
    w->n_columns = col_flags(w) + 1;
    w->cells = calloc(CQ_TABLE_SAMPLE * w->n_columns, sizeof *w->cells);
    w->severities = calloc(CQ_TABLE_SAMPLE, sizeof *w->severities);
    return w->cells && w->severities ? 0 : -ENOMEM;
}

/* In the reader's own time, to the minute. */
static char *local_time(int64_t time_s)
{
    char buf[32];
    struct tm tm;
    time_t t = (time_t)time_s;
    if (!localtime_r(&t, &tm) || !strftime(buf, sizeof buf, "%Y-%m-%d %H:%M", &tm))
        return cq_str_dup("?");
    return cq_str_dup(buf);
}

static char *number(double v, int decimals)
{
    char buf[CQ_NUMBER_MAX];
    cq_number_format(buf, v, decimals);
    return cq_str_dup(buf);
}

/* Scores line up under each other: always one decimal. */
static char *score(double v)
{
    char buf[CQ_NUMBER_MAX];
    cq_number_format(buf, v, 1);
    return strchr(buf, '.') ? cq_str_dup(buf) : cq_str_format("%s.0", buf);
}

static char *cell_text(const struct cq_writer *w, const struct cq_cell *cell)
{
    if (cell->is_null)
        return cq_str_dup("");
    switch (cell->type) {
    case CQ_FIELD_NUMBER:
        return number(cell->number, CQ_CELL_DECIMALS);
    case CQ_FIELD_TEXT:
        return cq_str_dup(cell->text ? cell->text : "");
    case CQ_FIELD_WORD:
        return cq_str_dup(translated(w, cell->text));
    case CQ_FIELD_TIME:
        return local_time(cell->time_s);
    case CQ_FIELD_BOOL:
        return cq_str_dup(translated(w, cell->number != 0 ? "yes" : "no"));
    }
    return NULL;
}

static char *fixed_text(const struct cq_writer *w, const struct cq_row *row, size_t col)
{
    char clock[CQ_TIME_CLOCK_MAX];
    switch (col) {
    case COL_ID:
        return number((double)row->id, 0);
    case COL_STARTED:
        return row->has_started ? local_time(row->started_s) : cq_str_dup("");
    case COL_AGENT:
        return cq_str_dup(row->agent ? row->agent : "");
    case COL_QUEUE:
        return cq_str_dup(row->queue ? row->queue : "");
    case COL_LENGTH:
        return cq_str_dup(cq_time_format_clock(row->duration_s, clock));
    case COL_SCORE:
        return row->has_score ? score(row->score) : cq_str_dup("-");
    case COL_COVERAGE:
        return row->has_score ? cq_str_format("%.0f%%", row->coverage * 100) : cq_str_dup("");
    }
    if (col == col_file(w))
        return cq_str_dup(row->file ? row->file : "");
    if (!row->unscorable)
        return cq_str_dup(row->flags);
    return cq_str_format("%s: %s", translated(w, "unscorable"), row->reason ? row->reason : "");
}

/* The texts of one row into cells[0..n_columns). */
static int make_cells(const struct cq_writer *w, const struct cq_row *row, char **cells)
{
    int r = 0;
    for (size_t col = 0; col < w->n_columns; col++) {
        bool asked = col >= COL_FIRST_ASKED && col < col_file(w);
        cells[col] = asked ? cell_text(w, &row->cells[col - COL_FIRST_ASKED]) : fixed_text(w, row, col);
        if (!cells[col])
            r = -ENOMEM;
    }
    return r;
}

static void drop_cells(const struct cq_writer *w, char **cells)
{
    for (size_t col = 0; col < w->n_columns; col++) {
        free(cells[col]);
        cells[col] = NULL;
    }
}

static const char *colour_of(const struct cq_writer *w, int severity)
{
    if (!w->opts.colour)
        return NULL;
    switch (severity) {
    case CQ_SEVERITY_WARNING:
        return "\033[33m";
    case CQ_SEVERITY_CRITICAL:
        return "\033[31m";
    }
    return NULL;
}

/* The last column takes what the terminal has left. */
static size_t room_for_last(const struct cq_writer *w, size_t used, const char *text)
{
    size_t need = cq_width_of(text);
    if (w->opts.width <= 0)
        return need;
    size_t width = (size_t)w->opts.width;
    size_t room = width > used + 8 ? width - used : 8;
    return need < room ? need : room;
}

static void print_line(const struct cq_writer *w, char *const *cells, int severity)
{
    size_t used = 0;
    for (size_t col = 0; col < w->n_columns; col++) {
        const char *text = cells ? cells[col] : heading(w, col);
        bool last = col + 1 == w->n_columns;
        if (!w->used[col] && !last)
            continue;
        const char *colour = cells && last ? colour_of(w, severity) : NULL;
        size_t width = last ? room_for_last(w, used, text) : w->widths[col];
        if (colour)
            fputs(colour, w->f);
        cq_width_put(w->f, text, width, is_right(w, col), w->opts.utf8);
        if (colour)
            fputs("\033[0m", w->f);
        if (!last)
            fputs("  ", w->f);
        used += width + GAP;
    }
    fputc('\n', w->f);
}

static void settle(struct cq_writer *w)
{
    for (size_t col = 0; col < w->n_columns; col++) {
        size_t width = cq_width_of(heading(w, col));
        for (size_t row = 0; row < w->n_rows; row++) {
            size_t need = cq_width_of(w->cells[row * w->n_columns + col]);
            w->used[col] |= need > 0;
            need = need > MAX_CELL_COLUMNS ? MAX_CELL_COLUMNS : need;
            width = need > width ? need : width;
        }
        w->widths[col] = width;
    }
    w->settled = true;
    if (w->n_rows)
        print_line(w, NULL, -1);
    for (size_t row = 0; row < w->n_rows; row++) {
        print_line(w, w->cells + row * w->n_columns, w->severities[row]);
        drop_cells(w, w->cells + row * w->n_columns);
    }
    w->n_rows = 0;
}

int cq_table_row(struct cq_writer *w, const struct cq_row *row)
{
    char **cells = w->cells + w->n_rows * w->n_columns;
    int r = make_cells(w, row, cells);
    if (r || w->settled) {
        if (!r)
            print_line(w, cells, row->severity);
        drop_cells(w, cells);
    } else {
        w->severities[w->n_rows++] = row->severity;
        if (w->n_rows == CQ_TABLE_SAMPLE)
            settle(w);
    }
    return r ? r : ferror(w->f) ? -EIO : 0;
}

int cq_table_end(struct cq_writer *w)
{
    if (!w->settled)
        settle(w);
    return ferror(w->f) ? -EIO : 0;
}

void cq_table_done(struct cq_writer *w)
{
    for (size_t i = 0; w->cells && i < CQ_TABLE_SAMPLE * w->n_columns; i++)
        free(w->cells[i]);
    free(w->cells);
    free(w->severities);
}
