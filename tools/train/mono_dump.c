/*
 * tools/train/mono_dump.c - features of one-channel audio by the product's own code, for training.
 *
 * mono_dump: 32-bit float samples at 8 kHz on standard input, frames on standard output, each CQ_MONO_N_MEL + 1
 * floats (bands and level in dB) followed by CQ_MONO_N_PITCH floats (even frames repeat the last picture).
 */
#include "activity/mono_features.h"

#include <stdio.h>

#define BLOCK 4096

static int feed(struct cq_mono_features *f, const float *pcm, size_t n, float *frame)
{
    size_t used = 0;

    for (size_t at = 0;; at += used) {
        const int got = cq_mono_features_push(f, pcm + at, n - at, &used, frame, frame + CQ_MONO_N_MEL,
                                              frame + CQ_MONO_N_MEL + 1);
        if (!got)
            return 0;
        if (fwrite(frame, sizeof *frame, CQ_MONO_N_MEL + 1 + CQ_MONO_N_PITCH, stdout) !=
            CQ_MONO_N_MEL + 1 + CQ_MONO_N_PITCH)
            return 1;
    }
}

int main(void)
{
    struct cq_mono_features *f = NULL;
    float frame[CQ_MONO_N_MEL + 1 + CQ_MONO_N_PITCH] = {0}, pcm[BLOCK];
    size_t n;
    int failed = 0;

    if (cq_mono_features_new(-1, &f))
        return 1;
    while (!failed && (n = fread(pcm, sizeof *pcm, BLOCK, stdin)) > 0)
        failed = feed(f, pcm, n, frame);
    cq_mono_features_finish(f);
    if (!failed)
        failed = feed(f, NULL, 0, frame);
    cq_mono_features_free(f);
    return failed;
}
