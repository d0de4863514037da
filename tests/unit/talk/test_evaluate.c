/* Unit tests of src/talk: readers of labels, comparison with the truth. */
#include "talk/evaluate.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct cq_label_sets read_ok(const char *path, const char *text)
{
    struct cq_label_sets sets = {0};
    struct cq_error err = {0};
    const int rc = cq_labels_read(path, text, strlen(text), &err, &sets);
    if (rc)
        print_message("%s:%d: %s\n", err.file, err.line, err.what);
    assert_int_equal(rc, 0);
    return sets;
}

static void read_bad(const char *path, const char *text, int line, const char *part)
{
    struct cq_label_sets sets = {0};
    struct cq_error err = {0};
    assert_int_equal(cq_labels_read(path, text, strlen(text), &err, &sets), -EBADMSG);
    assert_int_equal(err.line, line);
    if (!strstr(err.what, part))
        print_message("\"%s\" does not say \"%s\"\n", err.what, part);
    assert_non_null(strstr(err.what, part));
    assert_int_equal(sets.n, 0);
    cq_label_sets_done(&sets);
}

static void assert_span(const struct cq_span *at, double start_s, double end_s)
{
    assert_float_equal(at->start_s, start_s, 1e-9);
    assert_float_equal(at->end_s, end_s, 1e-9);
}

static void rttm(void **state)
{
    (void)state;
    struct cq_label_sets s = read_ok("all.rttm", "; a comment\n"
                                                 "SPKR-INFO a 1 <NA> <NA> <NA> unknown agent <NA>\n"
                                                 "SPEAKER a.wav 1 2.5 1.5 <NA> <NA> Agent <NA> <NA>\r\n"
                                                 "SPEAKER b 1 0 9 <NA> <NA> spk7 <NA> <NA>\n"
                                                 "\n"
                                                 "SPEAKER a.wav 2 0.5 1 <NA> <NA> customer\n"
                                                 "SPEAKER a.wav 1 4.1 0.4 <NA> <NA> agent <NA> <NA>");
    assert_int_equal(s.n, 2);
    assert_string_equal(s.v[0].name, "a");
    assert_false(s.v[0].mixed);
    assert_float_equal(s.v[0].duration_s, 4.5, 1e-9);
    assert_int_equal(s.v[0].speech[CQ_AGENT].n, 1); /* 0.1 s of silence is inside a talkspurt */
    assert_span(&s.v[0].speech[CQ_AGENT].v[0], 2.5, 4.5);
    assert_span(&s.v[0].speech[CQ_CUSTOMER].v[0], 0.5, 1.5);
    assert_float_equal(s.v[0].latency_median_s[CQ_AGENT], 1.0, 1e-9);
    assert_true(isnan(s.v[0].latency_median_s[CQ_CUSTOMER]));
    assert_string_equal(s.v[1].name, "b");
    assert_true(s.v[1].mixed);
    cq_label_sets_done(&s);
}

static void audacity(void **state)
{
    (void)state;
    struct cq_label_sets s = read_ok("dir/call.1.labels", "0.000000\t2.000000\tAgent good morning\n"
                                                          "\\\t100\t200\n"
                                                          "2.3\t3.1\tcustomer\n"
                                                          "10\t30\thold\n"
                                                          "31\t35\tagent\n");
    assert_int_equal(s.n, 1);
    assert_string_equal(s.v[0].name, "call.1");
    assert_int_equal(s.v[0].speech[CQ_AGENT].n, 2);
    assert_int_equal(s.v[0].speech[CQ_CUSTOMER].n, 1);
    assert_int_equal(s.v[0].events.n, 1); /* a hold, and therefore no dead air */
    assert_int_equal(s.v[0].events.v[0].type, CQ_EVENT_HOLD);
    assert_span(&s.v[0].events.v[0].at, 10, 30);
    assert_float_equal(s.v[0].latency_median_s[CQ_CUSTOMER], 0.3, 1e-9);
    cq_label_sets_done(&s);
}

