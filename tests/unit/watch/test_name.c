/* File names as telephone systems write them, and times in zones. */
#include "base/time.h"
#include "watch/name.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a name is to tell; NULL: nothing. `pattern` is the one that `auto` is to choose. */
struct expected {
    const char *path, *pattern, *agent, *customer, *queue, *direction, *start, *id;
    bool agent_left;
};

static const struct expected names[] = {
    /* FreePBX: out-DIALED-EXT, the epoch beside the local time tells the offset of the PBX's clock */
    {"2024/01/15/out-13800138000-1001-20240115-143022-1705300222.123", "freepbx", "1001", "13800138000", NULL,
     "outbound", "2024-01-15T14:30:22+08:00", "1705300222.123", false},
    {"q-400-02154321-20240115-143022-1705300220.9", "freepbx", NULL, "02154321", "400", "inbound",
     "2024-01-15T14:30:20+08:00", "1705300220.9", false},
    {"rg-600-5551234567-20240615-093022-1718458222.77", "freepbx", NULL, "5551234567", "600", "inbound",
     "2024-06-15T09:30:22-04:00", "1718458222.77", false},
    {"internal-1002-1001-20240115-143022-1705300222.123", "freepbx", "1001", "1002", NULL, "internal",
     "2024-01-15T14:30:22+08:00", "1705300222.123", false},
    {"external-1001-+8613800138000-20240115-143022-1705300222.5", "freepbx", "1001", "+8613800138000", NULL,
     "inbound", "2024-01-15T14:30:22+08:00", "1705300222.5", false},
    /* a half-hour zone */
    {"exten-1001-9876543210-20240115-120022-1705300222.1", "freepbx", "1001", "9876543210", NULL, "inbound",
     "2024-01-15T12:00:22+05:30", "1705300222.1", false},
    /* Issabel and Elastix */
    {"q800-20240115-143022-1705300222.123", "issabel", NULL, NULL, "800", "inbound",
     "2024-01-15T14:30:22+08:00", "1705300222.123", false},
    {"OUT1001-13800138000-20240115-143022-1705300222.4", "issabel", "1001", "13800138000", NULL, "outbound",
     "2024-01-15T14:30:22+08:00", "1705300222.4", false},
    {"IN1001-20240115-143022-1705300222.4", "issabel", "1001", NULL, NULL, "inbound",
     "2024-01-15T14:30:22+08:00", "1705300222.4", false},
    /* MixMonitor: the unique id alone, perhaps with the system's name */
    {"1705300222.123", "asterisk", NULL, NULL, NULL, NULL, "2024-01-15T14:30:22+08:00", "1705300222.123",
     false},
    {"pbx1-1705300222.123", "asterisk", NULL, NULL, NULL, NULL, "2024-01-15T14:30:22+08:00",
     "pbx1-1705300222.123", false},
    /* VICIdial: the default, with the campaign and agent, two-channel with the customer on the right */
    {"20240115-143022_5551234567-all", "vicidial", NULL, "5551234567", NULL, NULL, "2024-01-15T14:30:22+08:00",
     NULL, false},
    {"TESTCAMP_20240115-143022_5551234567_6666-all", "vicidial", "6666", "5551234567", "TESTCAMP", NULL,
     "2024-01-15T14:30:22+08:00", NULL, false},
    {"CO_20240115-143022_5551234567_6666", "vicidial", "6666", "5551234567", NULL, NULL,
     "2024-01-15T14:30:22+08:00", NULL, true},
    {"CM_TESTCAMP_20240115-143022_5551234567_6666", "vicidial", "6666", "5551234567", "TESTCAMP", NULL,
     "2024-01-15T14:30:22+08:00", NULL, true},
    /* 3CX */
    {"1001/[Wang, Li]_1001-+8613800138000_20240115143022(123)", "3cx", "1001", "+8613800138000", NULL,
     "outbound", "2024-01-15T14:30:22+08:00", "123", false},
    {"1001/[Wang, Li]_13800138000-1001_20240115143022(124)", "3cx", "1001", "13800138000", NULL, "inbound",
     "2024-01-15T14:30:22+08:00", "124", false},
    {"20240115-143022_101_(650) 123-4567_Outgoing_Auto_2204536123004", "ringcentral", "101", "(650) 123-4567",
     NULL, "outbound", "2024-01-15T14:30:22+08:00", "2204536123004", false},
    {"2024/01/15/0a1b2c3d-0a1b-4c2d-8e3f-0123456789ab_20240115T06:30_UTC", "amazon-connect", NULL, NULL, NULL,
     NULL, "2024-01-15T06:30:00+00:00", "0a1b2c3d-0a1b-4c2d-8e3f-0123456789ab", false},
    /* FusionPBX's folders tell the day and no more */
    {"archive/2024/Jan/15/0a1b2c3d-0a1b-4c2d-8e3f-0123456789ab", "fusionpbx", NULL, NULL, NULL, NULL,
     "2024-01-15", "0a1b2c3d-0a1b-4c2d-8e3f-0123456789ab", false},
    {"20240115143022-1001-13800138000-5f3a", "miarec", "1001", "13800138000", NULL, "outbound",
     "2024-01-15T14:30:22+08:00", "5f3a", false},
    {"Auto1_GUID_000_AGENT_ChrisL_CUST_12345_DT_2024-01-15T14-30-22", "aws-pca", "ChrisL", "12345", NULL, NULL,
     "2024-01-15T14:30:22+08:00", "000", false},
    {"0a.93.a0.3e.00.00-09.25.51.067-09-26-2019", "aws-pca", NULL, NULL, NULL, NULL,
     "2019-09-26T09:25:51+08:00", "0a.93.a0.3e.00.00", false},
};

