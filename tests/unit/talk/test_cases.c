/*
 * Small calls with the outcome worked out by hand from docs/measures.md. A call is a line of talk,
 * "a 0-5 c 4.5-7 h 8-9" (agent, customer, hold), seconds. The outcome is written the same way:
 *
 *   turns        "a0.00-5.00 c4.50-7.00"
 *   transitions  "ac@4.50-0.50", with a hold inside "ac@6.00+4.00h"
 *   events       "TYPE BY START-END/OVERLAP", by '-' for nobody, then outcome, "early", "restart=COST",
 * "=VALUE"
 *
 * A case that goes to a limit has a neighbour just beyond it.
 */
#include "talk/talk.h"

#include "base/number.h"
#include "base/str.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct hand_case {
    const char *talk;
    const char *turns;
    const char *transitions;
    const char *events;
};

static const struct hand_case cases[] = {
    /* Nobody, one party, own pauses */
    {"", "", "", ""},
    {"a 1-2", "a1.00-2.00", "", ""},
    {"c 1-2", "c1.00-2.00", "", ""},
    {"a 0-2 a 3-4", "a0.00-4.00", "", ""},
    {"a 0-2 a 6.99-8", "a0.00-8.00", "", ""},
    {"a 0-2 a 7-9", "a0.00-2.00 a7.00-9.00", "", "dead_air - 2.00-7.00"},
    {"a 1-61", "a1.00-61.00", "", "monologue a 1.00-61.00"},
    {"a 1-60.99", "a1.00-60.99", "", ""},
    {"a 0-30 a 32-62", "a0.00-62.00", "", "monologue a 0.00-62.00"},

    /* The floor passes in silence */
    {"a 0-2 c 2.3-4", "a0.00-2.00 c2.30-4.00", "ac@2.30+0.30", ""},
    {"c 0-2 a 2.3-4", "c0.00-2.00 a2.30-4.00", "ca@2.30+0.30", ""},
    {"a 0-2 c 2-4", "a0.00-2.00 c2.00-4.00", "ac@2.00+0.00", ""},
    {"a 0-2 c 4.99-6", "a0.00-2.00 c4.99-6.00", "ac@4.99+2.99", ""},
    {"a 0-2 c 5-6", "a0.00-2.00 c5.00-6.00", "ac@5.00+3.00", "long_response c 2.00-5.00 =3.00"},
    {"a 0-2 c 6.99-8", "a0.00-2.00 c6.99-8.00", "ac@6.99+4.99", "long_response c 2.00-6.99 =4.99"},
    {"a 0-2 c 7-8", "a0.00-2.00 c7.00-8.00", "", "dead_air - 2.00-7.00"},
    {"a 0-2 c 2.5-4 a 4.5-6", "a0.00-2.00 c2.50-4.00 a4.50-6.00", "ac@2.50+0.50 ca@4.50+0.50", ""},

    /* Hold: no dead air, no late response; one that only meets the edge of a silence is not in it */
    {"a 0-2 c 14-16 h 3-13", "a0.00-2.00 c14.00-16.00", "", "hold - 3.00-13.00"},
    {"a 0-2 c 6-8 h 2.5-3", "a0.00-2.00 c6.00-8.00", "ac@6.00+4.00h", "hold - 2.50-3.00"},
    {"a 0-2 c 7-8 h 1-2", "a0.00-2.00 c7.00-8.00", "", "hold - 1.00-2.00; dead_air - 2.00-7.00"},
    {"a 0-2 c 7-8 h 7-9", "a0.00-2.00 c7.00-8.00", "", "dead_air - 2.00-7.00; hold - 7.00-9.00"},
    {"a 0-2 c 6-8 h 6-9", "a0.00-2.00 c6.00-8.00", "ac@6.00+4.00",
     "long_response c 2.00-6.00 =4.00; hold - 6.00-9.00"},
    {"a 0-2 c 20-22 h 1-19 h 3-4", "a0.00-2.00 c20.00-22.00", "", "hold - 1.00-19.00; hold - 3.00-4.00"},

    /* Backchannels: length, own silence around, the other's longer talk before and after */
    {"c 0-5 c 5.3-9 a 4.9-5.2", "c0.00-9.00", "", "backchannel a 4.90-5.20"},
    {"c 0-9 a 4-5", "c0.00-9.00", "", "backchannel a 4.00-5.00"},
    {"c 0-9 a 4-5.01", "c0.00-9.00", "", "interruption a 4.00-5.01/1.01 failed early"},
    {"c 0-9 a 4-4.5 a 5.5-6", "c0.00-9.00", "", "backchannel a 4.00-4.50; backchannel a 5.50-6.00"},
    {"c 0-9 a 4-4.2 a 4.6-4.9", "c0.00-9.00", "", "backchannel a 4.00-4.90"},
    {"c 0-9 a 4-4.9 a 5.8-6", "c0.00-9.00", "", "overlap a 4.00-4.90/0.90; overlap a 5.80-6.00/0.20"},
    {"c 0-4 a 4.5-4.9 c 5.9-8", "c0.00-8.00", "", "backchannel a 4.50-4.90"},
    {"c 0-4 a 4.5-4.9 c 5.91-8", "c0.00-4.00 a4.50-4.90 c5.91-8.00", "ca@4.50+0.50 ac@5.91+1.01", ""},
    {"c 0-4 a 5-5.4 c 5.9-8", "c0.00-8.00", "", "backchannel a 5.00-5.40"},
    {"c 0-4 a 5.01-5.4 c 5.9-8", "c0.00-4.00 a5.01-5.40 c5.90-8.00", "ca@5.01+1.01 ac@5.90+0.50", ""},
    {"c 0-4 a 4.5-4.9", "c0.00-4.00 a4.50-4.90", "ca@4.50+0.50", ""},
    {"a 0-0.5 c 1-1.5 a 2-2.5", "a0.00-0.50 c1.00-1.50 a2.00-2.50", "ac@1.00+0.50 ca@2.00+0.50", ""},
    {"a 0-4 c 2-2.4 a 4.3-8 c 6-6.4", "a0.00-8.00", "", "backchannel c 2.00-2.40; backchannel c 6.00-6.40"},

    /* Both start at once */
    {"a 0-3 c 0.2-4", "a0.00-3.00 c0.20-4.00", "ac@0.20-2.80", "simultaneous_start c 0.20-3.00/2.80"},
    {"a 0-3 c 0.21-4", "a0.00-3.00 c0.21-4.00", "ac@0.21-2.79",
     "interruption c 0.21-3.00/2.79 took_floor early"},
    {"a 1-2.5 c 1-3", "c1.00-3.00", "", "simultaneous_start a 1.00-2.50/1.50"},
    {"a 1-2 c 1-3", "c1.00-3.00", "", "backchannel a 1.00-2.00"}, /* short and alone goes first */
    {"a 1-3 c 1-3", "a1.00-3.00", "", "simultaneous_start c 1.00-3.00/2.00"},
    {"a 1-3 c 1-2.5", "a1.00-3.00", "", "simultaneous_start c 1.00-2.50/1.50"},
    {"a 0-2 a 3-6 c 3.1-7", "a0.00-6.00 c3.10-7.00", "ac@3.10-2.90", "simultaneous_start c 3.10-6.00/2.90"},

    /* The new one goes on: the end of the holder's talk, or a cut-in that wins */
    {"a 0-5 c 4.5-7", "a0.00-5.00 c4.50-7.00", "ac@4.50-0.50", "terminal_overlap c 4.50-5.00/0.50"},
    {"a 0-5 c 4.49-7", "a0.00-5.00 c4.49-7.00", "ac@4.49-0.51",
     "interruption c 4.49-5.00/0.51 took_floor early"},
    {"a 0-5 c 4.49-5.49", "a0.00-5.00 c4.49-5.49", "ac@4.49-0.51",
     "interruption c 4.49-5.00/0.51 took_floor early"},
    {"a 0-5 c 4.49-5.48", "a0.00-5.00 c4.49-5.48", "ac@4.49-0.51", "overlap c 4.49-5.00/0.51"},
    {"a 0-5 c 4.9-5.1", "a0.00-5.00 c4.90-5.10", "ac@4.90-0.10", "terminal_overlap c 4.90-5.00/0.10"},
    {"a 0-9 c 5-11", "a0.00-9.00 c5.00-11.00", "ac@5.00-4.00",
     "interruption c 5.00-9.00/4.00 took_floor early"},
    {"a 0-9 c 5.01-11", "a0.00-9.00 c5.01-11.00", "ac@5.01-3.99", "interruption c 5.01-9.00/3.99 took_floor"},
    {"a 0-3 a 4-9 c 7-11", "a0.00-9.00 c7.00-11.00", "ac@7.00-2.00",
     "interruption c 7.00-9.00/2.00 took_floor"},

    /* The holder goes on */
    {"a 0-9 c 3-4.5", "a0.00-9.00", "", "interruption c 3.00-4.50/1.50 failed early"},
    {"a 0-9 c 6-8", "a0.00-9.00", "", "interruption c 6.00-8.00/2.00 failed"},
    {"a 0-9 c 3-4 c 4.9-5.2", "a0.00-9.00", "", "overlap c 3.00-4.00/1.00; overlap c 4.90-5.20/0.30"},
    {"a 0-9 c 3-4.01 c 4.9-5.2", "a0.00-9.00", "",
     "interruption c 3.00-4.01/1.01 failed early; overlap c 4.90-5.20/0.30"},
    {"a 0-9 c 7-9", "a0.00-9.00", "", "interruption c 7.00-9.00/2.00 failed"},
    {"a 0-9 c 3-4.5 c 9.2-11", "a0.00-9.00 c9.20-11.00", "ac@9.20+0.20",
     "interruption c 3.00-4.50/1.50 failed early"},

    /* Begun in the holder's own pause (one utterance: the pause is under 0.5 s) */
    {"a 0-2 a 2.4-6 c 2.2-4", "a0.00-6.00", "", "overlap c 2.20-4.00/1.60"},
    {"a 0-2 a 2.4-6 c 2.2-7", "a0.00-6.00 c2.20-7.00", "ac@2.20-3.80", "overlap c 2.20-6.00/3.60"},
    {"a 0-2 a 2.4-6 c 2-4", "a0.00-6.00", "", "interruption c 2.00-4.00/1.60 failed early"},
    {"a 0-2 a 2.5-6 c 2.2-4", "a0.00-2.00 c2.20-4.00 a2.50-6.00", "ac@2.20+0.20 ca@2.50-1.50",
     "interruption a 2.50-4.00/1.50 took_floor early"},

    /* What a cut-in costs: the interrupted party's next turn, if it begins within 5 s */
    {"a 0-6 c 5-7 a 8-10", "a0.00-6.00 c5.00-7.00 a8.00-10.00", "ac@5.00-1.00 ca@8.00+1.00",
     "interruption c 5.00-6.00/1.00 took_floor early restart=5.00"},
    {"a 0-6 c 5-8 a 10-12", "a0.00-6.00 c5.00-8.00 a10.00-12.00", "ac@5.00-1.00 ca@10.00+2.00",
     "interruption c 5.00-6.00/1.00 took_floor early restart=7.00"},
    {"a 0-6 c 5-8 a 10.01-12", "a0.00-6.00 c5.00-8.00 a10.01-12.00", "ac@5.00-1.00 ca@10.01+2.01",
     "interruption c 5.00-6.00/1.00 took_floor early"},
    {"a 0-6 c 5-7 a 8-9 a 10-12", "a0.00-6.00 c5.00-7.00 a8.00-12.00", "ac@5.00-1.00 ca@8.00+1.00",
     "interruption c 5.00-6.00/1.00 took_floor early restart=7.00"},
    {"a 0-6 c 5-9 a 8-12", "a0.00-6.00 c5.00-9.00 a8.00-12.00", "ac@5.00-1.00 ca@8.00-1.00",
     "interruption c 5.00-6.00/1.00 took_floor early restart=7.00; "
     "interruption a 8.00-9.00/1.00 took_floor early"},
    {"a 0-3 c 2-8 a 7.6-9", "a0.00-3.00 c2.00-8.00 a7.60-9.00", "ac@2.00-1.00 ca@7.60-0.40",
     "interruption c 2.00-3.00/1.00 took_floor early; terminal_overlap a 7.60-8.00/0.40"},
    {"a 0-6 c 5.5-7 a 8-10", "a0.00-6.00 c5.50-7.00 a8.00-10.00", "ac@5.50-0.50 ca@8.00+1.00",
     "terminal_overlap c 5.50-6.00/0.50"},
};

