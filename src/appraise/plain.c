/* The form as text for a terminal, and as CSV for a spreadsheet: the same rows. */
#include "appraise/rows.h"

#include "base/width.h"

#include <string.h>

#define LABEL_COLUMNS 36
#define CELL_COLUMNS 16

static void pad(struct cq_str *out, const char *text, size_t columns)
{
    cq_str_add(out, text);
    for (size_t n = cq_width_of(text); n < columns; n++)
        cq_str_add_char(out, ' ');
}

static void put_text(struct cq_rows *rows, enum cq_row_kind kind, const char *const *cells, size_t n)
{
    struct cq_str *out = rows->out;
    if (kind == CQ_ROW_TITLE || kind == CQ_ROW_HEADING || kind == CQ_ROW_SECTION ||
        (kind == CQ_ROW_HEAD && rows->last == CQ_ROW_FIELD))
        cq_str_add(out, "\n");
    cq_str_add(out, kind == CQ_ROW_BODY || kind == CQ_ROW_SUM || kind == CQ_ROW_HEAD ? "  " : "");
    for (size_t i = 0; i < n; i++) {
        if (i + 1 == n)
            cq_str_add(out, cells[i]);
        else
            pad(out, cells[i], i ? CELL_COLUMNS : kind == CQ_ROW_SECTION ? LABEL_COLUMNS + 2 : LABEL_COLUMNS);
    }
    cq_str_add(out, kind == CQ_ROW_SIGN ? ": ____________________\n" : "\n");
    rows->last = kind;
}

void cq_appraisal_text(const struct cq_appraisal *a, const char *lang, struct cq_str *out)
{
    struct cq_rows rows = {.put = put_text, .out = out, .lang = lang, .last = CQ_ROW_TITLE};
    cq_appraisal_rows(a, &rows);
}

/* Spreadsheets run what begins so as a formula (OWASP, "CSV injection"); numbers may. */
static bool is_formula(const char *text)
{
    return strchr("=+@\t\r\n", *text) || (*text == '-' && text[1] && text[strspn(text, "-0123456789. %")]);
}

static void put_csv(struct cq_rows *rows, enum cq_row_kind kind, const char *const *cells, size_t n)
{
    static const char *const kinds[] = {"title",   "field", "heading", "head", "row",
                                        "section", "sum",   "note",    "sign"};
    cq_str_add(rows->out, kinds[kind]);
    for (size_t i = 0; i < n; i++) {
        cq_str_add(rows->out, *cells[i] && is_formula(cells[i]) ? ",\"'" : ",\"");
        for (const char *c = cells[i]; *c; c++) {
            if (*c == '"')
                cq_str_add_char(rows->out, '"');
            cq_str_add_char(rows->out, *c);
        }
        cq_str_add_char(rows->out, '"');
    }
    cq_str_add(rows->out, "\r\n");
}

void cq_appraisal_csv(const struct cq_appraisal *a, const char *lang, struct cq_str *out)
{
    struct cq_rows rows = {.put = put_csv, .out = out, .lang = lang, .last = CQ_ROW_TITLE};
    cq_appraisal_rows(a, &rows);
}
