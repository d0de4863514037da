/* One page without scripts or foreign files, for the screen and for A4. */
#include "appraise/rows.h"

#include <string.h>

static const char style[] =
    "@page{size:A4;margin:15mm}"
    "body{font:10.5pt/1.4 'Noto Sans CJK SC','Microsoft YaHei','PingFang "
    "SC',sans-serif;color:#111;max-width:180mm;"
    "margin:8mm auto}"
    "h1{font-size:16pt;text-align:center;margin:0 0 6mm}h2{font-size:11.5pt;margin:6mm 0 1.5mm}"
    "table{border-collapse:collapse;width:100%}td,th{border:.3mm solid #888;padding:.8mm 1.8mm;text-align:left;"
    "vertical-align:top}th{background:#eee}td.n{text-align:right;white-space:nowrap}"
    "tr.section td{background:#f5f5f5;font-weight:bold}tr.sum td{font-weight:bold}"
    "tr{break-inside:avoid}h2{break-after:avoid}p.note{margin:1mm 0;color:#444}"
    "p.sign{margin:9mm 0 0;border-bottom:.3mm solid #111;width:80mm}"
    "@media print{body{margin:0;max-width:none}}";

static void escape(struct cq_str *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            cq_str_add(out, "&lt;");
            break;
        case '>':
            cq_str_add(out, "&gt;");
            break;
        case '&':
            cq_str_add(out, "&amp;");
            break;
        case '"':
            cq_str_add(out, "&quot;");
            break;
        default: /* a character, not an enum */
            cq_str_add_char(out, *text);
        }
    }
}

static void element(struct cq_str *out, const char *open, const char *text, const char *close)
{
    cq_str_add(out, open);
    escape(out, text);
    cq_str_add(out, close);
}

static bool is_number(const char *text)
{
    return *text && !text[strspn(text, "0123456789.-+ %/()")];
}

static void open_table(struct cq_rows *rows)
{
    if (!rows->in_table)
        cq_str_add(rows->out, "<table>\n");
    rows->in_table = true;
}

static void close_table(struct cq_rows *rows)
{
    if (rows->in_table)
        cq_str_add(rows->out, "</table>\n");
    rows->in_table = false;
}

static void put_cells(struct cq_rows *rows, const char *row, const char *const *cells, size_t n, bool head)
{
    open_table(rows);
    cq_str_add(rows->out, row);
    for (size_t i = 0; i < n; i++) {
        bool wide = !head && i + 1 == n && n < 3 && !strcmp(row, "<tr class=\"sum\">");
        if (head)
            element(rows->out, "<th>", cells[i], "</th>");
        else if (wide)
            element(rows->out, "<td class=\"n\">", cells[i], "</td><td colspan=\"4\"></td>");
        else
            element(rows->out, i && is_number(cells[i]) ? "<td class=\"n\">" : "<td>", cells[i], "</td>");
    }
    cq_str_add(rows->out, "</tr>\n");
}

static void put_section(struct cq_rows *rows, const char *const *cells)
{
    open_table(rows);
    element(rows->out, "<tr class=\"section\"><td colspan=\"5\">", cells[0], "</td>");
    element(rows->out, "<td class=\"n\">", cells[1], "</td></tr>\n");
}

static void put(struct cq_rows *rows, enum cq_row_kind kind, const char *const *cells, size_t n)
{
    if (kind == CQ_ROW_TITLE || kind == CQ_ROW_HEADING || kind == CQ_ROW_NOTE || kind == CQ_ROW_SIGN ||
        (rows->last == CQ_ROW_FIELD && kind != CQ_ROW_FIELD))
        close_table(rows);
    switch (kind) {
    case CQ_ROW_TITLE:
        element(rows->out, "<h1>", cells[0], "</h1>\n");
        break;
    case CQ_ROW_HEADING:
        element(rows->out, "<h2>", cells[0], "</h2>\n");
        break;
    case CQ_ROW_NOTE:
        element(rows->out, "<p class=\"note\">", cells[0], "</p>\n");
        break;
    case CQ_ROW_SIGN:
        element(rows->out, "<p class=\"sign\">", cells[0], "</p>\n");
        break;
    case CQ_ROW_FIELD:
        open_table(rows);
        element(rows->out, "<tr><th>", cells[0], "</th>");
        element(rows->out, "<td>", cells[1], "</td></tr>\n");
        break;
    case CQ_ROW_HEAD:
        put_cells(rows, "<tr>", cells, n, true);
        break;
    case CQ_ROW_BODY:
        put_cells(rows, "<tr>", cells, n, false);
        break;
    case CQ_ROW_SECTION:
        put_section(rows, cells);
        break;
    case CQ_ROW_SUM:
        put_cells(rows, "<tr class=\"sum\">", cells, n, false);
        break;
    }
    rows->last = kind;
}

void cq_appraisal_html(const struct cq_appraisal *a, const char *lang, struct cq_str *out)
{
    struct cq_rows rows = {.put = put, .out = out, .lang = lang, .last = CQ_ROW_TITLE};
    element(out, "<!DOCTYPE html>\n<html lang=\"", lang, "\"><head><meta charset=\"utf-8\">");
    element(out, "<title>", cq_rubric_label(a->opts->rubric, NULL, lang), "</title>\n<style>");
    cq_str_add(out, style);
    cq_str_add(out, "</style></head><body>\n");
    cq_appraisal_rows(a, &rows);
    close_table(&rows);
    cq_str_add(out, "</body></html>\n");
}
