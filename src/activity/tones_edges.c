#include "activity/tones_track.h"

#include "callqa/recording.h"

#include <math.h>

#define BLOCK_S ((double)CQ_GOERTZEL_BLOCK / CQ_ANALYSIS_RATE_HZ)

static const double FULL = 0.88;    /* a block this full of a tone is all of it */
static const float UNKNOWN = -1.0f; /* energy of a block that has not come yet */

void cq_tone_edges_open(struct cq_tone_edges *e, const struct cq_tone_track *t)
{
    *e = (struct cq_tone_edges){.first = t->block,
                                .last = t->block - 1,
                                .before = t->previous_energy[0],
                                .after = UNKNOWN,
                                .outside = t->previous_energy[1]};
}

void cq_tone_edges_add(struct cq_tone_edges *e, int64_t block, float energy)
{
    if (e->n == 0)
        e->first_energy = energy;
    e->last = block;
    e->last_energy = energy;
    e->sum_energy += energy;
    e->n++;
    e->after = UNKNOWN;
}

/* Mean square of the tone: of the inner blocks, which it fills. */
double cq_tone_edges_energy(const struct cq_tone_edges *e)
{
    const double inner = e->sum_energy - e->first_energy - e->last_energy;

    return e->n > 2 ? inner / (e->n - 2) : fmax(e->first_energy, e->last_energy);
}

/* Share of a block that the tone fills, from its energy; louder than the tone is something else. */
static double filled(float energy, double tone_energy)
{
    const double share = tone_energy > 0.0 && energy > 0.0f ? energy / tone_energy : 0.0;

    /* Few periods in a block, and noise: its energy swings by a tenth. */
    return share > 1.5 ? 0.0 : share > FULL ? 1.0 : share;
}

static struct cq_span edges_span(const struct cq_tone_edges *e)
{
    const double tone = fmax(cq_tone_edges_energy(e), e->peak);
    const double first = e->first_energy > tone ? 1.0 : filled(e->first_energy, tone);
    const double last = e->last_energy > tone ? 1.0 : filled(e->last_energy, tone);
    const double before = first < 1.0 ? 0.0 : filled(e->before, tone),
                 after = last < 1.0 ? 0.0 : filled(e->after, tone);
    struct cq_span at;

    at.start_s = ((double)e->first + 1.0 - first - before) * BLOCK_S;
    at.end_s = ((double)e->last + last + after) * BLOCK_S;
    if (at.start_s < 0.0)
        at.start_s = 0.0;
    return at;
}

float cq_tone_energy_db(double energy)
{
    return (float)(10.0 * log10(energy + 1e-10));
}

/* What is the same for every kind of burst. How far it falls is known two blocks later: settle(). */
struct cq_tone_burst cq_tone_burst_make(const struct cq_tone_edges *e)
{
    struct cq_tone_burst b = {
        .at = edges_span(e), .level_dbov = cq_tone_energy_db(cq_tone_edges_energy(e)), .last_block = e->last};

    b.rise_db = fmaxf(0.0f, b.level_dbov - cq_tone_energy_db(fminf(e->before, e->outside)));
    b.fall_db = e->after > UNKNOWN ? fmaxf(0.0f, b.level_dbov - cq_tone_energy_db(e->after)) : 0.0f;
    return b;
}
