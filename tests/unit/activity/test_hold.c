/* Unit tests of src/activity: where the customer waits; exchanged channels. */
#include "activity/announce.h"
#include "activity/hold.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct cq_activity call;

static int set_up(void **state)
{
    (void)state;
    call = (struct cq_activity){.answer_s = NAN, .party_confidence = 1.0, .duration_s = 300};
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    cq_activity_done(&call);
    return 0;
}

static void add(enum cq_sound sound, enum cq_party party, double start_s, double end_s)
{
    const struct cq_activity_span span = {.sound = sound, .party = party, .at = {start_s, end_s}};
    assert_int_equal(cq_activity_add(&call, &span), 0);
}

static void add_tone(enum cq_tone tone, enum cq_party party, double start_s, double end_s)
{
    const struct cq_activity_span span = {
        .sound = CQ_SOUND_TONE, .party = party, .tone = tone, .at = {start_s, end_s}};
    assert_int_equal(cq_activity_add(&call, &span), 0);
}

static size_t count(enum cq_sound sound)
{
    size_t n = 0;
    for (size_t i = 0; i < call.n; i++)
        n += call.v[i].sound == sound;
    return n;
}

static const struct cq_activity_span *first(enum cq_sound sound)
{
    for (size_t i = 0; i < call.n; i++) {
        if (call.v[i].sound == sound)
            return &call.v[i];
    }
    fail();
    return NULL;
}

static void assert_hold(double start_s, double end_s)
{
    assert_int_equal(count(CQ_SOUND_HOLD), 1);
    assert_int_equal(first(CQ_SOUND_HOLD)->party, CQ_NOBODY);
    assert_float_equal(first(CQ_SOUND_HOLD)->at.start_s, start_s, 1e-9);
    assert_float_equal(first(CQ_SOUND_HOLD)->at.end_s, end_s, 1e-9);
}

/* Talk of both around the time from 40 to 80 s. */
static void converse(void)
{
    add(CQ_SOUND_SPEECH, CQ_AGENT, 1, 10);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 11, 30);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 31, 39);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 82, 90);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 91, 99);
}

static void music_is_a_hold(void **state)
{
    (void)state;
    converse();
    add(CQ_SOUND_MUSIC, CQ_AGENT, 40, 60);
    add(CQ_SOUND_MUSIC, CQ_AGENT, 61.5, 80);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_hold(40, 80);
    assert_int_equal(count(CQ_SOUND_MUSIC), 2);
    for (size_t i = 1; i < call.n; i++)
        assert_true(call.v[i - 1].at.start_s <= call.v[i].at.start_s);
}

static void short_music_is_none(void **state)
{
    (void)state;
    converse();
    add(CQ_SOUND_MUSIC, CQ_AGENT, 40, 49.9);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_int_equal(count(CQ_SOUND_HOLD), 0);
}

static void music_in_the_customers_channel_counts(void **state)
{
    (void)state;
    converse();
    add(CQ_SOUND_MUSIC, CQ_CUSTOMER, 45, 70);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_hold(45, 70);
}

static void announcements_are_inside_and_a_machines(void **state)
{
    (void)state;
    converse();
    add(CQ_SOUND_MUSIC, CQ_AGENT, 40, 52);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 52.5, 58); /* "your call is important to us" */
    add(CQ_SOUND_MUSIC, CQ_AGENT, 58.8, 80);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_hold(40, 80);
    assert_int_equal(count(CQ_SOUND_MACHINE), 1);
    assert_float_equal(first(CQ_SOUND_MACHINE)->at.start_s, 52.5, 0);
}

static void the_agent_coming_back_ends_it(void **state)
{
    (void)state;
    converse();
    add(CQ_SOUND_MUSIC, CQ_AGENT, 40, 52);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 52.5, 55);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 55.2, 57); /* answered */
    add(CQ_SOUND_MUSIC, CQ_AGENT, 58, 80);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_int_equal(count(CQ_SOUND_HOLD), 2);
    assert_int_equal(count(CQ_SOUND_MACHINE), 0);
    assert_float_equal(first(CQ_SOUND_HOLD)->at.end_s, 52, 0);
}

static void chatter_of_the_customer_does_not(void **state)
{
    (void)state;
    converse();
    add(CQ_SOUND_MUSIC, CQ_AGENT, 40, 52);
    add(CQ_SOUND_MUSIC, CQ_AGENT, 56, 80);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 50, 58);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_hold(40, 80);
    assert_int_equal(count(CQ_SOUND_SPEECH), 6);
}

