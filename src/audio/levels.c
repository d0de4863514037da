#include "audio/levels.h"

#include <math.h>
#include <string.h>

#define FULL_SCALE 32768.0
#define BINS_PER_DB 4.0
#define NOISE_PERCENTILE 0.10 /* include/callqa/recording.h */

void cq_levels_init(struct cq_levels *l)
{
    memset(l, 0, sizeof *l);
    l->loudest_dbov = -INFINITY;
}

static double to_dbov(double mean_square)
{
    return 10.0 * log10(mean_square / (FULL_SCALE * FULL_SCALE));
}

double cq_levels_add(struct cq_levels *l, const struct cq_sample_stats *frame, int n)
{
    l->min = frame->min < l->min ? frame->min : l->min;
    l->max = frame->max > l->max ? frame->max : l->max;
    l->n += n;
    l->sum += frame->sum;
    l->sum_sq += frame->sum_sq;
    if (frame->min == frame->max)
        return CQ_LEVELS_FLOOR_DBOV;

    double mean = (double)frame->sum / n;
    double power = frame->sum_sq / n - mean * mean;
    double db = power > 0.0 ? fmax(to_dbov(power), CQ_LEVELS_FLOOR_DBOV) : CQ_LEVELS_FLOOR_DBOV;
    l->loudest_dbov = fmax(l->loudest_dbov, db);
    int bin = (int)((db - CQ_LEVELS_FLOOR_DBOV) * BINS_PER_DB);
    l->bins[bin < CQ_LEVELS_BINS ? bin : CQ_LEVELS_BINS - 1]++;
    l->n_frames++;
    return db;
}

static double percentile(const struct cq_levels *l, double share)
{
    if (l->n_frames == 0)
        return -INFINITY;
    double want = share * (double)l->n_frames, seen = 0.0;
    for (int i = 0; i < CQ_LEVELS_BINS; i++) {
        if (seen + l->bins[i] >= want && l->bins[i])
            return CQ_LEVELS_FLOOR_DBOV + (i + (want - seen) / l->bins[i]) / BINS_PER_DB;
        seen += l->bins[i];
    }
    return 0.0;
}

void cq_levels_finish(const struct cq_levels *l, double silence_dbov, struct cq_channel_health *ret_health)
{
    double n = l->n ? (double)l->n : 1.0;
    double mean = l->sum / n;
    double power = l->sum_sq / n - mean * mean;
    double peak = fmax((double)l->max, -(double)l->min);
    ret_health->peak_dbov = peak > 0.0 ? 20.0 * log10(peak / FULL_SCALE) : -INFINITY;
    ret_health->rms_dbov = power > 0.0 ? to_dbov(power) : -INFINITY;
    ret_health->dc = mean / FULL_SCALE;
    ret_health->noise_dbov = percentile(l, NOISE_PERCENTILE);
    ret_health->silent = !(l->loudest_dbov >= silence_dbov);
}
