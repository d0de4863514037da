#include "activity/hold.h"

#include "base/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double BRIDGE_S = 25.0;     /* longest announcement between two pieces of music */
static const double BRIDGE_TALK_S = 0.7; /* customer's talk in such a bridge that is not an answer yet */
static const double ANNOUNCEMENT_NEAR_S =
    2.0;                                  /* it begins this soon after the music, and ends this soon before */
static const double MUSIC_MIN_S = 0.5;    /* shorter ones are not looked at: a ring tone of a phone, a jingle */
static const double COMFORT_GAP_S = 20.0; /* between two beeps that say "you are still on hold" */
static const double COMFORT_LENGTH_RATIO = 1.6; /* they are alike */
static const size_t COMFORT_MIN_BEEPS = 3;
static const double CONVERSE_SHARE = 0.25; /* of digital silence in which the customer talks: no hold */
static const double DTX_SHARE = 0.3; /* of the agent's pauses that are digitally silent: silence suppression */
static const double EVIDENCE_SHARE = 0.5;   /* of a hold that sounds like one */
static const double AGENT_TALK_MIN_S = 0.4; /* the agent is back with this much talk between two pieces */

static double overlap(const struct cq_span *a, double from, double to)
{
    const double s = fmax(a->start_s, from), e = fmin(a->end_s, to);

    return e > s ? e - s : 0.0;
}

static double speech_between(const struct cq_activity *a, enum cq_party party, double from, double to)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n && a->v[i].at.start_s < to; i++) {
        if (a->v[i].sound == CQ_SOUND_SPEECH && a->v[i].party == party)
            sum += overlap(&a->v[i].at, from, to);
    }
    return sum;
}

/* First and last speech of a party; false where there is none. */
static bool speech_range(const struct cq_activity *a, enum cq_party party, struct cq_span *ret_range)
{
    bool any = false;

    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].sound != CQ_SOUND_SPEECH || a->v[i].party != party)
            continue;
        if (!any)
            *ret_range = a->v[i].at;
        any = true;
        ret_range->end_s = fmax(ret_range->end_s, a->v[i].at.end_s);
    }
    return any;
}

/* Silence suppression: the agent's ordinary pauses are digitally silent, so that silence says nothing. */
static bool suppresses_silence(const struct cq_activity *a, double min_s, const struct cq_span *talk)
{
    double silent = 0.0,
           pauses = talk->end_s - talk->start_s - speech_between(a, CQ_AGENT, talk->start_s, talk->end_s);

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        const double l = overlap(&s->at, talk->start_s, talk->end_s);
        if (s->sound != CQ_SOUND_DIGITAL_SILENCE || s->party != CQ_AGENT)
            continue;
        if (s->at.end_s - s->at.start_s >= min_s)
            pauses -= l;
        else
            silent += l;
    }
    return pauses > 0.0 && silent > DTX_SHARE * pauses;
}

static int add_silences(const struct cq_activity *a, double min_s, struct cq_spans *pieces)
{
    struct cq_span talk;
    int rc = 0;

    if (a->diarized || !speech_range(a, CQ_AGENT, &talk) || suppresses_silence(a, min_s, &talk))
        return 0;
    for (size_t i = 0; i < a->n && !rc; i++) {
        const struct cq_activity_span *s = &a->v[i];
        const double l = s->at.end_s - s->at.start_s;
        if (s->sound != CQ_SOUND_DIGITAL_SILENCE || s->party != CQ_AGENT || l < min_s ||
            s->at.start_s < talk.start_s || s->at.end_s > talk.end_s)
            continue;
        if (speech_between(a, CQ_CUSTOMER, s->at.start_s, s->at.end_s) <= CONVERSE_SHARE * l)
            rc = CQ_ARRAY_PUSH(pieces, s->at);
    }
    return rc;
}

static bool is_comfort(const struct cq_activity_span *s)
{
    return s->sound == CQ_SOUND_TONE && (s->tone == CQ_TONE_BEEP || s->tone == CQ_TONE_OTHER);
}

/* Beeps that are alike and follow each other without the agent talking between: one piece from first to last.
 */
