#include "activity/tone_names.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>

/*
 * A tone of call progress is told by its rhythm as much as by its frequency: 425 Hz for a second is ringing,
 * for a quarter of a second it is busy, without end it is a dial tone. Bursts of one frequency are therefore
 * collected into a train first and the train is named. Cadences by country: ITU-T E.180 supplement 2.
 */

static const float SAME_HZ = 15.0f;      /* bursts of one train */
static const float RING_LOW_HZ = 385.0f; /* ringback and dial tones lie between these */
static const float RING_HIGH_HZ = 490.0f;
static const float MODULATION_HZ = 32.0f; /* side lines of ringing that is modulated with 16 to 25 Hz */
static const float REORDER_HZ[2] = {480.0f, 620.0f}; /* busy and reorder of North America */
static const float PAIR_HZ = 12.0f;                  /* either may be off by this much */
static const float DIAL_HZ[2] = {350.0f, 440.0f};    /* a dial tone and nothing else */
static const double TRAIN_GAP_S = 6.5;               /* the longest pause of a ringing cadence is 5 s */
static const double RING_MIN_S = 0.30;               /* 0.4 s, double rings */
static const double RING_MAX_S = 2.60;               /* 2 s: North America; 2.5: some PBX */
static const double RING_ALONE_MIN_S = 0.60;         /* a single burst, ended by the answer */
static const double RING_PAIR_GAP_S = 0.35;          /* 0.2 s inside a double ring */
static const double RING_PAUSE_MIN_S = 1.2;          /* 1.6 s and more between rings */
static const double BUSY_MAX_S = 0.85;               /* bursts and pauses of busy: 0.1 to 0.75 s */
static const double BUSY_RATIO = 1.4;                /* longest to shortest of them */
static const size_t BUSY_MIN_BURSTS = 3, BUSY_PAIR_MIN_BURSTS = 2;
static const double DIAL_MIN_S = 2.7;      /* longer than any ring */
static const double DIAL_PAIR_MIN_S = 0.5; /* 350 + 440 Hz needs no length to be told */
static const float EDGE_DB = 6.0f;         /* generators start and stop within 20 ms */
static const double BEEP_MIN_S = 0.09;
static const float BEEP_LOW_HZ = 750.0f; /* shorter ones this low may be vowels */
static const double BEEP_LOW_MIN_S = 0.28;
static const double BEEP_MAX_S = 1.05;
static const double OTHER_MIN_S = 0.30, OTHER_LOW_MIN_S = 0.50;
static const double SIT_MIN_S = 0.15; /* 330 ms, 274 or 380 ms in North America */
static const double SIT_MAX_S = 0.50;
static const double SIT_GAP_S = 0.12;
static const double CNG_HZ = 1100.0, CNG_TOLERANCE_HZ = 38.0; /* T.30 */
static const double CNG_MIN_S = 0.40, CNG_MAX_S = 0.65;       /* 0.5 s +- 15 % */
static const double CED_HZ = 2100.0, CED_TOLERANCE_HZ = 20.0;
static const double CED_MIN_S = 1.0;       /* 2.6 to 4 s, cut short by the modem's AM and phase reversals */
static const double MELODY_WINDOW_S = 1.0; /* notes of other pitch this near make a burst a note as well */
static const int MELODY_NOTES = 2;

/* Three rising tones of special information: E.180, with the variants of North America. */
static const float SIT_HZ[3][2] = {{900.0f, 1000.0f}, {1350.0f, 1450.0f}, {1750.0f, 1850.0f}};

static int by_start(const void *pa, const void *pb)
{
    const struct cq_tone_burst *a = pa, *b = pb;

    return a->at.start_s < b->at.start_s ? -1 : a->at.start_s > b->at.start_s;
}

static double length_s(const struct cq_tone_burst *b)
{
    return b->at.end_s - b->at.start_s;
}

