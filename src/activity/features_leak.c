/*
 * How one party comes back in the other's channel: crosstalk, echo, sidetone.
 *
 * While scanning, the seconds in which one channel is much louder than the other are kept, the best SNIPPETS
 * for each direction. At the end the delay is the peak of their summed cross-spectrum with the phase transform
 * (Knapp & Carter 1976); at that delay a complex gain for each bin is fitted by least squares. Eight snippets
 * are transformed side by side.
 */
#include "activity/features_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TALK_MIN_DB (-50.0f)  /* quieter talk tells nothing */
#define QUIET_MIN_DB (-72.0f) /* levels below count as this: digital silence is not the best listener */
#define FULL_SCALE_DB 90.309f /* 20 log10(32768) */
#define FULL_SNIPPETS                                                                                          \
    120 /* the first two minutes are looked at whole, then every PERIOD_SNIPPETS-th second                     \
         */
#define PERIOD_SNIPPETS 4
#define AHEAD 16  /* the listener's channel may come first by this many samples: 2 ms */
#define SPREAD 12 /* the fit begins this much before the peak */
#define PHAT_BIN_LOW (SNIPPET * 250 / 8000)
#define PHAT_BIN_HIGH (SNIPPET * 3400 / 8000)
#define PEAK_MIN 7.0f        /* peak against the root mean square of the correlation; noise alone reaches 5 */
#define EXPLAINED_MIN 0.001f /* share of the listener's energy that the fitted path accounts for */
#define COUPLING_SHARE 0.30  /* quantile of the listener's level against the talker's, frame by frame */
#define TALK_RANGE_DB 20.0f  /* frames this far under the talker's loudest tell nothing about the path */
#define FIT_BIN_LOW 6
#define FIT_BIN_HIGH 110

static float snippet_db(const int16_t *x, int n)
{
    float sum[CQ_LANES] = {0}, all = 1.0f;
    for (int i = 0; i + CQ_LANES < n; i += CQ_LANES)
        for (int l = 0; l < CQ_LANES; l++) {
            const float d = (float)x[i + l + 1] - 0.9f * (float)x[i + l];
            sum[l] += d * d;
        }
    for (int l = 0; l < CQ_LANES; l++)
        all += sum[l];
    return 10.0f * log10f(all / (float)n) - FULL_SCALE_DB;
}

static void keep_snippet(struct cq_features *f, int listener)
{
    struct reservoir *r = &f->reservoir[listener];
    const float talk = snippet_db(f->snippet[1 - listener], SNIPPET_TALK);
    const float quiet = snippet_db(f->snippet[listener], SNIPPET);
    if (talk < TALK_MIN_DB || quiet < QUIET_MIN_DB - 20.0f)
        return;
    const float score = talk - fmaxf(quiet, QUIET_MIN_DB);
    int k = r->n;
    if (r->n < SNIPPETS) {
        r->n++;
    } else {
        k = 0;
        for (int i = 1; i < SNIPPETS; i++)
            if (r->score[i] < r->score[k])
                k = i;
        if (r->score[k] >= score)
            return;
    }
    r->score[k] = score;
    memcpy(r->pcm[k], f->snippet, sizeof f->snippet);
}

int cq_features_leak_watch(struct cq_features *f, const float *const pcm[2], int n)
{
    for (int done = 0; done < n;) {
        const int left = SNIPPET - f->snippet_fill, m = n - done < left ? n - done : left;
        const bool used = f->n_snippets < FULL_SNIPPETS || f->n_snippets % PERIOD_SNIPPETS == 0;
        for (int c = 0; c < 2 && used; c++)
            for (int i = 0; i < m; i++) {
                const float x = pcm[c][done + i] * 32768.0f;
                f->snippet[c][f->snippet_fill + i] = (int16_t)(x > 32767.0f    ? 32767.0f
                                                               : x < -32768.0f ? -32768.0f
                                                                               : x);
            }
        f->snippet_fill += m;
        done += m;
        if (f->snippet_fill < SNIPPET)
            break;
        if (used) {
            keep_snippet(f, 0);
            keep_snippet(f, 1);
        }
        f->n_snippets++;
        f->snippet_fill = 0;
    }
    return 0;
}

/* Workspace of the search: SoA transforms of SNIPPET points. */
struct search {
    struct cq_fft fft;
    float *re, *im, *work_re, *work_im;
    double *cross_re, *cross_im; /* SNIPPET / 2 + 1 */
};

