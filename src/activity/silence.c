#include "activity/silence.h"

#include "base/array.h"
#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const float STEP = 1.01f / 32768.0f;      /* one of 16 bits, and rounding */
static const float MAX_LEVEL = 16.5f / 32768.0f; /* A-law's smallest code is 8 */

#define SKIP 64 /* samples; shorter than any stretch that is asked for */

struct silent_channel {
    int64_t from;    /* first sample of the stretch that may be silent */
    float low, high; /* of its magnitudes */
    struct cq_spans spans;
};

struct cq_silence {
    int n_channels;
    int64_t min_samples;
    int64_t n; /* samples seen */
    struct silent_channel channel[CQ_MAX_CHANNELS];
};

int cq_silence_new(int n_channels, double min_s, struct cq_silence **ret_s)
{
    struct cq_silence *s;

    if (n_channels < 1 || n_channels > CQ_MAX_CHANNELS || !(min_s * CQ_ANALYSIS_RATE_HZ >= 2 * SKIP))
        return -EINVAL;
    s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->n_channels = n_channels;
    s->min_samples = (int64_t)llrint(min_s * CQ_ANALYSIS_RATE_HZ);
    for (int c = 0; c < n_channels; c++)
        s->channel[c].low = INFINITY;
    *ret_s = s;
    return 0;
}

static int close_stretch(const struct cq_silence *s, struct silent_channel *ch, int64_t end)
{
    const struct cq_span span = {(double)ch->from / CQ_ANALYSIS_RATE_HZ, (double)end / CQ_ANALYSIS_RATE_HZ};

    return end - ch->from >= s->min_samples ? CQ_ARRAY_PUSH(&ch->spans, span) : 0;
}

static void forget(struct silent_channel *ch, int64_t from)
{
    ch->from = from;
    ch->low = INFINITY;
    ch->high = 0.0f;
}

/*
 * Outside silence: the last loud sample of the next SKIP rules out all before it, for no stretch is that short.
 * Returns the first sample that may begin one, i where nothing ahead is loud.
 */
static int skip_loud(const float *x, int i, int n)
{
    for (int k = SKIP; k > 0 && i + SKIP < n;) {
        if (fabsf(x[i + k - 1]) > MAX_LEVEL) {
            i += k;
            k = SKIP;
        } else {
            k--;
        }
    }
    return i;
}

static int process_channel(const struct cq_silence *s, struct silent_channel *ch, const float *x, int n)
{
    int look = 0; /* from here on it is worth looking ahead again */

    for (int i = 0; i < n; i++) {
        float v, low, high;
        int rc;
        if (i >= look && s->n + i - ch->from <= 1) {
            const int ahead = skip_loud(x, i, n);
            look = ahead + SKIP;
            if (ahead > i) {
                i = ahead;
                forget(ch, s->n + i);
            }
        }
        v = fabsf(x[i]);
        low = v < ch->low ? v : ch->low;
        high = v > ch->high ? v : ch->high;
        if (high - low <= STEP && high <= MAX_LEVEL) {
            ch->low = low;
            ch->high = high;
            continue;
        }
        rc = close_stretch(s, ch, s->n + i);
        if (rc)
            return rc;
        forget(ch, s->n + i + (v > MAX_LEVEL));
        if (v <= MAX_LEVEL)
            ch->low = ch->high = v;
    }
    return 0;
}

int cq_silence_process(struct cq_silence *s, const float *const pcm[], int n)
{
    int rc = 0;

    for (int c = 0; c < s->n_channels && !rc; c++)
        rc = process_channel(s, &s->channel[c], pcm[c], n);
    s->n += n;
    return rc;
}

int cq_silence_flush(struct cq_silence *s, struct cq_activity *a)
{
    int rc = 0;

    for (int c = 0; c < s->n_channels && !rc; c++) {
        struct silent_channel *ch = &s->channel[c];
        struct cq_activity_span span = {.sound = CQ_SOUND_DIGITAL_SILENCE, .confidence = 1.0f};
        span.party = s->n_channels > 1 ? (enum cq_party)c : CQ_NOBODY;
        rc = close_stretch(s, ch, s->n);
        for (size_t i = 0; i < ch->spans.n && !rc; i++) {
            span.at = ch->spans.v[i];
            rc = cq_activity_add(a, &span);
        }
    }
    return rc;
}

struct cq_silence *cq_silence_free(struct cq_silence *s)
{
    for (int c = 0; s && c < s->n_channels; c++)
        free(s->channel[c].spans.v);
    free(s);
    return NULL;
}
