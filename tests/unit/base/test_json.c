/* Unit tests of src/base: JSON in with lines, JSON out. */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct cq_json_doc *parse(const char *text)
{
    struct cq_json_doc *doc = NULL;
    assert_int_equal(cq_json_parse("t.json", text, strlen(text), NULL, &doc), 0);
    return doc;
}

static void values_know_their_line(void **state)
{
    (void)state;
    struct cq_json_doc *doc =
        parse("{\n  \"a\": 1.5,\n  // a comment\n  \"b\": [true,\n null,\n\"\\u5ba2\"]\n}");
    const struct cq_json *root = cq_json_root(doc);
    const struct cq_json *a = cq_json_get(root, "a"), *b = cq_json_get(root, "b");
    assert_int_equal(root->type, CQ_JSON_OBJECT);
    assert_int_equal(root->n, 2);
    assert_int_equal(a->line, 2);
    assert_float_equal(a->number, 1.5, 0);
    assert_int_equal(b->line, 4);
    assert_int_equal(b->n, 3);
    assert_true(b->first->boolean);
    assert_int_equal(b->first->next->type, CQ_JSON_NULL);
    assert_string_equal(b->first->next->next->string, "客");
    assert_int_equal(b->first->next->next->line, 6);
    assert_null(cq_json_get(root, "c"));
    assert_null(cq_json_get(a, "x"));
    assert_null(cq_json_free(doc));
}

static void faults_are_told_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
    } rows[] = {
        {"", 1},        {"{\"a\":1,\n\"a\":2}", 2}, {"{\n\n\"a\": }", 3}, {"[1,2", 1},
        {"[1e999]", 1}, {"{\"a\":\"\\u0000\"}", 1}, {"[1] [2]", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cq_json_doc *doc = NULL;
        struct cq_error err = {0};
        assert_int_equal(cq_json_parse("t.json", rows[i].text, strlen(rows[i].text), &err, &doc), -EBADMSG);
        assert_null(doc);
        assert_string_equal(err.file, "t.json");
        assert_int_equal(err.line, rows[i].line);
        assert_true(err.what[0] != '\0');
    }
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    char deep[2 * (CQ_JSON_MAX_DEPTH + 1) + 1] = "";
    memset(deep, '[', CQ_JSON_MAX_DEPTH + 1);
    memset(deep + CQ_JSON_MAX_DEPTH + 1, ']', CQ_JSON_MAX_DEPTH + 1);
    struct cq_json_doc *doc = NULL;
    assert_int_equal(cq_json_parse("t", deep, strlen(deep), NULL, &doc), -EBADMSG);
    deep[2 * CQ_JSON_MAX_DEPTH + 1] = '\0';
    assert_int_equal(cq_json_parse("t", deep + 1, strlen(deep + 1), NULL, &doc), 0);
    cq_json_free(doc);
    doc = NULL;
    assert_int_equal(cq_json_parse("t", deep, (size_t)CQ_JSON_MAX_BYTES + 1, NULL, &doc), -EFBIG);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "text", "a\"b\\c\n客\x01");
    cq_json_put_string(&w, "none", NULL);
    cq_json_put_number(&w, "pi", 3.14159, 3);
    cq_json_put_number(&w, "nan", NAN, 3);
    cq_json_put_int(&w, "big", INT64_MIN);
    cq_json_key(&w, "list");
    cq_json_open_array(&w);
    cq_json_bool(&w, true);
    cq_json_open_object(&w);
    cq_json_close_object(&w);
    cq_json_close_array(&w);
    cq_json_close_object(&w);
    assert_string_equal(out.s, "{\"text\":\"a\\\"b\\\\c\\n客\\u0001\",\"none\":null,\"pi\":3.142,\"nan\":null,"
                               "\"big\":-9223372036854775808,\"list\":[true,{}]}");
    struct cq_json_doc *doc = parse(out.s);
    assert_string_equal(cq_json_get(cq_json_root(doc), "text")->string, "a\"b\\c\n客\x01");
    cq_json_free(doc);
    cq_str_done(&out);
}

static void malformed_text_is_mended(void **state)
{
    (void)state;
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_string(&w, "a\xff"
                       "b");
    assert_string_equal(out.s, "\"a\xef\xbf\xbd"
                               "b\"");
    cq_str_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_know_their_line),     cmocka_unit_test(faults_are_told_with_their_line),
        cmocka_unit_test(depth_and_size_are_bounded), cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(malformed_text_is_mended),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
