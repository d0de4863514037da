#include "replay/player.h"

#include "audio/resample.h"
#include "base/array.h"
#include "base/time.h"
#include "callqa/recording.h"
#include "replay/ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RING_S 0.25 /* what a busy machine may take without a gap */
#define RING_MAX_HZ 192000
#define IDLE_NS 5000000 /* between two looks at the ring: 5 ms, a fiftieth of it */
#define RETRY_S 1.0     /* between two tries to get a lost device back */
#define BLOCK 256       /* frames made at a time */
#define PLACES 16384 /* frames inside the resampler whose places are known: two seconds, it keeps a quarter */

struct cq_player {
    struct cq_engine *engine;
    struct cq_replay_source source;
    const struct cq_device_ops *ops;
    char *device_name;
    struct cq_ring ring;
    pthread_t thread;
    bool running;

    /* between the control and the thread */
    pthread_mutex_t lock;
    struct cq_replay_settings settings;
    bool moved; /* settings or seek_at are new */
    int64_t seek_at;

    /* the thread's own */
    void *device;
    int rate_hz;
    struct cq_resample *up;      /* NULL: the device takes the recording's rate */
    int32_t place[PLACES];       /* of the last frames that went into it */
    uint64_t n_fed, n_up;        /* frames into it and out of it */
    struct cq_replay_frame *out; /* made and not yet in the ring */
    size_t out_at, out_n, out_cap;
    bool last_block; /* nothing comes after what is in `out` */
    double retry_at_s;

    /* between all three, without locks */
    atomic_bool stop, playing, made_all, failed, lost;
    atomic_bool filling; /* after a jump, until there is something to play: silence, and no under-run */
    atomic_int heard;    /* sample that was heard last */
    atomic_uint n_underruns, n_lost;
    atomic_int limiter_mdb; /* thousandths of a dB */
};

/* The device's thread. A pause keeps what is in the ring; a drop is seen even in a pause. */
static void pull(void *user, struct cq_replay_frame *v, size_t n)
{
    struct cq_player *p = user;
    size_t got = 0;
    if (atomic_load_explicit(&p->playing, memory_order_acquire) &&
        !atomic_load_explicit(&p->filling, memory_order_acquire)) {
        /* before reading: what is written afterwards is no reason to complain */
        bool made_all = atomic_load_explicit(&p->made_all, memory_order_acquire);
        got = cq_ring_read(&p->ring, v, n);
        if (got)
            atomic_store_explicit(&p->heard, v[got - 1].at, memory_order_relaxed);
        if (got < n && !made_all)
            atomic_fetch_add_explicit(&p->n_underruns, 1, memory_order_relaxed);
        if (got < n && made_all)
            atomic_store_explicit(&p->playing, false, memory_order_release);
    } else {
        (void)cq_ring_read(&p->ring, v, 0);
    }
    memset(v + got, 0, (n - got) * sizeof *v);
}

/* Ready for frames from another place, or for another device. */
static int start_stream(struct cq_player *p)
{
    p->out_at = p->out_n = 0;
    p->n_fed = p->n_up = 0;
    p->up = cq_resample_free(p->up);
    if (p->rate_hz == CQ_ANALYSIS_RATE_HZ)
        return 0;
    return cq_resample_new(CQ_ANALYSIS_RATE_HZ, p->rate_hz, 2, &p->up);
}

static int open_device(struct cq_player *p, struct cq_error *err)
{
    int r = p->ops->open(p->device_name, pull, p, err, &p->device, &p->rate_hz);
    if (r)
        return r;
    r = start_stream(p);
    if (r) {
        p->ops->close(p->device);
        p->device = NULL;
    }
    return r;
}

/* Frames that came out of the resampler, each with the place of the one that it was made from. */
static int take_up(struct cq_player *p, const float *const made[], int n)
{
    int r = cq_array_reserve((void **)(void *)&p->out, &p->out_cap, p->out_n + (size_t)n, sizeof *p->out);
    for (int i = 0; !r && i < n; i++) {
        uint64_t in = p->n_up++ * CQ_ANALYSIS_RATE_HZ / (uint64_t)p->rate_hz;
        in = in < p->n_fed ? in : p->n_fed - 1;
        p->out[p->out_n++] = (struct cq_replay_frame){made[0][i], made[1][i], p->place[in % PLACES]};
    }
    return r;
}

