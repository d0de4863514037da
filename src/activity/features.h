/*
 * activity/features.h - what the network sees: two channels of 8 kHz samples in, one row of int16 numbers a
 * channel and 10 ms out.
 *
 * Two passes. cq_features_scan() learns what holds for the whole call: level of each voice, noise floor of each
 * band, how loud, how late and through which filter each party comes back in the other's channel.
 * cq_features_push() then makes the rows. Memory is flat; equal input gives equal rows to the bit on every
 * instruction set and for every division into blocks.
 */
#ifndef CQ_ACTIVITY_FEATURES_H
#define CQ_ACTIVITY_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#define CQ_FEAT_HOP 80         /* 10 ms */
#define CQ_FEAT_BLOCK 8        /* frames handed on at once */
#define CQ_FEAT_N 68           /* numbers a channel and frame */
#define CQ_FEAT_ONE 2048       /* fixed-point one */
#define CQ_FEAT_LIMIT 16384    /* no number is larger */
#define CQ_FEAT_VERSION 1      /* changes with the meaning of any number; stored in the model */
#define CQ_FEAT_MAX_DELAY 4000 /* samples: the latest echo that is looked for, 0.5 s */

/* What the scan found for one channel and for the way from the other channel into it. */
struct cq_features_scene {
    float ref_db;      /* level that 1.5 % of the frames exceed, dBov of the mel bands together */
    float floor_db;    /* 10th percentile */
    float coupling_db; /* 20th percentile of own level against the other's recent maximum while that one is
                          active */
    bool leak;         /* the other party is heard here through a path that could be measured */
    float leak_db;     /* level of the returned voice against the voice; NAN where !leak */
    int delay;         /* samples; 0 where !leak */
};

struct cq_features;

/* Called with n_frames (1..CQ_FEAT_BLOCK) rows of each channel: rows[frame][channel][number]. 0 or an error. */
typedef int cq_features_sink(void *ctx, const int16_t (*rows)[2][CQ_FEAT_N], int n_frames);

/* cpu: -1 best path of this machine, 0 scalar, 1 baseline SIMD, 2 AVX2, 3 AVX-512 (-ENOTSUP where it lacks). */
int cq_features_new(int cpu, struct cq_features **ret_f);
struct cq_features *cq_features_free(struct cq_features *f); /* accepts NULL */

/* First pass: any number of calls with n samples of both channels. */
int cq_features_scan(struct cq_features *f, const float *const pcm[2], int n);
/* Ends the first pass. Works without any scan before: then with middling assumptions. */
int cq_features_scan_end(struct cq_features *f);
/* scene of channel c (0, 1); valid after scan_end. */
const struct cq_features_scene *cq_features_scene_of(const struct cq_features *f, int c);

/* Second pass. Returns what the sink returned, if not 0. */
int cq_features_push(struct cq_features *f, const float *const pcm[2], int n, cq_features_sink *sink,
                     void *ctx);
/* The last frames: ceil(samples / hop) in all. */
int cq_features_finish(struct cq_features *f, cq_features_sink *sink, void *ctx);

/* "scalar", "simd", "avx2", "avx512" */
const char *cq_features_path(const struct cq_features *f);

#endif
