/* audio/mpeg_header.h - the four (ADTS: seven) bytes at the head of an MPEG audio frame. */
#ifndef CQ_AUDIO_MPEG_HEADER_H
#define CQ_AUDIO_MPEG_HEADER_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
