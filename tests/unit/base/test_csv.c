/* The reader of CSV: quotes, separators, codings, limits, and files that do not fit into memory. */
#include "base/csv.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A few bytes at a time, as a pipe gives them: every boundary falls somewhere. */
struct drip {
    const char *text;
    size_t n, step;
};

static ssize_t read_drip(void *user, char *buf, size_t n)
{
    struct drip *d = user;
    n = n < d->step ? n : d->step;
    n = n < d->n ? n : d->n;
    memcpy(buf, d->text, n);
    d->text += n;
    d->n -= n;
    return (ssize_t)n;
}

/* Rows as "line:field|field\n". */
static int flatten(struct cq_csv *csv, struct cq_str *out, struct cq_error *err)
{
    int r;
    while ((r = cq_csv_next(csv, err)) > 0) {
        cq_str_printf(out, "%d:", csv->line);
        for (size_t i = 0; i < csv->n_fields; i++)
            cq_str_printf(out, "%s%s", i ? "|" : "", cq_csv_field(csv, i));
        cq_str_add(out, "\n");
    }
    assert_string_equal(cq_csv_field(csv, CQ_CSV_MAX_FIELDS + 1), "");
    cq_csv_done(csv);
    return r;
}

static void check_bytes(const char *text, size_t n, const char *want)
{
    struct cq_error err = {0};
    for (size_t step = 0; step <= 3; step++) {
        struct drip d = {text, n, step};
        struct cq_str got = {0};
        struct cq_csv csv;
        assert_int_equal(
            step ? cq_csv_of(&csv, "t.csv", read_drip, &d) : cq_csv_of_text(&csv, "t.csv", text, n), 0);
        if (flatten(&csv, &got, &err))
            fail_msg("line %d: %s", err.line, err.what);
        assert_string_equal(got.s ? got.s : "", want);
        cq_str_done(&got);
    }
}

static void check(const char *text, const char *want)
{
    check_bytes(text, strlen(text), want);
}

static void refuse_bytes(const char *text, size_t n, int line, const char *said)
{
    struct cq_error err = {0};
    struct cq_str got = {0};
    struct cq_csv csv;
    assert_int_equal(cq_csv_of_text(&csv, "t.csv", text, n), 0);
    assert_int_equal(flatten(&csv, &got, &err), -EBADMSG);
    assert_int_equal(err.line, line);
    if (!strstr(err.what, said))
        fail_msg("\"%s\" does not say \"%s\"", err.what, said);
    cq_str_done(&got);
}

static void refuse(const char *text, int line, const char *said)
{
    refuse_bytes(text, strlen(text), line, said);
}

static void test_rows(void **state)
{
    (void)state;
    check("", "");
    check("\n\r\n\r", "");
    check("a,b\n1,2", "1:a|b\n2:1|2\n");
    check("a,b\r\n1,2\r\n\r\n3,\r\n", "1:a|b\n2:1|2\n4:3|\n");
    check("a,b\r1,2\r", "1:a|b\n2:1|2\n"); /* old spreadsheets */
    check("a,b\n\"x, \"\"y\"\"\nz\",2\n3,4\n", "1:a|b\n2:x, \"y\"\nz|2\n4:3|4\n");
    check("a,b\n\"\",\"\"\n", "1:a|b\n2:|\n");
    check("one\n\"two\"", "1:one\n2:two\n");
    check("a b,c\"d\n", "1:a b|c\"d\n"); /* a quote inside a field that has none at its beginning */
}

static void test_separators(void **state)
{
    (void)state;
    check("a;b\n1,5;2\n", "1:a|b\n2:1,5|2\n");
    check("a\tb\n1\t2;3\n", "1:a|b\n2:1|2;3\n");
    check("\"a;b;c\",d\n1,2\n", "1:a;b;c|d\n2:1|2\n"); /* those inside quotes do not count */
    check("a,b\n1;2;3\n", "1:a|b\n2:1;2;3\n");         /* the first row decides */
}

static void test_codings(void **state)
{
    (void)state;
    static const char gb[] = "name,x\n\xcd\xf5\xc0\xf6,\x81\x30\x81\x30\n"; /* two bytes, and four */
    check("\xef\xbb\xbf"
          "a,b\n",
          "1:a|b\n");
    check("\xe5\xa7\x93\xe5\x90\x8d,b\n", "1:\xe5\xa7\x93\xe5\x90\x8d|b\n");
    check_bytes(gb, sizeof gb - 1, "1:name|x\n2:\xe7\x8e\x8b\xe4\xb8\xbd|\xc2\x80\n");
    refuse("a,b\n1,2\n\xff\xff\xff,x\n", 3, "neither UTF-8 nor GB18030");
    refuse("\xef\xbb\xbf"
           "a\nb\n\xcd\xf5\n",
           3, "not UTF-8");
    refuse_bytes("a\nb\0c\n", 6, 2, "NUL");
    refuse("a\n\xe5", 2, "neither"); /* cut in the middle of a character */
}