static int add_comfort(const struct cq_activity *a, struct cq_spans *pieces)
{
    int rc = 0;

    for (size_t i = 0; i < a->n && !rc; i++) {
        struct cq_span piece = a->v[i].at;
        const double length = piece.end_s - piece.start_s;
        size_t n = 1, last = i;
        if (!is_comfort(&a->v[i]))
            continue;
        for (size_t k = i + 1; k < a->n && a->v[k].at.start_s - piece.end_s <= COMFORT_GAP_S; k++) {
            const double l = a->v[k].at.end_s - a->v[k].at.start_s;
            if (!is_comfort(&a->v[k]) || a->v[k].party != a->v[i].party || l > COMFORT_LENGTH_RATIO * length ||
                length > COMFORT_LENGTH_RATIO * l)
                continue;
            if (speech_between(a, CQ_AGENT, piece.end_s, a->v[k].at.start_s) >= AGENT_TALK_MIN_S)
                break;
            piece.end_s = a->v[k].at.end_s;
            last = k;
            n++;
        }
        if (n >= COMFORT_MIN_BEEPS) {
            rc = CQ_ARRAY_PUSH(pieces, piece);
            i = last;
        }
    }
    return rc;
}

static int by_start(const void *pa, const void *pb)
{
    const struct cq_span *a = pa, *b = pb;

    return a->start_s < b->start_s ? -1 : a->start_s > b->start_s;
}

/* All stretches that say by themselves that the customer waits, in order, overlapping ones joined. */
static int find_pieces(const struct cq_activity *a, double min_s, struct cq_spans *pieces)
{
    struct cq_span talk = {0};
    const bool talks = speech_range(a, CQ_AGENT, &talk);
    size_t n = 0;
    int rc = 0;

    for (size_t i = 0; i < a->n && !rc; i++) {
        const struct cq_activity_span *s = &a->v[i];
        const bool ringing = s->sound == CQ_SOUND_TONE && s->tone == CQ_TONE_RINGBACK && talks &&
                             s->at.start_s > talk.start_s; /* ringing before the call is no hold */
        if ((s->sound == CQ_SOUND_MUSIC && s->at.end_s - s->at.start_s >= MUSIC_MIN_S) || ringing)
            rc = CQ_ARRAY_PUSH(pieces, s->at);
    }
    if (!rc)
        rc = add_silences(a, min_s, pieces);
    if (!rc)
        rc = add_comfort(a, pieces);
    if (rc || !pieces->n)
        return rc;
    qsort(pieces->v, pieces->n, sizeof *pieces->v, by_start);
    for (size_t i = 1; i < pieces->n; i++) {
        if (pieces->v[i].start_s <= pieces->v[n].end_s)
            pieces->v[n].end_s = fmax(pieces->v[n].end_s, pieces->v[i].end_s);
        else
            pieces->v[++n] = pieces->v[i];
    }
    pieces->n = n + 1;
    return 0;
}

/* Whether the speech of the agent's channel between two pieces is an announcement: close to both, unanswered.
 */
static bool is_announcement(const struct cq_activity *a, double from, double to)
{
    double first = to, last = from;

    for (size_t i = 0; i < a->n && a->v[i].at.start_s < to; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (s->sound != CQ_SOUND_SPEECH || s->party != CQ_AGENT || overlap(&s->at, from, to) <= 0.0)
            continue;
        first = fmin(first, s->at.start_s);
        last = fmax(last, s->at.end_s);
    }
    return first - from <= ANNOUNCEMENT_NEAR_S && to - last <= ANNOUNCEMENT_NEAR_S;
}

/* Whether the customer still waits between two pieces. */
static bool bridges(const struct cq_activity *a, double from, double to)
{
    const double agent = speech_between(a, CQ_AGENT, from, to),
                 customer = speech_between(a, CQ_CUSTOMER, from, to);

    if (to - from > BRIDGE_S)
        return false;
    if (agent < AGENT_TALK_MIN_S)
        return true; /* the customer may talk to himself */
    return customer <= BRIDGE_TALK_S && is_announcement(a, from, to);
}