static void json(void **state)
{
    (void)state;
    struct cq_label_sets s = read_ok(
        "found.jsonl",
        "{\"recording\":{\"path\":\"x/call-1.wav\",\"duration_s\":20},"
        "\"segments\":[{\"party\":\"agent\",\"start\":1,\"end\":2}],"
        "\"events\":[{\"type\":\"dead_air\",\"by\":null,\"start\":3,\"end\":9},"
        "{\"type\":\"a_kind_of_tomorrow\",\"by\":\"agent\",\"start\":3,\"end\":9}],"
        "\"metrics\":{\"talk_over_s\":1.25,\"agent\":{\"response_latency_median_s\":0.4},\"customer\":{}}}\n"
        "\n"
        "{\"file\":\"call-2.flac\",\"mono\":true,\"segments\":[{\"party\":\"customer\",\"start\":1,\"end\":7}],"
        "\"unsure\":{\"agent\":[[1.5,2.5]]}}\n");
    assert_int_equal(s.n, 2);
    assert_string_equal(s.v[0].name, "call-1");
    assert_float_equal(s.v[0].duration_s, 20, 0);
    assert_float_equal(s.v[0].talk_over_s, 1.25, 0);
    assert_float_equal(s.v[0].latency_median_s[CQ_AGENT], 0.4, 0);
    assert_true(isnan(s.v[0].latency_median_s[CQ_CUSTOMER]));
    assert_int_equal(s.v[0].events.n, 1);
    assert_int_equal(s.v[0].events.v[0].by, CQ_NOBODY);
    assert_true(s.v[1].mixed);
    assert_float_equal(s.v[1].duration_s, 7, 0); /* the last label's end */
    assert_int_equal(s.v[1].unsure[CQ_AGENT].n, 1);
    cq_label_sets_done(&s);

    s = read_ok("one.truth.json", "{\n \"segments\": [\n ],\n \"duration_s\": 3\n}\n");
    assert_int_equal(s.n, 1);
    assert_string_equal(s.v[0].name, "one");
    assert_float_equal(s.v[0].duration_s, 3, 0);
    cq_label_sets_done(&s);
}

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    read_bad("a.rttm", "SPEAKER a 1 0 1 <NA> <NA> x\nSPEAKER a 1 zero 1 <NA> <NA> x\n", 2, "RTTM");
    read_bad("a.rttm", "SPEAKER a 1 0 -1 <NA> <NA> x\n", 1, "end after its start");
    read_bad("a.rttm",
             "SPEAKER a 1 0 1 <NA> <NA> x\nSPEAKER a 1 1 1 <NA> <NA> y\nSPEAKER a 1 2 1 <NA> <NA> z\n", 3,
             "third speaker");
    read_bad("a.rttm", "SPEAKER a 1 0 1 <NA> <NA> agent\nSPEAKER a 1 1 1 <NA> <NA> y\n", 2,
             "cannot stand beside");
    read_bad("a.txt", "0\t1\tagent\n\n0,5\t1\tagent\n", 3, "Audacity");
    read_bad("a.txt", "0\t1\t\n", 1, "no name");
    read_bad("a.json", "{\"segments\":[{\"party\":\"agent\",\"start\":2,\"end\":1}]}", 1, "segment needs");
    read_bad("a.json", "{\"events\":[]}", 1, "segments");
    read_bad("a.jsonl", "{\"segments\":[]}\n{\"segments\":[],\"events\":[{\"type\":\"hold\"}]}\n", 2,
             "event needs");
    read_bad("a.jsonl", "{\"segments\":[]}\n{\"segments\":[}\n", 2, "");
    read_bad("a.json", "", 0, "empty");
}