/* A burst found twice stays as the finder that knows more about it saw it: DTMF, then progress, then plain. */
static bool knows_more(const struct cq_tone_burst *a, const struct cq_tone_burst *b)
{
    if ((a->digit != 0) != (b->digit != 0))
        return a->digit != 0;
    return a->progress && a->steady && !b->progress;
}

static void drop_doubles(struct cq_tone_bursts *bursts)
{
    size_t n = 0;

    for (size_t i = 0; i < bursts->n; i++) {
        const struct cq_tone_burst *b = &bursts->v[i];
        bool dropped = false;
        for (size_t k = i; k-- > 0 && !dropped && b->at.start_s - bursts->v[k].at.start_s < 60.0;)
            dropped = knows_more(&bursts->v[k], b) && bursts->v[k].at.end_s > b->at.start_s;
        for (size_t k = i + 1; k < bursts->n && !dropped && bursts->v[k].at.start_s < b->at.end_s; k++)
            dropped = knows_more(&bursts->v[k], b);
        bursts->v[i].tone = dropped ? CQ_TONE_OTHER : CQ_TONE_NONE; /* a mark for the next loop */
    }
    for (size_t i = 0; i < bursts->n; i++) {
        if (bursts->v[i].tone == CQ_TONE_NONE)
            bursts->v[n++] = bursts->v[i];
    }
    bursts->n = n;
}

static int emit(const struct cq_tone_burst *first, const struct cq_tone_burst *last, enum cq_tone tone,
                uint8_t channel, struct cq_tone_spans *spans)
{
    const struct cq_tone_span span = {.tone = tone,
                                      .digit = tone == CQ_TONE_DTMF ? first->digit : 0,
                                      .channel = channel,
                                      .hz = {first->hz[0], first->hz[1]},
                                      .level_dbov = first->level_dbov,
                                      .confidence = first->share < 1.0f ? first->share : 1.0f,
                                      .at = {first->at.start_s, last->at.end_s}};

    return CQ_ARRAY_PUSH(spans, span);
}

static bool between(float hz, float low, float high)
{
    return hz >= low && hz <= high;
}

static bool is_ring_like(const struct cq_tone_burst *b)
{
    if (!between(b->hz[0], RING_LOW_HZ, RING_HIGH_HZ))
        return false;
    return b->hz[1] <= 0.0f || between(b->hz[1], RING_LOW_HZ, RING_HIGH_HZ) ||
           fabsf(b->hz[1] - b->hz[0]) <= MODULATION_HZ;
}

static bool is_pair(const struct cq_tone_burst *b, const float pair_hz[2])
{
    return fabsf(fminf(b->hz[0], b->hz[1]) - pair_hz[0]) <= PAIR_HZ &&
           fabsf(fmaxf(b->hz[0], b->hz[1]) - pair_hz[1]) <= PAIR_HZ;
}

static bool same_tone(const struct cq_tone_burst *a, const struct cq_tone_burst *b)
{
    return !b->digit && (fabsf(a->hz[0] - b->hz[0]) <= SAME_HZ || fabsf(a->hz[0] - b->hz[1]) <= SAME_HZ ||
                         fabsf(a->hz[1] - b->hz[0]) <= SAME_HZ);
}

/* What the rhythm of a train of n bursts says. */
struct rhythm {
    size_t n;
    double longest_s, shortest_s;
    double longest_gap_s, shortest_gap_s;
    bool ring_gaps; /* every gap is one inside or one between (double) rings */
};

static void rhythm_add(struct rhythm *r, const struct cq_tone_burst *b, double gap_s)
{
    const double l = length_s(b);

    r->longest_s = r->n ? fmax(r->longest_s, l) : l;
    r->shortest_s = r->n ? fmin(r->shortest_s, l) : l;
    if (r->n) {
        r->longest_gap_s = r->n > 1 ? fmax(r->longest_gap_s, gap_s) : gap_s;
        r->shortest_gap_s = r->n > 1 ? fmin(r->shortest_gap_s, gap_s) : gap_s;
        r->ring_gaps = r->ring_gaps && (gap_s <= RING_PAIR_GAP_S || gap_s >= RING_PAUSE_MIN_S);
    } else {
        r->ring_gaps = true;
    }
    r->n++;
}

