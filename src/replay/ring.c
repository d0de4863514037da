/*
 * The writer publishes frames by a release store of head, the reader gives their places back by a release store
 * of tail; each acquires the other's. A drop is a wish of the writer that the reader fulfils: only the reader
 * ever moves tail, so a frame is never overwritten while it is being copied.
 */
#include "replay/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FRAMES (1u << 20)

int cq_ring_init(struct cq_ring *r, size_t n)
{
    size_t size = 1;
    if (n == 0 || n > MAX_FRAMES)
        return -EINVAL;
    while (size < n)
        size *= 2;
    struct cq_replay_frame *v = calloc(size, sizeof *v);
    if (!v)
        return -ENOMEM;
    r->v = v;
    r->n = size;
    atomic_init(&r->head, 0);
    atomic_init(&r->tail, 0);
    atomic_init(&r->drop_to, 0);
    return 0;
}

void cq_ring_done(struct cq_ring *r)
{
    if (r) {
        free(r->v);
        r->v = NULL;
    }
}

size_t cq_ring_room(struct cq_ring *r)
{
    return r->n - (atomic_load_explicit(&r->head, memory_order_relaxed) -
                   atomic_load_explicit(&r->tail, memory_order_acquire));
}

/* Copy between the ring's places from `at` on and a plain array, in at most two parts. */
static void copy_in(struct cq_ring *r, size_t at, const struct cq_replay_frame *v, size_t n)
{
    size_t place = at & (r->n - 1), first = n < r->n - place ? n : r->n - place;
    memcpy(r->v + place, v, first * sizeof *v);
    memcpy(r->v, v + first, (n - first) * sizeof *v);
}

static void copy_out(const struct cq_ring *r, size_t at, struct cq_replay_frame *v, size_t n)
{
    size_t place = at & (r->n - 1), first = n < r->n - place ? n : r->n - place;
    memcpy(v, r->v + place, first * sizeof *v);
    memcpy(v + first, r->v, (n - first) * sizeof *v);
}

size_t cq_ring_write(struct cq_ring *r, const struct cq_replay_frame *v, size_t n)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed), room = cq_ring_room(r);
    n = n < room ? n : room;
    copy_in(r, head, v, n);
    atomic_store_explicit(&r->head, head + n, memory_order_release);
    return n;
}

void cq_ring_drop(struct cq_ring *r)
{
    atomic_store_explicit(&r->drop_to, atomic_load_explicit(&r->head, memory_order_relaxed),
                          memory_order_release);
}

size_t cq_ring_waiting(struct cq_ring *r)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    size_t drop = atomic_load_explicit(&r->drop_to, memory_order_acquire);
    size_t head = atomic_load_explicit(&r->head, memory_order_acquire);
    size_t from = tail > drop ? tail : drop;
    return head > from ? head - from : 0;
}

size_t cq_ring_read(struct cq_ring *r, struct cq_replay_frame *v, size_t n)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    size_t drop = atomic_load_explicit(&r->drop_to, memory_order_acquire);
    size_t head = atomic_load_explicit(&r->head, memory_order_acquire);
    size_t from = tail > drop ? tail : drop;
    size_t there = head - from; /* drop_to was head once, and head only grows */
    n = n < there ? n : there;
    copy_out(r, from, v, n);
    atomic_store_explicit(&r->tail, from + n, memory_order_release);
    return n;
}
