/* audio/sniff.h - which container a file is by its first bytes, and whether it is all there. */
#ifndef CQ_AUDIO_SNIFF_H
#define CQ_AUDIO_SNIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cq_container {
    CQ_CONTAINER_UNKNOWN, /* no signature: headerless, or no audio */
    CQ_CONTAINER_WAV,     /* RIFF or RIFX */
    CQ_CONTAINER_RF64,
    CQ_CONTAINER_W64,
    CQ_CONTAINER_AIFF,
    CQ_CONTAINER_AU,
    CQ_CONTAINER_CAF,
    CQ_CONTAINER_NIST,
    CQ_CONTAINER_VOC,
    CQ_CONTAINER_FLAC,
    CQ_CONTAINER_OGG,
    CQ_CONTAINER_MPEG, /* MP3 and its like, with or without ID3 */
    CQ_CONTAINER_ADTS, /* bare AAC */
    CQ_CONTAINER_MP4,
    CQ_CONTAINER_MATROSKA, /* and WebM */
    CQ_CONTAINER_ASF,      /* WMA */
    CQ_CONTAINER_AMR,
    CQ_N_CONTAINERS
};

#define CQ_SNIFF_BYTES 64

/*
 * Signature in head[0..n). Weak ones (a bare MPEG or ADTS sync word, which headerless audio can begin with by
 * chance) are given only where the second frame is where the first one says: head must then reach there,
 * CQ_SNIFF_MPEG_BYTES is enough.
 */
#define CQ_SNIFF_MPEG_BYTES 8192
enum cq_container cq_sniff_container(const unsigned char *head, size_t n);

/* "WAV", "MP4/M4A": for messages. */
const char *cq_sniff_name(enum cq_container container);

/* "wav", "mp4": the left half of cq_recording.format. */
const char *cq_sniff_word(enum cq_container container);

/*
 * True where the container's own words (chunk sizes, end marks) show that the end of the file is missing, or
 * that the writer never came to fill in the sizes. False where it is whole or does not tell.
 */
bool cq_sniff_is_cut(int fd, int64_t size_bytes, enum cq_container container);

/*
 * Where the four bytes of a WAV file's data size stand, if they are zero though data follows: the recorder died
 * before it came back to fill them in. -1 otherwise.
 */
int64_t cq_sniff_unset_size_at(int fd, int64_t size_bytes, enum cq_container container);

#endif
