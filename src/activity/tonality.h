/* activity/tonality.h - how much of a channel's power lies in steady sinusoids: tells music and tones from
 * talk. */
#ifndef CQ_ACTIVITY_TONALITY_H
#define CQ_ACTIVITY_TONALITY_H

#define CQ_TONALITY_HOP_MS 20

struct cq_tonality;

/*
 * A stage over 8 kHz audio. Every 20 ms it takes the spectrum of the last 64 ms (512 points, Hann) and follows
 * its peaks above 500 Hz. Voices glide: their partials leave a 16 Hz bin within 80 ms. Sinusoids of instruments
 * and tone generators stay. The value is the share of the power above 500 Hz in peaks that stayed 80 ms or
 * more: read speech has a mean below 0.04, hold music above 0.3.
 */
int cq_tonality_new(int n_channels, struct cq_tonality **ret_t);

/*
 * Feed exactly one hop (160 samples a channel). ret_share[c] in 0..1 belongs to the 20 ms whose middle lies
 * CQ_TONALITY_DELAY_MS before the end of this hop.
 */
#define CQ_TONALITY_DELAY_MS 32
void cq_tonality_process(struct cq_tonality *t, const float *const pcm[], float ret_share[]);

struct cq_tonality *cq_tonality_free(struct cq_tonality *t);

#endif