/* Short bursts and pauses, all alike. */
static bool is_busy(const struct rhythm *r)
{
    return r->n > 1 && r->longest_s <= BUSY_MAX_S && r->longest_gap_s <= BUSY_MAX_S &&
           r->longest_s <= BUSY_RATIO * r->shortest_s && r->longest_gap_s <= BUSY_RATIO * r->shortest_gap_s;
}

static enum cq_tone name_train(const struct cq_tone_burst *first, const struct rhythm *r)
{
    if (is_pair(first, DIAL_HZ) && r->longest_s >= DIAL_PAIR_MIN_S)
        return CQ_TONE_DIAL;
    if (is_busy(r) && r->n >= (is_pair(first, REORDER_HZ) ? BUSY_PAIR_MIN_BURSTS : BUSY_MIN_BURSTS))
        return CQ_TONE_BUSY;
    if (!is_ring_like(first))
        return CQ_TONE_NONE;
    if (r->longest_s >= DIAL_MIN_S)
        return CQ_TONE_DIAL;
    if (r->longest_s > RING_MAX_S)
        return CQ_TONE_NONE;
    if (r->n == 1)
        return r->longest_s >= RING_ALONE_MIN_S ? CQ_TONE_RINGBACK : CQ_TONE_NONE;
    return r->ring_gaps && r->longest_s >= RING_MIN_S ? CQ_TONE_RINGBACK : CQ_TONE_NONE;
}

/* Whether a burst may belong to a train at all. */
static bool can_start_train(const struct cq_tone_burst *b)
{
    return b->tone == CQ_TONE_NONE && b->steady && !b->digit && fmaxf(b->rise_db, b->fall_db) >= EDGE_DB &&
           (is_ring_like(b) || is_pair(b, REORDER_HZ) || is_pair(b, DIAL_HZ));
}

static int name_progress(struct cq_tone_bursts *bursts, uint8_t channel, struct cq_tone_spans *spans)
{
    int rc = 0;

    for (size_t i = 0; i < bursts->n && !rc; i++) {
        struct rhythm rhythm = {0};
        size_t last = i;
        enum cq_tone tone;

        if (!can_start_train(&bursts->v[i]))
            continue;
        rhythm_add(&rhythm, &bursts->v[i], 0.0);
        for (size_t k = i + 1; k < bursts->n; k++) {
            const double gap_s = bursts->v[k].at.start_s - bursts->v[last].at.end_s;
            if (gap_s > TRAIN_GAP_S)
                break;
            if (!can_start_train(&bursts->v[k]) || !same_tone(&bursts->v[i], &bursts->v[k]))
                continue;
            rhythm_add(&rhythm, &bursts->v[k], gap_s);
            last = k;
        }
        tone = name_train(&bursts->v[i], &rhythm);
        if (tone == CQ_TONE_NONE)
            continue;
        rc = emit(&bursts->v[i], &bursts->v[last], tone, channel, spans);
        for (size_t k = i; k <= last; k++) {
            if (can_start_train(&bursts->v[k]) && same_tone(&bursts->v[i], &bursts->v[k]))
                bursts->v[k].tone = tone;
        }
    }
    return rc;
}

static bool is_sit_part(const struct cq_tone_burst *b, int part)
{
    return !b->digit && between(b->hz[0], SIT_HZ[part][0], SIT_HZ[part][1]) && length_s(b) >= SIT_MIN_S &&
           length_s(b) <= SIT_MAX_S;
}

