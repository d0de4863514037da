#include "replay/speed.h"

#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <sonic.h>
#include <stdlib.h>

#define BLOCK 256 /* frames converted at a time, and from one correction to the next */
#define KEPT 130  /* frames that the library keeps back: from none to two of its longest pitch periods */
#define STIFFNESS                                                                                              \
    4000.0 /* frames of drift that would be met by twice the speed: a drift of 16 ms is met by 3 % */
#define CORRECTION_MAX 0.05

/*
 * The library cuts whole pitch periods and rounds what it cuts downwards, which adds up: at three times the
 * speed, to more than a second a minute. So what came out is held against what went in, and the speed is
 * corrected.
 */
struct cq_speed {
    sonicStream sonic;
    int n_channels;
    double speed;
    double n_in, n_out; /* frames so far */
};

int cq_speed_new(int n_channels, double speed, double pitch, struct cq_speed **ret_s)
{
    bool bad = !(speed >= CQ_SPEED_MIN && speed <= CQ_SPEED_MAX) ||
               !(pitch >= CQ_PITCH_MIN && pitch <= CQ_PITCH_MAX) || n_channels < 1 || n_channels > 2;
    if (bad)
        return -EINVAL;
    struct cq_speed *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->n_channels = n_channels;
    s->speed = speed;
    s->sonic = sonicCreateStream(CQ_ANALYSIS_RATE_HZ, n_channels);
    if (!s->sonic) {
        free(s);
        return -ENOMEM;
    }
    sonicSetSpeed(s->sonic, (float)speed);
    sonicSetPitch(s->sonic, (float)pitch);
    sonicSetQuality(s->sonic, 1); /* pitch periods are searched at the full rate: 8 kHz is little enough */
    *ret_s = s;
    return 0;
}

struct cq_speed *cq_speed_free(struct cq_speed *s)
{
    if (s) {
        sonicDestroyStream(s->sonic);
        free(s);
    }
    return NULL;
}

static void correct(struct cq_speed *s)
{
    double out = s->n_out + sonicSamplesAvailable(s->sonic);
    double ahead = out * s->speed + KEPT - s->n_in; /* in frames of the source; negative: too much was cut */
    if (s->n_in < 8 * KEPT)
        return;
    double by = fmax(-CORRECTION_MAX, fmin(CORRECTION_MAX, ahead / STIFFNESS));
    sonicSetSpeed(s->sonic, (float)(s->speed * (1.0 + by)));
}

/* The library converts to 16 bits without a look at overloads, which would wrap around: they are cut here. */
int cq_speed_write(struct cq_speed *s, const float *frames, size_t n)
{
    short block[BLOCK * 2];
    size_t width = (size_t)s->n_channels;
    while (n) {
        size_t m = n < BLOCK ? n : BLOCK;
        for (size_t i = 0; i < m * width; i++)
            block[i] = (short)lrintf(fmaxf(-1.0f, fminf(1.0f, frames[i])) * 32767.0f);
        correct(s);
        if (!sonicWriteShortToStream(s->sonic, block, (int)m))
            return -ENOMEM;
        s->n_in += (double)m;
        frames += m * width;
        n -= m;
    }
    return 0;
}

int cq_speed_flush(struct cq_speed *s)
{
    return sonicFlushStream(s->sonic) ? 0 : -ENOMEM;
}

size_t cq_speed_read(struct cq_speed *s, float *frames, size_t n)
{
    short block[BLOCK * 2];
    size_t done = 0, width = (size_t)s->n_channels;
    while (done < n) {
        size_t m = n - done < BLOCK ? n - done : BLOCK;
        int got = sonicReadShortFromStream(s->sonic, block, (int)m);
        if (got <= 0)
            break;
        for (size_t i = 0; i < (size_t)got * width; i++)
            frames[done * width + i] = (float)block[i] / 32767.0f;
        done += (size_t)got;
        s->n_out += got;
    }
    return done;
}