/* ---- reading and writing the notation ---- */

static const char *read_number(const char *text, double *ret_v)
{
    size_t n = strspn(text, "0123456789.");
    assert_int_equal(cq_number_parse(text, n, ret_v), 0);
    return text + n;
}

static void read_talk(const char *text, struct cq_activity *activity)
{
    *activity = (struct cq_activity){.answer_s = NAN};
    while (*text) {
        struct cq_activity_span s = {.party = *text == 'a' ? CQ_AGENT : *text == 'c' ? CQ_CUSTOMER : CQ_NOBODY};
        s.sound = s.party == CQ_NOBODY ? CQ_SOUND_HOLD : CQ_SOUND_SPEECH;
        text = read_number(text + 2, &s.at.start_s);
        text = read_number(text + 1, &s.at.end_s);
        text += *text == ' ';
        assert_int_equal(cq_activity_add(activity, &s), 0);
        activity->duration_s = fmax(activity->duration_s, s.at.end_s);
    }
}

static char letter(enum cq_party p)
{
    return p == CQ_AGENT ? 'a' : p == CQ_CUSTOMER ? 'c' : '-';
}

static void write_segments(const struct cq_segments *list, struct cq_str *out)
{
    cq_str_clear(out);
    for (size_t i = 0; i < list->n; i++) {
        const struct cq_segment *s = &list->v[i];
        cq_str_printf(out, "%s%c%.2f-%.2f", i ? " " : "", letter(s->party), s->at.start_s, s->at.end_s);
    }
}

