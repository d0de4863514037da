/* callqa/recording.h - what is known of a recording itself: container, layout, health of the line. */
#ifndef CALLQA_RECORDING_H
#define CALLQA_RECORDING_H

#include "callqa/party.h"

#include <stdbool.h>
#include <stdint.h>

#define CQ_ANALYSIS_RATE_HZ 8000 /* every stage after decoding works at this rate */
#define CQ_FRAME_MS 10           /* the analysis grid (measures.md) */
#define CQ_MAX_CHANNELS 2        /* channels handed to the analysis; files may have more, see audio options */
#define CQ_SHA256_HEX 65         /* 64 digits and the terminator */

enum { CQ_FRAME_SAMPLES = CQ_ANALYSIS_RATE_HZ / 1000 * CQ_FRAME_MS };

/* One channel of the file as decoded, before any party is assigned. */
struct cq_channel_health {
    double peak_dbov;          /* highest sample, dB relative to overload; -INFINITY for digital silence */
    double rms_dbov;           /* mean power over the whole channel */
    double dc;                 /* mean sample value, full scale 1.0 */
    double clipping_ratio;     /* share of samples inside runs of >= 3 samples at the channel's ceiling */
    double digital_zero_ratio; /* share of samples that lie in runs of >= 10 ms of one constant value */
    double noise_dbov;         /* 10th percentile of the 10 ms frame levels above digital silence */
    double hum_db;             /* power at 50/60 Hz and harmonics against the noise floor; NAN if unknown */
    double bandwidth_hz;       /* frequency below which 99 % of the long-term energy lies */
    uint32_t dropouts;         /* abrupt gaps of 20-500 ms of digital silence inside sound */
    bool silent;               /* nothing above the silence limit */
};

/* A short fault inside one channel, in the file's time. */
enum cq_fault_kind { CQ_FAULT_CLIPPING, CQ_FAULT_DROPOUT };

struct cq_fault {
    enum cq_fault_kind kind;
    uint8_t channel; /* index into cq_health.channel */
    struct cq_span at;
};

struct cq_health {
    /* in the file's order; of more than two channels, the two that carry the parties */
    struct cq_channel_health channel[CQ_MAX_CHANNELS];
    double identical_ratio;          /* share of frames in which one channel is a scaled copy of the other */
    double identical_gain_db;        /* that copy's gain, channel 1 against channel 0 */
    double leak_db[CQ_MAX_CHANNELS]; /* how far under the talker channel c's speech comes back in the other; NAN
                                        unknown */
    double leak_delay_ms[CQ_MAX_CHANNELS]; /* and how late; NAN unknown */
    bool fake_stereo;                      /* both channels carry the same signal */
    bool swapped_suspect;                  /* tones or hold music lie on the customer's side */
    struct cq_fault *faults;               /* in time order, at most CQ_MAX_FAULTS; owned */
    size_t n_faults;
};

#define CQ_MAX_FAULTS 1000 /* list is cut here, counts go on */

struct cq_recording {
    char *path;                 /* as given; owned */
    char sha256[CQ_SHA256_HEX]; /* of the file's bytes */
    char format[48];            /* "wav/ulaw", "flac/pcm_s16", "mp4/aac" */
    char decoder[24];           /* which decoder read it: "sndfile", "libav", "raw" */
    int64_t size_bytes;
    int sample_rate_hz; /* of the file */
    int channels;       /* of the file */
    double duration_s;  /* of what could be decoded */
    bool truncated;     /* the file ends before its header says; what was there has been analysed */
    uint8_t channel_of[CQ_N_PARTIES]; /* file channel that carries each party; equal in a mixed recording */
    struct cq_health health;
};

/* Index into health.channel of the channel that carries this party. */
static inline int cq_recording_health_index(const struct cq_recording *rec, enum cq_party p)
{
    return p != CQ_NOBODY && rec->channel_of[p] > rec->channel_of[cq_party_other(p)];
}

/* Release what a record owns; the record itself belongs to the caller. Accepts NULL and zeroed records. */
void cq_recording_done(struct cq_recording *rec);

#endif
