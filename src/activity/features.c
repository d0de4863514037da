#include "activity/features_private.h"

#include "activity/simd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEL_LOW_HZ 80.0
#define MEL_HIGH_HZ 3900.0
#define RATE_HZ 8000.0
#define SPEECH_CUT_HZ 850.0 /* of the decimating low-pass */
#define FEWEST_DB (-130.0f)

static double mel_of(double hz)
{
    return 2595.0 * log10(1.0 + hz / 700.0); /* O'Shaughnessy 1987 */
}

static double hz_of(double mel)
{
    return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
}

static void make_mel(struct cq_features_tables *t)
{
    const double lo = mel_of(MEL_LOW_HZ), hi = mel_of(MEL_HIGH_HZ), bin_hz = RATE_HZ / CQ_NFFT;
    float *w = t->mel_weight;
    for (int b = 0; b < CQ_MEL; b++) {
        const double left = hz_of(lo + (hi - lo) * b / (CQ_MEL + 1)) / bin_hz;
        const double mid = hz_of(lo + (hi - lo) * (b + 1) / (CQ_MEL + 1)) / bin_hz;
        const double right = hz_of(lo + (hi - lo) * (b + 2) / (CQ_MEL + 1)) / bin_hz;
        const int first = (int)ceil(left), last = (int)floor(right);
        t->mel_start[b] = first;
        t->mel_len[b] = last - first + 1;
        for (int k = first; k <= last; k++)
            *w++ = (float)(k < mid ? (k - left) / (mid - left) : (right - k) / (right - mid));
        if (b % 4 == 0)
            t->group_start[b / 4] = (int)lround(left + (mid - left) / 2);
    }
    t->group_start[CQ_GROUPS] = CQ_BINS - 4;
}

static int make_tables(struct cq_features_tables *t)
{
    const double pi = acos(-1.0);
    double sum = 0.0;
    for (int n = 0; n < CQ_WIN; n++) {
        const double w = 0.5 - 0.5 * cos(2.0 * pi * (n + 0.5) / CQ_WIN);
        t->window[n] = (float)w;
        sum += w * w;
    }
    t->power_scale = (float)(2.0 / (CQ_NFFT * sum));
    for (int k = 0; k < CQ_BINS; k++) {
        t->post_cos[k] = (float)cos(2.0 * pi * k / CQ_NFFT);
        t->post_sin[k] = (float)-sin(2.0 * pi * k / CQ_NFFT);
    }
    double gain = 0.0, h[CQ_DECIMATE_TAPS];
    for (int k = 0; k < CQ_DECIMATE_TAPS; k++) {
        const double x = k - (CQ_DECIMATE_TAPS - 1) / 2.0, c = 2.0 * SPEECH_CUT_HZ / RATE_HZ;
        h[k] = sin(pi * c * x) / (pi * x) * (0.54 - 0.46 * cos(2.0 * pi * (k + 0.5) / CQ_DECIMATE_TAPS));
        gain += h[k];
    }
    for (int k = 0; k < CQ_DECIMATE_TAPS; k++)
        t->decimate[k] = (float)(h[k] / gain);
    make_mel(t);
    return cq_fft_init(&t->fft, CQ_NFFT / 2);
}

int cq_features_new(int cpu, struct cq_features **ret_f)
{
    struct cq_features *f = calloc(1, sizeof *f);
    if (!f)
        return -ENOMEM;
    int r = cq_simd_features(cpu, &f->k);
    if (!r)
        r = make_tables(&f->tables);
    for (int c = 0; c < 2 && !r; c++) {
        f->reservoir[c].pcm = malloc(SNIPPETS * sizeof *f->reservoir[c].pcm);
        if (!f->reservoir[c].pcm)
            r = -ENOMEM;
    }
    if (r) {
        cq_features_free(f);
        return r;
    }
    cq_features_rewind(f);
    *ret_f = f;
    return 0;
}

struct cq_features *cq_features_free(struct cq_features *f)
{
    if (!f)
        return NULL;
    cq_fft_done(&f->tables.fft);
    for (int c = 0; c < 2; c++)
        free(f->reservoir[c].pcm);
    free(f);
    return NULL;
}

const char *cq_features_path(const struct cq_features *f)
{
    return f->k->name;
}

