/*
 * Recordings: whatever the bytes are, they are decoded or refused in one line. The first byte chooses how they
 * are taken (by content, or as one of the headerless formats) and the layout; the rest is the file.
 */
#include "audio/decoder.h"
#include "audio/pcm.h"
#include "base/error.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SECONDS 20.0 /* a small file may say that it is long, and take long */

static const char *const names[] = {"fuzz",      "fuzz.ulaw", "fuzz.gsm", "fuzz.g722",
                                    "fuzz.g729", "fuzz.vox",  "fuzz.raw", "fuzz.mp3"};

/* A file without a name that holds the bytes. */
static int make_file(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/callqa-fuzz-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    unlink(path);
    if (write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void check(const struct cq_recording *rec, struct cq_pcm *pcm)
{
    static float a[4096], b[4096];
    float *out[2] = {a, b};
    int n = 0;
    if (!(rec->duration_s > 0.0 && rec->duration_s <= MAX_SECONDS) || rec->health.n_faults > CQ_MAX_FAULTS)
        abort();
    for (int64_t at = 0; at <= cq_pcm_frames(pcm); at += n) {
        if (cq_pcm_read(pcm, at, 4096, out, &n))
            abort();
        for (int i = 0; i < n; i++) {
            if (!(fabsf(a[i]) <= 1.0f))
                abort();
        }
        if (n == 0)
            break;
    }
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        const struct cq_channel_health *h = &rec->health.channel[c];
        if (!(h->clipping_ratio >= 0.0 && h->clipping_ratio <= 1.0 && h->digital_zero_ratio >= 0.0 &&
              h->digital_zero_ratio <= 1.0 && h->bandwidth_hz >= 0.0 && fabs(h->dc) <= 1.0))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct cq_audio_opts opts = CQ_AUDIO_OPTS_INIT;
    opts.max_duration_s = MAX_SECONDS;
    opts.layout = (enum cq_layout)(data[0] >> 3 & 3);
    opts.memory_bytes = data[0] & 0x20 ? 1u << 20 : 0;
    int fd = make_file(data + 1, size - 1);
    if (fd < 0)
        return 0;
    struct cq_error err = {0};
    struct cq_recording rec = {0};
    struct cq_pcm *pcm = NULL;
    int code = cq_pcm_open_fd(fd, names[data[0] & 7], &opts, NULL, &err, &rec, &pcm);
    if (code && (!err.what[0] || strchr(err.what, '\n')))
        abort();
    if (!code)
        check(&rec, pcm);
    cq_pcm_free(pcm);
    cq_recording_done(&rec);
    return 0;
}