static const char *or_none(const char *text)
{
    return text ? text : "(none)";
}

static void check(const struct expected *e, const struct cq_zone *zone, const struct cq_names *patterns)
{
    const char *pattern = NULL;
    struct cq_name_info info = {0};
    if (cq_names_match(patterns, e->path, zone, &pattern, &info))
        fail_msg("%s: fits no pattern", e->path);
    assert_string_equal(pattern, e->pattern);
    const struct {
        const char *got, *want;
    } pairs[] = {{info.call.agent, e->agent},      {info.call.customer, e->customer},
                 {info.call.queue, e->queue},      {info.call.direction, e->direction},
                 {info.call.started_at, e->start}, {info.call.external_id, e->id}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (strcmp(or_none(pairs[i].got), or_none(pairs[i].want)))
            fail_msg("%s: %zu is %s, not %s", e->path, i, or_none(pairs[i].got), or_none(pairs[i].want));
    }
    assert_int_equal(info.agent_left, e->agent_left);
    int64_t s = 0;
    if (strchr(e->start, 'T')) {
        assert_int_equal(cq_time_parse_iso(info.call.started_at, &s), 0);
        assert_int_equal(s, info.started_s);
    }
    cq_name_info_done(&info);
}

static void test_names_of_telephone_systems(void **state)
{
    (void)state;
    static const char *const all[] = {"auto"};
    struct cq_error err = {0};
    struct cq_zone *zone = NULL;
    struct cq_names *patterns = NULL, *one = NULL;
    assert_int_equal(cq_zone_new("Asia/Shanghai", &zone), 0);
    assert_int_equal(cq_names_new(all, 1, &err, &patterns), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check(&names[i], zone, patterns);
        assert_int_equal(cq_names_new(&names[i].pattern, 1, &err, &one), 0);
        check(&names[i], zone, one); /* and by its name alone */
        one = cq_names_free(one);
    }
    cq_names_free(patterns);
    cq_zone_free(zone);
}

