/*
 * Is the file all there? A container that writes sizes or end marks tells; streams of frames tell by the last
 * frame. Only heads are read, so that this costs nothing beside decoding.
 */
#include "audio/mpeg_header.h"
#include "audio/sniff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHUNKS 4096 /* chunks looked at before giving up */
#define UNFINISHED_32 0xffffffffu

static bool read_at(int fd, int64_t at, unsigned char *buf, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(fd, buf + done, n - done, (off_t)(at + (int64_t)done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static uint64_t big_endian(const unsigned char *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static uint64_t little_endian(const unsigned char *p, int n)
{
    uint64_t v = 0;
    for (int i = n - 1; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

/* [at, at + n) sticks out of the file. n may be anything. */
static bool sticks_out(int64_t at, uint64_t n, int64_t size_bytes)
{
    return at > size_bytes || n > (uint64_t)(size_bytes - at);
}

/* A data chunk of size 0: the writer died before it came back to fill it in, unless another chunk follows. */
static bool zero_size_is_lie(int fd, int64_t at, int64_t size_bytes)
{
    unsigned char next[8];
    if (at >= size_bytes)
        return false;
    if (!read_at(fd, at, next, sizeof next))
        return true;
    for (int i = 0; i < 4; i++) {
        if (next[i] < 0x20 || next[i] > 0x7e)
            return true;
    }
    return sticks_out(at + 8, little_endian(next + 4, 4), size_bytes);
}

struct riff_data {
    int64_t at;      /* of the data */
    uint64_t n;      /* its size as told */
    bool found, cut; /* cut: the chunks before it do not fit the file */
};

/* RIFF, RIFX, RF64 and AIFF: 8-byte chunk heads, sizes of 4 bytes, even positions. */
static struct riff_data find_riff_data(int fd, int64_t size_bytes, bool big, const char *data_id)
{
    struct riff_data d = {0};
    uint64_t data_64 = 0;
    int64_t at = 12;
    for (int i = 0; i < MAX_CHUNKS && !d.found; i++) {
        unsigned char head[16];
        if (!read_at(fd, at, head, 8)) {
            d.cut = true; /* ends before its data */
            break;
        }
        uint64_t n = big ? big_endian(head + 4, 4) : little_endian(head + 4, 4);
        if (memcmp(head, data_id, 4) == 0) {
            d.found = true;
            d.at = at + 8;
            d.n = n == UNFINISHED_32 && data_64 ? data_64 : n;
            break;
        }
        bool is_ds64 = memcmp(head, "ds64", 4) == 0;
        if (is_ds64 && read_at(fd, at + 8, head, 16))
            data_64 = little_endian(head + 8, 8);
        if (sticks_out(at + 8, n, size_bytes)) {
            d.cut = true;
            break;
        }
        at += 8 + (int64_t)(n + (n & 1));
    }
    return d;
}

static bool riff_is_cut(int fd, int64_t size_bytes, bool big, const char *data_id)
{
    struct riff_data d = find_riff_data(fd, size_bytes, big, data_id);
    if (!d.found)
        return d.cut;
    return d.n == 0 ? zero_size_is_lie(fd, d.at, size_bytes) : sticks_out(d.at, d.n, size_bytes);
}

/* Sony Wave64: 16-byte ids, sizes of 8 bytes that count the 24-byte head, 8-byte alignment. */
static bool w64_is_cut(int fd, int64_t size_bytes)
{
    int64_t at = 40;
    for (int i = 0; i < MAX_CHUNKS; i++) {
        unsigned char head[24];
        if (!read_at(fd, at, head, sizeof head))
            return true;
        uint64_t n = little_endian(head + 16, 8);
        bool is_data = memcmp(head, "data", 4) == 0;
        if (n <= 24 && is_data)
            return at + 24 < size_bytes;
        if (n < 24 || sticks_out(at, n, size_bytes))
            return true;
        if (is_data)
            return false;
        at += (int64_t)((n + 7) & ~(uint64_t)7);
    }
    return false;
}

static bool au_is_cut(int fd, int64_t size_bytes)
{
    unsigned char head[12];
    if (!read_at(fd, 0, head, sizeof head))
        return true;
    bool big = memcmp(head, ".snd", 4) == 0;
    uint64_t at = big ? big_endian(head + 4, 4) : little_endian(head + 4, 4);
    uint64_t n = big ? big_endian(head + 8, 4) : little_endian(head + 8, 4);
    /* all ones is this format's word for "until the end" */
    return n != UNFINISHED_32 && sticks_out((int64_t)at, n, size_bytes);
}

static bool caf_is_cut(int fd, int64_t size_bytes)
{
    int64_t at = 8;
    for (int i = 0; i < MAX_CHUNKS; i++) {
        unsigned char head[12];
        if (!read_at(fd, at, head, sizeof head))
            return true;
        uint64_t n = big_endian(head + 4, 8);
        bool is_data = memcmp(head, "data", 4) == 0;
        if (is_data && n == UINT64_MAX)
            return false;
        if (sticks_out(at + 12, n, size_bytes))
            return true;
        if (is_data)
            return false;
        at += 12 + (int64_t)n;
    }
    return false;
}

static uint64_t nist_field(const char *head, const char *name)
{
    const char *p = strstr(head, name);
    const char *value = p ? strstr(p, " -i ") : NULL;
    return value && value - p < 64 ? strtoull(value + 4, NULL, 10) : 0;
}

static bool nist_is_cut(int fd, int64_t size_bytes)
{
    char head[1025] = "";
    if (!read_at(fd, 0, (unsigned char *)head, sizeof head - 1))
        return true;
    uint64_t head_bytes = strtoull(head + 8, NULL, 10);
    uint64_t samples = nist_field(head, "sample_count"), channels = nist_field(head, "channel_count");
    uint64_t bytes = nist_field(head, "sample_n_bytes");
    if (!samples || !channels || !bytes || channels > 256 || bytes > 8 || samples > UINT64_MAX / 4096 ||
        head_bytes > (uint64_t)size_bytes)
        return false;
    return sticks_out((int64_t)head_bytes, samples * channels * bytes, size_bytes);
}

/* The last page must be whole and carry the end-of-stream mark. */
static bool ogg_is_cut(int fd, int64_t size_bytes)
{
    enum { MAX_PAGE = 27 + 255 + 255 * 255, TAIL = 2 * MAX_PAGE };
    size_t n = size_bytes < TAIL ? (size_t)size_bytes : (size_t)TAIL;
    unsigned char *tail = malloc(n);
    bool cut = true;
    if (!tail || !read_at(fd, size_bytes - (int64_t)n, tail, n))
        goto out;
    for (size_t at = n < 27 ? 0 : n - 26; at-- > 0;) {
        if (memcmp(tail + at, "OggS", 4) != 0)
            continue;
        size_t lacing = tail[at + 26], body = 0;
        if (at + 27 + lacing > n)
            break;
        for (size_t i = 0; i < lacing; i++)
            body += tail[at + 27 + i];
        cut = at + 27 + lacing + body > n || !(tail[at + 5] & 4);
        break;
    }
out:
    free(tail);
    return cut;
}

static bool mp4_is_cut(int fd, int64_t size_bytes)
{
    int64_t at = 0;
    for (int i = 0; i < MAX_CHUNKS && at + 8 <= size_bytes; i++) {
        unsigned char head[16];
        if (!read_at(fd, at, head, 8))
            return true;
        uint64_t n = big_endian(head, 4);
        if (n == 0) /* until the end of the file */
            return false;
        if (n == 1) {
            if (!read_at(fd, at, head, 16))
                return true;
            n = big_endian(head + 8, 8);
        }
        if (n < 8 || sticks_out(at, n, size_bytes))
            return true;
        at += (int64_t)n;
    }
    return false;
}

/* The segment's size, where its writer knew it. EBML: the first byte's leading zeros give the number's length.
 */
static bool matroska_is_cut(int fd, int64_t size_bytes)
{
    int64_t at = 0;
    for (int i = 0; i < 2; i++) {
        unsigned char head[12];
        if (!read_at(fd, at, head, sizeof head))
            return true;
        int len = 1;
        while (len <= 8 && !(head[4] & (0x100 >> len)))
            len++;
        if (len > 8)
            return false;
        uint64_t all_ones = ((uint64_t)1 << (7 * len)) - 1;
        uint64_t n = big_endian(head + 4, len) & all_ones;
        bool is_segment = memcmp(head, "\x18\x53\x80\x67", 4) == 0;
        if (n == all_ones) /* live: it never knew */
            return false;
        if (sticks_out(at + 4 + len, n, size_bytes))
            return true;
        if (is_segment)
            return false;
        at += 4 + len + (int64_t)n;
    }
    return false;
}

/* The file properties object holds the size of the file. */
static bool asf_is_cut(int fd, int64_t size_bytes)
{
    static const unsigned char properties[16] = {0xa1, 0xdc, 0xab, 0x8c, 0x47, 0xa9, 0xcf, 0x11,
                                                 0x8e, 0xe4, 0x00, 0xc0, 0x0c, 0x20, 0x53, 0x65};
    int64_t at = 30;
    for (int i = 0; i < MAX_CHUNKS; i++) {
        unsigned char head[48];
        if (!read_at(fd, at, head, sizeof head))
            return false;
        if (memcmp(head, properties, 16) == 0)
            return little_endian(head + 40, 8) > (uint64_t)size_bytes;
        uint64_t n = little_endian(head + 16, 8);
        if (n < 24 || sticks_out(at, n, size_bytes))
            return true;
        at += (int64_t)n;
    }
    return false;
}

/* Bytes of the frame at p by the AMR frame type; file format of RFC 4867. 0 for an unknown type. */
static size_t amr_frame_bytes(const unsigned char *p, bool wide)
{
    static const unsigned char narrow_bytes[16] = {13, 14, 16, 18, 20, 21, 27, 32, 6, 6, 6, 6, 1, 1, 1, 1};
    static const unsigned char wide_bytes[16] = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1};
    return (wide ? wide_bytes : narrow_bytes)[(p[0] >> 3) & 15];
}

/* Walk a stream of frames by their heads, in big reads. Cut where the last one sticks out. */
static bool frames_are_cut(int fd, int64_t at, int64_t end, enum cq_container container, bool wide)
{
    enum { BLOCK = 1 << 16 };
    unsigned char *buf = malloc(BLOCK);
    int64_t buf_at = 0;
    size_t buf_n = 0;
    bool cut = false;
    while (buf && at < end) {
        if (at < buf_at || at + 8 > buf_at + (int64_t)buf_n) {
            buf_at = at;
            buf_n = end - at < BLOCK ? (size_t)(end - at) : (size_t)BLOCK;
            if (!read_at(fd, at, buf, buf_n))
                break;
        }
        const unsigned char *p = buf + (at - buf_at);
        size_t n = 0;
        struct cq_mpeg_header h;
        if (container == CQ_CONTAINER_AMR)
            n = amr_frame_bytes(p, wide);
        else if (end - at >= 8 && cq_mpeg_header_parse(p, &h))
            n = h.frame_bytes;
        if (n == 0)
            break; /* junk or a tag: no verdict */
        cut = at + (int64_t)n > end;
        at += (int64_t)n;
    }
    free(buf);
    return cut;
}

/* The Xing or Info frame at the head of an MP3 counts the bytes of the stream; without one, the frames tell. */
static bool mpeg_is_cut(int fd, int64_t size_bytes, enum cq_container container)
{
    struct cq_mpeg_stream stream;
    unsigned char id3v1[3];
    int64_t end = size_bytes;
    if (!cq_mpeg_stream_probe(fd, &stream))
        return false;
    if (stream.n_bytes)
        return sticks_out(stream.start, stream.n_bytes, size_bytes);
    if (end - stream.start > 128 && read_at(fd, end - 128, id3v1, 3) && memcmp(id3v1, "TAG", 3) == 0)
        end -= 128;
    return frames_are_cut(fd, stream.start, end, container, false);
}

static bool amr_is_cut(int fd, int64_t size_bytes)
{
    unsigned char head[9];
    if (!read_at(fd, 0, head, sizeof head))
        return true;
    bool wide = memcmp(head, "#!AMR-WB\n", 9) == 0;
    return frames_are_cut(fd, wide ? 9 : 6, size_bytes, CQ_CONTAINER_AMR, wide);
}

static bool is_rifx(int fd)
{
    unsigned char id[4];
    return read_at(fd, 0, id, 4) && memcmp(id, "RIFX", 4) == 0;
}

int64_t cq_sniff_unset_size_at(int fd, int64_t size_bytes, enum cq_container container)
{
    if (container != CQ_CONTAINER_WAV)
        return -1;
    struct riff_data d = find_riff_data(fd, size_bytes, is_rifx(fd), "data");
    return d.found && d.n == 0 && zero_size_is_lie(fd, d.at, size_bytes) ? d.at - 4 : -1;
}

bool cq_sniff_is_cut(int fd, int64_t size_bytes, enum cq_container container)
{
    switch (container) {
    case CQ_CONTAINER_WAV:
        return riff_is_cut(fd, size_bytes, is_rifx(fd), "data");
    case CQ_CONTAINER_RF64:
        return riff_is_cut(fd, size_bytes, false, "data");
    case CQ_CONTAINER_AIFF:
        return riff_is_cut(fd, size_bytes, true, "SSND");
    case CQ_CONTAINER_W64:
        return w64_is_cut(fd, size_bytes);
    case CQ_CONTAINER_AU:
        return au_is_cut(fd, size_bytes);
    case CQ_CONTAINER_CAF:
        return caf_is_cut(fd, size_bytes);
    case CQ_CONTAINER_NIST:
        return nist_is_cut(fd, size_bytes);
    case CQ_CONTAINER_OGG:
        return ogg_is_cut(fd, size_bytes);
    case CQ_CONTAINER_MPEG:
    case CQ_CONTAINER_ADTS:
        return mpeg_is_cut(fd, size_bytes, container);
    case CQ_CONTAINER_MP4:
        return mp4_is_cut(fd, size_bytes);
    case CQ_CONTAINER_MATROSKA:
        return matroska_is_cut(fd, size_bytes);
    case CQ_CONTAINER_ASF:
        return asf_is_cut(fd, size_bytes);
    case CQ_CONTAINER_AMR:
        return amr_is_cut(fd, size_bytes);
    case CQ_CONTAINER_UNKNOWN:
    case CQ_CONTAINER_VOC:  /* its blocks are walked by the decoder */
    case CQ_CONTAINER_FLAC: /* the decoder knows the number of samples */
    case CQ_N_CONTAINERS:
        break;
    }
    return false;
}
