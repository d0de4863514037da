#include "config/config.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Parse into fresh settings and expect success. */
static void parse_ok(struct cq_settings *s, const char *text)
{
    struct cq_error err = {0};
    cq_settings_init(s);
    int r = cq_config_parse(s, "c.json", text, strlen(text), &err);
    if (r)
        fail_msg("%s:%d: %s", err.file, err.line, err.what);
}

/* Expect exactly this error at this line. */
static void parse_fails(const char *text, int line, const char *what)
{
    struct cq_settings s;
    struct cq_error err = {0};
    cq_settings_init(&s);
    assert_int_equal(cq_config_parse(&s, "c.json", text, strlen(text), &err), -EBADMSG);
    assert_string_equal(err.file, "c.json");
    assert_string_equal(err.what, what);
    assert_int_equal(err.line, line);
    cq_settings_done(&s);
}

static void test_defaults_are_those_of_the_header(void **state)
{
    (void)state;
    struct cq_settings s;
    cq_settings_init(&s);
    assert_true(s.config.talk.dead_air_s == 5.0);
    assert_string_equal(s.config.activity.detector, "neural");
    assert_int_equal(s.config.audio.agent_channel, -1);
    assert_int_equal(cq_config_check(&s, NULL), 0);
    cq_settings_done(&s);
    cq_settings_done(NULL);
}

/* Each row is sane, names are unique, and the default lies inside the row's own range. */
static void test_rows(void **state)
{
    (void)state;
    struct cq_settings s;
    cq_settings_init(&s);
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        assert_non_null(strchr(o->name, '.'));
        assert_ptr_equal(cq_config_find(o->name), o);
        assert_true(*o->help && *o->source);
        assert_true(o->help[strlen(o->help) - 1] != '.');
        assert_false(cq_config_is_reserved("talk"));
        struct cq_str v = {0};
        cq_config_add_value(&v, &s.config, o);
        struct cq_error err = {0};
        if (cq_config_set(&s, o->name, v.s ? v.s : "", "test", &err))
            fail_msg("the default of %s is refused: %s", o->name, err.what);
        cq_str_done(&v);
    }
    cq_settings_done(&s);
}

/* No member of struct cq_config is without a row: what no row covers is padding (4 bytes before 8-alignment).
 */
static void test_table_covers_the_struct(void **state)
{
    (void)state;
    unsigned char covered[sizeof(struct cq_config)] = {0};
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        size_t n = 0;
        switch (o->type) {
        case CQ_OPTION_DOUBLE:
            n = sizeof(double);
            break;
        case CQ_OPTION_INT:
        case CQ_OPTION_ENUM:
            n = sizeof(int);
            break;
        case CQ_OPTION_SIZE:
            n = sizeof(size_t);
            break;
        case CQ_OPTION_BOOL:
            n = sizeof(bool);
            break;
        case CQ_OPTION_STRING:
            n = sizeof(char *);
            break;
        }
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(covered[o->offset + k], 0);
            covered[o->offset + k] = 1;
        }
    }
    size_t run = 0;
    for (size_t i = 0; i < sizeof covered; i++) {
        if (!covered[i])
            run++;
        if (run && (covered[i] || i + 1 == sizeof covered)) {
            size_t end = covered[i] ? i : i + 1;
            if (run > 4 || end % 8)
                fail_msg("bytes %zu..%zu of struct cq_config have no option", end - run, end);
            run = 0;
        }
    }
}

static void test_set(void **state)
{
    (void)state;
    struct cq_settings s;
    cq_settings_init(&s);
    assert_int_equal(cq_config_set_pair(&s, "talk.dead_air_s=4.25", "--set", NULL), 0);
    assert_true(s.config.talk.dead_air_s == 4.25);
    assert_int_equal(cq_config_set(&s, "audio.layout", "agent-right", "--set", NULL), 0);
    assert_int_equal(s.config.audio.layout, CQ_LAYOUT_AGENT_RIGHT);
    assert_int_equal(cq_config_set(&s, "audio.memory_bytes", "33554432", "--set", NULL), 0);
    assert_true(s.config.audio.memory_bytes == 32u << 20);
    assert_int_equal(cq_config_set(&s, "audio.raw_format", "alaw", "--set", NULL), 0);
    assert_string_equal(s.config.audio.raw_format, "alaw");
    assert_int_equal(cq_config_set(&s, "audio.raw_format", "", "--set", NULL), 0);
    assert_null(s.config.audio.raw_format);

    char path[] = "/var/tmp/x";
    assert_int_equal(cq_config_set(&s, "audio.temp_dir", path, "--set", NULL), 0);
    path[1] = '?'; /* the settings keep a copy */
    assert_string_equal(s.config.audio.temp_dir, "/var/tmp/x");
    cq_settings_done(&s);
    assert_null(s.config.audio.temp_dir);
}

