/* Side-cars: the schema, what is refused and on which line, spreadsheets. */
#include "watch/sidecar.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct told {
    struct cq_str text; /* "stem{name=value,...}" */
};

static int tell(void *user, const char *stem, const struct cq_facts *facts)
{
    struct told *t = user;
    cq_str_printf(&t->text, "%s{", stem ? stem : "-");
    for (size_t i = 0; i < facts->n; i++)
        cq_str_printf(&t->text, "%s%s=%s", i ? "," : "", facts->v[i].name, facts->v[i].value);
    cq_str_add(&t->text, "}");
    return 0;
}

/* A configuration with names of one's own. */
static const char config[] = "{\"records\": {\"columns\": {\"ticket\": [\"ticket\", \"\u5de5\u5355\"]},"
                             " \"priorities\": {\"\u7d27\u6025\": \"urgent\"}}}";

static int parse(const char *name, const char *text, size_t n, const char *zone_name, struct told *t,
                 struct cq_str *odd, struct cq_error *err)
{
    struct cq_zone *zone = NULL;
    struct cq_records_map *map = NULL;
    assert_int_equal(cq_zone_new(zone_name, &zone), 0);
    assert_int_equal(cq_records_map_parse("callqa.json", config, strlen(config), err, &map), 0);
    struct cq_sidecar_rules rules = {name, zone, map, odd};
    int r = cq_sidecar_parse(&rules, text, n, tell, t, err);
    cq_records_map_free(map);
    cq_zone_free(zone);
    return r;
}

/* Parse and compare; `unknown` is what was not understood. */
static void check(const char *name, const char *text, size_t n, const char *want, const char *unknown)
{
    struct told t = {0};
    struct cq_str odd = {0};
    struct cq_error err = {0};
    if (parse(name, text, n, "Asia/Shanghai", &t, &odd, &err))
        fail_msg("%s:%d: %s", name, err.line, err.what);
    assert_string_equal(t.text.s ? t.text.s : "", want);
    assert_string_equal(odd.s ? odd.s : "", unknown);
    cq_str_done(&t.text);
    cq_str_done(&odd);
}

static void refuse(const char *name, const char *text, int line, const char *said)
{
    struct told t = {0};
    struct cq_str odd = {0};
    struct cq_error err = {0};
    assert_int_equal(parse(name, text, strlen(text), "UTC", &t, &odd, &err), -EBADMSG);
    assert_int_equal(err.line, line);
    if (!strstr(err.what, said))
        fail_msg("\"%s\" does not say \"%s\"", err.what, said);
    cq_str_done(&t.text);
    cq_str_done(&odd);
}

#define CHECK(name, text, want, unknown) check(name, text, strlen(text), want, unknown)

static void test_json(void **state)
{
    (void)state;
    CHECK("a.json",
          "{\"agent_id\": \"A7\", \"csat\": 4.5, \"ticket\": 12, \"colour\": \"red\", \"queue\": null}",
          "-{agent=A7,csat=4.5,ticket=12}", "colour");
    /* a time without an offset is the source's; one with an offset stays as it is */
    CHECK("a.json", "{\"start\": \"2024-01-15 14:30:00\"}", "-{start=2024-01-15 14:30:00+08:00}", "");
    CHECK("a.json", "{\"start\": \"2024-01-15T14:30:00-05:00\"}", "-{start=2024-01-15T14:30:00-05:00}", "");
    CHECK("a.json",
          "[{\"file\": \"/rec/a.wav\", \"agent\": \"A\"}, {\"file\": \"b\", \"direction\": \"Incoming\"}]",
          "a{agent=A}b{direction=inbound}", "");
    CHECK("calls.json", "{\"calls\": [{\"file\": \"D:\\\\rec\\\\c.MP3\", \"promise\": \"\\u5468\\u4e94\"}]}",
          "c{promise=\xe5\x91\xa8\xe4\xba\x94}", "");
    refuse("a.json", "{\n\"direction\": \"sideways\"}", 2, "inbound, outbound or internal");
    refuse("a.json", "{\"start\": \"yesterday\"}", 1, "is no time");
    refuse("a.json", "{\"csat\": \"good\"}", 1, "is a number");
    refuse("a.json", "{\"agent\": [1]}", 1, "must be a text");
    refuse("a.json", "[{\"agent\": \"A\"}]", 1, "needs \"file\"");
}