static void digital_silence_of_the_agent(void **state)
{
    (void)state;
    converse();
    add(CQ_SOUND_DIGITAL_SILENCE, CQ_AGENT, 40, 80);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 60, 62);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_hold(40, 80);
}

static void digital_silence_that_is_none(void **state)
{
    (void)state;
    /* Before and after the agent's talk; of the customer; while the customer talks; too short. */
    add(CQ_SOUND_DIGITAL_SILENCE, CQ_AGENT, 0, 20);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 20, 30);
    add(CQ_SOUND_DIGITAL_SILENCE, CQ_CUSTOMER, 31, 60);
    add(CQ_SOUND_DIGITAL_SILENCE, CQ_AGENT, 70, 100);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 72, 95);
    add(CQ_SOUND_DIGITAL_SILENCE, CQ_AGENT, 101, 110.5);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 140, 150);
    add(CQ_SOUND_DIGITAL_SILENCE, CQ_AGENT, 160, 300);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_int_equal(count(CQ_SOUND_HOLD), 0);
}

static void silence_suppression_is_no_hold(void **state)
{
    (void)state;
    for (int k = 0; k < 20; k++) {
        add(CQ_SOUND_SPEECH, CQ_AGENT, 5 * k, 5 * k + 3);
        add(CQ_SOUND_DIGITAL_SILENCE, CQ_AGENT, 5 * k + 3.2, 5 * k + 4.9);
    }
    add(CQ_SOUND_DIGITAL_SILENCE, CQ_AGENT, 100, 120);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 120, 125);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_int_equal(count(CQ_SOUND_HOLD), 0);
}

static void comfort_tones(void **state)
{
    (void)state;
    converse();
    for (int k = 0; k < 4; k++)
        add_tone(CQ_TONE_BEEP, CQ_AGENT, 42 + 10 * k, 42.3 + 10 * k);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_hold(42, 72.3);
}

static void beeps_in_talk_are_none(void **state)
{
    (void)state;
    /* A recording beep every 15 s of a conversation. */
    for (int k = 0; k < 8; k++) {
        add_tone(CQ_TONE_BEEP, CQ_AGENT, 10 + 15 * k, 10.3 + 15 * k);
        add(CQ_SOUND_SPEECH, CQ_AGENT, 12 + 15 * k, 16 + 15 * k);
        add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 17 + 15 * k, 22 + 15 * k);
    }
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_int_equal(count(CQ_SOUND_HOLD), 0);
}

static void ringing(void **state)
{
    (void)state;
    add_tone(CQ_TONE_RINGBACK, CQ_AGENT, 0, 20); /* before the call: no hold */
    add(CQ_SOUND_SPEECH, CQ_AGENT, 21, 30);
    add_tone(CQ_TONE_RINGBACK, CQ_AGENT, 40, 55); /* a transfer: the customer waits */
    add(CQ_SOUND_SPEECH, CQ_AGENT, 57, 60);
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_hold(40, 55);
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    assert_int_equal(cq_hold_find(&call, 10), 0);
    assert_int_equal(call.n, 0);
    assert_false(cq_activity_channels_swapped(&call, NULL));
}

static void exchanged_channels(void **state)
{
    (void)state;
    const char *reason = "untouched";

    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 12, 16);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 18, 22);
    assert_false(cq_activity_channels_swapped(&call, &reason)); /* who speaks first is not enough */
    assert_string_equal(reason, "untouched");
    add_tone(CQ_TONE_RINGBACK, CQ_CUSTOMER, 0, 10);
    call.answer_s = 10;
    assert_true(cq_activity_channels_swapped(&call, &reason));
    assert_non_null(strstr(reason, "ringing"));
    add(CQ_SOUND_MUSIC, CQ_CUSTOMER, 40, 70);
    assert_true(cq_activity_channels_swapped(&call, &reason));
    assert_non_null(strstr(reason, "music"));
    add(CQ_SOUND_MUSIC, CQ_AGENT, 80, 110);                    /* music on both sides: nothing can be said */
    assert_true(cq_activity_channels_swapped(&call, &reason)); /* the ringing still is on the wrong side */
    call.diarized = true;
    assert_false(cq_activity_channels_swapped(&call, &reason));
}