static void set_fails(const char *pair, const char *what)
{
    struct cq_settings s;
    struct cq_error err = {0};
    cq_settings_init(&s);
    struct cq_config before = s.config;
    assert_int_equal(cq_config_set_pair(&s, pair, "--set", &err), -EINVAL);
    assert_string_equal(err.what, what);
    assert_string_equal(err.file, "--set");
    assert_memory_equal(&before, &s.config, sizeof before);
    cq_settings_done(&s);
}

static void test_set_errors(void **state)
{
    (void)state;
    set_fails("talk.dead_air_s", "\"talk.dead_air_s\" sets nothing; write NAME=VALUE");
    set_fails("talk.daed_air_s=3", "there is no option \"talk.daed_air_s\"; did you mean talk.dead_air_s?");
    set_fails("dead_air_s=3", "there is no option \"dead_air_s\"; did you mean talk.dead_air_s?");
    set_fails("qqqq=3", "there is no option \"qqqq\"; `callqa config` lists them all");
    set_fails("talk.dead_air_s=soon", "talk.dead_air_s is 0.5 to 120 s, not \"soon\"");
    set_fails("talk.dead_air_s=", "talk.dead_air_s is 0.5 to 120 s, not \"\"");
    set_fails("talk.dead_air_s=nan", "talk.dead_air_s is 0.5 to 120 s, not \"nan\"");
    set_fails("talk.dead_air_s=0.49", "talk.dead_air_s is 0.5 to 120 s, not \"0.49\"");
    set_fails("talk.dead_air_s=4,5", "talk.dead_air_s is 0.5 to 120 s, not \"4,5\"");
    set_fails("audio.max_channels=2.5", "audio.max_channels is a whole number from 1 to 64, not \"2.5\"");
    set_fails("audio.memory_bytes=-1",
              "audio.memory_bytes is a whole number from 1048576 to 4294967296 bytes, not \"-1\"");
    set_fails("audio.layout=agent_left", "audio.layout is auto, agent-left, agent-right, mixed, not "
                                         "\"agent_left\"; did you mean agent-left?");
    set_fails("activity.detector=magic", "activity.detector is neural, energy, not \"magic\"");
}

static void test_range_ends_belong(void **state)
{
    (void)state;
    struct cq_settings s;
    cq_settings_init(&s);
    assert_int_equal(cq_config_set(&s, "talk.dead_air_s", "0.5", "t", NULL), 0);
    assert_int_equal(cq_config_set(&s, "talk.dead_air_s", "120", "t", NULL), 0);
    assert_int_equal(cq_config_set(&s, "talk.dead_air_s", "120.001", "t", NULL), -EINVAL);
    cq_settings_done(&s);
}

static void test_file(void **state)
{
    (void)state;
    struct cq_settings s;
    parse_ok(&s, "// ours\n"
                 "{\"talk\": {\"dead_air_s\": 4},\n"
                 " \"audio\": {\"layout\": \"mixed\", \"temp_dir\": \"/data\", \"raw_format\": null},\n"
                 " \"watch\": {\"folders\": [{\"path\": \"/in\"}]},\n"
                 " \"web\": 3}");
    assert_true(s.config.talk.dead_air_s == 4.0);
    assert_int_equal(s.config.audio.layout, CQ_LAYOUT_MIXED);
    assert_string_equal(s.config.audio.temp_dir, "/data");
    char *text = cq_config_to_text(&s);
    assert_non_null(strstr(text, "* talk.dead_air_s"));
    assert_non_null(strstr(text, "c.json:2\n"));
    assert_non_null(strstr(text, "  talk.monologue_s"));
    free(text);
    cq_settings_done(&s);
}