/* Talker as real part, listener as imaginary part; both spectra come out of one transform. */
static void add_cross(struct cq_features *f, struct search *s, const struct reservoir *r, int first,
                      int listener)
{
    memset(s->re, 0, (size_t)SNIPPET * CQ_LANES * sizeof(float));
    memset(s->im, 0, (size_t)SNIPPET * CQ_LANES * sizeof(float));
    const int n = r->n - first < CQ_LANES ? r->n - first : CQ_LANES;
    for (int l = 0; l < n; l++) {
        const int16_t *talk = r->pcm[first + l][1 - listener], *hear = r->pcm[first + l][listener];
        for (int i = 0; i < SNIPPET - AHEAD; i++)
            s->im[(i + AHEAD) * CQ_LANES + l] = hear[i];
        for (int i = 0; i < SNIPPET_TALK; i++)
            s->re[i * CQ_LANES + l] = talk[i];
    }
    f->k->fft(&s->fft, s->re, s->im, s->work_re, s->work_im);
    for (int k = PHAT_BIN_LOW; k < PHAT_BIN_HIGH; k++)
        for (int l = 0; l < n; l++) {
            const int a = k * CQ_LANES + l, b = (SNIPPET - k) * CQ_LANES + l;
            const float tr = s->re[a] + s->re[b], ti = s->im[a] - s->im[b];
            const float hr = s->im[a] + s->im[b], hi = s->re[b] - s->re[a];
            const float cr = hr * tr + hi * ti, ci = hi * tr - hr * ti;
            const float mag = sqrtf(cr * cr + ci * ci) + 1e-20f;
            s->cross_re[k] += cr / mag;
            s->cross_im[k] += ci / mag;
        }
}

/* Delay in samples relative to -AHEAD, and the height of the peak; 0 height where nothing stands out. */
static float find_peak(struct cq_features *f, struct search *s, int *ret_delay)
{
    memset(s->re, 0, (size_t)SNIPPET * CQ_LANES * sizeof(float));
    memset(s->im, 0, (size_t)SNIPPET * CQ_LANES * sizeof(float));
    for (int k = PHAT_BIN_LOW; k < PHAT_BIN_HIGH; k++) { /* conjugate in, real part out: an inverse transform */
        s->re[k * CQ_LANES] = s->re[(SNIPPET - k) * CQ_LANES] = (float)s->cross_re[k];
        s->im[k * CQ_LANES] = (float)-s->cross_im[k];
        s->im[(SNIPPET - k) * CQ_LANES] = (float)s->cross_im[k];
    }
    f->k->fft(&s->fft, s->re, s->im, s->work_re, s->work_im);
    double energy = 0.0;
    float best = 0.0f;
    const int last = CQ_FEAT_MAX_DELAY + AHEAD < SNIPPET / 2 ? CQ_FEAT_MAX_DELAY + AHEAD : SNIPPET / 2;
    for (int i = 0; i < last; i++) {
        const float v = s->re[i * CQ_LANES];
        energy += (double)v * v;
        if (fabsf(v) > best) {
            best = fabsf(v);
            *ret_delay = i;
        }
    }
    return best / (float)(sqrt(energy / last) + 1e-20);
}

/* Sums over all snippets from which the path is read. */
struct fit {
    double xy_re[CQ_BINS], xy_im[CQ_BINS], yy[CQ_BINS], xx[CQ_BINS];
    struct histogram ratio[CQ_GROUPS];
    float loudest_db[CQ_GROUPS];
};

static void add_to_fit(struct cq_features *f, struct fit *fit)
{
    const struct cq_spectra *own = &f->block[0].spec, *other = &f->block[1].spec;
    for (int b = 0; b < CQ_BINS; b++)
        for (int l = 0; l < CQ_LANES; l++) {
            const float xr = own->re[b][l], xi = own->im[b][l], yr = other->re[b][l], yi = other->im[b][l];
            fit->xy_re[b] += xr * yr + xi * yi;
            fit->xy_im[b] += xi * yr - xr * yi;
            fit->yy[b] += yr * yr + yi * yi;
            fit->xx[b] += xr * xr + xi * xi;
        }
    static const struct cq_leak_path none;
    float e[3][CQ_GROUPS][CQ_LANES];
    f->k->leak(&f->tables, own, other, &none, e);
    f->k->decibel(e[0][0], 2 * CQ_GROUPS * CQ_LANES);
    for (int g = 0; g < CQ_GROUPS; g++)
        for (int l = 0; l < CQ_LANES; l++) {
            fit->loudest_db[g] = fmaxf(fit->loudest_db[g], e[1][g][l]);
            if (e[1][g][l] > fit->loudest_db[g] - TALK_RANGE_DB)
                cq_histogram_add(&fit->ratio[g], e[0][g][l] - e[1][g][l]);
        }
}

