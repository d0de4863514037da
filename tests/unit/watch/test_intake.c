/* Which files are taken, and which are left alone and why. */
#include "watch/intake.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum cq_intake is;
    } cases[] = {
        {"/s/a.wav", CQ_INTAKE_AUDIO},
        {"/s/x/A.WAV", CQ_INTAKE_AUDIO},
        {"/s/a.g729", CQ_INTAKE_AUDIO},
        {"/s/a.json", CQ_INTAKE_SIDECAR},
        {"/s/calls.CSV", CQ_INTAKE_SIDECAR},
        {"/s/a.wav.part", CQ_INTAKE_TEMPORARY},
        {"/s/a.wav.filepart", CQ_INTAKE_TEMPORARY},
        {"/s/a.wav.TMP", CQ_INTAKE_TEMPORARY},
        {"/s/a.wav~", CQ_INTAKE_TEMPORARY},
        {"/s/.#a.wav", CQ_INTAKE_TEMPORARY},
        {"/s/~$a.wav", CQ_INTAKE_TEMPORARY},
        {"/s/.a.wav.Xy12Ab", CQ_INTAKE_TEMPORARY},
        {"/s/.hidden.wav", CQ_INTAKE_OUTSIDE},
        {"/s/.trash/a.wav", CQ_INTAKE_OUTSIDE},
        {"/s/done/a.wav", CQ_INTAKE_OUTSIDE},
        {"/s/donegal/a.wav", CQ_INTAKE_AUDIO},
        {"/s/test-1.wav", CQ_INTAKE_OUTSIDE},
        {"/s/vm/1/a.wav", CQ_INTAKE_OUTSIDE},
        {"/s/a.txt", CQ_INTAKE_OTHER},
        {"/s/a", CQ_INTAKE_OTHER},
    };
    char folder[] = "/s", done[] = "/s/done", globs[][8] = {"test-*", "vm/*", "*.dat"};
    struct cq_watch_source src = {
        .folder = folder, .done_folder = done, .after = CQ_AFTER_MOVE, .recursive = true};
    src.exclude = (struct cq_words){{globs[0], globs[1]}, 2};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        if (cq_intake_of(&src, cases[i].path, &why) != cases[i].is)
            fail_msg("%s is taken for %d", cases[i].path, cq_intake_of(&src, cases[i].path, NULL));
        assert_true((why == NULL) == (cases[i].is == CQ_INTAKE_AUDIO || cases[i].is == CQ_INTAKE_SIDECAR));
    }
    src.recursive = false;
    assert_int_equal(cq_intake_of(&src, "/s/x/a.wav", NULL), CQ_INTAKE_OUTSIDE);
    src.include = (struct cq_words){{globs[2]}, 1};
    assert_int_equal(cq_intake_of(&src, "/s/a.dat", NULL), CQ_INTAKE_AUDIO);
    assert_int_equal(cq_intake_of(&src, "/s/a.wav", NULL), CQ_INTAKE_OTHER);
    assert_true(cq_intake_skips_folder(&src, "/s/done"));
    assert_false(cq_intake_skips_folder(&src, "/s/2024"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