static void test_csv(void **state)
{
    (void)state;
    static const char gb[] = "file,agent\na.wav,\xcd\xf5\xc0\xf6\n"; /* in GB18030 */
    CHECK("calls.csv", "file,agent,reason\na.wav,A1,\"he said \"\"no\"\",\ntwice\"\nb.wav,A2,\n",
          "a{agent=A1,reason=he said \"no\",\ntwice}b{agent=A2}", "");
    CHECK("calls.csv",
          "\xef\xbb\xbf"
          "file;agent_id;team\r\na.wav;A1;x\r\n\r\nb.wav;A2;y\r\n",
          "a{agent=A1}b{agent=A2}", "team");
    CHECK("a.csv", "agent\tcsat\nA1\t5\n", "-{agent=A1,csat=5}", "");
    CHECK("a.csv", "agent,queue\nA1", "-{agent=A1}", ""); /* a short row, no final newline */
    check("calls.csv", gb, sizeof gb - 1, "a{agent=\xe7\x8e\x8b\xe4\xb8\xbd}", "");
    CHECK("calls.csv", "", "", "");
    CHECK("calls.csv", "file,agent\n,A1\n", "", ""); /* a row of no recording */
    refuse("calls.csv", "file,csat\na.wav,5\nb.wav,bad\n", 3, "is a number");
    refuse("calls.csv", "file,reason\na.wav,\"open\n", 2, "not closed");
    refuse("calls.csv", "file,reason\na.wav,\"x\" y\n", 2, "text follows a quoted field");
    refuse("calls.csv", "file,agent\na.wav,A1,more\n", 2, "the row has 3 fields");
    refuse("calls.csv", "file,agent\n\xff\xff\xff,x\n", 2, "neither UTF-8 nor GB18030");
}

/* What goes into records is checked as records are, under their names and those of the configuration. */
static void test_records(void **state)
{
    (void)state;
    CHECK("a.csv", "\u5de5\u5355,priority,CSAT\nT1,\u7d27\u6025,4\n", "-{ticket=T1,priority=urgent,csat=4}",
          "");
    CHECK("a.json", "{\"promised_at\": \"2024-01-15 14:30\", \"resolution\": \"refund\", \"nps\": 9}",
          "-{promised_at=2024-01-15 14:30+08:00,resolution=refund,nps=9}", "");
    refuse("a.csv", "priority\nhigh\n", 2, "no priority");
    refuse("a.csv", "csat\n9\n", 2, "between 1 and 5");
    refuse("a.csv", "resolved_at\nsoon\n", 2, "\"resolved_at\" is no time");

    struct cq_facts f = {0};
    struct cq_call_info info = {0};
    struct cq_record record = {0};
    assert_int_equal(cq_facts_set(&f, "priority", "simple"), 0);
    assert_int_equal(cq_facts_set(&f, "promised_at", "1970-01-02T00:00:00Z"), 0);
    assert_int_equal(cq_facts_set(&f, "csat", "4.5"), 0);
    assert_int_equal(cq_facts_set(&f, "promise", "call back"), 0);
    assert_int_equal(cq_facts_set(&f, "agent", "of the side-car"), 0);
    assert_int_equal(cq_str_set(&info.agent, "A7"), 0);
    assert_int_equal(cq_str_set(&info.started_at, "1970-01-01T00:00:10Z"), 0);
    assert_int_equal(cq_sidecar_record(&f, &info, &record), 0);
    assert_true(record.v[CQ_RECORD_PRIORITY].has && record.v[CQ_RECORD_PRIORITY].number == CQ_PRIORITY_SIMPLE);
    assert_true(record.v[CQ_RECORD_PROMISED].has && record.v[CQ_RECORD_PROMISED].number == 86400);
    assert_true(record.v[CQ_RECORD_CSAT].number == 4.5);
    assert_string_equal(record.v[CQ_RECORD_PROMISE].text, "call back");
    assert_string_equal(record.v[CQ_RECORD_AGENT].text, "A7"); /* the call's, which the side-car made */
    assert_true(record.v[CQ_RECORD_STARTED].number == 10);
    assert_false(record.v[CQ_RECORD_EXTERNAL_ID].has);
    cq_record_done(&record);
    cq_facts_done(&f);
    cq_call_info_done(&info);
}

static void test_stems(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"/x/a.json", "a"},    {"/x/a.wav.json", "a"},
                                           {"/x/a.b.csv", "a.b"}, {"/x/calls.csv", ""},
                                           {"/x/Calls.CSV", ""},  {"/x/1705300222.123.json", "1705300222.123"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *stem = cq_sidecar_stem(cases[i][0]);
        assert_string_equal(stem, cases[i][1]);
        free(stem);
    }
}

static void test_apply(void **state)
{
    (void)state;
    struct cq_facts f = {0};
    struct cq_call_info info = {0};
    assert_int_equal(cq_str_set(&info.agent, "from name"), 0);
    assert_int_equal(cq_str_set(&info.queue, "kept"), 0);
    assert_int_equal(cq_facts_set(&f, "agent", "A7"), 0);
    assert_int_equal(cq_facts_set(&f, "ticket", "T"), 0);
    assert_int_equal(cq_sidecar_apply(&f, &info), 0);
    assert_string_equal(info.agent, "A7");
    assert_string_equal(info.queue, "kept");
    assert_null(info.started_at);
    cq_facts_done(&f);
    cq_call_info_done(&info);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_json), cmocka_unit_test(test_csv),
                                       cmocka_unit_test(test_records), cmocka_unit_test(test_stems),
                                       cmocka_unit_test(test_apply)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