static void test_file_errors(void **state)
{
    (void)state;
    parse_fails("[]", 1, "a configuration is an object {...}, not a list");
    parse_fails("{\n\"talk\": {\n\"dead_air\": 4}}", 3,
                "there is no option \"talk.dead_air\"; did you mean talk.dead_air_s?");
    parse_fails("{\"talk\": {\n\n\"dead_air_s\": \"4\"}}", 3, "talk.dead_air_s is 0.5 to 120 s, not \"4\"");
    parse_fails("{\"talk\": {\"dead_air_s\": true}}", 1, "talk.dead_air_s is 0.5 to 120 s, not \"true\"");
    parse_fails("{\"talk\": {\"dead_air_s\": [1]}}", 1, "talk.dead_air_s is 0.5 to 120 s, not \"[...]\"");
    parse_fails("{\n\"talk\": 5\n}", 2, "\"talk\" must be an object of options, not a number");
    parse_fails("{\n\n\"tlk\": {}}", 3,
                "there is no section \"tlk\"; the sections are audio, activity, talk, prosody, judge");
    parse_fails("{\"talk.dead_air_s\": 4}", 1,
                "options stand inside their section; write \"talk\": {\"dead_air_s\": ...}");
    parse_fails("{\"audio\": {\"max_channels\": 1e9}}", 1,
                "audio.max_channels is a whole number from 1 to 64, not \"1000000000\"");
    parse_fails("{\"talk\": {\"dead_air_s\": 4, \n\"dead_air_s\": 5}}", 2,
                "this key stands twice in one object: dead_air_s");
}

static void test_load_names_a_missing_file(void **state)
{
    (void)state;
    struct cq_settings s;
    struct cq_error err = {0};
    cq_settings_init(&s);
    assert_int_equal(cq_config_load(&s, "/nowhere/c.json", &err), -ENOENT);
    assert_string_equal(err.file, "/nowhere/c.json");
    assert_string_equal(err.what, "the configuration cannot be read: no such file or entry");
    cq_settings_done(&s);
}

static void test_check(void **state)
{
    (void)state;
    struct cq_settings s;
    struct cq_error err = {0};
    parse_ok(&s, "{\"prosody\": {\n\"pitch_floor_hz\": 200,\n\"pitch_ceiling_hz\": 200}}");
    assert_int_equal(cq_config_check(&s, &err), -EINVAL);
    assert_string_equal(err.file, "c.json");
    assert_int_equal(err.line, 3);
    assert_string_equal(err.what,
                        "prosody.pitch_floor_hz (200) must be less than prosody.pitch_ceiling_hz (200): "
                        "no pitch lies between them");
    cq_settings_done(&s);

    parse_ok(&s, "{\"audio\": {\"agent_channel\": 2}}");
    assert_int_equal(cq_config_check(&s, &err), -EINVAL);
    assert_int_equal(err.line, 1);
    assert_int_equal(cq_config_set(&s, "audio.customer_channel", "2", "--set", NULL), 0);
    assert_int_equal(cq_config_check(&s, &err), -EINVAL);
    assert_int_equal(cq_config_set(&s, "audio.customer_channel", "0", "--set", NULL), 0);
    assert_int_equal(cq_config_check(&s, &err), 0);
    cq_settings_done(&s);
}

/* What is printed as JSON, read again, gives the same options, also where the locale writes a decimal comma. */
static void test_json_round_trip(void **state)
{
    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8");
    struct cq_settings a, b;
    parse_ok(&a, "{\"talk\": {\"dead_air_s\": 4.125}, \"audio\": {\"temp_dir\": \"/d/\\u6587\", "
                 "\"layout\": \"agent-left\", \"memory_bytes\": 4294967296}}");
    char *json = cq_config_to_json(&a.config);
    assert_non_null(json);
    assert_null(strchr(json, '\n'));
    parse_ok(&b, json);
    char *again = cq_config_to_json(&b.config);
    assert_string_equal(json, again);
    assert_true(b.config.talk.dead_air_s == 4.125);
    assert_non_null(strstr(json, "\"dead_air_s\":4.125"));
    free(json);
    free(again);
    cq_settings_done(&a);
    cq_settings_done(&b);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_those_of_the_header),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_table_covers_the_struct),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_set_errors),
        cmocka_unit_test(test_range_ends_belong),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_file_errors),
        cmocka_unit_test(test_load_names_a_missing_file),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_json_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