static void channels_that_are_right(void **state)
{
    (void)state;
    add_tone(CQ_TONE_RINGBACK, CQ_AGENT, 0, 10);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 12, 13); /* "hello?" before the agent greets */
    add(CQ_SOUND_SPEECH, CQ_AGENT, 14.5, 20);
    add(CQ_SOUND_MUSIC, CQ_AGENT, 40, 70);
    assert_false(cq_activity_channels_swapped(&call, NULL));
}

/* What is said in the channel that rings before the ringing ends is a machine's. */
static void nobody_talks_before_the_answer(void **state)
{
    (void)state;
    add(CQ_SOUND_SPEECH, CQ_AGENT, 0, 3); /* "your call may be recorded" */
    add_tone(CQ_TONE_RINGBACK, CQ_AGENT, 4, 15);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 16, 18);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 19, 20);
    cq_activity_sort(&call);
    cq_announcements_mark(&call);
    assert_int_equal(count(CQ_SOUND_MACHINE), 1);
    assert_true(first(CQ_SOUND_MACHINE)->at.end_s <= 3.0);
    assert_int_equal(count(CQ_SOUND_SPEECH), 2);
}

/* A transfer rings in the middle of a call; the other channel may talk while it rings. */
static void ringing_in_a_call_says_nothing(void **state)
{
    (void)state;
    add(CQ_SOUND_SPEECH, CQ_AGENT, 0, 3);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 3, 5);
    add_tone(CQ_TONE_RINGBACK, CQ_AGENT, 8, 15);
    cq_activity_sort(&call);
    cq_announcements_mark(&call);
    assert_int_equal(count(CQ_SOUND_MACHINE), 0);
    call.n = 0;
    add_tone(CQ_TONE_RINGBACK, CQ_CUSTOMER, 0, 8);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 1, 3); /* to a colleague */
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 9, 10);
    cq_activity_sort(&call);
    cq_announcements_mark(&call);
    assert_int_equal(count(CQ_SOUND_MACHINE), 0);
}

static void voicemail_is_a_machine(void **state)
{
    (void)state;
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 1, 4);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 4.5, 7);
    add_tone(CQ_TONE_BEEP, CQ_CUSTOMER, 7.5, 8);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 9, 15);
    cq_activity_sort(&call);
    cq_announcements_mark(&call);
    assert_int_equal(count(CQ_SOUND_MACHINE), 2);
    cq_activity_done(&call);
    /* a person who goes on after the beep is none; nor is one whom nobody answers */
    set_up(state);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 1, 4);
    add_tone(CQ_TONE_BEEP, CQ_CUSTOMER, 7.5, 8);
    add(CQ_SOUND_SPEECH, CQ_AGENT, 9, 15);
    add(CQ_SOUND_SPEECH, CQ_CUSTOMER, 16, 17);
    cq_activity_sort(&call);
    cq_announcements_mark(&call);
    assert_int_equal(count(CQ_SOUND_MACHINE), 0);
    call.n = 2;
    cq_announcements_mark(&call);
    assert_int_equal(count(CQ_SOUND_MACHINE), 0);
    cq_activity_done(&call);
    /* voices of a mixed recording have no channel */
    set_up(state);
    call.diarized = true;
    add(CQ_SOUND_SPEECH, CQ_AGENT, 0, 3);
    add_tone(CQ_TONE_RINGBACK, CQ_AGENT, 4, 15);
    cq_announcements_mark(&call);
    assert_int_equal(count(CQ_SOUND_MACHINE), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, clean_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(music_is_a_hold),
        TEST(short_music_is_none),
        TEST(music_in_the_customers_channel_counts),
        TEST(announcements_are_inside_and_a_machines),
        TEST(the_agent_coming_back_ends_it),
        TEST(chatter_of_the_customer_does_not),
        TEST(digital_silence_of_the_agent),
        TEST(digital_silence_that_is_none),
        TEST(silence_suppression_is_no_hold),
        TEST(comfort_tones),
        TEST(beeps_in_talk_are_none),
        TEST(ringing),
        TEST(nothing_gives_nothing),
        TEST(exchanged_channels),
        TEST(channels_that_are_right),
        TEST(nobody_talks_before_the_answer),
        TEST(ringing_in_a_call_says_nothing),
        TEST(voicemail_is_a_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
