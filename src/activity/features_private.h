/* activity/features_private.h - state shared by the two passes of the features. */
#ifndef CQ_ACTIVITY_FEATURES_PRIVATE_H
#define CQ_ACTIVITY_FEATURES_PRIVATE_H

#include "activity/features.h"
#include "activity/features_kernel.h"

#include <stddef.h>

#define FRAMES CQ_FEAT_BLOCK
#define BLOCK_SAMPLES (FRAMES * CQ_FEAT_HOP)
#define LEAD ((CQ_WIN - CQ_FEAT_HOP) / 2) /* a window begins this much before its frame */
#define TAIL                                                                                                   \
    (CQ_WIN + 4 * CQ_FEAT_HOP) /* samples needed beyond a block's last frame (voicing looks furthest) */
#define HISTORY (CQ_FEAT_MAX_DELAY + 512) /* samples kept before a block: delayed talk, filters */
#define BUFFER (HISTORY + 8 * BLOCK_SAMPLES + TAIL)

#define HIST_LOW_DB (-130)
#define HIST_BINS 160 /* one decibel each */

struct histogram {
    uint32_t n[HIST_BINS];
    uint32_t total;
};

void cq_histogram_add(struct histogram *h, float db);
/* Level under which `share` of the values lie, linear inside a bin; `empty` where there are none. */
float cq_histogram_quantile(const struct histogram *h, double share, float empty);

#define SNIPPET 8192      /* samples a channel: 1 s */
#define SNIPPET_TALK 4096 /* the talker's part of it; the rest is room for the delay */
#define SNIPPETS 24       /* kept for each direction */

/* Short stretches in which one party talks and the other channel is quieter, best first out. */
struct reservoir {
    int16_t (*pcm)[2][SNIPPET];
    float score[SNIPPETS];
    int n;
};

/* Sliding maximum of the last 33 frames of one track, block by block. */
#define TRACK_BLOCKS 5
struct track {
    float v[TRACK_BLOCKS][FRAMES]; /* newest last */
    float top[TRACK_BLOCKS];
};

struct channel {
    float pcm[BUFFER];
    /* first pass */
    struct histogram level, coupling, band[CQ_MEL / 2];
    float loudest_db;
    /* both */
    struct track recent[1 + CQ_GROUPS]; /* level, groups */
    float last_mel[CQ_MEL];
    /* found by the first pass */
    struct cq_features_scene scene;
    float band_floor_db[CQ_MEL / 2];
    struct cq_leak_path path;
    float path_db[CQ_GROUPS]; /* level of the return in each group, without regard to phase */
};

/* Spectrum and levels of one block of one channel. */
struct frame_block {
    struct cq_spectra spec;
    float mel_db[CQ_MEL][CQ_LANES];
    float pair_db[CQ_MEL / 2][CQ_LANES];
    float group_db[CQ_GROUPS][CQ_LANES];
    float level_db[CQ_LANES];
    float peak_db[CQ_LANES];
    float recent_level_db[CQ_LANES]; /* maximum of the last 33 frames */
    float recent_group_db[CQ_GROUPS][CQ_LANES];
};

struct cq_features {
    struct cq_features_tables tables;
    const struct cq_features_kernel *k;
    struct channel ch[2];
    struct frame_block block[2];
    struct cq_spectra delayed;
    int16_t rows[FRAMES][2][CQ_FEAT_N];
    int fill;          /* samples in pcm[], LEAD zeros and history included */
    int at;            /* index in pcm[] of the next block's first frame */
    int64_t n_samples; /* of the running pass */
    int64_t n_blocks;
    struct reservoir reservoir[2]; /* [c]: the other talks, c listens */
    int16_t snippet[2][SNIPPET];
    int snippet_fill;
    int64_t n_snippets;
    bool scanned;
};

/* Levels of the block that begins at f->at, tracks moved on by it. */
void cq_features_levels(struct cq_features *f);
/* Put samples behind those there: returns how many were taken. */
int cq_features_take(struct cq_features *f, const float *const pcm[2], int n);
void cq_features_rewind(struct cq_features *f);

/* features_leak.c */
int cq_features_leak_watch(struct cq_features *f, const float *const pcm[2], int n);
int cq_features_leak_find(struct cq_features *f);

#endif
