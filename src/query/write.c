#include "query/writer.h"

#include "base/json.h"
#include "base/time.h"
#include "callqa/scorecard.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Print the line that was made and begin another. */
static int flush_line(struct cq_writer *w)
{
    if (w->line.failed)
        return -ENOMEM;
    if (w->line.n)
        fwrite(w->line.s, 1, w->line.n, w->f);
    cq_str_clear(&w->line);
    return ferror(w->f) ? -EIO : 0;
}

int cq_writer_new(FILE *f, const struct cq_write_opts *opts, struct cq_writer **ret_writer)
{
    struct cq_writer *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->f = f;
    w->opts = *opts;
    if (opts->n_columns > CQ_SELECT_MAX_COLUMNS)
        w->opts.n_columns = CQ_SELECT_MAX_COLUMNS;
    int r = 0;
    switch (opts->format) {
    case CQ_WRITE_TABLE:
        r = cq_table_begin(w);
        break;
    case CQ_WRITE_CSV:
        cq_csv_head(w);
        r = flush_line(w);
        break;
    case CQ_WRITE_JSON:
        break;
    }
    if (r) {
        cq_writer_free(w);
        return r;
    }
    *ret_writer = w;
    return 0;
}

static void put_cell(struct cq_json_writer *j, const struct cq_field *field, const struct cq_cell *cell)
{
    char iso[CQ_TIME_ISO_MAX];
    cq_json_key(j, field->name);
    if (cell->is_null) {
        cq_json_null(j);
        return;
    }
    switch (cell->type) {
    case CQ_FIELD_NUMBER:
        cq_json_number(j, cell->number, CQ_EXPORT_DECIMALS);
        break;
    case CQ_FIELD_TEXT:
    case CQ_FIELD_WORD:
        cq_json_string(j, cell->text);
        break;
    case CQ_FIELD_TIME:
        cq_json_string(j, cq_time_format_utc(cell->time_s, iso));
        break;
    case CQ_FIELD_BOOL:
        cq_json_bool(j, cell->number != 0);
        break;
    }
}

static void put_flags(struct cq_json_writer *j, const char *flags)
{
    cq_json_key(j, "flags");
    cq_json_open_array(j);
    while (*flags) {
        const char *end = flags;
        while (*end && *end != ' ')
            end++;
        char *one = cq_str_format("%.*s", (int)(end - flags), flags);
        cq_json_string(j, one);
        free(one);
        flags = *end ? end + 1 : end;
    }
    cq_json_close_array(j);
}

void cq_row_to_json(struct cq_json_writer *j, const struct cq_row *row, const struct cq_field *columns)
{
    char iso[CQ_TIME_ISO_MAX];
    cq_json_open_object(j);
    cq_json_put_int(j, "id", row->id);
    cq_json_put_string(j, "file", row->file);
    cq_json_put_string(j, "started_at", row->has_started ? cq_time_format_utc(row->started_s, iso) : NULL);
    cq_json_put_string(j, "agent", row->agent);
    cq_json_put_string(j, "queue", row->queue);
    cq_json_put_number(j, "duration_s", row->duration_s, 3);
    cq_json_put_string(j, "status", row->unscorable ? "unscorable" : "scored");
    cq_json_put_string(j, "reason", row->reason);
    cq_json_put_number(j, "score", row->has_score ? row->score : (double)NAN, 3);
    cq_json_put_number(j, "coverage", row->has_score ? row->coverage : (double)NAN, 3);
    cq_json_put_bool(j, "partial", row->partial);
    cq_json_put_string(j, "severity",
                       row->severity < 0 ? NULL : cq_severity_name((enum cq_severity)row->severity));
    put_flags(j, row->flags);
    if (row->has_review) {
        cq_json_put_string(j, "review", cq_review_status_name(row->review));
        cq_json_put_string(j, "assigned_to", row->assigned);
        cq_json_put_string(j, "due_at", row->due_s ? cq_time_format_utc(row->due_s, iso) : NULL);
    }
    if (row->n_cells) {
        cq_json_key(j, "values");
        cq_json_open_object(j);
        for (size_t i = 0; i < row->n_cells; i++)
            put_cell(j, &columns[i], &row->cells[i]);
        cq_json_close_object(j);
    }
    cq_json_close_object(j);
}

int cq_writer_row(struct cq_writer *w, const struct cq_row *row)
{
    struct cq_json_writer j;
    switch (w->opts.format) {
    case CQ_WRITE_TABLE:
        return cq_table_row(w, row);
    case CQ_WRITE_JSON:
        cq_json_writer_init(&j, &w->line, 0);
        cq_row_to_json(&j, row, w->opts.columns);
        cq_str_add_char(&w->line, '\n');
        break;
    case CQ_WRITE_CSV:
        cq_csv_row(w, row);
        break;
    }
    return flush_line(w);
}

int cq_writer_end(struct cq_writer *w)
{
    int r = w->opts.format == CQ_WRITE_TABLE ? cq_table_end(w) : 0;
    if (!r && fflush(w->f))
        r = -EIO;
    return r;
}

struct cq_writer *cq_writer_free(struct cq_writer *w)
{
    if (w) {
        cq_table_done(w);
        cq_str_done(&w->line);
        free(w);
    }
    return NULL;
}
