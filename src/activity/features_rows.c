/* Second pass: the numbers of each frame, in fixed point. The order of them is the model's input format. */
#include "activity/features_private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Where each family of numbers begins in a row; a change of any makes a new CQ_FEAT_VERSION. */
enum {
    ROW_MEL = 0,                /* mel bands against the voice's level */
    ROW_SNR = ROW_MEL + CQ_MEL, /* pairs of bands against the floor */
    ROW_LEVEL = ROW_SNR + CQ_MEL / 2,
    ROW_ABSOLUTE,
    ROW_ABOVE_FLOOR,
    ROW_VOICING,
    ROW_FLATNESS,
    ROW_PEAK,
    ROW_CALL_SNR,
    ROW_CALL_LEVEL,
    ROW_FLUX,
    ROW_OTHER_RECENT, /* level against the other's recent maximum */
    ROW_OTHER_EXCESS, /* the same against what is usual in this call */
    ROW_OTHER_NOW,
    ROW_GROUP_RECENT,
    ROW_LEAK_PREDICTED = ROW_GROUP_RECENT + CQ_GROUPS,
    ROW_LEAK_RESIDUAL = ROW_LEAK_PREDICTED + CQ_GROUPS,
    ROW_LEAK = ROW_LEAK_RESIDUAL + CQ_GROUPS,
    ROW_COUPLING,
    ROW_END
};
_Static_assert(ROW_END == CQ_FEAT_N, "the row is full");

#define ROUND_UP 16384.5f /* makes rounding a truncation of positive numbers */
#define ROUND_UP_INT 16384
#define PER_10DB 0.1f
#define PER_20DB 0.05f
#define LEVEL_MID_DB (-50.0f)
#define REF_MID_DB (-30.0f)

/* lo >= -8 and hi <= 8, which CQ_FEAT_LIMIT promises. */
static void put(struct cq_features *f, int c, int number, const float v[CQ_LANES], float scale, float lo,
                float hi)
{
    for (int l = 0; l < FRAMES; l++) {
        float x = v[l] * scale;
        x = x < lo ? lo : x > hi ? hi : x;
        f->rows[l][c][number] = (int16_t)((int)(x * CQ_FEAT_ONE + ROUND_UP) - ROUND_UP_INT);
    }
}

static void put_constant(struct cq_features *f, int c, int number, float x, float lo, float hi)
{
    float v[CQ_LANES];
    for (int l = 0; l < CQ_LANES; l++)
        v[l] = x;
    put(f, c, number, v, 1.0f, lo, hi);
}

static void put_minus(struct cq_features *f, int c, int number, const float a[CQ_LANES], const float *b,
                      float b0, float scale, float lo, float hi)
{
    float v[CQ_LANES];
    for (int l = 0; l < CQ_LANES; l++)
        v[l] = a[l] - (b ? b[l] : 0.0f) - b0;
    put(f, c, number, v, scale, lo, hi);
}

static void rows_of_shape(struct cq_features *f, int c)
{
    struct channel *ch = &f->ch[c];
    const struct frame_block *b = &f->block[c];
    float mean[CQ_LANES] = {0}, flux[CQ_LANES] = {0}, flat[CQ_LANES];
    for (int i = 0; i < CQ_MEL; i++) {
        put_minus(f, c, ROW_MEL + i, b->mel_db[i], NULL, ch->scene.ref_db, PER_10DB, -7.0f, 3.0f);
        float before = ch->last_mel[i];
        for (int l = 0; l < CQ_LANES; l++) {
            mean[l] += b->mel_db[i][l] * (1.0f / CQ_MEL);
            flux[l] += fabsf(b->mel_db[i][l] - before) * (1.0f / CQ_MEL);
            before = b->mel_db[i][l];
        }
        ch->last_mel[i] = before;
    }
    for (int i = 0; i < CQ_MEL / 2; i++)
        put_minus(f, c, ROW_SNR + i, b->pair_db[i], NULL, ch->band_floor_db[i], PER_10DB, -1.0f, 5.0f);
    for (int l = 0; l < CQ_LANES; l++)
        flat[l] = mean[l] - b->level_db[l];
    put(f, c, ROW_FLATNESS, flat, PER_10DB, -6.0f, 1.0f);
    put(f, c, ROW_PEAK, b->peak_db, PER_10DB, 0.0f, 3.0f);
    put(f, c, ROW_FLUX, flux, PER_10DB, 0.0f, 4.0f);
    put_minus(f, c, ROW_LEVEL, b->level_db, NULL, ch->scene.ref_db, PER_10DB, -7.0f, 3.0f);
    put_minus(f, c, ROW_ABSOLUTE, b->level_db, NULL, LEVEL_MID_DB, PER_20DB, -3.0f, 3.0f);
    put_minus(f, c, ROW_ABOVE_FLOOR, b->level_db, NULL, ch->scene.floor_db, PER_10DB, -2.0f, 6.0f);
    put_constant(f, c, ROW_CALL_SNR, (ch->scene.ref_db - ch->scene.floor_db) * PER_20DB, 0.0f, 4.0f);
    put_constant(f, c, ROW_CALL_LEVEL, (ch->scene.ref_db - REF_MID_DB) * PER_20DB, -2.0f, 2.0f);
}