static void write_transitions(const struct cq_transitions *list, struct cq_str *out)
{
    cq_str_clear(out);
    for (size_t i = 0; i < list->n; i++) {
        const struct cq_transition *t = &list->v[i];
        cq_str_printf(out, "%s%c%c@%.2f%+.2f%s", i ? " " : "", letter(t->from), letter(t->to), t->at_s,
                      t->fto_s, t->with_hold ? "h" : "");
    }
}

static void write_events(const struct cq_events *list, struct cq_str *out)
{
    cq_str_clear(out);
    for (size_t i = 0; i < list->n; i++) {
        const struct cq_event *ev = &list->v[i];
        cq_str_printf(out, "%s%s %c %.2f-%.2f", i ? "; " : "", cq_event_name(ev->type), letter(ev->by),
                      ev->at.start_s, ev->at.end_s);
        if (ev->overlap_s > 0)
            cq_str_printf(out, "/%.2f", ev->overlap_s);
        if (ev->outcome != CQ_OUTCOME_NONE)
            cq_str_printf(out, " %s", cq_outcome_name(ev->outcome));
        if (ev->early_cut_in)
            cq_str_add(out, " early");
        if (ev->restart)
            cq_str_printf(out, " restart=%.2f", ev->cost_s);
        if (ev->value > 0)
            cq_str_printf(out, " =%.2f", ev->value);
    }
}