/* n frames at the recording's rate through the resampler; n == 0: what it still keeps. */
static int resample(struct cq_player *p, const struct cq_replay_frame *v, size_t n)
{
    float left[BLOCK], right[BLOCK];
    const float *planes[2] = {left, right}, *made[2];
    int used = 0, got = 0;
    for (size_t i = 0; i < n; i++) {
        left[i] = v[i].left;
        right[i] = v[i].right;
        p->place[p->n_fed++ % PLACES] = v[i].at;
    }
    if (!p->n_fed)
        return 0;
    do {
        int r = cq_resample_process(p->up, planes, (int)n, &used, made, &got);
        if (!r)
            r = take_up(p, made, got);
        if (r)
            return r;
        planes[0] += used;
        planes[1] += used;
        n -= (size_t)used;
    } while (n || (!used && got));
    return 0;
}

static int make_block(struct cq_player *p)
{
    struct cq_replay_frame v[BLOCK];
    size_t n = 0;
    p->out_at = p->out_n = 0;
    int r = cq_engine_read(p->engine, v, BLOCK, &n);
    if (!r && p->up)
        r = resample(p, v, n);
    else if (!r)
        r = cq_array_reserve((void **)(void *)&p->out, &p->out_cap, n, sizeof *p->out);
    if (!r && !p->up && n) {
        memcpy(p->out, v, n * sizeof *v);
        p->out_n = n;
    }
    atomic_store_explicit(&p->limiter_mdb, (int)(cq_engine_meter(p->engine) * 1000), memory_order_relaxed);
    if (r)
        atomic_store(&p->failed, true);
    p->last_block = r || !n;
    return r;
}

/* Ring full, or nothing left: true. */
static bool fill(struct cq_player *p)
{
    size_t n = p->out_n > p->out_at ? cq_ring_write(&p->ring, p->out + p->out_at, p->out_n - p->out_at) : 0;
    size_t waiting = cq_ring_waiting(&p->ring), full = (size_t)(RING_S * p->rate_hz);
    p->out_at += n;
    if (p->last_block && p->out_at == p->out_n)
        atomic_store_explicit(&p->made_all, true, memory_order_release);
    if (waiting >= full / 2 || atomic_load(&p->made_all))
        atomic_store_explicit(&p->filling, false, memory_order_release);
    if (p->out_at < p->out_n || p->last_block || waiting > full) /* at a low rate it is longer than need be */
        return true;
    return make_block(p) != 0;
}

static void take_orders(struct cq_player *p)
{
    pthread_mutex_lock(&p->lock);
    if (p->moved) {
        int64_t at = p->seek_at;
        p->moved = false;
        cq_ring_drop(&p->ring);
        bool ok = !start_stream(p) && !cq_engine_set(p->engine, &p->settings, at);
        p->last_block = !ok;
        atomic_store(&p->heard, (int)at); /* the device may have taken stale frames since the order */
        atomic_store(&p->failed, !ok);
        atomic_store_explicit(&p->made_all, !ok, memory_order_release);
    }
    pthread_mutex_unlock(&p->lock);
}

/* Begin again where it was heard last, unless a jump is waiting anyway. */
static void order_here(struct cq_player *p)
{
    pthread_mutex_lock(&p->lock);
    if (!p->moved)
        p->seek_at = atomic_load(&p->heard);
    p->moved = true;
    atomic_store_explicit(&p->filling, true, memory_order_release);
    pthread_mutex_unlock(&p->lock);
}

static void look_after_device(struct cq_player *p)
{
    double now_s = cq_time_monotonic_s();
    if (p->device && !p->ops->alive(p->device)) {
        p->ops->close(p->device);
        p->device = NULL;
        p->retry_at_s = now_s + RETRY_S;
        atomic_fetch_add(&p->n_lost, 1);
        atomic_store(&p->lost, true);
    }
    if (!p->device && now_s >= p->retry_at_s) {
        p->retry_at_s = now_s + RETRY_S;
        if (!open_device(p, NULL)) {
            order_here(p); /* the new one may have another rate */
            atomic_store(&p->lost, false);
        }
    }
}

static void *run(void *user)
{
    struct cq_player *p = user;
    const struct timespec idle = {.tv_nsec = IDLE_NS};
    while (!atomic_load(&p->stop)) {
        take_orders(p);
        look_after_device(p);
        bool full = !p->device || fill(p);
        if (full)
            nanosleep(&idle, NULL);
    }
    return NULL;
}

