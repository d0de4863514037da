/* The player with a device of the test's own, pulled by hand: jumps, pauses, under-runs, a device that goes. */
#include "replay/player.h"

#include "base/time.h"
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

/* The one device of this program. `lock` keeps a pull away from a close, as a sound system does. */
static struct {
    pthread_mutex_t lock;
    cq_device_pull pull;
    void *user;
    atomic_int n_opened;
    atomic_bool alive, refuse;
    int rate_hz;
} device = {.lock = PTHREAD_MUTEX_INITIALIZER, .rate_hz = RATE};

static int open_device(const char *name, cq_device_pull pull, void *user, struct cq_error *err,
                       void **ret_device, int *ret_rate_hz)
{
    (void)name;
    (void)err;
    if (atomic_load(&device.refuse))
        return -EIO;
    pthread_mutex_lock(&device.lock);
    device.pull = pull;
    device.user = user;
    pthread_mutex_unlock(&device.lock);
    atomic_store(&device.alive, true);
    atomic_fetch_add(&device.n_opened, 1);
    *ret_device = &device;
    *ret_rate_hz = device.rate_hz;
    return 0;
}

static bool is_alive(void *d)
{
    (void)d;
    return atomic_load(&device.alive);
}

static void close_device(void *d)
{
    (void)d;
    pthread_mutex_lock(&device.lock);
    device.pull = NULL;
    pthread_mutex_unlock(&device.lock);
}

static const struct cq_device_ops ops = {open_device, is_alive, close_device};

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static void pull(struct cq_replay_frame *v, size_t n)
{
    pthread_mutex_lock(&device.lock);
    if (device.pull)
        device.pull(device.user, v, n);
    pthread_mutex_unlock(&device.lock);
}

/* Pull until something sounds; the first frame with a place that was heard. */
static bool pull_sound(struct cq_replay_frame *v, size_t n)
{
    for (int i = 0; i < 1000; i++) {
        pull(v, n);
        for (size_t k = 0; k < n; k++) {
            if (v[k].left != 0.0f || v[k].right != 0.0f)
                return true;
        }
        nap();
    }
    return false;
}

static struct cq_player *start(struct tones *t, double at_s)
{
    struct cq_replay_source source = tones_source(t);
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    struct cq_engine *e = NULL;
    struct cq_player *p = NULL;
    assert_int_equal(cq_engine_new(&source, NULL, NULL, &s, &e), 0);
    assert_int_equal(cq_player_new(e, &source, &s, at_s, &ops, NULL, NULL, &p), 0);
    return p;
}

static void test_play_pause_seek(void **state)
{
    (void)state;
    struct tones t = {2, 20 * RATE, 0.3};
    struct cq_replay_frame v[400];
    struct cq_player *p = start(&t, 3.0);
    for (int i = 0; i < 20; i++) { /* paused: silence, and the playhead stays */
        pull(v, 400);
        assert_true(v[0].left == 0.0f && v[399].right == 0.0f);
        nap();
    }
    assert_true(cq_player_state(p).at_s == 3.0);
    cq_player_play(p, true);
    assert_true(pull_sound(v, 400));
    assert_in_range(v[399].at, 3 * RATE, 3 * RATE + 2000);

    cq_player_seek(p, 12.5); /* what waits of the old place is not heard */
    assert_true(cq_player_state(p).at_s == 12.5);
    assert_true(pull_sound(v, 400));
    assert_in_range(v[399].at, 25 * RATE / 2, 25 * RATE / 2 + 800);
    assert_true(fabs(cq_player_state(p).at_s - 12.5) < 0.2);

    struct cq_replay_settings s = cq_player_settings(p);
    s.solo = CQ_SOLO_AGENT;
    cq_player_set(p, &s);
    assert_true(pull_sound(v, 400));
    assert_true(pull_sound(v, 400));
    assert_true(amplitude(v, 400, 1, AGENT_HZ) > 0.25); /* alone on both sides, at once */
    cq_player_play(p, false);
    pull(v, 400);
    assert_true(v[0].left == 0.0f && v[399].left == 0.0f);
    assert_int_equal(cq_player_state(p).n_underruns, 0);
    cq_player_free(p);
}

