#include "audio/health.h"

#include "audio/levels.h"
#include "audio/samples.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cq_health_meter {
    int n_channels;
    double silence_dbov;
    struct cq_levels levels[CQ_MAX_CHANNELS];
};

int cq_health_new(int n_channels, int rate_hz, double level_step, double silence_dbov,
                  struct cq_health_meter **ret_m)
{
    (void)rate_hz, (void)level_step;
    struct cq_health_meter *m = calloc(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    m->n_channels = n_channels;
    m->silence_dbov = silence_dbov;
    for (int c = 0; c < n_channels; c++)
        cq_levels_init(&m->levels[c]);
    *ret_m = m;
    return 0;
}

int cq_health_process(struct cq_health_meter *m, const int16_t *const planes[], int n)
{
    for (int c = 0; c < m->n_channels; c++) {
        for (int i = 0; i < n; i += CQ_FRAME_SAMPLES) {
            struct cq_sample_stats stats;
            int k = n - i < CQ_FRAME_SAMPLES ? n - i : CQ_FRAME_SAMPLES;
            cq_samples_stats(planes[c] + i, k, &stats);
            cq_levels_add(&m->levels[c], &stats, k);
        }
    }
    return 0;
}

int cq_health_flush(struct cq_health_meter *m, struct cq_health *ret_health)
{
    struct cq_health h = {0};
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        h.leak_db[c] = h.leak_delay_ms[c] = NAN;
        h.channel[c].hum_db = NAN;
        h.channel[c].silent = true;
        if (c < m->n_channels)
            cq_levels_finish(&m->levels[c], m->silence_dbov, &h.channel[c]);
    }
    *ret_health = h;
    return 0;
}

struct cq_health_meter *cq_health_free(struct cq_health_meter *m)
{
    free(m);
    return NULL;
}
