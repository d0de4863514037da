/* replay/frame.h - what goes to the loudspeaker or into a file: one stereo sample and where it comes from. */
#ifndef CQ_REPLAY_FRAME_H
#define CQ_REPLAY_FRAME_H

#include <stdint.h>

/* A frame knows its place in the recording, so that the playhead is right at any speed, jump or delay. */
struct cq_replay_frame {
    float left, right;
    int32_t at; /* sample of the recording at CQ_ANALYSIS_RATE_HZ (six hours are 172.8 million) */
};

#endif