static void test_end_and_again(void **state)
{
    (void)state;
    struct tones t = {2, RATE, 0.3};
    struct cq_replay_frame v[800];
    struct cq_player *p = start(&t, 0.0);
    cq_player_play(p, true);
    for (int i = 0; i < 2000 && !cq_player_state(p).ended; i++) {
        pull(v, 80);
        nap();
    }
    struct cq_player_state at = cq_player_state(p);
    assert_true(at.ended && !at.playing);
    assert_true(at.at_s > 0.99);
    cq_player_play(p, true);
    assert_true(pull_sound(v, 800));
    assert_true(v[0].at < 1600);
    cq_player_free(p);
}

static void test_underruns_are_counted(void **state)
{
    (void)state;
    struct tones t = {2, 600 * RATE, 0.3};
    static struct cq_replay_frame v[60 * RATE];
    struct cq_player *p = start(&t, 0.0);
    cq_player_play(p, true);
    assert_true(pull_sound(v, 400));
    pull(v, 60 * RATE); /* a minute at once is more than any ring keeps */
    assert_true(cq_player_state(p).n_underruns >= 1);
    assert_true(pull_sound(v, 400)); /* and it goes on */
    cq_player_free(p);
}

static void test_device_goes_and_comes_back(void **state)
{
    (void)state;
    struct tones t = {2, 60 * RATE, 0.3};
    struct cq_replay_frame v[400];
    struct cq_player *p = start(&t, 5.0);
    int opened = atomic_load(&device.n_opened);
    cq_player_play(p, true);
    assert_true(pull_sound(v, 400));
    atomic_store(&device.refuse, true);
    atomic_store(&device.alive, false);
    for (int i = 0; i < 1000 && cq_player_state(p).sound != CQ_PLAYER_DEVICE_LOST; i++)
        nap();
    struct cq_player_state at = cq_player_state(p);
    assert_int_equal(at.sound, CQ_PLAYER_DEVICE_LOST);
    assert_int_equal(at.n_lost, 1);
    cq_player_seek(p, 7.0); /* controls work meanwhile */
    atomic_store(&device.refuse, false);
    double until_s = cq_time_monotonic_s() + 5;
    while (cq_player_state(p).sound != CQ_PLAYER_HEARD && cq_time_monotonic_s() < until_s)
        nap();
    assert_int_equal(atomic_load(&device.n_opened), opened + 1);
    assert_true(pull_sound(v, 400));
    assert_in_range(v[399].at, 7 * RATE, 7 * RATE + 800);
    cq_player_free(p);
}

/* A device that cannot do 8 kHz: the tone keeps its pitch, the places their pace. */
static void test_other_rate(void **state)
{
    (void)state;
    struct tones t = {2, 20 * RATE, 0.3};
    static struct cq_replay_frame v[9600];
    device.rate_hz = 48000;
    struct cq_player *p = start(&t, 1.0);
    cq_player_play(p, true);
    assert_true(pull_sound(v, 480));
    for (int i = 0; i < 200; i++)
        nap();
    pull(v, 9600); /* 0.2 s, which the ring has */
    assert_true(abs(v[9599].at - v[0].at - 1600) < 300);
    assert_true(amplitude(v, 9600, 0, AGENT_HZ * RATE / 48000) > 0.28);
    cq_player_free(p);
    device.rate_hz = RATE;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_play_pause_seek),
        cmocka_unit_test(test_end_and_again),
        cmocka_unit_test(test_underruns_are_counted),
        cmocka_unit_test(test_device_goes_and_comes_back),
        cmocka_unit_test(test_other_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
