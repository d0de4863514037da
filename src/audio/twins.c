#include "audio/twins.h"

#include <math.h>
#include <string.h>

/* Two G.711 codings of one signal at different gains correlate by 0.9998; a leak with an echo's colour does
 * not. */
#define MIN_CORRELATION 0.995
#define FAKE_STEREO_RATIO 0.95
#define FAKE_STEREO_FRAMES 100 /* a second of sound, before anything is said */

void cq_twins_init(struct cq_twins *t, double silence_dbov)
{
    memset(t, 0, sizeof *t);
    t->silence_dbov = silence_dbov;
}

void cq_twins_add(struct cq_twins *t, const int16_t *const x[CQ_MAX_CHANNELS], int n,
                  const struct cq_sample_stats stats[CQ_MAX_CHANNELS], const double level_dbov[CQ_MAX_CHANNELS])
{
    if (fmax(level_dbov[0], level_dbov[1]) < t->silence_dbov)
        return;
    t->n_sounding++;
    double mean[2], power[2];
    for (int c = 0; c < 2; c++) {
        mean[c] = (double)stats[c].sum / n;
        power[c] = stats[c].sum_sq / n - mean[c] * mean[c];
    }
    double cross = cq_samples_dot(x[0], x[1], n) / n - mean[0] * mean[1];
    if (power[0] <= 0.0 || power[1] <= 0.0 ||
        cross * cross < MIN_CORRELATION * MIN_CORRELATION * power[0] * power[1])
        return;
    t->n_identical++;
    t->power[0] += power[0];
    t->power[1] += power[1];
}

void cq_twins_finish(const struct cq_twins *t, struct cq_health *ret_health)
{
    ret_health->identical_ratio = t->n_sounding ? (double)t->n_identical / (double)t->n_sounding : 0.0;
    ret_health->identical_gain_db = t->n_identical ? 10.0 * log10(t->power[1] / t->power[0]) : 0.0;
    ret_health->fake_stereo =
        t->n_sounding >= FAKE_STEREO_FRAMES && ret_health->identical_ratio >= FAKE_STEREO_RATIO;
}
