/* The same rows as a workbook, for those who go on working with the numbers (libxlsxwriter). */
#include "appraise/rows.h"

#include "base/number.h"

#include <errno.h>
#include <string.h>
#include <xlsxwriter.h>

/* Widths of columns, in characters. */
#define WIDE 38
#define NARROW 16

struct sheet {
    struct cq_rows rows; /* first: the sink gets a pointer to it */
    lxw_worksheet *sheet;
    lxw_format *title, *heading, *head, *cell, *bold;
    lxw_row_t row;
    lxw_error error;
};

static void put_cell(struct sheet *s, lxw_col_t col, const char *text, lxw_format *format)
{
    double v;
    lxw_error e;
    if (*text && !cq_number_parse(text, strlen(text), &v))
        e = worksheet_write_number(s->sheet, s->row, col, v, format);
    else
        e = worksheet_write_string(s->sheet, s->row, col, text, format);
    s->error = s->error ? s->error : e;
}

static lxw_format *format_of(const struct sheet *s, enum cq_row_kind kind)
{
    switch (kind) {
    case CQ_ROW_TITLE:
        return s->title;
    case CQ_ROW_HEADING:
        return s->heading;
    case CQ_ROW_HEAD:
        return s->head;
    case CQ_ROW_SECTION:
    case CQ_ROW_SUM:
        return s->bold;
    case CQ_ROW_FIELD:
    case CQ_ROW_BODY:
        return s->cell;
    case CQ_ROW_NOTE:
    case CQ_ROW_SIGN:
        break;
    }
    return NULL;
}

static void put(struct cq_rows *rows, enum cq_row_kind kind, const char *const *cells, size_t n)
{
    struct sheet *s = (struct sheet *)(void *)rows;
    if (kind == CQ_ROW_HEADING || kind == CQ_ROW_SIGN || (kind == CQ_ROW_HEAD && rows->last == CQ_ROW_FIELD))
        s->row++;
    for (size_t i = 0; i < n; i++)
        put_cell(s, (lxw_col_t)i, cells[i], format_of(s, kind));
    s->row++;
    rows->last = kind;
}

static void make_formats(lxw_workbook *book, struct sheet *s)
{
    s->title = workbook_add_format(book);
    s->heading = workbook_add_format(book);
    s->head = workbook_add_format(book);
    s->cell = workbook_add_format(book);
    s->bold = workbook_add_format(book);
    format_set_bold(s->title);
    format_set_font_size(s->title, 16);
    format_set_bold(s->heading);
    format_set_bold(s->head);
    format_set_bold(s->bold);
    enum { N_BOXED = 3 };
    lxw_format *const boxed[N_BOXED] = {s->head, s->cell, s->bold};
    for (size_t i = 0; i < N_BOXED; i++) {
        format_set_border(boxed[i], LXW_BORDER_THIN);
        format_set_text_wrap(boxed[i]);
    }
}

int cq_appraisal_xlsx(const struct cq_appraisal *a, const char *lang, const char *path)
{
    lxw_workbook *book = workbook_new(path);
    struct sheet s = {.rows = {.put = put, .lang = lang, .last = CQ_ROW_TITLE}};
    if (!book)
        return -ENOMEM;
    s.sheet = workbook_add_worksheet(book, NULL);
    make_formats(book, &s);
    worksheet_set_paper(s.sheet, 9); /* A4 */
    worksheet_fit_to_pages(s.sheet, 1, 0);
    worksheet_set_column(s.sheet, 0, 0, WIDE, NULL);
    worksheet_set_column(s.sheet, 1, 4, NARROW, NULL);
    worksheet_set_column(s.sheet, 5, 5, WIDE, NULL);
    cq_appraisal_rows(a, &s.rows);
    lxw_error closed = workbook_close(book); /* writes the file */
    if (closed == LXW_ERROR_MEMORY_MALLOC_FAILED || s.error == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return -ENOMEM;
    return closed || s.error ? -EIO : 0;
}
