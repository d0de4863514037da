/* audio/mpeg_header.h - heads of MPEG audio frames, and the LAME tag in the first of them. */
#ifndef CQ_AUDIO_MPEG_HEADER_H
#define CQ_AUDIO_MPEG_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cq_mpeg_header {
    bool is_adts;
    int version; /* 1: MPEG-1, 2: MPEG-2, 3: MPEG-2.5 */
    int layer;   /* 1..3; 0 for ADTS */
    int rate_hz;
    bool mono;
    size_t frame_bytes;
    int frame_samples;
};

/*
 * Parse p[0..8). False where it is no header of ISO 11172-3 / 13818-3 / 13818-7 audio, or one whose length it
 * does not tell (free format).
 */
bool cq_mpeg_header_parse(const unsigned char *p, struct cq_mpeg_header *ret_h);

/* What the first frame of an MPEG stream says of the whole. */
struct cq_mpeg_stream {
    int64_t start; /* of the first frame, behind an ID3v2 tag */
    struct cq_mpeg_header first;
    bool has_info;    /* a Xing or Info frame comes first */
    uint64_t n_bytes; /* of the stream by that frame, 0 unknown */
    bool has_delay;   /* and it tells the encoder's delay */
};

/* Read it from fd. False where no frame stands at the start. */
bool cq_mpeg_stream_probe(int fd, struct cq_mpeg_stream *ret_s);

#endif