static void assert_text(const char *talk, const struct cq_str *got, const char *wanted)
{
    const char *text = got->s ? got->s : "";
    if (strcmp(text, wanted))
        fail_msg("call \"%s\"\n  wanted: %s\n  found:  %s", talk, wanted, text);
}

static void derive(const char *text, struct cq_talk *talk)
{
    const struct cq_talk_opts opts = CQ_TALK_OPTS_INIT;
    struct cq_activity activity;
    read_talk(text, &activity);
    assert_int_equal(cq_talk_derive(&activity, &opts, talk), 0);
    cq_activity_done(&activity);
}

static void hand_made_calls(void **state)
{
    (void)state;
    struct cq_str got = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct hand_case *c = &cases[i];
        struct cq_talk talk;
        derive(c->talk, &talk);
        write_segments(&talk.turns, &got);
        assert_text(c->talk, &got, c->turns);
        write_transitions(&talk.transitions, &got);
        assert_text(c->talk, &got, c->transitions);
        write_events(&talk.events, &got);
        assert_text(c->talk, &got, c->events);
        cq_talk_done(&talk);
    }
    cq_str_done(&got);
}

/* Activity -> talkspurts, and the intervals in which both speak. */
static void talkspurts(void **state)
{
    static const struct {
        const char *activity, *spurts, *talk_over;
    } table[] = {
        {"a 1-2 a 2.19-3", "a1.00-3.00", ""},
        {"a 1-2 a 2.2-3", "a1.00-2.00 a2.20-3.00", ""},
        {"a 1-1.04", "", ""},
        {"a 1-1.05", "a1.00-1.05", ""},
        {"a 1-1.03 a 1.1-1.13", "a1.00-1.13", ""},
        {"a 1-1.03 a 1.3-1.33", "", ""},
        {"a 1-2 a 2-3", "a1.00-3.00", ""},
        {"a 1-5 a 2-3", "a1.00-5.00", ""},
        {"a 4-5 a 1-2", "a1.00-2.00 a4.00-5.00", ""},
        {"c 1-2 a 1-2", "a1.00-2.00 c1.00-2.00", "-1.00-2.00"},
        {"a 0-2 c 1.95-3", "a0.00-2.00 c1.95-3.00", "-1.95-2.00"},
        {"a 0-2 c 1.96-3", "a0.00-2.00 c1.96-3.00", ""},
        {"a 0-2 c 2-3", "a0.00-2.00 c2.00-3.00", ""},
        {"a 0-5 c 1-2 c 3-6", "a0.00-5.00 c1.00-2.00 c3.00-6.00", "-1.00-2.00 -3.00-5.00"},
    };
    struct cq_str got = {0};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct cq_talk talk;
        derive(table[i].activity, &talk);
        write_segments(&talk.segments, &got);
        assert_text(table[i].activity, &got, table[i].spurts);

        cq_str_clear(&got);
        for (size_t k = 0; k < talk.talk_over.n; k++) {
            const struct cq_span *at = &talk.talk_over.v[k];
            cq_str_printf(&got, "%s-%.2f-%.2f", k ? " " : "", at->start_s, at->end_s);
        }
        assert_text(table[i].activity, &got, table[i].talk_over);
        cq_talk_done(&talk);
    }
    cq_str_done(&got);
}

