/* The sections "watch" and "sources": mistakes by line; the example and the documentation have every member. */
#include "base/path.h"
#include "watch/settings.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int load(const char *text, struct cq_error *err, struct cq_watch_settings **ret)
{
    char path[] = "/tmp/callqa-settings-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(cq_path_write(path, text, strlen(text)), 0);
    int r = cq_watch_settings_load(path, err, ret);
    unlink(path);
    return r;
}

static void test_values_and_defaults(void **state)
{
    (void)state;
    struct cq_error err = {0};
    struct cq_watch_settings *s = NULL;
    int r =
        load("{\"talk\": {\"dead_air_s\": 4}, \"watch\": {\"settle_s\": 1.5, \"metrics\": {\"port\": 9100}},\n"
             " \"sources\": [{\"name\": \"a\", \"folder\": \"/srv/a/\", \"after\": \"move\", \"pattern\": "
             "\"freepbx\",\n"
             "  \"pair\": {\"agent\": \"-out\", \"customer\": \"-in\"}}, {\"name\": \"b\", \"folder\": "
             "\"/srv/a/b\"}]}",
             &err, &s);
    if (r)
        fail_msg("%d: %s", err.line, err.what);
    assert_true(s->opts.settle_s > 1.49 && s->opts.settle_s < 1.51);
    assert_int_equal(s->opts.metrics_port, 9100);
    assert_int_equal(s->opts.oldest_every, 4);
    assert_true(s->analysis.config.talk.dead_air_s < 4.01);
    assert_int_equal(s->n_sources, 2);
    assert_string_equal(s->sources[0].folder, "/srv/a");
    assert_string_equal(s->sources[0].done_folder, "/srv/a/done");
    assert_true(s->sources[0].recursive && s->sources[0].keep_flagged);
    assert_string_equal(cq_watch_source_of(s, "/srv/a/b/x.wav")->name, "b");
    assert_string_equal(cq_watch_source_of(s, "/srv/a/bc/x.wav")->name, "a");
    assert_null(cq_watch_source_of(s, "/srv/ab/x.wav"));
    cq_watch_settings_free(s);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
        int line;
    } cases[] = {
        {"{\"watch\":\n {\"setle_s\": 1}}", "settle_s", 2},
        {"{\"watch\": {\"settle_s\": -1}}", "must lie between", 1},
        {"{\"watch\": {\"workers\": 1.5}}", "whole number", 1},
        {"{\"watch\": {\"hook\": {\"url\": \"ftp://x\"}}}", "http://", 1},
        {"{\"sources\": {}}", "must be a list", 1},
        {"{\"sources\": [{\"name\": \"a\", \"folder\": \"rel\"}]}", "absolute", 1},
        {"{\"sources\": [{\"folder\": \"/a\"}]}", "needs a \"name\"", 1},
        {"{\"sources\": [{\"name\": \"a\", \"folder\": \"/a\", \"after\": \"burn\"}]}", "leave, move, delete",
         1},
        {"{\"sources\": [{\"name\": \"a\", \"folder\": \"/a\", \"time_zone\": \"Mars\"}]}", "time zone", 1},
        {"{\"sources\": [{\"name\": \"a\", \"folder\": \"/a\", \"pattern\": \"(\"}]}", "wrong at", 1},
        {"{\"sources\": [{\"name\": \"a\", \"folder\": \"/a\", \"pair\": {\"agent\": \"-o\"}}]}", "both", 1},
        {"{\"sources\": [{\"name\": \"a\", \"folder\": \"/a\"},\n{\"name\": \"a\", \"folder\": \"/b\"}]}",
         "two sources", 2},
        {"{\"sources\": [{\"name\": \"a\", \"folder\": \"/a\", \"rubric\": \"nonsense\"}]}", "rubric", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cq_error err = {0};
        struct cq_watch_settings *s = NULL;
        assert_true(load(cases[i].text, &err, &s) < 0);
        if (!strstr(err.what, cases[i].said))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, err.what, cases[i].said);
        assert_int_equal(err.line, cases[i].line);
    }
}

/* Every member stands in the example, and every group that it is in. */
static void test_example_has_every_member(void **state)
{
    (void)state;
    char *text = NULL;
    struct cq_error err = {0};
    struct cq_watch_settings *s = NULL;
    assert_int_equal(cq_path_read(CQ_DATA "/callqa.example.json", 1u << 20, &text, NULL), 0);
    for (int of_source = 0; of_source < 2; of_source++) {
        const char *name, *help;
        for (size_t i = 0; cq_watch_option(i, of_source, &name, &help); i++) {
            const char *last = strrchr(name, '.') ? strrchr(name, '.') + 1 : name;
            char quoted[64];
            snprintf(quoted, sizeof quoted, "\"%s\":", last);
            if (!strstr(text, quoted))
                fail_msg("data/callqa.example.json lacks %s", name);
            assert_true(strlen(help) > 10);
        }
    }
    free(text);
    if (cq_watch_settings_load(CQ_DATA "/callqa.example.json", &err, &s))
        fail_msg("%d: %s", err.line, err.what);
    cq_watch_settings_free(s);
}

static void test_doc_is_the_table(void **state)
{
    (void)state;
    char *doc = NULL, *want = cq_watch_options_markdown();
    assert_int_equal(cq_path_read(CQ_DOCS "/watch.md", 1u << 20, &doc, NULL), 0);
    assert_non_null(want);
    if (!strstr(doc, want))
        fail_msg("docs/watch.md differs; between its marks it must read:\n%s", want);
    free(want);
    free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_defaults),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_example_has_every_member),
        cmocka_unit_test(test_doc_is_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