/* Voicing each 20 ms, for the two frames around. */
static void rows_of_voicing(struct cq_features *f, int c)
{
    enum { N = FRAMES * CQ_FEAT_HOP / CQ_DECIMATE + CQ_VOICE_WIN + CQ_VOICE_LAG0 + CQ_VOICE_LAGS };
    enum { STEP = 2 * CQ_FEAT_HOP / CQ_DECIMATE, SPAN = CQ_VOICE_WIN + (CQ_VOICE_LAG0 + CQ_VOICE_LAGS) / 2 };
    float slow[N], v[CQ_LANES];
    const float *x = f->ch[c].pcm + f->at + CQ_FEAT_HOP - SPAN / 2 * CQ_DECIMATE;
    f->k->decimate(&f->tables, x - CQ_DECIMATE_TAPS / 2, N, slow);
    for (int i = 0; i < FRAMES / 2; i++)
        v[2 * i] = v[2 * i + 1] = f->k->voicing(slow + i * STEP);
    put(f, c, ROW_VOICING, v, 2.0f, 0.0f, 2.0f);
}

static void rows_of_leak(struct cq_features *f, int c)
{
    const struct channel *ch = &f->ch[c];
    float e[3][CQ_GROUPS][CQ_LANES];
    if (ch->scene.leak) {
        f->k->spectra(&f->tables, f->ch[1 - c].pcm + f->at - LEAD - ch->scene.delay, CQ_FEAT_HOP, &f->delayed);
        f->k->leak(&f->tables, &f->block[c].spec, &f->delayed, &ch->path, e);
        f->k->decibel(e[0][0], 3 * CQ_GROUPS * CQ_LANES);
    }
    for (int g = 0; g < CQ_GROUPS; g++) {
        if (ch->scene.leak) {
            put_minus(f, c, ROW_LEAK_PREDICTED + g, e[0][g], e[1][g], ch->path_db[g], PER_10DB, -2.0f, 2.0f);
            put_minus(f, c, ROW_LEAK_RESIDUAL + g, e[2][g], e[0][g], 0.0f, PER_10DB, -2.0f, 0.5f);
        } else {
            put_constant(f, c, ROW_LEAK_PREDICTED + g, 2.0f, -2.0f, 2.0f);
            put_constant(f, c, ROW_LEAK_RESIDUAL + g, 0.0f, -2.0f, 0.5f);
        }
    }
    put_constant(f, c, ROW_LEAK, ch->scene.leak ? 1.0f : 0.0f, 0.0f, 1.0f);
    put_constant(f, c, ROW_COUPLING, ch->scene.coupling_db * PER_20DB, -3.0f, 3.0f);
}

static void rows_of_other(struct cq_features *f, int c)
{
    const struct frame_block *b = &f->block[c], *o = &f->block[1 - c];
    put_minus(f, c, ROW_OTHER_RECENT, b->level_db, o->recent_level_db, 0.0f, PER_10DB, -4.0f, 4.0f);
    put_minus(f, c, ROW_OTHER_EXCESS, b->level_db, o->recent_level_db, f->ch[c].scene.coupling_db, PER_10DB,
              -4.0f, 4.0f);
    put_minus(f, c, ROW_OTHER_NOW, b->level_db, o->level_db, 0.0f, PER_10DB, -4.0f, 4.0f);
    for (int g = 0; g < CQ_GROUPS; g++)
        put_minus(f, c, ROW_GROUP_RECENT + g, b->group_db[g], o->recent_group_db[g], 0.0f, PER_10DB, -4.0f,
                  4.0f);
    rows_of_leak(f, c);
}

static int make_blocks(struct cq_features *f, int tail, cq_features_sink *sink, void *ctx)
{
    while (f->fill - f->at >= BLOCK_SAMPLES + tail) {
        const int64_t left = (f->n_samples - f->n_blocks * BLOCK_SAMPLES + CQ_FEAT_HOP - 1) / CQ_FEAT_HOP;
        if (left <= 0)
            return 0;
        cq_features_levels(f);
        for (int c = 0; c < 2; c++) {
            rows_of_shape(f, c);
            rows_of_voicing(f, c);
            rows_of_other(f, c);
        }
        f->at += BLOCK_SAMPLES;
        f->n_blocks++;
        const int r = sink(ctx, (const int16_t(*)[2][CQ_FEAT_N])f->rows, left < FRAMES ? (int)left : FRAMES);
        if (r)
            return r;
    }
    return 0;
}

int cq_features_push(struct cq_features *f, const float *const pcm[2], int n, cq_features_sink *sink, void *ctx)
{
    if (!f->scanned) {
        const int r = cq_features_scan_end(f);
        if (r)
            return r;
    }
    for (int done = 0; done < n;) {
        const float *const rest[2] = {pcm[0] + done, pcm[1] + done};
        const int m = cq_features_take(f, rest, n - done);
        f->n_samples += m;
        done += m;
        const int r = make_blocks(f, TAIL, sink, ctx);
        if (r)
            return r;
    }
    return 0;
}

int cq_features_finish(struct cq_features *f, cq_features_sink *sink, void *ctx)
{
    static const float silence[BLOCK_SAMPLES];
    const float *const pcm[2] = {silence, silence};
    for (int need = BLOCK_SAMPLES + TAIL; need > 0;) {
        const int m = cq_features_take(f, pcm, need < BLOCK_SAMPLES ? need : BLOCK_SAMPLES);
        need -= m;
        const int r = make_blocks(f, TAIL, sink, ctx);
        if (r)
            return r;
    }
    return 0;
}