/* What else sounds becomes events of its own, and never speech. */
static void other_sounds(void **state)
{
    (void)state;
    static const struct cq_activity_span heard[] = {
        {.sound = CQ_SOUND_TONE, .party = CQ_AGENT, .tone = CQ_TONE_RINGBACK, .at = {0, 2}},
        {.sound = CQ_SOUND_TONE, .party = CQ_CUSTOMER, .tone = CQ_TONE_DTMF, .digit = '5', .at = {3, 3.1}},
        {.sound = CQ_SOUND_MUSIC, .party = CQ_AGENT, .at = {4, 20}},
        {.sound = CQ_SOUND_MACHINE, .party = CQ_AGENT, .at = {20, 25}},
        {.sound = CQ_SOUND_DIGITAL_SILENCE, .party = CQ_AGENT, .at = {25, 30}},
        {.sound = CQ_SOUND_SPEECH, .party = CQ_CUSTOMER, .at = {NAN, 31}},
    };
    const struct cq_talk_opts opts = CQ_TALK_OPTS_INIT;
    struct cq_activity activity = {.duration_s = 30, .answer_s = 2};
    struct cq_talk talk;
    struct cq_str got = {0};

    for (size_t i = 0; i < sizeof heard / sizeof *heard; i++)
        assert_int_equal(cq_activity_add(&activity, &heard[i]), 0);
    assert_int_equal(cq_talk_derive(&activity, &opts, &talk), 0);
    write_events(&talk.events, &got);
    assert_string_equal(got.s, "tone a 0.00-2.00; tone c 3.00-3.10; music a 4.00-20.00; "
                               "announcement a 20.00-25.00");
    assert_int_equal(talk.events.v[0].tone, CQ_TONE_RINGBACK);
    assert_int_equal(talk.events.v[1].digit, '5');
    assert_int_equal(talk.segments.n, 0);
    assert_float_equal(talk.answer_s, 2, 0);
    assert_float_equal(talk.duration_s, 30, 0);

    cq_str_done(&got);
    cq_talk_done(&talk);
    cq_activity_done(&activity);
}

