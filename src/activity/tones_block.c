#include "activity/tones_track.h"

#include <math.h>

#define PEAK_SIDE 2 /* bins on each side of a peak that the window spreads it over */

static const float SECOND_PART = 0.03f;        /* a second peak weaker than this is noise or leakage */
static const float DTMF_TOLERANCE = 0.023f;    /* Q.24: 1.5 % must be taken, 3.5 % must not */
static const float DTMF_TWIST_MIN_DB = -10.0f; /* high against low group; Q.24: -8 to +4 dB must be taken */
static const float DTMF_TWIST_MAX_DB = 6.0f;

static const float DTMF_LOW_HZ[4] = {697.0f, 770.0f, 852.0f, 941.0f};
static const float DTMF_HIGH_HZ[4] = {1209.0f, 1336.0f, 1477.0f, 1633.0f};
static const char DTMF_DIGIT[4][4] = {
    {'1', '2', '3', 'A'}, {'4', '5', '6', 'B'}, {'7', '8', '9', 'C'}, {'*', '0', '#', 'D'}};

/* Index of the strongest bin; -1 where that is no peak. */
static int strongest(const float *power)
{
    int best = 1;

    for (int k = 2; k < CQ_GOERTZEL_BINS - 1; k++)
        best = power[k] > power[best] ? k : best;
    return power[best] >= power[best - 1] && power[best] >= power[best + 1] ? best : -1;
}

/* The strongest peak beside that in bin `skip`; -1 where there is none. */
static int next_strongest(const float *power, int skip)
{
    int best = -1;

    for (int k = 1; k < CQ_GOERTZEL_BINS - 1; k++) {
        if (power[k] < power[k - 1] || power[k] < power[k + 1] || (best >= 0 && power[k] <= power[best]))
            continue;
        if (k < skip - PEAK_SIDE || k > skip + PEAK_SIDE)
            best = k;
    }
    return best;
}

/* Four sums side by side: one alone would wait for every addition. */
static float sum_all(const float *power)
{
    float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;

    for (int k = 0; k < CQ_GOERTZEL_BINS; k += 4) {
        a += power[k];
        b += power[k + 1];
        c += power[k + 2];
        d += power[k + 3];
    }
    return (a + b) + (c + d);
}

static float sum_around(const float *power, int k, int skip)
{
    float sum = 0.0f;

    for (int i = k - PEAK_SIDE; i <= k + PEAK_SIDE; i++) {
        const int taken = skip >= 0 && i >= skip - PEAK_SIDE && i <= skip + PEAK_SIDE;
        if (i >= 0 && i < CQ_GOERTZEL_BINS && !taken)
            sum += power[i];
    }
    return sum;
}

/* Frequency of a sinusoid from its two strongest bins under a Hann window. */
static float interpolate(const float *power, int k)
{
    const float up = power[k + 1], down = power[k - 1], next = up > down ? up : down;
    const float ratio = power[k] > 0.0f ? sqrtf(next / power[k]) : 0.0f;
    const float offset = (2.0f * ratio - 1.0f) / (ratio + 1.0f);

    return CQ_GOERTZEL_STEP_HZ * ((float)(CQ_GOERTZEL_FIRST + k) + (up > down ? offset : -offset));
}

void cq_tone_block_measure(const float *power, float energy, struct cq_tone_block *ret_block)
{
    struct cq_tone_block b = {.quiet = !power, .energy = energy};
    float total = 1e-20f;
    int first, second;

    if (!power)
        goto out;
    total += sum_all(power);
    for (int k = 1; k < 10; k++) /* 300 to 700 Hz */
        b.low_share += power[k];
    b.low_share /= total;
    first = strongest(power);
    if (first < 0)
        goto out;
    b.hz[0] = interpolate(power, first);
    b.part[0] = sum_around(power, first, -1) / total;
    if (b.part[0] < 0.5f * CQ_TONES_TONAL_SHARE) /* then a second one can't make a tone of it */
        goto out;
    second = next_strongest(power, first);
    if (second < 0)
        goto out;
    b.part[1] = sum_around(power, second, first) / total;
    if (b.part[1] >= SECOND_PART)
        b.hz[1] = interpolate(power, second);
out:
    *ret_block = b;
}

static int nearest(const float table[4], float hz)
{
    for (int i = 0; i < 4; i++) {
        if (fabsf(hz - table[i]) <= DTMF_TOLERANCE * table[i])
            return i;
    }
    return -1;
}

char cq_tone_block_digit(const struct cq_tone_block *b)
{
    const int high_first = b->hz[0] > b->hz[1];
    const float low_part = b->part[high_first], high_part = b->part[!high_first];
    const int row = nearest(DTMF_LOW_HZ, b->hz[high_first]), column = nearest(DTMF_HIGH_HZ, b->hz[!high_first]);
    float twist_db;

    if (b->quiet || row < 0 || column < 0 || low_part + high_part < CQ_TONES_TONAL_SHARE)
        return 0;
    twist_db = 10.0f * log10f(high_part / low_part);
    return twist_db >= DTMF_TWIST_MIN_DB && twist_db <= DTMF_TWIST_MAX_DB ? DTMF_DIGIT[row][column] : 0;
}
