/* The three formats. */
#include "query/write.h"

#include "base/json.h"
#include "base/str.h"
#include "base/width.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct cq_row plain = {
    .id = 7,
    .file = "a.wav",
    .has_started = true,
    .started_s = 1764000000,
    .agent = "A001",
    .queue = "sales",
    .duration_s = 125.25,
    .has_score = true,
    .score = 3.25,
    .coverage = 0.35,
    .partial = true,
    .severity = 1,
    .flags = "talk_over_high long_hold",
};

static const struct cq_row odd = {
    .id = 12345,
    .file = "=cmd|' /C calc'!A0.wav",
    .agent = "张伟",
    .duration_s = 3700,
    .unscorable = true,
    .reason = "the customer's channel is silent, \"quite\"\nsilent",
    .severity = -1,
    .flags = "",
};

/* What the writer makes of the rows; the caller frees. */
static char *written(const struct cq_write_opts *opts, const struct cq_row *rows, size_t n)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    struct cq_writer *w = NULL;
    assert_non_null(f);
    assert_int_equal(cq_writer_new(f, opts, &w), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(cq_writer_row(w, &rows[i]), 0);
    assert_int_equal(cq_writer_end(w), 0);
    cq_writer_free(w);
    fclose(f);
    return text;
}

static void test_csv(void **state)
{
    (void)state;
    struct cq_field field;
    assert_int_equal(cq_field_find("agent.turns", &field), 0);
    const struct cq_write_opts opts = {.format = CQ_WRITE_CSV, .columns = &field, .n_columns = 1};
    struct cq_row rows[2] = {plain, odd};
    rows[0].n_cells = rows[1].n_cells = 1;
    rows[0].cells[0] = (struct cq_cell){.type = CQ_FIELD_NUMBER, .number = -1.5};
    rows[1].cells[0] = (struct cq_cell){.type = CQ_FIELD_NUMBER, .is_null = true};
    char *text = written(&opts, rows, 2);
    assert_string_equal(
        text, "id,file,started_at,agent,queue,duration_s,status,reason,score,coverage,partial,severity,"
              "flags,agent.turns\r\n"
              "7,a.wav,2025-11-24T16:00:00Z,A001,sales,125.25,scored,,3.25,0.35,true,warning,"
              "talk_over_high long_hold,-1.5\r\n"
              "12345,\"'=cmd|' /C calc'!A0.wav\",,张伟,,3700,unscorable,\"the customer's channel is "
              "silent, \"\"quite\"\"\nsilent\",,,false,,,\r\n");
    free(text);
    text = written(&opts, NULL, 0); /* a result without rows still has its head */
    assert_int_equal(strncmp(text, "id,file,", 8), 0);
    free(text);
}

static void test_formulas(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"plain", "plain"},     {"", ""},
        {"=1+1", "\"'=1+1\""},  {"+49 30", "\"'+49 30\""},
        {"-x", "\"'-x\""},      {"@SUM", "\"'@SUM\""},
        {"\tx", "\"'\tx\""},    {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""}, {"a=b", "a=b"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct cq_str out = {0};
        cq_csv_text(&out, pairs[i][0]);
        assert_string_equal(out.s ? out.s : "", pairs[i][1]);
        cq_str_done(&out);
    }
}