const struct cq_features_scene *cq_features_scene_of(const struct cq_features *f, int c)
{
    return &f->ch[c].scene;
}

void cq_features_rewind(struct cq_features *f)
{
    for (int c = 0; c < 2; c++) {
        struct channel *ch = &f->ch[c];
        memset(ch->pcm, 0, sizeof ch->pcm);
        for (int i = 0; i < 1 + CQ_GROUPS; i++)
            for (int b = 0; b < TRACK_BLOCKS; b++) {
                ch->recent[i].top[b] = FEWEST_DB;
                for (int l = 0; l < FRAMES; l++)
                    ch->recent[i].v[b][l] = FEWEST_DB;
            }
        for (int b = 0; b < CQ_MEL; b++)
            ch->last_mel[b] = FEWEST_DB;
    }
    f->fill = f->at = HISTORY;
    f->n_samples = f->n_blocks = 0;
}

int cq_features_take(struct cq_features *f, const float *const pcm[2], int n)
{
    if (f->fill == BUFFER) {
        const int drop = f->at - HISTORY;
        for (int c = 0; c < 2; c++)
            memmove(f->ch[c].pcm, f->ch[c].pcm + drop, (size_t)(f->fill - drop) * sizeof(float));
        f->fill -= drop;
        f->at -= drop;
    }
    const int m = n < BUFFER - f->fill ? n : BUFFER - f->fill;
    for (int c = 0; c < 2; c++)
        memcpy(f->ch[c].pcm + f->fill, pcm[c], (size_t)m * sizeof(float));
    f->fill += m;
    return m;
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

/* Move the track on by one block and give the maximum over each frame and the 32 before it. */
static void track_push(struct track *t, const float v[FRAMES], float ret_top[FRAMES])
{
    memmove(t->v[0], t->v[1], sizeof t->v[0] * (TRACK_BLOCKS - 1));
    memmove(t->top, t->top + 1, sizeof t->top[0] * (TRACK_BLOCKS - 1));
    memcpy(t->v[TRACK_BLOCKS - 1], v, sizeof t->v[0]);
    float old[FRAMES], top = FEWEST_DB, mid = FEWEST_DB;
    for (int l = FRAMES - 1; l >= 0; l--) {
        top = larger(top, t->v[0][l]);
        old[l] = top;
    }
    for (int b = 1; b < TRACK_BLOCKS - 1; b++)
        mid = larger(mid, t->top[b]);
    top = FEWEST_DB;
    for (int l = 0; l < FRAMES; l++) {
        top = larger(top, v[l]);
        ret_top[l] = larger(larger(top, mid), old[l]);
    }
    t->top[TRACK_BLOCKS - 1] = top;
}

void cq_features_levels(struct cq_features *f)
{
    for (int c = 0; c < 2; c++) {
        struct channel *ch = &f->ch[c];
        struct frame_block *b = &f->block[c];
        f->k->spectra(&f->tables, ch->pcm + f->at - LEAD, CQ_FEAT_HOP, &b->spec);
        f->k->mel(&f->tables, &b->spec, b->mel_db, b->peak_db);
        for (int l = 0; l < CQ_LANES; l++)
            b->level_db[l] = 0.0f;
        for (int g = 0; g < CQ_GROUPS; g++)
            for (int l = 0; l < CQ_LANES; l++) {
                const float p0 = b->mel_db[4 * g][l] + b->mel_db[4 * g + 1][l];
                const float p1 = b->mel_db[4 * g + 2][l] + b->mel_db[4 * g + 3][l];
                b->pair_db[2 * g][l] = p0;
                b->pair_db[2 * g + 1][l] = p1;
                b->group_db[g][l] = p0 + p1;
                b->level_db[l] += p0 + p1;
            }
        f->k->decibel(b->mel_db[0], CQ_MEL * CQ_LANES);
        f->k->decibel(b->pair_db[0], CQ_MEL / 2 * CQ_LANES);
        f->k->decibel(b->group_db[0], CQ_GROUPS * CQ_LANES);
        f->k->decibel(b->level_db, CQ_LANES);
        track_push(&ch->recent[0], b->level_db, b->recent_level_db);
        for (int g = 0; g < CQ_GROUPS; g++)
            track_push(&ch->recent[1 + g], b->group_db[g], b->recent_group_db[g]);
    }
}