static void stems(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {{"a/b/call-1.truth.json", "call-1"},
                                           {"call.2024.05.wav", "call.2024.05"},
                                           {"plain", "plain"},
                                           {"x.tar", "x.tar"},
                                           {"CALL.WAV", "CALL"},
                                           {".rttm", ".rttm"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *stem = cq_labels_stem(CASES[i][0]);
        assert_string_equal(stem, CASES[i][1]);
        free(stem);
    }
}

static void counts_frames_and_edges(void **state)
{
    (void)state;
    struct cq_label_sets t = read_ok("t.txt", "1\t3\tagent\n5\t6\tcustomer\n");
    struct cq_label_sets f = read_ok("f.txt", "1.1\t3.2\tagent\n5\t5.9\tcustomer\n8\t8.5\tcustomer\n");
    struct cq_evaluation e = {0};
    struct cq_evaluation_report r;

    t.v[0].duration_s = 10;
    assert_int_equal(cq_evaluate_add(&e, &t.v[0], &f.v[0]), 0);
    assert_int_equal(e.speech, 300);
    assert_int_equal(e.missed, 10 + 10);
    assert_int_equal(e.false_alarm, 20 + 50);
    assert_int_equal(e.speech50, 300 - 20);
    assert_int_equal(e.missed50, 5 + 5);
    assert_int_equal(e.false50, 15 + 50);
    cq_evaluate_report(&e, &r);
    assert_float_equal(r.der0, 90.0 / 300, 1e-12);
    assert_float_equal(r.der50, 75.0 / 280, 1e-12);
    assert_float_equal(r.onset_median_s, 0.05, 1e-9);
    assert_float_equal(r.offset_median_s, 0.15, 1e-9);
    /* The customer answers after 2.0 s; found 1.8: 0.2 off. The agent never answers. */
    assert_int_equal(e.latency_s.n, 1);
    assert_float_equal(r.latency_median_s, 0.2, 1e-9);
    assert_true(isnan(r.talk_over_error));
    cq_evaluation_done(&e);

    /* What the truth calls unsure counts neither way, unless it calls it speech as well. */
    struct cq_span unsure = {7.9, 8.6};
    t.v[0].unsure[CQ_CUSTOMER] = (struct cq_spans){.v = malloc(sizeof unsure), .n = 1, .cap = 1};
    assert_non_null(t.v[0].unsure[CQ_CUSTOMER].v);
    t.v[0].unsure[CQ_CUSTOMER].v[0] = unsure;
    assert_int_equal(cq_evaluate_add(&e, &t.v[0], &f.v[0]), 0);
    assert_int_equal(e.false_alarm, 20);
    cq_evaluation_done(&e);
    cq_label_sets_done(&t);
    cq_label_sets_done(&f);
}

static void matches_events_one_to_one(void **state)
{
    (void)state;
    static const char TRUTH[] =
        "{\"duration_s\":60,\"segments\":[],\"metrics\":{\"talk_over_s\":2},\"events\":["
        "{\"type\":\"backchannel\",\"by\":\"agent\",\"start\":1,\"end\":1.5},"
        "{\"type\":\"backchannel\",\"by\":\"agent\",\"start\":2,\"end\":2.5},"
        "{\"type\":\"backchannel\",\"by\":\"customer\",\"start\":9,\"end\":9.5},"
        "{\"type\":\"hold\",\"by\":null,\"start\":20,\"end\":40}]}";
    static const char FOUND[] =
        "{\"duration_s\":60,\"segments\":[],\"metrics\":{\"talk_over_s\":3},\"events\":["
        "{\"type\":\"backchannel\",\"by\":\"agent\",\"start\":1.2,\"end\":2.2},"
        "{\"type\":\"backchannel\",\"by\":\"agent\",\"start\":2.9,\"end\":3.0},"
        "{\"type\":\"backchannel\",\"by\":\"agent\",\"start\":9,\"end\":9.5},"
        "{\"type\":\"hold\",\"by\":\"none\",\"start\":39,\"end\":50}]}";
    struct cq_label_sets t = read_ok("t.json", TRUTH), f = read_ok("f.json", FOUND);
    struct cq_evaluation e = {0};
    struct cq_evaluation_report r;

    assert_int_equal(cq_evaluate_add(&e, &t.v[0], &f.v[0]), 0);
    const struct cq_evaluated_event *bc = &e.event[CQ_EVALUATED_BACKCHANNEL];
    assert_int_equal(bc->n_true, 3);
    assert_int_equal(bc->n_found, 3);
    assert_int_equal(bc->n_hits, 1); /* one found event serves one true one; of the customer none is found */
    assert_float_equal(cq_evaluated_f1(bc), 2.0 / 6, 1e-12);
    assert_int_equal(e.event[CQ_EVALUATED_HOLD].n_hits, 1);
    assert_true(isnan(cq_evaluated_f1(&e.event[CQ_EVALUATED_DEAD_AIR])));
    cq_evaluate_report(&e, &r);
    assert_float_equal(r.talk_over_error, 0.5, 1e-12);
    cq_evaluation_done(&e);
    cq_label_sets_done(&t);
    cq_label_sets_done(&f);
}

static void mixed_parties_are_taken_as_they_fit(void **state)
{
    (void)state;
    struct cq_label_sets t =
        read_ok("t.rttm", "SPEAKER c 1 0 4 <NA> <NA> spk1\nSPEAKER c 1 5 3 <NA> <NA> spk2\n");
    struct cq_label_sets f = read_ok("f.txt", "0\t4\tcustomer\n5\t8\tagent\n");
    struct cq_evaluation e = {0};

    assert_int_equal(cq_evaluate_add(&e, &t.v[0], &f.v[0]), 0);
    assert_int_equal(e.n_exchanged, 1);
    assert_int_equal(e.missed + e.false_alarm, 0);
    assert_int_equal(e.speech, 700);
    t.v[0].mixed = false;
    assert_int_equal(cq_evaluate_add(&e, &t.v[0], &f.v[0]), 0);
    assert_int_equal(e.n_exchanged, 1);
    assert_int_equal(e.missed, 700);
    cq_evaluation_done(&e);
    cq_label_sets_done(&t);
    cq_label_sets_done(&f);
}

static void nothing_is_compared_with_nothing(void **state)
{
    (void)state;
    struct cq_labels t = {.latency_median_s = {NAN, NAN}}, f = {.latency_median_s = {NAN, NAN}};
    struct cq_evaluation e = {0};
    struct cq_evaluation_report r;

    assert_int_equal(cq_evaluate_add(&e, &t, &f), 0);
    cq_evaluate_report(&e, &r);
    assert_float_equal(r.der0, 0, 0);
    assert_true(isnan(r.onset_median_s));
    cq_evaluation_done(&e);
    cq_evaluation_done(NULL);
    cq_labels_done(NULL);
    cq_label_sets_done(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rttm),
        cmocka_unit_test(audacity),
        cmocka_unit_test(json),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(stems),
        cmocka_unit_test(counts_frames_and_edges),
        cmocka_unit_test(matches_events_one_to_one),
        cmocka_unit_test(mixed_parties_are_taken_as_they_fit),
        cmocka_unit_test(nothing_is_compared_with_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
