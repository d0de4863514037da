/* replay/ring.h - frames from one thread to another without locks: one writer, one reader. */
#ifndef CQ_REPLAY_RING_H
#define CQ_REPLAY_RING_H

#include "replay/frame.h"

#include <stdatomic.h>
#include <stddef.h>

/*
 * head and tail count frames ever written and read; they never wrap in the life of a program. The writer owns
 * head and `drop_to`, the reader owns tail. Writing and reading neither block nor allocate, so the reader may
 * be an audio callback.
 */
struct cq_ring {
    struct cq_replay_frame *v;
    size_t n; /* a power of two */
    atomic_size_t head;
    atomic_size_t tail;
    atomic_size_t drop_to; /* frames before this one are stale: the reader jumps over them */
};

/* Room for at least n frames. -ENOMEM, -EINVAL where n is 0 or beyond a million. */
int cq_ring_init(struct cq_ring *r, size_t n);
void cq_ring_done(struct cq_ring *r); /* accepts a zeroed one */

/* Writer: room for this many frames; append up to n of them (the number taken is returned). */
size_t cq_ring_room(struct cq_ring *r);
size_t cq_ring_write(struct cq_ring *r, const struct cq_replay_frame *v, size_t n);

/* Writer: whatever is not read yet shall not be heard. Takes effect with the reader's next call. */
void cq_ring_drop(struct cq_ring *r);

/* Either: frames that wait and are not dropped. */
size_t cq_ring_waiting(struct cq_ring *r);

/* Reader: take up to n frames; the number taken is returned. */
size_t cq_ring_read(struct cq_ring *r, struct cq_replay_frame *v, size_t n);

#endif
