/* Unit tests of src/activity: the network's numbers. */
#include "activity/features.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAX_FRAMES 3000

struct rows {
    int16_t (*v)[2][CQ_FEAT_N];
    int n;
};

static int keep(void *ctx, const int16_t (*rows)[2][CQ_FEAT_N], int n_frames)
{
    struct rows *r = ctx;
    if (r->n + n_frames > MAX_FRAMES)
        return -ENOSPC;
    memcpy(r->v[r->n], rows, (size_t)n_frames * sizeof rows[0]);
    r->n += n_frames;
    return 0;
}

/* Both passes, in blocks of `block` samples. */
static struct rows run(const struct synth *a, const struct synth *b, int cpu, int block,
                       struct cq_features_scene ret_scene[2])
{
    struct cq_features *f = NULL;
    struct rows r = {.v = malloc(MAX_FRAMES * sizeof *r.v)};
    assert_non_null(r.v);
    assert_int_equal(cq_features_new(cpu, &f), 0);
    for (int second = 0; second < 2; second++) {
        for (int at = 0; at < a->n; at += block) {
            const float *const pcm[2] = {a->x + at, b->x + at};
            const int n = a->n - at < block ? a->n - at : block;
            assert_int_equal(second ? cq_features_push(f, pcm, n, keep, &r) : cq_features_scan(f, pcm, n), 0);
        }
        assert_int_equal(second ? cq_features_finish(f, keep, &r) : cq_features_scan_end(f), 0);
    }
    for (int c = 0; c < 2 && ret_scene; c++)
        ret_scene[c] = *cq_features_scene_of(f, c);
    assert_null(cq_features_free(f));
    return r;
}

/* Bursts of noise as talk in a, its return in b after `delay` samples at `gain`, floor noise in both. */
static void make_call(struct synth *a, struct synth *b, int delay, float gain)
{
    *a = synth_new(20, 1);
    *b = synth_new(20, 2);
    for (double t = 0.5; t < 18.0; t += 1.5)
        synth_noise(a, t, t + 0.7 + 0.3 * synth_random(a), -25);
    for (int i = a->n - 1; i >= delay && gain > 0.0f; i--)
        b->x[i] += gain * a->x[i - delay];
    synth_noise(a, 0, 20, -70);
    synth_noise(b, 0, 20, -70);
}

static void paths_and_blocks_give_equal_rows(void **state)
{
    (void)state;
    struct synth a, b;
    make_call(&a, &b, 800, 0.1f);
    struct rows want = run(&a, &b, 0, 4096, NULL);
    assert_int_equal(want.n, 2000);
    for (int cpu = -1; cpu <= 3; cpu++) {
        struct cq_features *f = NULL;
        if (cq_features_new(cpu, &f) == -ENOTSUP)
            continue;
        cq_features_free(f);
        static const int blocks[] = {20 * RATE, 7777, 160, 81};
        for (size_t k = 0; k < sizeof blocks / sizeof blocks[0]; k++) {
            struct rows got = run(&a, &b, cpu, blocks[k], NULL);
            assert_int_equal(got.n, want.n);
            assert_memory_equal(got.v, want.v, (size_t)got.n * sizeof got.v[0]);
            free(got.v);
        }
    }
    free(want.v);
    synth_free(&a);
    synth_free(&b);
}

static void a_return_is_found_with_its_delay(void **state)
{
    (void)state;
    static const int delays[] = {0, 40, 800, 2400};
    for (size_t k = 0; k < sizeof delays / sizeof delays[0]; k++) {
        struct synth a, b;
        struct cq_features_scene s[2];
        make_call(&a, &b, delays[k], 0.1f);
        struct rows r = run(&a, &b, -1, 1000, s);
        assert_true(s[1].leak);
        assert_true(abs(s[1].delay - delays[k]) <= 16); /* the path's fit begins a little earlier */
        assert_float_equal(s[1].leak_db, -20.0f, 1.0f);
        free(r.v);
        synth_free(&a);
        synth_free(&b);
    }
}

static void no_return_none_found(void **state)
{
    (void)state;
    struct synth a, b;
    struct cq_features_scene s[2];
    make_call(&a, &b, 0, 0.0f);
    struct rows r = run(&a, &b, -1, 1000, s);
    assert_false(s[0].leak);
    assert_false(s[1].leak);
    assert_true(s[0].ref_db > s[0].floor_db + 30.0f);
    free(r.v);
    synth_free(&a);
    synth_free(&b);
}

static void short_and_silent_recordings_have_rows(void **state)
{
    (void)state;
    for (int n = 0; n <= 1000; n += n < 90 ? 1 : 300) {
        struct synth a = synth_new(1, 1), b = synth_new(1, 2);
        a.n = b.n = n;
        struct rows r = run(&a, &b, -1, 33, NULL);
        assert_int_equal(r.n, (n + CQ_FEAT_HOP - 1) / CQ_FEAT_HOP);
        free(r.v);
        synth_free(&a);
        synth_free(&b);
    }
}

static void a_path_that_is_none_is_refused(void **state)
{
    (void)state;
    struct cq_features *f = NULL;
    assert_int_equal(cq_features_new(99, &f), -EINVAL);
    assert_null(f);
    assert_null(cq_features_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_blocks_give_equal_rows),
        cmocka_unit_test(a_return_is_found_with_its_delay),
        cmocka_unit_test(no_return_none_found),
        cmocka_unit_test(short_and_silent_recordings_have_rows),
        cmocka_unit_test(a_path_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
