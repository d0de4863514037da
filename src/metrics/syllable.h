/* metrics/syllable.h - counting syllable nuclei. Private to the folder. */
#ifndef CQ_METRICS_SYLLABLE_H
#define CQ_METRICS_SYLLABLE_H

#include <stdbool.h>

/*
 * Count the nuclei of one stretch of speech: peaks of the intensity with a dip of 2 dB or more on both sides,
 * no more than 25 dB under the stretch's greatest, and voiced (de Jong & Wempe 2009).
 *
 * db[0..n): intensity every 10 ms. hz[0..n_hz): pitch every CQ_PITCH_STEP_FRAMES of those frames, 0 unvoiced.
 * count[i] (may be NULL) is set where a nucleus in frame i counts. *ret_sounding gets the number of counted
 * frames no more than 25 dB under the greatest: time in which sound is made.
 */
int cq_syllable_count(const float *db, int n, const float *hz, int n_hz, const bool *count, int *ret_sounding);

#endif
