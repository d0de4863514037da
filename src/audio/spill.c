#include "audio/spill.h"

#include "audio/samples.h"
#include "base/array.h"
#include "base/error.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The row is addressed by block: block b holds frames [b * CQ_SPILL_BLOCK_FRAMES, ...) of every channel, one
 * plane after the other, so that a block is one read or write and a plane is contiguous. The block being filled
 * lives in `tail`; `cache` holds the block last read from the file.
 */
struct blocks {
    int16_t **v;
    size_t n;
    size_t cap;
};

struct cq_spill {
    int n_channels;
    size_t block_samples;
    size_t max_memory_blocks;
    char *temp_dir;
    struct blocks memory;
    int fd; /* -1 until the memory is full */
    int64_t n_file_blocks;
    int16_t *tail;
    int tail_frames;
    int16_t *cache;
    int64_t cached; /* block in cache, -1 none */
};

int cq_spill_new(int n_channels, size_t memory_bytes, const char *temp_dir, struct cq_spill **ret_s)
{
    int err = 0;
    struct cq_spill *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->n_channels = n_channels;
    s->block_samples = (size_t)n_channels * CQ_SPILL_BLOCK_FRAMES;
    s->max_memory_blocks = memory_bytes / (s->block_samples * sizeof(int16_t));
    s->fd = -1;
    s->cached = -1;
    if (!temp_dir)
        temp_dir = getenv("TMPDIR");
    s->temp_dir = cq_str_dup(temp_dir && *temp_dir ? temp_dir : "/var/tmp");
    s->tail = malloc(s->block_samples * sizeof(int16_t));
    if (!s->temp_dir || !s->tail) {
        err = -ENOMEM;
        goto out;
    }
    *ret_s = s;
    s = NULL;
out:
    cq_spill_free(s);
    return err;
}

/* mkstemp and unlink: O_TMPFILE is not in POSIX and not on every file system. */
static int make_file(struct cq_spill *s, struct cq_error *err)
{
    int code = 0;
    char *name = cq_path_join(s->temp_dir, "callqa-XXXXXX");
    if (!name)
        return -ENOMEM;
    int fd = mkstemp(name);
    if (fd < 0) {
        code = cq_error_set(err, errno == ENOSPC || errno == EDQUOT ? -ENOSPC : -EIO, s->temp_dir, 0,
                            "cannot make a temporary file here (%s); set audio.temp_dir or TMPDIR to a folder "
                            "that can be written",
                            strerror(errno));
        goto out;
    }
    unlink(name);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    s->fd = fd;
out:
    free(name);
    return code;
}

static int write_block(struct cq_spill *s, struct cq_error *err)
{
    size_t n = s->block_samples * sizeof(int16_t);
    if (s->fd < 0) {
        int code = make_file(s, err);
        if (code)
            return code;
    }
    const char *p = (const char *)s->tail;
    off_t at = (off_t)s->n_file_blocks * (off_t)n;
    for (size_t done = 0; done < n;) {
        ssize_t put = pwrite(s->fd, p + done, n - done, at + (off_t)done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            int code = put < 0 ? errno : EIO;
            return cq_error_set(err, code == ENOSPC || code == EDQUOT || code == EFBIG ? -ENOSPC : -EIO,
                                s->temp_dir, 0,
                                "cannot write the temporary file (%s); free some space there, or set "
                                "audio.temp_dir or TMPDIR to a larger folder",
                                strerror(code));
        }
        done += (size_t)put;
    }
    s->n_file_blocks++;
    return 0;
}

static int finish_tail(struct cq_spill *s, struct cq_error *err)
{
    if (s->memory.n >= s->max_memory_blocks)
        return write_block(s, err);
    int16_t *next = malloc(s->block_samples * sizeof(int16_t));
    if (!next || CQ_ARRAY_PUSH(&s->memory, s->tail)) {
        free(next);
        return -ENOMEM;
    }
    s->tail = next;
    return 0;
}

int cq_spill_append(struct cq_spill *s, const int16_t *const planes[], int n, struct cq_error *err)
{
    for (int done = 0; done < n;) {
        int room = CQ_SPILL_BLOCK_FRAMES - s->tail_frames;
        int m = n - done < room ? n - done : room;
        for (int c = 0; c < s->n_channels; c++)
            memcpy(s->tail + (size_t)c * CQ_SPILL_BLOCK_FRAMES + s->tail_frames, planes[c] + done,
                   (size_t)m * sizeof(int16_t));
        s->tail_frames += m;
        done += m;
        if (s->tail_frames == CQ_SPILL_BLOCK_FRAMES) {
            int code = finish_tail(s, err);
            if (code)
                return code;
            s->tail_frames = 0;
        }
    }
    return 0;
}

int64_t cq_spill_frames(const struct cq_spill *s)
{
    return ((int64_t)s->memory.n + s->n_file_blocks) * CQ_SPILL_BLOCK_FRAMES + s->tail_frames;
}

static int load_block(struct cq_spill *s, int64_t block)
{
    size_t n = s->block_samples * sizeof(int16_t);
    if (s->cached == block)
        return 0;
    if (!s->cache && !(s->cache = malloc(n)))
        return -ENOMEM;
    s->cached = -1;
    off_t at = (off_t)(block - (int64_t)s->memory.n) * (off_t)n;
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(s->fd, (char *)s->cache + done, n - done, at + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -EIO;
        done += (size_t)got;
    }
    s->cached = block;
    return 0;
}

int cq_spill_read(struct cq_spill *s, int64_t at, int n, float *const out[], int *ret_n)
{
    int64_t end = cq_spill_frames(s);
    if (at < 0 || n < 0)
        return -EINVAL;
    int64_t left = at < end ? end - at : 0;
    int want = left < n ? (int)left : n, done = 0;
    while (done < want) {
        int64_t block = (at + done) / CQ_SPILL_BLOCK_FRAMES;
        int offset = (int)((at + done) % CQ_SPILL_BLOCK_FRAMES);
        int m = want - done < CQ_SPILL_BLOCK_FRAMES - offset ? want - done : CQ_SPILL_BLOCK_FRAMES - offset;
        const int16_t *from = s->tail;
        if (block < (int64_t)s->memory.n) {
            from = s->memory.v[block];
        } else if (block < (int64_t)s->memory.n + s->n_file_blocks) {
            int code = load_block(s, block);
            if (code)
                return code;
            from = s->cache;
        }
        for (int c = 0; c < s->n_channels; c++)
            cq_samples_to_float(from + (size_t)c * CQ_SPILL_BLOCK_FRAMES + offset, m, out[c] + done);
        done += m;
    }
    *ret_n = done;
    return 0;
}

struct cq_spill *cq_spill_free(struct cq_spill *s)
{
    if (!s)
        return NULL;
    for (size_t i = 0; i < s->memory.n; i++)
        free(s->memory.v[i]);
    free(s->memory.v);
    free(s->tail);
    free(s->cache);
    free(s->temp_dir);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
    return NULL;
}