static int name_sit(struct cq_tone_bursts *bursts, uint8_t channel, struct cq_tone_spans *spans)
{
    int rc = 0;

    for (size_t i = 0; i + 2 < bursts->n && !rc; i++) {
        struct cq_tone_burst *b = &bursts->v[i];
        bool sit = true;
        for (int part = 0; part < 3; part++)
            sit = sit && is_sit_part(&b[part], part) &&
                  (part == 0 || b[part].at.start_s - b[part - 1].at.end_s <= SIT_GAP_S);
        if (!sit)
            continue;
        rc = emit(&b[0], &b[2], CQ_TONE_SIT, channel, spans);
        for (int part = 0; part < 3; part++)
            b[part].tone = CQ_TONE_SIT;
    }
    return rc;
}

/* Whether other pitches sound around: then it is a note of a melody, or a vowel among others. */
static bool in_melody(const struct cq_tone_bursts *bursts, size_t i)
{
    const struct cq_tone_burst *b = &bursts->v[i];
    int notes = 0;

    for (size_t k = i; k-- > 0 && b->at.start_s - bursts->v[k].at.end_s < MELODY_WINDOW_S;)
        notes += bursts->v[k].tone == CQ_TONE_NONE && !bursts->v[k].digit && !same_tone(b, &bursts->v[k]);
    for (size_t k = i + 1; k < bursts->n && bursts->v[k].at.start_s - b->at.end_s < MELODY_WINDOW_S; k++)
        notes += bursts->v[k].tone == CQ_TONE_NONE && !bursts->v[k].digit && !same_tone(b, &bursts->v[k]);
    return notes >= MELODY_NOTES;
}

static bool near_hz(const struct cq_tone_burst *b, double hz, double tolerance_hz)
{
    return fabs(b->hz[0] - hz) <= tolerance_hz && b->hz[1] <= 0.0f;
}

static enum cq_tone name_single(const struct cq_tone_burst *b)
{
    const double l = length_s(b);

    if (near_hz(b, CNG_HZ, CNG_TOLERANCE_HZ) && l >= CNG_MIN_S && l <= CNG_MAX_S)
        return CQ_TONE_FAX;
    if (near_hz(b, CED_HZ, CED_TOLERANCE_HZ) && l >= CED_MIN_S)
        return CQ_TONE_FAX;
    if (b->hz[0] < BEEP_LOW_HZ && l < BEEP_LOW_MIN_S)
        return CQ_TONE_NONE;
    if (b->hz[1] <= 0.0f && l >= BEEP_MIN_S && l <= BEEP_MAX_S)
        return CQ_TONE_BEEP;
    return l >= (b->hz[0] < BEEP_LOW_HZ ? OTHER_LOW_MIN_S : OTHER_MIN_S) ? CQ_TONE_OTHER : CQ_TONE_NONE;
}

static int name_rest(const struct cq_tone_bursts *bursts, uint8_t channel, struct cq_tone_spans *spans)
{
    int rc = 0;

    for (size_t i = 0; i < bursts->n && !rc; i++) {
        const struct cq_tone_burst *b = &bursts->v[i];
        enum cq_tone tone;
        if (b->tone != CQ_TONE_NONE || !b->steady || fminf(b->rise_db, b->fall_db) < EDGE_DB)
            continue;
        if (b->digit)
            tone = CQ_TONE_DTMF;
        else
            tone = in_melody(bursts, i) ? CQ_TONE_NONE : name_single(b);
        if (tone != CQ_TONE_NONE)
            rc = emit(b, b, tone, channel, spans);
    }
    return rc;
}

int cq_tone_names(struct cq_tone_bursts *bursts, uint8_t channel, struct cq_tone_spans *spans)
{
    int rc;

    if (!bursts->n)
        return 0;
    qsort(bursts->v, bursts->n, sizeof *bursts->v, by_start);
    drop_doubles(bursts);
    rc = name_sit(bursts, channel, spans);
    if (!rc)
        rc = name_progress(bursts, channel, spans);
    return rc ? rc : name_rest(bursts, channel, spans);
}
