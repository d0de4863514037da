#include "audio/sniff.h"

#include "audio/mpeg_header.h"

#include <assert.h>
#include <string.h>

struct signature {
    enum cq_container container;
    size_t at;
    size_t n;
    const char *bytes;
};

/* Checked in order; where a container has two marks (RIFF....WAVE) the second is the one that tells. */
static const struct signature signatures[] = {
    {CQ_CONTAINER_WAV, 8, 4, "WAVE"},
    {CQ_CONTAINER_W64, 0, 16, "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"},
    {CQ_CONTAINER_AIFF, 8, 4, "AIFF"},
    {CQ_CONTAINER_AIFF, 8, 4, "AIFC"},
    {CQ_CONTAINER_AU, 0, 4, ".snd"},
    {CQ_CONTAINER_AU, 0, 4, "dns."},
    {CQ_CONTAINER_CAF, 0, 4, "caff"},
    {CQ_CONTAINER_NIST, 0, 7, "NIST_1A"},
    {CQ_CONTAINER_VOC, 0, 19, "Creative Voice File"},
    {CQ_CONTAINER_FLAC, 0, 4, "fLaC"},
    {CQ_CONTAINER_OGG, 0, 4, "OggS"},
    {CQ_CONTAINER_MP4, 4, 4, "ftyp"},
    {CQ_CONTAINER_MP4, 4, 4, "moov"},
    {CQ_CONTAINER_MP4, 4, 4, "mdat"},
    {CQ_CONTAINER_MATROSKA, 0, 4, "\x1a\x45\xdf\xa3"},
    {CQ_CONTAINER_ASF, 0, 16, "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"},
    {CQ_CONTAINER_AMR, 0, 5, "#!AMR"},
};

/* Length of an ID3v2 tag at the start, 0 without one. */
static size_t id3_size(const unsigned char *p, size_t n)
{
    if (n < 10 || memcmp(p, "ID3", 3) != 0)
        return 0;
    size_t size = ((size_t)(p[6] & 0x7f) << 21) | ((size_t)(p[7] & 0x7f) << 14) | ((size_t)(p[8] & 0x7f) << 7) |
                  (size_t)(p[9] & 0x7f);
    return size + 10 + (p[5] & 0x10 ? 10 : 0);
}

/* A sync word counts only where two more follow at the distances that the headers give. */
static enum cq_container sniff_sync(const unsigned char *p, size_t n)
{
    struct cq_mpeg_header first, next;
    if (n < 8 || !cq_mpeg_header_parse(p, &first))
        return CQ_CONTAINER_UNKNOWN;
    size_t at = 0;
    for (int i = 0; i < 2; i++) {
        at += first.frame_bytes;
        if (at + 8 > n || !cq_mpeg_header_parse(p + at, &next) || next.is_adts != first.is_adts ||
            next.rate_hz != first.rate_hz || next.version != first.version || next.layer != first.layer)
            return CQ_CONTAINER_UNKNOWN;
        first.frame_bytes = next.frame_bytes;
    }
    return first.is_adts ? CQ_CONTAINER_ADTS : CQ_CONTAINER_MPEG;
}

enum cq_container cq_sniff_container(const unsigned char *head, size_t n)
{
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        const struct signature *s = &signatures[i];
        if (n < s->at + s->n || memcmp(head + s->at, s->bytes, s->n) != 0)
            continue;
        if (s->container == CQ_CONTAINER_WAV && memcmp(head, "RIFF", 4) != 0 && memcmp(head, "RIFX", 4) != 0)
            return memcmp(head, "RF64", 4) == 0 ? CQ_CONTAINER_RF64 : CQ_CONTAINER_UNKNOWN;
        return s->container;
    }
    size_t tag = id3_size(head, n);
    if (tag) {
        /* with a picture in it the tag reaches beyond the head: MP3 is the overwhelming guess */
        if (tag + 8 > n)
            return CQ_CONTAINER_MPEG;
        if (memcmp(head + tag, "fLaC", 4) == 0)
            return CQ_CONTAINER_FLAC;
        enum cq_container c = sniff_sync(head + tag, n - tag);
        return c == CQ_CONTAINER_UNKNOWN ? CQ_CONTAINER_MPEG : c;
    }
    return sniff_sync(head, n);
}

const char *cq_sniff_name(enum cq_container container)
{
    static const char *const names[] = {
        [CQ_CONTAINER_UNKNOWN] = "unknown",
        [CQ_CONTAINER_WAV] = "WAV",
        [CQ_CONTAINER_RF64] = "RF64",
        [CQ_CONTAINER_W64] = "W64",
        [CQ_CONTAINER_AIFF] = "AIFF",
        [CQ_CONTAINER_AU] = "AU",
        [CQ_CONTAINER_CAF] = "CAF",
        [CQ_CONTAINER_NIST] = "SPHERE",
        [CQ_CONTAINER_VOC] = "VOC",
        [CQ_CONTAINER_FLAC] = "FLAC",
        [CQ_CONTAINER_OGG] = "Ogg",
        [CQ_CONTAINER_MPEG] = "MP3",
        [CQ_CONTAINER_ADTS] = "AAC",
        [CQ_CONTAINER_MP4] = "MP4/M4A",
        [CQ_CONTAINER_MATROSKA] = "Matroska/WebM",
        [CQ_CONTAINER_ASF] = "WMA",
        [CQ_CONTAINER_AMR] = "AMR",
    };
    static_assert(sizeof names / sizeof names[0] == CQ_N_CONTAINERS, "a name for each container");
    return names[container];
}

const char *cq_sniff_word(enum cq_container container)
{
    static const char *const words[] = {
        [CQ_CONTAINER_UNKNOWN] = "raw", [CQ_CONTAINER_WAV] = "wav",     [CQ_CONTAINER_RF64] = "rf64",
        [CQ_CONTAINER_W64] = "w64",     [CQ_CONTAINER_AIFF] = "aiff",   [CQ_CONTAINER_AU] = "au",
        [CQ_CONTAINER_CAF] = "caf",     [CQ_CONTAINER_NIST] = "sphere", [CQ_CONTAINER_VOC] = "voc",
        [CQ_CONTAINER_FLAC] = "flac",   [CQ_CONTAINER_OGG] = "ogg",     [CQ_CONTAINER_MPEG] = "mp3",
        [CQ_CONTAINER_ADTS] = "aac",    [CQ_CONTAINER_MP4] = "mp4",     [CQ_CONTAINER_MATROSKA] = "matroska",
        [CQ_CONTAINER_ASF] = "asf",     [CQ_CONTAINER_AMR] = "amr",
    };
    static_assert(sizeof words / sizeof words[0] == CQ_N_CONTAINERS, "a word for each container");
    return words[container];
}