/* Thresholds are the options', not constants of the rules. */
static void options_decide(void **state)
{
    (void)state;
    struct cq_talk_opts opts = CQ_TALK_OPTS_INIT;
    struct cq_activity activity;
    struct cq_talk talk;
    struct cq_str got = {0};

    opts.terminal_s = 1.0;
    opts.dead_air_s = 2.0;
    opts.monologue_s = 4.0;
    read_talk("a 0-5 c 4.2-7 a 9-10", &activity);
    assert_int_equal(cq_talk_derive(&activity, &opts, &talk), 0);
    write_events(&talk.events, &got);
    assert_string_equal(got.s,
                        "monologue a 0.00-5.00; terminal_overlap c 4.20-5.00/0.80; dead_air - 7.00-9.00");
    assert_int_equal(talk.transitions.n, 1);

    cq_str_done(&got);
    cq_talk_done(&talk);
    cq_activity_done(&activity);
}

/* Six hours with 40,000 talkspurts, every one inside the other party's talk: no step may be quadratic. */
static void long_call(void **state)
{
    (void)state;
    const struct cq_talk_opts opts = CQ_TALK_OPTS_INIT;
    struct cq_activity activity = {.duration_s = 6 * 3600, .answer_s = NAN};
    struct cq_talk talk;

    for (int i = 0; i < 20000; i++) {
        struct cq_activity_span a = {.party = CQ_AGENT, .at = {i * 1.08, i * 1.08 + 0.7}};
        struct cq_activity_span c = {.party = CQ_CUSTOMER, .at = {i * 1.08 + 0.3, i * 1.08 + 0.4}};
        assert_int_equal(cq_activity_add(&activity, &a), 0);
        assert_int_equal(cq_activity_add(&activity, &c), 0);
    }
    assert_int_equal(cq_talk_derive(&activity, &opts, &talk), 0);
    assert_int_equal(talk.segments.n, 40000);
    assert_int_equal(talk.turns.n, 1); /* pauses of 0.38 s: the agent's one utterance, which nobody outlasts */
    assert_int_equal(talk.talk_over.n, 20000);
    /* The customer's bits stand 0.98 s apart: not alone enough for backchannels, too short to be cut-ins. */
    assert_int_equal(talk.events.n, 20001);
    assert_int_equal(talk.events.v[0].type, CQ_EVENT_MONOLOGUE);
    cq_talk_done(&talk);
    cq_activity_done(&activity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_made_calls), cmocka_unit_test(talkspurts), cmocka_unit_test(other_sounds),
        cmocka_unit_test(options_decide),  cmocka_unit_test(long_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
