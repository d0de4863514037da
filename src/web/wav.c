#include "web/wav.h"

#include "callqa/recording.h"

void cq_wav_put_le(unsigned char *p, uint32_t v, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (unsigned char)(v >> 8 * i);
}

static void put_tag(unsigned char *p, const char *tag)
{
    for (int i = 0; tag[i]; i++)
        p[i] = (unsigned char)tag[i];
}

void cq_wav_head(unsigned char head[CQ_WAV_HEAD_BYTES], int channels, int64_t n_bytes)
{
    uint32_t frame = (uint32_t)channels * 2;
    put_tag(head, "RIFF");
    cq_wav_put_le(head + 4, (uint32_t)n_bytes + CQ_WAV_HEAD_BYTES - 8, 4);
    put_tag(head + 8, "WAVEfmt ");
    cq_wav_put_le(head + 16, 16, 4);
    cq_wav_put_le(head + 20, 1, 2); /* PCM */
    cq_wav_put_le(head + 22, (uint32_t)channels, 2);
    cq_wav_put_le(head + 24, CQ_ANALYSIS_RATE_HZ, 4);
    cq_wav_put_le(head + 28, CQ_ANALYSIS_RATE_HZ * frame, 4);
    cq_wav_put_le(head + 32, frame, 2);
    cq_wav_put_le(head + 34, 16, 2);
    put_tag(head + 36, "data");
    cq_wav_put_le(head + 40, (uint32_t)n_bytes, 4);
}