static void test_refusals(void **state)
{
    (void)state;
    struct cq_str many = {0};
    refuse("a\n1\n\"open\nand on\n", 3, "not closed");
    refuse("a,b\n\"x\" y,2\n", 2, "text follows a quoted field");
    refuse("a,b\n\"x\ny\"z,2\n", 3, "text follows a quoted field");
    for (int i = 0; i < CQ_CSV_MAX_FIELDS; i++)
        cq_str_add(&many, "1,");
    refuse(many.s, 1, "more than 256 columns");
    many.s[2 * CQ_CSV_MAX_FIELDS - 1] = '\0'; /* as many as there may be */
    struct cq_csv csv;
    struct cq_error err = {0};
    assert_int_equal(cq_csv_of_text(&csv, "t.csv", many.s, strlen(many.s)), 0);
    assert_int_equal(cq_csv_next(&csv, &err), 1);
    assert_int_equal(csv.n_fields, CQ_CSV_MAX_FIELDS);
    cq_csv_done(&csv);
    cq_str_clear(&many);
    for (int i = 0; i <= CQ_CSV_MAX_FIELD; i++)
        cq_str_add_char(&many, 'x');
    refuse(many.s, 1, "too long");
    cq_str_done(&many);
}

static ssize_t read_broken(void *user, char *buf, size_t n)
{
    (void)user;
    (void)buf;
    (void)n;
    return -EIO;
}

/* 40 MB that exist nowhere: each row says its number. Chinese from the second half on. */
struct rows {
    int next;
    char row[64];
    size_t at, n;
};

#define N_ROWS 1000000

static ssize_t read_rows(void *user, char *buf, size_t n)
{
    struct rows *rows = user;
    size_t put = 0;
    while (put < n && rows->next <= N_ROWS) {
        if (rows->at == rows->n) {
            rows->next++;
            rows->at = 0;
            rows->n = (size_t)snprintf(rows->row, sizeof rows->row, "%d,\"a \"\"b\"\"\",%s\n", rows->next,
                                       rows->next > N_ROWS / 2 ? "\xe7\x8e\x8b" : "x");
            if (rows->next > N_ROWS)
                break;
        }
        size_t k = rows->n - rows->at < n - put ? rows->n - rows->at : n - put;
        memcpy(buf + put, rows->row + rows->at, k);
        rows->at += k;
        put += k;
    }
    return (ssize_t)put;
}

static void test_large(void **state)
{
    (void)state;
    struct cq_error err = {0};
    struct rows rows = {0};
    struct cq_csv csv;
    int n = 0, r;
    assert_int_equal(cq_csv_of(&csv, "t.csv", read_rows, &rows), 0);
    while ((r = cq_csv_next(&csv, &err)) > 0) {
        n++;
        if (csv.n_fields != 3 || atoi(cq_csv_field(&csv, 0)) != n || csv.line != n ||
            strcmp(cq_csv_field(&csv, 1), "a \"b\"") != 0 ||
            strcmp(cq_csv_field(&csv, 2), n > N_ROWS / 2 ? "\xe7\x8e\x8b" : "x") != 0)
            fail_msg("row %d is wrong", n);
    }
    assert_int_equal(r, 0);
    assert_int_equal(n, N_ROWS);
    assert_true(csv.buf.cap < 4096); /* a row, not a file */
    cq_csv_done(&csv);

    assert_int_equal(cq_csv_of(&csv, "t.csv", read_broken, NULL), 0);
    assert_int_equal(cq_csv_next(&csv, &err), -EIO);
    cq_csv_done(&csv);
}

static void test_file(void **state)
{
    (void)state;
    struct cq_error err = {0};
    struct cq_str got = {0};
    struct cq_csv csv;
    FILE *f = tmpfile();
    assert_non_null(f);
    fputs("a,b\n1,2\n", f);
    fflush(f);
    rewind(f);
    assert_int_equal(lseek(fileno(f), 0, SEEK_SET), 0);
    assert_int_equal(cq_csv_of_file(&csv, "t.csv", fileno(f)), 0);
    assert_int_equal(flatten(&csv, &got, &err), 0);
    assert_string_equal(got.s, "1:a|b\n2:1|2\n");
    cq_str_done(&got);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),     cmocka_unit_test(test_separators), cmocka_unit_test(test_codings),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_large),      cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