/* A name that tells nothing has no start: never "now". */
static void test_unknown_names(void **state)
{
    (void)state;
    static const char *const all[] = {"auto"};
    static const char *const unknown[] = {"recording", "call 7 (copy)", "2024",           "",
                                          "a/b/c",     "1.2.3",         "20241399-996199"};
    struct cq_zone *zone = NULL;
    struct cq_names *patterns = NULL;
    assert_int_equal(cq_zone_new("UTC", &zone), 0);
    assert_int_equal(cq_names_new(all, 1, NULL, &patterns), 0);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        const char *pattern = NULL;
        struct cq_name_info info = {0};
        assert_int_equal(cq_names_match(patterns, unknown[i], zone, &pattern, &info), -ENOENT);
    }
    /* it fits, but the 31st of February is no day */
    const char *pattern = NULL;
    struct cq_name_info info = {0};
    assert_int_equal(cq_names_match(patterns, "20240231-143022_5551234567", zone, &pattern, &info), 0);
    assert_null(info.call.started_at);
    assert_int_equal(info.started_s, 0);
    cq_name_info_done(&info);
    cq_names_free(patterns);
    cq_zone_free(zone);
}

static void test_own_patterns_and_mistakes(void **state)
{
    (void)state;
    static const char *const own[] = {"^(?<agent>\\w+)_(?<date>\\d{6,8})_(?<time>\\d{4})$"};
    static const char *const bad[] = {"(?<agnet>x)", "(unclosed", "frepbx"};
    static const char *const said[] = {"agent", "wrong at", "freepbx"};
    struct cq_error err = {0};
    struct cq_zone *zone = NULL;
    struct cq_names *patterns = NULL;
    const char *pattern = NULL;
    struct cq_name_info info = {0};
    assert_int_equal(cq_zone_new("+05:30", &zone), 0);
    assert_int_equal(cq_names_new(own, 1, &err, &patterns), 0);
    assert_int_equal(cq_names_match(patterns, "li_20240115_1430", zone, &pattern, &info), 0);
    assert_string_equal(pattern, "own");
    assert_string_equal(info.call.agent, "li");
    assert_string_equal(info.call.started_at, "2024-01-15T14:30:00+05:30");
    cq_name_info_done(&info);
    cq_names_free(patterns);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(cq_names_new(&bad[i], 1, &err, &patterns), -EINVAL);
        assert_non_null(strstr(err.what, said[i]));
    }
    cq_zone_free(zone);
}

static int64_t civil(const char *text)
{
    int64_t s = 0;
    assert_int_equal(cq_time_parse_iso(text, &s), 0);
    return s;
}

static void test_zones(void **state)
{
    (void)state;
    struct cq_zone *z = NULL;
    assert_int_equal(cq_zone_new("America/New_York", &z), 0);
    assert_int_equal(cq_zone_to_utc(z, civil("2024-01-15T12:00:00Z")), civil("2024-01-15T17:00:00Z"));
    assert_int_equal(cq_zone_to_utc(z, civil("2024-07-15T12:00:00Z")), civil("2024-07-15T16:00:00Z"));
    /* comes twice on 3 November 2024: the first; does not exist on 10 March: as if clocks had not been set */
    assert_int_equal(cq_zone_to_utc(z, civil("2024-11-03T01:30:00Z")), civil("2024-11-03T05:30:00Z"));
    assert_int_equal(cq_zone_to_utc(z, civil("2024-03-10T02:30:00Z")), civil("2024-03-10T07:30:00Z"));
    /* beyond the table */
    assert_int_equal(cq_zone_to_utc(z, civil("2045-07-15T12:00:00Z")), civil("2045-07-15T16:00:00Z"));
    z = cq_zone_free(z);
    assert_int_equal(cq_zone_new("-0330", &z), 0);
    assert_int_equal(cq_zone_offset_s(z, 0), -(3 * 3600 + 1800));
    z = cq_zone_free(z);
    static const char *const bad[] = {"Mars/Olympus", "../../etc/passwd", "+99:00", "+aa",
                                      "Asia",         "posixrules/x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_true(cq_zone_new(bad[i], &z) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_telephone_systems),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_own_patterns_and_mistakes),
        cmocka_unit_test(test_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
