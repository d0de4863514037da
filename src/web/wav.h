/* web/wav.h - private: the head of a WAV file of 16-bit PCM. */
#ifndef CQ_WEB_WAV_H
#define CQ_WEB_WAV_H

#include <stdint.h>

#define CQ_WAV_HEAD_BYTES 44

/* At CQ_ANALYSIS_RATE_HZ; n_bytes of samples follow. */
void cq_wav_head(unsigned char head[CQ_WAV_HEAD_BYTES], int channels, int64_t n_bytes);
void cq_wav_put_le(unsigned char *p, uint32_t v, int n);

#endif