/* Fit channel `listener`'s path over all snippets. Returns the share of its energy explained. */
static float fit_path(struct cq_features *f, const struct reservoir *r, int listener, int delay,
                      float *ret_level_db)
{
    struct channel *ch = &f->ch[listener];
    struct fit fit = {0};
    float talk[BLOCK_SAMPLES + CQ_WIN], hear[BLOCK_SAMPLES + CQ_WIN];
    for (int g = 0; g < CQ_GROUPS; g++)
        fit.loudest_db[g] = QUIET_MIN_DB;
    for (int i = 0; i < r->n; i++)
        for (int at = AHEAD + SPREAD; at + BLOCK_SAMPLES + CQ_WIN <= SNIPPET_TALK; at += BLOCK_SAMPLES) {
            for (int k = 0; k < BLOCK_SAMPLES + CQ_WIN; k++) {
                talk[k] = r->pcm[i][1 - listener][at + k] * (1.0f / 32768.0f);
                hear[k] =
                    at + delay + k < SNIPPET ? r->pcm[i][listener][at + delay + k] * (1.0f / 32768.0f) : 0.0f;
            }
            f->k->spectra(&f->tables, hear, CQ_FEAT_HOP, &f->block[0].spec);
            f->k->spectra(&f->tables, talk, CQ_FEAT_HOP, &f->block[1].spec);
            add_to_fit(f, &fit);
        }
    double explained = 0.0, all = 1e-20, voice = 1e-20;
    for (int b = 0; b < CQ_BINS; b++) {
        const double d = fit.yy[b] + 1e-12;
        ch->path.re[b] = (float)(fit.xy_re[b] / d);
        ch->path.im[b] = (float)(fit.xy_im[b] / d);
        if (b >= FIT_BIN_LOW && b < FIT_BIN_HIGH) {
            explained += (fit.xy_re[b] * fit.xy_re[b] + fit.xy_im[b] * fit.xy_im[b]) / d;
            all += fit.xx[b];
            voice += fit.yy[b];
        }
    }
    for (int g = 0; g < CQ_GROUPS; g++)
        ch->path_db[g] = cq_histogram_quantile(&fit.ratio[g], COUPLING_SHARE, QUIET_MIN_DB);
    *ret_level_db = (float)(10.0 * log10((explained + 1e-20) / voice));
    return (float)(explained / all);
}

static void find_one(struct cq_features *f, struct search *s, int listener)
{
    const struct reservoir *r = &f->reservoir[listener];
    struct cq_features_scene *scene = &f->ch[listener].scene;
    if (!r->n)
        return;
    memset(s->cross_re, 0, (SNIPPET / 2 + 1) * sizeof(double));
    memset(s->cross_im, 0, (SNIPPET / 2 + 1) * sizeof(double));
    for (int i = 0; i < r->n; i += CQ_LANES)
        add_cross(f, s, r, i, listener);
    int at = 0;
    const float peak = find_peak(f, s, &at);
    int delay = at - AHEAD - SPREAD;
    if (peak < PEAK_MIN)
        return;
    float level_db = 0.0f;
    if (fit_path(f, r, listener, delay, &level_db) < EXPLAINED_MIN)
        return;
    scene->leak = true;
    scene->delay = delay;
    scene->leak_db = level_db;
}

int cq_features_leak_find(struct cq_features *f)
{
    const size_t n = (size_t)SNIPPET * CQ_LANES;
    struct search s = {0};
    float *v = malloc(4 * n * sizeof *v);
    double *cross = malloc((SNIPPET + 2) * sizeof *cross);
    int r = v && cross ? cq_fft_init(&s.fft, SNIPPET) : -ENOMEM;
    if (!r) {
        s.re = v, s.im = v + n, s.work_re = v + 2 * n, s.work_im = v + 3 * n;
        s.cross_re = cross, s.cross_im = cross + SNIPPET / 2 + 1;
        find_one(f, &s, 0);
        find_one(f, &s, 1);
    }
    cq_fft_done(&s.fft);
    free(cross);
    free(v);
    return r;
}