static int set_up(struct cq_player *p, const char *device, struct cq_error *err)
{
    pthread_mutex_init(&p->lock, NULL);
    if (device && !(p->device_name = strdup(device)))
        return -ENOMEM;
    int r = cq_ring_init(&p->ring, (size_t)(RING_S * RING_MAX_HZ));
    if (!r)
        r = open_device(p, err);
    if (!r) {
        r = -pthread_create(&p->thread, NULL, run, p);
        p->running = !r;
    }
    return r;
}

int cq_player_new(struct cq_engine *engine, const struct cq_replay_source *source,
                  const struct cq_replay_settings *settings, double at_s, const struct cq_device_ops *ops,
                  const char *device, struct cq_error *err, struct cq_player **ret_p)
{
    struct cq_player *p = calloc(1, sizeof *p);
    if (!p) {
        cq_engine_free(engine);
        return -ENOMEM;
    }
    p->engine = engine;
    p->source = *source;
    p->ops = ops;
    p->settings = *settings;
    p->seek_at = (int64_t)(at_s * CQ_ANALYSIS_RATE_HZ + 0.5);
    p->moved = true;
    atomic_init(&p->filling, true);
    atomic_init(&p->heard, (int)p->seek_at);
    int r = set_up(p, device, err);
    if (r)
        cq_player_free(p);
    else
        *ret_p = p;
    return r;
}

struct cq_player *cq_player_free(struct cq_player *p)
{
    if (!p)
        return NULL;
    atomic_store(&p->stop, true);
    if (p->running)
        pthread_join(p->thread, NULL);
    if (p->device)
        p->ops->close(p->device);
    cq_resample_free(p->up);
    cq_engine_free(p->engine);
    cq_ring_done(&p->ring);
    free(p->out);
    pthread_mutex_destroy(&p->lock);
    free(p->device_name);
    free(p);
    return NULL;
}

/* With the lock held. */
static void move_to(struct cq_player *p, int64_t at)
{
    int64_t last = p->source.n_samples;
    p->seek_at = at < 0 ? 0 : at > last ? last : at;
    p->moved = true;
    /* nothing is taken, and so the play cannot end, before the thread has seen the order */
    atomic_store_explicit(&p->filling, true, memory_order_release);
    atomic_store_explicit(&p->made_all, false, memory_order_release);
    atomic_store(&p->heard, (int)p->seek_at);
}

void cq_player_play(struct cq_player *p, bool play)
{
    if (play && atomic_load(&p->made_all) && !cq_ring_waiting(&p->ring)) {
        pthread_mutex_lock(&p->lock);
        move_to(p, cq_engine_part(&p->source, &p->settings).from);
        pthread_mutex_unlock(&p->lock);
    }
    atomic_store_explicit(&p->playing, play, memory_order_release);
}

void cq_player_seek(struct cq_player *p, double at_s)
{
    pthread_mutex_lock(&p->lock);
    move_to(p, (int64_t)(at_s * CQ_ANALYSIS_RATE_HZ + 0.5));
    pthread_mutex_unlock(&p->lock);
}

void cq_player_set(struct cq_player *p, const struct cq_replay_settings *settings)
{
    pthread_mutex_lock(&p->lock);
    p->settings = *settings;
    move_to(p, p->moved ? p->seek_at : atomic_load(&p->heard));
    pthread_mutex_unlock(&p->lock);
}

struct cq_replay_settings cq_player_settings(const struct cq_player *p)
{
    return p->settings; /* only the caller's thread writes it */
}

struct cq_player_state cq_player_state(struct cq_player *p)
{
    bool ended = atomic_load(&p->made_all) && !cq_ring_waiting(&p->ring);
    pthread_mutex_lock(&p->lock);
    int64_t at = p->moved ? p->seek_at : atomic_load(&p->heard);
    pthread_mutex_unlock(&p->lock);
    return (struct cq_player_state){
        .at_s = (double)at / CQ_ANALYSIS_RATE_HZ,
        .playing = atomic_load(&p->playing) && !ended,
        .ended = ended,
        .failed = atomic_load(&p->failed),
        .sound = atomic_load(&p->lost) ? CQ_PLAYER_DEVICE_LOST : CQ_PLAYER_HEARD,
        .n_underruns = atomic_load(&p->n_underruns),
        .n_lost = atomic_load(&p->n_lost),
        .limiter_db = (double)atomic_load(&p->limiter_mdb) / 1000,
    };
}
