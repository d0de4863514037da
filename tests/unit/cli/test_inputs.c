/* FILE|DIR... to a list of recordings. */
#include "cli/inputs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const names[] = {"b.wav",       "a.FLAC",    "notes.txt", "a.json",
                                    ".hidden.wav", "deep/c.ul", "deep/d.db"};
static char root[] = "/tmp/callqa-inputs-XXXXXX";

static char *at(const char *name)
{
    static char buf[512];
    snprintf(buf, sizeof buf, "%s/%s", root, name);
    return buf;
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(root) || mkdir(at("deep"), 0700) || mkdir(at("empty"), 0700))
        return -1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        FILE *f = fopen(at(names[i]), "w");
        if (!f)
            return -1;
        fputs("12345", f);
        fclose(f);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(at(names[i]));
    return rmdir(at("deep")) || rmdir(at("empty")) || rmdir(root);
}

static void test_folder(void **state)
{
    (void)state;
    struct cq_inputs in = {0};
    struct cq_error err = {0};
    assert_int_equal(cq_inputs_add(&in, root, false, &err), 0);
    assert_int_equal(in.n, 2);
    assert_string_equal(in.v[0].path, at("a.FLAC"));
    assert_string_equal(in.v[1].path, at("b.wav"));
    assert_int_equal(in.v[0].size, 5);
    assert_int_equal(in.total_size, 10);
    cq_inputs_done(&in);

    assert_int_equal(cq_inputs_add(&in, root, true, &err), 0);
    assert_int_equal(in.n, 3);
    assert_string_equal(in.v[2].path, at("deep/c.ul"));
    cq_inputs_done(&in);
    cq_inputs_done(&in);
    cq_inputs_done(NULL);
}

static void test_files(void **state)
{
    (void)state;
    struct cq_inputs in = {0};
    struct cq_error err = {0};
    /* a file that is named is taken whatever it is called, and whether it is there or not: reading it tells */
    assert_int_equal(cq_inputs_add(&in, at("notes.txt"), false, &err), 0);
    assert_int_equal(cq_inputs_add(&in, at("missing.wav"), false, &err), 0);
    assert_int_equal(in.n, 2);
    assert_int_equal(in.v[1].size, 0);
    cq_inputs_done(&in);
}

static void test_empty_folder(void **state)
{
    (void)state;
    struct cq_inputs in = {0};
    struct cq_error err = {0};
    assert_int_equal(cq_inputs_add(&in, at("empty"), false, &err), -ENODATA);
    assert_non_null(strstr(err.what, "--recursive"));
    assert_int_equal(cq_inputs_add(&in, at("empty"), true, &err), -ENODATA);
    assert_null(strstr(err.what, "--recursive"));
    assert_int_equal(in.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_empty_folder),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
