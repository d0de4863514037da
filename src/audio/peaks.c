#include "audio/peaks.h"

#include "callqa/recording.h"

#include <errno.h>
#include <stdlib.h>

int cq_peak_meter_init(struct cq_peak_meter *m, int channels, int64_t n_frames)
{
    if (channels < 1 || channels > CQ_MAX_CHANNELS || n_frames < 0)
        return -EINVAL;
    int64_t wanted = n_frames / (CQ_ANALYSIS_RATE_HZ / CQ_PEAKS_PER_S) + 1;
    struct cq_peaks p = {.channels = channels, .n = wanted > CQ_PEAKS_MAX ? CQ_PEAKS_MAX : (int)wanted};
    p.levels = calloc((size_t)channels, (size_t)p.n);
    if (!p.levels)
        return -ENOMEM;
    *m = (struct cq_peak_meter){.peaks = p, .n_frames = n_frames};
    return 0;
}

void cq_peak_meter_done(struct cq_peak_meter *m)
{
    cq_peaks_done(&m->peaks);
}

static unsigned char level_of(float v)
{
    float level = v * 255.0f;
    return level >= 255.0f ? 255 : (unsigned char)level;
}

static float greatest(const float *x, int64_t n)
{
    float top = 0;
    for (int64_t i = 0; i < n; i++) {
        float v = x[i] < 0 ? -x[i] : x[i];
        top = v > top ? v : top;
    }
    return top;
}

void cq_peak_meter_process(struct cq_peak_meter *m, const float *const pcm[], int n)
{
    int64_t end = m->at + n < m->n_frames ? m->at + n : m->n_frames, places = m->peaks.n;
    for (int64_t at = m->at; at < end;) {
        int64_t place = at * places / m->n_frames;
        int64_t next = ((place + 1) * m->n_frames + places - 1) / places; /* the first sample of the next one */
        int64_t to = next < end ? next : end;
        for (int c = 0; c < m->peaks.channels; c++) {
            unsigned char *at_place = &m->peaks.levels[c * places + place];
            unsigned char level = level_of(greatest(pcm[c] + (at - m->at), to - at));
            *at_place = level > *at_place ? level : *at_place;
        }
        at = to;
    }
    m->at += n;
}

struct cq_peaks cq_peak_meter_take(struct cq_peak_meter *m)
{
    struct cq_peaks p = m->peaks;
    m->peaks = (struct cq_peaks){0};
    return p;
}