static void test_json(void **state)
{
    (void)state;
    struct cq_field fields[3];
    assert_int_equal(cq_field_find("agent.turns", &fields[0]), 0);
    assert_int_equal(cq_field_find("stored_at", &fields[1]), 0);
    assert_int_equal(cq_field_find("diarized", &fields[2]), 0);
    const struct cq_write_opts opts = {.format = CQ_WRITE_JSON, .columns = fields, .n_columns = 3};
    struct cq_row rows[2] = {plain, odd};
    rows[0].n_cells = 3;
    rows[0].cells[0] = (struct cq_cell){.type = CQ_FIELD_NUMBER, .number = 4};
    rows[0].cells[1] = (struct cq_cell){.type = CQ_FIELD_TIME, .time_s = 0};
    rows[0].cells[2] = (struct cq_cell){.type = CQ_FIELD_BOOL, .number = 1};
    char *text = written(&opts, rows, 2);
    char *line = strchr(text, '\n');
    assert_non_null(line);
    struct cq_error err;
    struct cq_json_doc *doc = NULL;
    assert_int_equal(cq_json_parse("row", text, (size_t)(line - text), &err, &doc), 0);
    const struct cq_json *root = cq_json_root(doc), *values = cq_json_get(root, "values");
    assert_true(cq_json_get(root, "id")->number == 7);
    assert_string_equal(cq_json_get(root, "started_at")->string, "2025-11-24T16:00:00Z");
    assert_int_equal(cq_json_get(root, "flags")->n, 2);
    assert_string_equal(cq_json_get(root, "flags")->first->next->string, "long_hold");
    assert_true(cq_json_get(values, "agent.turns")->number == 4);
    assert_string_equal(cq_json_get(values, "stored_at")->string, "1970-01-01T00:00:00Z");
    assert_true(cq_json_get(values, "diarized")->boolean);
    cq_json_free(doc);
    assert_int_equal(cq_json_parse("row", line + 1, strlen(line + 1), &err, &doc), 0);
    root = cq_json_root(doc);
    assert_string_equal(cq_json_get(root, "status")->string, "unscorable");
    assert_int_equal(cq_json_get(root, "score")->type, CQ_JSON_NULL);
    assert_int_equal(cq_json_get(root, "started_at")->type, CQ_JSON_NULL);
    cq_json_free(doc);
    free(text);
}

/* Column of the first `needle` in a line, by what the terminal shows. */
static size_t column_of(const char *line, const char *needle)
{
    char head[512];
    const char *at = strstr(line, needle);
    assert_non_null(at);
    snprintf(head, sizeof head, "%.*s", (int)(at - line), line);
    return cq_width_of(head);
}

static void test_table(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    struct cq_write_opts opts = {.format = CQ_WRITE_TABLE, .utf8 = true};
    struct cq_row rows[2] = {plain, odd};
    char *text = written(&opts, rows, 2);
    char *head = strtok(text, "\n"), *first = strtok(NULL, "\n"), *second = strtok(NULL, "\n");
    assert_non_null(second);
    assert_null(strtok(NULL, "\n"));
    assert_int_equal(column_of(head, "RECORDING"), column_of(first, "a.wav"));
    assert_int_equal(column_of(head, "RECORDING"), column_of(second, "=cmd"));
    assert_int_equal(column_of(head, "FLAGS"), column_of(first, "talk_over_high"));
    assert_int_equal(column_of(head, "FLAGS"),
                     column_of(second, "unscorable: the customer")); /* CJK is two wide */
    assert_non_null(strstr(first, "2025-11-24 16:00"));
    assert_non_null(strstr(first, "2:05"));
    assert_non_null(strstr(first, "35%"));
    assert_non_null(strstr(second, "?silent")); /* a line's end inside does not break the line */
    free(text);

    opts.width = 60;
    text = written(&opts, rows, 2);
    head = strtok(text, "\n");
    second = strtok(NULL, "\n");
    second = strtok(NULL, "\n");
    assert_non_null(second);
    assert_non_null(strstr(second, "…"));
    free(text);

    rows[0].queue = NULL; /* nobody has a queue: no column */
    text = written(&opts, rows, 2);
    assert_null(strstr(text, "QUEUE"));
    free(text);
    text = written(&opts, NULL, 0);
    assert_true(!text || !*text);
    free(text);
}

static void test_many_rows(void **state)
{
    (void)state;
    const struct cq_write_opts opts = {.format = CQ_WRITE_TABLE};
    struct cq_row *rows = calloc(2000, sizeof *rows);
    assert_non_null(rows);
    for (int i = 0; i < 2000; i++) {
        rows[i] = plain;
        rows[i].id = i;
    }
    char *text = written(&opts, rows, 2000);
    size_t lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 2001);
    free(text);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),   cmocka_unit_test(test_formulas),  cmocka_unit_test(test_json),
        cmocka_unit_test(test_table), cmocka_unit_test(test_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