/* Speech of the agent's channel inside a hold is a machine's. */
static void mark_announcements(struct cq_activity *a, const struct cq_span *hold)
{
    for (size_t i = 0; i < a->n && a->v[i].at.start_s < hold->end_s; i++) {
        struct cq_activity_span *s = &a->v[i];
        if (s->sound == CQ_SOUND_SPEECH && s->party == CQ_AGENT && s->at.start_s >= hold->start_s &&
            s->at.end_s <= hold->end_s)
            s->sound = CQ_SOUND_MACHINE;
    }
}

int cq_hold_find(struct cq_activity *a, double min_s)
{
    struct cq_spans pieces = {0};
    int rc;

    cq_activity_sort(a);
    rc = find_pieces(a, min_s, &pieces);
    for (size_t i = 0; i < pieces.n && !rc;) {
        struct cq_activity_span hold = {
            .sound = CQ_SOUND_HOLD, .party = CQ_NOBODY, .confidence = 1.0f, .at = pieces.v[i]};
        double evidence = hold.at.end_s - hold.at.start_s;
        for (i++; i < pieces.n && bridges(a, hold.at.end_s, pieces.v[i].start_s); i++) {
            hold.at.end_s = pieces.v[i].end_s;
            evidence += pieces.v[i].end_s - pieces.v[i].start_s;
        }
        if (hold.at.end_s - hold.at.start_s < min_s ||
            evidence < EVIDENCE_SHARE * (hold.at.end_s - hold.at.start_s))
            continue;
        hold.confidence = (float)(evidence / (hold.at.end_s - hold.at.start_s));
        if (!a->diarized)
            mark_announcements(a, &hold.at);
        rc = cq_activity_add(a, &hold);
    }
    cq_activity_sort(a);
    free(pieces.v);
    return rc;
}

static const double SWAP_MUSIC_S = 10.0; /* of music on one side, none to speak of on the other */
static const double SWAP_GREETING_S =
    1.0; /* who talks first after the ringing talks this long before the other */

static double sound_total(const struct cq_activity *a, enum cq_party party, enum cq_sound sound,
                          enum cq_tone tone)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].party == party && a->v[i].sound == sound && a->v[i].tone == tone)
            sum += a->v[i].at.end_s - a->v[i].at.start_s;
    }
    return sum;
}

/* Who greets: talks before the other after the ringing. CQ_NOBODY where it is not clear. */
static enum cq_party first_speaker(const struct cq_activity *a)
{
    const double from = isfinite(a->answer_s) ? a->answer_s : 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (s->sound != CQ_SOUND_SPEECH || s->at.end_s <= from)
            continue;
        return speech_between(a, cq_party_other(s->party), from, s->at.start_s + SWAP_GREETING_S) > 0.0
                   ? CQ_NOBODY
                   : s->party;
    }
    return CQ_NOBODY;
}

bool cq_activity_channels_swapped(const struct cq_activity *a, const char **ret_reason)
{
    const double music[2] = {sound_total(a, CQ_AGENT, CQ_SOUND_MUSIC, CQ_TONE_NONE),
                             sound_total(a, CQ_CUSTOMER, CQ_SOUND_MUSIC, CQ_TONE_NONE)};
    const double ring[2] = {sound_total(a, CQ_AGENT, CQ_SOUND_TONE, CQ_TONE_RINGBACK),
                            sound_total(a, CQ_CUSTOMER, CQ_SOUND_TONE, CQ_TONE_RINGBACK)};
    const bool music_wrong = music[1] >= SWAP_MUSIC_S && music[0] < 0.1 * music[1];
    const bool music_right = music[0] >= SWAP_MUSIC_S && music[1] < 0.1 * music[0];
    const bool ring_wrong = ring[1] > 0.0 && ring[0] <= 0.0;
    const bool greets_wrong = first_speaker(a) == CQ_CUSTOMER;
    const char *reason = NULL;

    if (a->diarized || music_right)
        return false;
    if (music_wrong && ring_wrong)
        reason = "hold music and ringing are in the customer's channel: the channels may be exchanged";
    else if (music_wrong && greets_wrong)
        reason =
            "hold music is in the customer's channel, who also speaks first: the channels may be exchanged";
    else if (ring_wrong && greets_wrong)
        reason = "ringing is in the customer's channel, who also speaks first: the channels may be exchanged";
    if (reason && ret_reason)
        *ret_reason = reason;
    return reason != NULL;
}
