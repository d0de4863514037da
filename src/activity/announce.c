#include "activity/announce.h"

#include <math.h>

static const double ANSWERED_S = 0.7; /* of the other party's talk: somebody is there. hold.c: no answer yet */
static const double MESSAGE_S = 1.0;  /* of talk after the beep: a message is left */
static const double BEEP_MIN_S = 0.1, BEEP_MAX_S = 2.0; /* of answering machines */

static double speech_s(const struct cq_activity *a, enum cq_party party, double from, double to)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (s->sound == CQ_SOUND_SPEECH && s->party == party)
            sum += fmax(0.0, fmin(s->at.end_s, to) - fmax(s->at.start_s, from));
    }
    return sum;
}

static void mark(struct cq_activity *a, enum cq_party party, double until)
{
    for (size_t i = 0; i < a->n; i++) {
        struct cq_activity_span *s = &a->v[i];
        if (s->sound == CQ_SOUND_SPEECH && s->party == party && s->at.end_s <= until)
            s->sound = CQ_SOUND_MACHINE;
    }
}

static bool is_voicemail_beep(const struct cq_activity *a, const struct cq_activity_span *s)
{
    const double length = s->at.end_s - s->at.start_s;

    return s->tone == CQ_TONE_BEEP && length >= BEEP_MIN_S && length <= BEEP_MAX_S &&
           speech_s(a, s->party, s->at.end_s, INFINITY) <= 0.0 &&
           speech_s(a, cq_party_other(s->party), s->at.end_s, INFINITY) >= MESSAGE_S;
}

void cq_announcements_mark(struct cq_activity *a)
{
    if (a->diarized)
        return;
    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (s->sound != CQ_SOUND_TONE || s->party == CQ_NOBODY ||
            speech_s(a, cq_party_other(s->party), 0.0, s->at.end_s) > ANSWERED_S)
            continue;
        if (s->tone == CQ_TONE_RINGBACK || is_voicemail_beep(a, s))
            mark(a, s->party, s->at.end_s);
    }
}
