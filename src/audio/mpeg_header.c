#include "audio/mpeg_header.h"

#include <string.h>
#include <unistd.h>

/* kbit/s by bit rate index; rows: MPEG-1 layer 1, 2, 3, MPEG-2 layer 1, MPEG-2 layers 2 and 3 */
static const short bitrates[5][15] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
};

static const int mpeg_rates[3] = {44100, 48000, 32000};
static const int adts_rates[13] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                   22050, 16000, 12000, 11025, 8000,  7350};

#define ADTS_HEADER_BYTES 7
#define ADTS_FRAME_SAMPLES 1024

static bool parse_adts(const unsigned char *p, struct cq_mpeg_header *ret_h)
{
    unsigned rate = (p[2] >> 2) & 15;
    size_t bytes = ((size_t)(p[3] & 3) << 11) | ((size_t)p[4] << 3) | (p[5] >> 5);
    if (rate >= sizeof adts_rates / sizeof adts_rates[0] || bytes < ADTS_HEADER_BYTES)
        return false;
    *ret_h = (struct cq_mpeg_header){
        .is_adts = true,
        .version = p[1] & 8 ? 2 : 1,
        .rate_hz = adts_rates[rate],
        .mono = (((p[2] & 1) << 2) | (p[3] >> 6)) == 1,
        .frame_bytes = bytes,
        .frame_samples = ADTS_FRAME_SAMPLES * ((p[6] & 3) + 1),
    };
    return true;
}

bool cq_mpeg_header_parse(const unsigned char *p, struct cq_mpeg_header *ret_h)
{
    if (p[0] != 0xff || (p[1] & 0xe0) != 0xe0)
        return false;
    unsigned layer_bits = (p[1] >> 1) & 3, version_bits = (p[1] >> 3) & 3;
    if (layer_bits == 0)
        return (p[1] & 0xf6) == 0xf0 && parse_adts(p, ret_h);
    if (version_bits == 1)
        return false;

    int version = version_bits == 3 ? 1 : version_bits == 2 ? 2 : 3;
    int layer = 4 - (int)layer_bits;
    unsigned bitrate_index = p[2] >> 4, rate_index = (p[2] >> 2) & 3, padding = (p[2] >> 1) & 1;
    if (bitrate_index == 0 || bitrate_index == 15 || rate_index == 3)
        return false;
    size_t bitrate = 1000u * (size_t)bitrates[version == 1 ? layer - 1 : layer == 1 ? 3 : 4][bitrate_index];
    size_t rate = (size_t)mpeg_rates[rate_index] >> (version - 1);
    size_t samples = layer == 1 ? 384 : layer == 3 && version != 1 ? 576 : 1152;
    size_t bytes = layer == 1 ? (12 * bitrate / rate + padding) * 4 : samples / 8 * bitrate / rate + padding;
    *ret_h = (struct cq_mpeg_header){
        .version = version,
        .layer = layer,
        .rate_hz = (int)rate,
        .mono = p[3] >> 6 == 3,
        .frame_bytes = bytes,
        .frame_samples = (int)samples,
    };
    return true;
}

#define ID3_HEADER_BYTES 10
#define XING_HAS_FRAMES 1u
#define XING_HAS_BYTES 2u
#define XING_HAS_TOC 4u
#define XING_HAS_QUALITY 8u
#define XING_TOC_BYTES 100
#define LAME_DELAY_AT 21 /* of 24 bits: 12 of delay, 12 of padding, behind the encoder's name */

static uint32_t big_endian_32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* p[0..n) is the first frame, whose side information is skipped: the tag lies where the sound would begin. */
static void parse_info_frame(const unsigned char *p, size_t n, struct cq_mpeg_stream *s)
{
    size_t side = s->first.version == 1 ? (s->first.mono ? 17 : 32) : (s->first.mono ? 9 : 17);
    size_t at = 4 + side;
    if (s->first.layer != 3 || at + 8 + 12 + XING_TOC_BYTES + LAME_DELAY_AT + 3 > n ||
        (memcmp(p + at, "Xing", 4) != 0 && memcmp(p + at, "Info", 4) != 0))
        return;
    s->has_info = true;
    uint32_t flags = big_endian_32(p + at + 4);
    at += 8;
    if (flags & XING_HAS_FRAMES)
        at += 4;
    if (flags & XING_HAS_BYTES) {
        s->n_bytes = big_endian_32(p + at);
        at += 4;
    }
    if (flags & XING_HAS_TOC)
        at += XING_TOC_BYTES;
    if (flags & XING_HAS_QUALITY)
        at += 4;
    const unsigned char *delay = p + at + LAME_DELAY_AT;
    s->has_delay = p[at] != 0 && (delay[0] || delay[1] || delay[2]);
}

bool cq_mpeg_stream_probe(int fd, struct cq_mpeg_stream *ret_s)
{
    unsigned char p[256] = {0};
    struct cq_mpeg_stream s = {0};
    ssize_t got = pread(fd, p, sizeof p, 0);
    if (got >= ID3_HEADER_BYTES && memcmp(p, "ID3", 3) == 0) {
        s.start = ID3_HEADER_BYTES + (p[5] & 0x10 ? ID3_HEADER_BYTES : 0) +
                  (int64_t)((p[6] & 0x7fu) << 21 | (p[7] & 0x7fu) << 14 | (p[8] & 0x7fu) << 7 | (p[9] & 0x7fu));
        memset(p, 0, sizeof p);
        got = pread(fd, p, sizeof p, (off_t)s.start);
    }
    if (got < 8 || !cq_mpeg_header_parse(p, &s.first))
        return false;
    parse_info_frame(p, (size_t)got, &s);
    *ret_s = s;
    return true;
}
