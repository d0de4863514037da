#include "activity/tones.h"

#include "activity/goertzel.h"
#include "activity/simd.h"
#include "activity/tones_track.h"
#include "callqa/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Each channel is looked at in blocks of 20 ms, one block late: the DTMF receiver wants to see 10 ms to each
 * side of a block, so that a digit rests on 30 ms and not on a lucky moment of a vowel. Weak blocks are not
 * looked at.
 */

#define BLOCK CQ_GOERTZEL_BLOCK
#define KEPT ((CQ_TONES_PROGRESS_BLOCKS + 1) * BLOCK) /* samples that are looked back at */
#define HISTORY (32 * BLOCK)                          /* moved to the front when it is full */

static const float QUIET_ENERGY = 1.6e-5f;  /* mean square of -48 dBov: tones down to -45 must be found */
static const float DTMF_LEVEL_RATIO = 1.6f; /* two full windows are alike within 2 dB; less is a shorter tone */

struct tone_channel {
    float history[HISTORY];
    int n;                      /* samples in it, the block that is coming in among them */
    struct cq_tone_block block; /* measured, not yet tracked */
    bool has_block;
    struct cq_tone_track track;
};

struct cq_tones {
    int n_channels;
    struct cq_goertzel bank;
    struct tone_channel channel[CQ_MAX_CHANNELS];
};

int cq_tones_new(int n_channels, struct cq_tones **ret_t)
{
    struct cq_tones *t;
    int rc;

    if (n_channels < 1 || n_channels > CQ_MAX_CHANNELS)
        return -EINVAL;
    t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    t->n_channels = n_channels;
    rc = cq_goertzel_init(CQ_SIMD_BEST, &t->bank);
    if (rc) {
        cq_tones_free(t);
        return rc;
    }
    for (int c = 0; c < n_channels; c++) {
        cq_tone_track_init(&t->channel[c].track);
        t->channel[c].n = KEPT; /* silence before the start */
    }
    *ret_t = t;
    return 0;
}

struct cq_tones *cq_tones_free(struct cq_tones *t)
{
    for (int c = 0; t && c < t->n_channels; c++)
        cq_tone_track_done(&t->channel[c].track);
    free(t);
    return NULL;
}

static float mean_square(const float *x)
{
    float lanes[8] = {0}, sum = 0.0f;

    for (int i = 0; i < BLOCK; i += 8) {
        for (int k = 0; k < 8; k++)
            lanes[k] += x[i + k] * x[i + k];
    }
    for (int k = 0; k < 8; k++)
        sum += lanes[k];
    return sum / BLOCK;
}

static void measure(const struct cq_tones *t, const float *x, struct cq_tone_block *ret_block)
{
    const float energy = mean_square(x);
    float power[CQ_GOERTZEL_BINS];

    if (energy >= QUIET_ENERGY)
        cq_goertzel_block(&t->bank, x, power);
    cq_tone_block_measure(energy >= QUIET_ENERGY ? power : NULL, energy, ret_block);
}

/* The digit of a block, if the block 10 ms before or 10 ms after agrees. */
static char receive_digit(const struct cq_tones *t, struct tone_channel *ch)
{
    const char digit = cq_tone_block_digit(&ch->block);
    bool agrees = false;
    const float *x = ch->history + ch->n - 2 * BLOCK;

    if (!digit)
        return 0;
    for (int side = -1; side <= 1; side += 2) {
        struct cq_tone_block b;
        measure(t, x + side * BLOCK / 2, &b);
        if (cq_tone_block_digit(&b) != digit)
            continue;
        ch->block.digit_energy = b.energy > ch->block.digit_energy ? b.energy : ch->block.digit_energy;
        agrees = agrees || (b.energy < DTMF_LEVEL_RATIO * ch->block.energy &&
                            ch->block.energy < DTMF_LEVEL_RATIO * b.energy);
    }
    return agrees ? digit : 0;
}

/* Hand on the block before the newest, now that the newest is there. */
static int track_pending(struct cq_tones *t, struct tone_channel *ch)
{
    if (!ch->has_block)
        return 0;
    return cq_tone_track_add(&ch->track, &ch->block, receive_digit(t, ch), ch->history + ch->n - KEPT);
}

static int take_block(struct cq_tones *t, struct tone_channel *ch)
{
    const int rc = track_pending(t, ch);

    measure(t, ch->history + ch->n - BLOCK, &ch->block);
    ch->has_block = true;
    return rc;
}

/* Room for more samples; returns how many, up to the end of the block. */
static int make_room(struct tone_channel *ch)
{
    if (ch->n == HISTORY) {
        memmove(ch->history, ch->history + HISTORY - KEPT, KEPT * sizeof *ch->history);
        ch->n = KEPT;
    }
    return BLOCK - ch->n % BLOCK;
}

int cq_tones_process(struct cq_tones *t, const float *const pcm[], int n)
{
    int rc = 0;

    for (int c = 0; c < t->n_channels && !rc; c++) {
        struct tone_channel *ch = &t->channel[c];
        for (int at = 0; at < n && !rc;) {
            const int room = make_room(ch), take = n - at < room ? n - at : room;
            memcpy(ch->history + ch->n, pcm[c] + at, (size_t)take * sizeof **pcm);
            at += take;
            ch->n += take;
            if (take == room)
                rc = take_block(t, ch);
        }
    }
    return rc;
}

static int by_start(const void *pa, const void *pb)
{
    const struct cq_tone_span *a = pa, *b = pb;

    if (a->at.start_s != b->at.start_s)
        return a->at.start_s < b->at.start_s ? -1 : 1;
    return (a->channel > b->channel) - (a->channel < b->channel);
}

/* Silence after the end: the block that is coming in is filled with it, and one more lets the last one be
 * tracked. */
static int finish_channel(struct cq_tones *t, struct tone_channel *ch)
{
    int rc = 0;

    for (int last = ch->n % BLOCK == 0; last < 2 && !rc; last++) {
        const int room = make_room(ch);
        memset(ch->history + ch->n, 0, (size_t)room * sizeof *ch->history);
        ch->n += room;
        rc = take_block(t, ch);
    }
    return rc ? rc : cq_tone_track_end(&ch->track);
}

int cq_tones_flush(struct cq_tones *t, struct cq_tone_spans *ret_spans)
{
    struct cq_tone_spans spans = {0};
    int rc = 0;

    for (int c = 0; c < t->n_channels && !rc; c++) {
        rc = finish_channel(t, &t->channel[c]);
        if (!rc)
            rc = cq_tone_names(&t->channel[c].track.bursts, (uint8_t)c, &spans);
    }
    if (rc)
        goto out;
    if (spans.n)
        qsort(spans.v, spans.n, sizeof *spans.v, by_start);
    *ret_spans = spans;
    spans.v = NULL;
out:
    free(spans.v);
    return rc;
}
